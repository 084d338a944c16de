"""`hpatch set new` and `hpatch set check` as a user calls them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hpatch.patch.sets.load import load
from hpatch.patch.sets.model import Mark
from tests.support.backport.mirror import Mirror
from tests.support.backport.released import FILE, FIX, FOLLOW_UP, LONELY, RENAMED, tell
from tests.support.cli.call import Answer, call
from tests.support.report.schema import valid

Capture = pytest.CaptureFixture[str]
New = Callable[..., Answer]
pytestmark = pytest.mark.git
OTHER = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Mirror:
    return tell(tmp_path_factory.mktemp("released") / "mirror.git")


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """One cache for all tests here, not the user's."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "catalogue-cache"))


@pytest.fixture
def new(capsys: Capture, mirror: Mirror, tmp_path: Path) -> New:
    def new(*words: object) -> Answer:
        return call(capsys, "set", "new", *words, "--git", mirror.folder, "--into", tmp_path / "sets")

    return new


def checked(capsys: Capture, mirror: Mirror, folder: Path, *more: object) -> Answer:
    return call(capsys, "set", "check", "fix", "--git", mirror.folder, "--catalog", folder, *more)


def test_a_new_set(new: New, tmp_path: Path, mirror: Mirror, capsys: Capture) -> None:
    code, out, err = new("fix", f"r{FIX}", f"r{FOLLOW_UP}")
    assert (code, err) == (0, "")
    assert "fits 2: >=2.4.1,<2.4.3" in out
    one = load([tmp_path / "sets"]).get("fix")
    assert (one.title, one.cures.splitlines()[2]) == ("Fix the answer", "It was wrong.")
    assert (one.trunk, one.branch) == ((FIX, FOLLOW_UP), (1000110, 1000111))
    assert [revision.branch for revision in one.revisions] == [(1000110,), (1000111,)]
    assert (str(one.applies), str(one.contained), one.prerequisites) == (">=2.4.1,<2.4.3", ">=2.4.3", ())
    assert one.recognise == (
        Mark(FILE, ("fixed_value_of",), (), FIX),
        Mark(FILE, ("depth_of_it",), (), FOLLOW_UP),
    )
    assert one.revisions[0].commit == mirror.commit("trunk~3")
    assert one.revisions[0].blob(FILE) == mirror.commit(f"trunk~4:{FILE}")
    code, out, err = checked(capsys, mirror, tmp_path / "sets")
    assert (code, err) == (0, "")
    assert "Checked 1 set, 4 revisions, 2 trials on releases, 2 marks: no fault." in out


def test_what_a_set_needs_is_found(new: New, tmp_path: Path) -> None:
    code, out, _ = new("follow", f"r{FOLLOW_UP}")
    assert code == 1
    assert f"missing come from r{FIX}; no set has them" in " ".join(out.split())
    assert not (tmp_path / "sets").exists()
    code, out, _ = new("fix", f"r{FIX}")
    assert (code, f"follow them up: r{FOLLOW_UP}" in " ".join(out.split())) == (0, True)
    code, out, _ = new("follow", f"r{FOLLOW_UP}")
    assert (code, "follow them up" in out) == (0, False)
    assert "Needs fix." in out
    assert load([tmp_path / "sets"]).get("follow").prerequisites == ("fix",)


def test_a_set_that_was_never_merged(new: New, tmp_path: Path, mirror: Mirror, capsys: Capture) -> None:
    assert new("fix", f"r{LONELY}").code == 0
    one = load([tmp_path / "sets"]).get("fix")
    assert (one.contained, str(one.applies), one.merges) == (None, ">=2.4.1,<=2.4.4", ())
    file = tmp_path / "sets" / "fix" / "set.toml"
    file.write_text(file.read_text().replace(str(one.applies), ">=2.4.2,<2.4.3"))
    code, out, _ = checked(capsys, mirror, tmp_path / "sets")
    said = " ".join(out.split())
    assert (code, "1 revision, 4 trials on releases, 1 mark: no fault." in said) == (0, True)
    assert "fix: also fits 2.4.1, 2.4.3 to 2.4.4, which 'applies' (>=2.4.2,<2.4.3) leaves out;" in said


def test_what_a_later_revision_of_the_set_takes_away_is_no_mark(new: New, tmp_path: Path) -> None:
    code, out, _ = new("lonely", f"r{LONELY}", f"r{RENAMED}")
    assert (code, f"No text tells r{LONELY} on every release" not in out) == (0, True)
    first, second = load([tmp_path / "sets"]).get("lonely").recognise
    assert (first.absent, second.present) == (("line_35",), ("another_name_now",))


