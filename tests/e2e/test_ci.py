"""The files for CI: their commands, run as a runner does; the hook, installed by pre-commit into a clone."""

from __future__ import annotations

import json
import os
import re
import site
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

CI = Path("examples", "ci")


@pytest.fixture
def work(tmp_path: Path, root: Path) -> Path:
    """A user's repository with a fault, and `hpatch` beside it in `bin`."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "hpatch").write_text(f'#!/bin/sh\nPYTHONPATH={root} exec {sys.executable} -m hpatch "$@"\n')
    (tmp_path / "bin" / "hpatch").chmod(0o755)
    (tmp_path / "repository" / "apache2").mkdir(parents=True)
    (tmp_path / "repository" / "apache2" / "a.conf").write_text('ProxyPass "/a/" "http://127.0.0.1:8080"\n')
    return tmp_path / "repository"


def shell(script: str, work: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """A script as GitHub's and GitLab's runners run it."""
    path = f"{work.parent / 'bin'}:{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=work, env={"PATH": path, **variables}, capture_output=True, text=True, check=False,
    )  # fmt: skip


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
    done = shell(sarif["run"], work, **sarif["values"])
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    (run,) = json.loads((work / "out.sarif").read_text())["runs"]
    assert [one["ruleId"] for one in run["results"]] == ["MP001"]
    done = shell(lint["run"], work, **lint["values"])
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
    assert shell(template[".hpatch"]["before_script"][0], work, **variables).returncode == 2
    report, lint = job["script"]
    assert shell(report, work, **variables).returncode == 0
    (finding,) = json.loads((work / job["artifacts"]["reports"]["codequality"]).read_text())
    assert finding["location"]["path"] == "apache2/a.conf"
    done = shell(lint, work, **variables)
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

    def git(folder: Path, *words: str) -> None:
        own = ("-c", "user.name=a", "-c", "user.email=a@b.example", "-c", "commit.gpgsign=false")
        subprocess.run(["git", "-C", folder, *own, *words], check=True, capture_output=True)

    clone = work.parent / "hpatch"
    clone.mkdir()
    listed = subprocess.run(
        ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "hpatch", "grammars",
         "patches", "pyproject.toml", "hatch_build.py", "README.md", "LICENSE", ".pre-commit-hooks.yaml"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        (clone / name).write_bytes((root / name).read_bytes())
    for folder in (clone, work):
        git(folder, "init", "-q")
        git(folder, "add", ".")
        git(folder, "commit", "-qm", "first")
    revision = subprocess.run(["git", "-C", clone, "rev-parse", "HEAD"], capture_output=True, text=True, check=True)
    hook = {"id": "hpatch-lint", "args": ["apache2"]}
    repository = {"repo": str(clone), "rev": revision.stdout.strip(), "hooks": [hook]}
    (work / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [repository]}))
    git(work, "add", ".")
    # What the hook's own environment lacks is taken from this one: nothing is downloaded.
    offline = {
        "PIP_NO_INDEX": "1",
        "PIP_NO_DEPS": "1",
        "PIP_NO_BUILD_ISOLATION": "0",
        "PYTHONPATH": site.getsitepackages()[0],
    }
    environment = {**os.environ, **offline, "PRE_COMMIT_HOME": str(work.parent / "home")}
    command = [sys.executable, "-m", "pre_commit", "run", "hpatch-lint"]

    def run() -> subprocess.CompletedProcess[str]:
        git(work, "add", ".")
        return subprocess.run(command, cwd=work, env=environment, capture_output=True, text=True, check=False)

    (work / "apache2" / "a.conf").write_text('ProxyPass "/a/" "http://127.0.0.1:8080"\n# changed\n')
    done = run()
    assert (done.returncode, "error[MP001] slash-target-missing" in done.stdout) == (1, True), done.stdout + done.stderr
    (work / "apache2" / "a.conf").write_text("Listen 80\n")
    assert run().returncode == 0
    (work / "notes.txt").write_text("nothing of httpd\n")
    git(work, "commit", "-qam", "sound", "--no-verify")
    (work / "notes.txt").write_text("other\n")
    assert "no files to check" in run().stdout
