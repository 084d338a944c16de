"""Rules: a rule is a function from a context to findings, with a name, a severity and a manual."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import TYPE_CHECKING, Literal

from hpatch.lint.found import Confidence, Found, Severity

if TYPE_CHECKING:
    from hpatch.lint.context import Context

Fixes = Literal["safe", "unsafe"]
Check = Callable[["Context"], Iterable[Found]]


_OWN = "hpatch.lint.rules."


class Rule:
    """A rule. Its manual is the docstring of its check, and the manual's examples are its first tests."""

    __slots__ = ("advice", "check", "code", "confidence", "fix", "name", "references", "severity")

    def __init__(
        self,
        code: str,
        name: str,
        severity: Severity,
        confidence: Confidence,
        references: tuple[str, ...],
        check: Check,
        advice: bool = False,
        fix: Fixes | None = None,
    ) -> None:
        self.code = code
        self.name = name
        self.severity = severity
        self.confidence = confidence
        self.references = references
        self.check = check
        self.advice = advice
        self.fix = fix

    def __repr__(self) -> str:
        return f"<rule {self.code} {self.name}>"

    def __reduce__(self) -> tuple[Callable[[str, str], Rule], tuple[str, str]]:
        """A rule is sent to another process by its name in its module, as a function is."""
        return _named, (self.check.__module__, self.check.__qualname__)

    @property
    def own(self) -> bool:
        """Whether it is hpatch's own, and no plugin's."""
        return self.check.__module__.startswith(_OWN)

    @property
    def family(self) -> str:
        """The folder of its module: `workers`. A plugin's rules are one family, with the name of its package."""
        parts = self.check.__module__.split(".")
        return parts[-2] if self.own else parts[0].lower()

    @property
    def manual(self) -> str:
        """The whole manual text."""
        return inspect.getdoc(self.check) or ""

    @property
    def summary(self) -> str:
        """The manual's first line."""
        return self.manual.partition("\n")[0]


def _named(module: str, name: str) -> Rule:
    """The rule of that name in that module."""
    found: Rule = getattr(import_module(module), name)
    return found


def rule(
    code: str,
    name: str,
    severity: Severity,
    *,
    confidence: Confidence = "high",
    references: tuple[str, ...] = (),
    advice: bool = False,
    fix: Fixes | None = None,
) -> Callable[[Check], Rule]:
    """Make a check into a rule; `hpatch.lint.registry` finds it in its module.

    An advice is a rule that only knowledge of the application can decide. It runs if the user asks for it. `fix` tells
    that some of its findings have fixes, and whether some of these are safe.
    """

    def decorate(check: Check) -> Rule:
        return Rule(code, name, severity, confidence, references, check, advice, fix)

    return decorate
