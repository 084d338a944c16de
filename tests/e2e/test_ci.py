"""The files for CI: their commands, run as a runner does; the hook, installed by pre-commit into a clone."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.ci import hook, runner

CI = Path("examples", "ci")


@pytest.fixture
def work(tmp_path: Path, root: Path) -> Path:
    """A user's repository with a fault, and `hpatch` beside it."""
    runner.installed(root, tmp_path)
    (tmp_path / "repository" / "apache2").mkdir(parents=True)
    (tmp_path / "repository" / "apache2" / "a.conf").write_text('ProxyPass "/a/" "http://127.0.0.1:8080"\n')
    return tmp_path / "repository"


def test_the_action(root: Path, work: Path) -> None:
    action: Any = yaml.safe_load((root / CI / "github" / "action.yml").read_text())
    _, sarif, lint = action["runs"]["steps"]
    # Each variable is an input that there is.
    values = {"path": "apache2", "options": "--select MP001 --min-confidence high", "sarif": "out.sarif"}
    for step in (sarif, lint):
        step["values"] = {
            name: values[re.fullmatch(r"\$\{\{ inputs\.(\w+) \}\}", value)[1]]  # type: ignore[index]
            for name, value in step["env"].items()
        }
    assert set(action["inputs"]) == set(values)
    done = runner.step(sarif["run"], work, **sarif["values"])
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    (run,) = json.loads((work / "out.sarif").read_text())["runs"]
    assert [one["ruleId"] for one in run["results"]] == ["MP001"]
    done = runner.step(lint["run"], work, **lint["values"])
    assert done.returncode == 1
    assert done.stdout.startswith("::error file=apache2/a.conf,line=1,")


def test_the_action_installs_its_own_checkout(root: Path) -> None:
    action: Any = yaml.safe_load((root / CI / "github" / "action.yml").read_text())
    assert "$GITHUB_ACTION_PATH/../../.." in action["runs"]["steps"][0]["run"]
    assert (root / CI / "github" / ".." / ".." / ".." / "pyproject.toml").is_file()
    workflow: Any = yaml.safe_load((root / CI / "github" / "workflow.yml").read_text())
    uses = [step["uses"] for step in workflow["jobs"]["lint"]["steps"] if "hpatch" in step["uses"]]
    assert uses == [f"OWNER/hpatch/{CI / 'github'}@REVISION"]


def test_the_template_of_gitlab(root: Path, work: Path) -> None:
    template: Any = yaml.safe_load((root / CI / "gitlab" / "hpatch.gitlab-ci.yml").read_text())
    job = template["hpatch"]
    variables = {**template[job["extends"]]["variables"], "HPATCH_PATH": "apache2", "HPATCH_OPTIONS": "--select MP001"}
    assert runner.step(template[".hpatch"]["before_script"][0], work, **variables).returncode == 2
    report, lint = job["script"]
    assert runner.step(report, work, **variables).returncode == 0
    (finding,) = json.loads((work / job["artifacts"]["reports"]["codequality"]).read_text())
    assert finding["location"]["path"] == "apache2/a.conf"
    done = runner.step(lint, work, **variables)
    assert done.returncode == 1
    assert "slash-target-missing" in done.stdout


def test_the_image_copies_what_there_is(root: Path) -> None:
    text = (root / CI / "Dockerfile").read_text().replace("\\\n", " ")
    copied = [line.split()[1:-1] for line in text.split("\n") if line.startswith("COPY ") and "--from" not in line]
    assert copied
    assert all((root / name).exists() for names in copied for name in names)
    needed = {"pyproject.toml", "hatch_build.py", "README.md", "LICENSE", "hpatch", "grammars", "patches"}
    assert {name for names in copied for name in names} == needed
    for line in text.split("\n"):
        if line.startswith("RUN "):
            subprocess.run(["sh", "-n", "-c", line.removeprefix("RUN ")], check=True)


@pytest.mark.git
@pytest.mark.proof
def test_the_hook(root: Path, work: Path) -> None:
    """pre-commit clones hpatch, installs it without a network, and runs it before a commit."""
    revision = hook.repository(root, work.parent / "hooks")
    wanted = {"id": "hpatch-lint", "args": ["apache2"]}
    repository = {"repo": str(work.parent / "hooks"), "rev": revision, "hooks": [wanted]}
    (work / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [repository]}))
    hook.git(work, "init", "-q")
    environment = {**os.environ, **hook.offline(work.parent / "home")}
    command = [sys.executable, "-m", "pre_commit", "run", "hpatch-lint"]

    def run() -> subprocess.CompletedProcess[str]:
        hook.git(work, "add", ".")
        return subprocess.run(command, cwd=work, env=environment, capture_output=True, text=True, check=False)

    done = run()
    assert (done.returncode, "error[MP001] slash-target-missing" in done.stdout) == (1, True), done.stdout + done.stderr
    (work / "apache2" / "a.conf").write_text("Listen 80\n")
    assert run().returncode == 0
    (work / "notes.txt").write_text("nothing of httpd\n")
    hook.git(work, "commit", "-qam", "sound").check_returncode()
    (work / "notes.txt").write_text("other\n")
    assert "no files to check" in run().stdout
