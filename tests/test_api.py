"""hpatch.api: what docs/api.md promises."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hpatch import api

TEXT = 'ProxyPass "/app/" "http://127.0.0.1:8080"\n'


@pytest.fixture
def documented(root: Path) -> str:
    return (root / "docs" / "api.md").read_text(encoding="utf-8")


def test_every_name_is_documented_and_there(documented: str) -> None:
    rows = re.findall(r"^\| (`.*?`) \|", documented, re.M)
    names = {re.match(r"\w+", name)[0] for row in rows for name in re.findall(r"`([^`]+)`", row)}  # type: ignore[index]
    inside = {"UsageError", "InputError", "ToolError"}
    assert all(f"`{name}`" in documented for name in inside)
    assert names | inside == set(api.__all__)
    assert all(hasattr(api, name) for name in api.__all__)


@pytest.mark.parametrize("name", ["LintResult", "Finding", "Rule", "Place", "SettingsArguments"])
def test_what_the_types_have(documented: str, name: str) -> None:
    row = re.search(rf"^\| `{name}` \| (.*) \|$", documented, re.M)
    assert row is not None
    attributes = re.findall(r"`(\w+)`", row[1])
    kind = getattr(api, name)
    there = set(dir(kind)) | set(getattr(kind, "__annotations__", {}))
    assert len(attributes) >= 5
    assert set(attributes) <= there


def test_the_example_runs(documented: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "httpd.conf").write_text("<Directory />\nRequire all granted\n</Directory>\nInclude missing.conf\n")
    (code,) = re.findall(r"```python\n(.*?)```", documented, re.S)
    assert "/etc/apache2" in code
    exec(code.replace("/etc/apache2", str(tmp_path)), {})
    out = capsys.readouterr().out
    assert "not linted: " in out
    assert len(code.splitlines()) <= 12


def test_a_text_and_a_file_have_the_same_findings(tmp_path: Path) -> None:
    (tmp_path / "httpd.conf").write_text(TEXT)
    (error,) = api.lint_text(TEXT, select="MP001").findings
    (same,) = api.lint(tmp_path, select=["MP001"]).findings
    assert (error.rule.code, error.severity, error.place.line, error.place.column) == ("MP001", "error", 1, 19)
    assert (same.message, same.place[1:]) == (error.message, error.place[1:])
    assert error.rule in api.rules()


def test_settings_are_shared_with_files(tmp_path: Path) -> None:
    file = tmp_path / "hpatch.toml"
    file.write_text('select = ["MP001"]\nhttpd-version = "2.4.62"\n[severity-of]\nMP = "info"\n')
    chosen = api.settings(str(file), severity_of={"MP001": "warning"}, modules=["proxy", "proxy_http"])
    assert (chosen.select, chosen.httpd_version, chosen.modules) == (
        ("MP001",), "2.4.62", ("proxy_module", "proxy_http_module"),
    )  # fmt: skip
    (finding,) = api.lint_text(TEXT, settings=chosen).findings
    assert finding.severity == "warning"
    with pytest.raises(api.UsageError, match="exclude each other"):
        api.lint_text(TEXT, settings=chosen, mpm="event")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"httpd_version": "2.4"}, "httpd_version must be a complete version"),
        ({"mpm": "x"}, "mpm must be one of"),
        ({"severity": "loud"}, "severity must be one of"),
        ({"severity_of": {"MP": "loud"}}, "severity_of: 'MP' must be one of"),
        ({"select": ["NO"]}, "no rule has the code"),
        ({"modules": "proxy_htpp"}, "Did you mean 'proxy_http'"),
        ({"nope": 1}, "there is no setting 'nope'"),
    ],
)
def test_wrong_settings(given: dict[str, object], said: str) -> None:
    with pytest.raises(api.UsageError, match=said):
        api.lint_text(TEXT, **given)  # type: ignore[arg-type]


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    result = api.lint(str(tmp_path / "none.conf"))
    assert result.unread
