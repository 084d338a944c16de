"""Real merges to 2.4.x, checked as they were just before: what `hpatch backport` says, next to what was done.

Without cases: the sample of `bench/backports`, judged as `bench/backports/judged.py` says; `missing` at four dates; and
the time that a check, a proposal and `missing` take, next to `git log` of both branches. `--sample` judges another one,
and nothing else.

With `--cases FILE`, figures on any merges, as follows.

Each case is a merge that was made upstream. The branch is taken as it was before it, trunk as it was then. Four
questions:

- The verdict for all revisions of the merge. `same`: the committer added and removed the very lines of trunk's
  revisions, in every file that both have; `adapted`: other lines. `exact`: every file that goes in comes out as the
  committer made it. Left out are each branch's own records and the pages that the manual's build makes.
- Prerequisites: of a merge of several revisions the last is checked alone. Where it does not go in alone, but all of
  them together do, the earlier ones that touch the same files are what it needs.
- Follow-ups: of a merge of several revisions the first is checked alone. The others are what should be offered; what
  else is offered counts as well where the branch got it at any time. The same of those that the advice adds.
- Names: what goes in and would not compile.

A line of the cases: `{"rev", "sha", "parent", "trunk", "trunk_shas", "files"}`; revisions of Subversion, commits of the
repository, and the files that the merge touched.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TextIO

from bench.backports.judged import LEFT_OUT, judge
from bench.backports.listed import listed
from bench.backports.sample import FILE, Past
from hpatch.backport.check.answer import Check
from hpatch.backport.check.check import check
from hpatch.backport.history.changes import Change, Objects
from hpatch.backport.history.revisions import Revision, Revisions
from hpatch.backport.proposal.proposal import Wish, make
from hpatch.errors import HpatchError


class Bench:
    """The cases' repository. `cache` is where its history is kept between the cases."""

    def __init__(self, folder: str, cache: Path) -> None:
        self.folder = folder
        self.cache = cache
        self.now = Revisions(folder, cache=cache)
        self.objects = Objects(self.now.git)
        self.ever = self.now.merged()
        self.trunk = sorted((one.number or 0, one.commit) for one in self.now.all("trunk"))

    def then(self, case: Mapping[str, Any]) -> Revisions:
        """Trunk and the branch just before a merge."""
        last = max(commit for commit in self.trunk if commit[0] < case["rev"])
        return Revisions(self.folder, case["parent"], last[1], cache=self.cache)

    def run(self, case: Mapping[str, Any]) -> dict[str, Any]:
        """All questions."""
        history = self.then(case)
        chosen = tuple(sorted(map(history.named, case["trunk_shas"]), key=lambda one: one.order))
        start = time.perf_counter()
        whole = check(history, chosen, objects=Objects(history.git))
        found: dict[str, Any] = {
            "rev": case["rev"],
            "trunk": case["trunk"],
            "verdict": whole.verdict,
            "seconds": round(time.perf_counter() - start, 3),
            "done": self.done(case, chosen),
            "exact": self.exact(case, whole),
            "modulo": list(whole.modulo),
            "lacking": [one.name for one in whole.lacking],
            "conflicts": [[one.revision.name, one.path, one.reason] for one in whole.conflicts],
            "suppliers": [self.supplier(one.revision, one.missing, one.helps) for one in whole.prerequisites],
            "search": None if whole.search is None else self.names(whole.search.found),
        }
        if len(chosen) > 1:
            last = check(history, chosen[-1:], objects=self.objects)
            earlier = [one for one in chosen[:-1] if not set(one.paths).isdisjoint(_code(chosen[-1].paths))]
            found["last"] = {
                "verdict": last.verdict,
                "earlier": self.names(earlier),
                "named": self.names(one.revision for one in last.prerequisites if one.missing),
                "search": None if last.search is None else self.names(last.search.found),
            }
            first = check(history, chosen[:1], objects=self.objects)
            found["first"] = self.offered(first, chosen[1:])
        else:
            found["first"] = self.offered(whole, ())
        return found

    def supplier(self, one: Revision, missing: bool, helps: str | None) -> dict[str, Any]:
        """A prerequisite that was named, and whether the branch ever got it."""
        return {"name": one.name, "missing": missing, "helps": helps, "ever": one.order in self.ever}

    def offered(self, answer: Check, others: Sequence[Revision]) -> dict[str, Any]:
        """Follow-ups that were found, and the revisions that were merged with it."""
        added = () if answer.advice is None else answer.advice.added
        return {
            "others": self.names(others),
            "added": [{"name": one.revision.name, "ever": one.revision.order in self.ever} for one in added],
            "offered": [
                {
                    "name": one.revision.name,
                    "said": one.said,
                    "repairs": one.repairs,
                    "ever": one.revision.order in self.ever,
                }
                for one in answer.followups
            ],
        }

    def names(self, some: Iterable[Revision] | None) -> list[str] | None:
        """As users write them."""
        return None if some is None else [one.name for one in some]

    def done(self, case: Mapping[str, Any], chosen: Sequence[Revision]) -> str:
        """What the committer did: the same lines, or others."""
        merge = self.now.named(case["sha"])
        changes = self.objects.changes((merge, *chosen))
        own, trunk = _lines(changes[:1]), _lines(changes[1:])
        there = set(self.objects.tree(case["parent"])) | set(merge.paths)
        paths = {path for path in {*own, *trunk} if path in there and not LEFT_OUT.fullmatch(path)}
        return "same" if all(own.get(path) == trunk.get(path) for path in paths) else "adapted"

    def exact(self, case: Mapping[str, Any], whole: Check) -> bool | None:
        """Whether what goes in is what was committed; None where it does not go in."""
        if whole.verdict not in ("works", "modulo"):
            return None
        after = self.objects.tree(case["sha"])
        for one in whole.files:
            if LEFT_OUT.fullmatch(one.path) or one.state == "absent":
                continue
            entry = after.get(one.path)
            if (None if entry is None else self.objects.blob(entry.blob)) != one.after:
                return False
        return True


