"""Changes of words and lines, on the forms in which httpd reads them."""

from __future__ import annotations

import pytest

from hpatch.conf.load import load_text
from hpatch.conf.tree import Node
from hpatch.lint.fixes.edits import applied, changes
from hpatch.lint.rules._shared import edits
from hpatch.lint.rules._shared.edits import Edits


def nodes(text: str) -> list[Node]:
    return list(load_text(text).walk())


def after(node: Node, made: Edits) -> str:
    return applied(node.source.text, changes(node.source, made))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_keep_their_ends_and_their_indent(end: str) -> None:
    text = f"A 1{end}<Location />{end}  B 1 \\{end}   2{end}</Location>{end}"
    inner = nodes(text)[2]
    assert after(inner, edits.line_removed(inner)) == f"A 1{end}<Location />{end}</Location>{end}"
    above = after(inner, edits.line_beside(inner, "N", above=True))
    assert above == text.replace("  B", f"  N{end}  B")
    below = after(inner, edits.line_beside(inner, "N", above=False))
    assert below == text.replace(f"   2{end}", f"   2{end}  N{end}")


def test_the_last_line_may_have_no_end() -> None:
    first, last = nodes("A 1\r\nB 2")
    assert after(last, edits.line_beside(last, "N", above=False)) == "A 1\r\nB 2\r\nN"
    assert after(last, edits.line_removed(last)) == "A 1\r\n"
    assert after(last, edits.line_moved(last, first)) == "B 2\r\nA 1\r\n"
    (only,) = nodes("A 1")
    assert after(only, edits.line_beside(only, "N", above=False)) == "A 1\nN"


def test_words_keep_their_quotes() -> None:
    (node,) = nodes("""A "one" 'two' three "fo ur"\n""")
    assert after(node, edits.word(node, 0, "1 1")) == """A "1 1" 'two' three "fo ur"\n"""
    assert after(node, edits.word(node, 1, "2")) == """A "one" '2' three "fo ur"\n"""
    # A word without quotes would become two.
    assert edits.word(node, 2, "3 3") == ()
    assert edits.word(node, 9, "x") == ()
    assert after(node, edits.without(node, 3)) == "A \"one\" 'two' three\n"
    assert after(node, edits.removed(node, 0)) == """A 'two' three "fo ur"\n"""


def test_what_a_variable_or_a_macro_fills_in_is_not_changed() -> None:
    node = nodes("Define V word\nA ${V} b\n")[-1]
    assert node.words == ["word", "b"]
    assert edits.word(node, 0, "x") == edits.without(node, 0) == ()
    used = next(one for one in nodes("<Macro m $p>\nA $p b\n</Macro>\nUse m word\n") if one.name == "A")
    assert edits.word(used, 0, "x") == ()


def test_names() -> None:
    (node,) = nodes("  proxyPas / http://h/\n")
    assert after(node, edits.named(node, "ProxyPass")) == "  ProxyPass / http://h/\n"


def test_a_comment_moves_above_its_line() -> None:
    node = nodes("<Location />\r\n\tRequire ip 10.0.0.1  \t# the office, \xe9\r\n</Location>\r\n")[1]
    assert after(node, edits.comment_moved(node)) == (
        "<Location />\r\n\t# the office, \xe9\r\n\tRequire ip 10.0.0.1\r\n</Location>\r\n"
    )
    for text in ("A b\n", 'A b "# c"\n', "A #b\n", "A b \\\n # c\\\n d\n", "A b # c \\", "A b # c\\\r\n"):
        (other,) = nodes(text)
        assert edits.comment_moved(other) == (), text


@pytest.mark.parametrize(
    ("flags", "add", "drop", "expected"),
    [
        ("", "B", (), " [B]"),
        (" [P]", "B", (), " [P,B]"),
        (' "[P,NE]"', "", ("ne", "noescape"), ' "[P]"'),
        (" [NE]", "", ("ne",), ""),
        (" [P, ne ,L]", "", ("ne",), None),
        (' [P,E="x,y"]', "B", (), None),
    ],
)
def test_flags(flags: str, add: str, drop: tuple[str, ...], expected: str | None) -> None:
    (node,) = nodes(f"RewriteRule ^/a /b{flags}\n")
    made = edits.flags(node, add=add, drop=drop)
    assert (after(node, made) if made else None) == (None if expected is None else f"RewriteRule ^/a /b{expected}\n")


def test_a_byte_order_mark() -> None:
    (node,) = nodes("\ufeffListen 80\n")
    assert after(node, edits.mark_removed(node)) == "Listen 80\n"
    (other,) = nodes("Listen 80\n")
    assert edits.mark_removed(other) == ()
