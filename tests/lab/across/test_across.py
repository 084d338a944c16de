"""Rows over workers that only pretend to prove: what is kept, what is done again, and what an interrupt loses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import pytest

from hpatch.build.httpd.plan import VARIABLES
from hpatch.errors import ToolError
from hpatch.lab.across import state as states
from hpatch.lab.across.across import AcrossWork
from hpatch.lab.across.model import AcrossCell, AcrossJob, CellVerdict
from hpatch.lab.across.state import Done
from hpatch.patch.sets.load import load
from hpatch.patch.sets.model import Catalog
from tests.support.cli.tree import catalog as sets
from tests.support.lab.versions import job

Answer = Callable[[AcrossJob], Sequence[AcrossCell]]


class Pretended(Executor):
    """Answers each row at once, and remembers which sets it was asked for."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.asked: list[tuple[str, tuple[str, ...]]] = []

    def submit(self, fn: Any, job: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """The row's answer, or what it raises."""
        self.asked.append((job.row, job.sets))
        future: Future[Any] = Future()
        try:
            future.set_result(self.answer(job))
        except BaseException as error:
            future.set_exception(error)
        return future


def cells(job: AcrossJob, verdict: CellVerdict = "proved") -> list[AcrossCell]:
    return [AcrossCell(job.row, set=set, verdict=verdict, reason="said") for set in job.sets]


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return load([str(sets(tmp_path))])


@pytest.fixture
def jobs(tmp_path: Path) -> list[AcrossJob]:
    rows = {"2.4.8": "a" * 40, "2.4.9": "b" * 40}
    return [job(tmp_path, commit, "one", "three", row=row) for row, commit in rows.items()]


Work = Callable[[], AcrossWork]


@pytest.fixture
def work(tmp_path: Path, catalog: Catalog, jobs: list[AcrossJob]) -> Work:
    """Another run each time, with the same folder."""
    return lambda: AcrossWork(jobs, Done(tmp_path / "state", catalog))


def test_what_is_done_is_not_done_again(work: Work) -> None:
    first = Pretended(cells)
    table = work().run(first)
    assert first.asked == [("2.4.8", ("one", "three")), ("2.4.9", ("one", "three"))]
    assert table.ok and table.complete and not table.undecided
    assert not any(cell.kept for cell in table.cells.values())
    again = Pretended(cells)
    table = work().run(again)
    assert again.asked == []
    assert table.ok and all(cell.kept and cell.reason == "said" for cell in table.cells.values())


def test_an_interrupt_loses_only_what_was_not_finished(work: Work) -> None:
    def interrupted(job: AcrossJob) -> Sequence[AcrossCell]:
        if job.row == "2.4.9":
            raise KeyboardInterrupt
        return cells(job)

    first = work()
    with pytest.raises(KeyboardInterrupt):
        first.run(Pretended(interrupted))
    second = Pretended(cells)
    known = work()
    assert {row for row, _ in known.table.cells} <= {"2.4.8"}
    assert known.run(second).ok
    assert ("2.4.9", ("one", "three")) in second.asked


def test_cells_come_one_by_one_and_are_told(work: Work) -> None:
    told: list[tuple[str, str, int, int]] = []
    work().run(Pretended(cells), tell=lambda cell, number, count: told.append((cell.row, cell.set, number, count)))
    assert [(number, count) for _, _, number, count in told] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert {(row, set) for row, set, _, _ in told} == {
        (row, set) for row in ("2.4.8", "2.4.9") for set in ("one", "three")
    }


def test_errors_are_tried_again(work: Work) -> None:
    table = work().run(Pretended(lambda job: cells(job, "error")))
    assert table.complete and table.undecided and not table.ok
    again = Pretended(cells)
    assert work().run(again).ok
    assert len(again.asked) == 2


def test_a_worker_that_is_lost_costs_its_row_alone(work: Work) -> None:
    def lost(job: AcrossJob) -> Sequence[AcrossCell]:
        if job.row == "2.4.8":
            raise RuntimeError("gone")
        return cells(job)

    table = work().run(Pretended(lost))
    assert {(row, cell.verdict) for (row, _), cell in table.cells.items()} == {("2.4.8", "error"), ("2.4.9", "proved")}
    assert table.cells["2.4.8", "one"].reason == "the worker failed: RuntimeError: gone"
    again = Pretended(cells)
    assert work().run(again).ok
    assert again.asked == [("2.4.8", ("one", "three"))]


def test_what_an_executor_gives_up_costs_its_row_alone(work: Work) -> None:
    """As when a cluster's scheduler ends."""

    class Ending(Pretended):
        def submit(self, fn: Any, job: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            future = super().submit(fn, job)
            if job.row == "2.4.9":
                future = Future()
                future.cancel()
                future.set_running_or_notify_cancel()
            return future

    table = work().run(Ending(cells))
    assert {(row, cell.verdict) for (row, _), cell in table.cells.items()} == {("2.4.8", "proved"), ("2.4.9", "error")}
    assert table.cells["2.4.9", "one"].reason.startswith("the executor gave it up: ")


@pytest.mark.parametrize(
    ("verdict", "ok", "undecided"),
    [
        ("proved", True, False),
        ("there", True, False),
        ("not-applying", False, False),
        ("not-proved", False, False),
        ("worse", False, False),
        ("error", False, True),
    ],
)
def test_what_is_a_yes(work: Work, verdict: CellVerdict, ok: bool, undecided: bool) -> None:
    table = work().run(Pretended(lambda job: [*cells(job)[:1], *cells(job, verdict)[1:]]))
    assert (table.ok, table.undecided) == (ok, undecided)


def test_a_table_with_open_cells_is_no_yes(work: Work) -> None:
    table = work().table
    assert (table.ok, table.complete, table.undecided) == (False, False, True)


def changes(jobs: list[AcrossJob]) -> Iterator[list[AcrossJob]]:
    one = jobs[0]
    yield [one._replace(version=one.version._replace(commit="c" * 40))]
    yield [one._replace(requests=7)]
    yield [one._replace(request=one.request._replace(fuzz=1))]
    yield [one._replace(wanted=one.wanted._replace(transports=["tcp"]))]
    options = one.recipe.options
    assert options is not None
    yield [one._replace(recipe=one.recipe._replace(options=options._replace(mpm="worker")))]
    yield [one._replace(recipe=one.recipe._replace(sanitize=("address",)))]


def test_another_proof_is_another_cell(tmp_path: Path, catalog: Catalog, jobs: list[AcrossJob], work: Work) -> None:
    work().run(Pretended(cells))
    others = list(changes(jobs))
    assert len(others) == 6
    for other in others:
        assert AcrossWork(other, Done(tmp_path / "state", catalog)).table.cells == {}


def test_what_other_code_of_hpatch_said_is_proved_again(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    work().run(Pretended(cells))
    assert work().table.complete
    monkeypatch.setattr(states, "_code", lambda: "other")
    assert work().table.cells == {}


def test_the_code_that_decides_stands_in_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("lab/net/a.py", "cli/b.py"):
        (tmp_path / place).parent.mkdir(parents=True)
        (tmp_path / place).write_text("")
    monkeypatch.setattr(states.hpatch, "__file__", str(tmp_path / "__init__.py"))
    first = states._code.__wrapped__()
    (tmp_path / "cli/b.py").write_text("1")
    assert states._code.__wrapped__() == first
    (tmp_path / "lab/net/a.py").write_text("1")
    assert states._code.__wrapped__() != first


@pytest.mark.parametrize("variable", VARIABLES)
def test_other_flags_are_another_cell(
    tmp_path: Path, catalog: Catalog, jobs: list[AcrossJob], work: Work, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    work().run(Pretended(cells))
    monkeypatch.setenv(variable, "1")
    assert AcrossWork(jobs, Done(tmp_path / "state", catalog)).table.cells == {}


def test_what_does_not_decide_is_no_other_cell(
    tmp_path: Path, catalog: Catalog, jobs: list[AcrossJob], work: Work
) -> None:
    work().run(Pretended(cells))
    options = jobs[0].recipe.options
    assert options is not None
    same = [
        jobs[0]._replace(row="another name", base=tmp_path),
        jobs[0]._replace(recipe=jobs[0].recipe._replace(options=options._replace(jobs=3))),
        jobs[0]._replace(version=jobs[0].version._replace(tag="another tag")),
    ]
    for one in same:
        found = AcrossWork([one], Done(tmp_path / "state", catalog)).table.cells
        assert {row for row, _ in found} == {one.row}


def test_a_set_that_changed_is_proved_again(tmp_path: Path, jobs: list[AcrossJob], work: Work) -> None:
    work().run(Pretended(cells))
    diff = tmp_path / "sets" / "one" / "change.diff"
    diff.write_text(f"words\n{diff.read_text()}")
    again = AcrossWork(jobs, Done(tmp_path / "state", load([str(tmp_path / "sets")])))
    assert {set for _, set in again.table.cells} == {"three"}


@pytest.mark.parametrize("content", ["", "{", "[]", '{"cell": {}}', '{"cell": {"row": "2.4.8"}}'])
def test_a_damaged_file_is_as_none(tmp_path: Path, work: Work, content: str) -> None:
    work().run(Pretended(cells))
    files = list((tmp_path / "state").iterdir())
    assert len(files) == 4
    for path in files:
        path.write_text(content)
    assert work().table.cells == {}
    assert work().run(Pretended(cells)).ok


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path, catalog: Catalog, jobs: list[AcrossJob]) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ToolError, match="file/state: cannot be made"):
        Done(tmp_path / "file" / "state", catalog)
    done = Done(tmp_path / "state", catalog)
    (tmp_path / "state").rmdir()
    with pytest.raises(ToolError, match="cannot be written"):
        AcrossWork(jobs, done).run(Pretended(cells))


def test_what_is_done_counts_only_where_it_can_be_used(jobs: list[AcrossJob], tmp_path: Path, catalog: Catalog) -> None:
    done = Done(tmp_path / "state", catalog)
    assert AcrossWork(jobs, done).run(Pretended(cells)).ok
    again = Pretended(cells)
    assert AcrossWork(jobs, done, lambda cell: cell.row != "2.4.9").run(again).ok
    assert again.asked == [("2.4.9", ("one", "three"))]
