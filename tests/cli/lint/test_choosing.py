"""The severity that the user gives to rules, the confidence that is asked for, and where settings come from."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from tests.support.cli.call import call
from tests.support.report.schema import valid

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration with an error of high confidence and an info of medium; it is in the working folder."""
    (tmp_path / "a.conf").write_text('ProxyPass "/app/" "http://127.0.0.1:8080"\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def found(capsys: Capture, *arguments: str) -> list[tuple[str, str]]:
    """The findings of the two rules, with their severities, and the exit code."""
    code, out, _ = call(capsys, "lint", "a.conf", "--format", "json", "--select", "MP001,MP019", *arguments)
    findings = [(one["rule"], one["severity"]) for one in json.loads(out)["findings"]]
    return [*sorted(findings), ("exit", str(code))]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], {"MP001": "error", "MP019": "info", "exit": "1"}),
        (["--severity-of", "MP=warning"], {"MP001": "warning", "MP019": "warning", "exit": "1"}),
        (["--severity-of", "MP001,reverse-missing=info"], {"MP001": "info", "MP019": "info", "exit": "0"}),
        (["--severity-of=paths=info", "--severity=warning"], {"exit": "0"}),
        # The more specific counts, wherever it stands; of equals, the last.
        (
            ["--severity-of=MP001=warning", "--severity-of=MP=error"],
            {"MP001": "warning", "MP019": "error", "exit": "1"},
        ),
        (["--severity-of=MP=warning", "--severity-of=paths=info"], {"MP001": "info", "MP019": "info", "exit": "0"}),
        (["--min-confidence", "medium"], {"MP001": "error", "MP019": "info", "exit": "1"}),
        (["--min-confidence", "high"], {"MP001": "error", "exit": "1"}),
    ],
)
def test_severity_and_confidence(site: Path, capsys: Capture, arguments: list[str], expected: dict[str, str]) -> None:
    assert dict(found(capsys, *arguments)) == expected


def test_the_engines_own_rules_have_severities_too(site: Path, capsys: Capture) -> None:
    (site / "a.conf").write_text("# hpatch: ignore[WK001]\nListen 80\n")
    words = ("lint", "a.conf", "--format", "json", "--severity-of", "suppression-unused=error")
    (one,) = json.loads(call(capsys, *words).out)["findings"]
    assert one["severity"] == "error"


def test_the_command_line_counts_more_than_the_file(site: Path, capsys: Capture) -> None:
    (site / "hpatch.toml").write_text('min-confidence = "high"\n[severity-of]\nMP001 = "info"\n')
    assert found(capsys) == [("MP001", "info"), ("exit", "0")]
    assert found(capsys, "--severity-of", "slash-target-missing=warning")[0] == ("MP001", "warning")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("\n[severity-of]\nMP999 = 'info'\n", ":3: severity-of: no rule has the code, name or family 'MP999'"),
        ("ignore = [\n'slash-doubel']\n", ":1: ignore: no rule has"),
        ("select = 'NO'\n", ":1: select: no rule has"),
        ("[per-file-ignores]\n'*' = 'NO'\n", ":2: per-file-ignores: no rule has"),
    ],
)
def test_a_rule_that_a_file_misspells(site: Path, capsys: Capture, text: str, said: str) -> None:
    (site / "hpatch.toml").write_text(text)
    code, out, err = call(capsys, "lint", "a.conf")
    assert (code, out) == (2, "")
    assert err.startswith(f"hpatch: hpatch.toml{said}")


@pytest.mark.parametrize("value", ["MP", "MP=", "MP=loud", "=info=", ",=error", "=error", "MP001=Error"])
def test_a_severity_that_is_none(site: Path, capsys: Capture, value: str) -> None:
    code, out, err = call(capsys, "lint", "a.conf", "--severity-of", value)
    assert (code, out) == (2, "")
    assert "is not RULES=SEVERITY" in err


def test_settings_are_shown_with_their_origins(site: Path, capsys: Capture) -> None:
    (site / "base.toml").write_text('mpm = "event"\n[severity-of]\nWK = "info"\nMP = "info"\n')
    (site / "hpatch.toml").write_text('extend = "base.toml"\n\nselect = [\n"MP"]\n')
    words = ("lint", "a.conf", "--show-settings", "--fail-on", "never", "--severity-of", "MP001=error", "-D", "A\x1b=1")
    code, out, err = call(capsys, *words)
    assert (code, err) == (0, "")
    lines = {line.partition(" =")[0]: line.partition("# ")[2] for line in out.splitlines() if " = " in line}
    assert lines == {
        "select": "hpatch.toml:3",
        "advice": "the default",
        "severity": "the default",
        "min-confidence": "the default",
        "fail-on": "the command line",
        "mpm": "base.toml:1",
        "define": "the command line",
        "outside": "the default",
        '"WK"': "base.toml:3",
        '"MP"': "base.toml:4",
        '"MP001"': "the command line",
    }
    # What is shown is a settings file that says the same.
    read = tomllib.loads(out)
    assert read["severity-of"] == {"WK": "info", "MP": "info", "MP001": "error"}
    assert (read["mpm"], read["select"], read["define"]) == ("event", ["MP"], ["A\x1b=1"])
    shown = valid("settings-1", call(capsys, *words, "--format", "json").out)
    values = {one["key"]: (one["value"], one["origin"]) for one in shown["settings"]}
    assert values["severity-of"] == ({"WK": "info", "MP": "info", "MP001": "error"}, "the command line")
    assert values["mpm"] == ("event", "base.toml:1")
    assert values["httpd-version"] == (None, None)
