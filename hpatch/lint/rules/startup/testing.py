"""What httpd's own syntax check says: `hpatch lint --test`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.conf.parts import is_main
from hpatch.lint.found import Found
from hpatch.lint.rule import rule
from hpatch.text import Place

if TYPE_CHECKING:
    from hpatch.conf.checked import Complaint, SyntaxCheck
    from hpatch.conf.tree import Configuration, Node
    from hpatch.lint.context import Context

_MANUAL = "https://httpd.apache.org/docs/2.4/programs/httpd.html"


@rule("CF036", "httpd-refuses", "error", references=(_MANUAL,))
def httpd_refuses(context: Context) -> Iterator[Found]:
    """`httpd -t` refuses the configuration, and hpatch reports nothing at this place.

    The message is httpd's. httpd stops at its first fault, so mend it and run hpatch again. If hpatch reports an error
    on the same line, httpd's message stands there.

    The rule needs `--test`. For a part of a configuration the finding is only info, because httpd may accept the part
    inside its main file. For a copy of another machine's files an info says that `httpd -t` tells nothing about it.

    Fires on::

        # httpd -t, line 2: RewriteMap: file for map hosts not found:/etc/hosts.dir
        RewriteMap hosts dbm:/etc/hosts

    Write instead::

        RewriteMap hosts txt:/etc/hosts

    Source: the answer of the httpd that `--httpd` names.
    """
    checked = context.checked
    if checked is not None and not context.configuration.check_files:
        yield _of_another(context.configuration, checked)
        return
    if checked is None or checked.accepted:
        return
    main = _is_main(context.configuration)
    for complaint in checked.complaints:
        if complaint.weight == "error":
            yield _found(
                context.configuration,
                complaint,
                f"{checked.program} -t: {complaint.text}"
                if main
                else f"{checked.program} -t refuses this part by itself: {complaint.text}",
                "hpatch reports nothing on this line." if main else "Lint the main file with --test.",
            )._replace(severity=None if main else "info")


@rule("CF037", "httpd-warns", "warning", references=(_MANUAL,))
def httpd_warns(context: Context) -> Iterator[Found]:
    """`httpd -t` warns of this configuration.

    The message is httpd's. httpd starts.

    The rule needs `--test`. Notices are only info. So is a warning that depends on the machine: httpd cannot determine
    its name (AH00558).

    Fires on::

        # httpd -t, line 1: AH00507: WARNING: ThreadsPerChild of 999 exceeds ThreadLimit of 64 threads
        ThreadsPerChild 999

    Write instead::

        ThreadLimit 999
        ThreadsPerChild 999

    Source: the answer of the httpd that `--httpd` names.
    """
    checked = context.checked
    if (
        checked is None
        or not context.configuration.check_files
        or not (checked.accepted or _is_main(context.configuration))
    ):
        return
    for complaint in checked.complaints:
        if complaint.weight != "error":
            found = _found(context.configuration, complaint, f"{checked.program} -t: {complaint.text}")
            yield found._replace(severity="info" if complaint.weight == "info" else None)


def _of_another(configuration: Configuration, checked: SyntaxCheck) -> Found:
    source = configuration.sources.get(configuration.root)
    return Found(
        Place(configuration.root, 1, 1, 1, 1) if source is None else source.place(0, 0),
        f"{checked.program} -t tells nothing about this copy: it reads the files of this machine",
        help="Run it where ServerRoot is the folder of this configuration.",
        severity="info",
    )


def _is_main(configuration: Configuration) -> bool:
    return configuration.whole or is_main(configuration)


def _found(configuration: Configuration, complaint: Complaint, message: str, help: str | None = None) -> Found:
    name = _source(configuration, complaint.file)
    node = None if name is None else _node(configuration, name, complaint.line)
    if node is not None:
        return Found(node.place, message, help=help, node=node)
    source = configuration.sources.get(name or configuration.root)
    if source is None:
        return Found(Place(name or configuration.root, complaint.line, 1, complaint.line, 1), message, help=help)
    text = source.line(complaint.line)
    if not text.strip():
        return Found(source.place(0, 0), message, help=help)
    start = len(text) - len(text.lstrip())
    place = Place(source.name, complaint.line, start + 1, complaint.line, len(text.rstrip()) + 1)
    return Found(place, message, help=help)


def _source(configuration: Configuration, file: str | None) -> str | None:
    """The file that was read under another name, such as a relative one; httpd's own name if none was."""
    if file is None or file in configuration.sources:
        return file
    for known in (os.path.abspath, os.path.realpath):
        wanted = known(file)
        for name in configuration.sources:
            if known(name) == wanted:
                return name
    return file


def _node(configuration: Configuration, name: str, line: int) -> Node | None:
    """The directive whose last line this is, without those that macros bring."""
    return next(
        (
            node
            for node in configuration.walk()
            if node.line == line and node.source.name == name and node.frame.use is None
        ),
        None,
    )
