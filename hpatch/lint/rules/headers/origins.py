"""Patterns for Origin and Referer: whether they let in more sites than they name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.access import lines, path, words
from hpatch.lint.rules._shared.effective import server_of
from hpatch.lint.rules._shared.headers import SETS, lines_near, response_lines
from hpatch.lint.rules._shared.rewriting import rewrites
from hpatch.lint.rules._shared.scope import holds
from hpatch.paths.patterns import regex
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context

_SETENVIF = "https://httpd.apache.org/docs/2.4/mod/mod_setenvif.html#setenvif"
_CORS = "https://fetch.spec.whatwg.org/#http-cors-protocol"
_LIMIT_EXCEPT = "https://httpd.apache.org/docs/2.4/mod/core.html#limitexcept"
_TEST = r"(?i)%\{(?:HTTP_|HTTP:)(?P<header>ORIGIN|REFERER)\}"
_NAME = r"(?i)(?:[\w-]+\\?\.)+[a-z]{2,}"
_LONG = 2_000
"""So many characters of a pattern are searched for names."""
_EXPRESSION = r"""(?ix)
    (?:%\{(?:HTTP_|HTTP:)(?P<variable>ORIGIN|REFERER)\}|\breq(?:_novary)?\(\s*['"](?P<function>origin|referer)['"]\s*\))
    \s*(?P<operator>=~|!~)\s*m?(?P<sign>[/#|])(?P<pattern>(?:\\.|(?!(?P=sign)).)*)(?P=sign)(?P<flag>i?)"""


class _Check(NamedTuple):
    """A pattern that a request's Origin or Referer has to match to be let in, and the line that lets it in."""

    node: Node
    header: str
    pattern: str
    lenient: bool
    use: Node | None


@rule("HD015", "origin-regex", "warning", references=(_SETENVIF, _CORS))
def origin_regex(context: Context) -> Iterator[Found]:
    """The pattern for Origin or Referer also matches sites of others.

    Without `^`, `example\\.com` matches `https://evilexample.com`; without `$` or a slash behind the name, it matches
    `https://example.com.evil.test`. A dot that is not escaped stands for any character. A site of such a name then
    reads what your visitors may read, or passes the check of the Referer.

    The rule tries such names on the pattern. It reports SetEnvIf if Access-Control-Allow-Origin or a Require uses the
    variable, conditions of RewriteRule that let requests through, and expressions of Header and Require. A pattern for
    any origin is reported if Access-Control-Allow-Credentials is `true`.

    Write the whole origin: `^https://(www\\.)?example\\.com$`.

    Fires on::

        SetEnvIf Origin "example\\.com$" ORIGIN=$0
        Header set Access-Control-Allow-Origin "%{ORIGIN}e" env=ORIGIN

    Fires on (no end)::

        RewriteEngine On
        RewriteCond "%{HTTP_REFERER}" "!^https://www\\.example\\.com" [NC]
        RewriteRule "\\.jpg$" "-" [F]

    Fires on (any origin, with cookies)::

        SetEnvIf Origin "(.*)" ORIGIN=$1
        Header set Access-Control-Allow-Origin "%{ORIGIN}e" env=ORIGIN
        Header set Access-Control-Allow-Credentials "true"

    Write instead::

        SetEnvIf Origin "^https://(www\\.)?example\\.com$" ORIGIN=$0
        Header set Access-Control-Allow-Origin "%{ORIGIN}e" env=ORIGIN

    Silent on (a slash ends the name)::

        RewriteEngine On
        RewriteCond "%{HTTP_REFERER}" "!^https://(www\\.)?example\\.com/" [NC]
        RewriteRule "\\.jpg$" "-" [F]

    Silent on (a list of those that are kept out)::

        SetEnvIfNoCase Referer "spam\\.example" spam
        <Location "/">
            <RequireAll>
                Require all granted
                Require not env spam
            </RequireAll>
        </Location>

    Source: the SetEnvIf documentation, the Fetch standard; tested on httpd 2.4.71.
    """
    for one in _checks(context):
        other = _let_in(one, context)
        if other is not None:
            yield Found(
                one.node.place,
                f'"{one.pattern}" also matches "{other}"',
                related=() if one.use is None else (Related(one.use.place, "this line lets it in"),),
                help="Write ^ before the scheme, escape each dot, and end the name with $ or a slash.",
            )


def _checks(context: Context) -> Iterator[_Check]:
    """The patterns that let a request in."""
    for node in context.configuration.find("setenvif", "setenvifnocase"):
        words = node.words
        if len(words) > 2 and words[0].lower() in ("origin", "referer"):
            names = [word.partition("=")[0] for word in words[2:] if not word.startswith("!")]
            use = _use(context, names)
            if use is not None:
                yield _Check(
                    node=node,
                    header=words[0].lower(),
                    pattern=words[1],
                    lenient=node.key == "setenvifnocase",
                    use=use,
                )
    for node in context.configuration.find("setenvifexpr"):
        use = _use(context, [word.partition("=")[0] for word in node.words[1:]])
        if use is not None:
            yield from _of_expression(node, node.words[0], "=~")
    if context.configuration.by_key.get("rewritecond"):
        for rewrite in rewrites(context):
            for node, condition in rewrite.conditions:
                test = re.fullmatch(_TEST, condition.test)
                negated = condition.pattern.startswith("!")
                lets = negated or (
                    test is not None and test["header"].lower() == "origin" and rewrite.rule.has("e", "env")
                )
                if test is None or not lets or (not negated and rewrite.rule.has("f", "forbidden")):
                    continue
                yield _Check(
                    node=node,
                    header=test["header"].lower(),
                    pattern=condition.pattern.removeprefix("!"),
                    lenient="nc" in condition.flags or "nocase" in condition.flags,
                    use=None,
                )
    for line in response_lines(context):
        if line.name == "access-control-allow-origin" and line.action in SETS:
            yield from _of_expression(line.node, line.clause, "=~")
            section = line.node.inside("<if", "<elseif")
            if section is not None:
                yield from _of_expression(section, section.argument, "=~")
    for node in context.configuration.find("require"):
        if node.words[:1] == ["expr"]:
            yield from _of_expression(node, node.args, "=~")


def _of_expression(node: Node, text: str, operator: str) -> Iterator[_Check]:
    for match in re.finditer(_EXPRESSION, text):
        if match["operator"] == operator:
            header = (match["variable"] or match["function"]).lower()
            pattern = match["pattern"].replace(r"\/", "/")
            yield _Check(node=node, header=header, pattern=pattern, lenient=bool(match["flag"]), use=None)


def _use(context: Context, names: list[str]) -> Node | None:
    """The line that lets requests in that have one of these variables."""
    uses = _uses(context)
    return next((uses[name] for name in names if name in uses), None)


@lru_cache(maxsize=1)
def _uses(context: Context) -> dict[str, Node]:
    """The variables that let requests in, each with the first line that asks for it."""
    found: dict[str, Node] = {}
    for line in response_lines(context):
        if line.name == "access-control-allow-origin" and line.action in SETS:
            named = re.findall(r"%\{([^{}]+)\}e", line.value)
            for name in (*named, *([line.clause[4:]] if line.clause.startswith("env=") else ())):
                found.setdefault(name, line.node)
    for node in context.configuration.find("require", "allow"):
        words = node.words
        wanted = words[1:] if [word.lower() for word in words[:1]] == ["env"] else []
        if node.key == "allow":
            wanted = [word[4:] for word in words if word.lower().startswith("env=")]
        if wanted and node.inside("<requirenone") is None:
            for name in wanted:
                found.setdefault(name, node)
    return found


def _let_in(check: _Check, context: Context) -> str | None:
    """A site of others that a pattern matches; None if none of those that are tried does."""
    pattern = regex(check.pattern, nocase=check.lenient)
    if pattern is None:
        return None
    names = [match[0].replace("\\", "") for match in re.finditer(_NAME, check.pattern[:_LONG])]
    if not names:
        anything = check.header == "origin" and pattern.search("https://evil.test") and pattern.search("http://a.evil")
        return "https://evil.test" if anything and _credentials(check, context) else None
    end = "" if check.header == "origin" else "/"
    for name in names[:20]:
        for start in (
            f"https://{name}",
            f"http://{name}",
            f"https://www.{name}",
            f"http://www.{name}",
            f"https://a.{name}",
        ):
            if not pattern.search(start + end):
                continue
            for other in _others(start, name, check.header):
                if pattern.search(other + end):
                    return other + end
    return None


def _others(start: str, name: str, header: str) -> Iterator[str]:
    """Sites of others whose names look like one that is let in."""
    scheme, _, host = start.partition("://")
    yield f"{scheme}://evil{name}"
    yield f"{scheme}://evil-{name}"
    yield f"{start}.evil.test"
    labels = host.split(".")
    for at in range(1, len(labels) - 1):
        yield f"{scheme}://{'.'.join(labels[:at])}x{'.'.join(labels[at:])}"
    if header == "referer":
        yield f"{scheme}://evil.test/{host}"


def _credentials(check: _Check, context: Context) -> bool:
    """Whether browsers may send cookies to what the pattern lets in."""
    return any(
        line.name == "access-control-allow-credentials" and line.value.lower() == "true"
        for line in lines_near(context, "header", server_of(check.node))
    )


@rule("HD027", "cors-any-with-credentials", "warning", references=(_CORS,))
def cors_any_with_credentials(context: Context) -> Iterator[Found]:
    """Browsers refuse `Access-Control-Allow-Origin: *` beside `Access-Control-Allow-Credentials: true`.

    A script that sends cookies or a password gets no answer: for such requests the header has to name the origin
    itself. Without cookies the star is enough, and the second header does nothing.

    The rule looks at two lines in one section.

    Name the origin that may send cookies, or remove the line for credentials.

    Fires on::

        Header set Access-Control-Allow-Origin "*"
        Header set Access-Control-Allow-Credentials "true"

    Write instead::

        Header set Access-Control-Allow-Origin "https://app.example.com"
        Header set Access-Control-Allow-Credentials "true"

    Silent on (no credentials)::

        Header set Access-Control-Allow-Origin "*"

    Source: "CORS check" in the Fetch standard.
    """
    stars: dict[Node | None, Node] = {}
    credentials: dict[Node | None, Node] = {}
    others: set[Node | None] = set()
    for line in response_lines(context):
        if line.name == "access-control-allow-origin":
            if line.action == "set" and line.value == "*" and line.sure:
                stars[line.node.parent] = line.node
            elif line.action in SETS:
                others.add(line.node.parent)
        elif line.name == "access-control-allow-credentials" and line.value.lower() == "true" and line.sure:
            credentials[line.node.parent] = line.node
    for section, node in stars.items():
        other = credentials.get(section)
        if other is not None and section not in others:
            yield Found(
                node.place,
                "browsers refuse the answer to a request with cookies: with credentials, the origin must not be a star",
                related=(Related(other.place, "the line for credentials"),),
                help="Name the origin that may send cookies, or remove the line for credentials.",
            )


@rule("HD028", "cors-preflight-login", "warning", references=(_CORS, _LIMIT_EXCEPT))
def cors_preflight_login(context: Context) -> Iterator[Found]:
    """Browsers ask with OPTIONS before the real request, and without a password: the login answers that with 401.

    The answer to this question (the preflight) must be 200 or 204. With 401 the browser does not send the real request,
    whatever Access-Control-Allow-Headers and Access-Control-Allow-Methods say.

    The rule is silent where a line looks at the method OPTIONS, such as a RewriteRule that answers it.

    Put the Require into `<LimitExcept OPTIONS>`.

    Fires on::

        <Location "/api">
            AuthType Basic
            AuthName "API"
            AuthUserFile "/etc/apache2/users"
            Require valid-user
            ProxyPass "http://10.0.0.5:8080/api"
            Header always set Access-Control-Allow-Origin "https://app.example.com"
            Header always set Access-Control-Allow-Headers "Authorization"
        </Location>

    Write instead::

        <Location "/api">
            AuthType Basic
            AuthName "API"
            AuthUserFile "/etc/apache2/users"
            <LimitExcept OPTIONS>
                Require valid-user
            </LimitExcept>
            ProxyPass "http://10.0.0.5:8080/api"
            Header always set Access-Control-Allow-Origin "https://app.example.com"
            Header always set Access-Control-Allow-Headers "Authorization"
        </Location>

    Silent on (a rule answers the question before the login)::

        RewriteEngine On
        RewriteCond "%{REQUEST_METHOD}" "=OPTIONS"
        RewriteRule "^/api" "-" [R=204,L]
        <Location "/api">
            AuthType Basic
            AuthName "API"
            AuthUserFile "/etc/apache2/users"
            Require valid-user
            ProxyPass "http://10.0.0.5:8080/api"
            Header always set Access-Control-Allow-Origin "https://app.example.com"
            Header always set Access-Control-Allow-Headers "Authorization"
        </Location>

    Source: the Fetch standard (a preflight carries no credentials, and needs an "ok status"); tested on httpd 2.4.71.
    """
    configuration = context.configuration
    allowing = [one for one in response_lines(context) if one.name in _PREFLIGHT and one.action in SETS]
    if not allowing:
        return
    if any("options" in node.args.lower() for node in configuration.find(*_ASKING)):
        return
    sections = dict.fromkeys(line.inside("<location") for line in configuration.find("require"))
    for section in sections:
        if section is None or not section.certain or not _wants_login(section):
            continue
        where = path(section)
        host = server_of(section)
        if where is None:
            continue
        line = next((one for one in allowing if holds(one.node, host, where) and server_of(one.node) is host), None)
        if line is not None:
            required = next(one for one in lines(section) if one.key == "require")
            yield Found(
                required.place,
                f'a browser asks for "{where}" with OPTIONS and without a password, and gets 401: '
                f'it does not send what "{line.shown}" allows',
                related=(Related(line.node.place, "this answers the browser's question"),),
                help="Put the Require into <LimitExcept OPTIONS>.",
            )


_PREFLIGHT = ("access-control-allow-headers", "access-control-allow-methods")
_ASKING = (
    "rewritecond", "<if", "<elseif", "setenvif", "setenvifnocase", "setenvifexpr", "require", "<limit", "<limitexcept",
)  # fmt: skip
_LOGIN = ("valid-user", "user", "group", "ldap-user", "ldap-group", "ldap-filter", "ldap-attribute", "dbm-group")


def _wants_login(section: Node) -> bool:
    """Whether a section lets nobody in without a password, whatever the method: it wants one by itself."""
    types = [node.args.strip().lower() for node in section.walk() if node.key == "authtype"]
    said = list(lines(section))
    if types[-1:] not in (["basic"], ["digest"]) or any(node.key in ("satisfy", "allow", "deny") for node in said):
        return False
    required = [words(node) for node in said if node.key == "require"]
    return bool(required) and all(word[:1] and word[0] in _LOGIN for word in required)
