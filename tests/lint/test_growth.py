"""Input of one kind that grows: the work grows with it, and not with its square. Steps are counted, time is not."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import hpatch
from hpatch.conf import limits
from hpatch.conf.load import Options, load_text
from hpatch.lint import registry
from hpatch.lint.engine.lint import lint, lint_configuration
from hpatch.lint.engine.task import LintTask
from hpatch.lint.roots import roots
from hpatch.lint.suppressions import Suppressions
from hpatch.text import Source

_PACKAGE = str(Path(hpatch.__file__).parent)
_FEW = 12


def numbered(line: str) -> Callable[[int], str]:
    return lambda many: "".join(line.replace("#N", str(number)) for number in range(many))


KINDS: dict[str, tuple[str, Callable[[int], str], str]] = {
    "uses of a macro": ("<Macro m $a>\nProxyPass /$a/ http://$a\n</Macro>\n", numbered("Use m a#N\n"), ""),
    "parameters of a macro": ("<Macro m ", numbered("$a#Nx "), ">\nProxyPass / http://b/\n</Macro>\n"),
    "conditions of a rule": (
        "RewriteEngine on\n", numbered("RewriteCond %{HTTP_HOST} ^a#N$ [OR]\n"), "RewriteRule ^/x http://b/ [P]\n",
    ),
    "lines of a header": ("", numbered("Header set X-Frame-Options v#N\n"), ""),
    "addresses of a virtual host": ("Listen 80\n<VirtualHost ", numbered("10.0.0.#N:80 "), ">\n</VirtualHost>\n"),
}  # fmt: skip


def steps(work: Callable[[], object]) -> int:
    """How many lines of hpatch run."""
    count = 0

    def line(_frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal count
        count += event == "line"
        return line

    def called(frame: FrameType, _event: str, _argument: object) -> Any:
        return line if frame.f_code.co_filename.startswith(_PACKAGE) else None

    before = sys.gettrace()
    sys.settrace(called)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def assert_linear(work: Callable[[int], object]) -> None:
    work(4 * _FEW)  # what is worked out once, and kept
    one, two, four = (steps(lambda many=many: work(many)) for many in (_FEW, 2 * _FEW, 4 * _FEW))  # type: ignore[misc]
    assert four - two < 2.4 * (two - one)


@pytest.mark.parametrize("kind", KINDS)
def test_lines(kind: str) -> None:
    first, more, last = KINDS[kind]
    task = LintTask(rules=registry.own_rules())
    assert_linear(lambda many: lint_configuration(load_text(f"{first}{more(many)}{last}"), task))


def test_files_of_a_configmap(tmp_path: Path) -> None:
    def work(many: int) -> None:
        file = tmp_path / "web.yaml"
        file.write_text(f"kind: ConfigMap\ndata:\n{more(many)}")
        lint(roots(str(file), Options()), LintTask(rules=()))

    more = numbered("  a#N.conf: |\n    ProxyPass / http://b#N/\n")
    assert_linear(work)


def test_comments_in_a_row() -> None:
    more = numbered("# hpatch: ignore[x#N]\n")
    assert_linear(lambda many: Suppressions([Source("a.conf", f"{more(many)}Listen 80\n")], ()))


def test_sections_inside_one_another() -> None:
    """As many as hpatch reads: no rule ends for want of stack."""
    deep = limits.NESTED - 1
    task = LintTask(rules=tuple(rule for rule in registry.own_rules() if rule.family == "access"))
    for name in ("RequireAny", "Limit GET", "If true"):
        inner = f"<{name}>\n" * deep + "Require ip 10.0.0.1\n" + f"</{name.split()[0]}>\n" * deep
        read = load_text(f"<Location /a>\n{inner}</Location>\n")
        assert lint_configuration(read, task).directives == deep + 2
