"""Hold the tables of facts against httpd, or bring them up to a release: CONTRIBUTING.md, "A new httpd release".

Exit codes: 0 no difference, 1 differences, 2 wrong usage, 3 an input that cannot be read, 4 a program that is missing.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence, Sized
from pathlib import Path

from hpatch.facts import table, untriggered
from hpatch.facts.make import commands, compare, elf, httpd, records, update
from hpatch.facts.make.commands import SourceRelease
from hpatch.facts.problems import everything
from hpatch.facts.versions import since


def main(words: Sequence[str] | None = None) -> int:
    """Run one of the commands and answer its exit code."""
    given = _parser().parse_args(words)
    try:
        return int(given.run(given))
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        print(error, file=sys.stderr)
        return 3


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m hpatch.facts.make", description=__doc__.split("\n")[0])
    commands_of = parser.add_subparsers(required=True, metavar="COMMAND")
    one = commands_of.add_parser("httpd", help="hold the tables against an installed httpd")
    one.add_argument("program", nargs="?", default="apache2", help="the program (%(default)s)")
    one.add_argument("--modules", type=Path, metavar="FOLDER", help="its modules, where they are not found")
    one.set_defaults(run=_httpd)
    for name, what in (("tree", "a source tree"), ("tag", "a tag of a git repository")):
        one = commands_of.add_parser(name, help=f"hold the tables against {what}, or bring them up to it")
        one.add_argument("folder", type=Path, help=f"the {'tree' if name == 'tree' else 'repository'}")
        if name == "tag":
            one.add_argument("tag", help="the tag, e.g. 2.4.62")
        one.add_argument("--write", action="store_true", help="bring the tables up to this release")
        one.set_defaults(run=_source, tag=None)
    one = commands_of.add_parser("problems", help="hold the known problems against httpd's records and CHANGES")
    one.add_argument("--records", type=Path, metavar="DIR", help="the folder of httpd's site with CVE-….json")
    one.add_argument("--changes", type=Path, metavar="FILE", help="the file CHANGES of a release")
    one.set_defaults(run=_problems)
    one = commands_of.add_parser("module", help="print the directives of a built module, as rows")
    one.add_argument("file", type=Path, help="the module's file, e.g. mod_wsgi.so")
    one.set_defaults(run=_module)
    return parser


def _httpd(given: argparse.Namespace) -> int:
    try:
        found = httpd.ask(given.program, given.modules)
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 4
    print(f"httpd {found.version}: {len(found.modules)} modules, {len(found.listed)} directives")
    if compare.newer(found.version):
        print(f"It is newer than the tables, which are of {since('newest-known')}.")
    for path in found.unread:
        print(f"Not looked at: the argument forms in {path}, which is not a file for this kind of machine.")
    return _show(compare.installed(found))


def _source(given: argparse.Namespace) -> int:
    release = commands.of_tag(given.folder, given.tag) if given.tag else commands.of_folder(given.folder)
    print(f"httpd {release.version}: {len(release.modules)} modules, {len(release.commands)} rows of their tables")
    if given.write:
        return _write(release)
    return _show(compare.source(release))


def _write(release: SourceRelease) -> int:
    last = since("newest-known")
    if not compare.newer(release.version):
        raise ValueError(f"The tables are of {last}: an older release cannot be written into them.")
    differences = []
    for name, shape, rows in (
        ("directives", update.DIRECTIVES, update.directive_rows(release.commands)),
        ("modules", update.MODULES, update.module_rows(release.modules)),
    ):
        outcome = update.update(shape, table.rows(name), rows, release.version, last)
        update.write(Path(table.path(name)), outcome.rows)
        differences += outcome.differences
    update.write_version(Path(table.path("versions")), "newest-known", release.version)
    _show([*differences, *compare.keys(release)])
    print(f"The tables of directives and modules are of {release.version} now.")
    return 0


def _show(differences: Sequence[str]) -> int:
    for line in differences:
        print(f"  {line}")
    count = len(differences)
    print("No difference." if not count else f"{count} difference{_s(differences)}.")
    return 1 if differences else 0


def _problems(given: argparse.Namespace) -> int:
    if given.records is None and given.changes is None:
        print("problems wants --records DIR, --changes FILE or both.", file=sys.stderr)
        return 2
    text = "" if given.changes is None else given.changes.read_text(encoding="utf-8", errors="replace")
    changes = records.of_changes(text) if given.changes else {}
    last = max(since("newest-known"), records.newest_in(text)) if given.changes else since("newest-known")
    found = records.of_folder(given.records, records.published(last)) if given.records else {}
    print(
        f"{len(found)} record{_s(found)}, {len(changes)} vulnerabilit{'y' if len(changes) == 1 else 'ies'} in CHANGES"
    )
    return _show(list(records.differences(everything(), untriggered.everything(), found, changes, last)))


def _s(counted: Sized) -> str:
    return "" if len(counted) == 1 else "s"


def _module(given: argparse.Namespace) -> int:
    for row in update.directive_rows(elf.of_file(given.file)):
        print("\t".join(row[:4]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
