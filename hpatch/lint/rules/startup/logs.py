"""Logs that httpd cannot open, whatever the machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found
from hpatch.lint.rule import rule

if TYPE_CHECKING:
    from hpatch.lint.context import Context

_FACILITIES = (
    "auth authpriv cron daemon ftp kern lpr mail news syslog user uucp "
    "local0 local1 local2 local3 local4 local5 local6 local7"
).split()
_SYSLOG = "syslog:"


@rule("CF060", "syslog-facility", "error", references=("https://httpd.apache.org/docs/2.4/mod/core.html#errorlog",))
def syslog_facility(context: Context) -> Iterator[Found]:
    """ErrorLog names a facility that syslog does not have.

    httpd does not start: AH10036, "could not open syslog error log". `httpd -t` says "Syntax OK". Before 2.4.28, httpd
    starts and writes no error log.

    The first letters of a facility do, too, and case does not count.

    Name a facility of syslog, such as `local7`.

    Fires on::

        ErrorLog syslog:local8

    Write instead::

        ErrorLog syslog:local7:shop

    Silent on (the default facility, and a tag)::

        ErrorLog syslog::shop

    Source: open_error_log (log.c); tested on httpd 2.4.71.
    """
    from hpatch.suggest import closest

    old = context.before("syslog-must-open")
    last = {node.inside("<virtualhost"): node for node in context.configuration.by_key.get("errorlog", ())}
    for node in last.values():
        word = next(iter(node.words), "")
        facility = word[len(_SYSLOG) :].partition(":")[0]
        if not word.startswith(_SYSLOG) or "${" in word or any(one.startswith(facility.lower()) for one in _FACILITIES):
            continue
        near = closest(facility.strip(), _FACILITIES)
        yield Found(
            node.word_place(0),
            f'syslog has no facility "{facility}": httpd {"writes no error log" if old else "does not start"}',
            help=f"Name one of {', '.join(_FACILITIES)}." if near is None else f'Did you mean "{near}"?',
            severity="warning" if old else None,
            node=node,
        )
