"""Known problems that a rule of its own finds, on a vendor's build or in a patched source tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hpatch.lint.found import Found

if TYPE_CHECKING:
    from hpatch.lint.context import Context


def on_build(context: Context, problem: str, found: Found) -> Found | None:
    """A finding of a problem, as far as the vendor's build that is linted for has it; None: it does not.

    Where nobody tells, it is an info of low confidence. For an httpd as published the number tells.
    """
    if context.build is None:
        return found
    answer = context.build.answers.get(problem)
    if answer is not None and answer.verdict == "affected":
        return found
    if answer is not None and answer.verdict != "unknown":
        return None
    return found._replace(
        message=f"unless {context.build.name} has the fix: {found.message}",
        help=f"See {answer.reference}" if answer is not None and answer.reference else found.help,
        severity="info",
        confidence="low",
    )


def cured(context: Context, problem: str) -> bool:
    """Whether the build or the tree that is linted for is known to be without a problem, whatever its number says."""
    answer = None if context.build is None else context.build.answers.get(problem)
    return answer is not None and answer.verdict not in ("affected", "unknown")
