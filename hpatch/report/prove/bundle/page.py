"""A bundle as one html page that loads nothing: for a ticket, an archive, or somebody without hpatch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hpatch.lab.bundle.model import Bundle
from hpatch.report.common import html
from hpatch.report.prove import net, proof
from hpatch.report.prove.bundle.facts import OUTCOMES, facts, logs, so_far

_STYLES = {"proved": "good", "not-proved": "bad", "undecided": "doubt", "failed": "bad", "interrupted": "doubt"}
_BAD = frozenset({"NOT CURED", "BROKEN", "WORSE", "CHANGED", "NEW"})
_DOUBT = frozenset({"cannot run"})
_GOOD = frozenset({"proved", "better"})
_CODE = frozenset({"flags", "configure", "hashes before", "hashes after"})
_MOST = 2_000
"""Lines of a diff that the page shows."""
_TAB = 4


def page(bundle: Bundle, diff: bytes) -> str:
    """The page, with the diff that is beside it in the bundle."""
    return "\n".join((*_head(bundle), *_verdict(bundle), *_seen(bundle), *_made(bundle, diff), html.END))


def _head(bundle: Bundle) -> Iterator[str]:
    title = f"{', '.join(one.id for one in bundle.sets)} on {bundle.tree.name}"
    yield html.head(f"Proof of {title}")
    yield f"<h1>{html.text(title)}</h1>"
    if bundle.proof is not None:
        yield f"<p>{html.text(bundle.proof.how)}</p>"


def _verdict(bundle: Bundle) -> Iterator[str]:
    said = OUTCOMES[bundle.outcome] if bundle.proof is None else proof.summary(bundle.proof)
    why = f": {bundle.why}" if bundle.why else ""
    yield f'<p class="verdict {_STYLES[bundle.outcome]}">{html.text(said + why)}</p>'
    if bundle.proof is not None:
        if bundle.proof.failure is not None:
            yield f"<p>The patched tree does not build: {html.text(bundle.proof.failure)}</p>"
        yield "<ul>"
        yield from (f"<li>{html.text(proof.verdict(bundle.proof, one))}</li>" for one in bundle.proof.sets)
        yield "</ul>"


def _seen(bundle: Bundle) -> Iterator[str]:
    titles = {
        "scenario": "Scenarios",
        "check": "Checks",
        "exchange": "Exchanges compared",
        "httpd's own test": "Tests of httpd",
    }
    if bundle.proof is not None:
        for headers, rows in proof.tables(bundle.proof):
            yield f"<h2>{titles.get(headers[0], headers[0].capitalize())}</h2>"
            if headers is net.HEADERS and bundle.proof.net is not None:
                yield f"<p>{html.text(net.sentence(bundle.proof.net, bundle.proof.unexpected))}</p>"
                if bundle.proof.net.ways:
                    yield f"<p>{html.text(net.LIMITS)}</p>"
            yield from _table(headers, rows)
        for one in bundle.proof.reports or ():
            yield f"<pre>{html.lines(one.text.splitlines())}</pre>"
        if bundle.proof.reports == ():
            yield f"<p>{html.text(proof.NO_REPORTS)}</p>"
        if bundle.proof.suite is not None:
            yield f"<p>{html.text(proof.suite_sentence(bundle.proof.suite))}</p>"
        if bundle.proof.again is not None:
            yield f"<h2>Second build</h2><p>{html.text(proof.again(bundle.proof.again))}</p>"
    seen = list(so_far(bundle))
    if seen:
        yield "<h2>Seen so far</h2>"
        yield from _table(("httpd", "tried", "seen"), seen)


def _made(bundle: Bundle, diff: bytes) -> Iterator[str]:
    yield "<h2>What it was made of</h2>"
    yield from _table((), list(facts(bundle)))
    yield f"<p>The hash of a tree: {html.text(bundle.tree.method)}</p>"
    logged = list(logs(bundle, all=True))
    if logged:
        yield "<h2>Logged by httpd</h2>"
        yield from _table(("step", "httpd", "logged"), logged)
    if bundle.build_log:
        yield "<h2>The end of the build's log</h2>"
        yield f"<pre>{html.lines(bundle.build_log)}</pre>"
    yield "<h2>To repeat it</h2>"
    yield f"<p>TREE is a source tree of {html.text(bundle.tree.name)} whose hash before the change is as above.</p>"
    yield f"<pre>{html.lines(bundle.repeat)}</pre>"
    lines = diff.decode("utf-8", "surrogateescape").splitlines()
    yield f"<details><summary>The change ({len(lines):,} lines)</summary><pre>{_diff(lines)}</pre></details>"


def _table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    return html.table(headers, rows, _style)


def _style(row: Sequence[str], cell: str) -> str:
    if row[0] in _CODE and len(row) == 2:
        return ' class="code"'
    if cell != row[-1]:
        return ""
    style = "bad" if cell in _BAD else "doubt" if cell in _DOUBT else "good" if cell in _GOOD else ""
    return f' class="{style}"' if style else ""


def _diff(lines: Sequence[str]) -> str:
    kinds = {"+": "add", "-": "del", "@": "at"}
    shown = []
    for line in lines[:_MOST]:
        kind = kinds.get(line[:1])
        text = html.text(line.expandtabs(_TAB))
        shown.append(f'<span class="{kind}">{text}</span>' if kind else text)
    if len(lines) > _MOST:
        shown.append(f"and {len(lines) - _MOST:,} more lines: see changes.diff")
    return "\n".join(shown)
