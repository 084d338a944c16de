"""Sets of uWSGI proved on a release that pip brings: a sound one, and sabotaged ones that are refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hpatch.resources import folder
from tests.support.lab.leftovers import nothing_left
from tests.support.report.schema import valid

pytestmark = [pytest.mark.proof, pytest.mark.httpd]
RELEASE = "2.0.31"
SOUND = "uwsgi-lingering-close"
SABOTAGED = {
    "resets": (
        "+	if (!shutdown(fd, SHUT_WR) && write(",
        "+	if (!uwsgi_linger.pid && write(",
        "responses are not whole",
    ),
    "waits": (
        "+	if (!shutdown(fd, SHUT_WR) && write(",
        "+	char b[4096]; struct pollfd p = {fd, POLLIN, 0}; shutdown(fd, SHUT_WR); "
        "while (poll(&p, 1, -1) > 0 && read(fd, b, 4096) > 0); if (!shutdown(fd, SHUT_WR) && write(",
        "a request waits for the bodies of others",
    ),
}
"""By the set's name: a part of the sound diff, what takes its place on the same line, and what the proof is to say."""


def sabotaged(target: Path) -> Path:
    """A folder of sets, each the sound one with a fault."""
    sound = folder("patches") / SOUND
    diff = (sound / "linger-2.0.5.diff").read_text()
    for name, (old, new, _) in SABOTAGED.items():
        (target / name).mkdir(parents=True)
        assert diff.count(old) == 1
        (target / name / "change.diff").write_text(diff.replace(old, new))
        (target / name / "set.toml").write_text(
            f'id = "{name}"\ntitle = "Sabotaged"\ncures = "Nothing."\nproject = "uwsgi"\napplies = ">=2.0.5"\n'
            f'scenario = "{SOUND}"\n[[variants]]\nversions = ">=2.0.5"\ndiff = "change.diff"\n'
            '[[recognise]]\nfile = "proto/base.c"\npresent = ["uwsgi_linger_reserve"]\n'
        )
    return target


def verify(code: int, *arguments: object) -> Any:
    """The cells by set, and whether each was kept."""
    command = [sys.executable, "-m", "hpatch", "verify", *arguments, "--across", RELEASE]
    command += ["--requests", "6", "--threads", "4"]
    done = subprocess.run(
        [*map(str, command), "--format", "json"],
        capture_output=True,
        text=True,
        timeout=1800,
        check=False,
        env={name: value for name, value in os.environ.items() if name != "HPATCH_UWSGI_GIT"},
    )
    assert done.returncode == code, done.stdout + done.stderr
    (row,) = valid("across-1", done.stdout)["rows"]
    assert (row["tag"], row["commit"]) == (RELEASE, "")
    return {cell["set"]: cell for cell in row["cells"]}


@pytest.mark.proves(SOUND)
def test_what_pip_brings_is_proved_once_and_sabotaged_sets_are_refused(tmp_path: Path) -> None:
    bundles = tmp_path / "bundles"
    arguments = (SOUND, "--state", tmp_path / "state", "--bundle", bundles)
    with nothing_left():
        (first,) = verify(0, *arguments).values()
    assert (first["verdict"], first["kept"]) == ("proved", False)
    assert verify(0, *arguments) == {SOUND: {**first, "kept": True}}
    bundle = str(bundles / f"{RELEASE}-{SOUND}.tar")
    command = [sys.executable, "-m", "hpatch", "proof", "show", bundle, "--format", "json"]
    told = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert told["build"]["server"] == f"uwsgi {RELEASE}"
    assert "-DUWSGI_VERSION" in told["build"]["flags"]["CFLAGS"]
    assert told["repeat"] == [f"hpatch verify {SOUND} --tree TREE --threads 4 --requests 6"]
    found = verify(1, *SABOTAGED, "--catalog", sabotaged(tmp_path / "sets"), "--state", tmp_path / "state")
    assert found.keys() == SABOTAGED.keys()
    for name, (_, _, reason) in SABOTAGED.items():
        cell = found[name]
        # A thread that waits may hold up exchanges of the net as well: then these are told.
        assert cell["verdict"] == "worse" or (cell["verdict"] == "not-proved" and reason in cell["reason"]), cell
