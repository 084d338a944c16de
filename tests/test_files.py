"""Transactions: old or new, whatever happens."""

import errno
import json
import os
import signal
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

from hpatch import files
from hpatch.errors import InputError
from hpatch.files import FileChange
from tests.support.disks import small_disk

OLD = {"a.c": b"old a\n", "sub/b.c": b"old b\n", "gone/c.c": b"old c\n"}
NEW = {"a.c": b"new a\n" * 5000, "sub/b.c": b"new b\n", "fresh/deep/d.c": b"new d\n"}
CHANGES = [FileChange(path, OLD.get(path), NEW.get(path)) for path in sorted(OLD | NEW)]


def write(root: Path, content: dict[str, bytes]) -> None:
    for path, data in content.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def tree(root: Path) -> dict[str, bytes]:
    """All files outside hpatch's own folder, and all folders."""
    found: dict[str, bytes] = {}
    for path in root.rglob("*"):
        name = str(path.relative_to(root))
        if not name.startswith(files.FOLDER):
            found[name] = b"folder" if path.is_dir() else path.read_bytes()
    return found


def expected(content: dict[str, bytes]) -> dict[str, bytes]:
    folders = {str(parent): b"folder" for path in content for parent in Path(path).parents if str(parent) != "."}
    return content | folders


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    root.mkdir()
    write(root, OLD)
    return root


def test_all_files_change_at_once(root: Path) -> None:
    (root / "a.c").chmod(0o755)
    untouched = root / "sub" / "other.c"
    untouched.write_bytes(b"x")
    os.utime(untouched, (1, 1))
    with files.lock(root):
        files.replace(root, CHANGES)
    assert tree(root) == expected(NEW) | {"sub/other.c": b"x"}
    assert (root / "a.c").stat().st_mode & 0o777 == 0o755
    assert untouched.stat().st_mtime == 1
    assert not (root / files.FOLDER).exists()


def test_the_inverse_gives_back_the_tree(root: Path) -> None:
    with files.lock(root):
        files.replace(root, CHANGES)
        files.replace(root, [FileChange(change.path, change.after, change.before) for change in CHANGES])
    assert tree(root) == expected(OLD)


def test_a_folders_only_file_gives_way_to_another(root: Path) -> None:
    """The folder stays, though the file that goes leaves it empty for a moment."""
    changes = [FileChange("deep/in/old", b"1", None), FileChange("deep/in/new", None, b"2")]
    write(root, {"deep/in/old": b"1"})
    for order in (changes, changes[::-1]):
        with files.lock(root):
            files.replace(root, order)
            assert tree(root) == expected(OLD | {"deep/in/new": b"2"})
            files.replace(root, [FileChange(change.path, change.after, change.before) for change in order[::-1]])
        assert tree(root) == expected(OLD | {"deep/in/old": b"1"})


def test_a_file_that_changed_meanwhile(root: Path) -> None:
    (root / "sub/b.c").write_bytes(b"edited\n")
    with files.lock(root), pytest.raises(files.ChangedError, match=r"^sub/b\.c: "):
        files.replace(root, CHANGES)
    assert (root / "a.c").read_bytes() == OLD["a.c"]


@pytest.mark.parametrize("path", ["../out", "/etc/out", "sub/../../out", "sub//b.c", "./a.c", ""])
def test_no_path_leaves_the_tree(root: Path, path: str) -> None:
    with files.lock(root), pytest.raises(InputError):
        files.replace(root, [FileChange(path, None, b"x")])
    assert names(root.parent) == ["tree"]


