"""The result of linting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from hpatch.conf.tree import Condition, Problem, TemplateFile
    from hpatch.lint.finding import Finding
    from hpatch.lint.known import Compared
    from hpatch.lint.rule import Rule
    from hpatch.text import Place, Source


class ReadFile(NamedTuple):
    """A file that was read: the link by which it was found, if it was by one, and the Include that names it.

    `part` tells that it was read only as a part of a configuration, whose other files are not known.
    """

    name: str
    link: str | None = None
    named_at: Place | None = None
    part: bool = False


class LintResult(NamedTuple):
    """The result of linting, ready for a report.

    `findings` are sorted: by file in reading order, line, column, code. `files` counts every file that was read,
    the backends' too; `directives` the directives and sections. `sources` has, by name, the text of every file that a
    finding names. `conditions` are the conditionals that were met, decided or not, each place once. `rules` are the
    rules that ran; `root` is the folder that reports make paths relative to. `unread` are the problems that kept
    hpatch from reading a configuration or a part of it; a result with such a problem is never clean. `read` are the
    files that were read, each once; `parts` the names of those that are only a part of a configuration. `templates` are
    the files that are templates, by name. `unsettled` are the modules that parts need and that other files may load,
    each with a directive of it. `unnumbered` tells that httpd's version is not known of one of the configurations.
    `silencing` is how many comments silenced something, `silenced` what they did.
    `dumped` are the files that have what httpd printed of a configuration. `compared` has what a baseline knows.
    """

    findings: tuple[Finding, ...]
    files: int
    directives: int
    sources: Mapping[str, Source]
    conditions: tuple[Condition, ...]
    rules: tuple[Rule, ...]
    root: str
    unread: tuple[Problem, ...] = ()
    read: tuple[ReadFile, ...] = ()
    parts: tuple[str, ...] = ()
    templates: Mapping[str, TemplateFile] = {}
    unsettled: Mapping[str, str] = {}
    unnumbered: bool = False
    silencing: int = 0
    silenced: tuple[Finding, ...] = ()
    dumped: tuple[str, ...] = ()
    compared: Compared | None = None
