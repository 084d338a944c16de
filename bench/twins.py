"""Placing in generated files whose units repeat each other: functions, cases, branches, macros, rows, sections.

Each case is a file of such units with equal lines, a revision that changes one of them, its diff with the heading that
GNU diff or git writes (or none), and a tree that has gone on: lines and words edited, units added, copied, removed,
renamed, indented, in another order. hpatch places the diff alone, and with the file before the revision. A case is
*right* if what it changes is in the revision's unit, *refused* if it does not go in, *told* if hpatch says that the
unit has another name now, else *misplaced*. Of a diff alone, some cases tell nobody anything: the very lines stand at
the hunk's own line and nowhere else (*own line*); the unit has lost half of the hunk's lines (*lost*); or it is gone,
and neither heading nor hunk names it (*gone*).
With `--tools`, GNU patch, git apply and git merge-file get the same cases. Cases come from a seed.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from bench.misplaced import OPTIONS
from hpatch.patch.diff.align import align
from hpatch.patch.diff.lines import split
from hpatch.patch.diff.model import Diff, FilePatch, Hunk, Placed
from hpatch.patch.diff.write import compare, write
from hpatch.patch.place.options import DEFAULTS, PlaceOptions
from hpatch.patch.place.place import place
from hpatch.patch.place.twins import bare

_BLOCKS = (
    (
        "rv = open(&f, name, mode, perm, p);",
        "if (rv != SUCCESS) {",
        '    log(ERR, rv, s, "open");',
        "    return rv;",
        "}",
    ),
    (
        "for (i = 0; i < n; i++) {",
        "    if (a[i] == NULL) {",
        "        continue;",
        "    }",
        "    sum += a[i]->len;",
        "}",
    ),
    ("if (r->main != NULL) {", "    return DECLINED;", "}"),
    ('set(r->headers_out, "Vary", "Accept");', 'content_type(r, "text/html");'),
    ("x = next(x);", "y += x;", "z = y;"),
    ("count++;", ""),
)


class Form(NamedTuple):
    """How units are written in a file: `{name}` in `head` and `tail`, the `indent` of lines, and lines of their own
    where they are not code; `first` stands for `head` in a file's first unit. `start` and `end` are around all.
    """

    suffix: str
    head: tuple[str, ...]
    tail: tuple[str, ...]
    indent: str = "    "
    end_of_line: str = ""
    lines: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    start: tuple[str, ...] = ()
    end: tuple[str, ...] = ()


_RUN = ("int run(int op)", "{", "    switch (op) {")
_RAN = ("    }", "    return 0;", "}")
FORMS = {
    "function": Form(".c", ("static int {name}(request_rec *r)", "{"), ("    return OK;", "}", "")),
    "long function": Form(
        ".c",
        ("static const char *set_a_very_long_directive_of_{name}(cmd_parms *cmd, void *dummy, const char *arg)", "{"),
        ("    return NULL;", "}", ""),
    ),
    "case": Form(".c", ("    case {name}:",), ("        break;", ""), "        ", start=_RUN, end=_RAN),
    "case in braces": Form(".c", ("    case {name}: {",), ("    }", "    break;"), "        ", start=_RUN, end=_RAN),
    "branch": Form(
        ".c",
        ("#elif defined({name})",),
        (),
        first=("#if defined({name})",),
        start=("int run(void)", "{"),
        end=("#endif", "    return 0;", "}"),
    ),
    "macro": Form(".c", ("#define {name}(r) do { \\",), ("} while (0)", ""), end_of_line=" \\"),
    "row": Form(
        ".c",
        ('    { "{name}",',),
        ("    },",),
        "      ",
        lines=("NULL, 0, 1,", "RSRC_CONF, OR_ALL,", "TAKE1,", "default_handler,"),
        start=("static const command_rec cmds[] = {",),
        end=("    { NULL }", "};"),
    ),
    "Python": Form(".py", ("def {name}(r, p):",), ("    return None", "", "")),
    "method": Form(
        ".py", ("    def {name}(self, r):",), ("        return None", ""), "        ", start=("class A:", "")
    ),
    "shell": Form(".sh", ("{name}() {",), ("    return 0", "}", "")),
    "host": Form(
        ".conf",
        ("<VirtualHost {name}:80>",),
        ("</VirtualHost>", ""),
        lines=("ProxyRequests Off", "ErrorLog error.log", "SSLEngine on", "Header unset X-Powered-By", "Alias /a /b"),
    ),
    "element": Form(
        ".xml",
        ('  <section id="{name}">',),
        ("  </section>", ""),
        lines=("<title>Title</title>", "<usage>", "<p>All of this.</p>", "<p>And more.</p>", "</usage>", "<seealso/>"),
        start=("<doc>",),
        end=("</doc>",),
    ),
    "section": Form(
        ".ini", ("[{name}]",), ("",), "", lines=("socket = /run/a", "processes = 4", "threads = 2", "master = true")
    ),
}
_KINDS = "home home edit edit remove copy rename shuffle add grow indent done word word-home above".split()


class Unit(NamedTuple):
    """A unit: `key` is what it is, whatever its name; `body` are its lines between head and tail, as in the file."""

    key: int
    name: str
    body: tuple[str, ...]


class Case(NamedTuple):
    """A revision's diff of one unit (`key`) in a file of a form, the file before it and after it, and the tree's units.

    `named` says that the diff's heading, or the diff itself, has the unit's name.
    """

    form: Form
    patch: FilePatch
    before: bytes
    after: bytes
    tree: tuple[Unit, ...]
    key: int
    named: bool


def lines_of(form: Form, unit: Unit, *, first: bool) -> list[str]:
    """A unit's lines in a file."""
    head = form.first if first and form.first else form.head
    return [*(each.replace("{name}", unit.name) for each in head), *unit.body, *form.tail]


