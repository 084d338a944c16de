"""Two bundles beside each other, or a bundle and a source tree (`hpatch.compared/1`, described in docs/output.md)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

from hpatch.build.trees.hashing import hashes, whole
from hpatch.lab.bundle.model import Bundle
from hpatch.records import NamedTuple
from hpatch.report.common.renderer import Page
from hpatch.report.common.tables import table
from hpatch.report.common.terminal import paint, visible, wrap
from hpatch.report.prove.bundle.facts import OUTCOMES, facts
from hpatch.report.prove.proof import SHOWN, again, suite_sentence

_BY_CHANCE = frozenset({"made by", "steps"})
"""Facts that differ between any two proofs."""
TreeState = Literal["before", "after", "other"]


class OtherFact(NamedTuple):
    """A fact that the two do not share; "" where one has none."""

    name: str
    first: str
    second: str


@dataclass(frozen=True, kw_only=True)
class ComparedReport:
    """What two bundles share, by its names, and what they do not."""

    schema: ClassVar[str] = "hpatch.compared/1"
    names: tuple[str, str]
    same: Sequence[str]
    differences: Sequence[OtherFact]

    def text(self, page: Page) -> Iterator[str]:
        """For people."""
        if self.differences:
            rows = [(one.name, one.first or "-", one.second or "-") for one in self.differences]
            yield from table(("fact", *map(visible, self.names)), rows, page.width, page.color, bold=True)
            yield ""
        if self.same:
            yield from wrap(f"Equal: {', '.join(map(visible, self.same))}", page.width, 2)
        if not self.differences:
            yield paint("The two proofs do not differ", "green", page.color)

    def data(self) -> dict[str, Any]:
        """For programs."""
        return {
            "bundles": list(self.names),
            "same": list(self.same),
            "differences": [one._asdict() for one in self.differences],
        }


@dataclass(frozen=True, kw_only=True)
class TreeReport:
    """Whether a source tree is that of a bundle: before the change, after it, or another one."""

    schema: ClassVar[str] = "hpatch.compared-tree/1"
    tree: str
    hash: str
    state: TreeState

    def text(self, page: Page) -> Iterator[str]:
        """For people."""
        words = {
            "before": "is the tree of the proof, before the change",
            "after": "is the tree of the proof, after the change",
            "other": "is not the tree of the proof, neither before the change nor after it",
        }
        text = f"{visible(self.tree)} {words[self.state]} ({self.hash})"
        for line in wrap(text, page.width, 2):
            yield paint(line, "red" if self.state == "other" else "green", page.color)

    def data(self) -> dict[str, Any]:
        """For programs."""
        return {"tree": self.tree, "hash": self.hash, "state": self.state}


def compare(first: Bundle, second: Bundle, names: tuple[str, str]) -> ComparedReport:
    """Two bundles. Times and measured figures are left out: they always differ."""
    one, other = dict(_facts(first)), dict(_facts(second))
    known = list(dict.fromkeys((*one, *other)))
    return ComparedReport(
        names=names,
        same=[name for name in known if one.get(name, "") == other.get(name, "")],
        differences=[
            OtherFact(name, one.get(name, ""), other.get(name, ""))
            for name in known
            if one.get(name, "") != other.get(name, "")
        ],
    )


def compare_tree(bundle: Bundle, tree: Path) -> TreeReport:
    """A bundle and a tree. Raises InputError for one that cannot be read."""
    found = whole(hashes(tree))
    state: TreeState = "before" if found == bundle.tree.before else "after" if found == bundle.tree.after else "other"
    return TreeReport(tree=str(tree), hash=found, state=state)


def _facts(bundle: Bundle) -> Iterator[tuple[str, str]]:
    yield "verdict", OUTCOMES[bundle.outcome]
    proof = bundle.proof
    if proof is not None:
        for row in proof.rows:
            before = row.before
            words = (before.scenario, before.backend.kind, before.backend.version, before.transport, before.threads)
            yield " ".join(str(word) for word in words if word is not None), SHOWN[row.shown]
        worse = [check.name for check in proof.checks if check.worse]
        yield "checks", f"worse: {', '.join(worse)}" if worse else f"none of {len(proof.checks)} is worse"
        if proof.net is not None:
            left_out = f"; not tried: {', '.join(proof.net.untried)}" if proof.net.untried else ""
            yield "exchanges", f"by {', '.join(proof.net.ways)}{left_out}"
        if proof.reports is not None:
            yield "sanitizers", "\n".join(one.name for one in proof.reports) or "no reports"
        if proof.suite is not None:
            yield "httpd's own tests", "\n".join((suite_sentence(proof.suite), *proof.suite.worse))
        if proof.again is not None:
            yield "second build", again(proof.again)
        yield "changed", "\n".join(proof.unexpected) or "nothing that no set is to change"
    for name, value in facts(bundle):
        if name not in _BY_CHANCE and not name.startswith("hashes "):
            yield name, value
    for made in bundle.made:
        yield from ((f"{name} {made.moment}", one) for name, one in made.files.items())
    yield "hpatch", bundle.hpatch.version
