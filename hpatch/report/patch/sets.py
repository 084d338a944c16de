"""Patch sets and what was fetched of them, for people and for programs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from hpatch.patch.sets.model import Catalog, Mark, PatchSet, SetRevision
from hpatch.patch.sources.fetch import Fetched, Unavailable
from hpatch.report.common.renderer import Page
from hpatch.report.common.tables import table
from hpatch.report.common.terminal import paint, visible, wrap


@dataclass(frozen=True)
class SetsReport:
    """Sets, one a row."""

    schema: ClassVar[str] = "hpatch.sets/1"
    sets: Sequence[PatchSet]

    def text(self, page: Page) -> Iterator[str]:
        """For people."""
        headers = ("set", "what it does", "revisions", "versions")
        rows = [(one.id, one.title, _sources(one), _versions(one)) for one in self.sets]
        return table(headers, rows, page.width, page.color, bold=True)

    def data(self) -> dict[str, Any]:
        """For programs."""
        return {"sets": [_set(one) for one in self.sets]}


def _sources(one: PatchSet) -> str:
    if one.variants:
        return "carried here"
    return ", ".join(revision.name for revision in one.revisions)


def _versions(one: PatchSet) -> str:
    return str(one.applies) if one.project == "httpd" else f"{one.project} {one.applies}"


@dataclass(frozen=True)
class SetReport:
    """All that the catalogue knows of a set."""

    schema: ClassVar[str] = SetsReport.schema
    one: PatchSet
    catalog: Catalog

    def text(self, page: Page) -> Iterator[str]:
        """For people."""
        return _manual(self.one, self.catalog, page.measure, page.color)

    def data(self) -> dict[str, Any]:
        """For programs."""
        return SetsReport((self.one,)).data()


def _manual(one: PatchSet, catalog: Catalog, width: int, color: bool) -> Iterator[str]:
    first, *more = wrap(visible(one.title), width, 2, len(one.id) + 2)
    yield f"{paint(one.id, 'bold', color)}  {first}".rstrip()
    yield from more
    yield ""
    yield from wrap(visible(" ".join(one.cures.split())), width)
    yield ""
    facts = {
        "for": f"{catalog.project(one.project).title} {one.applies}",
        "contained in": str(one.contained or ""),
        "needs": ", ".join(one.prerequisites),
        "files": ", ".join(one.files),
        "scenario": one.scenario or "",
    }
    for label, text in facts.items():
        if text:
            yield from wrap(visible(f"{label + ':':14}{text}"), width, 14)
    if one.revisions:
        yield ""
        rows = [_row(revision, ", ".join(f"r{number}" for number in revision.branch)) for revision in one.revisions]
        yield from table(("revision", "merged by", "commit", "patch-id"), rows, width, color)
    if one.variants:
        yield ""
        rows = [(str(variant.versions), ", ".join(variant.upon), variant.diff.name) for variant in one.variants]
        yield from table(("versions", "with", "diff"), rows, width, color)
    if one.recognise:
        yield ""
        yield "Recognised by:"
        for mark in one.recognise:
            yield from wrap(f"  - {visible(_mark(mark))}", width, 4)
    if one.corrections:
        yield ""
        yield "Corrected here:"
        for correction in one.corrections:
            text = f"{correction.said} Not so: {correction.true} ({correction.source})"
            yield from wrap(f"  - {visible(text)}", width, 4)
    if one.notes:
        for paragraph in _paragraphs(one.notes):
            yield ""
            yield from wrap(visible(paragraph), width)


def _paragraphs(text: str) -> list[str]:
    """The paragraphs of a text, each on one line: blank lines separate them."""
    return [" ".join(paragraph.split()) for paragraph in re.split(r"\n[ \t]*\n", text) if paragraph.strip()]


def _row(revision: SetRevision, merged: str) -> tuple[str, ...]:
    return (revision.name, merged, (revision.commit or "")[:12], revision.patch_id)


def _mark(mark: Mark) -> str:
    texts = [f"'{text}' in it" for text in mark.present] + [f"no '{text}' in it" for text in mark.absent]
    whose = f" (r{mark.revision})" if mark.revision is not None else ""
    return f"{mark.file}: {', '.join(texts)}{whose}"


def _set(one: PatchSet) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": one.title,
        "cures": " ".join(one.cures.split()),
        "project": one.project,
        "trunk": list(one.trunk),
        "branch": list(one.branch),
        "applies": str(one.applies),
        "contained": None if one.contained is None else str(one.contained),
        "prerequisites": list(one.prerequisites),
        "files": list(one.files),
        "revisions": [_revision(revision) for revision in one.revisions],
        "merges": [_revision(revision) for revision in one.merges],
        "variants": [
            {"versions": str(variant.versions), "diff": str(variant.diff), "upon": list(variant.upon)}
            for variant in one.variants
        ],
        "recognise": [
            {"file": mark.file, "present": list(mark.present), "absent": list(mark.absent), "revision": mark.revision}
            for mark in one.recognise
        ],
        "scenario": one.scenario,
        "corrections": [correction._asdict() for correction in one.corrections],
        "notes": " ".join(one.notes.split()),
        "folder": str(one.folder),
    }


def _revision(revision: SetRevision) -> dict[str, Any]:
    return {
        "name": revision.name,
        "number": revision.number,
        "line": revision.line,
        "commit": revision.commit,
        "patch_id": revision.patch_id,
        "files": list(revision.files),
        "merged": list(revision.branch),
    }


@dataclass(frozen=True)
class FetchReport:
    """What is in the cache now, a revision a row. `owners` are the sets of the revisions, by their names."""

    schema: ClassVar[str] = "hpatch.fetch/1"
    found: Sequence[Fetched | Unavailable]
    owners: Mapping[str, str]

    def text(self, page: Page) -> Iterator[str]:
        """For people."""
        rows = [(one.revision.name, self.owners[one.revision.name], _state(one)) for one in self.found]
        return table(("revision", "set", "diff"), rows, page.width, page.color)

    def data(self) -> dict[str, Any]:
        """For programs."""
        return {"revisions": [_fetched(one, self.owners) for one in self.found]}


def _state(one: Fetched | Unavailable) -> str:
    if isinstance(one, Unavailable):
        return str(one.error)
    state = f"{one.size} bytes, {'in the cache already' if one.kept else 'fetched'}"
    if one.files < one.wanted:
        state += f"; {one.files} of {one.wanted} files as they were before (three-way merging needs them)"
    return state


def _fetched(one: Fetched | Unavailable, owners: Mapping[str, str]) -> dict[str, Any]:
    data: dict[str, Any] = {"name": one.revision.name, "set": owners[one.revision.name]}
    if isinstance(one, Unavailable):
        return {**data, "state": "missing", "error": str(one.error)}
    state = "kept" if one.kept else "fetched"
    return {**data, "state": state, "bytes": one.size, "files_before": one.files, "files_wanted": one.wanted}
