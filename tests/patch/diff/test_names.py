"""Quoted names, and names that no diff may touch."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpatch.patch.diff.names import quote, unquote, unsafe


@pytest.mark.parametrize(
    ("name", "quoted"),
    [
        (b"a/plain name.c", b"a/plain name.c"),
        (b"tab\t", b'"tab\\t"'),
        (b'q"b\\', b'"q\\"b\\\\"'),
        ("é".encode(), b'"\\303\\251"'),
        (b"\x01\x7f", b'"\\001\\177"'),
    ],
)
def test_quoting_is_git_s(name: bytes, quoted: bytes) -> None:
    assert quote(name) == quoted


@given(st.binary(min_size=1), st.binary())
def test_unquoting_is_the_inverse(name: bytes, rest: bytes) -> None:
    quoted = quote(name)
    if quoted != name:
        assert unquote(quoted + rest) == (name, rest)


@pytest.mark.parametrize("text", [b'"', b'"a', b'"a\\"', b'"\\x"', b'"\\400"', b'"\\12"', b"a", b""])
def test_broken_quotes(text: bytes) -> None:
    assert unquote(text) is None


@pytest.mark.parametrize(
    "path",
    [
        "a",
        "./a",
        "a/b.c",
        "a b/c\td",
        "C:/x",
        "a\\..\\b",
        "...",
        "a/..b/c..",
        ".gitignore",
        "x.git/y",
        "\udce9/é",
        "-p",
    ],
)
def test_ordinary_names(path: str) -> None:
    assert unsafe(path) is None


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("", "empty"),
        (".", "empty part"),
        ("./", "empty part"),
        ("a//b", "empty part"),
        ("a/./b", "empty part"),
        ("a/", "empty part"),
        ("/etc/passwd", "absolute"),
        ("..", "leaves the tree"),
        ("../x", "leaves the tree"),
        ("a/../../x", "leaves the tree"),
        ("a/b/..", "leaves the tree"),
        *(
            (f"{folder}/x", "no diff may touch")
            for folder in (".git", ".GIT", ".Git ", ".git.", "git~1", ".svn", ".hg")
        ),
        ("a/.git/hooks/pre-commit", "no diff may touch"),
        ("sub/.hpatch/stack.json", "no diff may touch"),
        (".hPatch", "no diff may touch"),
        ("a\nb", "control"),
        ("a\rb", "control"),
        ("a\0b", "control"),
        ("a\x1b[31mb", "control"),
        ("a\x9bb", "control"),
        ("a\u202eb", "control"),
        (".g\u200cit/x", "control"),
        ("a/" * 2048 + "b", "4097 bytes"),
        ("é" * 128, "more than 255"),
    ],
)
def test_unsafe_names(path: str, word: str) -> None:
    assert word in (unsafe(path) or "")
