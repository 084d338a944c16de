"""`hpatch lab serve`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

import typer

from hpatch.cli import help, output
from hpatch.cli.options.answer import Format
from hpatch.cli.options.verbose import Verbose
from hpatch.errors import UsageError

_EXAMPLES = """
Examples:

  hpatch lab serve --list
  hpatch lab serve --fault early
  hpatch lab serve --fault unread --scheme http --port 8081 --size 2000000
  hpatch lab serve --fault silent --socket /run/lab.sock

hpatch runs the responder on 127.0.0.1 or at a Unix socket, shows the line that your httpd needs, and prints each
request when it is over. Whoever can reach the socket's folder may use the socket. Ctrl-C ends the responder.

Exit codes: 0 ended by Ctrl-C; 2 wrong usage; 4 hpatch cannot listen there.
"""
_LONGEST = 107
"""Bytes that a Unix socket's path may have (unix(7))."""
_LOOK = 3600.0
"""Seconds to wait for a request, again and again."""


def _command(
    fault: Annotated[str, typer.Option(metavar="NAME", help="How the responder behaves; see --list.")] = "sound",
    list_: Annotated[bool, typer.Option("--list", help="List the faults; run nothing.")] = False,
    scheme: Annotated[
        Literal["fcgi", "scgi", "uwsgi", "http"], typer.Option(help="The protocol to speak with httpd.")
    ] = "fcgi",
    port: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, max=65535, help="Listen on this port. The default is a free one."),
    ] = None,
    socket: Annotated[
        Path | None,
        typer.Option("--socket", metavar="PATH", help="Listen at this Unix socket, and remove it at the end."),
    ] = None,
    size: Annotated[
        int, typer.Option(metavar="BYTES", min=0, max=1 << 30, help="The size of each response's body.")
    ] = 10,
    format: Format = "text",
    verbose: Verbose = False,
) -> int:
    """Run the lab's backend, with a fault of your choice, for your own httpd."""
    from hpatch.lab.backends.faults import FAULTS
    from hpatch.lab.serving import serving, told
    from hpatch.report.common.renderer import FORMS
    from hpatch.report.common.terminal import visible
    from hpatch.report.prove.serve import FaultsReport, ServeReport

    if list_:
        return output.show(FaultsReport(tuple(FAULTS.values())), FORMS, format)
    if socket is not None:
        if port is not None:
            raise UsageError("give --port or --socket, not both")
        socket = socket.absolute()
        if len(os.fsencode(socket)) > _LONGEST or not socket.parent.is_dir():
            problem = f"is longer than {_LONGEST} bytes" if socket.parent.is_dir() else "is in no folder that exists"
            raise UsageError(f"--socket {socket}: {problem}")
    with serving(fault, scheme, port=port, path=socket, size=size) as served:
        output.show(ServeReport(served), FORMS, format)
        shown = 0
        try:
            while True:
                served.responder.settle(shown + 1, _LOOK)
                for seen in served.responder.seen[shown:]:
                    shown += 1
                    if format == "text":
                        output.write(f"{visible(told(seen))}\n")
        except KeyboardInterrupt:
            return 0


def register(group: typer.Typer) -> None:
    """Add the command to the lab's."""
    help.command(group, "serve", _command, _EXAMPLES)
