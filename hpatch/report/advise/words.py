"""The sentences of an advice, the same in all its forms."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from hpatch.advise.advice import Advised, HttpdAdvice, UwsgiAdvice
from hpatch.advise.cures import Cure
from hpatch.advise.vendor.order import compare
from hpatch.facts.vendors import Order
from hpatch.lint.engine.result import LintResult
from hpatch.report.common.numbers import count
from hpatch.text import Place

HEADERS = ("problem", "what happens", "where", "gone in", "cure")
UNSURE = ("problem", "what happens", "where", "releases that have it", "cure")
"""For problems of which it is not known whether this httpd has them."""
_SHOWN = 3
"""How many places of a problem are shown."""


def row(one: Advised, read: LintResult) -> tuple[str, ...]:
    """A problem in a table."""
    what = one.problem.what
    if one.answer.verdict == "unknown":
        releases = " and ".join(map(str, one.problem.affected))
        if one.answer.reference:
            what += f"\n{one.answer.because} See {one.answer.reference}"
    else:
        releases = _gone_in(one)
    return (one.problem.id, what, "\n".join(_places(one.places, read.root)), releases, "\n".join(_cures(one)))


def _gone_in(one: Advised) -> str:
    """The first version without it, in the numbering of who built it; where that is not known, httpd's own."""
    if one.answer.fixed:
        return one.answer.fixed
    return f"httpd {one.problem.fixed}" if one.problem.fixed is not None else "no release"


def _places(places: Sequence[Place], root: str) -> Iterator[str]:
    for place in places[:_SHOWN]:
        yield where(place, root)
    if len(places) > _SHOWN:
        more = len(places) - _SHOWN
        yield f"and {more} more place{'s' if more > 1 else ''}"


def where(place: Place, root: str) -> str:
    """A place, in a file that is named from where the user is."""
    return f"{place.file.removeprefix(f'{root}/') if root else place.file}:{place.line}"


def _cures(one: Advised) -> Iterator[str]:
    for cure in one.cures:
        option = f"; it changes nothing until {one.problem.option} is set" if one.problem.option else ""
        yield f"{cure.set}: {said(cure)}{option if cure.state in ('applies', 'there') else ''}"
    if not one.cures:
        yield "an upgrade" if one.answer.fixed or one.problem.fixed is not None else "none is known"
    if one.problem.setting:
        yield one.problem.setting


def said(cure: Cure) -> str:
    """Whether a set applies."""
    words = {
        "applies": f"applies, with {', '.join(cure.needs)}" if cure.needs else "applies",
        "there": f"the tree has it: {cure.why}",
        "refused": f"not for this tree: {cure.why}",
        "blocked": f"does not apply: {cure.why}",
        "unknown": f"not tried: {cure.why}",
        "untried": "--tree TREE tells whether it applies",
        "elsewhere": "for the source tree of uWSGI",
    }
    return words[cure.state]


def undecided(advice: HttpdAdvice, *, listed: bool = False) -> Iterator[str]:
    """What the answer leaves out: for want of knowledge, or by the user's own word. `listed`: what is silenced is."""
    open_ = sum(one.verdict is None for one in advice.read.conditions)
    if open_:
        yield (
            f"{count(open_, 'conditional')} cannot be decided, and lines in them do not count: --modules, --define or "
            "--httpd settles them, and hpatch lint -v lists them."
        )
    silencing = advice.read.silencing
    if silencing:
        verb = "silences" if silencing == 1 else "silence"
        where = "; -v lists them" if advice.silenced and not listed else ""
        yield f"{count(silencing, 'comment')} {verb} problems, which do not count{where}."
    if advice.ignored:
        yield f"Not looked for: {count(advice.ignored, 'known problem')} of httpd whose rules the settings ignore."
    if advice.read.parts:
        parts = "Some of it is" if len(advice.read.parts) > 1 else "It is"
        yield f"{parts} a part of a configuration: what it takes from other files is not known."


