"""Directives with a value that httpd refuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.conf.walk import arguments, contexts, names
from hpatch.conf.walk.values import check
from hpatch.lint.rule import rule
from hpatch.lint.rules.reading.walk import found_of

if TYPE_CHECKING:
    from hpatch.lint.context import Context
    from hpatch.lint.found import Found

_MANUAL = "https://httpd.apache.org/docs/2.4"


@rule("CF020", "directive-value", "error", references=(f"{_MANUAL}/mod/directives.html",))
def directive_value(context: Context) -> Iterator[Found]:
    """httpd does not accept this value of the directive.

    httpd refuses to start. It checks many values when it reads the configuration: On and Off, words of a list, numbers
    and their ranges, ports, times, status codes, log formats, flags of RewriteRule, regular expressions. It also checks
    names that modules register, such as providers of Require and AuthBasicProvider, caches, mutexes and output filters.

    The rule is silent about arguments with an undefined variable, about values that httpd checks later or not at all,
    and about files, users and host names of the machine. Of regular expressions it reports only faults that every
    dialect has. Where a fault depends on a module that may be loaded, the confidence is medium. In a part of a
    configuration, an unknown provider is reported only if it looks like a known one misspelt.

    With `--httpd-version`, the rule also reports words that came with a later release. Their confidence is medium,
    since a distribution may have given them to an older one.

    Fires on::

        Listen 80800

    Fires on::

        Options Indexes +FollowSymLinks

    Fires on::

        LogLevel warning

    Fires on::

        <Location "/admin/">
            Require granted
        </Location>

    Fires on::

        # options: --httpd-version 2.4.29
        SSLProtocol -all +TLSv1.3

    Write instead::

        Listen 8080
        Options +Indexes +FollowSymLinks
        LogLevel warn
        <Location "/admin/">
            Require all granted
        </Location>

    Silent on (the variable is not defined here)::

        Listen ${PORT}

    Source: the directives' own functions in httpd 2.4.62; tested on httpd 2.4.71.
    """
    found = list(check.refused(context.configuration))
    if not found:
        return
    elsewhere = {id(refusal.node) for refusal in context.proxy.refusals}
    elsewhere.update(id(refused.node) for refused in arguments.refused(context.configuration))
    elsewhere.update(id(refused.node) for refused in contexts.refused(context.configuration))
    elsewhere.update(id(refused.node) for refused in names.not_loaded(context.configuration))
    for refused in found:
        if id(refused.node) not in elsewhere:
            yield found_of(refused)
