"""Rules from other packages: the template of docs/plugins.md, built and installed; and plugins that are not sound."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from lsprotocol import types as lsp

from hpatch.errors import ToolError
from hpatch.lint import plugins
from hpatch.lint.registry import own_rules
from tests.support.language.editor import editor
from tests.support.report.schema import valid


@pytest.fixture(scope="module")
def template(root: Path) -> dict[str, str]:
    """The files that docs/plugins.md shows, by name."""
    text = (root / "docs" / "plugins.md").read_text(encoding="utf-8")
    found = dict(re.findall(r"^`([\w.]+)`:\n\n```\w+\n(.*?)^```$", text, re.M | re.S))
    assert set(found) == {"pyproject.toml", "acme_rules.py"}
    return found


@pytest.fixture(scope="module")
def installed(template: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for Python's path, with what a wheel of the template has."""
    folder = tmp_path_factory.mktemp("acme")
    for name, text in template.items():
        (folder / name).write_text(text)
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    (wheel,) = (folder / "dist").iterdir()
    with zipfile.ZipFile(wheel) as opened:
        opened.extractall(folder / "site")
    return folder / "site"


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    """A file on which the rule of the template fires, twice, once silenced."""
    (tmp_path / "a.conf").write_text("KeepAlive Off\n# hpatch: ignore[ACME001] as agreed\nKeepAlive off\n")
    return tmp_path


def run(root: Path, plugin: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": f"{plugin}{os.pathsep}{root}", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "hpatch", *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_the_template_works(root: Path, installed: Path, configuration: Path) -> None:
    done = run(
        root, installed, configuration, "lint", "a.conf", "--format", "json", "--severity-of", "acme_rules=error"
    )
    assert (done.returncode, done.stderr) == (1, "")
    findings = [(one["rule"], one["severity"], one["line"]) for one in valid("lint-1", done.stdout)["findings"]]
    assert ("ACME001", "error", 1) in findings
    assert [line for code, _, line in findings if code == "ACME001"] == [1]
    shown = run(root, installed, configuration, "rule", "keepalive-off")
    assert shown.returncode == 0
    assert shown.stdout.startswith("ACME001 keepalive-off  (acme_rules; warning, high confidence)\n")
    listed = valid("rules-1", run(root, installed, configuration, "rule", "--format", "json").stdout)["rules"]
    assert listed[-1]["rule"] == "ACME001"
    assert "Write instead" in listed[-1]["manual"]


def test_hpatch_runs_without_plugins(root: Path, installed: Path, configuration: Path) -> None:
    done = run(root, installed, configuration, "lint", "a.conf", "--format", "json", "--no-plugins")
    assert "keepalive-off" not in {one["name"] for one in json.loads(done.stdout)["findings"]}
    assert run(root, installed, configuration, "rule", "ACME001", "--no-plugins").returncode == 2


def test_without_plugins_their_rules_are_neither_misspelt_nor_unused(
    root: Path, installed: Path, configuration: Path
) -> None:
    """Comments and settings of a team that has the plugin hold; a misspelt rule of hpatch's own is still told."""
    text = "# hpatch: ignore[ACME001,keepalive-off] agreed\nKeepAlive off\n# hpatch: ignore[slash-dubble] x\nListen 1\n"
    (configuration / "a.conf").write_text(text)
    settings = 'ignore = ["ACME"]\n[severity-of]\nACME001 = "error"\n[per-file-ignores]\n"*.conf" = ["acme_rules"]\n'
    (configuration / "hpatch.toml").write_text(settings)
    done = run(root, installed, configuration, "lint", "a.conf", "--no-plugins", "--format", "concise", "-q")
    assert (done.returncode, done.stderr) == (1, "")
    (line,) = done.stdout.splitlines()
    assert line.startswith("a.conf:3:1: warning[CF009] ")
    assert "'slash-dubble'" in line
    # Without the option, the plugin must be there.
    done = run(root, configuration, configuration, "lint", "a.conf")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("hpatch: hpatch.toml:1: ignore: no rule has the code, name or family 'ACME'")
    (configuration / "hpatch.toml").write_text('select = ["ACME"]\n')
    done = run(root, installed, configuration, "lint", "a.conf", "--no-plugins")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "hpatch: hpatch.toml:1: select: only rules of plugins are selected, and --no-plugins leaves these out\n"
    )
    done = run(root, installed, configuration, "lint", "a.conf", "--no-plugins", "--no-config", "--ignore", "ACME")
    assert done.returncode == 2


