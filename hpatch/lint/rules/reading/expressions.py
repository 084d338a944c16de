"""Expressions that httpd refuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.conf.walk import expressions
from hpatch.lint.found import Found
from hpatch.lint.rule import rule
from hpatch.lint.rules.reading.walk import found_of

if TYPE_CHECKING:
    from hpatch.lint.context import Context


@rule("CF025", "expression-invalid", "error", references=("https://httpd.apache.org/docs/2.4/expr.html",))
def expression_invalid(context: Context) -> Iterator[Found]:
    """httpd refuses this expression (ap_expr).

    httpd refuses to start; in a .htaccess file, it answers requests with status 500. The usual causes:

    - A variable that expressions do not have. A request's header is `%{HTTP:X-Forwarded-For}`; `%{HTTP_NAME}` exists
      for a few headers only.
    - Text without quotes, or an expression that is cut off because the whole is not in double quotes.
    - A string behind `=~`, or a regular expression behind `==`.
    - Operators in upper case.
    - A subnet with a prefix of 0 bits behind `-R` or `-ipmatch`.

    The rule reads conditions in `<If>`, `<ElseIf>`, Require, SetEnvIfExpr, RewriteCond, SSLRequire, ProxyHCExpr and
    others, and behind `expr=`. It reads strings in SetHandler, ErrorDocument, AuthName, Header and others, and in
    Redirect and Alias in a Location.

    The rule is silent about expressions with an undefined variable such as `${NAME}`. Where another module may provide
    a name, or an older httpd reads no expression there, the confidence is medium.

    Fires on::

        <If "%{HTTP_X_FORWARDED_PROTO} == 'http'">
            Redirect permanent "https://www.example.com/"
        </If>

    Fires on::

        Require expr "%{REQUEST_URI} =~ '^/admin'"

    Write instead::

        <If "%{HTTP:X-Forwarded-Proto} == 'http'">
            Redirect permanent "https://www.example.com/"
        </If>
        <Location "/">
            Require expr "%{REQUEST_URI} =~ m#^/admin#"
        </Location>

    Silent on (mod_ssl may be loaded)::

        Header set X-Protocol "expr=%{SSL_PROTOCOL}"

    Source: server/util_expr_scan.l, util_expr_parse.y and util_expr_eval.c; tested on httpd 2.4.71.
    """
    return map(found_of, expressions.refused(context.configuration))
