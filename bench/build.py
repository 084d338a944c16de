"""How long hpatch takes to build and to prove, next to `./configure && make && make install` done by hand.

    python bench/build.py TREE [--jobs 2] [--rounds 3]

TREE is a release of httpd, with its configure, or Debian's source package of it. In one run, in turns:

- clean: no ccache; hpatch into an empty folder, and the same configure, make and install by hand in a fresh copy;
- ccache warm: the same with a ccache of its own that has seen the tree once, for both;
- incremental: one line of mod_proxy_fcgi.c changes; hpatch build, and make install by hand;
- module: mod_proxy_fcgi alone for the installed httpd, by hpatch and by apxs;
- verify: `hpatch verify fcgi-stdin-eof`, the first time and again, whole and module-only.

`own` is what of hpatch's time neither the copy of the tree nor the build's programs took; its share is of the whole
time. For verify that is mostly the experiments. `cpu` is the processor time of everything, which a busy machine changes
less. Both install the same; by hand the copy of the tree counts too, for configure writes into it.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

MODULE = "modules/proxy/mod_proxy_fcgi.c"


class Time(NamedTuple):
    """Seconds of a run, those of processor time, and what the copy and the build's programs took (hpatch's only)."""

    whole: float
    cpu: float
    programs: float | None = None


class Clock:
    """Seconds since it was made, and processor time of the programs that have ended since then."""

    def __init__(self) -> None:
        self._begun, self._cpu = time.monotonic(), self._used()

    def time(self, programs: float | None = None) -> Time:
        """By now."""
        return Time(time.monotonic() - self._begun, self._used() - self._cpu, programs)

    def _used(self) -> float:
        own, ended = os.times(), resource.getrusage(resource.RUSAGE_CHILDREN)
        return own.user + own.system + ended.ru_utime + ended.ru_stime


class Bench:
    """A tree and a folder for all that is made of it."""

    def __init__(self, tree: Path, folder: Path, jobs: int) -> None:
        self.tree = folder / "tree"
        shutil.copytree(tree, self.tree, symlinks=True, ignore=shutil.ignore_patterns(".git", ".hpatch"))
        self.folder = folder
        self.jobs = jobs
        plan = self.hpatch("build", self.tree, "--prefix", folder / "planned", "--jobs", jobs, "--plan")
        configure = next(step for step in plan["steps"] if step["phase"] == "configure")
        self.configure = [word for word in configure["command"] if not word.startswith("--prefix=")]
        self.settings = configure["environment"]

    def hpatch(self, *arguments: object, env: Mapping[str, str] | None = None) -> Any:
        """What hpatch answers."""
        command = [sys.executable, "-m", "hpatch", *map(str, arguments), "--format", "json"]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True, env={**os.environ, **(env or {})})
        return json.loads(done.stdout)

    def built(self, name: str, env: Mapping[str, str]) -> Time:
        """hpatch's build in a folder of this name."""
        clock = Clock()
        place = ("--prefix", self.folder / f"{name}-prefix", "--build-dir", self.folder / f"{name}-build")
        answer = self.hpatch("build", self.tree, *place, "--jobs", self.jobs, env=env)
        return clock.time(sum(answer["seconds"].values()))

    def by_hand(self, name: str, env: Mapping[str, str]) -> Time:
        """The same by hand."""
        clock = Clock()
        copy, prefix = self.folder / f"{name}-copy", self.folder / f"{name}-hand"
        configured = (copy / "config.status").exists()
        if not configured:
            shutil.copytree(self.tree, copy, symlinks=True)
            self.run([*self.configure, f"--prefix={prefix}"], copy, env)
        else:
            shutil.copy(self.tree / MODULE, copy / MODULE)
        self.run(["make", f"-j{self.jobs}"], copy, env)
        self.run(["make", "install"], copy, env)
        return clock.time()

    def run(self, command: Sequence[str], folder: Path, env: Mapping[str, str]) -> None:
        """Run a program of the build."""
        with (self.folder / "log").open("ab") as log:
            subprocess.run(
                command, cwd=folder, env={**os.environ, **self.settings, **env}, stdout=log, stderr=log, check=True
            )

    def edit(self, number: int) -> None:
        """Change a line of the module."""
        path = self.tree / MODULE
        path.write_bytes(path.read_bytes() + f"/* {number} */\n".encode())