def test_a_folder_that_is_linted_brings_no_plugin_and_no_module(root: Path, installed: Path, tmp_path: Path) -> None:
    """`python -m` looks into the current folder first."""
    shutil.copytree(installed, tmp_path, dirs_exist_ok=True)
    for name in ("acme_rules", "typer", "lark", "rich", "json"):
        (tmp_path / f"{name}.py").write_text("print('run')\n")
    (tmp_path / "a.conf").write_text("KeepAlive Off\n")
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "hpatch", "lint", "a.conf", "--format", "concise", "-q"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_an_editor_completes_and_explains_a_plugins_rules(
    root: Path, installed: Path, configuration: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", f"{installed}{os.pathsep}{root}")
    text = "# hpatch: ignore[ACM"
    with editor(configuration) as one:
        uri = one.open(configuration / "a.conf", text)
        place = lsp.Position(line=0, character=len(text))
        params = lsp.CompletionParams(text_document=lsp.TextDocumentIdentifier(uri=uri), position=place)
        found = one.wait(one.client.text_document_completion_async(params))
        assert isinstance(found, lsp.CompletionList)
        (item,) = [item for item in found.items if item.label == "ACME001"]
        resolved = one.wait(one.client.completion_item_resolve_async(item))
    assert isinstance(resolved.documentation, lsp.MarkupContent)
    assert "our load balancers open a connection" in resolved.documentation.value


def test_a_fleet_has_the_plugins_rules(root: Path, installed: Path, configuration: Path) -> None:
    (configuration / "b.conf").write_text("KeepAlive Off\n")
    words = ("lint", "a.conf", "b.conf", "--jobs", "2", "--select", "ACME", "--format", "json")
    findings = json.loads(run(root, installed, configuration, *words).stdout)["findings"]
    assert [one["file"] for one in findings] == ["a.conf", "b.conf"]


WITHOUT = "; --no-plugins runs without plugins"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"""Acme', 'import no_such\n"""Acme', "cannot be loaded: ModuleNotFoundError: No module named 'no_such'"),
        ('@rule("ACME001"', '1 / 0\n\n\n@rule("ACME001"', "cannot be loaded: ZeroDivisionError: division by zero"),
        (
            '"ACME001"',
            '"WK001"',
            "the code of <rule WK001 keepalive-off> is not three to six capital letters and three",
        ),
        ('"keepalive-off"', '"Keepalive"', "the name of <rule ACME001 Keepalive> is not words joined by hyphens"),
        ('"keepalive-off"', '"slash-double"', "<rule ACME001 slash-double>: 'slash-double' is taken by hpatch"),
        ("", "\nother = rule('ACME001', 'other-one', 'info')(keepalive_off.check)\n", "two rules have 'ACME001'"),
        ("@rule(", "# @rule(", "acme_rules has no rule"),
        ("KeepAlive is off, and our", '"""\n    """', "has no manual"),
    ],
    ids=["import", "raises", "code", "name", "taken", "twice", "none", "manual"],
)
def test_a_plugin_that_is_not_sound(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, said: str
) -> None:
    text = (installed / "acme_rules.py").read_text()
    if "manual" in said:
        text = re.sub(r'    """KeepAlive.*?"""\n', "", text, flags=re.S)
    elif old:
        assert old in text
        text = text.replace(old, new, 1)
    (tmp_path / "acme_rules.py").write_text(text if old else text + new)
    (tmp_path / "acme_hpatch_rules-1.0.dist-info").mkdir()
    for file in ("METADATA", "entry_points.txt"):
        path = Path("acme_hpatch_rules-1.0.dist-info", file)
        (tmp_path / path).write_text((installed / path).read_text())
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "acme_rules", raising=False)
    try:
        with pytest.raises(ToolError) as error:
            plugins.rules(own_rules())
    finally:
        sys.modules.pop("acme_rules", None)
    assert str(error.value).startswith("plugin 'acme' (acme-hpatch-rules 1.0)")
    assert said in str(error.value)
    assert str(error.value).endswith(WITHOUT)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("yield 1 / 0", "ZeroDivisionError: division by zero"),
        ("yield 'a text'", "TypeError: it gave str, not Found"),
    ],
)
def test_a_rule_that_fails(root: Path, installed: Path, configuration: Path, body: str, said: str) -> None:
    broken = configuration / "site"
    shutil.copytree(installed, broken, ignore=shutil.ignore_patterns("__pycache__"))
    text = (installed / "acme_rules.py").read_text()
    (broken / "acme_rules.py").write_text(text.replace("    for node in", f"    {body}\n    for node in"))
    done = run(root, broken, configuration, "lint", "a.conf")
    expected = f"hpatch: rule ACME001 of the plugin acme_rules failed: {said}{WITHOUT}\n"
    assert (done.returncode, done.stdout, done.stderr) == (4, "", expected)


def test_a_folder_that_is_gone_is_no_defect(root: Path, tmp_path: Path) -> None:
    script = f"mkdir gone && cd gone && rmdir ../gone && PYTHONPATH={root} exec {sys.executable} -m hpatch --version"
    done = subprocess.run(["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout[:7], done.stderr) == (0, "hpatch ", "")
