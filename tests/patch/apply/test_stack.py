"""The stack: what is applied, and taking it back."""

from __future__ import annotations

import json
import os
import re
import zlib
from pathlib import Path

import pytest

from hpatch import files
from hpatch.errors import InputError
from hpatch.patch.apply import stack
from hpatch.patch.apply.stack import Content, FileEdit, Pushed, Set, Stack
from hpatch.patch.apply.tree import Tree
from tests.support.disks import small_disk

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
    made = tuple(FileEdit(path, stack.current(Tree(root), path), content(after)) for path, after in edits)
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


def test_folders_that_were_empty_stay(root: Path) -> None:
    (root / "made/by").mkdir(parents=True)
    push(root, "one", ("made/by/hand/n.c", b"new\n"), ("hpatchs/n.c", b"new\n"))
    push(root, "two", ("made/by/m.c", b"m\n"), ("made/by/hand/n.c", None))
    assert revert(root, "one").clashes == ()
    revert(root, "two")
    assert sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_dir()) == [
        "made",
        "made/by",
        "sub",
    ]
    assert not (root / files.FOLDER).exists()


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
        edit = FileEdit("a.c", Content(BASE, 0o755), Content(BASE, 0o644))
        files.replace(root, stack.push(root, stack.Stack(), [Set("one")], [Pushed("r1", "one", (edit,))]))
    assert (root / "a.c").stat().st_mode & 0o777 == 0o644
    revert(root, "one")
    assert (root / "a.c").stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize(
    ("modes", "expected"),
    [
        # at first, after set one, after set two, by hand; and without set one
        ((0o644, 0o755, 0o755, 0o755), 0o644),
        ((0o644, 0o644, 0o755, 0o755), 0o755),
        ((0o644, 0o644, 0o644, 0o600), 0o600),
        ((0o644, 0o755, 0o644, 0o644), 0o644),
        ((0o644, 0o755, 0o700, 0o700), None),  # each its own way
        ((0o644, 0o755, 0o755, 0o600), None),
    ],
)
def test_permissions_below_another_set(root: Path, modes: tuple[int, int, int, int], expected: int | None) -> None:
    first, one, two, by_hand = modes
    texts = [BASE, changed(BASE, 3), changed(changed(BASE, 3), 9)]
    (root / "a.c").chmod(first)
    for set_, before, after in [("one", (texts[0], first), (texts[1], one)), ("two", (texts[1], one), (texts[2], two))]:
        edit = FileEdit("a.c", Content(*before), Content(*after))
        with files.lock(root):
            changes = stack.push(root, stack.load(root), [Set(set_)], [Pushed(set_, set_, (edit,))])
            files.replace(root, changes)
    (root / "a.c").chmod(by_hand)
    done = revert(root, "one")
    if expected is None:
        step = stack.load(root).steps[1] if two != one else None
        assert done.clashes == (stack.Clash("a.c", step, ()),)
        assert (root / "a.c").read_bytes() == texts[2]
    else:
        assert done.files[0].merged
        assert (root / "a.c").read_bytes() == changed(BASE, 9)
    assert (root / "a.c").stat().st_mode & 0o777 == (by_hand if expected is None else expected)


def test_what_is_on_the_stack_is_read_again(root: Path) -> None:
    sets = [
        Set("base", title="The base", asked=False),
        Set("top", title="Ünicode", requires=("base",)),
        Set("mine.diff", diff="ab" * 32),
    ]
    text = changed(BASE, 3)
    edits = (FileEdit("a.c", Content(BASE, 0o644), Content(text, 0o755)), FileEdit("new.c", None, Content(b"", 0o600)))
    again = FileEdit("a.c", Content(text, 0o755), None)
    steps = [Pushed("r1", "base", edits), Pushed("r2", "top", (again,))]
    with files.lock(root):
        files.replace(root, stack.push(root, Stack(), sets, steps))
    now = stack.load(root)
    assert now.sets == tuple(sets)
    assert [(step.name, step.set) for step in now.steps] == [("r1", "base"), ("r2", "top")]
    states = [(file.path, file.before, file.after) for step in now.steps for file in step.files]
    kept = [(path, stack.content(root, before), stack.content(root, after)) for path, before, after in states]
    assert kept == [(edit.path, edit.before, edit.after) for edit in (*edits, again)]
    assert not (root / "a.c").exists()
    assert (now.find("top"), now.find("other")) == (sets[1], None)


