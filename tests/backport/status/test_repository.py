"""STATUS in a repository."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from hpatch.backport.status.file import StatusFile
from hpatch.backport.status.repository import History
from hpatch.errors import InputError
from tests.support.backport.status_text import NEW, TEXT, entry, read

pytestmark = pytest.mark.git

FIRST, SECOND, THIRD, FOURTH = (f"2024-0{month}-01T12:00:00+00:00" for month in range(1, 5))
LONG = f"  *) mod_e: A title that goes on\n     {'in a second line ' * 4}\n     trunk patch: r1930001\n     +1: ann\n"


def told(folder: Path, *revisions: str | None) -> History:
    """A branch whose STATUS had these texts, one a month; None deletes it."""

    def git(*arguments: str, date: str = FIRST) -> None:
        people = {f"GIT_{who}_{what}": "x@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        env = {**os.environ, **people, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_COMMITTER_DATE": date}
        subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True, env=env)

    folder.mkdir()
    git("init", "-q", "-b", "2.4.x")
    for month, text in enumerate(revisions, 1):
        if text is None:
            git("rm", "-q", "STATUS")
        else:
            (folder / "STATUS").write_text(text)
            git("add", "STATUS")
        git("commit", "-q", "-m", "x", date=f"2024-0{month}-01T12:00:00+00:00")
    return History(str(folder))


def dates(history: History, status: StatusFile) -> dict[str, str | None]:
    return {one.title.split(":")[0]: date for one, date in history.since(status.entries).items()}


def proposed(*entries: str) -> str:
    return "PATCHES PROPOSED TO BACKPORT FROM TRUNK:\n\n" + "\n".join(entries)


def test_the_file_of_the_branch(tmp_path: Path) -> None:
    history = told(tmp_path / "r", "old\n", TEXT)
    assert history.head().text == TEXT
    assert history.head().source.name == "2.4.x:STATUS"


def test_since_when_an_entry_is_there(tmp_path: Path) -> None:
    history = told(tmp_path / "r", proposed(LONG), proposed(LONG, NEW), proposed(LONG, NEW) + "\n")
    assert dates(history, history.head()) == {"mod_e": FIRST, "mod_d": SECOND}


def test_an_entry_that_moved_or_got_votes_is_the_same(tmp_path: Path) -> None:
    accepted = f"PATCHES ACCEPTED TO BACKPORT FROM TRUNK:\n\n{NEW.replace('eve', 'eve, bob, ann')}"
    history = told(tmp_path / "r", proposed(LONG, NEW), f"{accepted}\n{proposed(LONG)}")
    assert dates(history, history.head()) == {"mod_d": FIRST, "mod_e": FIRST}


def test_an_entry_with_another_title_is_known_by_its_first_revision(tmp_path: Path) -> None:
    renamed = NEW.replace("mod_d: New.", "mod_d: Better words.")
    other = NEW.replace("mod_d: New.", "mod_x: Another.").replace("1920001", "1920002")
    history = told(tmp_path / "r", proposed(LONG), proposed(LONG, other, NEW), proposed(LONG, other, renamed))
    assert dates(history, history.head()) == {"mod_e": FIRST, "mod_x": SECOND, "mod_d": SECOND}


def test_a_new_entry_above_an_old_one(tmp_path: Path) -> None:
    history = told(tmp_path / "r", proposed(LONG), proposed(NEW, LONG))
    assert dates(history, history.head()) == {"mod_d": SECOND, "mod_e": FIRST}


@pytest.mark.parametrize(
    ("older", "newer"), [("1920001", "1920001, r1920002"), ("1920001, r1920002", "1920001"), ("1920001", "1920001")]
)
def test_the_first_revision_tells_whatever_others_follow(tmp_path: Path, older: str, newer: str) -> None:
    entries = [
        f"  *) mod_d: {title}\n     trunk patch: r{trunk}\n     +1: ann\n"
        for title, trunk in (("New.", older), ("Better words.", newer))
    ]
    history = told(tmp_path / "r", proposed(entries[0]), proposed(entries[1]))
    assert dates(history, history.head()) == {"mod_d": FIRST}


def test_an_entry_is_followed_through_titles_and_revisions(tmp_path: Path) -> None:
    """Its title changes first, then its revision: each time the other one tells."""
    old = NEW.replace("1920001", "1920000")
    renamed = NEW.replace("mod_d: New.", "mod_d: Better words.")
    history = told(tmp_path / "r", proposed(LONG), proposed(LONG, old), proposed(LONG, NEW), proposed(LONG, renamed))
    assert dates(history, history.head()) == {"mod_e": FIRST, "mod_d": SECOND}


def test_of_two_entries_of_a_revision_the_upper_one_is_followed(tmp_path: Path) -> None:
    below = NEW.replace("mod_d: New.", "mod_d: Below.")
    renamed = NEW.replace("mod_d: New.", "mod_d: Better words.")
    old = below.replace("1920001", "1920000")
    history = told(tmp_path / "r", proposed(old), proposed(NEW, below), proposed(renamed))
    assert dates(history, history.head()) == {"mod_d": SECOND}


def test_a_title_is_known_by_its_first_line_to_the_last_word(tmp_path: Path) -> None:
    """Of titles of one to eight words in their first line: another last word there makes another entry."""
    firsts = [" ".join([f"mod_{words}", *["word"] * (words - 1)]) for words in range(1, 9)]
    now = [f"  *) {first}\n     goes on below\n     +1: ann\n" for first in firsts]
    reworded = [one.replace("goes on below", "has other words below") for one in now]
    others = [one.replace(f"{first}\n", f"{first[:-4]}else\n") for one, first in zip(now, firsts, strict=True)]
    history = told(tmp_path / "r", proposed(*others), proposed(*reworded), proposed(*now))
    assert set(history.since(history.head().entries).values()) == {SECOND}


def test_two_entries_without_a_revision_are_not_the_same(tmp_path: Path) -> None:
    history = told(
        tmp_path / "r", proposed("  *) mod_a: One.\n     +1: ann\n"), proposed("  *) mod_b: Two.\n     +1: ann\n")
    )
    assert dates(history, history.head()) == {"mod_b": SECOND}


def test_an_entry_that_came_back_is_as_old_as_its_return(tmp_path: Path) -> None:
    history = told(tmp_path / "r", proposed(LONG, NEW), proposed(LONG), None, proposed(LONG, NEW))
    assert dates(history, history.head()) == {"mod_e": FIRST, "mod_d": FOURTH}


def test_an_entry_of_another_file_has_no_date(tmp_path: Path) -> None:
    history = told(tmp_path / "r", TEXT, TEXT + NEW)
    status = read(TEXT.replace("mod_a: Ready to go.", "other words").replace("190000", "180000"))
    assert history.since([entry("other words", status)]) == {entry("other words", status): None}


def test_what_is_no_status(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no file STATUS"):
        told(tmp_path / "r", TEXT, None)
    with pytest.raises(InputError, match=r"there is no branch 2\.2\.x"):
        History(str(tmp_path / "r"), "2.2.x")
    with pytest.raises(InputError):
        History(str(tmp_path))


def test_no_program_of_the_repository_checks_signatures(tmp_path: Path) -> None:
    folder, ran = tmp_path / "r", tmp_path / "ran"
    told(folder, proposed(NEW))
    program = tmp_path / "program"
    # It reads to the end what git gives it: git refuses to commit when a program closes its input before.
    program.write_text(f"#!/bin/sh\ntouch {ran}\ncat >/dev/null\necho '[GNUPG:] SIG_CREATED ' >&2\necho signature\n")
    program.chmod(0o755)
    people = {f"GIT_{who}_{what}": "x@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    for words in (
        ("config", "gpg.program", str(program)),
        ("config", "log.showSignature", "true"),
        ("commit", "--quiet", "--amend", "--no-edit", "--gpg-sign=x"),
    ):
        subprocess.run(
            ["git", "-C", str(folder), *words], check=True, capture_output=True, env={**os.environ, **people}
        )
    assert ran.exists()
    ran.unlink()
    history = History(str(folder))
    assert list(dates(history, history.head())) == ["mod_d"]
    assert not ran.exists()
