"""The entry point: help, versions, failures, exit codes, pipes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

import hpatch
from hpatch import resources
from hpatch.cli import main as entry
from tests.support.cli.call import call
from tests.support.patience import PATIENCE

ROOT = Path(hpatch.__file__).parent.parent
PASS = 'ProxyPass "/app/" "http://127.0.0.1:8080"\n'


HANGUP = "import signal; signal.signal(signal.SIGHUP, signal.SIG_DFL)"


def start(
    *arguments: object, code: str = "main()", fds: tuple[int, ...] = (), **environment: str
) -> subprocess.Popen[str]:
    """hpatch in a process, and a session, of its own, which a hangup ends: `nohup` has the tests ignore it."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.Popen(
        [sys.executable, "-c", f"{HANGUP}; from hpatch.cli.main import main; {code}", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**variables, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", **environment},
        start_new_session=True,
        pass_fds=fds,
    )


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "--version") == (0, f"hpatch {hpatch.__version__}\n", "")
    assert call(capsys, "-v", "--version", "lint") == (0, f"hpatch {hpatch.__version__}\n", "")


SHOW = "import atexit, sys; atexit.register(lambda: print(*sys.modules)); main()"


def test_the_version_needs_no_parser() -> None:
    out, _ = start("--version", code=SHOW).communicate(timeout=PATIENCE)
    assert out.startswith(f"hpatch {hpatch.__version__}\n")
    assert not {"typer", "lark", "hpatch.errors"} & set(out.split())


