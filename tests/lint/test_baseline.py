"""A baseline: what is known is hidden, what is gone is told, and nothing else is said."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from hpatch.lint.baseline import read, text
from hpatch.lint.known import Baseline, KnownFinding
from tests.support.cli.call import Answer, call
from tests.support.report.schema import valid

Capture = pytest.CaptureFixture[str]

FAULT = 'ProxyPass "/{0}/" "http://127.0.0.1:8080"\nProxyPassReverse "/{0}/" "http://127.0.0.1:8080"\n'


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two parts of a configuration, a finding each; it is the working folder."""
    for name in "ab":
        (tmp_path / f"{name}.conf").write_text(FAULT.format(name))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(capsys: Capture, *arguments: object) -> Answer:
    return call(capsys, "lint", "--jobs", "1", "--select", "MP001,CF", *arguments)


def entries(file: Path) -> list[dict[str, str]]:
    return list(valid("baseline-1", file.read_text())["findings"])


def test_known_findings_are_hidden_wherever_lines_move(site: Path, capsys: Capture) -> None:
    code, out, err = run(capsys, ".", "--write-baseline", "known.json")
    assert (code, err) == (0, "")
    assert "Wrote 2 findings to known.json." in out
    assert [entry["file"] for entry in entries(site / "known.json")] == ["a.conf", "b.conf"]
    (site / "a.conf").write_text("\n# moved\n\n" + FAULT.format("a") + FAULT.format("new"))
    code, out, err = run(capsys, ".", "--baseline", "known.json")
    assert (code, err) == (1, "")
    assert '"/new/" ends with a slash' in out
    assert "Found 1 error in 2 files" in out
    assert "2 known findings hidden by known.json." in out
    assert "gone" not in out


def test_settings_name_the_baseline_for_every_working_folder(
    site: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (site / "hpatch.toml").write_text('baseline = "ci/known.json"\n')
    (site / "ci").mkdir()
    assert run(capsys, ".", "--write-baseline", "ci/known.json").code == 0
    assert "Found nothing new" in run(capsys, ".").out
    monkeypatch.chdir(site / "ci")
    assert "Found nothing new" in run(capsys, "..").out
    assert "2 known findings" in run(capsys, site).out


def test_what_is_gone_is_told_and_dropped(site: Path, capsys: Capture) -> None:
    run(capsys, ".", "--write-baseline", "known.json")
    (site / "a.conf").write_text("")
    (site / "b.conf").unlink()
    code, out, _ = run(capsys, ".", "--baseline", "known.json")
    assert code == 0
    assert "2 findings of known.json are gone; --write-baseline known.json drops them." in out
    data = valid("lint-1", run(capsys, ".", "--baseline", "known.json", "--format", "json").out)["baseline"]
    assert (data["known"], [entry["file"] for entry in data["gone"]]) == (0, ["a.conf", "b.conf"])
    assert "dropped 2 that are gone." in run(capsys, ".", "--write-baseline", "known.json").out
    assert (site / "known.json").read_text() == '{"schema": "hpatch.baseline/1", "findings": []}\n'


@pytest.mark.parametrize(
    "arguments",
    [["b.conf"], [".", "--ignore", "MP001"], [".", "--severity", "error"]],
    ids=["file", "rule", "severity"],
)
def test_nothing_is_gone_that_was_not_looked_for(site: Path, capsys: Capture, arguments: list[str]) -> None:
    run(capsys, ".", "--write-baseline", "known.json")
    before = entries(site / "known.json")
    (site / "a.conf").write_text("ServerName a\n")
    assert "gone" not in run(capsys, *arguments, "--baseline", "known.json").out
    run(capsys, *arguments, "--write-baseline", "known.json")
    assert entries(site / "known.json") == before


def test_nothing_is_gone_of_a_rule_that_was_not_selected(site: Path, capsys: Capture) -> None:
    run(capsys, ".", "--write-baseline", "known.json")
    (site / "a.conf").write_text("ServerName a\n")
    assert "gone" not in call(capsys, "lint", ".", "--select", "WK", "--baseline", "known.json").out


def test_nothing_is_gone_of_a_rule_that_a_file_ignores(site: Path, capsys: Capture) -> None:
    run(capsys, ".", "--write-baseline", "known.json")
    (site / "hpatch.toml").write_text('[per-file-ignores]\n"a.conf" = ["MP001"]\n')
    out = run(capsys, ".", "--baseline", "known.json").out
    assert "1 known finding hidden" in out
    assert "gone" not in out


def test_a_part_alone_shows_less_than_the_whole(site: Path, capsys: Capture) -> None:
    """Another file may have the Listen line."""
    (site / "httpd.conf").write_text("Listen 80\nServerName a\nInclude [ab].conf\n")
    (site / "a.conf").write_text(FAULT.format("a") + "<VirtualHost *:81>\n</VirtualHost>\n")
    (site / "other.conf").write_text(FAULT.format("other"))
    run(capsys, ".", "other.conf", "--write-baseline", "known.json")
    noted = [(entry["rule"], entry["file"], entry.get("part")) for entry in entries(site / "known.json")]
    assert ("CF032", "a.conf", None) in noted
    assert ("MP001", "other.conf", True) in noted
    before = (site / "known.json").read_text()
    out = run(capsys, "a.conf", "other.conf", "--baseline", "known.json").out
    assert "2 known findings hidden" in out
    assert "gone" not in out
    run(capsys, "a.conf", "--write-baseline", "known.json")
    assert [entry["rule"] for entry in entries(site / "known.json")] == [rule for rule, _, _ in noted]
    (site / "known.json").write_text(before)
    (site / "a.conf").write_text("")
    (site / "other.conf").write_text("")
    assert "3 findings of known.json are gone" in run(capsys, ".", "other.conf", "--baseline", "known.json").out


def test_a_run_without_httpds_version_shows_less(site: Path, capsys: Capture) -> None:
    (site / "a.conf").write_text("SSLProtocol TLSv1.3\n")
    run(capsys, "a.conf", "--httpd-version", "2.4.35", "--write-baseline", "known.json")
    (entry,) = entries(site / "known.json")
    assert entry["rule"].startswith("CF")
    assert "gone" not in run(capsys, "a.conf", "--baseline", "known.json").out
    run(capsys, "a.conf", "--write-baseline", "known.json")
    assert "gone" not in run(capsys, "a.conf", "--baseline", "known.json").out
    out = run(capsys, "a.conf", "--httpd-version", "2.4.36", "--baseline", "known.json").out
    assert "1 finding of known.json is gone" in out
    run(capsys, "a.conf", "--httpd-version", "2.4.36", "--write-baseline", "known.json")
    assert entries(site / "known.json") == []


def test_a_baseline_that_was_renewed_without_httpds_version_needs_none(site: Path, capsys: Capture) -> None:
    """Such a run found all of its entries."""
    (site / "a.conf").write_text(FAULT.format("a"))
    run(capsys, "a.conf", "--httpd-version", "2.4.35", "--write-baseline", "known.json")
    run(capsys, "a.conf", "--write-baseline", "known.json")
    (site / "a.conf").write_text("")
    assert "is gone" in run(capsys, "a.conf", "--baseline", "known.json").out


def test_equal_findings_keep_their_fingerprints(site: Path, capsys: Capture) -> None:
    """The second of two equal lines is not taken for the first, which is known."""
    run(capsys, ".", "--write-baseline", "known.json")
    (site / "a.conf").write_text(FAULT.format("a") + FAULT.format("a").partition("\n")[0])
    every = json.loads(run(capsys, "a.conf", "--format", "json").out)["findings"]
    (left,) = json.loads(run(capsys, "a.conf", "--format", "json", "--baseline", "known.json").out)["findings"]
    assert left == every[1]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "known.json: not a baseline of hpatch: line 1, column 2: "),
        (b"\xff", "not a baseline of hpatch: it is not UTF-8"),
        (b"[" * 100_000, "not a baseline of hpatch: it is nested too deeply"),
        (b"9" * 5_000, "not a baseline of hpatch: a number in it is too long"),
        (b"[]", 'it lacks "schema": "hpatch.baseline/1"'),
        (b'{"schema": "hpatch.baseline/2"}', "its schema is hpatch.baseline/2, not hpatch.baseline/1"),
        (b'{"schema": "hpatch.baseline/1"}', '"findings" is not a list'),
        (b'{"schema": "hpatch.baseline/1", "findings": [1]}', "entry 1 of the baseline lacks one of the texts file, "),
    ],
)
def test_a_broken_baseline_is_one_line_and_stays(site: Path, capsys: Capture, content: bytes, said: str) -> None:
    (site / "known.json").write_bytes(content)
    for option in ("--baseline", "--write-baseline"):
        code, out, err = run(capsys, ".", option, "known.json")
        assert (code, out) == (3, "")
        assert said in err
        assert err.count("\n") == 1
    assert (site / "known.json").read_bytes() == content


