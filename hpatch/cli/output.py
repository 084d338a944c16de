"""Where answers go: the terminal, a pipe, or a file that is replaced as a whole."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

from hpatch.errors import ToolError
from hpatch.report.common.renderer import AnswerT, Form, Page


def show(
    answer: AnswerT, forms: Mapping[str, Form[AnswerT]], format: str, *, file: str | None = None, code: int = 0
) -> int:
    """Write an answer in a form to standard output or a file, and give the command's exit code. Raises ToolError."""
    shown = forms[format](answer, page(file))
    if isinstance(shown, bytes):
        write_bytes(shown, file)
    elif file is None:
        write_lines(shown)
    else:
        write("".join(shown), file)
    return code


def page(file: str | None = None) -> Page:
    """How text is to be laid out: for the terminal; as it is where standard output is none, and in a file."""
    if file is not None:
        return Page()
    color = _color()
    return Page(_width(), color, color and _links())


When = Literal["auto", "always", "never"]
"""When to colour: on a terminal that can, always, or never."""


class _Chosen:
    """What `--color` said."""

    when: When = "auto"


def color(when: When) -> None:
    """Choose when standard output is coloured. `auto` asks the terminal and the environment."""
    _Chosen.when = when


def _width() -> int | None:
    """The terminal's width in columns; None where standard output is none."""
    if not sys.stdout.isatty():
        return None
    with contextlib.suppress(OSError, ValueError):
        columns = int(os.environ.get("COLUMNS") or 0) or os.get_terminal_size(sys.stdout.fileno()).columns
        if columns > 0:
            return columns
    return 80


def _color() -> bool:
    """Whether to colour: as --color says, or else NO_COLOR, or else FORCE_COLOR, or else on a terminal that can."""
    if _Chosen.when != "auto":
        return _Chosen.when == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if forced := os.environ.get("FORCE_COLOR"):
        return forced not in ("0", "false")
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


_LINKING = ("DOMTERM", "KITTY_WINDOW_ID", "KONSOLE_VERSION", "WEZTERM_PANE", "WT_SESSION", "GHOSTTY_RESOURCES_DIR")
"""Variables of terminals that show hyperlinks (OSC 8)."""
_LINKING_PROGRAMS = ("iTerm.app", "WezTerm", "vscode", "Hyper", "ghostty", "Tabby", "rio", "mintty")
"""Values of TERM_PROGRAM of such terminals."""
_VTE = 5000
"""The first version of VTE (GNOME Terminal and others) with hyperlinks: 0.50.0."""


def _links() -> bool:
    """Whether standard output is a terminal that is known to show hyperlinks. A multiplexer may swallow them."""
    if not sys.stdout.isatty():
        return False
    there = os.environ.get
    if there("TMUX") or there("STY"):
        return False
    vte = there("VTE_VERSION", "")
    return (
        any(map(there, _LINKING))
        or there("TERM_PROGRAM") in _LINKING_PROGRAMS
        or there("TERM") in ("xterm-kitty", "alacritty", "foot", "xterm-ghostty")
        or (vte.isascii() and vte.isdecimal() and int(vte) >= _VTE)
    )


class PipeClosedError(Exception):
    """Whoever read standard output has gone: there is no one to tell anything."""


def write(text: str, file: str | None = None) -> None:
    """Write an answer to standard output or, as a whole or not at all, to a file. Raises ToolError."""
    if file is None or file == "-":
        write_lines((text,))
        return
    write_bytes(_encoded(text), file)


def write_bytes(data: bytes, file: str | None = None) -> None:
    """Write bytes as they are to standard output or, as a whole or not at all, to a file. Raises ToolError."""
    if file is None:
        _write_out(data)
        return
    try:
        if os.path.exists(file) and not os.path.isfile(file):  # noqa: PTH110, PTH113 - a pipe or a device
            with Path(file).open("wb") as stream:
                stream.write(data)
        else:
            _replace(os.path.realpath(file), data)
    except OSError as error:
        raise ToolError(f"{file}: cannot be written: {error.strerror or error}") from error


def write_lines(lines: Iterable[str]) -> None:
    """Write to standard output, piece by piece. Raises ToolError, or PipeClosedError where nobody reads."""
    try:
        sys.stdout.writelines(lines)
        sys.stdout.flush()
    except BrokenPipeError:
        discard()
        raise PipeClosedError from None
    except OSError as error:
        discard()
        raise ToolError(f"standard output cannot be written: {error.strerror or error}") from error


def _write_out(data: bytes) -> None:
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        discard()
        raise PipeClosedError from None
    except OSError as error:
        discard()
        raise ToolError(f"standard output cannot be written: {error.strerror or error}") from error


def discard() -> None:
    """Let what is still buffered go nowhere: Python would try to write it again at its end, and complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _replace(path: str, data: bytes) -> None:
    part = f"{path}.{os.getpid()}.part"
    try:
        with Path(part).open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        with contextlib.suppress(OSError):
            Path(part).chmod(Path(path).stat().st_mode & 0o7777)
        Path(part).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(part).unlink()
        raise
