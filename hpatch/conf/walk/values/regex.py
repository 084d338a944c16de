"""Regular expressions that surely do not compile."""

from __future__ import annotations

from hpatch.conf.regexes import fault
from hpatch.conf.walk.values.model import Kind, Wrong


def miscompiled(pattern: str, at: int) -> Wrong | None:
    """The fault of a pattern that is the word `at`, for a directive that says more than that it takes one."""
    problem = fault(pattern)
    if problem is None:
        return None
    return Wrong(at, f'has a regular expression, "{pattern}", that does not compile ({problem})')


def regex(_: str) -> Kind:
    """A pattern that `ap_pregcomp` compiles."""
    return Kind(lambda word: fault(word) is None, "a regular expression that compiles")
