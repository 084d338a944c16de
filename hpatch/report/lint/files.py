"""The files that were read, and those that were not: `hpatch lint --show-files`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from hpatch.report.common.numbers import count
from hpatch.report.common.renderer import Page
from hpatch.report.common.terminal import paint, visible, wrap

if TYPE_CHECKING:
    from hpatch.lint.engine.result import LintResult
    from hpatch.lint.roots import NotRead


def lines(result: LintResult, not_read: Iterable[NotRead], page: Page) -> Iterator[str]:
    """Each file with the Include that names it, then what was not read, each with the reason."""
    yield paint("Read:", "bold", page.color)
    for file in result.read:
        by = f"through {visible(file.link)}" if file.link else ""
        at = f"included at {visible(file.named_at.file)}:{file.named_at.line}" if file.named_at else ""
        yield _line(file.name, ", ".join(filter(None, (at, by))), page)
    left = list(not_read)
    if left:
        yield ""
        yield paint("Not read:", "bold", page.color)
        for one in left:
            yield _line(one.name, one.reason, page)
    yield ""


def _line(name: str, note: str, page: Page) -> str:
    return f"  {visible(name)}" + (paint(f"  ({note})", "dim", page.color) if note else "")


def passed_over(not_read: Iterable[NotRead], page: Page) -> Iterator[str]:
    """How many files no Include names, in one line."""
    left = [one for one in not_read if one.passed_over]
    if not left:
        return
    strangers = sum(one.seems is not None for one in left)
    some = "" if not strangers else f" ({strangers} of them not httpd's)" if len(left) > 1 else " (not httpd's)"
    text = f"Not read: {count(len(left), 'file')} that no Include names{some}; --show-files lists them."
    for line in wrap(text if len(left) > 1 else text.replace("lists them", "names it"), page.width, 2):
        yield paint(line, "dim", page.color)


def data(result: LintResult, not_read: Iterable[NotRead]) -> dict[str, Any]:
    """The same for programs."""
    return {
        "read": [
            {
                "file": file.name,
                "link": file.link,
                "included_by": file.named_at and {"file": file.named_at.file, "line": file.named_at.line},
            }
            for file in result.read
        ],
        "not_read": [{"file": one.name, "reason": one.reason} for one in not_read],
    }