def text(form: Form, units: Sequence[Unit]) -> bytes:
    """A file of units."""
    inside = [line for at, unit in enumerate(units) for line in lines_of(form, unit, first=not at)]
    return "".join(f"{line}\n" for line in (*form.start, *inside, *form.end)).encode()


def generate(chance: random.Random) -> Case:
    """A case whose revision changes lines in the midst of a unit."""
    form = FORMS[chance.choice(list(FORMS))]
    blocks = chance.sample(_BLOCKS, chance.randint(2, 4))
    units = []
    for key in range(chance.randint(2, 6)):
        own = blocks if chance.random() < 0.8 else chance.sample(_BLOCKS, chance.randint(2, 4))
        lines = form.lines or [line for block in own for line in block]
        name = f"{chance.choice(('ap', 'util', 'proxy'))}_{chance.choice(('read', 'open'))}_{key}"
        units.append(Unit(key, name, tuple(f"{form.indent}{line}".rstrip() + form.end_of_line for line in lines)))
    key = chance.randrange(len(units))
    mine, (more, goes) = units[key].body, chance.choice([(1, 0), (1, 1), (0, 1), (2, 0), (1, 2)])
    at = chance.randrange(len(mine) + (not goes))
    new = tuple(f"{form.indent}changed({number});{form.end_of_line}" for number in range(more))
    done = units[key]._replace(body=(*mine[:at], *new, *mine[at + goes :]))
    before, after = text(form, units), text(form, [done if unit is units[key] else unit for unit in units])
    patch = _headed(chance, compare(f"f{form.suffix}", before, after), before)
    shown = b"".join(line for hunk in patch.hunks for line in (hunk.section, *hunk.old))
    named = re.search(rb"\b%s\b" % units[key].name.encode(), shown) is not None
    return Case(form, patch, before, after, _gone_on(chance, form, units, done, at), key, named)


