"""The entry point: one command's module is imported, and every failure becomes one line and an exit code."""

from __future__ import annotations

import errno
import gc
import os
import sys
from contextlib import suppress
from itertools import takewhile

COMMANDS = {
    "lint": "hpatch.cli.lint.lint",
    "rule": "hpatch.cli.lint.rule",
    "config": "hpatch.cli.lint.config",
    "server": "hpatch.cli.lint.server",
    "set": "hpatch.cli.patch.set",
    "apply": "hpatch.cli.patch.apply",
    "resume": "hpatch.cli.patch.resume",
    "revert": "hpatch.cli.patch.revert",
    "push": "hpatch.cli.patch.push",
    "pop": "hpatch.cli.patch.pop",
    "top": "hpatch.cli.patch.top",
    "applied": "hpatch.cli.patch.applied",
    "add": "hpatch.cli.patch.add",
    "refresh": "hpatch.cli.patch.refresh",
    "export": "hpatch.cli.patch.export_applied",
    "status": "hpatch.cli.patch.status",
    "build": "hpatch.cli.prove.build",
    "smoke": "hpatch.cli.prove.smoke",
    "verify": "hpatch.cli.prove.verify.command",
    "proof": "hpatch.cli.prove.proof",
    "lab": "hpatch.cli.prove.lab",
    "backport": "hpatch.cli.backport.group",
    "advise": "hpatch.cli.advise.command",
    "completion": "hpatch.cli.shell.completion",
    "man": "hpatch.cli.shell.manual",
}
"""Each command's module; its `register` adds the command."""

JOBS = {
    "Lint": ("lint", "rule", "config", "server"),
    "Patch and prove": (
        *("set", "apply", "resume", "revert", "status"),
        *("push", "pop", "top", "applied", "add", "refresh", "export"),
        *("build", "smoke", "verify", "proof", "lab"),
    ),
    "Backport": ("backport",),
    "From a configuration to the patches that it needs": ("advise",),
    "Shell": ("completion", "man"),
}
"""The commands by what they are for, as --help shows them."""

_CHANGING = frozenset({"apply", "resume", "revert", "push", "pop", "add", "refresh"})
"""Those that change a tree in one transaction."""

_PAGE = "Lint Apache httpd reverse-proxy configurations, patch httpd and prove the patch, and propose backports."
_EPILOG = """
Examples:

  hpatch lint /etc/apache2
  hpatch verify fcgi-stdin-eof --tree httpd-2.4.62
  hpatch backport check r1892805 --repo ~/src/httpd

Exit codes: 0 nothing to report; 1 findings, or a patch that does not apply or is not proved; 2 wrong usage; 3 some \
input could not be read; 4 a program or a server failed; 70 a defect in hpatch.
"""


def script() -> None:
    """The console script: `main`, and an end at once. Taking a large configuration down object by object costs time."""
    code: object = 0
    try:
        main()
    except SystemExit as end:
        code = end.code
    except KeyboardInterrupt:  # it came before the command began, while modules were read
        code = 130
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()  # what could not be written was said before
    if "hpatch.resources" in sys.modules:
        sys.modules["hpatch.resources"].end()
    os._exit(code if isinstance(code, int) else 0)


def main() -> None:
    """Run hpatch and end the process."""
    arguments = sys.argv[1:]
    if "--version" in takewhile(lambda word: word.startswith("-"), arguments):
        sys.exit(_version())
    # A run is short, and what it builds it keeps to its end: collecting would only cost time.
    gc.disable()
    if sys.stdout is None or sys.stderr is None:
        # A closed descriptor: what is said there is lost, and that is no error.
        nowhere = open(os.devnull, "w")  # noqa: PTH123, SIM115 - open to the end of the process
        sys.stdout, sys.stderr = sys.stdout or nowhere, sys.stderr or nowhere
    _end_in_order()
    for stream in (sys.stdout, sys.stderr):
        # A terminal or a pipe that cannot show a character gets its escape, not a traceback.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(_guarded(arguments))


