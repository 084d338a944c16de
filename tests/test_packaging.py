"""What is built holds the folders beside the package, and the installed package finds them there."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest


def build(folder: Path, target: str, destination: Path) -> Path:
    """Build a `wheel` or an `sdist` of a source folder with hatchling, as pip would."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(destination)]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    (built,) = destination.iterdir()
    return built


@pytest.fixture(scope="module")
def installed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The content of the wheel that is built from the sdist that is built from this checkout."""
    folder = tmp_path_factory.mktemp("packaging")
    archive = build(root, "sdist", folder / "sdist")
    subprocess.run(["tar", "-xf", archive], cwd=archive.parent, check=True)
    source = archive.with_name(archive.name.removesuffix(".tar.gz"))
    with zipfile.ZipFile(build(source, "wheel", folder / "wheel")) as wheel:
        wheel.extractall(folder / "site")
    return folder / "site"


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
