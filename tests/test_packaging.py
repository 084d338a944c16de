"""What is built holds the folders beside the package, and the installed package finds them there."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from functools import partial
from pathlib import Path
from zipapp import create_archive

import pytest

from tests.support.shared import shared

pytestmark = pytest.mark.proof  # it builds two archives


def build(folder: Path, target: str, destination: Path) -> Path:
    """Build a `wheel` or an `sdist` of a source folder with hatchling, as pip would."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(destination)]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
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