def test_a_set_that_is_there_already_stays_as_it_is(root: Path) -> None:
    push(root, "one", ("a.c", changed(BASE, 3)), requires=("base",))
    push(root, "one", ("a.c", changed(changed(BASE, 3), 9)))
    now = stack.load(root)
    assert now.sets == (Set("one", requires=("base",)),)
    assert now.sets[0].asked
    assert len(now.steps) == 2


def test_a_step_that_changes_nothing_touches_no_file(root: Path) -> None:
    before = snapshot(root)
    push(root, "one", ("a.c", BASE))
    assert {path: state for path, state in snapshot(root).items() if not path.startswith(files.FOLDER)} == before
    assert revert(root, "one").files == ()
    assert snapshot(root) == before


def test_only_what_is_needed_is_kept(root: Path) -> None:
    push(root, "one", ("a.c", changed(BASE, 3)))
    push(root, "two", ("other.c", changed(BASE, 9)))
    revert(root, "one")
    kept = {zlib.decompress(path.read_bytes()) for path in (root / files.FOLDER / "objects").iterdir()}
    assert kept == {BASE, changed(BASE, 9)}
    assert (root / files.FOLDER / ".gitignore").read_bytes() == b"*\n"


def test_the_folder_is_kept_from_git_again(root: Path) -> None:
    push(root, "one", ("a.c", changed(BASE, 3)))
    ignore = root / files.FOLDER / ".gitignore"
    ignore.unlink()
    push(root, "two", ("other.c", changed(BASE, 9)))
    assert ignore.read_bytes() == b"*\n"
    ignore.write_bytes(b"mine\n")
    revert(root, "one", "two")
    assert not (root / files.FOLDER).exists()


def test_whether_a_file_is_as_it_was_left(root: Path) -> None:
    push(root, "one", ("a.c", changed(BASE, 3)), ("sub/b.c", None))
    a, b = stack.load(root).steps[0].files
    tree = Tree(root)
    assert stack.is_now(tree, "a.c", a.after)
    assert stack.is_now(tree, "sub/b.c", b.after)
    assert not stack.is_now(tree, "a.c", a.before)
    assert not stack.is_now(tree, "a.c", None)
    assert not stack.is_now(tree, "sub/b.c", b.before)
    (root / "a.c").chmod(0o755)
    assert not stack.is_now(tree, "a.c", a.after)


def test_a_tree_thought_to_be_otherwise(root: Path) -> None:
    overlay = stack.Overlay(root, {"a.c": None, "new.c": Content(b"new", 0o600)})
    assert [overlay.read(path) for path in ("a.c", "new.c", "other.c", "none.c")] == [None, b"new", BASE, None]
    assert [overlay.mode(path) for path in ("a.c", "new.c", "other.c", "none.c")] == [None, 0o600, 0o644, None]
    assert [overlay.exists(path) for path in ("a.c", "new.c", "other.c", "none.c")] == [False, True, True, False]


@pytest.mark.parametrize("whose", ["set", "edit"])
def test_a_file_deleted_since(root: Path, whose: str) -> None:
    push(root, "one", ("a.c", changed(BASE, 3)))
    if whose == "set":
        push(root, "two", ("a.c", None))
    else:
        (root / "a.c").unlink()
    (clash,) = revert(root, "one").clashes
    assert (clash.path, clash.step and clash.step.set, clash.conflicts) == (
        "a.c",
        "two" if whose == "set" else None,
        (),
    )


def test_the_first_clash_of_a_file_is_told(root: Path) -> None:
    push(root, "one", ("a.c", changed(BASE, 3)))
    push(root, "two", ("a.c", changed(BASE, 3, b"two")))
    push(root, "three", ("a.c", changed(BASE, 3, b"three")))
    (clash,) = revert(root, "one").clashes
    assert clash.step is not None
    assert clash.step.set == "two"


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
        done = revert(root, "one")
        assert (done.clashes, done.files) == ((), ())
        assert not (root / "n.c").exists()
        assert not (root / files.FOLDER).exists()
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


def test_only_the_files_of_the_set(root: Path) -> None:
    """Another set's file stays as it is, whatever became of its original."""
    push(root, "one", ("a.c", changed(BASE, 3)))
    push(root, "two", ("other.c", changed(BASE, 9)), ("sub/b.c", None))
    lost = stack.load(root).steps[0].files[0].after
    assert lost is not None
    (root / files.FOLDER / "objects" / lost.digest).write_bytes(b"damaged")
    done = revert(root, "two")
    assert [file.path for file in done.files] == ["other.c", "sub/b.c"]
    assert (root / "other.c").read_bytes() == (root / "sub/b.c").read_bytes() == BASE
    assert (root / "a.c").read_bytes() == changed(BASE, 3)


