"""A user's own sets, and what is said of those that are wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hpatch.errors import InputError, UsageError
from hpatch.patch.sets.load import load
from hpatch.versions import Version

ID = "0123456789abcdef0123456789abcdef01234567"
HEAD = 'id = "mine"\ntitle = "Mine"\ncures = "A fault."\napplies = ">=2.4.1"\n'
REVISION = f'[[revisions]]\nnumber = 5\npatch_id = "{ID}"\nfiles = ["modules/a.c"]\n'
VARIANTS = """
[[variants]]
versions = ">=2.4.10,<2.4.47"
diff = "a.diff"
[[variants]]
versions = ">=2.4.47"
diff = "b.diff"
"""

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(text: str, name: str = "mine") -> Path:
        folder = tmp_path / "sets" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "set.toml").write_text(text)
        for diff in ("a.diff", "b.diff"):
            (folder / diff).write_text("")
        return folder.parent

    return write


def test_a_set_of_revisions(write: Write) -> None:
    (revision,) = load([write(HEAD + REVISION)]).get("mine").revisions
    assert (revision.number, revision.line, revision.project) == (5, "trunk", "httpd")
    assert (revision.files, revision.blobs, revision.blob("modules/a.c")) == (("modules/a.c",), (), None)
    assert revision.patch_ids == (ID,)


def test_the_names_of_files_before(write: Write) -> None:
    text = REVISION.replace('files = ["modules/a.c"]', f'files = {{ "a" = "{ID}", "b" = "new" }}')
    (revision,) = load([write(HEAD + text)]).get("mine").revisions
    assert (revision.blob("a"), revision.blob("b"), revision.blob("c")) == (ID, None, None)


def test_a_set_with_diffs_of_its_own(write: Write) -> None:
    folder = write(HEAD + VARIANTS)
    one = load([folder]).get("mine")
    found = [one.variant(Version(2, 4, patch)) for patch in (9, 10, 46, 47, 99)]
    names = [variant and variant.diff.relative_to(folder) for variant in found]
    assert names == [None, *map(Path, ["mine/a.diff", "mine/a.diff", "mine/b.diff", "mine/b.diff"])]


def test_a_diff_for_a_tree_that_has_other_sets(write: Write) -> None:
    upon = '[[variants]]\nversions = ">=2.4.10,<2.4.20"\nupon = ["fcgi-memset"]\ndiff = "b.diff"\n'
    one = load([write(HEAD + upon + VARIANTS)]).get("mine")

    def name(patch: int, *having: str) -> str | None:
        variant = one.variant(Version(2, 4, patch), having)
        return variant and variant.diff.name

    assert (name(10), name(10, "scgi-unix"), name(10, "fcgi-memset"), name(20, "fcgi-memset")) == (
        *("a.diff", "a.diff", "b.diff", "a.diff"),
    )


def test_a_folder_may_be_one_set(write: Write) -> None:
    assert load([write(HEAD + REVISION) / "mine"]).get("mine").title == "Mine"


def test_own_sets_come_with_hpatchs(write: Write) -> None:
    folder = write(HEAD + 'prerequisites = ["fcgi-memset"]\n' + REVISION)
    assert [one.id for one in load([folder]).closure(["mine"])] == ["mine", "fcgi-memset"]


def test_a_mark(write: Write) -> None:
    text = HEAD + REVISION + '[[recognise]]\nfile = "a"\npresent = ["x", "y"]\nabsent = ["z"]\n'
    (mark,) = load([write(text)]).get("mine").recognise
    assert mark.found(b"-x-y-")
    assert not mark.found(b"-x-")
    assert not mark.found(b"-x-y-z-")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "id: missing"),
        (HEAD.replace("mine", "other") + REVISION, "id: 'other' is not the folder's name, 'mine'"),
        (HEAD.replace("mine", "Mine!") + REVISION, "id: 'Mine!' must be lower-case letters and digits"),
        (HEAD.replace('"Mine"', "7") + REVISION, "title: must be a string that is not empty"),
        (HEAD.replace(">=", "") + REVISION, "applies: '2.4.1' is not a range of versions such as"),
        (HEAD + 'needs = ["a"]\n' + REVISION, "needs: unknown key"),
        (HEAD + 'titel = "T"\n' + REVISION, "titel: unknown key; did you mean 'title'?"),
        (HEAD + 'project = "lighttpd"\n' + REVISION, "project: must be one of httpd, uwsgi, nginx"),
        (HEAD + 'prerequisites = "a"\n' + REVISION, "prerequisites: must be a list that is not empty"),
        (HEAD + 'prerequisites = ["a"]\n' + REVISION, "prerequisites: there is no set 'a'"),
        (HEAD + VARIANTS + 'upon = ["a"]\n', "variants: upon: there is no set 'a'"),
        (HEAD + 'prerequisites = ["uwsgi-stdin-eof"]\n' + REVISION, "'uwsgi-stdin-eof' is for uwsgi"),
        (HEAD, "revisions: a set has either [[revisions]] or [[variants]]"),
        (HEAD + REVISION + VARIANTS, "revisions: a set has either [[revisions]] or [[variants]]"),
        (HEAD + "revisions = 5\n", "revisions: must be an array of tables"),
        (HEAD + REVISION.replace("number = 5\n", ""), "revisions[1].number: a revision needs a number or a commit"),
        (HEAD + REVISION.replace("5", '"r5"', 1), "revisions[1].number: must be a revision's number, without 'r'"),
        (HEAD + REVISION.replace(ID, "abc"), "revisions[1].patch_id: must be 40 hexadecimal digits"),
        (HEAD + REVISION.replace("modules/a.c", "../a.c"), "revisions[1].files: '../a.c' must be a path below"),
        (HEAD + REVISION.replace("modules/a.c", "/a.c"), "revisions[1].files: '/a.c' must be a path below"),
        (HEAD + REVISION + REVISION.replace("5", "4", 1), "revisions: must be in the order of their numbers"),
        (HEAD + REVISION + 'comit = "x"\n', "revisions[1].comit: unknown key; did you mean 'commit'?"),
        (HEAD + VARIANTS.replace("a.diff", "c.diff"), "variants[1].diff: 'c.diff' is not a file beside set.toml"),
        (HEAD + VARIANTS.replace("a.diff", "../sets/mine/a.diff"), "is not a file beside set.toml"),
        (HEAD + REVISION + '[[recognise]]\nfile = "a"\n', "recognise[1].present: a mark needs a text"),
        (
            HEAD + REVISION + '[[recognise]]\nfile = "a"\npresent = ["x"]\nrevision = 6\n',
            "is not a revision of the set",
        ),
        (HEAD + REVISION + REVISION.replace("[[revisions]]", "[[merges]]\ntrunk = [6]"), "merges[1].trunk: is not"),
        ("id = \n", "not valid TOML"),
        (f"id = {'[' * 5000}\n", "not valid TOML: nested too deeply"),
    ],
)
def test_what_is_wrong_is_said(write: Write, text: str, message: str) -> None:
    folder = write(text)
    with pytest.raises(InputError) as caught:
        load([folder])
    assert str(caught.value).startswith(f"{folder / 'mine' / 'set.toml'}:")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (HEAD.replace("title", "titel") + REVISION, "2: titel: unknown key; did you mean 'title'?"),
        (HEAD.replace("cures", '"a cure"') + REVISION, "3: a cure: unknown key"),
        (
            HEAD + REVISION.replace("patch_id", "patchid"),
            "7: revisions[1].patchid: unknown key; did you mean 'patch_id'",
        ),
        (HEAD + REVISION + REVISION.replace("5", "6").replace("files", "file"), "12: revisions[2].file: unknown key"),
        (HEAD + REVISION + "[revisions.blobs]\na = 1\n", "9: revisions[1].blobs: unknown key"),
        (HEAD + REVISION + '[[recognise]]\nfile = "a"\npresnt = ["b"]\n', "11: recognise[1].presnt: unknown key"),
        (HEAD + REVISION.replace(f'patch_id = "{ID}"\n', ""), "5: revisions[1].patch_id: missing"),
        (HEAD + f"revisions = [{{number = 5, patchid = '{ID}'}}]\n", " revisions[1].patchid: unknown key"),
        (HEAD + REVISION + "[[recognize]]\n", "9: recognize: unknown key; did you mean 'recognise'?"),
    ],
)
def test_an_unknown_key_is_named_before_what_it_leads_to(write: Write, text: str, place: str) -> None:
    folder = write(text)
    with pytest.raises(InputError) as caught:
        load([folder])
    assert str(caught.value).startswith(f"{folder / 'mine' / 'set.toml'}:{place}")


def test_a_name_that_there_is_already(write: Write) -> None:
    folder = write(HEAD.replace("mine", "fcgi-memset") + REVISION, "fcgi-memset")  # type: ignore[call-arg]
    with pytest.raises(InputError, match="there is a set 'fcgi-memset' already"):
        load([folder])


def test_a_folder_without_sets(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no patch set in this folder"):
        load([tmp_path])
    with pytest.raises(InputError, match="not a folder of patch sets"):
        load([tmp_path / "missing"])


def test_a_set_that_there_is_not() -> None:
    with pytest.raises(UsageError, match=r"no patch set 'fcgi-memse'; did you mean 'fcgi-memset'\?"):
        load().get("fcgi-memse")
    with pytest.raises(UsageError, match="'hpatch set list' shows all"):
        load().get("quite-another")
