"""`hpatch lint` as a user calls it."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import pytest

from hpatch.cli.output import write
from hpatch.errors import ToolError
from tests.support.cli.call import call
from tests.support.needs import program

PASS = 'ProxyPass "/app/" "http://127.0.0.1:8080"\n'
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one configuration that has one finding, an error; it is the working folder."""
    (tmp_path / "apache2.conf").write_text(f"ServerName a\n{PASS}ProxyPassReverse /app/ http://127.0.0.1:8080\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rules(capsys: Capture, *arguments: object) -> list[str]:
    """The names of the rules that found something."""
    return [one["name"] for one in json.loads(call(capsys, "lint", "--format", "json", *arguments).out)["findings"]]


def test_text(site: Path, capsys: Capture) -> None:
    code, out, err = call(capsys, "lint", ".")
    assert (code, err) == (1, "")
    assert "error[MP001] slash-target-missing" in out
    assert " apache2.conf:2:" in out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--fail-on", "never"], 0),
        (["--fail-on", "error"], 1),
        (["--fail-on", "info"], 1),
        (["--ignore", "slash-target-missing"], 0),
        (["--ignore", "BE,MP001"], 0),
        (["--ignore", "BE", "--ignore", "MP001"], 0),
        (["--select", "WK"], 0),
        (["--select", "WK,MP001"], 1),
        (["--severity", "error"], 1),
    ],
)
def test_exit_codes_and_selection(site: Path, capsys: Capture, arguments: list[str], code: int) -> None:
    assert call(capsys, "lint", ".", *arguments).code == code


@pytest.mark.parametrize("more", [[], ["--modules", "proxy_module,proxy_http_module,so_module"]])
@pytest.mark.parametrize("mpm", ["event", "worker", "prefork"])
def test_the_chosen_mpm_decides(site: Path, capsys: Capture, mpm: str, more: list[str]) -> None:
    blocks = "".join(
        f"<IfModule {name}.c>\nServerName {name} b\n</IfModule>\n" for name in ("event", "worker", "prefork")
    )
    (site / "part.conf").write_text(blocks)
    (found,) = json.loads(call(capsys, "lint", "part.conf", "--format", "json", "--mpm", mpm, *more).out)["findings"]
    assert (found["name"], found["line"]) == ("directive-arguments", {"event": 2, "worker": 5, "prefork": 8}[mpm])


def test_a_warning_fails_unless_errors_alone_do(site: Path, capsys: Capture) -> None:
    (site / "apache2.conf").write_text("ProxyPass /app http://127.0.0.1:8080/\n")
    assert call(capsys, "lint", "apache2.conf").code == 1
    assert call(capsys, "lint", "apache2.conf", "--fail-on", "error").code == 0


def test_what_cannot_be_read_is_never_clean(site: Path, capsys: Capture) -> None:
    code, out, err = call(capsys, "lint", "missing.conf", "apache2.conf")
    assert (code, err) == (3, "")
    assert "slash-target-missing" in out
    assert "missing.conf" in out
    code, out, err = call(capsys, "lint", "missing.conf", "--select", "WK", "--fail-on", "never")
    assert (code, err) == (3, 'hpatch: missing.conf:1: cannot read "missing.conf": No such file or directory\n')
    (site / "broken.conf").write_text("<Directory />\n")
    assert call(capsys, "lint", "broken.conf", "--ignore", "CF", "--fail-on", "never").code == 3


def test_a_missing_include_may_be_ignored(site: Path, capsys: Capture) -> None:
    (site / "apache2.conf").write_text("Include no/such.conf\n")
    assert call(capsys, "lint", ".").code == 3
    assert call(capsys, "lint", ".", "--ignore", "file-unreadable").code == 0


def test_a_folder_without_configurations(site: Path, capsys: Capture) -> None:
    (site / "empty").mkdir()
    assert call(capsys, "lint", "empty") == (
        3, "", "hpatch: empty: no configuration in this folder (apache2.conf, httpd.conf or *.conf)\n",
    )  # fmt: skip