def looked(advice: HttpdAdvice) -> str:
    """What was looked at."""
    read = advice.read
    known = f"{count(advice.known, 'known problem')} of httpd"
    if advice.uwsgi is not None:
        known += f" and {advice.uwsgi.known} of uWSGI"
    return (
        f"Looked for {known} in {count(read.files, 'file')} with {count(read.directives, 'directive')}. Problems of "
        "other servers, and those that hpatch does not know, were not looked for."
    )


def of_uwsgi(advice: UwsgiAdvice) -> Iterator[str]:
    """How it stands with the uWSGI behind httpd."""
    name = advice.uwsgi.name
    if advice.here:
        yield f"{name} has {count(len(advice.here), 'problem')} that this configuration meets."
        releases = [one.problem.fixed for one in advice.here]
        newest = max((release for release in releases if release is not None), default=None)
        if newest is not None and None not in releases:
            yield f"uWSGI {newest} is the first release without {'it' if len(releases) == 1 else 'them'}."
    if advice.unknown:
        problems = count(len(advice.unknown), "problem")
        yield f"Whether {name} has {problems} that this configuration meets is not known."
    if not (advice.here or advice.unknown):
        yield f"This configuration meets none of the known problems of {name}."


def summary(advice: HttpdAdvice) -> Iterator[str]:
    """How it stands, in sentences."""
    name = advice.httpd.title
    if advice.read.unread:
        yield "Some of the configuration could not be read: this is not the whole answer."
    if advice.here:
        yield f"{name} has {count(len(advice.here), 'problem')} that this configuration meets."
    if advice.unknown:
        problems = count(len(advice.unknown), "problem")
        if advice.httpd.version is None:
            yield (
                f"This configuration meets {problems} of httpd's releases. hpatch does not know which httpd runs it: "
                f"give {'--tree, ' if advice.project == 'httpd' else ''}--httpd, --httpd-version or --package."
            )
        else:
            yield f"Whether {name} has {problems} that this configuration meets is not known."
    if advice.gone:
        problems = count(len(advice.gone), "problem")
        yield f"In other releases this configuration would meet {problems} that {name} does not have."
    if not (advice.here or advice.unknown or advice.gone or advice.read.unread):
        but = " that were looked for and that no comment silences" if advice.ignored or advice.read.silencing else ""
        yield f"This configuration meets none of the known problems of {name}{but}."


def remaining(advice: HttpdAdvice) -> Iterator[str]:
    """What no set cures, or not surely."""
    untried = [one for one in advice.here if any(cure.state == "untried" for cure in one.cures)]
    if untried:
        have, apply = ("has a patch set", "it applies") if len(untried) == 1 else ("have patch sets", "they apply")
        yield f"{count(len(untried), 'problem')} {have}: with --tree TREE, hpatch tries whether {apply}."
    left = [one for one in advice.here if one.cure is None and one not in untried]
    vendor = advice.httpd.vendor
    mended = [one for one in left if one.answer.fixed] if vendor is not None else []
    if vendor is not None and mended:
        first = _newest([one.answer.fixed for one in mended], vendor.order) or "later build"
        yield f"{vendor.name}'s {first} is without {_of_these(len(mended), len(left))}."
    releases = [one.problem.fixed for one in left if one not in mended]
    newest = max((release for release in releases if release is not None), default=None)
    never = releases.count(None)
    if newest is not None:
        yield f"httpd {newest} is the first release without {_of_these(len(releases) - never, len(left))}."
    if never:
        yield f"No release is without {_of_these(never, len(left))}."


def _newest(versions: Sequence[str], order: Order) -> str:
    """A vendor's newest version; empty where some cannot be compared."""
    newest = versions[0]
    for version in versions[1:]:
        compared = compare(version, newest, order)
        if compared is None:
            return ""
        newest = version if compared > 0 else newest
    return newest


def _of_these(number: int, of: int) -> str:
    """Some of the problems that no set cures here."""
    rest = "the problem" if of == 1 else f"the {of} problems"
    which = rest if number == of else f"{number} of {rest}"
    return f"{which} that no set cures here"


def command(words: Sequence[str]) -> str:
    """A command for a shell."""
    return shlex.join(words)
