"""The lines as httpd's reader gives them: which last line it loses, and what a macro's last line is joined to."""

from __future__ import annotations

import pytest

from hpatch.conf import reader
from hpatch.conf.feed import ROOM
from hpatch.conf.load import Options, load_text
from hpatch.conf.modules import Modules
from tests.support.conf.lastlines import BEFORE, LAST, LENGTHS, file

OPTIONS = Options(modules=Modules.everything(), defines=())

LARGER = {
    "a {204}\n",
    "a {203}\r\n",
    "#{300}\n",
    "a {203}\\\nb\n",
    "<IfModule core.c>\na {300}\n",
    "a {300}\n<IfModule core.c>\n</IfModule>\n",
    "<Macro m>\n",
    "<Macro m>\na {300}\n</Macro>\nUse m\n",
    "<Macro m>\na {204}\n</Macro>\nUse m\nb\n",
}
"""After these the buffer does not have its first size any more, or it is another one."""

READ = {"x {}\\\ny", "x {}\\\\\n\nz", "x \0{}"}
"""httpd reads these last lines in any case: they end with less than the buffer, or in another line."""


SKIPPED = {"<Macro m>\n", "<IfModule none.c>\n"}
"""What comes after these is no directive."""


@pytest.mark.parametrize("before", BEFORE)
def test_a_last_line_that_fills_the_buffer(before: str) -> None:
    """The comparison with httpd (`test_oracle.py`) has the same files."""
    first = load_text(file(before, "", 0), OPTIONS).directives
    for last in LAST:
        for length in LENGTHS:
            found = load_text(file(before, last, length), OPTIONS)
            problems = [problem for problem in found.problems if problem.message.startswith("httpd ignores this line")]
            lost = length == ROOM and before not in LARGER and last not in READ and last[0] != "#"
            assert [(problem.place.line, problem.fatal) for problem in problems] == [
                (before.count("\n") + 1, False)
            ] * lost
            read = not lost and last[0] != "#" and not last.startswith("</") and before not in SKIPPED
            if before.endswith("Use m\n"):
                read &= "\n" in last  # mod_macro's reader drops a last line without a line feed
            if length <= ROOM or "\0" not in last:
                assert found.directives - first == read, (last, length)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a {y}\nb\n", ["a", "b"]),  # 40 bytes, the line feed included
        ("a y{y}\nb\n", [1, "b"]),
        ("a \\\n{y}\nb\n", ["a", "b"]),
        ("b\na \\\ny{y}\nb\n", ["b", 2, "b"]),
        ("a y{y}", ["a"]),
        ("a yy{y}", [1]),
        ("<a y{y}\n</a>\n", [1, 2]),
        ("# y{y}\nb\n", [1, "b"]),
        ("<Macro m $x>\na $x$x\n</Macro>\nUse m yyyyyyyyyyyyyyyyyyy\nb\n", [2, "b"]),
    ],
)
def test_a_line_that_is_too_long(monkeypatch: pytest.MonkeyPatch, text: str, expected: list[str | int]) -> None:
    """The lines that are read, and the numbers of those that are not."""
    monkeypatch.setattr(reader, "MAX_LINE", 40)
    found = load_text(text.replace("{y}", "y" * 37), OPTIONS)
    assert [node.name for node in found.walk()] == [name for name in expected if isinstance(name, str)]
    assert [problem.place.line for problem in found.problems] == [line for line in expected if isinstance(line, int)]
    for problem in found.problems[: expected.count(1)]:
        assert (problem.message, problem.fatal) == ("the line is too long for httpd", True)


@pytest.mark.parametrize(("extra", "read"), [(0, True), (1, False)])
def test_the_longest_line_of_a_htaccess_file(extra: int, read: bool) -> None:
    found = load_text(f"a {'y' * (8189 + extra)}\nb\n", name=".htaccess")
    assert [node.name for node in found.nodes] == (["a", "b"] if read else ["b"])
    assert found.built == read


def test_a_template_has_no_last_line_that_fills_the_buffer() -> None:
    """What fills it in may be of any length."""
    for length in range(ROOM - 50, ROOM):
        text = f"{{% if a %}}\nListen 80\n{{% endif %}}\nServerName {{{{ name }}}}{'y' * (length - 11)}"
        found = load_text(text, name="a.conf.j2")
        assert [node.name for node in found.walk()] == ["Listen", "ServerName"]
        assert found.problems == []


@pytest.mark.parametrize(("length", "lost"), [(205, False), (206, True), (207, False)])
def test_the_size_of_httpds_first_buffer(length: int, lost: bool) -> None:
    found = load_text(f"x {'y' * (length - 2)}", OPTIONS)
    assert (found.directives, len(found.problems)) == ((0, 1) if lost else (1, 0))


def test_a_line_that_is_too_long_in_bytes_only() -> None:
    found = load_text(f"b\na {chr(0x1F4A9) * 2500}\nb\n", name=".htaccess")
    assert [node.name for node in found.nodes] == ["b", "b"]
    assert [problem.place.line for problem in found.problems] == [2]
