"""The files that were read, and those that were not: `hpatch lint --show-files`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from hpatch.report.common.renderer import Page
from hpatch.report.common.terminal import paint, visible

if TYPE_CHECKING:
    from hpatch.lint.engine import LintResult


def lines(result: LintResult, not_read: Iterable[tuple[str, str]], page: Page) -> Iterator[str]:
    """Each file with the Include that names it, then what was not read, each with the reason."""
    yield paint("Read:", "bold", page.color)
    for name, link, place in result.read:
        by = f"through {visible(link)}" if link else ""
        at = f"included at {visible(place.file)}:{place.line}" if place else ""
        yield _line(name, ", ".join(filter(None, (at, by))), page)
    left = list(not_read)
    if left:
        yield ""
        yield paint("Not read:", "bold", page.color)
        for name, reason in left:
            yield _line(name, reason, page)
    yield ""


def _line(name: str, note: str, page: Page) -> str:
    return f"  {visible(name)}" + (paint(f"  ({note})", "dim", page.color) if note else "")


def data(result: LintResult, not_read: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The same for programs."""
    return {
        "read": [
            {
                "file": name,
                "link": link,
                "included_by": None if place is None else {"file": place.file, "line": place.line},
            }
            for name, link, place in result.read
        ],
        "not_read": [{"file": name, "reason": reason} for name, reason in not_read],
    }