def test_output_goes_to_a_file(site: Path, capsys: Capture) -> None:
    code, out, err = call(capsys, "lint", ".", "--format", "sarif", "--output", "report.sarif")
    assert (code, out, err) == (1, "", "")
    assert json.loads((site / "report.sarif").read_text())["version"] == "2.1.0"
    assert sorted(path.name for path in site.iterdir()) == ["apache2.conf", "report.sarif"]
    assert call(capsys, "lint", ".", "-o", "no/such/folder").code == 4


def test_a_file_is_replaced_as_a_whole_and_keeps_its_mode(tmp_path: Path) -> None:
    file, link = tmp_path / "report", tmp_path / "link"
    file.write_text("old")
    file.chmod(0o640)
    link.symlink_to(file)
    write("caf\udce9\n", str(link))
    assert file.read_bytes() == b"caf\xe9\n"
    assert (file.stat().st_mode & 0o777, link.is_symlink()) == (0o640, True)
    with pytest.raises(ToolError, match="cannot be written"):
        write("", str(tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "report"]


def test_options_decide_conditionals(site: Path, capsys: Capture) -> None:
    (site / "apache2.conf").write_text(f"<IfDefine APP>\n{PASS}</IfDefine>\n<IfModule mod_ssl.c>\nFoo\n</IfModule>\n")
    only = ("--select", "MP001")
    assert rules(capsys, ".", *only) == ["slash-target-missing"]
    assert rules(capsys, ".", *only, "-D", "OTHER") == []
    assert rules(capsys, ".", *only, "-D", "OTHER", "--define", "APP") == ["slash-target-missing"]
    told = json.loads(call(capsys, "lint", ".", "--format", "json", "--modules", "all", "-D", "X").out)["conditions"]
    assert [(one["text"], one["verdict"]) for one in told] == [
        ("<IfDefine APP>", False),
        ("<IfModule mod_ssl.c>", True),
    ]


def test_the_settings_file(site: Path, capsys: Capture) -> None:
    (site / "hpatch.toml").write_text('ignore = ["MP001"]\n')
    assert rules(capsys, ".") == []
    assert rules(capsys, ".", "--ignore", "WK") == ["slash-target-missing"]
    assert rules(capsys, ".", "--no-config") == ["slash-target-missing"]
    (site / "other.toml").write_text('select = ["WK"]\n')
    assert rules(capsys, ".", "--config", "other.toml") == []
    (site / "hpatch.toml").write_text("ignroe = []\n")
    assert call(capsys, "lint", ".") == (2, "", "hpatch: hpatch.toml:1: unknown key 'ignroe'; did you mean 'ignore'?\n")


def test_the_environment(site: Path, capsys: Capture) -> None:
    (site / "apache2.conf").write_text("ProxyPass /app/ http://${HOST}:8080/\n")
    only = ("--select", "variable-undefined")
    assert rules(capsys, ".", *only) == ["variable-undefined"]
    (site / "envvars").write_text("export HOST=app\n")
    assert rules(capsys, ".", *only) == []
    (site / "production").write_text("export OTHER=app\n")
    assert rules(capsys, ".", *only, "--env-file", "production") == ["variable-undefined"]


def test_uwsgi_files(site: Path, capsys: Capture) -> None:
    (site / "apache2.conf").write_text('ProxyPass "/app/" "unix:/run/app.sock|fcgi://app/"\n')
    (site / "vassals").mkdir()
    (site / "vassals" / "app.ini").write_text("[uwsgi]\nfastcgi-socket = /run/app.sock\n")
    only = ("--select", "uwsgi-fcgi-eof", "--uwsgi-version", "2.0.4")
    assert rules(capsys, ".", *only) == ["uwsgi-fcgi-eof"]
    assert rules(capsys, "apache2.conf", *only, "--uwsgi", "vassals") == ["uwsgi-fcgi-eof"]
    assert rules(capsys, "apache2.conf", *only, "--uwsgi", "vassals", "--uwsgi-version", "2.0.21") == []
    both = call(capsys, "lint", ".", "--uwsgi", "vassals/app.ini", "--format", "json")
    assert json.loads(both.out)["files"] == 2


def test_a_vendors_uwsgi_may_have_a_known_problem(site: Path, capsys: Capture) -> None:
    (site / "apache2.conf").write_text('ProxyPass "/app/" "uwsgi://127.0.0.1:3032/"\n')
    told = [
        json.loads(call(capsys, "lint", ".", "--select", "KP", "--uwsgi-version", version, "-f", "json").out)[
            "findings"
        ]
        for version in ("2.0.21", "2.0.21-5.1")
    ]
    assert [[one["severity"] for one in found] for found in told] == [["warning"], ["info"]]
    assert told[1][0]["message"].startswith("Debian's uWSGI 2.0.21-5.1 may have issue 1412 here: ")


SHELL = shutil.which("sh") or ""


def test_a_program_that_is_not_uwsgi(site: Path, capsys: Capture) -> None:
    told = f"hpatch: {SHELL} is a program, but not uWSGI\n"
    assert call(capsys, "lint", ".", "--uwsgi", SHELL) == (4, "", told)


def test_two_programs_of_uwsgi(site: Path, capsys: Capture) -> None:
    shutil.copy(SHELL, site / "uwsgi")
    told = f"hpatch: --uwsgi names two programs, 'uwsgi' and '{SHELL}'; give one\n"
    assert call(capsys, "lint", ".", "--uwsgi", "uwsgi", "--uwsgi", SHELL) == (2, "", told)


def test_a_settings_file_has_no_program_run(site: Path, capsys: Capture) -> None:
    (site / "hpatch.toml").write_text(f'uwsgi = ["{SHELL}"]\n')
    code, out, told = call(capsys, "lint", ".")
    assert (code, out) == (2, "")
    assert told == (
        f"hpatch: uwsgi names a program in the settings, '{SHELL}'; give it as --uwsgi on the command line\n"
    )


@pytest.mark.uwsgi
def test_uwsgi_says_its_version(site: Path, capsys: Capture) -> None:
    (site / "apache2.conf").write_text('ProxyPass "/app/" "unix:/run/app.sock|fcgi://app/"\n')
    (site / "app.ini").write_text("[uwsgi]\nfastcgi-socket = /run/app.sock\n")
    (site / "hpatch.toml").write_text('uwsgi-version = "2.0.4"\n')
    only = ("--select", "uwsgi-fcgi-eof")
    assert rules(capsys, ".", *only) == ["uwsgi-fcgi-eof"]
    assert rules(capsys, ".", *only, "--uwsgi", program("uwsgi")) == []
    assert rules(capsys, ".", *only, "--uwsgi", program("uwsgi"), "--uwsgi-version", "2.0.3") == ["uwsgi-fcgi-eof"]


def test_vassals_and_parts_of_uwsgi_instances(site: Path, capsys: Capture) -> None:
    (site / "apache2.conf").write_text('ProxyPass "/app/" "unix:/run/app.sock|fcgi://app/"\n')
    (site / "vassals").mkdir()
    (site / "vassals" / "app.json").write_text('{"uwsgi": {"fastcgi-socket": "/run/%n.sock"}}')
    (site / "base.yaml").write_text("uwsgi:\n  # shared\n  threads: 4\n  vacuum: true\n")
    (site / "emperor.ini").write_text("[uwsgi]\nemperor = /etc/uwsgi/vassals\nvassals-include = ../base.yaml\n")
    out = call(capsys, "lint", ".", "--select", "BE", "--uwsgi-version", "2.0.4", "--format", "json").out
    (finding,) = json.loads(out)["findings"]
    assert finding["rule"] == "BE003"
    assert finding["severity"] == "error"
    assert "with 4 threads" in finding["message"]


def test_uwsgi_in_a_unit(site: Path, capsys: Capture) -> None:
    (site / "apache2.conf").write_text('User www-data\nProxyPass "/app/" "unix:/run/app.sock|fcgi://app/"\n')
    (site / "app.service").write_text("[Service]\nUser=shop\nGroup=shop\nExecStart=/usr/bin/uwsgi --ini app.ini\n")
    (site / "app.ini").write_text("[uwsgi]\nsocket = /run/app.sock\nchmod-socket = 660\n")
    found = rules(capsys, ".", "--select", "BE")
    assert sorted(found) == ["uwsgi-protocol", "uwsgi-socket-refused"]
    assert rules(capsys, "apache2.conf", "--select", "BE", "--backend", "app.service") == found


def test_a_fleet_has_one_order_whatever_the_jobs(site: Path, capsys: Capture) -> None:
    for number in range(12):
        (site / f"host{number:02}").mkdir()
        (site / f"host{number:02}" / "httpd.conf").write_text(PASS * (number % 3))
    one = call(capsys, "lint", ".", "--jobs", "1")
    assert one == call(capsys, "lint", ".", "--jobs", "4")
    assert "in 13 files" in one.out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(("--select", "KP"), 2), (("--select", "KP", "--httpd-version", "2.4.71"), 0), (("--select", "KP,WK"), 0)],
)
def test_known_problems_alone_need_a_version(
    site: Path, capsys: Capture, arguments: tuple[str, ...], code: int
) -> None:
    """Without one, nothing would be looked at."""
    answer = call(capsys, "lint", ".", *arguments)
    assert answer.code == code
    assert ("need httpd's version: give --httpd-version, --httpd, --tree or --package" in answer.err) is (code == 2)