@pytest.mark.parametrize("link", ["sub", "a.c"])
def test_no_link_is_written_through(root: Path, link: str, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    write(outside, {"b.c": OLD["sub/b.c"], "a.c": OLD["a.c"]})
    target = root / link
    target.rename(root / "moved")
    target.symlink_to(outside if link == "sub" else outside / "a.c")
    with files.lock(root), pytest.raises(InputError, match="link"):
        files.replace(root, CHANGES)
    assert {path.name: path.read_bytes() for path in outside.iterdir()} == {"b.c": b"old b\n", "a.c": b"old a\n"}


def test_hpatchs_own_folder_may_be_no_link(root: Path, tmp_path: Path) -> None:
    (root / files.FOLDER).symlink_to(tmp_path)
    with pytest.raises(InputError, match="link"), files.lock(root):
        pass


def test_the_lock_may_be_no_folder(root: Path) -> None:
    (root / ".hpatch" / "lock").mkdir(parents=True)
    with pytest.raises(InputError, match="lock: is a link or a folder; remove it"), files.lock(root):
        pass


def test_a_second_process_is_turned_away(root: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from hpatch import files\n"
        "try:\n with files.lock(Path(sys.argv[1])): print('in')\nexcept files.LockedError as e: print(e)"
    )
    with files.lock(root):
        done = subprocess.run([sys.executable, "-c", script, str(root)], capture_output=True, text=True, check=True)
    assert "another hpatch is working" in done.stdout
    with files.lock(root):
        pass


@pytest.mark.parametrize("together", [1, 2, 100])
def test_all_is_on_the_disk_before_it_is_committed(root: Path, monkeypatch: pytest.MonkeyPatch, together: int) -> None:
    """Every staged file was synced, and one that cannot be leaves the tree as it was."""
    monkeypatch.setattr(files, "_TOGETHER", together)
    stage, sync, rename = root / files.FOLDER / "stage", os.fsync, os.rename
    synced: list[int] = []
    committed: list[bool] = []

    def noted(handle: int) -> None:
        sync(handle)
        synced.append(os.fstat(handle).st_ino)

    def moved(source: str, *rest: str, **folders: int) -> None:
        if source == "journal":
            committed.append({path.stat().st_ino for path in stage.iterdir()} <= set(synced))
        rename(source, *rest, **folders)

    def full(handle: int) -> None:
        if len(synced) == 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        noted(handle)

    monkeypatch.setattr(os, "rename", moved)
    for function in (full, noted):
        monkeypatch.setattr(os, "fsync", function)
        synced.clear()
        with files.lock(root), nullcontext() if function is noted else pytest.raises(files.FullError):
            files.replace(root, CHANGES)
        assert tree(root) == expected(NEW if function is noted else OLD)
    assert committed == [True]


CRASH = """
import os, signal, sys
from pathlib import Path
from hpatch import files
from hpatch.files import FileChange

left, changes = int(sys.argv[2]), eval(sys.argv[3])
files._TOGETHER = 2
def counted(function):
    def call(*arguments, **named):
        global left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        return function(*arguments, **named)
    return call
with files.lock(Path(sys.argv[1])):
    files.recover(Path(sys.argv[1]))
    for name in ("open", "write", "fsync", "rename", "unlink", "mkdir", "rmdir", "fchmod"):
        setattr(os, name, counted(getattr(os, name)))
    files.replace(Path(sys.argv[1]), changes)
"""


def crash(root: Path, after: int) -> int:
    """Run the transaction in a process of its own, killed before system call number `after`."""
    repository = Path(__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", CRASH, str(root), str(after), repr(CHANGES)], cwd=repository, check=False
    )
    return done.returncode


def test_kill_9_at_every_call(tmp_path: Path) -> None:
    seen: set[str] = set()
    for after in range(1000):
        root = tmp_path / str(after)
        root.mkdir()
        write(root, OLD)
        code = crash(root, after)
        with files.lock(root):
            what = files.recover(root)
        assert tree(root) in (expected(OLD), expected(NEW)), f"after call {after}"
        assert not (root / files.FOLDER).exists()
        assert (tree(root) == expected(NEW)) is (what == "finished" or tree(root) == expected(NEW))
        seen.add(str(what))
        if code == 0:
            assert tree(root) == expected(NEW)
            break
        assert code == -signal.SIGKILL
    assert seen == {"None", "undone", "finished"}


def test_a_journal_of_another_folder_moves_nothing(root: Path) -> None:
    """A checkout may have any file but those of its repository: a journal would put them there."""
    hook = root / ".git" / "hooks" / "post-checkout"
    hook.parent.mkdir(parents=True)
    stage = root / files.FOLDER / "stage"
    stage.mkdir(parents=True)
    (stage / "0").write_text("#!/bin/sh\n")
    (stage / "folders").write_text("[]")
    journal = root / files.FOLDER / "journal"
    before = tree(root)
    entries = [[".git/hooks/post-checkout", "0"], ["a.c", None]]
    for here in (None, [(stage / "folders").stat().st_ino, 1]):
        journal.write_text(json.dumps({"here": here, "entries": entries}))
        with files.lock(root), pytest.raises(InputError, match=rf"^{root}/\.hpatch/journal: it came with a checkout"):
            files.recover(root)
        assert tree(root) == before
    journal.write_text(json.dumps(entries))
    with files.lock(root), pytest.raises(InputError, match="is damaged"):
        files.recover(root)
    (stage / "folders").unlink()
    journal.write_text(json.dumps({"here": None, "entries": entries}))
    with files.lock(root):
        files.recover(root)
    assert tree(root) == before


@pytest.mark.parametrize("told", ["5", "[5, null]", "[" * 100_000, '["../out", ".git/refs/tags", ".git/refs"]'])
def test_a_stage_that_came_with_the_tree(root: Path, tmp_path: Path, told: str) -> None:
    (tmp_path / "out").mkdir()
    (root / ".git" / "refs" / "tags").mkdir(parents=True)
    (root / files.FOLDER / "stage").mkdir(parents=True)
    (root / files.FOLDER / "stage" / "folders").write_text(told)
    before = tree(root)
    with files.lock(root):
        assert files.recover(root) == "undone"
    assert (tree(root), (tmp_path / "out").is_dir()) == (before, True)


def test_a_stage_or_a_journal_of_other_kinds(root: Path, tmp_path: Path) -> None:
    """Nothing hangs, nothing is followed, and the message names what is wrong."""
    own = root / files.FOLDER
    (own / "stage" / "folder").mkdir(parents=True)
    with files.lock(root), pytest.raises(InputError, match=r"\.hpatch/stage: is damaged; remove it"):
        files.recover(root)
    (own / "stage" / "folder").rmdir()
    (own / "stage").rmdir()
    (own / "stage").symlink_to(tmp_path)
    with files.lock(root), pytest.raises(InputError, match=r"\.hpatch/stage: is damaged; remove it"):
        files.recover(root)
    os.mkfifo(own / "journal")
    with files.lock(root), pytest.raises(InputError, match="is damaged"):
        files.recover(root)
    (own / "journal").unlink()
    for text in ("[" * 100_000, "{}"):
        (own / "journal").write_text(text)
        with files.lock(root), pytest.raises(InputError, match="is damaged"):
            files.recover(root)


def test_a_full_disk(tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", 64) as disk:
        write(disk, OLD)
        large = [*CHANGES, FileChange("large", None, b"x" * 65536)]
        with files.lock(disk), pytest.raises(files.FullError, match="nothing was changed"):
            files.replace(disk, large)
        assert tree(disk) == expected(OLD)
        with files.lock(disk):
            assert files.recover(disk) is None
            files.replace(disk, CHANGES)
        assert tree(disk) == expected(NEW)