def test_nothing_is_written_over(new: New, tmp_path: Path) -> None:
    target = tmp_path / "sets" / "fix" / "set.toml"
    assert new("fix", f"r{FIX}", "--dry-run").code == 0
    assert not target.exists()
    assert new("fix", f"r{FIX}").code == 0
    written = target.read_bytes()
    code, _, err = new("fix", f"r{LONELY}")
    assert (code, err) == (2, f"hpatch: {target}: is there already; --force replaces it\n")
    assert target.read_bytes() == written
    assert new("fix", f"r{LONELY}", "--force").code == 0
    assert load([tmp_path / "sets"]).get("fix").trunk == (LONELY,)
    assert [path.name for path in target.parent.iterdir()] == ["set.toml"]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("Fix!", "r1000101"), 2, "'Fix!' is not a set's name"),
        (("fcgi-memset", "r1000101"), 2, "there is a set 'fcgi-memset' already, in "),
        (("fix", "r7"), 3, "r7 is not in the history"),
        (("fix", "r1000110"), 3, "r1000110 is a revision of 2.4.x, not of trunk; it merged r1000101"),
        (("fix", "r1000101", "--mark", f"{FILE}:line_21"), 3, "'line_21': the parent of r1000101 bears this mark"),
        (("fix", "r1000101", "--mark", f"{FILE}:nowhere"), 3, "'nowhere': r1000101 lacks this mark"),
        (("fix", "r1000101", "--mark", f"{FILE}:!line_21"), 3, "'line_21': r1000101 lacks this mark"),
        (("fix", "r1000101", "--mark", "modules/b.c:other"), 3, "no revision of the set changes 'modules/b.c'"),
        (("fix", "r1000101", "--mark", FILE), 2, f"--mark '{FILE}': is not PATH:TEXT or PATH:!TEXT"),
    ],
)
def test_what_is_refused(new: New, tmp_path: Path, words: tuple[str, ...], code: int, message: str) -> None:
    found, _, err = new(*words)
    assert found == code
    assert message in err
    assert not (tmp_path / "sets").exists()


def test_a_mark_of_ones_own(new: New, tmp_path: Path) -> None:
    assert new("fix", f"r{FIX}", "--mark", f"{FILE}:!line_20").code == 0
    assert load([tmp_path / "sets"]).get("fix").recognise == (Mark(FILE, (), ("line_20",), FIX),)


def test_the_answers_for_programs(new: New, tmp_path: Path, mirror: Mirror, capsys: Capture) -> None:
    made = valid("set-new-1", new("fix", f"r{FIX}", "--format", "json").out)
    assert (made["fits"], made["unmarked"], made["followups"]) == (["2.4.1", "2.4.2"], [], [f"r{FOLLOW_UP}"])
    assert valid("set-new-1", new("lonely", f"r{LONELY}", "--dry-run", "--format", "json").out)["ok"] is True
    lacking = valid("set-new-1", new("renamed", f"r{RENAMED}", "--format", "json").out)
    assert (lacking["ok"], lacking["release"], lacking["brought_by"]) == (False, "2.4.4", [f"r{LONELY}"])
    assert lacking["reason"] == f"r{RENAMED}, {FILE}: the tree differs in the lines that it changes"
    answer = valid("set-check-1", checked(capsys, mirror, tmp_path / "sets", "--format", "json").out)
    assert answer["sets"] == [{"id": "fix", "revisions": 2, "releases": 2, "marks": 1, "faults": [], "left_out": []}]


