"""`hpatch lint --fix`, `--unsafe-fixes` and `--diff` as a user calls them."""

from __future__ import annotations

import io
import os
import subprocess
from pathlib import Path

import pytest

from tests.support.cli.call import call
from tests.support.patience import PATIENCE
from tests.support.report.schema import valid

Capture = pytest.CaptureFixture[str]

SLASH = 'ProxyPass "/app/" "http://127.0.0.1:8080"\nProxyPassReverse "/app/" "http://127.0.0.1:8080/"\n'
"""An unsafe fix mends it."""
BUFFER = 'ProxyPass "/b" "http://127.0.0.2" iobuffersize=8192\nProxyPassReverse "/b" "http://127.0.0.2"\n'
"""A safe fix mends it."""
MENDED = BUFFER.replace(" iobuffersize=8192", "")
WHOLE = SLASH.replace(':8080"\nProxyPassR', ':8080/"\nProxyPassR')


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a main file and a part; it is the working folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sites").mkdir()
    (tmp_path / "httpd.conf").write_text("Listen 80\nServerName a\nInclude sites/*.conf\n")
    (tmp_path / "sites/a.conf").write_text(SLASH + BUFFER)
    return tmp_path


def test_safe_fixes_are_written_and_the_rest_is_reported(site: Path, capsys: Capture) -> None:
    code, out, err = call(capsys, "lint", "--fix", ".")
    assert (code, err) == (1, "")
    assert (site / "sites/a.conf").read_text() == SLASH + MENDED
    assert "error[MP001] slash-target-missing" in out
    assert out.endswith("1 fixed in 1 file, 1 remains (1 with --unsafe-fixes).\n")
    assert sorted(path.name for path in site.iterdir()) == ["httpd.conf", "sites"]


@pytest.mark.parametrize(
    ("place", "words", "told"),
    [
        ("hpatch.lint.fixes.write.write", ["--fix"], "files fixed: 0 of 1; nothing was reported"),
        ("hpatch.cli.output.show", ["--fix"], "files fixed: 1 of 1; the output may be incomplete"),
        (
            "hpatch.cli.output.show",
            ["--fix", "-o", "r"],
            "files fixed: 1 of 1; r is as it was, or has the whole report",
        ),
        ("hpatch.cli.output.show", [], "the output may be incomplete"),
    ],
)
def test_an_interrupt_tells_what_stands(
    place: str, words: list[str], told: str, site: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(place, interrupted)
    assert call(capsys, "lint", *words, ".") == (130, "", f"hpatch: interrupted: {told}\n")


def test_unsafe_fixes_too(site: Path, capsys: Capture) -> None:
    code, out, _ = call(capsys, "lint", "--fix", "--unsafe-fixes", "-v", ".")
    assert code == 0
    assert (site / "sites/a.conf").read_text() == WHOLE + MENDED
    assert "Fixed sites/a.conf:1 MP001: end the target with a slash\n" in out
    before = (site / "sites/a.conf").stat()
    assert call(capsys, "lint", "--fix", "--unsafe-fixes", ".").code == 0
    assert (site / "sites/a.conf").stat() == before


def test_a_diff_changes_nothing_and_is_what_fix_does(site: Path, capsys: Capture) -> None:
    code, out, err = call(capsys, "lint", "--diff", "--unsafe-fixes", "--fix", ".")
    assert code == 1
    assert err == "2 would be fixed in 1 file, 0 would remain.\n"
    assert (site / "sites/a.conf").read_text() == SLASH + BUFFER
    subprocess.run(["patch", "-s", "-p0"], input=out.encode(), check=True, timeout=PATIENCE)
    assert (site / "sites/a.conf").read_text() == WHOLE + MENDED
    assert call(capsys, "lint", "--diff", "--unsafe-fixes", ".")[:2] == (0, "")


def test_fixable_findings_are_marked(site: Path, capsys: Capture) -> None:
    out = call(capsys, "lint", ".").out
    assert "warning[BE002] [*] iobuffer-inert" in out
    assert "error[MP001] slash-target-missing" in out
    assert out.endswith("[*] 1 fixable with --fix, 1 more with --unsafe-fixes.\n")
    assert "error[MP001] [*] slash-target-missing" in call(capsys, "lint", "--unsafe-fixes", ".").out
    assert "fixable" not in call(capsys, "lint", "--quiet", ".").out


def test_json_tells_what_was_fixed(site: Path, capsys: Capture) -> None:
    (site / "apache2.conf").write_text(f'Include "{site.parent}/out.conf"\n')
    (site.parent / "out.conf").write_text(BUFFER)
    would = valid("lint-1", call(capsys, "lint", "--diff", "--format", "json", ".").out)
    did = valid("lint-1", call(capsys, "lint", "--fix", "--format", "json", ".").out)
    assert [one["reason"] for one in did["fixes"]["left"]] == ["the file is outside the given paths"]
    assert [one["rule"] for one in did["fixes"]["fixed"]] == ["BE002"]
    assert "MP001" in [one["rule"] for one in did["findings"]]
    assert would["fixes"] == {**did["fixes"], "made": False}
    assert did["fixes"]["diff"].startswith("--- sites/a.conf\n")


def feed(monkeypatch: pytest.MonkeyPatch, text: bytes) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text)))


