"""A configuration in few words, for tests that are about some of it."""

from __future__ import annotations

from hpatch.conf.tree import Configuration


def names(configuration: Configuration) -> list[str]:
    """The directives and sections of the whole configuration."""
    return [node.name for node in configuration.walk()]


def messages(configuration: Configuration) -> list[tuple[int, str]]:
    """The line and the message of each problem."""
    return [(problem.place.line, problem.message) for problem in configuration.problems]