def _version() -> int:
    """Tell the version, without typer and all else; the exit code."""
    from hpatch import __version__, compiled

    try:
        print(f"hpatch {__version__}{' (compiled)' if compiled() else ''}", flush=True)
    except OSError as error:
        from hpatch.cli import output

        output.discard()
        gone = isinstance(error, BrokenPipeError)
        return 141 if gone else _fail(f"standard output cannot be written: {error.strerror}", 4)
    return 0


def _end_in_order() -> None:
    """Let a request to end be an interruption: what was begun is finished or undone, what was started ends."""
    import signal

    this = os.getpid()

    def end(number: int, frame: object) -> None:
        if os.getpid() != this:
            # A child that has not become another program: none of what would be undone is its own.
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
            return
        raise SystemExit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            with suppress(ValueError):  # not the main thread: a test's own way to call it
                signal.signal(number, end)


def _guarded(arguments: list[str]) -> int:  # noqa: PLR0911 - one for each end
    """Run a command; its exit code."""
    from hpatch.cli import interrupt, output
    from hpatch.errors import HpatchError

    word = _word(arguments)
    interrupt.begin(interrupt.UNCHANGED if word in _CHANGING else interrupt.UNREPORTED if word == "lint" else None)
    try:
        code = _run(arguments)
        output.write_lines(())
        return code
    except HpatchError as error:
        return _fail(str(error), error.exit_code)
    except KeyboardInterrupt:
        interrupt.tell()
        return 130
    except SystemExit:  # a signal's
        interrupt.tell()
        raise
    except output.PipeClosedError:
        return 141
    except MemoryError:
        return _fail("out of memory", 70)
    except Exception as error:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            output.discard()  # typer's help does not go through it
            return _fail(f"standard output cannot be written: {error.strerror}", 4)
        if os.environ.get("HPATCH_DEBUG"):
            raise
        if isinstance(error, OSError) and isinstance(error.filename, str):
            from hpatch import resources  # few runs fail so

            if resources.belongs(error.filename):
                return _fail(f"cannot read hpatch's own {error.filename}: {error.strerror}; install hpatch again", 4)
        return _fail(
            f"internal error: {type(error).__name__}: {error}; please report it (HPATCH_DEBUG=1 shows where)", 70
        )


def _run(arguments: list[str]) -> int:
    from importlib import import_module

    import typer

    from hpatch.cli import output
    from hpatch.cli.help import HelpGroup, NoCommandError
    from hpatch.cli.options.verbose import own_options

    output.color("auto")

    class Jobs(HelpGroup):
        panels = JOBS

    app = typer.Typer(
        cls=Jobs,
        name="hpatch",
        help=_PAGE,
        epilog=_EPILOG,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    app.callback()(own_options)
    word = _word(arguments)
    wanted = [word] if word in COMMANDS and word not in JOBS["Shell"] else COMMANDS
    for name in wanted:
        import_module(COMMANDS[name]).register(app)
    try:
        code = app(arguments, prog_name="hpatch", standalone_mode=False)
    except NoCommandError as page:
        output.write(f"{page}\n")
        return 2
    except Exception as error:
        if type(error).__name__ == "Abort":
            raise KeyboardInterrupt from error
        # The errors of typer's parser; where their class lives differs between its versions.
        if not hasattr(error, "format_message") or not hasattr(error, "exit_code"):
            raise
        if not error.format_message():
            return int(error.exit_code)
        from hpatch.cli.usage import said  # few runs fail so

        return _fail(said(error, f"hpatch {word}" if word in COMMANDS else "hpatch"), int(error.exit_code))
    if code == 130:
        raise KeyboardInterrupt  # versions of typer end with it in different ways
    return code if isinstance(code, int) else 0


def _word(arguments: list[str]) -> str:
    """The command."""
    return next((one for one in arguments if not one.startswith("-")), "")


def _fail(message: str, code: int) -> int:
    from hpatch.report.common.terminal import visible

    line = " ".join(message.split())
    with suppress(OSError):  # the exit code tells it, too
        print(f"hpatch: {visible(line)}", file=sys.stderr)
    return code
