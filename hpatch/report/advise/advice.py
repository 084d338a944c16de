"""An advice (`hpatch.advice/1`, described in docs/output.md)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from hpatch.advise.advice import Advised, HttpdAdvice
from hpatch.advise.httpd import TargetHttpd
from hpatch.report.advise import words
from hpatch.report.advise.applied import ApplyRun
from hpatch.report.common import json, renderer
from hpatch.report.common.markdown import grid, plain
from hpatch.report.common.renderer import Form, Page
from hpatch.report.common.tables import table
from hpatch.report.common.terminal import paint, visible, wrap


@dataclass(frozen=True, kw_only=True)
class AdviceReport:
    """An advice, and the one command that carries it out (empty: there is nothing that a set cures in a given tree).

    `applied`: what --apply did; then the advice is that of the patched tree. `silenced`: what comments silence is
    listed, and not only counted.
    """

    schema: ClassVar[str] = "hpatch.advice/1"
    advice: HttpdAdvice
    command: tuple[str, ...] = ()
    applied: ApplyRun | None = None
    silenced: bool = False

    def text(self, page: Page) -> Iterator[str]:
        """For people."""
        if self.applied is not None:
            yield from self.applied.text(page)
            yield ""
        for title, headers, rows in self.tables():
            yield paint(title, "bold", page.color)
            yield from table(headers, rows, page.width, page.color, bold=True)
            yield ""
        for sentence in self.sentences():
            yield from wrap(visible(sentence), page.measure)
        if self.command:
            yield ""
            yield "One command applies, builds and proves all of it:"
            yield ""
            yield f"  {paint(visible(words.command(self.command)), 'bold', page.color)}"

    def data(self) -> dict[str, Any]:
        """For programs."""
        advice = self.advice
        behind = advice.uwsgi
        of_uwsgi = () if behind is None else (*behind.here, *behind.unknown, *behind.gone)
        return {
            "ok": advice.ok,
            "undecided": advice.undecided,
            "httpd": {
                "name": advice.httpd.title,
                "version": None if advice.httpd.version is None else str(advice.httpd.version),
                "source": advice.httpd.source,
            },
            "uwsgi": None if behind is None else {"name": behind.uwsgi.name, "version": str(behind.uwsgi.version)},
            "problems": [
                _problem(one, advice.httpd) for one in (*advice.here, *advice.unknown, *advice.gone, *of_uwsgi)
            ],
            "silenced": [_problem(one, advice.httpd) for one in advice.silenced],
            "sets": list(advice.sets),
            "clash": advice.clash,
            "command": list(self.command),
            "looked": {
                "problems": advice.known + (behind.known if behind is not None else 0),
                "files": advice.read.files,
                "directives": advice.read.directives,
                "silencing": advice.read.silencing,
            },
            "applied": None if self.applied is None else self.applied.data(),
        }

    def markdown(self) -> Iterator[str]:
        """For a ticket: lines without their ends."""
        if self.applied is not None:
            yield from self.applied.markdown()
            yield ""
        for title, headers, rows in self.tables():
            yield f"**{plain(title)}**"
            yield ""
            yield from grid(headers, rows)
            yield ""
        yield from map(plain, self.sentences())
        if self.command:
            yield ""
            yield "One command applies, builds and proves all of it:"
            yield ""
            yield f"    {visible(words.command(self.command))}"

    def html(self) -> Iterator[str]:
        """A page that loads nothing: lines without their ends."""
        from hpatch.report.common import html

        title = f"Known problems of {self.advice.httpd.title}"
        yield html.head(title)
        yield f"<h1>{html.text(title)}</h1>"
        style = "bad" if not self.advice.ok else "doubt" if self.advice.undecided else "good"
        first, *more = self.sentences()
        yield f'<p class="verdict {style}">{html.text(first)}</p>'
        yield from (f"<p>{html.text(sentence)}</p>" for sentence in more)
        if self.command:
            yield "<p>One command applies, builds and proves all of it:</p>"
            yield f"<pre>{html.text(words.command(self.command))}</pre>"
        if self.applied is not None:
            yield from self.applied.html()
        for name, headers, rows in self.tables():
            yield f"<h2>{html.text(name)}</h2>"
            yield from html.table(headers, rows)
        yield html.END

    def tables(self) -> Iterator[tuple[str, Sequence[str], Sequence[Sequence[str]]]]:
        """The problems, below titles and headers; no table is empty."""
        here = self.advice.here
        groups = (
            ("Problems for which there is a patch set", words.HEADERS, [one for one in here if one.cures]),
            ("Problems without a patch set", words.HEADERS, [one for one in here if not one.cures]),
            ("Problems that this httpd may have", words.UNSURE, self.advice.unknown),
            *self._of_uwsgi(),
            *self._silenced(),
        )
        for title, headers, problems in groups:
            if problems:
                yield title, headers, [words.row(one, self.advice.read) for one in problems]

    def _of_uwsgi(self) -> Iterator[tuple[str, Sequence[str], Sequence[Advised]]]:
        if self.advice.uwsgi is not None:
            yield "Problems of the uWSGI behind it", words.HEADERS, self.advice.uwsgi.here
            yield "Problems that the uWSGI behind it may have", words.UNSURE, self.advice.uwsgi.unknown

    def _silenced(self) -> Iterator[tuple[str, Sequence[str], Sequence[Advised]]]:
        if self.silenced:
            here = [one for one in self.advice.silenced if one.answer.verdict == "affected"]
            yield "Problems that comments silence", words.HEADERS, here
            unsure = [one for one in self.advice.silenced if one.answer.verdict != "affected"]
            yield "Problems that comments silence and that may be there", words.UNSURE, unsure

    def sentences(self) -> Iterator[str]:
        """How it stands."""
        yield from words.summary(self.advice)
        if self.advice.clash:
            yield f"The sets do not go in together: {self.advice.clash}."
        yield from words.remaining(self.advice)
        if self.advice.uwsgi is not None:
            yield from words.of_uwsgi(self.advice.uwsgi)
        yield from words.undecided(self.advice, listed=self.silenced)
        yield words.looked(self.advice)


def _problem(one: Advised, httpd: TargetHttpd) -> dict[str, Any]:
    problem, answer = one.problem, one.answer
    # What a number alone tells is of httpd's own releases; its source is the problem's.
    told = problem.product == "httpd" and httpd.vendor is not None and answer.source != problem.source
    vendors = answer.fixed if told or answer.verdict == "fixed by the vendor" else ""
    return {
        "id": problem.id,
        "product": problem.product,
        "kind": problem.kind,
        "verdict": one.answer.verdict,
        "because": one.answer.because,
        "reference": one.answer.reference,
        "effect": problem.effect,
        "what": problem.what,
        "affected": [str(each) for each in problem.affected],
        "fixed": None if problem.fixed is None else str(problem.fixed),
        "vendor_fixed": vendors or None,
        "source": problem.source,
        "places": [json.at(place) for place in one.places],
        "cures": [
            {"set": cure.set, "state": cure.state, "why": cure.why, "needs": list(cure.needs)} for cure in one.cures
        ],
        "setting": problem.setting,
    }


def _html(answer: AdviceReport, page: Page) -> Iterable[str]:
    return ("\n".join(answer.html()),)


FORMS: Mapping[str, Form[AdviceReport]] = {**renderer.TICKET_FORMS, "html": _html}
"""The forms of an advice."""
