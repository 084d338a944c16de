"""A repository with small trees under tags, and sets for them."""

from __future__ import annotations

import shutil
from pathlib import Path

from hpatch.build.options import BuildOptions
from hpatch.lab.across.model import AcrossJob, TreeVersion
from hpatch.lab.matrix import Wanted
from hpatch.lab.model import BackendSpec
from hpatch.lab.recipe import Recipe
from tests.support.build import small
from tests.support.cli.tree import BASE, HEADER, MODULE, changed
from tests.support.patch.repositories import Repository
from tests.support.shared import shared


def repository(folder: Path) -> Repository:
    """Tags 2.4.8 and 2.4.9, to which the sets of `tree.catalog` apply; 2.4.10, which has the set `one`; and others."""
    shutil.copytree(shared("versions", _make) / "git", folder)
    return Repository(folder)


def _make(folder: Path) -> None:
    made = Repository(folder / "git")
    for patch, text in {8: BASE, 9: BASE, 10: changed(BASE, 5, "first")}.items():
        tag(made, f"2.4.{patch}", {"include/ap_release.h": HEADER.replace("   9\n", f"   {patch}\n"), MODULE: text})


def tag(repository: Repository, name: str, files: dict[str, str]) -> str:
    """A commit with these files and no others under a tag; its name."""
    for path in repository.folder.iterdir():
        if path.name != ".git":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for name_, text in files.items():
        path = repository.folder / name_
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        if name_ == "configure":
            path.chmod(0o755)
    repository.git("add", "--all")
    repository.git("commit", "--quiet", "--allow-empty", "-m", name)
    repository.git("tag", name)
    return repository.git("rev-parse", name).decode().strip()


def slow(repository: Repository, marker: Path) -> str:
    """A commit whose configure makes a file and then waits for its end; for 2.4.9."""
    configure = f"#!/bin/sh\n# pcre2-config\ntouch {marker}\nexec sleep 1000\n"
    files = {**small.FILES, "include/ap_release.h": HEADER, MODULE: BASE, "configure": configure}
    return tag(repository, "slow", files)


def job(repository: Path, commit: str, *sets: str, row: str = "2.4.9", catalogs: Path | None = None) -> AcrossJob:
    """A row of a repository."""
    return AcrossJob(
        row=row,
        version=TreeVersion(row, commit),
        repository=str(repository),
        sets=sets,
        recipe=Recipe(BuildOptions(documentation=False)),
        wanted=Wanted(backends=[BackendSpec("responder")]),
        catalogs=() if catalogs is None else (str(catalogs),),
    )
