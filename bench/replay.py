"""Replay real merges: trunk's revisions onto the parent of the 2.4.x commit that merged them.

For each case the diffs of the trunk revisions, in order, are applied to the tree before the merge, and each file that
they are about is compared with what the committer committed. A case is *exact* if all are equal, *differs* if all went
in and something is not equal, else *fails*. hpatch runs with its default options; beside it, on the same files in the
same run, GNU patch without fuzz and with fuzz 2, and a three-way merge of each file by `git merge-file`.

Left out, for every tool alike, is what no tool can be judged by:

- CHANGES, STATUS, changes-entries/ and docs/log-message-tags/next-number: each branch keeps its own;
- generated pages: docs/manual/*.html.*, *.html and *.xml.meta;
- files that the tree does not have and the committer did not add: they are on trunk only;
- merges that touch these books alone: r1913010's code came three minutes later, in a commit of its own;
- the values of Subversion's keywords, which Subversion writes: r1588064 has none where trunk has a number;
- whether a file without content is there: r1542330 left one that the revision removes, and r1544383 removed it, too.

What a merge brought is what its log says, as `hpatch backport check` reads it, if the log says it of whole revisions:
those of a line of the cases that the log does not name are left out (r1418945 has fourteen such), and those that it
names beside them come in if the merge touches one of their files (r1358513 and r1832295 have one each, r1883419 two).

A tool's time is that of its own work, files written for it and processes included; all is read from the repository
before. For hpatch it is reading the diffs and planning; `plan_ms` is the planning alone.

For hpatch, `--out` has each hunk: the revision, the path, and the outcome's result, line, offset, fuzz and reason.
Two runs that differ in nothing but the times (`ms`, `plan_ms`) place alike.

A line of the cases: `{"rev", "sha", "parent", "trunk", "trunk_shas", "files"}`; revisions of Subversion, commits of the
repository, and the files that the merge touched.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from hpatch.backport.history import messages
from hpatch.errors import HpatchError
from hpatch.patch.diff import read as diff
from hpatch.patch.diff import strip
from hpatch.patch.diff.model import PLACED, Result
from hpatch.patch.place.plan import Item, plan

ORDER: tuple[Result, ...] = (
    "exact", "applied", "moved", "whitespace", "fuzz", "resolved", "merged", "words", "ambiguous", "conflict", "missing"
)  # fmt: skip
"""Methods from the surest to the least sure; a case counts under the least sure of its hunks."""
RELEASE = "include/ap_release.h"
ABSENT = "0" * 40

Contents = dict[str, bytes | None]


class File(NamedTuple):
    """A file of a revision: its content before and after, None where there is none, and its part of the diff."""

    path: str
    before: bytes | None
    after: bytes | None
    diff: bytes


class Revision(NamedTuple):
    """A trunk revision, without the files that are left out."""

    name: str
    files: tuple[File, ...]

    @property
    def diff(self) -> bytes:
        """Its diff."""
        return b"".join(file.diff for file in self.files)


class Case(NamedTuple):
    """A merge to replay: the files that it is about before and after, and the tree's ap_release.h."""

    rev: int
    trunk: list[int]
    revisions: tuple[Revision, ...]
    before: Contents
    after: Contents
    release: bytes | None


class Made(NamedTuple):
    """What a tool made of a case: the files, None if it failed, and what it says of its own."""

    files: Contents | None
    detail: dict[str, Any]


# The repository


class Repository:
    """Objects of a git repository, read by one process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        command = ["git", "-C", str(folder), "cat-file", "--batch"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def close(self) -> None:
        """End the process."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()

    def read(self, name: str) -> bytes | None:
        """A blob, by its id or as `commit:path`; None where there is none."""
        if name == ABSENT:
            return None
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(name.encode("utf-8", "surrogateescape") + b"\n")
        self.process.stdin.flush()
        header = self.process.stdout.readline().split()
        if not header:
            raise SystemExit(f"{self.folder}: git cat-file ended")
        if len(header) != 3 or header[1] == b"missing":
            return None
        content = self.process.stdout.read(int(header[2]))
        self.process.stdout.read(1)
        return content if header[1] == b"blob" else None

    def logs(self, *which: str) -> Iterator[tuple[str, str]]:
        """Commits, each with its log."""
        command = ["git", "-C", str(self.folder), "log", "-z", "--format=%H%n%B", *which]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
        for entry in filter(None, done.stdout.decode("utf-8", "replace").split("\0")):
            commit, _, log = entry.partition("\n")
            yield commit, log

    def diffs(self, commits: Iterable[str]) -> dict[str, bytes]:
        """Each commit's changes, as raw lines and a diff; binary files that it adds or removes as lines."""
        found = self._diffs(commits)
        whole = [
            commit
            for commit, changes in found.items()
            if (sides := _BINARY.findall(changes)) and all(b"/dev/null" in side for side in sides)
        ]
        return {**found, **self._diffs(whole, "--text")}

    def _diffs(self, commits: Iterable[str], *more: str) -> dict[str, bytes]:
        options = "-r --root --no-renames --raw -p --full-index --no-ext-diff --no-textconv --no-color -U3".split()
        options += more
        done = subprocess.run(
            ["git", "-C", str(self.folder), "-c", "core.quotePath=false", "diff-tree", "--stdin", *options],
            input="".join(f"{commit}\n" for commit in commits).encode(),
            stdout=subprocess.PIPE,
            check=True,
        )
        parts = re.split(rb"(?m)^([0-9a-f]{40})\n", done.stdout)
        return {parts[at].decode(): parts[at + 1] for at in range(1, len(parts), 2)}


