"""What is built holds the folders beside the package, and the installed package finds them there."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from zipapp import create_archive

import pytest

from bench.lint import configuration
from tests.support.shared import shared

pytestmark = pytest.mark.proof  # it builds three archives


def build(folder: Path, target: str, destination: Path, **environment: str) -> Path:
    """Build a `wheel` or an `sdist` of a source folder with hatchling, as pip would."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(destination)]
    subprocess.run(command, cwd=folder, env={**os.environ, **environment}, check=True, capture_output=True)
    (built,) = destination.iterdir()
    return built


@pytest.fixture(scope="module")
def installed(root: Path) -> Path:
    """The content of the wheel that is built from the sdist that is built from this checkout."""
    return shared("packaging", partial(unpacked, root)) / "site"


def unpacked(root: Path, folder: Path) -> None:
    archive = build(root, "sdist", folder / "sdist")
    subprocess.run(["tar", "-xf", archive], cwd=archive.parent, check=True)
    source = archive.with_name(archive.name.removesuffix(".tar.gz"))
    with zipfile.ZipFile(build(source, "wheel", folder / "wheel")) as wheel:
        wheel.extractall(folder / "site")


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", ["grammars", "patches"])
def test_a_wheel_holds_the_folder_whole(root: Path, installed: Path, name: str) -> None:
    expected = files(root / name)
    assert expected
    assert files(installed / "hpatch" / "_data" / name) == expected


def test_an_installed_package_finds_its_own_folders(installed: Path) -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(installed)!r})\n"
        "from hpatch import resources\n"
        "print(resources.folder('grammars'), resources.folder('patches'), len(resources.grammar('httpd')) > 0)"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], check=True, capture_output=True, text=True)
    data = installed / "hpatch" / "_data"
    assert done.stdout.split() == [str(data / "grammars"), str(data / "patches"), "True"]


def test_a_wheel_holds_the_tables_of_facts(root: Path, installed: Path) -> None:
    expected = files(root / "hpatch" / "facts" / "data")
    assert expected
    assert files(installed / "hpatch" / "facts" / "data") == expected


def test_a_wheel_holds_every_module_and_the_licence(root: Path, installed: Path) -> None:
    modules = {str(path.relative_to(root)) for path in (root / "hpatch").rglob("*.py")}
    assert {name for name in files(installed) if name.endswith(".py")} == modules
    assert list(installed.glob("hpatch-*.dist-info/licenses/LICENSE"))


def test_the_entry_point_is_the_console_script(installed: Path) -> None:
    (entry_points,) = installed.glob("hpatch-*.dist-info/entry_points.txt")
    assert "hpatch = hpatch.cli.main:script" in entry_points.read_text()


@pytest.fixture(scope="module")
def archive(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """hpatch as a zipapp, the libraries that it needs left to the Python that runs it."""
    file = tmp_path_factory.mktemp("archive") / "hpatch.pyz"
    create_archive(installed, file, main="hpatch.cli.main:script")
    return file


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["rule", "slash-double"], 0, "MP0"),
        (["set", "show", "fcgi-stdin-eof"], 0, "fcgi-stdin-eof"),
        (["lint", "a.conf", "--httpd-version", "2.4.49"], 1, "CVE-2021-41773"),
        (["lab", "list"], 0, "early-response"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else None,
)
def test_hpatch_runs_from_an_archive(archive: Path, tmp_path: Path, words: list[str], code: int, said: str) -> None:
    (tmp_path / "a.conf").write_text('<Directory "/">\nRequire all granted\n</Directory>\nAlias /icons/ /srv/\n')
    (tmp_path / "tmp").mkdir()
    environment = {**os.environ, "TMPDIR": str(tmp_path / "tmp")}
    done = subprocess.run(
        [sys.executable, archive, *words], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (code, "")
    assert said in done.stdout
    assert not list((tmp_path / "tmp").iterdir())  # no copy is left


def test_a_wheel_brings_manual_pages_and_completion(installed: Path) -> None:
    (shared,) = installed.glob("hpatch-*.data/data/share")
    assert (shared / "man" / "man1" / "hpatch-lint.1").read_text().startswith(".TH HPATCH\\-LINT 1 ")
    assert len(list((shared / "man" / "man1").iterdir())) > 30
    for file in (
        "bash-completion/completions/hpatch",
        "zsh/site-functions/_hpatch",
        "fish/vendor_completions.d/hpatch.fish",
    ):
        assert "uds-worker-collision" in (shared / file).read_text()


def test_the_archives_are_as_an_index_wants_them(installed: Path) -> None:
    wheel, sdist = (
        next((installed.parent / kind).glob(f"hpatch-*{end}")) for kind, end in (("wheel", ".whl"), ("sdist", ".gz"))
    )
    for command in (["twine", "check", "--strict", sdist, wheel], ["check_wheel_contents", wheel]):
        done = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def compiled(root: Path) -> Path:
    """The folder of a wheel with compiled modules, and of a virtual environment that it is installed in."""
    return shared("packaging-compiled", partial(compile_and_install, root))


def compile_and_install(root: Path, folder: Path) -> None:
    wheel = build(root, "wheel", folder / "wheel", HPATCH_COMPILE="1")
    venv.create(folder / "venv", with_pip=False)
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "venv" / "bin" / "python"), "install"]
    subprocess.run([*pip, "--no-index", "--no-deps", str(wheel)], check=True, capture_output=True)
    (site,) = folder.glob("venv/lib/*/site-packages")
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib"))