def test_linting_imports_only_what_it_needs(tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_text("Listen 80\n")
    out, _ = start("lint", tmp_path / "a.conf", code=SHOW).communicate(timeout=PATIENCE)
    loaded = set(out.split())
    assert {"typer", "hpatch.cli.lint.lint", "hpatch.report.lint.text"} <= loaded
    assert not {"rich", "tomllib", "multiprocessing", "unidiff", "lark"} & loaded  # json reads the grammar's terminals
    assert (
        not {"hpatch.cli.lint.config", "hpatch.cli.lint.rule", "hpatch.backends.uwsgi.read", "hpatch.conf.envvars"}
        & loaded
    )
    # What only expressions, known problems, files of backends, fixes and the way of a request need.
    assert not {"hpatch.conf.expressions.parse", "hpatch.facts.problems", "hpatch.backends.model"} & loaded
    assert not {"hpatch.lint.fixes.offer", "hpatch.report.lint.fixes", "hpatch.paths.model"} & loaded


@pytest.mark.parametrize("arguments", [(), ("config",), ("--help",), ("lint", "-h"), ("rule", "--help")])
def test_help(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]) -> None:
    answer = call(capsys, *arguments)
    assert "Usage: hpatch" in answer.out
    assert answer.err == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["lnt"], "there is no command 'lnt'; did you mean 'lint'? (see 'hpatch --help')"),
        (["--nope"], "there is no option --nope (see 'hpatch --help')"),
        (["lint"], "PATH... is missing (see 'hpatch lint --help')"),
        (["config", "tree", "a", "b"], "too many arguments: b (see 'hpatch config tree --help')"),
        (["lint", "a.conf", "-f"], "-f needs a value"),
        (["lint", "--no-config=1", "a.conf"], "--no-config takes no value"),
        (["lint", "--jobs", "x", "a.conf"], "--jobs: 'x' is not a whole number"),
        (["lint", "--jobs", "0", "a.conf"], "--jobs: 0 is less than 1"),
        (["apply", "a.diff", "--fuzz", "10"], "--fuzz: 10 is not from 0 to 9"),
        (["config", "tree", "a", "--forma", "x"], "there is no option --forma; did you mean --format?"),
        (["set", "export", "a"], "--as is missing; give one of quilt, git, diff"),
        (["backport", "check"], "name the revisions to check"),
        (["backport", "check", "r1", "--all"], "exclude each other"),
        (["lint", "--fail-on", "x", "a.conf"], "--fail-on: 'x' is none of info, warning, error, never"),
        (["lint", "--select", "slash-doubel", "a.conf"], "did you mean 'slash-double'?"),
        (["lint", "--httpd-version", "two", "a.conf"], "--httpd-version: 'two' is not a version"),
        (["lint", "--httpd-version", "2.4", "a.conf"], "'2.4' is not a complete version"),
        (["lint", "--mpm", "evnt", "a.conf"], "'evnt' is none of event, worker"),
        (["lint", "--modules", "modules.txt", "a.conf"], "modules.txt: there is no such file"),
        (["lint", "--config", "no.toml", "a.conf"], "no.toml: cannot be read"),
        (["lint", "--config", "no.toml", "--no-config", "a.conf"], "exclude each other"),
        (["rule", "slash-doubel"], "did you mean 'slash-double'?"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    code, out, err = call(capsys, *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("hpatch: ")
    assert message in err


@pytest.mark.parametrize("folder", [Path(hpatch.__file__).parent, resources.folder("patches")])
def test_an_installation_that_cannot_be_read(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    file = folder / "no\x1bsuch" / "table.tsv"

    def broken(_: list[str]) -> int:
        file.read_text()
        return 0

    monkeypatch.setattr(entry, "_run", broken)
    monkeypatch.delenv("HPATCH_DEBUG", raising=False)
    code, out, err = call(capsys)
    assert (code, out, err.count("\n")) == (4, "", 1)
    shown = str(file).replace("\x1b", "\\x1b")
    assert err == f"hpatch: cannot read hpatch's own {shown}: No such file or directory; install hpatch again\n"


def test_an_installation_without_its_sets(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "hpatch")
    code, out, err = call(capsys, "set", "list")
    assert (code, out) == (4, "")
    assert err == "hpatch: hpatch was installed without its folder 'patches'; install it again\n"


def test_a_file_of_others_is_a_defect(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: list[str]) -> int:
        Path("/no/such/file").read_text()
        return 0

    monkeypatch.setattr(entry, "_run", broken)
    monkeypatch.delenv("HPATCH_DEBUG", raising=False)
    assert call(capsys).code == 70


def test_a_defect_is_one_line_and_exit_code_70(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: list[str]) -> int:
        raise ZeroDivisionError("one\x1b\ntwo")

    monkeypatch.setattr(entry, "_run", broken)
    monkeypatch.delenv("HPATCH_DEBUG", raising=False)
    code, out, err = call(capsys)
    assert (code, out, err.count("\n")) == (70, "", 1)
    assert err.startswith("hpatch: internal error: ZeroDivisionError: one\\x1b two; please report it")
    monkeypatch.setenv("HPATCH_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        call(capsys)


ASITWAS = "hpatch: interrupted: the tree is as it was\n"
UNREPORTED = "hpatch: interrupted: nothing was reported\n"


def test_an_interrupt(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: list[str]) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(entry, "_run", interrupted)
    assert call(capsys) == (130, "", "")
    assert call(capsys, "pop") == (130, "", ASITWAS)
    assert call(capsys, "lint") == (130, "", UNREPORTED)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_fleet_that_is_told_to_end_does_at_once_and_says_so(tmp_path: Path, number: int, code: int) -> None:
    text = "".join(f"<VirtualHost *:{n}>\n{PASS}</VirtualHost>\n" for n in range(40_000))
    for name in ("a", "b", "c", "d"):
        (tmp_path / f"{name}.conf").write_text(text)
    process = start("lint", "--jobs", 2, tmp_path)
    wait_for(lambda: len(members(process)) == 2 or process.poll() is not None)
    os.killpg(process.pid, number)
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out, err) == (code, "", UNREPORTED)
    wait_for(lambda: not members(process))


def members(process: subprocess.Popen[str]) -> set[int]:
    """The other processes of its session."""
    found = set()
    for path in Path("/proc").iterdir():
        with suppress(ValueError, ProcessLookupError):
            if os.getsid(int(path.name)) == process.pid:
                found.add(int(path.name))
    return found - {process.pid}


def wait_for(condition: Callable[[], bool]) -> None:
    limit = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.02)


HELD = """
import time, hpatch.cli.patch.apply as apply
apply.prepare = lambda *_, **__: (print("held", flush=True), time.sleep(600))
main()
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_who_is_told_to_end_lets_go_of_the_tree(tmp_path: Path, number: int, code: int) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "a.diff").write_text("")
    process = start("apply", tmp_path / "a.diff", "--tree", tmp_path / "tree", code=HELD)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    assert (tmp_path / "tree" / ".hpatch").exists()
    process.send_signal(number)
    assert (*process.communicate(timeout=PATIENCE), process.returncode) == ("", ASITWAS, code)
    assert not list((tmp_path / "tree").iterdir())


def test_who_was_told_to_ignore_a_hangup_does(tmp_path: Path) -> None:
    """As `nohup` tells it."""
    (tmp_path / "tree").mkdir()
    (tmp_path / "a.diff").write_text("")
    code = f"import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN){HELD}"
    process = start("apply", tmp_path / "a.diff", "--tree", tmp_path / "tree", code=code)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGTERM)
    assert (*process.communicate(timeout=PATIENCE), process.returncode) == ("", ASITWAS, 143)


def test_a_reader_that_goes_away(tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_text("".join(PASS.replace("app", str(number)) for number in range(2000)))
    process = start("lint", "--full", tmp_path / "a.conf")
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr is not None
    with process.stderr as stderr:
        assert stderr.read() == ""
    assert process.wait(PATIENCE) == 141


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["lint", "-h"], ["rule"]], ids=" ".join)
def test_a_pipe_that_nobody_reads(words: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    process = start(*words, code=f"import os; os.dup2({writer}, 1); main()", fds=(writer,))
    os.close(writer)
    assert (process.communicate(timeout=PATIENCE)[1], process.returncode) == ("", 141)


@pytest.mark.parametrize("argument", ["rule", "--help", "--version"])
def test_a_full_disk(argument: str) -> None:
    code = "import os; os.dup2(os.open('/dev/full', os.O_WRONLY), 1); main()"
    process = start(argument, code=code)
    _, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (4, "hpatch: standard output cannot be written: No space left on device\n")


def test_closed_descriptors() -> None:
    process = start("lint", "no/such.conf", code="import sys; sys.stdout = sys.stderr = None; main()")
    assert process.communicate(timeout=PATIENCE) == ("", "")
    assert process.returncode == 3


def test_a_terminal_that_knows_only_ascii(tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_bytes('ProxyPass "/é/\xff/" "http://127.0.0.1:8080"\n'.encode("latin-1"))
    process = start("lint", tmp_path / "a.conf", PYTHONIOENCODING="ascii")
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (1, "")
    assert "slash-target-missing" in out
    assert out.isascii()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [(["--version"], 0), (["rule", "WK001"], 0), (["rule", "NO999"], 2), (["lint", "/none"], 3)],
)
def test_the_console_script_ends_as_main_does(arguments: list[str], expected: int) -> None:
    ends = [start(*arguments, code=f"from hpatch.cli.main import script; {name}()") for name in ("main", "script")]
    said = [(*process.communicate(timeout=PATIENCE), process.returncode) for process in ends]
    assert said[0] == said[1]
    assert said[1][2] == expected


def test_ctrl_c_before_the_command_has_begun_is_no_traceback() -> None:
    code = (
        "from hpatch.cli import main\n"
        "def stopped(arguments): raise KeyboardInterrupt\n"
        "main._guarded = stopped\n"
        "main.script()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_an_exit_code_does_not_depend_on_standard_error(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "hpatch", "lint", "--nope"], stderr=full, cwd=tmp_path, check=False
        )
    assert done.returncode == 2