def left_out(path: str) -> bool:
    """Whether no tool can be judged by the file."""
    if path in {"CHANGES", "STATUS", "docs/log-message-tags/next-number"} or path.startswith("changes-entries/"):
        return True
    return path.startswith("docs/manual/") and (path.endswith((".html", ".xml.meta")) or ".html." in path)


_TRUNK = re.compile(r"^git-svn-id: \S+/trunk@(\d+)", re.M)
_KEYWORD = re.compile(
    rb"\$(Id|Header|LastChangedRevision|LastChangedDate|LastChangedBy|Rev|Revision|Date|Author|HeadURL|URL)"
    rb"(?::[^$\n]*)?\$"
)
_BINARY = re.compile(rb"^Binary files (.*) differ$", re.M)
_RAW = re.compile(rb"^:\d{6} \d{6} ([0-9a-f]{40}) ([0-9a-f]{40}) [A-Z]\d*\t(.*)\n", re.M)


def told(repository: Repository, lines: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The cases with the revisions that the merges' logs name, without those that have no content of their own."""
    lines = [line for line in lines if line["files"]]
    logs = dict(repository.logs("--no-walk=unsorted", *(line["sha"] for line in lines)))
    named = {line["rev"]: _named(logs[line["sha"]].partition("git-svn-id: ")[0]) for line in lines}
    lacking = {number for line in lines for number in named[line["rev"]] if number not in line["trunk"]}
    commits = _commits(repository, lacking)
    touched = {each: set(_touched(changes)) for each, changes in repository.diffs(sorted(commits.values())).items()}
    for line in lines:
        both = list(zip(line["trunk"], line["trunk_shas"], strict=True))
        those = named[line["rev"]]
        if those.intersection(line["trunk"]):
            both = [(number, commit) for number, commit in both if number in those]
        for number in sorted(those.intersection(commits).difference(line["trunk"])):
            if touched.get(commits[number], set()).intersection(line["files"]):
                both.append((number, commits[number]))
        yield {**line, "trunk": [number for number, _ in both], "trunk_shas": [commit for _, commit in both]}


def _named(log: str) -> set[int]:
    """The revisions that a merge's log says it brought; none of a paragraph that speaks of parts."""
    return {
        number
        for one in messages.merged(log)
        if one.low is not None and one.high is not None and not messages.is_partial(_paragraph(log, one.start))
        for number in range(one.low, one.high + 1)
    }


def _paragraph(log: str, at: int) -> str:
    end = log.find("\n\n", at)
    return log[: end if end >= 0 else len(log)].rpartition("\n\n")[2]


def _commits(repository: Repository, numbers: Container[int]) -> dict[int, str]:
    """Trunk's commits of these revisions."""
    found = {}
    # The brackets keep git from taking the name for a folder of branches.
    for commit, log in repository.logs("--branches=trun[k]", "--remotes=*/trunk") if numbers else ():
        place = _TRUNK.search(log)
        if place is not None and int(place[1]) in numbers:
            found[int(place[1])] = commit
    return found


def _touched(changes: bytes) -> Iterator[str]:
    """The paths of a commit's changes."""
    return (path.decode("utf-8", "surrogateescape") for _, _, path in _RAW.findall(changes))


def revision(repository: Repository, name: str, changes: bytes, wanted: Callable[[str], bool]) -> Revision:
    """A revision's files, as far as they are wanted."""
    raw = _RAW.findall(changes)
    parts = re.split(rb"(?m)^(?=diff --git )", changes)[1:]
    if len(raw) != len(parts):
        raise SystemExit(f"{name}: {len(raw)} files and {len(parts)} diffs")
    files = []
    for (old, new, path), part in zip(raw, parts, strict=True):
        text = path.decode("utf-8", "surrogateescape")
        if wanted(text):
            files.append(File(text, repository.read(old.decode()), repository.read(new.decode()), part))
    return Revision(name, tuple(files))


def load(repository: Repository, lines: Sequence[Mapping[str, Any]]) -> Iterator[Case]:
    """The cases, each read when it is asked for."""
    lines = list(told(repository, lines))
    diffs = repository.diffs(sorted({commit for line in lines for commit in line["trunk_shas"]}))
    for line in lines:
        tree, merged = line["parent"], line["sha"]
        before: Contents = {}

        def wanted(path: str, tree: str = tree, before: Contents = before, line: Mapping[str, Any] = line) -> bool:
            if left_out(path):
                return False
            content = before[path] if path in before else repository.read(f"{tree}:{path}")
            if content is None and path not in line["files"]:
                return False
            before[path] = content
            return True

        revisions = tuple(
            revision(repository, f"r{number}", diffs.get(commit, b""), wanted)
            for number, commit in zip(line["trunk"], line["trunk_shas"], strict=True)
        )
        after = {path: repository.read(f"{merged}:{path}") for path in before}
        yield Case(line["rev"], line["trunk"], revisions, before, after, repository.read(f"{tree}:{RELEASE}"))


# The tools


class Tree:
    """The files of a case, as hpatch reads them."""

    def __init__(self, case: Case) -> None:
        self.contents: Contents = {RELEASE: case.release, **case.before}

    def read(self, path: str) -> bytes | None:
        """A file's content."""
        return self.contents.get(path)

    def mode(self, path: str) -> int | None:
        """Permission bits, the same for all: they are not compared."""
        return None if self.contents.get(path) is None else 0o644


def hpatch(case: Case) -> Made:
    """The plan, with the default options."""
    tree = Tree(case)
    items = []
    for each in case.revisions:
        if each.files:
            parsed = strip.strip(diff.read(each.diff, each.name), lambda path: tree.read(path) is not None, 1)
            items.append(Item(each.name, parsed, {file.path: file.before for file in each.files}.get))
    start = time.perf_counter()
    made = plan(tree, items)
    spent = time.perf_counter() - start
    placed = [(step.name, placed) for step in made.steps for placed in step.files]
    methods = Counter(outcome.result for _, each in placed for outcome in each.outcomes)
    failed = [
        {"revision": name, "path": each.path, "line": outcome.line, "result": outcome.result, "reason": outcome.reason}
        for name, each in placed
        for outcome in each.outcomes
        if outcome.result not in PLACED
    ]
    failed += [
        {"revision": name, "path": each.path, "line": None, "result": "conflict", "reason": each.reason}
        for name, each in placed
        if not each.ok and not each.outcomes
    ]
    hunks = [
        [name, each.path, outcome.result, outcome.line, outcome.offset, outcome.fuzz, outcome.reason]
        for name, each in placed
        for outcome in each.outcomes
    ]
    detail = {"methods": dict(methods), "failed": failed, "hunks": hunks, "plan_ms": spent * 1000}
    if not made.ok:
        return Made(None, detail)
    return Made({**case.before, **{change.path: change.after for change in made.changes}}, detail)


def gnu_patch(fuzz: int) -> Callable[[Case], Made]:
    """GNU patch, one call a revision."""

    def run(case: Case) -> Made:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            for path, content in case.before.items():
                if content is not None:
                    (folder / path).parent.mkdir(parents=True, exist_ok=True)
                    (folder / path).write_bytes(content)
            options = ["-p1", "-f", "-s", f"-F{fuzz}", "--no-backup-if-mismatch", "-r", "-", "-d", name]
            for each in case.revisions:
                if not each.files:
                    continue
                done = subprocess.run(["patch", *options], input=each.diff, capture_output=True, check=False)
                if done.returncode:
                    return Made(None, {})
            files = {path: (folder / path).read_bytes() if (folder / path).exists() else None for path in case.before}
            return Made(files, {})

    return run


def merge_file(case: Case) -> Made:
    """A three-way merge of each file that both sides changed."""
    files = dict(case.before)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for each in case.revisions:
            for file in each.files:
                merged = _merged(folder, files[file.path], file)
                if merged is _CONFLICT:
                    return Made(None, {})
                files[file.path] = merged
    return Made(files, {})


_CONFLICT = b"\0conflict"


def _merged(folder: Path, ours: bytes | None, file: File) -> bytes | None:
    if ours in (file.before, file.after):
        return file.after
    if ours is None or file.before is None or file.after is None:
        # What is gone already need not be deleted.
        return None if ours is None and file.after is None else _CONFLICT
    for name, content in (("ours", ours), ("before", file.before), ("theirs", file.after)):
        (folder / name).write_bytes(content)
    command = ["git", "merge-file", "-p", "ours", "before", "theirs"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    return _CONFLICT if done.returncode else done.stdout


TOOLS: dict[str, Callable[[Case], Made]] = {
    "hpatch": hpatch,
    "patch-F0": gnu_patch(0),
    "patch-F2": gnu_patch(2),
    "merge-file": merge_file,
}


# The replay


def judge(case: Case, tool: Callable[[Case], Made]) -> dict[str, Any]:
    """Run a tool on a case."""
    start = time.perf_counter()
    try:
        files, detail = tool(case)
    except HpatchError as error:
        files, detail = None, {"failed": [{"result": "error", "reason": str(error)}]}
    ms = (time.perf_counter() - start) * 1000
    if files is None:
        return {"result": "fails", "ms": ms, **detail}
    differs = sorted(path for path, content in case.after.items() if _judged(files[path]) != _judged(content))
    return {"result": "differs" if differs else "exact", "ms": ms, "differs": differs, **detail}


def _judged(content: bytes | None) -> bytes:
    """A file's content, as far as tools are judged by it."""
    return _KEYWORD.sub(rb"$\1$", content or b"")


def summary(cases: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """All cases in figures."""
    tools = {}
    for name in TOOLS:
        found = [case["tools"][name] for case in cases]
        counts = Counter(each["result"] for each in found)
        clean = counts["exact"] + counts["differs"]
        tools[name] = {
            "clean": clean,
            "exact": counts["exact"],
            "differs": counts["differs"],
            "fails": counts["fails"],
            "exact_percent": round(100 * counts["exact"] / max(len(cases), 1), 1),
            "ms": round(sum(each["ms"] for each in found) / max(len(cases), 1), 2),
        }
    own = [case["tools"]["hpatch"] for case in cases]
    tools["hpatch"]["plan_ms"] = round(sum(each.get("plan_ms", 0) for each in own) / max(len(cases), 1), 2)
    by_method: dict[str, Counter[str]] = {}
    hunks: Counter[str] = Counter()
    for each in own:
        methods = each.get("methods", {})
        hunks.update(methods)
        last = next((method for method in reversed(ORDER) if methods.get(method)), "none")
        by_method.setdefault(last, Counter())[each["result"]] += 1
    return {
        "schema": "hpatch.replay/1",
        "cases": len(cases),
        "tools": tools,
        "cases_by_method": {method: dict(by_method[method]) for method in (*ORDER, "none") if method in by_method},
        "hunks_by_method": {method: hunks[method] for method in ORDER if hunks[method]},
    }


def replay(repository: Repository, lines: Sequence[Mapping[str, Any]], out: TextIO | None) -> dict[str, Any]:
    """Run every tool on every case, write a line a case, and sum up."""
    done = []
    for number, case in enumerate(load(repository, lines), 1):
        found = {name: judge(case, tool) for name, tool in TOOLS.items()}
        for each in found.values():
            each["ms"] = round(each["ms"], 3)
        done.append({"rev": case.rev, "trunk": case.trunk, "tools": found})
        if out is not None:
            out.write(json.dumps(done[-1]) + "\n")
        if sys.stderr.isatty():
            print(f"\r{number} of {len(lines)}", end="", file=sys.stderr)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    return summary(done)


def main() -> None:
    """Read the arguments, replay, print a table and the summary."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--repo", type=Path, required=True, metavar="DIR", help="a git repository of httpd")
    parser.add_argument("--cases", type=Path, required=True, metavar="FILE", help="the merges, one JSON object a line")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write one JSON line a case")
    parser.add_argument("--limit", type=int, metavar="N", help="only the first N cases")
    arguments = parser.parse_args()
    text = arguments.cases.read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines() if line.strip()][: arguments.limit]
    repository = Repository(arguments.repo)
    try:
        if arguments.out is None:
            total = replay(repository, lines, None)
        else:
            with arguments.out.open("w", encoding="utf-8") as out:
                total = replay(repository, lines, out)
    finally:
        repository.close()
    print(f"{'':12}{'exact':>7}{'':>8}{'differs':>9}{'fails':>7}{'ms a case':>11}")
    for name, figures in total["tools"].items():
        share = f"{figures['exact_percent']}%"
        print(f"{name:12}{figures['exact']:7}{share:>8}{figures['differs']:9}{figures['fails']:7}{figures['ms']:11.2f}")
    print(json.dumps(total))


if __name__ == "__main__":
    main()