def _headed(chance: random.Random, patch: FilePatch, before: bytes) -> FilePatch:
    """The diff with the headings that GNU diff or git writes, whole or cut, or without any."""
    lines, longest = split(before), chance.choice((80, 80, 40, 0))
    pattern = re.compile(rb"\s*(class|def)\b" if patch.path.endswith(".py") else rb"[A-Za-z_$]")
    hunks = []
    for hunk in patch.hunks:
        above = (line for line in reversed(lines[: max(hunk.old_start - 1, 0)]) if pattern.match(line))
        hunks.append(hunk._replace(section=next(above, b"").strip()[:longest].strip()))
    return patch._replace(hunks=tuple(hunks), old_id=None, new_id=None)


def _gone_on(chance: random.Random, form: Form, units: Sequence[Unit], done: Unit, at: int) -> tuple[Unit, ...]:
    """The tree's units."""
    tree, fresh = list(units), len(units)
    for _ in range(chance.randint(1, 4)):
        kind, number = chance.choice(_KINDS), chance.randrange(len(tree))
        if kind in ("home", "word-home", "above"):
            number = next((each for each, unit in enumerate(tree) if unit.key == done.key), number)
        one = tree[number]
        near = kind in ("home", "word-home", "above")
        line = min(max(at + chance.randint(-2, 2), 0), len(one.body) - 1) if near else chance.randrange(len(one.body))
        own = f"{form.indent}own({fresh});{form.end_of_line}"
        if kind in ("home", "edit"):
            tree[number] = one._replace(body=(*one.body[:line], own, *one.body[line + 1 :]))
        elif kind == "above":
            tree[number] = one._replace(body=(*one.body[:line], own, *one.body[line:]))
        elif kind in ("word", "word-home"):
            word = one.body[line].replace(";", " + own;") if ";" in one.body[line] else one.body[line]
            tree[number] = one._replace(body=(*one.body[:line], word, *one.body[line + 1 :]))
        elif kind == "remove" and len(tree) > 1:
            del tree[number]
        elif kind in ("copy", "add"):
            body = one.body if kind == "copy" else chance.choice(units).body
            tree.insert(chance.randint(0, len(tree)), Unit(fresh, f"new_{fresh}", body))
        elif kind == "rename":
            tree[number] = one._replace(name=f"renamed_{fresh}")
        elif kind == "shuffle":
            chance.shuffle(tree)
        elif kind == "grow":
            tree[number] = one._replace(body=(*((own,) * chance.randint(1, 12)), *one.body))
        elif kind == "indent" and form.suffix != ".py":
            tree[number] = one._replace(body=tuple(f"  {each}" if each.strip() else each for each in one.body))
        elif kind == "done" and chance.random() < 0.5:
            tree = [done if unit == units[done.key] else unit for unit in tree]
        fresh += 1
    return tuple(tree)


def judge(case: Case, after: bytes | None) -> str:
    """What a tool made of the tree: `right`, `refused`, `misplaced`, or `gone` where the tree has no such unit."""
    content = text(case.form, case.tree)
    mine = next((at for at, unit in enumerate(case.tree) if unit.key == case.key), None)
    if after is None:
        return "refused"
    if mine is None:
        return "gone"
    above = sum(len(lines_of(case.form, unit, first=not at)) for at, unit in enumerate(case.tree[:mine]))
    start = above + len(case.form.start)
    end = start + len(lines_of(case.form, case.tree[mine], first=not mine))
    lines, now = split(content), split(after)
    if after == content:
        # What takes lines away may find them gone for any reason.
        adds = any(sign == "+" for hunk in case.patch.hunks for sign, _ in hunk.lines)
        return "right" if not adds or any(b"changed(" in line for line in lines[start:end]) else "misplaced"
    inside = now[:start] == lines[:start] and now[len(now) - (len(lines) - end) :] == lines[end:]
    return "right" if inside else "misplaced"