@pytest.mark.httpd
def test_a_real_httpd_tells_its_version_and_modules(site: Path, capsys: Capture, httpd: str) -> None:
    decided = "<IfModule core.c>\n</IfModule>\n<IfVersion >= 2.4>\n</IfVersion>\n<IfModule mod_lua.c>\n</IfModule>\n"
    (site / "apache2.conf").write_text(decided)
    told = json.loads(call(capsys, "lint", ".", "--format", "json", "--httpd", httpd).out)["conditions"]
    assert [one["verdict"] for one in told] == [True, True, False]


@pytest.mark.httpd
def test_the_httpd_on_the_command_line_goes_before_a_version_in_the_settings(
    site: Path, capsys: Capture, httpd: str
) -> None:
    (site / "hpatch.toml").write_text('httpd-version = "2.4.9"\n')
    (site / "apache2.conf").write_text("<IfVersion >= 2.4.10>\n</IfVersion>\n")
    asked = {"settings": [], "program": ["--httpd", httpd], "both": ["--httpd", httpd, "--httpd-version", "2.4.9"]}
    told = {
        name: json.loads(call(capsys, "lint", ".", "--format", "json", *options).out)["conditions"][0]["verdict"]
        for name, options in asked.items()
    }
    assert told == {"settings": False, "program": True, "both": False}


