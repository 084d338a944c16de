"""The facts of a bundle as rows of a table: on a terminal and on the page they are the same."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from hpatch.lab.bundle.model import AppliedSet, Bundle, Outcome
from hpatch.report.common.numbers import count

OUTCOMES: dict[Outcome, str] = {
    "proved": "The proof holds",
    "not-proved": "The proof does not hold",
    "undecided": "Nothing is proved: something could not run",
    "failed": "There is no verdict: hpatch could not go on",
    "interrupted": "There is no verdict: hpatch was interrupted",
}


def facts(bundle: Bundle) -> Iterator[tuple[str, str]]:
    """What the proof was made of, each with its name."""
    tree, change, machine = bundle.tree, bundle.change, bundle.machine
    yield "made by", f"hpatch {bundle.hpatch.version}, Python {bundle.hpatch.python}, {bundle.created}"
    yield "sets", "\n".join(_set(one) for one in bundle.sets)
    yield "tree", f"{tree.name}, {tree.files:,} files\nbefore {tree.before}\nafter {tree.after}"
    lines = f"{count(change.added, 'line')} added, {change.removed:,} removed"
    yield "change", f"{count(len(change.files), 'file')}, {lines}\nchanges.diff {change.sha256}"
    build = bundle.build
    if build is not None:
        kind = "built as a whole" if build.kind == "whole" else "installed"
        if build.server is not None:
            yield "server", f"{build.server} ({kind})"
        else:
            yield "httpd", f"{build.httpd} ({kind}), MPM {_mpm(bundle) or 'not known'}"
        yield "compiler", build.compiler or "not known"
        yield "flags", "\n".join(f"{name}={value}" for name, value in build.flags.items()) or "not known"
        if build.configure:
            yield "configure" if build.server is None else "command", shlex.join(build.configure)
        if build.server is None:
            yield "compiled in", ", ".join(build.compiled) or "not known"
        if build.built:
            yield "built", ", ".join(build.built)
    loaded = bundle.made[-1].loaded if bundle.made else ()
    if loaded:
        yield "loaded", ", ".join(loaded)
    for made in bundle.made:
        yield f"hashes {made.moment}", "\n".join(f"{name} {one}" for name, one in made.files.items())
    yield (
        "machine",
        ", ".join(
            filter(
                None,
                (
                    machine.kernel,
                    machine.processor,
                    count(machine.processors, "processor"),
                    machine.distribution,
                    machine.libc,
                ),
            )
        ),
    )
    yield "steps", "\n".join(_step(bundle, number) for number in range(len(bundle.steps)))


def _set(one: AppliedSet) -> str:
    own = "" if one.revisions == (one.id,) else f" ({', '.join(one.revisions) or 'nothing to apply'})"
    return f"{one.id}: {one.title}{own}"


def _mpm(bundle: Bundle) -> str | None:
    """The one that is loaded, or compiled in."""
    loaded = (name.removeprefix("mpm_") for made in bundle.made for name in made.loaded if name.startswith("mpm_"))
    return next(loaded, bundle.build.mpm if bundle.build is not None else None)


def _step(bundle: Bundle, number: int) -> str:
    one = bundle.steps[number]
    broken = number == len(bundle.steps) - 1 and bundle.proof is None
    text = f"{one.name}: {one.seconds:.1f} s"
    return f"{text}, not ended{f' ({one.detail})' if one.detail else ''}" if broken else text


def logs(bundle: Bundle, *, all: bool) -> Iterator[tuple[str, str, str]]:
    """What the httpds logged: the step, the moment, and each kind of message once.

    Not `all`: what both logged in the same step, such as the errors that the net provokes, is only counted.
    """
    for one in bundle.logs:
        others = [log for log in bundle.logs if log.step == one.step and log.moment != one.moment]
        known = {message.text for log in others for message in log.messages}
        shown = [message for message in one.messages if all or message.text not in known]
        lines = [f"{message.times:,}x {message.text}" for message in shown]
        both = len(one.messages) - len(shown)
        if both:
            lines.append(f"and {count(both, 'message')} that the httpd {others[0].moment} logged, too")
        if one.left_out:
            lines.append(f"and {count(one.left_out, 'message')} of other kinds")
        yield one.step, one.moment, "\n".join(lines)


def so_far(bundle: Bundle) -> Iterator[tuple[str, str, str]]:
    """What was seen of a proof that came to no verdict: the moment, what was tried, and how it ended."""
    for part in bundle.so_far:
        for check in part.checks:
            yield part.moment, check.name, f"{check.verdict}: {check.why}"
        for result in part.results:
            yield part.moment, f"{result.scenario}, {result.transport}", f"{result.verdict}: {result.why}"
