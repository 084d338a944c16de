"""The stack: what is applied, and taking it back."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from hpatch import files
from hpatch.errors import InputError
from hpatch.patch.apply import stack
from hpatch.patch.apply.stack import Content, Edit, Pushed, Set, Stack
from hpatch.patch.apply.tree import Tree

BASE = b"".join(b"line %d\n" % number for number in range(1, 21))


def changed(text: bytes, number: int, word: bytes = b"changed") -> bytes:
    return text.replace(b"line %d\n" % number, b"%s %d\n" % (word, number))


def content(text: bytes | None, mode: int = 0o644) -> Content | None:
    return None if text is None else Content(text, mode)


def snapshot(root: Path) -> dict[str, tuple[bytes, int, int]]:
    return {
        str(path.relative_to(root)): (path.read_bytes(), path.stat().st_mode & 0o777, path.stat().st_mtime_ns)
        for path in root.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    (root / "sub").mkdir(parents=True)
    for name in ("a.c", "sub/b.c", "other.c"):
        (root / name).write_bytes(BASE)
        os.utime(root / name, (1, 1))
    return root


def push(root: Path, set_: str, *edits: tuple[str, bytes | None], requires: tuple[str, ...] = ()) -> None:
    """Put a step of one set on the stack: each edit a path and what it leaves."""
    made = tuple(Edit(path, stack.current(Tree(root), path), content(after)) for path, after in edits)
    with files.lock(root):
        now = stack.load(root)
        changes = stack.push(root, now, [Set(set_, requires=requires)], [Pushed(f"r-{set_}", set_, made)])
        files.replace(root, changes)


def revert(root: Path, *ids: str) -> stack.Reverted:
    with files.lock(root):
        done = stack.revert(root, stack.load(root), ids)
        if not done.clashes:
            files.replace(root, done.changes)
    return done


def test_push_and_revert(root: Path) -> None:
    before = snapshot(root)
    push(root, "one", ("a.c", changed(BASE, 3)), ("new/n.c", b"new\n"), ("sub/b.c", None))
    assert (root / "a.c").read_bytes() == changed(BASE, 3)
    assert (root / "new/n.c").read_bytes() == b"new\n"
    assert not (root / "sub").exists()
    now = stack.load(root)
    assert [(step.name, step.set) for step in now.steps] == [("r-one", "one")]
    assert stack.content(root, now.steps[0].files[0].before) == Content(BASE, 0o644)
    done = revert(root, "one")
    assert [(file.path, file.merged) for file in done.files] == [("a.c", False), ("new/n.c", False), ("sub/b.c", False)]
    after = snapshot(root)
    assert {path: state[:2] for path, state in after.items()} == {path: state[:2] for path, state in before.items()}
    assert after["other.c"] == before["other.c"]
    assert sorted(path.name for path in root.iterdir()) == ["a.c", "other.c", "sub"]


def test_permissions_come_back(root: Path) -> None:
    (root / "a.c").chmod(0o755)
    with files.lock(root):
        edit = Edit("a.c", Content(BASE, 0o755), Content(BASE, 0o644))
        files.replace(root, stack.push(root, stack.Stack(), [Set("one")], [Pushed("r1", "one", (edit,))]))
    assert (root / "a.c").stat().st_mode & 0o777 == 0o644
    revert(root, "one")
    assert (root / "a.c").stat().st_mode & 0o777 == 0o755


def test_a_set_below_another(root: Path) -> None:
    push(root, "one", ("a.c", changed(BASE, 3)))
    push(root, "two", ("a.c", changed(changed(BASE, 3), 9)))
    done = revert(root, "one")
    assert [(file.path, file.merged) for file in done.files] == [("a.c", True)]
    assert (root / "a.c").read_bytes() == changed(BASE, 9)
    now = stack.load(root)
    assert [one.id for one in now.sets] == ["two"]
    # What is left reverts to exactly what was there first.
    revert(root, "two")
    assert (root / "a.c").read_bytes() == BASE
    assert not (root / files.FOLDER).exists()


def test_steps_of_two_sets_in_turns(root: Path) -> None:
    text = BASE
    for number, set_ in [(2, "one"), (6, "two"), (10, "one"), (14, "two"), (18, "one")]:
        text = changed(text, number)
        push(root, set_, ("a.c", text))
    revert(root, "one")
    assert (root / "a.c").read_bytes() == changed(changed(BASE, 6), 14)
    revert(root, "two")
    assert (root / "a.c").read_bytes() == BASE


def test_an_edit_since_stays(root: Path) -> None:
    push(root, "one", ("a.c", changed(BASE, 3)))
    (root / "a.c").write_bytes(changed(changed(BASE, 3), 15, b"mine"))
    done = revert(root, "one")
    assert done.files[0].merged
    assert (root / "a.c").read_bytes() == changed(BASE, 15, b"mine")
    assert not (root / files.FOLDER).exists()


def test_an_edit_between_two_sets_stays(root: Path) -> None:
    push(root, "one", ("a.c", changed(BASE, 3)))
    mine = changed(changed(BASE, 3), 9, b"mine")
    (root / "a.c").write_bytes(mine)
    push(root, "two", ("a.c", changed(mine, 15)))
    revert(root, "one", "two")
    assert (root / "a.c").read_bytes() == changed(BASE, 9, b"mine")


@pytest.mark.parametrize("other", ["set", "edit"])
def test_the_same_lines_changed_since(root: Path, other: str) -> None:
    push(root, "one", ("a.c", changed(BASE, 3)))
    again = (root / "a.c").read_bytes().replace(b"changed 3", b"changed twice")
    if other == "set":
        push(root, "two", ("a.c", again))
    else:
        (root / "a.c").write_bytes(again)
    before = snapshot(root)
    done = revert(root, "one")
    (clash,) = done.clashes
    assert (clash.path, clash.step and clash.step.set) == ("a.c", "two" if other == "set" else None)
    assert clash.conflicts[0].line == 3
    assert clash.conflicts[0].theirs == (b"changed twice\n",)
    assert (done.files, done.changes) == ((), ())
    assert snapshot(root) == before


@pytest.mark.parametrize("after", [None, b"mine\n"])
def test_a_new_file_that_was_changed_or_deleted_since(root: Path, after: bytes | None) -> None:
    push(root, "one", ("n.c", b"new\n"))
    if after is None:
        (root / "n.c").unlink()
        revert(root, "one")
        assert not (root / "n.c").exists()
        return
    (root / "n.c").write_bytes(after)
    (clash,) = revert(root, "one").clashes
    assert clash == stack.Clash("n.c", None, ())


def test_what_depends_on_what(root: Path) -> None:
    push(root, "base", ("a.c", changed(BASE, 3)))
    push(root, "top", ("a.c", changed(changed(BASE, 3), 9)), requires=("base",))
    now = stack.load(root)
    assert [one.id for one in now.dependents(["base"])] == ["top"]
    assert now.dependents(["base", "top"]) == []


def test_what_depends_on_what_depends() -> None:
    one, two, three = Set("one", requires=("two",)), Set("two", requires=("three", "one")), Set("three")
    assert Stack((one, two, three, Set("four"))).dependents(["three"]) == [two, one]


def damage(data: object) -> bytes:
    return json.dumps(data).encode()


GOOD = {"before": None, "after": {"sha256": "0" * 64, "mode": "0644"}}


def written(path: str, **more: object) -> bytes:
    step = {"name": "r1", "set": "one", "files": [{"path": path, **GOOD, **more}]}
    sets = [{"id": "one", "title": "", "requires": [], "asked": True, "diff": None}]
    return damage({"schema": stack.SCHEMA, "sets": sets, "steps": [step]})


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b'{"schema": "hpatch.stack/1", "sets": [',
        b"\xff",
        b"[" * 100_000,
        damage([]),
        damage({"schema": "other"}),
        damage({"schema": stack.SCHEMA, "sets": [], "steps": [{"name": "r1", "set": "one", "files": []}]}),
        *map(written, ["../x", "/etc/x", "a/../b", ".git/hooks/x", "sub/.svn/x", ".hpatch/x", "", "a\0b"]),
        written("a.c", after={"sha256": "../../x", "mode": "0644"}),
        written("a.c", after={"sha256": "0" * 64, "mode": "4755"}),
    ],
)
def test_a_damaged_stack(root: Path, text: bytes) -> None:
    (root / files.FOLDER).mkdir()
    (root / files.FOLDER / "stack.json").write_bytes(text)
    with pytest.raises(InputError, match="is damaged"):
        stack.load(root)


def test_a_later_form(root: Path) -> None:
    (root / files.FOLDER).mkdir()
    (root / files.FOLDER / "stack.json").write_bytes(b'{"schema": "hpatch.stack/2"}')
    with pytest.raises(InputError, match="later hpatch"):
        stack.load(root)


@pytest.mark.parametrize("how", ["missing", "damaged"])
def test_a_lost_original(root: Path, how: str) -> None:
    push(root, "one", ("a.c", changed(BASE, 3)))
    for file in (root / files.FOLDER / "objects").iterdir():
        if how == "missing":
            file.unlink()
        else:
            file.write_bytes(b"x")
    before = snapshot(root)
    with pytest.raises(InputError, match=f"is {how}"):
        revert(root, "one")
    assert snapshot(root) == before


def test_an_object_that_was_there_already(root: Path) -> None:
    """An original that a user copied back, or that a crash left, is no hindrance."""
    push(root, "one", ("a.c", changed(BASE, 3)))
    kept = (root / files.FOLDER / "objects").iterdir()
    objects = {path.name: path.read_bytes() for path in kept}
    revert(root, "one")
    (root / files.FOLDER / "objects").mkdir(parents=True)
    for name, data in objects.items():
        (root / files.FOLDER / "objects" / name).write_bytes(data)
    push(root, "one", ("a.c", changed(BASE, 3)))
    revert(root, "one")
    assert not (root / files.FOLDER).exists()