def test_a_folder_that_stands_for_the_root(site: Path, capsys: Capture) -> None:
    main = site / "rootfs/etc/httpd/conf/httpd.conf"
    main.parent.mkdir(parents=True)
    (site / "rootfs/srv").mkdir()
    (site / "rootfs/srv/app.conf").write_text(PASS)
    main.write_text("ServerRoot /etc/httpd\nInclude /srv/app.conf\n")
    for arguments in (["--root", "rootfs", "/etc/httpd"], ["--root", "rootfs", "rootfs/etc"], ["rootfs"]):
        found = json.loads(call(capsys, "lint", "--select", "MP001", "--format", "json", *arguments).out)["findings"]
        assert [one["file"] for one in found] == ["rootfs/srv/app.conf"]
    (site / "hpatch.toml").write_text('root = "rootfs"\n')
    assert call(capsys, "lint", "/etc/httpd", "--config", "hpatch.toml", "--select", "MP001").code == 1
    assert call(capsys, "config", "tree", "--root", "rootfs", "/etc").code == 0
    code, out, err = call(capsys, "lint", "--root", "rootfs", "apache2.conf")
    assert (code, out, err) == (2, "", "hpatch: apache2.conf: is not below the root rootfs\n")


def test_a_file_of_this_machine_is_told(site: Path, capsys: Capture, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other") / "a.conf"
    other.write_text("Timeout 60\n")
    (site / "apache2.conf").write_text(f'Include "{other}"\n')
    assert rules(capsys, ".") == ["include-outside"]
    assert call(capsys, "lint", ".").code == 1
    code, out, _ = call(capsys, "lint", ".", "--no-outside")
    assert (code, "error[CF050]" in out) == (3, True)
    (site / "hpatch.toml").write_text("outside = false\n")
    assert call(capsys, "lint", ".").code == 3


def test_settings_for_some_files(site: Path, capsys: Capture) -> None:
    (site / "sites").mkdir()
    (site / "sites/a.conf").write_text(PASS)
    both = call(capsys, "lint", ".", "--select", "MP001", "--format", "json")
    assert [one["file"] for one in json.loads(both.out)["findings"]] == ["apache2.conf", "sites/a.conf"]
    (site / "hpatch.toml").write_text('exclude = ["sites"]\n')
    assert rules(capsys, ".", "--select", "MP001") == ["slash-target-missing"]
    (site / "hpatch.toml").write_text('[per-file-ignores]\n"sites/*" = ["MP"]\n"apache2.conf" = "WK"\n')
    assert rules(capsys, ".", "--select", "MP001") == ["slash-target-missing"]
    assert rules(capsys, ".", "sites/a.conf", "--select", "MP001", "--exclude", "sites/*", "--no-config") == [
        "slash-target-missing", "slash-target-missing",
    ]  # fmt: skip
    assert call(capsys, "lint", ".", "--exclude", "sites/*,apache2.conf").code == 3
    (site / "apache2.conf").write_text("Include none.conf\n")
    (site / "hpatch.toml").write_text('[per-file-ignores]\n"*.conf" = ["CF001", "MP"]\n')
    assert call(capsys, "lint", ".").code == 0


def piped(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    """Let the standard input be these bytes."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))


def test_the_standard_input(site: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    (site / "sites").mkdir()
    (site / "sites/a.conf").write_text("Timeout 60\n")
    piped(monkeypatch, PASS.encode() + b"# caf\xe9\n")
    code, out, err = call(capsys, "lint", "-", "--select", "MP001")
    assert (code, "<stdin>:1:" in out, err) == (1, True, "")
    piped(monkeypatch, b"Include sites/a.conf\n" + PASS.encode())
    code, out, _ = call(capsys, "lint", "-", "--stdin-filename", "./apache2.conf", "--format", "json")
    assert code == 1
    assert json.loads(out)["files"] == 2
    assert {one["file"] for one in json.loads(out)["findings"]} == {"./apache2.conf"}
    piped(monkeypatch, b"Timeout 60\n")
    assert call(capsys, "config", "tree", "-").out == "<stdin>\n     1  Timeout 60\n"
    monkeypatch.setattr("sys.stdin", None)
    assert call(capsys, "lint", "-") == (3, "", "hpatch: -: the standard input is closed\n")


@pytest.mark.httpd
def test_modules_that_a_part_does_not_tell(site: Path, capsys: Capture, httpd: str) -> None:
    (site / "site.conf").write_text("SSLEngine On\nHeader set A 1\nRequestHeader unset A\nDocumentRoot /srv\n")
    known = "whether httpd loads mod_ssl (SSLEngine), mod_headers (Header): only its LoadModule lines tell"
    assert known in call(capsys, "lint", "site.conf", "--httpd", httpd).out
    assert "whether httpd loads" not in call(capsys, "lint", "site.conf").out
    assert "whether httpd loads" not in call(capsys, "lint", "site.conf", "--httpd", httpd, "--modules", "all").out
    (site / "site.conf").write_text("SSLEngine On\nHeader set A 1\nProxyRequests Off\nExpiresActive On\nAlias /a /b\n")
    assert "mod_proxy (ProxyRequests), 2 more" in call(capsys, "lint", "site.conf", "--httpd", httpd).out
    assert "mod_expires (ExpiresActive)" in call(capsys, "lint", "site.conf", "--httpd", httpd, "-v").out


def test_a_dump_has_no_fixes(site: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    piped(monkeypatch, f"# In file: /etc/httpd/a.conf\n#   7:\n{PASS}".encode())
    (found,) = json.loads(call(capsys, "lint", "-", "--select", "MP001", "--format", "json").out)["findings"]
    assert (found["file"], found["line"], found["fix"]) == ("/etc/httpd/a.conf", 7, None)


def test_nothing_found_does_not_speak_of_known_problems_without_a_version(site: Path, capsys: Capture) -> None:
    told = "which known problems of httpd are met (settle with --httpd-version VERSION)"
    (site / "apache2.conf").write_text("Listen 80\n")
    for more in (("-v",), ()):
        assert told in " ".join(call(capsys, "lint", "apache2.conf", *more).out.split())
    for less in (("-v", "--httpd-version", "2.4.71"), ("-v", "--select", "MP"), ("-q",)):
        assert "known problems" not in call(capsys, "lint", "apache2.conf", *less).out
    (site / "apache2.conf").write_text(f"Listen 80\n{PASS}")
    assert told in " ".join(call(capsys, "lint", "apache2.conf", "-v").out.split())
    assert "known problems" not in call(capsys, "lint", "apache2.conf").out


def test_advice_about_releases_needs_no_version(site: Path, capsys: Capture) -> None:
    (site / "apache2.conf").write_text(f"Listen 80\n{PASS}")
    assert "KP003" in call(capsys, "lint", "apache2.conf", "--select", "KP003").out
    assert call(capsys, "lint", "apache2.conf", "--select", "KP001,KP002").code == 2


def test_how_much_text_says(site: Path, capsys: Capture) -> None:
    (site / "apache2.conf").write_text("<IfModule mod_a.c>\n</IfModule>\n<IfModule mod_b.c>\n</IfModule>\n")
    (site / "site.conf").write_text("<VirtualHost *:80>\n</VirtualHost>\n")
    usual = call(capsys, "lint", ".", "--select", "MP").out
    assert usual == (
        "Found nothing in 2 files, 1 directive.\n"
        "Not decided: 2 conditionals (settle with --modules LIST or --httpd PATH); what 1 part of a configuration may "
        "take from other files; -v lists them.\n"
    )
    assert call(capsys, "lint", ".", "--select", "MP", "-q").out == ""
    full = call(capsys, "lint", ".", "--select", "MP", "-v").out
    assert "  <IfModule mod_b.c>  apache2.conf:3\n" in full
    assert "  site.conf\n" in full
    assert "-v lists" not in full
    assert call(capsys, "lint", ".", "-q", "-v").code == 2
    (site / "apache2.conf").write_text(PASS)
    (site / "site.conf").unlink()
    assert "Found" not in call(capsys, "lint", ".", "-q").out
    assert "MP001" in call(capsys, "lint", ".", "-q").out
    assert "Not decided" not in call(capsys, "lint", ".").out


def test_the_files_that_were_read(site: Path, capsys: Capture) -> None:
    for name in ("available", "enabled"):
        (site / name).mkdir()
    (site / "apache2.conf").write_text("IncludeOptional enabled/*.conf\n")
    (site / "available/a.conf").write_text(PASS)
    (site / "enabled/a.conf").symlink_to("../available/a.conf")
    (site / "available/b.conf").write_text("Timeout 60\n")
    (site / "available/c.conf.dpkg-old").write_text(PASS)
    (site / "enabled/d.conf").symlink_to("../available/d.conf")
    text = call(capsys, "lint", ".", "--select", "MP001", "--show-files").out
    assert " --> available/a.conf:1:19 (through enabled/a.conf)\n" in text
    assert (
        "Read:\n"
        "  apache2.conf\n"
        "  available/a.conf  (included at apache2.conf:1, through enabled/a.conf)\n"
        "\n"
        "Not read:\n"
        "  available/b.conf  (no Include names it, and it has neither a virtual host nor a proxy)\n"
        "  available/c.conf.dpkg-old  (a package manager or an editor left it behind)\n"
        "  enabled/d.conf  (a link that leads nowhere: ../available/d.conf)\n"
    ) in text
    found = json.loads(call(capsys, "lint", ".", "--select", "MP001", "--show-files", "--format", "json").out)
    assert found["read"][1] == {
        "file": "available/a.conf", "link": "enabled/a.conf", "included_by": {"file": "apache2.conf", "line": 1},
    }  # fmt: skip
    left = ["available/b.conf", "available/c.conf.dpkg-old", "enabled/d.conf"]
    assert [one["file"] for one in found["not_read"]] == left
    assert found["findings"][0]["link"] == "enabled/a.conf"
    assert "read" not in json.loads(call(capsys, "lint", ".", "--format", "json").out)
    alone = call(capsys, "lint", "apache2.conf", "--show-files", "--exclude", "x").out
    assert "Not read" not in alone


NGINX = "server {\n    listen 80;\n    location / { proxy_pass http://a; }\n}\n"


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ({"a.conf": "Timeout 60\n"}, "Not read: 1 file that no Include names; --show-files names it."),
        ({"n/nginx.conf": NGINX}, "Not read: 1 file that no Include names (not httpd's); --show-files names it."),
        (
            {"a.conf": "Timeout 60\n", "b.conf": "Timeout 60\n", "nginx.conf": NGINX},
            "Not read: 3 files that no Include names (1 of them not httpd's); --show-files lists them.",
        ),
        ({"sites-available/a.conf": "Timeout 60\n", "a.conf~": NGINX}, None),
        ({"on.d/a.conf": "Timeout 60\n"}, None),
        ({"a.conf": PASS}, None),
    ],
    ids=str,
)
def test_what_was_passed_over(site: Path, capsys: Capture, texts: dict[str, str], said: str | None) -> None:
    (site / "apache2.conf").write_text("IncludeOptional on.d/*.conf\n")
    for name, text in texts.items():
        (site / name).parent.mkdir(exist_ok=True)
        (site / name).write_text(text)
    told = [line for line in call(capsys, "lint", ".").out.splitlines() if line.startswith("Not read")]
    assert told == ([] if said is None else [said])
    assert "Not read: " not in call(capsys, "lint", ".", "--show-files").out
    assert "Not read" not in call(capsys, "lint", ".", "-q").out
    assert "not_read" not in json.loads(call(capsys, "lint", ".", "--format", "json").out)


def test_what_a_file_that_was_passed_over_seems_to_be(site: Path, capsys: Capture) -> None:
    (site / "nginx.conf").write_text(NGINX)
    out = call(capsys, "lint", ".", "--show-files").out
    assert "  nginx.conf  (no Include names it, and it looks like an nginx configuration)\n" in out


def test_what_is_not_there_is_no_part(site: Path, capsys: Capture) -> None:
    code, out, _ = call(capsys, "lint", "none.conf")
    assert (code, "Not decided" in out) == (3, False)


def test_the_files_of_a_charts_configmap_are_counted_together(site: Path, capsys: Capture) -> None:
    lines = "    ServerName {{ .name }}\n    {{ .Values.more }}\n"
    (site / "web.yaml").write_text(f"kind: ConfigMap\ndata:\n  a.conf: |\n{lines}  b.conf: |\n{lines}")
    code, out, _ = call(capsys, "lint", "web.yaml")
    assert (code, out.splitlines()[:2]) == (
        0,
        ["Found nothing in 1 file, 2 directives.", "A template: 2 of 4 lines not judged."],
    )
