"""Paths and wildcards: the tables were tried on APR 1.7.2, which httpd asks."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpatch.conf import paths
from hpatch.conf.paths import NoMatchError, included, matches, resolve
from hpatch.conf.view import View
from hpatch.conf.wildcards import is_wildcard
from tests.support.examples import examples
from tests.support.libraries import library

TILDE, DELETE, HIGH, NEXT, LAST = "~", "\x7f", "\udc80", "\udc81", "\udcff"
"""Bytes around the sign: 126, 127, 128, 129 and 255."""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("conf/a.conf", "/etc/httpd/conf/a.conf"),
        ("./a//b/../c", "/etc/httpd/a/c"),
        ("/a/b", "/a/b"),
        ("//a//b", "/a/b"),
        ("//", "/"),
        ("/", "/"),
        ("conf.d/", "/etc/httpd/conf.d/"),
        ("conf.d/.", "/etc/httpd/conf.d/"),
        ("conf.d", "/etc/httpd/conf.d"),
        (".", "/etc/httpd"),
    ],
)
def test_resolve(path: str, expected: str) -> None:
    assert resolve("/etc/httpd", path) == expected
    assert resolve("conf", "a.conf") == "conf/a.conf"


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("*", ["a", "ab", "\u00e9"], [".a"]),
        ("a*", ["a", "ab", "aab"], ["ba", ""]),
        ("*.conf", ["a.conf", "a.conf.conf"], [".conf", "a.confx", "aconf", "conf"]),
        ("*a*b", ["ab", "xaxb", "abab", "aab", "acbb"], ["ba", "aba", "b", "a"]),
        ("**", ["a", "abc"], []),
        ("*aab", ["aaab", "aab"], ["aaba"]),
        ("a?", ["ab", "a."], ["a", "abc"]),
        ("?", ["a", HIGH, LAST], ["ab", ".", "\u00e9"]),
        ("??", ["ab", "\u00e9"], ["a", "abc"]),
        ("?*b", ["ab", "xxb"], ["b"]),
        # a leading dot
        (".*", [".", ".a"], ["a", "a."]),
        ("\\.*", [".a"], ["a"]),
        ("[.]a", [], [".a", "a"]),
        ("?a", ["aa"], [".a"]),
        # sets
        ("[ab]", ["a", "b"], ["c", "ab", "[", "]"]),
        ("x[ab]y", ["xay", "xby"], ["xcy", "xy", "xaby"]),
        ("[!ab]", ["c", "!", LAST], ["a", "b", "cd"]),
        ("[^ab]", ["c", "^"], ["a", "b"]),
        ("[a!]", ["a", "!"], ["b"]),
        ("[]a]", ["]", "a"], ["b", "[", "]a"]),
        ("[!]a]", ["b"], ["]", "a"]),
        ("[a]]", ["a]"], ["a", "]"]),
        ("[!!]", ["a"], ["!"]),
        ("*[", ["[", "a["], ["a", "[a"]),
        ("*[a", ["[a", "x[a"], ["a", "[", "xa"]),
        ("*[]", ["[]"], ["]", "["]),
        ("*[!", ["[!"], ["!", "a"]),
        ("*[!]", ["[!]"], ["a", "!"]),
        # ranges
        ("[b-d]", ["b", "c", "d"], ["a", "e", "-"]),
        ("[b-dx]", ["b", "d", "x"], ["a", "e", "-"]),
        ("[xb-d]", ["b", "d", "x"], ["a", "e", "-"]),
        ("[b-]", ["b", "-"], ["a", "c"]),
        ("[-b]", ["b", "-"], ["a", "c"]),
        ("[d-b]", [], ["b", "c", "d", "-"]),
        ("[!b-d]", ["a", "e"], ["b", "c", "d"]),
        ("[a-c-e]", ["a", "b", "c", "-", "e"], ["d"]),
        ("*[a-", ["[a-"], ["a", "-"]),
        ("*[a-c", ["[a-c", "x[a-c"], ["a", "b", "[a"]),
        # a backslash
        ("\\*", ["*"], ["a", "\\*", ""]),
        ("\\a*", ["a", "ab"], ["\\a"]),
        ("*\\", ["\\", "a\\"], ["a", ""]),
        ("*\\\\", ["\\", "a\\"], ["a"]),
        ("*\\?x", ["?x", "a?x"], ["ax", "?"]),
        ("*\\[a]", ["[a]"], ["a"]),
        ("[\\]]", ["]"], ["\\", "a", "\\]"]),
        ("[\\a\\-c]", ["a", "-", "c"], ["b", "\\"]),
        ("[a-\\c]", ["a", "b", "c"], ["\\", "-", "d"]),
        ("[\\a-c]", ["a", "b", "c"], ["\\", "-", "d"]),
        ("*[\\", ["[\\"], ["\\", "["]),
        ("*[a\\]", ["[a]", "x[a]"], ["a", "\\", "[a\\]"]),
        # bytes have a sign
        (f"[{HIGH}-{LAST}]", [HIGH, NEXT, LAST], [DELETE, "a"]),
        (f"[{LAST}-a]", [LAST, "\x01", "a"], [HIGH, "b", DELETE]),
        (f"[a-{HIGH}]", [], ["a", "b", TILDE, DELETE, HIGH, NEXT, LAST]),
        (f"[{HIGH}-a]", [HIGH, NEXT, LAST, "\x01", "a"], ["b", TILDE, DELETE]),
        (f"[a-{DELETE}]", ["a", TILDE, DELETE], [HIGH, LAST]),
    ],
)  # fmt: skip
def test_matches(pattern: str, yes: list[str], no: list[str]) -> None:
    assert [name for name in yes if not matches(pattern, name)] == []
    assert [name for name in no if matches(pattern, name)] == []


def test_a_second_text_for_the_same_pattern() -> None:
    assert [matches("[!a]?", name) for name in ("ab", "bb", "b", "bbb")] == [False, True, False, False]


@pytest.mark.httpd
@settings(max_examples=examples(1000))
@given(st.text("ab.*?[]!^-\\\u00e9", max_size=7), st.text("ab.-]^!\\\u00e9[", min_size=1, max_size=4))
def test_as_apr(pattern: str, name: str) -> None:
    apr, period = library("apr-1"), 4
    wild = bool(apr.apr_fnmatch_test(os.fsencode(pattern)))
    assert is_wildcard(pattern) == wild
    if wild:
        assert matches(pattern, name) == (apr.apr_fnmatch(os.fsencode(pattern), os.fsencode(name), period) == 0)


@pytest.fixture
def top(tmp_path: Path) -> str:
    """A folder with files, folders and a link to a folder."""
    for name in ("b/two.conf", "b/one.conf", "b/deep/x.conf", "a/one.conf", "B.conf", "c.txt", "[x].conf"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    (tmp_path / "l").symlink_to("b")
    return str(tmp_path)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("c.txt", ["c.txt"]),
        ("missing", ["missing"]),
        ("c.*", ["c.txt"]),
        ("*.conf", ["B.conf", "[x].conf"]),
        ("b", ["b/deep/x.conf", "b/one.conf", "b/two.conf"]),
        ("b/", ["b/deep/x.conf", "b/one.conf", "b/two.conf"]),
        ("l", ["l/deep/x.conf", "l/one.conf", "l/two.conf"]),
        ("*/one.conf", ["a/one.conf", "b/one.conf"]),
        ("?/*.conf", ["a/one.conf", "b/one.conf", "b/two.conf"]),
        ("l/*.conf", ["l/one.conf", "l/two.conf"]),
        ("[bl]/d*", ["b/deep/x.conf"]),
        ("[l]", ["l/deep/x.conf", "l/one.conf", "l/two.conf"]),
        ("*/deep/x.*", ["b/deep/x.conf"]),
    ],
)
def test_included(top: str, pattern: str, expected: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    if pattern == "*/deep/x.*":
        (Path(top) / "a/deep").mkdir()
        (Path(top) / "a/deep/x.txt").write_text("")
        expected = ["a/deep/x.txt", *expected]
    assert list(included(f"{top}/{pattern}", optional=False)) == [f"{top}/{name}" for name in expected]
    monkeypatch.chdir(top)
    assert list(included(pattern, optional=False)) == expected


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("*.none", 'nothing in "{top}" matches "*.none"'),
        ("b/*.none", 'nothing in "{top}/b" matches "*.none"'),
        ("[l]/*", 'nothing in "{top}" matches "[l]"'),
        ("c.*/*", 'nothing in "{top}" matches "c.*"'),
        ("none/*", 'the folder "{top}/none" does not exist'),
        ("c.txt/*", 'the folder "{top}/c.txt" cannot be read: Not a directory'),
    ],
)
def test_no_match(top: str, pattern: str, reason: str) -> None:
    with pytest.raises(NoMatchError) as raised:
        list(included(f"{top}/{pattern}", optional=False))
    assert str(raised.value) == reason.format(top=top)
    if "cannot be read" not in reason:
        assert list(included(f"{top}/{pattern}", optional=True)) == []


def test_no_match_in_the_current_folder(top: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(top)
    with pytest.raises(NoMatchError, match=r'^nothing in "\." matches "\*\.none"$'):
        list(included("*.none", optional=False))


def test_a_file_that_does_not_exist_and_may_be_missing(top: str) -> None:
    assert list(included(f"{top}/missing", optional=True)) == []


@pytest.mark.parametrize("pattern", ["t", "t*", "*/[t]", "t/[0]", "[t]/0"])
def test_how_deep_an_include_goes(tmp_path: Path, pattern: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder that the Include itself names is at depth 0."""
    monkeypatch.setattr(paths, "MAX_DEPTH", 3)
    place = tmp_path / "u/t" if pattern == "*/[t]" else tmp_path / "t"
    first = place / "0" if "0" in pattern else place
    deepest = first / "1/2"
    deepest.mkdir(parents=True)
    (deepest / "a.conf").write_text("")
    assert list(included(f"{tmp_path}/{pattern}", optional=False)) == [str(deepest / "a.conf")]
    (deepest / "3").mkdir()
    with pytest.raises(NoMatchError, match=r"nested more than 3 levels deep$"):
        list(included(f"{tmp_path}/{pattern}", optional=False))


