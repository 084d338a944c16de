"""A team's day: a Debian tree with 200 old findings, and nothing edited but by an editor and hpatch."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.ci import hook, runner
from tests.support.language.editor import Editor, editor
from tests.support.report.schema import valid

pytestmark = [pytest.mark.git, pytest.mark.proof]

MODULES = (
    *("mpm_event", "authz_core", "authz_host", "alias", "dir", "headers", "status", "proxy", "proxy_http"),
    *("proxy_balancer", "slotmem_shm", "lbmethod_byrequests"),
)
MAIN = """\
ServerRoot "/etc/apache2"
DefaultRuntimeDir ${APACHE_RUN_DIR}
PidFile ${APACHE_PID_FILE}
User ${APACHE_RUN_USER}
Group ${APACHE_RUN_GROUP}
ErrorLog ${APACHE_LOG_DIR}/error.log
IncludeOptional mods-enabled/*.load
IncludeOptional mods-enabled/*.conf
Include ports.conf
<Directory />
    AllowOverride None
    Require all denied
</Directory>
<Directory /var/www/>
    Require all granted
</Directory>
IncludeOptional sites-enabled/*.conf
"""
ENVVARS = """\
export APACHE_RUN_USER=www-data
export APACHE_RUN_GROUP=www-data
export APACHE_PID_FILE=/var/run/apache2/apache2.pid
export APACHE_RUN_DIR=/var/run/apache2
export APACHE_LOG_DIR=/var/log/apache2
"""
DEFAULT = """\
<VirtualHost *:80>
    ServerAdmin webmaster@localhost
    DocumentRoot /var/www/html
</VirtualHost>
"""
SITES = 25
SITE = """\
<VirtualHost *:80>
    ServerName site{n:02}.example
    ProxyPreserveHost On
    ProxyPass /static !
    ProxyPass /api/ http://10.1.{n}.1:8080 retry=0
    ProxyPassReverse /api/ http://10.1.{n}.1:8080/
    ProxyPass /app http://10.1.{n}.2:8080/
    ProxyPassReverse /app http://10.1.{n}.2:8080/
    ProxyPass /old/ http://10.1.{n}.3:8080/old/ timeout=5 iobuffersize=8192
    ProxyPass /old/deep/ http://10.1.{n}.4:8080/old/deep/

    <Location /server-status>
        Order deny,allow
        Deny from all
    </Location>
    Header add Access-Control-Allow-Origin "*"
</VirtualHost>
"""
"""Eight findings each: seven lines, and two of access_compat, which is not loaded."""
NEW = "    ProxyPass /new/ http://10.2.0.1:8080\n\n    <Location"
SEVENTH = Path("apache2/sites-available/site07.conf")
"""The virtual host that is changed, linked by `sites-enabled`."""


@pytest.fixture
def team(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The team's repository, with the hook; hpatch is `hpatch` in its shell, as CI has it."""
    work = tmp_path / "team"
    top = work / "apache2"
    for name in ("mods-available", "mods-enabled", "sites-available", "sites-enabled"):
        (top / name).mkdir(parents=True)
    (top / "apache2.conf").write_text(MAIN)
    (top / "envvars").write_text(ENVVARS)
    (top / "ports.conf").write_text("Listen 80\n")
    files = {
        f"mods/{name}.load": f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n" for name in MODULES
    }
    files |= {f"sites/site{n:02}.conf": SITE.format(n=n) for n in range(1, SITES + 1)}
    files["sites/000-default.conf"] = DEFAULT
    for path, text in files.items():
        kind, name = path.split("/")
        (top / f"{kind}-available" / name).write_text(text)
        (top / f"{kind}-enabled" / name).symlink_to(f"../{kind}-available/{name}")
    runner.installed(root, tmp_path)
    hook.git(work, "init", "-q").check_returncode()
    revision = hook.repository(root, tmp_path / "hooks")
    wanted = {"repo": str(tmp_path / "hooks"), "rev": revision, "hooks": [{"id": "hpatch-lint"}]}
    (work / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [wanted]}))
    environment = {**os.environ, **hook.offline(tmp_path / "home")}
    subprocess.run([sys.executable, "-m", "pre_commit", "install"], cwd=work, env=environment, check=True)
    monkeypatch.chdir(work)
    return work


def hpatch(team: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [team.parent / "hpatch/bin/hpatch", *words]
    return subprocess.run(command, cwd=team, capture_output=True, text=True, check=False)


def commit(team: Path, message: str) -> subprocess.CompletedProcess[str]:
    """Commit all that is there; pre-commit runs first."""
    hook.git(team, "add", ".").check_returncode()
    return hook.git(team, "commit", "-qm", message, **hook.offline(team.parent / "home"))


def fixed(one: Editor, uri: str, version: int) -> list[str]:
    """Take each fix that the editor offers until nothing is left; the rules whose fixes were taken."""
    taken: list[str] = []
    while found := one.diagnostics(uri, version):
        taken.append(str(found[-1].code))
        assert len(taken) < 9, taken
        version = one.change(uri, one.mended(uri, taken[-1]))
    return taken


def reported(team: Path, root: Path, file: str) -> None:
    """The two findings in a file are all that the reports of CI have, made by the commands in `examples/ci`."""
    action: Any = yaml.safe_load((root / "examples/ci/github/action.yml").read_text())
    _, sarif, lint = action["runs"]["steps"]
    given = {"HPATCH_PATH": "apache2", "HPATCH_OPTIONS": "", "HPATCH_SARIF": "../out.sarif"}
    assert runner.step(sarif["run"], team, **given).returncode == 0
    (run,) = json.loads((team / "../out.sarif").read_text())["runs"]
    places = [
        (one["ruleId"], one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]) for one in run["results"]
    ]
    assert places == [("MP019", file), ("MP001", file)]
    done = runner.step(lint["run"], team, **given)
    assert (done.returncode, done.stdout.count("::error "), done.stdout.count("::notice ")) == (1, 1, 1)
    template: Any = yaml.safe_load((root / "examples/ci/gitlab/hpatch.gitlab-ci.yml").read_text())
    report, _ = template["hpatch"]["script"]
    assert runner.step(report, team, HPATCH_PATH="apache2", HPATCH_OPTIONS="").returncode == 0
    issues = json.loads((team / "gl-code-quality-report.json").read_text())
    assert [(one["check_name"], one["location"]["path"]) for one in issues] == places
    (team / "gl-code-quality-report.json").unlink()
    assert hpatch(team, "lint", "apache2", "--format", "html", "--output", "../page.html").returncode == 1
    page = (team / "../page.html").read_text()
    assert "<title>hpatch lint: 1 error, 1 info</title>" in page
    assert "/next/" in page


def test_the_day(team: Path, root: Path) -> None:
    # The morning: what is there already is noted, and the settings name the note.
    done = hpatch(team, "lint", ".", "--write-baseline", "hpatch-baseline.json", "--format", "json")
    assert (done.returncode, valid("lint-1", done.stdout)["baseline"]["known"]) == (0, 200), done.stdout + done.stderr
    (team / "hpatch.toml").write_text('baseline = "hpatch-baseline.json"\n')
    done = commit(team, "Begin with hpatch")
    assert (done.returncode, "Passed" in done.stderr) == (0, True), done.stdout + done.stderr

    # An editor shows the new fault and none of the old ones, and mends it.
    with editor(team) as one:
        uri = one.open(team / SEVENTH)
        assert one.diagnostics(uri) == []
        version = one.change(uri, one.text(uri).replace("    <Location", NEW))
        assert {diagnostic.code for diagnostic in one.diagnostics(uri, version)} == {"MP001", "MP019"}
        assert fixed(one, uri, version) == ["MP001", "MP019"]
        (team / SEVENTH).write_text(one.text(uri))
    added = hook.git(team, "diff", "--unified=0").stdout.splitlines()[5:]
    assert [line for line in added if line.startswith(("+", "-"))] == [
        "+    ProxyPass /new/ http://10.2.0.1:8080/",
        '+    ProxyPassReverse "/new/" "http://10.2.0.1:8080/"',
        "+",
    ]
    done = commit(team, "Lead /new/ to its backend")
    assert done.returncode == 0, done.stdout + done.stderr

    # The next fault comes from somebody without an editor: it is not committed.
    other = team / "apache2/sites-available/site09.conf"
    other.write_text(other.read_text().replace("    <Location", NEW.replace("/new/", "/next/")))
    done = commit(team, "Lead /next/ to its backend")
    assert done.returncode == 1
    assert "error[MP001] slash-target-missing" in done.stderr
    assert "200 known findings hidden by hpatch-baseline.json." in done.stderr
    assert "site07.conf" not in done.stderr

    # Were it committed nevertheless, GitHub, GitLab and the page would show this fault alone.
    reported(team, root, str(other.relative_to(team)))

    # hpatch mends it as the editor did.
    done = hpatch(team, "lint", "--fix", "--unsafe-fixes", ".")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "2 fixed in 1 file, 0 remain.")
    assert commit(team, "Lead /next/ to its backend").returncode == 0

    # In the evening some of the old ones go, and the note shrinks.
    done = hpatch(team, "lint", "--fix", "--write-baseline", "hpatch-baseline.json", ".")
    assert "Wrote 175 findings to hpatch-baseline.json; dropped 25 that are gone." in done.stdout
    changed = hook.git(team, "diff", "--stat").stdout.splitlines()[-1]
    assert changed == " 26 files changed, 25 insertions(+), 50 deletions(-)"
    assert commit(team, "Drop a parameter that nothing reads").returncode == 0
    assert hook.git(team, "status", "--short").stdout == ""