def rounds(bench: Bench, count: int) -> Iterator[tuple[str, str, Time]]:
    """What was done, by whom, how long it took."""
    ccache = bench.folder / "ccache"
    bare = {"CCACHE_DISABLE": "1"}
    masks = bench.folder / "warm-build" / "bin"
    warm = {"CCACHE_DIR": str(ccache)}
    by_hand = {
        **warm,
        "PATH": f"{masks}{os.pathsep}{os.environ['PATH']}",
        "CCACHE_BASEDIR": str(bench.folder),
        "CCACHE_NOHASHDIR": "1",
    }
    bench.built("warm", warm)  # fills it, and is not counted
    bench.by_hand("warm", by_hand)
    for number in range(count):
        for name in ("clean", "warm"):
            for made in bench.folder.glob(f"{name}-[!b]*"):
                shutil.rmtree(made)
            build = bench.folder / f"{name}-build"
            shutil.rmtree(build / "source", ignore_errors=True)
            for file in ("source.json", "state.json"):
                (build / file).unlink(missing_ok=True)
            if build.is_dir():
                (build / "state.json").write_text("{}")
            yield name, "hpatch", bench.built(name, bare if name == "clean" else warm)
            yield name, "by hand", bench.by_hand(name, bare if name == "clean" else by_hand)
        bench.edit(number)
        yield "incremental", "hpatch", bench.built("clean", bare)
        yield "incremental", "by hand", bench.by_hand("clean", bare)
        yield "module", "hpatch", _module(bench)
        yield "module", "by hand", _apxs(bench)
    for way in ((), ("--module-only",)):
        name = "verify, module" if way else "verify"
        for moment in ("first", "again"):
            clock = Clock()
            place = ("--build-dir", bench.folder / "verify-build")
            answer = bench.hpatch("verify", "fcgi-stdin-eof", "--tree", bench.tree, *place, *way, env=bare)
            built = sum(sum(phases.values()) for phases in answer["built"].values())
            yield f"{name}, {moment}", "hpatch", clock.time(built)
            print(f"{name}, {moment}: the proof {'holds' if answer['ok'] else 'does NOT hold'}", file=sys.stderr)


def _module(bench: Bench) -> Time:
    clock = Clock()
    place = ("--prefix", bench.folder / "modules", "--build-dir", bench.folder / "clean-build")
    answer = bench.hpatch("build", bench.tree, *place, "--module", "mod_proxy_fcgi")
    return clock.time(sum(answer["seconds"].values()))


def _apxs(bench: Bench) -> Time:
    clock = Clock()
    folder = bench.folder / "apxs"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copy(bench.tree / MODULE, folder)
    bench.run(["apxs", "-c", "mod_proxy_fcgi.c"], folder, {})
    return clock.time()


def main() -> None:
    """Run all and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("tree", type=Path)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    found: dict[tuple[str, str], list[Time]] = {}
    with tempfile.TemporaryDirectory(prefix="hpatch-bench-") as name:
        bench = Bench(options.tree.resolve(), Path(name), options.jobs)
        print(f"$ {shlex.join(bench.configure)}", file=sys.stderr)
        for what, who, taken in rounds(bench, options.rounds):
            found.setdefault((what, who), []).append(taken)
            print(f"{what}, {who}: {taken.whole:.2f} s", file=sys.stderr)
    print(f"{'':22}{'hpatch':>9}{'by hand':>9}{'ratio':>8}{'own':>8}{'share':>8}{'cpu':>9}{'by hand':>9}{'ratio':>8}")
    for what in dict.fromkeys(what for what, _ in found):
        mine, hand = found[what, "hpatch"], found.get((what, "by hand"))
        whole, cpu = median(one.whole for one in mine), median(one.cpu for one in mine)
        own = median(one.whole - (one.programs or 0.0) for one in mine)
        print(f"{what:22}{_compared(whole, [one.whole for one in hand or ()])}{own:8.2f}{own / whole:8.1%}", end="")
        print(_compared(cpu, [one.cpu for one in hand or ()]))
    print("Seconds; the median of the rounds.")


def _compared(mine: float, others: Sequence[float]) -> str:
    if not others:
        return f"{mine:9.2f}{'':17}"
    other = median(others)
    return f"{mine:9.2f}{other:9.2f}{mine / other:8.2f}"


if __name__ == "__main__":
    main()
