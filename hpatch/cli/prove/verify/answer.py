"""The end of one proof or several: what is shown, what is kept, and the exit code."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from hpatch.cli import output
from hpatch.errors import HpatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from hpatch.cli.prove import keeping
    from hpatch.lab.proof import Proof
    from hpatch.lab.recipe import BuildWay
    from hpatch.report.prove.proof import ProofReport


def answer(
    ways: Sequence[tuple[str, BuildWay]],
    proofs: Sequence[Proof],
    kept: Sequence[keeping.Keeping],
    format: str,
    carry_out: Callable[[], None] | None,
) -> int:
    """Apply the sets where that is asked for and all holds, show the proofs, and give the exit code."""
    done = False
    try:
        if carry_out is not None and all(proof.ok for proof in proofs):
            carry_out()
            done = True
    finally:  # a proof is an answer, also where the tree does not take the sets
        _show(ways, proofs, kept, format, in_place=done)
    return 0 if all(proof.ok for proof in proofs) else 4 if all(proof.ok or proof.undecided for proof in proofs) else 1


def _show(
    ways: Sequence[tuple[str, BuildWay]],
    proofs: Sequence[Proof],
    kept: Sequence[keeping.Keeping],
    format: str,
    *,
    in_place: bool,
) -> None:
    from hpatch.report.common.renderer import TICKET_FORMS
    from hpatch.report.prove.proofs import ProofsReport

    answers = _reports(ways, proofs, in_place=in_place)
    if len(answers) == 1:
        output.show(next(iter(answers.values())), TICKET_FORMS, format)
    else:
        output.show(ProofsReport(answers), TICKET_FORMS, format)
    for one, answer in zip(kept, answers.values(), strict=True):
        one.write(answer)


def _reports(
    ways: Sequence[tuple[str, BuildWay]], proofs: Sequence[Proof], *, in_place: bool
) -> Mapping[str, ProofReport]:
    """Those of the proofs that have ended, by the name of each way."""
    from hpatch.report.prove.proof import ProofReport

    return {
        name: ProofReport(proof=proof, how=way.how, in_place=in_place)
        for (name, way), proof in zip(ways, proofs, strict=False)
    }


@contextmanager
def ended_are_kept(
    ways: Sequence[tuple[str, BuildWay]], proofs: Sequence[Proof], kept: Sequence[keeping.Keeping]
) -> Iterator[None]:
    """Where one of several proofs cannot go on, those that have ended before it are kept all the same."""
    try:
        yield
    except (HpatchError, KeyboardInterrupt, SystemExit):
        for one, answer in zip(kept, _reports(ways, proofs, in_place=False).values(), strict=False):
            with suppress(HpatchError):  # the first error is the one to tell of
                one.write(answer)
        raise
