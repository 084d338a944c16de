"""The list that hpatch began with: changes of httpd and uWSGI, open questions, and what answers each of them here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from hpatch.lab.model import Result
from hpatch.patch.sets.model import Catalog
from hpatch.records import NamedTuple
from hpatch.versions import Version

Answered = Literal["fault", "no-fault", "cannot-run"]


class PageItem(NamedTuple):
    """A row of the list: what it says, the `sets` that mend it, and the `scenarios` that show whether it is mended.

    Without a scenario there is nothing to see at run time: httpd's version tells whether it has the sets.
    """

    said: str
    sets: tuple[str, ...]
    scenarios: tuple[str, ...]


PAGE = (
    PageItem("Clearer manual page of mod_proxy_scgi", ("scgi-docs",), ()),
    PageItem("Crash when a FastCGI backend cannot be reached", ("fcgi-connect-crash",), ("fcgi-connect-crash",)),
    PageItem("Wasted memset calls in mod_proxy_fcgi", ("fcgi-memset",), ()),
    PageItem("mod_proxy_fcgi ignores iobuffersize", ("fcgi-iobuffersize",), ("fcgi-iobuffersize",)),
    PageItem("The log does not tell which step of FastCGI failed", ("fcgi-diagnostics",), ("fcgi-diagnostics",)),
    PageItem("FastCGI request bodies take all of a processor", ("fcgi-body-cpu",), ("fcgi-body-cpu",)),
    PageItem("Tidier ap_proxy_determine_connection", ("proxy-util-cleanup",), ()),
    PageItem("mod_proxy_scgi does not reach Unix sockets", ("scgi-unix",), ("scgi-unix",)),
    PageItem("uWSGI closes before it has read the end of FCGI_STDIN", ("uwsgi-stdin-eof",), ("uwsgi-stdin-eof",)),
    PageItem(
        "uWSGI closes over TCP with input unread",
        ("uwsgi-lingering-close",),
        ("uwsgi-lingering-close",),
    ),
    PageItem(
        "mod_proxy_fcgi loses a response that came before the end of FCGI_STDIN",
        ("fcgi-stdin-eof", "fcgi-stdin-coalesce"),
        ("fcgi-stdin-eof",),
    ),
    PageItem("nginx gives status 200 with an empty body", ("nginx-empty-response",), ("nginx-empty-200",)),
    PageItem("The tail of a long response is lost", ("uwsgi-lingering-close",), ("lost-tail",)),
    PageItem(
        "Responses are cut over a slow hop to the backend", ("uwsgi-lingering-close",), ("slow-hop", "slow-reader")
    ),
    PageItem("mod_proxy_uwsgi crashes", (), ("uwsgi-module-crash",)),
    PageItem(
        "uwsgi and SCGI lose a response that came before the end of the body",
        ("uwsgi-early-response", "scgi-early-response"),
        ("uwsgi-early-response", "scgi-early-response", "uwsgi-load"),
    ),
)
"""In the list's order: changes of httpd, changes of uWSGI, open questions; last, what those of them led to."""


class PageAnswer(NamedTuple):
    """What is true of an item here. `results` are the cells of its scenarios; `why` tells what no cell tells.

    `fault`: a cell has failed, or httpd does not have the sets. `cannot-run`: none has, but a cell could not run, or a
    scenario was left out, so that nothing is certain.
    """

    item: PageItem
    verdict: Answered
    why: str | None
    results: tuple[Result, ...]


def answers(results: Sequence[Result], catalog: Catalog) -> tuple[PageAnswer, ...]:
    """What cells say of each item. It has no fault only if each of its scenarios was tried, and every cell passed."""
    release = next((one.gateway for one in results if one.cell.gateway.kind == "httpd" and one.gateway), None)
    return tuple(
        _seen(item, tuple(one for one in results if one.scenario in item.scenarios))
        if item.scenarios
        else _told(item, release, catalog)
        for item in PAGE
    )


def _seen(item: PageItem, results: tuple[Result, ...]) -> PageAnswer:
    verdicts = {one.verdict for one in results}
    tried = {one.scenario for one in results}
    left = [name for name in item.scenarios if name not in tried]
    why = f"{', '.join(left)}: left out" if left else None
    if "failed" in verdicts:
        return PageAnswer(item, "fault", why, results)
    return PageAnswer(item, "cannot-run" if left or "cannot-run" in verdicts else "no-fault", why, results)


def _told(item: PageItem, release: str | None, catalog: Catalog) -> PageAnswer:
    if release is None:
        return PageAnswer(item, "cannot-run", "nothing to see; no httpd that tells its version was tried", ())
    version = Version.parse(release)
    having = [one.contained is not None and one.contained.covers(version) for one in map(catalog.get, item.sets)]
    if all(having):
        return PageAnswer(item, "no-fault", f"nothing to see; httpd {release} has it", ())
    return PageAnswer(item, "fault", f"nothing to see; httpd {release} does not have it, unless it was patched", ())