def test_a_missing_baseline_is_one_line(site: Path, capsys: Capture) -> None:
    code, _, err = run(capsys, ".", "--baseline", "known.json")
    assert code == 3
    assert err == (
        "hpatch: known.json: the baseline cannot be read: No such file or directory; "
        "write it with --write-baseline known.json\n"
    )


def test_a_baseline_that_is_not_a_file_is_not_waited_for(site: Path, capsys: Capture) -> None:
    os.mkfifo(site / "known.json")
    for option in ("--baseline", "--write-baseline"):
        code, _, err = run(capsys, ".", option, "known.json")
        assert (code, err) == (3, "hpatch: known.json: the baseline cannot be read: it is not a file\n")


def test_nothing_is_written_for_what_could_not_be_read(site: Path, capsys: Capture) -> None:
    (site / "a.conf").write_text("<Location />\n")
    code, _, err = run(capsys, "a.conf", "--write-baseline", "known.json")
    assert code == 3
    assert "known.json: not written, because some input could not be read" in err
    assert not (site / "known.json").exists()


def test_comments_can_be_overruled(site: Path, capsys: Capture) -> None:
    (site / "a.conf").write_text("# hpatch: ignore[MP001] reason\n# hpatch: nonsense\n" + FAULT.format("a"))
    assert "MP001" not in run(capsys, "a.conf").out
    out = run(capsys, "a.conf", "--ignore-suppressions").out
    assert "error[MP001]" in out
    assert "suppression" not in out


def test_any_text_comes_back(tmp_path: Path) -> None:
    entry = KnownFinding(file="\udcff\n.conf", rule="WK001", message='"\x1b\u202e', fingerprint="WK001-0-1")
    known = Baseline(entries={"WK001-0-1": entry, "2": entry._replace(fingerprint="2", part=True)}, numbered=True)
    (tmp_path / "b").write_text(text(known))
    assert read(str(tmp_path / "b")) == known
    valid("baseline-1", (tmp_path / "b").read_text())