class Failing(View):
    """Files of which one cannot be asked for: it went meanwhile, or nobody may read it."""

    def __init__(self, failing: str) -> None:
        self._failing = failing

    def names(self, folder: str) -> list[str]:
        if folder == self._failing:
            raise PermissionError(errno.EACCES, "Permission denied")
        return super().names(folder)

    def is_entry_folder(self, folder: str, name: str) -> bool:
        if f"{folder}/{name}" == self._failing:
            raise FileNotFoundError(errno.ENOENT, "No such file or directory")
        return super().is_entry_folder(folder, name)


@pytest.mark.parametrize("pattern", ["b", "[b]", "b/*"])
def test_a_folder_that_cannot_be_read(top: str, pattern: str) -> None:
    with pytest.raises(NoMatchError) as raised:
        list(included(f"{top}/{pattern}", optional=True, view=Failing(f"{top}/b")))
    assert str(raised.value) == f'the folder "{top}/b" cannot be read: Permission denied'


def test_an_entry_that_goes_meanwhile_is_no_folder(top: str) -> None:
    assert list(included(f"{top}/*/one.conf", optional=False, view=Failing(f"{top}/a"))) == [f"{top}/b/one.conf"]


def test_httpds_own_limit() -> None:
    assert paths.MAX_DEPTH == 1024