def test_what_is_left_is_as_if_it_had_been_alone(root: Path) -> None:
    push(root, "one", ("a.c", changed(BASE, 3)))
    push(root, "two", ("a.c", changed(changed(BASE, 3), 9)), ("other.c", changed(BASE, 5)))
    revert(root, "one")
    ((a, other),) = (step.files for step in stack.load(root).steps)
    states = [stack.content(root, state) for state in (a.before, a.after, other.before, other.after)]
    assert [state and state.data for state in states] == [BASE, changed(BASE, 9), BASE, changed(BASE, 5)]
    assert stack.is_now(Tree(root), "a.c", a.after)


def test_a_change_that_a_later_set_takes_back(root: Path) -> None:
    one = changed(BASE, 3)
    push(root, "one", ("a.c", one))
    push(root, "two", ("a.c", changed(one, 9)))
    push(root, "three", ("a.c", one))
    revert(root, "one")
    assert (root / "a.c").read_bytes() == BASE


def test_a_set_that_takes_its_own_change_back(root: Path) -> None:
    push(root, "one", ("a.c", changed(BASE, 3)))
    push(root, "one", ("a.c", BASE))
    push(root, "two", ("a.c", changed(BASE, 9)))
    assert revert(root, "one").files == ()
    assert (root / "a.c").read_bytes() == changed(BASE, 9)


def test_what_was_taken_back_by_hand(root: Path) -> None:
    push(root, "one", ("a.c", changed(BASE, 3)))
    (root / "a.c").write_bytes(BASE)
    done = revert(root, "one")
    assert (done.files, done.clashes) == ((), ())
    assert not (root / files.FOLDER).exists()


def test_a_file_that_one_set_deletes_and_another_makes_anew(root: Path) -> None:
    push(root, "one", ("a.c", None))
    push(root, "two", ("a.c", b"new\n"))
    (clash,) = revert(root, "one").clashes
    assert (clash.path, clash.step and clash.step.set, clash.conflicts) == ("a.c", "two", ())


def test_nothing_is_written_that_stays_as_it_is(root: Path) -> None:
    push(root, "one", ("a.c", changed(BASE, 3)))
    edit = FileEdit("other.c", Content(BASE, 0o644), Content(changed(BASE, 3), 0o644))
    changes = stack.push(root, stack.load(root), [Set("two")], [Pushed("r", "two", (edit,))])
    assert [change.path for change in changes] == [
        "other.c",
        f"{files.FOLDER}/stack.json",
        f"{files.FOLDER}/reserve",
    ]
    changes = list(stack.revert(root, stack.load(root), ["one"]).changes)
    assert all(change.before != change.after for change in changes)


def damage(data: object) -> bytes:
    return json.dumps(data).encode()


SET = {"id": "one", "title": "", "requires": [], "asked": True, "diff": None}
GOOD = {"before": None, "after": {"sha256": "0" * 64, "mode": "0644"}}


def written(path: str, **more: object) -> bytes:
    step = {"name": "r1", "set": "one", "files": [{"path": path, **GOOD, **more}]}
    return damage({"schema": stack.SCHEMA, "sets": [SET], "steps": [step]})


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
        damage({"schema": stack.SCHEMA, "sets": [{**SET, "id": 1}], "steps": []}),
        damage({"schema": stack.SCHEMA, "sets": [{**SET, "requires": [1]}], "steps": []}),
        damage({"schema": stack.SCHEMA, "sets": [{**SET, "diff": 1}], "steps": []}),
        damage({"schema": 1}),
        *map(written, ["../x", "/etc/x", "a/../b", ".git/hooks/x", "sub/.svn/x", ".hpatch/x", "", "a\0b"]),
        written("a.c", after={"sha256": "../../x", "mode": "0644"}),
        written("a.c", after={"sha256": "0" * 64, "mode": "4755"}),
        written("a.c", after={"sha256": "0" * 64, "mode": "1000"}),
        written("a.c", after={"sha256": "0" * 64, "mode": "-1"}),
        written("a.c", after={"sha256": "0" * 65, "mode": "0644"}),
    ],
)
def test_a_damaged_stack(root: Path, text: bytes) -> None:
    (root / files.FOLDER).mkdir()
    (root / files.FOLDER / "stack.json").write_bytes(text)
    with pytest.raises(InputError, match="is damaged"):
        stack.load(root)


