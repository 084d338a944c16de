"""The sets made here: their diffs, on every release. HPATCH_HTTPD_GIT names a git repository of httpd."""

from __future__ import annotations

import subprocess
from collections import Counter
from pathlib import Path

import pytest

from hpatch.patch.diff.read import read
from hpatch.patch.sets.model import PatchSet
from hpatch.versions import Version
from tests.support.build.fcgi_module import (
    DEBIAN,
    MODULE,
    TRUNK,
    apxs,
    compiled,
    diff_for,
    mirror,
    patched,
    released,
    releases,
    sets,
)

FIRST = {"fcgi-stdin-eof": 0, "fcgi-stdin-coalesce": 7}
"""By set, the first release of 2.4 for which it is."""


@pytest.fixture(params=FIRST, scope="module")
def one(request: pytest.FixtureRequest) -> PatchSet:
    return sets(request.param)[0]


def test_the_ranges_cover_each_version_once(one: PatchSet) -> None:
    for patch in range(200):
        version = Version(2, 4, patch)
        due = patch >= FIRST[one.id]
        assert one.applies.covers(version) is due
        assert sum(variant.versions.covers(version) for variant in one.variants if not variant.upon) == due
    assert one.variant(Version(2, 5, 1)) == one.variants[-1]
    assert one.variant(Version(2, 2, 34)) is None
    assert one.contained is None


def test_each_diff_changes_the_module_alone(one: PatchSet) -> None:
    for variant in one.variants:
        diff = read(variant.diff.read_bytes(), variant.diff.name)
        assert [(patch.old, patch.new) for patch in diff.files] == [(f"a/{MODULE}", f"b/{MODULE}")]


def test_the_lines_are_as_in_httpd(one: PatchSet) -> None:
    """At most 79 columns, no tabs, nothing after them, and no mark of the set that httpd's own text has."""
    for variant in one.variants:
        added = [
            line[1:] for line in variant.diff.read_text().splitlines() if line.startswith("+") and line[1:2] != "+"
        ]
        assert added
        for line in added:
            assert len(line) <= 79, line
            assert "\t" not in line
            assert line == line.rstrip()
        assert any(text in line for mark in one.recognise for text in mark.present for line in added)


def applied(name: str, folder: Path) -> None:
    """Apply the sets, each on top of that before, with GNU patch and with hpatch; the results must be equal."""
    version, before = released(name)
    file = folder / MODULE
    file.parent.mkdir(parents=True)
    file.write_bytes(before)
    due = [each for each in sets(*FIRST) if each.applies.covers(version)]
    assert due
    for number, each in enumerate(due, 1):
        assert not each.recognise[0].found(file.read_bytes())
        command = ("patch", "-p1", "-F0", "-s", "--force", "-d", folder, "-i", diff_for(each, version))
        done = subprocess.run(command, capture_output=True, check=False)
        assert done.returncode == 0, (name, each.id, done.stdout)
        assert patched(due[:number], version, before) == file.read_bytes(), (name, each.id)
        assert each.recognise[0].found(file.read_bytes())


@mirror
@pytest.mark.git
@pytest.mark.patch
def test_they_apply_without_fuzz_to_every_release_and_trunk(tmp_path: Path) -> None:
    found = releases()
    assert len(found) > 60
    tried = set()
    for name in found:
        version, text = released(name)
        kind = (text, *(diff_for(each, version) for each in sets(*FIRST) if each.applies.covers(version)))
        if kind not in tried:
            applied(name, tmp_path / name)
            tried.add(kind)
    assert len(tried) > 15


@pytest.mark.proof
@pytest.mark.patch
def test_they_apply_without_fuzz_to_debians_source(tmp_path: Path) -> None:
    applied(DEBIAN, tmp_path)


@pytest.mark.proof
@pytest.mark.httpd
@apxs
@pytest.mark.parametrize(
    "name", [DEBIAN, *(pytest.param(tag, marks=mirror) for tag in ("2.4.9", "2.4.12", "2.4.46", "2.4.62", TRUNK))]
)
def test_the_compiler_warns_of_nothing_new(tmp_path: Path, name: str) -> None:
    version, before = released(name)
    _, usual = compiled(tmp_path / "before", before)
    for number in (1, 2):
        _, warnings = compiled(tmp_path / str(number), patched(sets(*FIRST)[:number], version, before))
        assert not Counter(warnings) - Counter(usual)
