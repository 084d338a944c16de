"""How many leading folders a diff has, and which files it is about."""

from collections.abc import Callable

import pytest

from hpatch.patch.diff.model import Diff
from hpatch.patch.diff.read import DiffError, read
from hpatch.patch.diff.strip import strip

HUNK = b"@@ -1 +1 @@\n-a\n+b\n"
TREE = ("README", "CHANGES", "modules/proxy/mod_proxy.c", "modules/proxy/proxy_util.c", "include/ap.h")


def tree(*paths: str) -> Callable[[str], bool]:
    there = {"/".join(path.split("/")[:count]) for path in paths for count in range(1, path.count("/") + 2)}
    return there.__contains__


def plain(*pairs: str) -> Diff:
    """A diff of files, each told as its two names."""
    text = b"".join(b"--- %s\n+++ %s\n%s" % (*(name.encode() for name in pair.split()), HUNK) for pair in pairs)
    return read(text, "x.diff")


def git(head: str, old: str, new: str, body: bytes = b"") -> bytes:
    return f"diff --git {old} {new}\n{head}".encode() + body


def paths(diff: Diff) -> list[tuple[str, str | None, str | None]]:
    return [(file.kind, file.old, file.new) for file in diff.files]


@pytest.mark.parametrize(
    ("pair", "path"),
    [
        ("a/include/ap.h b/include/ap.h", "include/ap.h"),
        ("include/ap.h include/ap.h", "include/ap.h"),
        ("./include/ap.h ./include/ap.h", "include/ap.h"),
        ("httpd-2.4.9.orig/include/ap.h httpd-2.4.9/include/ap.h", "include/ap.h"),
        ("a/src/httpd/include/ap.h b/src/httpd/include/ap.h", "include/ap.h"),
        ("trunk/README trunk/README", "README"),
        ("README.orig README", "README"),
        ("README README.new", "README"),
        ("a/gone.c b/gone.c", "gone.c"),
        ("gone.c gone.c", "gone.c"),
    ],
)
def test_found_by_itself(pair: str, path: str) -> None:
    assert paths(strip(plain(pair), tree(*TREE))) == [("modify", path, path)]


def test_a_file_that_is_missing_leads_no_other_astray() -> None:
    """A new module's README is not the tree's own."""
    assert paths(strip(plain("a/modules/README b/modules/README"), tree(*TREE))) == [
        ("modify", *["modules/README"] * 2)
    ]
    with pytest.raises(DiffError, match=r"x\.diff:1: .* 0 and with 1 .*-p"):
        strip(plain("modules/README modules/README"), tree(*TREE))


def test_most_files_decide() -> None:
    diff = plain("x/README x/README", "x/modules/proxy/mod_proxy.c x/modules/proxy/mod_proxy.c", "x/gone x/gone")
    assert [file.path for file in strip(diff, tree(*TREE)).files] == ["README", "modules/proxy/mod_proxy.c", "gone"]


def test_two_numbers_that_fit() -> None:
    both = tree("x.c", "a/x.c")
    assert strip(plain("a/x.c b/x.c"), both).files[0].path == "x.c"
    assert strip(plain("a/x.c a/x.c"), both).files[0].path == "a/x.c"
    assert strip(plain("a/x.c a/x.c"), both, 1).files[0].path == "x.c"


def test_none_that_fits() -> None:
    with pytest.raises(DiffError, match=r"'src/x\.c' is the first.*check the tree"):
        strip(plain("src/x.c src/x.c"), tree(*TREE))


@pytest.mark.parametrize(("count", "path"), [(0, "x/y/z"), (1, "y/z"), (2, "z")])
def test_a_number_given(count: int, path: str) -> None:
    assert strip(plain("x/y/z x/y/z"), tree(*TREE), count).files[0].path == path


def test_a_number_that_is_too_large() -> None:
    with pytest.raises(DiffError, match="has no 3 leading folders"):
        strip(plain("x/y/z x/y/z"), tree(*TREE), 3)
    with pytest.raises(DiffError, match="has no 2 leading folders"):
        strip(read(git("similarity index 100%\nrename from x\nrename to y\n", "a/x", "b/y"), "x"), tree(), 2)
    assert strip(plain("x/y/z z"), tree(*TREE), 2).files[0].path == "z"


def test_all_kinds() -> None:
    text = (
        git("new file mode 100644\nindex 0000000..e69de29\n", "a/include/new.h", "b/include/new.h")
        + git("deleted file mode 100644\nindex e69de29..0000000\n", "a/include/ap.h", "b/include/ap.h")
        + git("similarity index 100%\nrename from README\nrename to READ.ME\n", "a/README", "b/READ.ME")
    )
    assert paths(strip(read(text, "x"), tree(*TREE))) == [
        ("create", None, "include/new.h"),
        ("delete", "include/ap.h", None),
        ("rename", "README", "READ.ME"),
    ]


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("b/include/n.h", "include/n.h"),
        ("include/n.h", "include/n.h"),
        ("x/y/include/n.h", "include/n.h"),
        ("n.h", "n.h"),
    ],
)
def test_new_files_go_by_their_folder(name: str, path: str) -> None:
    text = b"--- /dev/null\n+++ %s\n@@ -0,0 +1 @@\n+a\n" % name.encode()
    assert strip(read(text, "x"), tree(*TREE)).files[0].path == path


def test_lines_into_nothing_are_a_new_file_where_there_is_none() -> None:
    text = b"--- %s\n+++ %s\n@@ -0,0 +1 @@\n+a\n"
    assert paths(strip(read(text % (b"include/n.h", b"include/n.h"), "x"), tree(*TREE))) == [
        ("create", None, "include/n.h")
    ]
    assert paths(strip(read(text % (b"include/ap.h", b"include/ap.h"), "x"), tree(*TREE)))[0][0] == "modify"


def test_what_the_diff_makes_is_there_for_what_follows() -> None:
    new = b"--- /dev/null\n+++ b/include/n.h\n@@ -0,0 +1 @@\n+a\n"
    diff = strip(read(new + b"\nNext.\n--- a/include/n.h\n+++ b/include/n.h\n" + HUNK, "x"), tree(*TREE))
    assert [file.kind for file in diff.files] == ["create", "modify"]


CREATE = b"--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+a\n"
DELETE = b"--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n"
MODIFY = b"--- a/x\n+++ b/x\n" + HUNK
RENAME = git("similarity index 100%\nrename from x\nrename to y\n", "a/x", "b/y")


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        (CREATE + CREATE, 5, "created or changed"),
        (MODIFY + CREATE, 6, "created or changed"),
        (DELETE + MODIFY, 5, "removed"),
        (DELETE + DELETE, 5, "removed"),
        (RENAME + b"\nNext.\n" + MODIFY, 7, "removed"),
    ],
)
def test_a_sequence_without_sense(text: bytes, line: int, word: str) -> None:
    with pytest.raises(DiffError, match=f"x.diff:{line}: .*{word}"):
        strip(read(text, "x.diff"), tree("x"))


@pytest.mark.parametrize("text", [MODIFY + MODIFY, DELETE + CREATE, CREATE + DELETE, RENAME + b"\nNext.\n" + CREATE])
def test_a_sequence_with_sense(text: bytes) -> None:
    assert len(strip(read(text, "x.diff"), tree("x")).files) == 2


def test_what_is_safe_only_with_its_folder_is_refused() -> None:
    """read() sees the whole name; what is left of it is looked at again."""
    with pytest.raises(DiffError, match=r"x\.diff:1: '\./x': |empty part"):
        strip(plain("./. ./."), tree(), 1)