def test_the_standard_input_comes_back_fixed(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    text = b"# \xff\r\n" + BUFFER.replace("\n", "\r\n").encode() + SLASH.rstrip("\n").encode()
    run = subprocess.run(
        ["hpatch", "lint", "--no-config", "--fix", "-"],
        input=text,
        capture_output=True,
        check=False,
        timeout=PATIENCE,
        env={**os.environ, "PATH": f"{Path(os.sys.executable).parent}:{os.environ['PATH']}"},  # type: ignore[attr-defined]
    )
    assert run.returncode == 1
    assert run.stdout == text.replace(b" iobuffersize=8192", b"")
    assert b"error[MP001]" in run.stderr


def test_what_cannot_be_had_together(site: Path, capsys: Capture) -> None:
    for words in (["-", "."], ["--test", "--httpd", "x", "."]):
        assert call(capsys, "lint", "--fix", *words).code == 2
    code, _, err = call(capsys, "lint", "--diff", "--format", "sarif", ".")
    assert (code, "no form sarif" in err) == (2, True)


def test_a_dump_has_no_fixes(site: Path, capsys: Capture) -> None:
    (site / "httpd.conf").write_text("# In file: /etc/httpd.conf\n#   1:\nServerName a\n#   2:\n" + BUFFER)
    out = call(capsys, "lint", "--fix", "httpd.conf").out
    assert "httpd.conf has no fixes, because what httpd printed" in out
    assert "iobuffersize" in (site / "httpd.conf").read_text()


def test_suppressed_findings_are_not_fixed(site: Path, capsys: Capture) -> None:
    text = f"# hpatch: ignore[BE002] kept\n{BUFFER}"
    (site / "sites/a.conf").write_text(text)
    assert call(capsys, "lint", "--fix", ".").code == 0
    assert (site / "sites/a.conf").read_text() == text


# Where files are


def test_the_tracked_file_is_written_and_the_link_stays(site: Path, capsys: Capture) -> None:
    (site / "enabled").mkdir()
    (site / "enabled/a.conf").symlink_to("../sites/a.conf")
    (site / "httpd.conf").write_text("Include enabled/*.conf\n")
    (site / "sites/a.conf").chmod(0o640)
    call(capsys, "lint", "--fix", ".")
    assert (site / "enabled/a.conf").is_symlink()
    assert (site / "sites/a.conf").read_text() == SLASH + MENDED
    assert (site / "sites/a.conf").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("link", [True, False])
def test_a_file_outside_is_left(
    site: Path, tmp_path_factory: pytest.TempPathFactory, capsys: Capture, link: bool
) -> None:
    other = tmp_path_factory.mktemp("other") / "a.conf"
    other.write_text(BUFFER)
    (site / "sites/a.conf").unlink()
    if link:
        (site / "sites/a.conf").symlink_to(other)
    else:
        (site / "httpd.conf").write_text(f'Include "{other}"\n')
    out = call(capsys, "lint", "--fix", ".").out
    assert other.read_text() == BUFFER
    assert "Not fixed, because the file is outside the given paths: " in out
    assert "[*]" not in call(capsys, "lint", ".").out


def test_a_part_stands_for_itself_and_a_main_file_for_its_folder(site: Path, capsys: Capture) -> None:
    (site / "sites/a.conf").write_text('<VirtualHost "*:80">\nInclude shared.inc\n</VirtualHost>\n')
    (site / "shared.inc").write_text(BUFFER)
    call(capsys, "lint", "--fix", "sites/a.conf")
    assert (site / "shared.inc").read_text() == BUFFER
    (site / "sites/a.conf").write_text('<VirtualHost "*:80">\nInclude shared.inc\n</VirtualHost>\n')
    call(capsys, "lint", "--fix", "httpd.conf")
    assert (site / "shared.inc").read_text() == MENDED


def test_a_protected_file_is_left(site: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda *_, **__: False)
    assert "because the file is write-protected" in call(capsys, "lint", "--fix", ".").out
    assert (site / "sites/a.conf").read_text() == SLASH + BUFFER


# What is used several times


def test_a_shared_file_is_fixed_only_where_each_use_has_the_fault(site: Path, capsys: Capture) -> None:
    """The parameter is without effect for the one target, and not for the other."""
    shared = 'ProxyPass "/" "${SCHEME}://127.0.0.1/" iobuffersize=8192\n'
    hosts = [f"Define SCHEME {scheme}\nInclude shared.inc\n" for scheme in ("fcgi", "http")]
    (site / "httpd.conf").write_text("".join(hosts))
    (site / "shared.inc").write_text(shared)
    out = call(capsys, "lint", "--fix", "httpd.conf").out
    assert (site / "shared.inc").read_text() == shared
    assert (
        "Not fixed, because the file is used several times, and not each use has the fault: shared.inc:1 BE002" in out
    )
    uses = [f"<VirtualHost *:80>\nServerName {name}\nInclude shared.inc\n</VirtualHost>\n" for name in "ab"]
    (site / "httpd.conf").write_text("Listen 80\nDefine SCHEME http\n" + "".join(uses))
    call(capsys, "lint", "--fix", "httpd.conf")
    assert (site / "shared.inc").read_text() == shared.replace(" iobuffersize=8192", "")


def test_a_macro_is_fixed_only_where_each_use_has_the_fault(site: Path, capsys: Capture) -> None:
    def text(*targets: str) -> str:
        uses = "".join(f"Use app /{number} {target}\n" for number, target in enumerate(targets))
        return f'<Macro app $path $target>\nProxyPass "$path" "$target" iobuffersize=8192\n</Macro>\n{uses}'

    for second, left in (("fcgi://127.0.0.2", True), ("http://127.0.0.2", False)):
        (site / "httpd.conf").write_text(text("http://127.0.0.1", second))
        call(capsys, "lint", "--fix", "httpd.conf")
        assert ("iobuffersize" in (site / "httpd.conf").read_text()) is left


def test_a_file_of_several_configurations(site: Path, capsys: Capture) -> None:
    shared = 'ProxyPass "/" "${SCHEME}://127.0.0.1/" iobuffersize=8192\n'
    (site / "shared.inc").write_text(shared)
    for name, scheme in (("one", "fcgi"), ("two", "http")):
        (site / f"sites/{name}.conf").write_text(f'Define SCHEME {scheme}\nInclude "{site}/shared.inc"\n')
    (site / "httpd.conf").unlink()
    out = call(capsys, "lint", "--fix", ".").out
    assert (site / "shared.inc").read_text() == shared
    assert "the file is used several times, and not each use has the fault" in out


def test_a_template_is_left(site: Path, capsys: Capture) -> None:
    (site / "sites/a.conf").unlink()
    text = f"{BUFFER}ServerAdmin {{{{ admin }}}}\n"
    (site / "sites/a.conf.j2").write_text(text)
    (site / "httpd.conf").write_text("Include sites/*.j2\n")
    out = call(capsys, "lint", "--fix", ".").out
    assert (site / "sites/a.conf.j2").read_text() == text
    assert "hpatch does not change templates" in out


def test_a_config_map_is_left(site: Path, capsys: Capture) -> None:
    text = "kind: ConfigMap\ndata:\n  httpd.conf: |\n    ServerName a\n    Listen 80\n" + "".join(
        f"    {line}\n" for line in BUFFER.splitlines()
    )
    (site / "map.yaml").write_text(text)
    out = call(capsys, "lint", "--fix", "map.yaml").out
    assert (site / "map.yaml").read_text() == text
    assert "hpatch does not change ConfigMaps" in out


def test_what_a_baseline_hides_is_not_fixed(site: Path, capsys: Capture) -> None:
    call(capsys, "lint", "--write-baseline", "known.json", ".")
    (site / "sites/b.conf").write_text(BUFFER.replace("/b", "/c").replace(".2", ".3"))
    out = call(capsys, "lint", "--baseline", "known.json", "--fix", "--unsafe-fixes", ".").out
    assert (site / "sites/a.conf").read_text() == SLASH + BUFFER
    assert "iobuffersize" not in (site / "sites/b.conf").read_text()
    assert out.endswith("1 fixed in 1 file, 0 remain.\n")
    assert call(capsys, "lint", "--write-baseline", "known.json", "--diff", ".").code == 2


@pytest.mark.parametrize("option", ["--fix", "--diff"])
def test_a_file_that_is_not_there_is_one_line(site: Path, capsys: Capture, option: str) -> None:
    """Nothing is fixed in the others either: a name was misspelt."""
    done = call(capsys, "lint", option, "sites/a.conf", "sites/b.conf")
    assert done == (3, "", 'hpatch: cannot read "sites/b.conf": No such file or directory; nothing was fixed\n')
    assert (site / "sites/a.conf").read_text() == SLASH + BUFFER


def test_a_diff_tells_what_could_not_be_read(site: Path, capsys: Capture) -> None:
    """It shows no findings, which tell it otherwise."""
    (site / "httpd.conf").write_text("Listen 80\n<VirtualHost *:80>\nInclude sites/*.conf\n")
    code, out, err = call(capsys, "lint", "--diff", ".")
    assert (code, out[:8]) == (3, "--- site")
    assert err.splitlines()[-1] == "hpatch: httpd.conf:2: <VirtualHost> is never closed"