@pytest.mark.parametrize("mode", [0, 0o777])
def test_any_permissions(root: Path, mode: int) -> None:
    (root / files.FOLDER).mkdir()
    text = written("a.c", after={"sha256": "0" * 64, "mode": f"{mode:04o}"})
    (root / files.FOLDER / "stack.json").write_bytes(text)
    assert stack.load(root).steps[0].files[0].after == stack.KeptContent("0" * 64, mode)


def test_a_later_form(root: Path) -> None:
    (root / files.FOLDER).mkdir()
    (root / files.FOLDER / "stack.json").write_bytes(b'{"schema": "hpatch.stack/3"}')
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


def test_a_stack_of_the_form_before(root: Path) -> None:
    """Its contents are not compressed, and nothing is reserved."""
    push(root, "one", ("a.c", changed(BASE, 3)), ("sub/b.c", None))
    own = root / files.FOLDER
    for path in (own / "objects").iterdir():
        path.write_bytes(zlib.decompress(path.read_bytes()))
    (own / "reserve").unlink()
    text = (own / "stack.json").read_text()
    (own / "stack.json").write_text(re.sub(r'"hpatch.stack/\d"', '"hpatch.stack/1"', text))
    push(root, "two", ("a.c", changed(changed(BASE, 3), 9)))
    revert(root, "one")
    assert [(root / name).read_bytes() for name in ("a.c", "sub/b.c")] == [changed(BASE, 9), BASE]
    revert(root, "two")
    assert not own.exists()
    assert (root / "a.c").read_bytes() == BASE


def test_contents_are_compressed(root: Path) -> None:
    large = BASE * 500
    (root / "a.c").write_bytes(large)
    push(root, "one", ("a.c", large + b"more\n"))
    assert sum(path.stat().st_size for path in (root / files.FOLDER / "objects").iterdir()) < len(large) // 10


def test_what_unpacks_to_something_else_is_damaged(root: Path) -> None:
    push(root, "one", ("a.c", changed(BASE, 3)))
    for path in (root / files.FOLDER / "objects").iterdir():
        path.write_bytes(zlib.compress(b"other"))
    with pytest.raises(InputError, match="is damaged"):
        revert(root, "one")


@pytest.mark.parametrize("reserved", [True, False])
def test_a_revert_on_a_full_disk(tmp_path: Path, reserved: bool) -> None:
    with small_disk(tmp_path / "small", 512) as root:
        old = bytes(range(256)) * 200
        (root / "a.c").write_bytes(old)
        push(root, "one", ("a.c", b"short\n"))
        if not reserved:
            (root / files.FOLDER / "reserve").unlink()
        with (root / "filler").open("wb", buffering=0) as filler, pytest.raises(OSError, match="No space"):
            while True:
                filler.write(b"x" * 1024)
        with files.lock(root):
            done = stack.revert(root, stack.load(root), ["one"])
            if not reserved:
                with pytest.raises(files.FullError):
                    stack.take_back(root, done.changes)
                return
            stack.take_back(root, done.changes)
        assert (root / "a.c").read_bytes() == old
        assert sorted(path.name for path in root.iterdir()) == ["a.c", "filler"]


def test_one_by_one_on_a_full_disk(tmp_path: Path) -> None:
    """The first one takes the reserve; the others do with what it leaves."""
    with small_disk(tmp_path / "small", 512) as root:
        (root / "a.c").write_bytes(BASE)
        texts = [BASE, changed(BASE, 3), changed(changed(BASE, 3), 9), changed(changed(changed(BASE, 3), 9), 15)]
        for number in (1, 2, 3):
            push(root, str(number), ("a.c", texts[number]))
        with (root / "filler").open("wb", buffering=0) as filler, pytest.raises(OSError, match="No space"):
            while True:
                filler.write(b"x" * 1024)
        for number in (2, 1, 0):
            with files.lock(root):
                stack.take_back(root, stack.take_off(root, stack.load(root), [number]).changes)
            assert (root / "a.c").read_bytes() == texts[number]
        assert sorted(path.name for path in root.iterdir()) == ["a.c", "filler"]
