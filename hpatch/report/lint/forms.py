"""The forms that findings can be given in: `hpatch.lint/1` (docs/output.md) and those that other programs read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

from hpatch.report.common import renderer
from hpatch.report.common.renderer import Form, Page

if TYPE_CHECKING:
    from hpatch.lint.engine.result import LintResult
    from hpatch.lint.fixes.offer import Offer
    from hpatch.lint.fixes.passes import Fixing
    from hpatch.lint.gateway.model import GatewayMap
    from hpatch.lint.roots import NotRead
    from hpatch.report.lint.text import Detail


@dataclass(frozen=True)
class FindingsReport:
    """What linting found.

    `not_read` are the configurations that were not read. With `show_files`, these and the files that were read are
    listed. With `statistics`, the number of findings of each rule stands for them. `full` shows
    each finding of many that are alike. `maps` are pictures for the page of html. `offer` is what fixing could do, None
    if no finding has a fix; `fixing` what it did, or without `made` would do.
    """

    schema: ClassVar[str] = "hpatch.lint/1"
    result: LintResult
    detail: Detail = "summary"
    not_read: tuple[NotRead, ...] = ()
    show_files: bool = False
    statistics: bool = False
    full: bool = False
    maps: tuple[GatewayMap, ...] = ()
    offer: Offer | None = None
    fixing: Fixing | None = None
    made: bool = True

    def text(self, page: Page) -> Iterator[str]:
        """For people: findings with their source lines, then a summary."""
        from hpatch.report.lint import text

        if self.statistics:
            from hpatch.report.lint import statistics

            yield from statistics.lines(self.result, page)
        else:
            fixable = () if self.offer is None else self.offer.fixable
            yield from text.findings(self.result, page, self.full, fixable)
        if self.show_files:
            from hpatch.report.lint import files

            yield from files.lines(self.result, self.not_read, page)
        yield from text.summary(
            self.result,
            page,
            self.detail,
            () if self.show_files else self.not_read,
            self.full or self.statistics,
        )
        if self.fixing is not None or self.offer is not None:
            yield from self._fixes(page)

    def _fixes(self, page: Page) -> Iterator[str]:
        from hpatch.report.lint import fixes  # many lints find nothing to fix

        if self.fixing is not None:
            yield from fixes.told(self.fixing, page, self.detail, made=self.made)
        elif self.offer is not None and self.detail != "findings":
            yield from fixes.offered(self.offer, page)

    def data(self) -> dict[str, Any]:
        """For programs."""
        from hpatch.report.lint import files, fixes, json, statistics

        found = json.data(self.result)
        if self.statistics:
            found["statistics"] = statistics.data(self.result)
        if self.show_files:
            found.update(files.data(self.result, self.not_read))
        if self.fixing is not None:
            found["fixes"] = fixes.data(self.fixing, made=self.made)
        return found


def _by_module(name: str) -> Form[FindingsReport]:
    """The form of a module of this package, `render(result, page) -> str`; only a run that asks for it imports it."""

    def show(answer: FindingsReport, page: Page) -> Iterable[str]:
        return (import_module(f"{__package__}.{name}").render(answer.result, page),)

    return show


def _page(answer: FindingsReport, page: Page) -> Iterable[str]:
    from hpatch.report.lint.html.page import render  # few runs ask for it

    return (render(answer.result, answer.maps),)


FORMS: Mapping[str, Form[FindingsReport]] = {
    **renderer.FORMS,
    "concise": _by_module("concise"),
    "sarif": _by_module("sarif"),
    "github": _by_module("github"),
    "gitlab": _by_module("gitlab"),
    "junit": _by_module("junit"),
    "checkstyle": _by_module("checkstyle"),
    "html": _page,
}