def _code(paths: Iterable[str]) -> set[str]:
    return {path for path in paths if not LEFT_OUT.fullmatch(path)}


def _lines(changes: Iterable[Change]) -> dict[str, Counter[tuple[str, bytes]]]:
    """The lines that changes add and remove, by path; what one adds and a later one removes is none."""
    found: dict[str, Counter[tuple[str, bytes]]] = {}
    for change in changes:
        for patch in change.files:
            counts = found.setdefault(patch.path, Counter())
            for hunk in patch.hunks:
                for operation, line in hunk.lines:
                    if operation == " ":
                        continue
                    other = ("-" if operation == "+" else "+", line)
                    if counts[other]:
                        counts[other] -= 1
                    else:
                        counts[operation, line] += 1
    return {path: +counts for path, counts in found.items()}


def summary(cases: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """All cases in figures."""
    verdicts: dict[str, Counter[str]] = {}
    for case in cases:
        row = verdicts.setdefault(case["verdict"], Counter())
        row[case["done"]] += 1
        row["exact"] += bool(case["exact"])
    seconds = sorted(case["seconds"] for case in cases)
    several = [case["last"] for case in cases if "last" in case and case["verdict"] in ("works", "modulo")]
    needing = [one for one in several if one["verdict"] == "patch"]
    suppliers = [one for case in cases if case["verdict"] == "patch" for one in case["suppliers"] if one["missing"]]
    helping = [one for one in suppliers if one["helps"] in ("clean", "fewer")]
    failing = [case for case in cases if case["verdict"] == "patch"]
    pairs = [(case["first"]["others"], case["first"]["offered"]) for case in cases]
    offered: dict[str, Counter[str]] = {}
    for others, found in pairs:
        for one in found:
            for sign in ("any", one["said"] or "not named", "its lines" if one["repairs"] else "other lines"):
                row = offered.setdefault(sign, Counter())
                row["offered"] += 1
                row["with it"] += one["name"] in others
                row["ever"] += one["ever"]
    return {
        "schema": "hpatch.propose/1",
        "cases": len(cases),
        "verdicts": {name: dict(row) for name, row in sorted(verdicts.items())},
        "seconds": {
            "median": seconds[len(seconds) // 2],
            "p95": seconds[int(len(seconds) * 0.95)],
            "largest": seconds[-1],
        },
        "failing": {
            "cases": len(failing),
            "with a supplier": sum(bool(case["suppliers"]) for case in failing),
            "with a set that cures": sum(bool(case["search"]) for case in failing),
            "missing suppliers": len(suppliers),
            "of these ever merged": sum(one["ever"] for one in suppliers),
            "that help": len(helping),
            "that help, ever merged": sum(one["ever"] for one in helping),
        },
        "prerequisites": {
            "the last of several": len(several),
            "fails alone": len(needing),
            "a set found": sum(one["search"] is not None for one in needing),
            "the set is among those merged with it": sum(
                one["search"] is not None and set(one["search"]) <= set(one["earlier"]) for one in needing
            ),
            "named": sum(len(one["named"]) for one in needing),
            "named and merged with it": sum(len(set(one["named"]) & set(one["earlier"])) for one in needing),
            "in the set": sum(len(one["search"] or ()) for one in needing),
            "in the set and merged with it": sum(
                len(set(one["search"] or ()) & set(one["earlier"])) for one in needing
            ),
        },
        "followups": {
            "merged with the first": sum(len(others) for others, _ in pairs),
            "of these offered": offered.get("any", Counter())["with it"],
            "by sign": {sign: dict(row) for sign, row in sorted(offered.items())},
            "added by the advice": sum(len(case["first"]["added"]) for case in cases),
            "added and merged with it": sum(
                one["name"] in case["first"]["others"] for case in cases for one in case["first"]["added"]
            ),
            "added and ever merged": sum(one["ever"] for case in cases for one in case["first"]["added"]),
        },
        "names": {
            f"r{case['rev']}": case["lacking"]
            for case in cases
            if case["lacking"] and case["verdict"] in ("works", "modulo")
        },
    }


def replay(bench: Bench, cases: Sequence[Mapping[str, Any]], out: TextIO | None) -> dict[str, Any]:
    """Check every case, write a line a case, and sum up."""
    done = []
    for number, case in enumerate(cases, 1):
        try:
            done.append(bench.run(case))
        except HpatchError as error:
            print(f"r{case['rev']}: {error}", file=sys.stderr)
            continue
        if out is not None:
            out.write(json.dumps(done[-1]) + "\n")
        if sys.stderr.isatty():
            print(f"\r{number} of {len(cases)}", end="", file=sys.stderr)
    return summary(done)


DATES = ("2019-06-01", "2020-06-01", "2021-06-01", "2022-06-01")
PATH, YEARS = "modules/proxy", 2


def sampled(past: Past, file: Path) -> dict[str, Any]:
    """A sample in figures; what is wrong with a merge goes to standard error."""
    done = [judge(past, one) for one in past.sample(file)]
    for one in done:
        print(f"{one.merge.merge.name} {one.verdict}: {one.title}", file=sys.stderr)
        advised = [each.name for each in one.advised if each in one.companions]
        for text in (one.wrong, one.unusable if one.unusable != one.wrong else ""):
            print(f"  {text}" if text else "", end="\n" if text else "", file=sys.stderr)
        if one.companions or one.advised:
            names = [each.name for each in one.companions]
            false = [each.name for each in one.false]
            print(f"  companions {names}: advised {advised}, false {false}", file=sys.stderr)
    companions = sum(len(one.companions) for one in done)
    return {
        "merges": len(done),
        "verdict right": sum(not one.wrong for one in done),
        "entry usable": sum(not one.unusable for one in done),
        "merged with the first": companions + sum(len(one.further) for one in done),
        "of one matter with it": companions,
        "of these advised": sum(each in one.companions for one in done for each in one.advised),
        "advised": sum(len(one.advised) for one in done),
        "advised and never merged": sum(len(one.false) for one in done),
    }


def missed(past: Past) -> list[dict[str, Any]]:
    """`missing` at each date."""
    rows = []
    for date in DATES:
        one = listed(past, date, PATH, YEARS)
        rows.append(
            {
                **one._asdict(),
                "merged": [each.name for each in one.merged],
                "absent": [each.name for each in one.absent],
                "seconds": round(one.seconds, 2),
            }
        )
    return rows


def timed(past: Past, folder: str) -> dict[str, float]:
    """Seconds, with what is kept of the history: a check, a proposal; and without: reading it, `git log` of both."""
    last = list(past.sample())[-1]

    def seconds(work: Callable[[], object]) -> float:
        start = time.perf_counter()
        work()
        return round(time.perf_counter() - start, 2)

    history = past.before(last.merge.number or 0)
    chosen = history.find([one.name for one in last.brought])
    log = (
        "git",
        "-C",
        folder,
        "log",
        "--name-only",
        "--no-renames",
        "--format=%H%n%B",
        history.trunk.commit,
        history.onto.commit,
    )
    with TemporaryDirectory() as empty:
        return {
            "check": seconds(lambda: check(history, chosen)),
            "propose": seconds(lambda: make(history, chosen, Wish())),
            "history, first time": seconds(lambda: Revisions(folder, cache=Path(empty)).merged()),
            "history, again": seconds(lambda: Revisions(folder, cache=past.cache).merged()),
            "git log of both branches": seconds(lambda: subprocess.run(log, stdout=subprocess.DEVNULL, check=True)),
        }


def main() -> None:
    """Read the arguments, replay, print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    repo = os.environ.get("HPATCH_HTTPD_GIT")
    parser.add_argument("--repo", default=repo, required=repo is None, metavar="DIR", help="a git repository of httpd")
    parser.add_argument("--sample", type=Path, metavar="FILE", help="judge these merges (bench/backports/others.tsv)")
    parser.add_argument("--cases", type=Path, metavar="FILE", help="other merges, one JSON object a line")
    parser.add_argument("--cache", type=Path, required=True, metavar="DIR", help="where the history is kept")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write one JSON line a case")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every Nth case")
    arguments = parser.parse_args()
    arguments.cache.mkdir(parents=True, exist_ok=True)
    if arguments.cases is None:
        past = Past(arguments.repo, arguments.cache)
        if arguments.sample is not None:
            print(json.dumps({"sample": sampled(past, arguments.sample)}, indent=2))
            return
        found = {"sample": sampled(past, FILE), "missing": missed(past), "seconds": timed(past, arguments.repo)}
        print(json.dumps(found, indent=2))
        return
    text = arguments.cases.read_text(encoding="utf-8")
    cases = [json.loads(line) for line in text.splitlines() if line.strip()][:: arguments.every]
    bench = Bench(arguments.repo, arguments.cache)
    if arguments.out is None:
        total = replay(bench, cases, None)
    else:
        with arguments.out.open("w", encoding="utf-8") as out:
            total = replay(bench, cases, out)
    print(json.dumps(total, indent=2))


if __name__ == "__main__":
    main()
