"""Placing in generated files whose functions repeat each other's blocks: is a hunk ever placed in another function?

Each case is a file of functions with equal blocks, a revision that changes one of them, its diff as git and GNU diff
write it (with headings), and a tree that has gone on: blocks and words edited, functions added, removed, renamed, in
another order. hpatch places the diff without the file before the revision, and with it. A case is *right* if what it
changes is in the revision's function, *refused* if it does not go in, *misplaced* if it changes another function, or
finds the revision there already where the function does not have it; *told* if hpatch says that the function has
another name now, where it is gone and a new one has its lines. Cases come from a seed, so a run can be repeated.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from typing import NamedTuple

from hpatch.patch.diff.lines import split
from hpatch.patch.diff.model import FilePatch, Placed
from hpatch.patch.diff.write import compare
from hpatch.patch.place.options import DEFAULTS, PlaceOptions
from hpatch.patch.place.place import place

OPTIONS = (DEFAULTS, PlaceOptions(fuzz=2), PlaceOptions(ignore_whitespace=True), PlaceOptions(words=True))
_BLOCKS = (
    ("    if (rv != APR_SUCCESS) {", "        return rv;", "    }"),
    ("    x = next(x);", "    y += x;", "    z = y;", "    count++;"),
    ("    for (i = 0; i < n; i++) {", "        sum += a[i];", "    }"),
)
_KINDS = ("edit", "edit", "here", "words", "words", "add", "copy", "remove", "rename", "swap", "lines", "done")


class Function(NamedTuple):
    """A function: `key` is what it is, whatever its name."""

    key: int
    name: str
    body: tuple[str, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """Its lines; the heading is the first."""
        return (f"static int {self.name}(int *a, int n)", "{", *self.body, "    return 0;", "}", "")


class Case(NamedTuple):
    """A revision's diff of one function (`key`), the file before it, and the tree's functions."""

    patch: FilePatch
    before: bytes
    tree: tuple[Function, ...]
    key: int


def text(functions: tuple[Function, ...]) -> bytes:
    """A file of functions."""
    return "".join(f"{line}\n" for function in functions for line in function.lines).encode()


def headed(patch: FilePatch, before: bytes) -> FilePatch:
    """The diff with the headings that GNU diff and git write: the last line above a hunk that begins with a letter."""
    lines = split(before)
    hunks = []
    for hunk in patch.hunks:
        above = (line for line in reversed(lines[: max(hunk.old_start - 1, 0)]) if line[:1].isalpha())
        hunks.append(hunk._replace(section=next(above, b"").strip()[:80]))
    return patch._replace(hunks=tuple(hunks), old_id=None, new_id=None)


def generate(chance: random.Random) -> Case:
    """A case whose revision changes a block in the midst of a function."""
    count = chance.randint(2, 5)
    body = [line for block in chance.sample(_BLOCKS, chance.randint(2, 3)) for line in block]
    functions = []
    for key in range(count):
        own = body if chance.random() < 0.8 else body[::-1]
        functions.append(Function(key, f"fn_{chance.choice('abc')}{key}", tuple(own)))
    key = chance.randrange(count)
    at = chance.randrange(len(body))
    mine = functions[key].body
    after = list(functions)
    new, goes = chance.choice([("    changed();", 0), ("    changed();", 1), (_reworded(mine[at], "changed"), 1)])
    new = "    changed();" if new == mine[at] else new
    after[key] = functions[key]._replace(body=(*mine[:at], new, *mine[at + goes :]))
    before = text(tuple(functions))
    patch = headed(compare("f.c", before, text(tuple(after))), before)
    return Case(patch, before, _gone_on(chance, functions, after[key], at), key)


def _reworded(line: str, word: str) -> str:
    """A line with a word more."""
    return line.replace("(", f"({word} + ", 1) if "(" in line else line.replace(";", f" + {word};")


def _gone_on(chance: random.Random, functions: list[Function], done: Function, at: int) -> tuple[Function, ...]:
    """The tree's functions."""
    tree = list(functions)
    fresh = len(functions)
    for _ in range(chance.randint(1, 4)):
        number = chance.randrange(len(tree))
        one = tree[number]
        kind = chance.choice(_KINDS)
        if kind == "here":
            number = next((each for each, other in enumerate(tree) if other.key == done.key), number)
            one = tree[number]
        if kind in ("edit", "here") and one.body:
            line = min(at, len(one.body) - 1) if kind == "here" else chance.randrange(len(one.body))
            tree[number] = one._replace(body=(*one.body[:line], "    own();", *one.body[line + 1 :]))
        elif kind == "words" and one.body:
            line = chance.randrange(len(one.body))
            body = (*one.body[:line], _reworded(one.body[line], "own"), *one.body[line + 1 :])
            tree[number] = one._replace(body=body)
        elif kind in ("add", "copy"):
            body = one.body if kind == "copy" else functions[0].body
            tree.insert(chance.randint(0, len(tree)), Function(fresh, f"new_{fresh}", body))
            fresh += 1
        elif kind == "remove" and len(tree) > 1:
            del tree[number]
        elif kind == "rename":
            tree[number] = one._replace(name=f"renamed_{fresh}")
            fresh += 1
        elif kind == "swap":
            chance.shuffle(tree)
        elif kind == "lines":
            tree[number] = one._replace(body=("    own();",) * chance.randint(1, 12) + one.body)
        elif kind == "done":
            tree[number] = one._replace(body=done.body)
    return tuple(tree)


def judge(case: Case, options: PlaceOptions, *, ancestor: bool) -> tuple[str, Placed]:
    """Place a case's diff: `right`, `refused`, `told` or `misplaced`."""
    content = text(case.tree)
    placed = place(content, case.patch, options, case.before if ancestor else None)
    if placed.after is None:
        return "refused", placed
    mine = next((each for each in case.tree if each.key == case.key), None)
    wrong = "misplaced" if all(outcome.elsewhere is None for outcome in placed.outcomes) else "told"
    if placed.after == content:
        there = mine is not None and any("changed" in line for line in mine.body)
        return ("right" if there else wrong), placed
    if mine is None:
        return wrong, placed
    start = sum(len(each.lines) for each in case.tree[: case.tree.index(mine)])
    end = start + len(mine.lines)
    lines, after = split(content), split(placed.after)
    inside = after[:start] == lines[:start] and after[len(after) - (len(lines) - end) :] == lines[end:]
    return ("right" if inside else wrong), placed


def main() -> None:
    """Read the arguments, run, print the counts."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--cases", type=int, default=100_000, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="print the first N that are misplaced")
    arguments = parser.parse_args()
    counts = {False: Counter[str](), True: Counter[str]()}
    for number in range(arguments.cases):
        case = generate(random.Random(f"{arguments.seed} {number}"))
        for ancestor, count in counts.items():
            found, placed = judge(case, OPTIONS[number % len(OPTIONS)], ancestor=ancestor)
            count[found] += 1
            if found == "misplaced" and arguments.show > 0:
                arguments.show -= 1
                print(number, ancestor, case.patch.hunks, placed.outcomes, text(case.tree).decode(), sep="\n")
    print(json.dumps({"diff alone": counts[False], "with the file before": counts[True]}))


if __name__ == "__main__":
    main()