@pytest.fixture(scope="module")
def made(mirror: Mirror, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The text of the set `fix`."""
    folder = tmp_path_factory.mktemp("made")
    command = [sys.executable, "-m", "hpatch", "set", "new", "fix", f"r{FIX}", "--git", mirror.folder, "--into", folder]
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return (folder / "fix" / "set.toml").read_text()


@pytest.mark.parametrize(
    ("pattern", "instead", "message"),
    [
        (r'^parent = "\w+"', f'parent = "{OTHER}"', f"revisions: r{FIX}: parent: is {OTHER}, but history has"),
        (r'^patch_id = "\w+"', f'patch_id = "{OTHER}"', f"revisions: r{FIX}: patch_id: r{FIX} from git"),
        (r"^author = .*", 'author = "Bob <b@example.org>"', "author: is Bob <b@example.org>, but history has Ann"),
        (r'"modules/a.c" = "\w+"', f'"modules/a.c" = "{OTHER}"', f"files: modules/a.c: is {OTHER}"),
        (r"^contained = .*", 'contained = ">=2.4.2"', "contained: covers 2.4.2, which lacks the set's changes"),
        (r"^contained = .*", 'contained = ">=2.4.4"', "contained: does not cover 2.4.3, which has the set's changes"),
        (r"^applies = .*", 'applies = ">=2.4.1"', "applies: covers 2.4.3, which has the set already"),
        (r"^applies = .*", 'applies = ">=2.5"', "applies: covers no release"),
        (
            r"^present = .*",
            'present = ["line_21"]',
            "recognise: modules/a.c: the mark 'line_21' holds in 2.4.1 to 2.4.2",
        ),
        (r"^present = .*", 'absent = ["line_19"]', "the mark '!line_19' does not hold in 2.4.3 to 2.4.4 "),
        (r"^present = .*", 'present = ["other"]', f"recognise: modules/a.c: the mark 'other' does not hold in r{FIX}"),
        (
            r"^number = 1000110\ntrunk = .*",
            "number = 1000111\ntrunk = [1000101]",
            "merges: r1000110 merged r1000101, too",
        ),
    ],
)
def test_what_history_does_not_say(
    made: str, tmp_path: Path, mirror: Mirror, capsys: Capture, pattern: str, instead: str, message: str
) -> None:
    text, count = re.subn(pattern, instead, made, count=1, flags=re.MULTILINE)
    assert count == 1
    file = tmp_path / "sets" / "fix" / "set.toml"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    code, out, _ = checked(capsys, mirror, tmp_path / "sets")
    assert code == 1
    assert message in " ".join(out.split())


def test_sets_of_other_projects_are_not_checked(mirror: Mirror, capsys: Capture, tmp_path: Path) -> None:
    code, _, err = call(capsys, "set", "check", "uwsgi-stdin-eof", "--git", mirror.folder)
    assert (code, err) == (3, "hpatch: none of the sets is of a project whose history is given\n")
    plain = tmp_path / "plain"
    mirror.git("init", "--quiet", str(plain))
    code, _, err = call(capsys, "set", "check", "--git", plain)
    assert (code, err) == (
        3,
        f"hpatch: {plain}: is not the history of a project that hpatch knows (httpd, uwsgi, nginx)\n",
    )


@pytest.mark.proof
@pytest.mark.httpd_git
@pytest.mark.uwsgi_git
def test_hpatchs_own_catalogue(capsys: Capture) -> None:
    repositories = (os.environ["HPATCH_HTTPD_GIT"], os.environ["HPATCH_UWSGI_GIT"])
    code, out, _ = call(capsys, "set", "check", *(word for one in repositories for word in ("--git", one)))
    assert (code, "no fault." in out) == (0, True), out
    assert "not given: nginx-empty-response." in " ".join(out.split())


@pytest.mark.proof
@pytest.mark.httpd_git
def test_a_set_that_was_made_by_hand_is_made_again(capsys: Capture, tmp_path: Path) -> None:
    git = os.environ["HPATCH_HTTPD_GIT"]
    words = ("set", "new", "mine", "r1592529", "--git", git, "--into", tmp_path)
    assert call(capsys, *words).code == 0
    known = load([tmp_path])
    mine, own = known.get("mine"), known.get("scgi-unix")
    assert (mine.revisions, mine.merges) == (own.revisions, own.merges)
    assert (mine.applies, mine.contained, mine.prerequisites) == (own.applies, own.contained, own.prerequisites)
    assert mine.recognise == own.recognise[:1]


def test_a_revision_that_was_taken_back(capsys: Capture, tmp_path: Path) -> None:
    mirror = Mirror(tmp_path / "mirror")
    mirror.tag("2.4.1")
    mirror.edit(1000101, "Add a line.", "modules/a.c", b"int line_20(void);", b"int line_20(int added_here);")
    mirror.edit(1000102, "Revert r1000101.", "modules/a.c", b"int line_20(int added_here);", b"int line_20(void);")
    mirror.build()
    words = ("set", "new", "back", "r1000101", "--git", mirror.folder, "--into", tmp_path / "sets")
    code, out, _ = call(capsys, *words, "--dry-run", "--format", "json")
    assert (code, valid("set-new-1", out)["reverts"]) == (0, ["r1000102"])
    assert "r1000102 took back what the set brings" in " ".join(call(capsys, *words).out.split())
