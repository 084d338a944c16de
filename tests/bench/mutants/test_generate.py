"""The mutants of a text."""

from __future__ import annotations

import pytest

pytest.importorskip("cosmic_ray", reason="needs cosmic-ray: `make mutants` installs it")

from bench.mutants.generate import mutants


def changes(source: str) -> list[tuple[str, str]]:
    return [(mutant.name.before, mutant.name.after) for mutant in mutants("a.py", source)]


@pytest.mark.parametrize(
    ("source", "after"),
    [
        ("if a:\n    b\nelif c:\n    d\n", ["elif False:", "elif True:", "if False:", "if True:"]),
        ("a = b if c else d\n", ["a = b if False else d", "a = b if True else d"]),
        ("a = [b for b in c if d]\n", ["a = [b for b in c if False]", "a = [b for b in c if True]"]),
        ("a = b and c and d\n", ["a = b and c", "a = b and d", "a = c and d"]),
        ("a = b in c\n", ["a = b not in c"]),
        ("a = b not in c\n", ["a = b in c"]),
        ("if a():\n    b()\n", ["if False:", "if True:", "pass"]),
        ("a[0] = b\n", ["a[ -1] = b", "a[ 1] = b", "pass"]),
        ("a = b < 2\n", ["a = b < 1", "a = b < 3", "a = b <= 2"]),
        ("try:\n    a\nexcept B:\n    c\n", ["except CosmicRayTestingException:"]),
        ("try:\n    a\nexcept b.C as d:\n    d\n", ["except CosmicRayTestingException as d:"]),
        (
            "try:\n    a\nexcept (b.C, D):\n    e\n",
            ["except (CosmicRayTestingException, D):", "except (b.C, CosmicRayTestingException):"],
        ),
        ("a = VERSION(2, 4)\n", [f"a = VERSION({pair})" for pair in (" 1, 4", " 3, 4", "2, 3", "2, 5")]),
    ],
)
def test_changes(source: str, after: list[str]) -> None:
    assert sorted(new for _, new in changes(source)) == sorted(after)


@pytest.mark.parametrize(
    "source",
    [
        'def f(a: int | str = "b") -> int | None:\n    """Text."""\n',
        "a: int | str = b\n",
        "if TYPE_CHECKING:\n    import b\n",
        'a = "b"\n',
    ],
)
def test_what_no_test_can_notice_is_no_mutant(source: str) -> None:
    assert changes(source) == []


def test_a_name_says_where_without_a_line() -> None:
    source = "class A:\n    @b\n    def c(self):\n        d()\n        e()\n        d()\n"
    found = [
        (mutant.line, mutant.name.function, mutant.name.before, mutant.name.nth) for mutant in mutants("a", source)
    ]
    assert found == [(4, "A.c", "d()", 1), (5, "A.c", "e()", 1), (6, "A.c", "d()", 2)]


def test_a_mutant_is_the_whole_text() -> None:
    assert [mutant.text for mutant in mutants("a", "x()\n\n# comment\ny\n")] == ["pass\n\n# comment\ny\n"]