@pytest.fixture(scope="module")
def names(root: Path) -> list[str]:
    """The files of the modules that are compiled."""
    targets = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]
    named: list[str] = targets["wheel"]["hooks"]["custom"]["compiled"]
    return named


def test_a_compiled_wheel_is_for_one_python_and_platform(compiled: Path, installed: Path, names: list[str]) -> None:
    (wheel,) = (compiled / "wheel").iterdir()
    python = f"cp{sys.version_info.major}{sys.version_info.minor}"
    assert wheel.name.split("-")[2:4] == [python, python]
    assert not wheel.name.endswith("-any.whl")
    with zipfile.ZipFile(wheel) as opened:
        more = set(opened.namelist()) - files(installed).keys()
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    expected = {name.removesuffix(".py") + suffix for name in names}
    assert {name for name in more if ".dist-info" not in name} == {*expected, f"hpatch__mypyc{suffix}"}


def test_a_compiled_hpatch_tells_that_it_is(compiled: Path) -> None:
    command = [compiled / "venv" / "bin" / "python", "-I", "-m", "hpatch", "--version"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert said.endswith(" (compiled)\n")


def test_each_compiled_module_can_be_the_first(compiled: Path, names: list[str]) -> None:
    for name in names:
        module = name.removesuffix(".py").replace("/", ".")
        code = f"import importlib; print(importlib.import_module({module!r}).__file__)"
        done = subprocess.run(
            [compiled / "venv" / "bin" / "python", "-I", "-c", code], check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, (name, done.stderr)
        assert not done.stdout.endswith(".py\n"), name


LINT = """
import sys
{first}
from hpatch.cli.main import main
for path in sys.argv[1:]:
    sys.argv = ['hpatch', 'lint', '--no-plugins', '--httpd-version', '2.4.57', '--format', {form!r}, path]
    try:
        main()
    except SystemExit as end:
        print(path, end.code, flush=True)
"""


@pytest.fixture(scope="module")
def given(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """Configurations: the examples, those of the tests, one with a fault in each host, one of sections alone."""
    folder = tmp_path_factory.mktemp("given")
    with (folder / "faulty.conf").open("w") as file:
        file.writelines(configuration(folder, 300, "modules", faulty=True))
    (folder / "deep.conf").write_text("<Location /a>\n" * 5000 + "</Location>\n" * 4000)
    corpus = (path for path in sorted((root / "tests" / "corpus").rglob("*.conf")) if path.is_file())
    yield list(map(str, (root / "examples", folder / "faulty.conf", folder / "deep.conf", *corpus)))


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_compiled_hpatch_says_the_same(compiled: Path, installed: Path, given: list[str], form: str) -> None:
    plain = said(Path(sys.executable), LINT.format(first=f"sys.path.insert(0, {str(installed)!r})", form=form), given)
    assert len(plain) > 100_000
    assert said(compiled / "venv" / "bin" / "python", LINT.format(first="", form=form), given) == plain


def said(python: Path, code: str, given: list[str]) -> bytes:
    command = [str(python), "-I", "-c", code, *given]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=True).stdout


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"HPATCH_COMPILE": "please"}, "HPATCH_COMPILE is 'please': give 1 for compiled modules, or 0\n"),
        (
            {"HPATCH_COMPILE": "1", "CC": "/nowhere/cc -O2"},
            "HPATCH_COMPILE=1 needs the C compiler /nowhere/cc: install it, or leave HPATCH_COMPILE out\n",
        ),
    ],
)
def test_what_cannot_be_compiled_is_one_line(
    root: Path, tmp_path: Path, environment: dict[str, str], message: str
) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    variables = {**os.environ, **environment}
    done = subprocess.run(command, cwd=root, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert done.stderr.endswith(message)
    assert len(done.stderr.splitlines()) == 1
    assert not list(tmp_path.iterdir())