def judged(case: Case, options: PlaceOptions, *, ancestor: bool) -> tuple[str, Placed]:
    """What hpatch makes of a case, in the words of this module."""
    content = text(case.form, case.tree)
    placed = place(content, case.patch, options, case.before if ancestor else None)
    found = judge(case, placed.after)
    if found in ("right", "refused"):
        return found, placed
    if any(outcome.elsewhere is not None for outcome in placed.outcomes):
        return "told", placed
    if ancestor or (found == "gone" and case.named):
        return "misplaced", placed
    if found == "misplaced" and all(
        outcome.result == "exact" and content.count(b"".join(outcome.hunk.old)) == 1 for outcome in placed.outcomes
    ):
        return "own line", placed
    if found == "misplaced" and all(
        2 * _left(case, outcome.hunk) <= len(outcome.hunk.old) for outcome in placed.outcomes
    ):
        return "lost", placed
    return found, placed


def _left(case: Case, hunk: Hunk) -> int:
    """How many of the lines that a hunk expects the tree's unit has, in their order."""
    mine = next(unit for unit in case.tree if unit.key == case.key)
    lines = bare([line.encode() for line in lines_of(case.form, mine, first=False)])
    return sum(at >= 0 for at in align(bare(hunk.old), lines))


# Other tools


def _patched(case: Case, folder: Path) -> bytes | None:
    command = ["patch", "-f", "-s", "-F2", "--no-backup-if-mismatch", "-r", "-", case.patch.path]
    (folder / case.patch.path).write_bytes(text(case.form, case.tree))
    diff = write(Diff("x", (case.patch,)), prefix=False)
    done = subprocess.run(command, cwd=folder, input=diff, check=False, capture_output=True)
    return None if done.returncode else (folder / case.patch.path).read_bytes()


def _git_applied(case: Case, folder: Path) -> bytes | None:
    """In a repository that has the file before the revision, so that git can merge three-way."""
    path = folder / case.patch.path

    def git(*arguments: str, given: bytes | None = None) -> int:
        command = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", "-C", str(folder), *arguments]
        return subprocess.run(command, input=given, check=False, capture_output=True).returncode

    git("init", "-q")
    for content in (case.before, text(case.form, case.tree)):
        path.write_bytes(content)
        git("add", path.name)
        git("commit", "-qm", "x")
    diff = write(Diff("x", (compare(path.name, case.before, case.after),)))
    return path.read_bytes() if git("apply", "-3", "-p0", "-", given=diff) == 0 else None


def _merged(case: Case, folder: Path) -> bytes | None:
    names = ("tree", "before", "after")
    for name, content in zip(names, (text(case.form, case.tree), case.before, case.after), strict=True):
        (folder / name).write_bytes(content)
    done = subprocess.run(["git", "merge-file", "-p", *names], cwd=folder, check=False, capture_output=True)
    return None if done.returncode else done.stdout


TOOLS: dict[str, Callable[[Case, Path], bytes | None]] = {
    "patch -F2": _patched,
    "git apply -3": _git_applied,
    "git merge-file": _merged,
}


def main() -> None:
    """Read the arguments, run, print the counts."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--cases", type=int, default=100_000, metavar="N")
    parser.add_argument("--first", type=int, default=0, metavar="N", help="the number of the first case")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--tools", action="store_true", help="ask the other tools too, with hpatch's default options")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="print the first N that are misplaced")
    arguments = parser.parse_args()
    counts: dict[str, Counter[str]] = {}
    for number in range(arguments.first, arguments.first + arguments.cases):
        case = generate(random.Random(f"{arguments.seed} {number}"))
        options = DEFAULTS if arguments.tools else OPTIONS[number % len(OPTIONS)]
        for name, ancestor in (("diff alone", False), ("with the file before", True)):
            found, placed = judged(case, options, ancestor=ancestor)
            counts.setdefault(name, Counter())[found] += 1
            if found == "misplaced" and arguments.show > 0:
                arguments.show -= 1
                print(
                    number, ancestor, case.patch.hunks, placed.outcomes, text(case.form, case.tree).decode(), sep="\n"
                )
        for name, tool in TOOLS.items() if arguments.tools else ():
            with tempfile.TemporaryDirectory() as folder:
                counts.setdefault(name, Counter())[judge(case, tool(case, Path(folder)))] += 1
    print(json.dumps(counts))


if __name__ == "__main__":
    main()
