"""A bundle as one html page that loads nothing: for a ticket, an archive, or somebody without hpatch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from hpatch.lab.bundle.model import Bundle
from hpatch.report.common.terminal import visible
from hpatch.report.prove import net, proof
from hpatch.report.prove.bundle.facts import OUTCOMES, facts, logs, so_far

_STYLE = """
:root { color-scheme: light dark; --ink: #1c1e21; --paper: #fff; --line: #d0d4d9; --dim: #5b6470; --soft: #f4f5f7;
  --good: #11682d; --bad: #b3261e; --doubt: #7a4d00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e3e6ea; --paper: #15181c; --line: #3a4149; --dim: #9aa4b0;
  --soft: #1e2329; --good: #6fd08c; --bad: #ff8a80; --doubt: #f0b860; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1rem; color: var(--ink); background: var(--paper);
  font: 15px/1.45 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.35rem; margin: 0 0 .5rem; } h2 { font-size: 1.05rem; margin: 1.75rem 0 .5rem; }
.verdict { font-weight: 600; border-left: .3rem solid; padding: .25rem .75rem; margin: .5rem 0; }
.good { color: var(--good); } .bad { color: var(--bad); } .doubt { color: var(--doubt); }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid var(--line);
  min-width: 6.5rem; }
thead th { color: var(--dim); font-weight: 500; } tbody th { font-weight: 600; }
td { white-space: pre-line; } .code, pre { font: 13px/1.45 ui-monospace, monospace; }
pre { background: var(--soft); padding: .75rem; margin: .5rem 0; white-space: pre-wrap; }
details > summary { cursor: pointer; margin: 1.75rem 0 .5rem; font-weight: 600; }
.add { color: var(--good); } .del { color: var(--bad); } .at { color: var(--dim); }
@media (max-width: 40rem) { thead { position: absolute; left: -9999px; } tr { display: block; padding: .5rem 0;
  border-bottom: 1px solid var(--line); } th, td { display: block; border: 0; padding: .1rem 0; }
  td[data-name]:not(:empty)::before { content: attr(data-name) ": "; color: var(--dim); } td:empty { display: none; } }
@media print { body { max-width: none; } details > summary { display: none; } }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
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
    return "\n".join(
        (*_head(bundle), *_verdict(bundle), *_seen(bundle), *_made(bundle, diff), "</main></body></html>\n")
    )


def _head(bundle: Bundle) -> Iterator[str]:
    title = _text(f"{', '.join(one.id for one in bundle.sets)} on {bundle.tree.name}")
    yield '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="referrer" content="no-referrer"><meta name="generator" content="hpatch">'
    yield f"<title>Proof of {title}</title><style>{_STYLE}</style></head><body><main>"
    yield f"<h1>{title}</h1>"
    if bundle.proof is not None:
        yield f"<p>{_text(bundle.proof.how)}</p>"


def _verdict(bundle: Bundle) -> Iterator[str]:
    said = OUTCOMES[bundle.outcome] if bundle.proof is None else proof.summary(bundle.proof)
    why = f": {bundle.why}" if bundle.why else ""
    yield f'<p class="verdict {_STYLES[bundle.outcome]}">{_text(said + why)}</p>'
    if bundle.proof is not None:
        if bundle.proof.failure is not None:
            yield f"<p>The patched tree does not build: {_text(bundle.proof.failure)}</p>"
        yield "<ul>"
        yield from (f"<li>{_text(proof.verdict(bundle.proof, one))}</li>" for one in bundle.proof.sets)
        yield "</ul>"


def _seen(bundle: Bundle) -> Iterator[str]:
    titles = {
        "scenario": "Scenarios",
        "check": "Checks",
        "exchange": "Exchanges compared",
        "httpd's own test": "The tree's own tests",
    }
    if bundle.proof is not None:
        for headers, rows in proof.tables(bundle.proof):
            yield f"<h2>{titles.get(headers[0], headers[0].capitalize())}</h2>"
            if headers is net.HEADERS and bundle.proof.net is not None:
                yield f"<p>{_text(net.sentence(bundle.proof.net, bundle.proof.unexpected))}</p>"
            yield from _table(headers, rows)
        for one in bundle.proof.reports or ():
            yield f"<pre>{_lines(one.text.splitlines())}</pre>"
        if bundle.proof.reports == ():
            yield f"<p>{_text(proof.NO_REPORTS)}</p>"
        if bundle.proof.suite is not None:
            yield f"<p>{_text(proof.suite_sentence(bundle.proof.suite))}</p>"
        if bundle.proof.again is not None:
            yield f"<h2>Second build</h2><p>{_text(proof.again(bundle.proof.again))}</p>"
    seen = list(so_far(bundle))
    if seen:
        yield "<h2>Seen so far</h2>"
        yield from _table(("httpd", "tried", "seen"), seen)


def _made(bundle: Bundle, diff: bytes) -> Iterator[str]:
    yield "<h2>What it was made of</h2>"
    yield from _table((), list(facts(bundle)))
    yield f"<p>The hash of a tree: {_text(bundle.tree.method)}</p>"
    logged = list(logs(bundle, all=True))
    if logged:
        yield "<h2>Logged by httpd</h2>"
        yield from _table(("step", "httpd", "logged"), logged)
    if bundle.build_log:
        yield "<h2>The end of the build's log</h2>"
        yield f"<pre>{_lines(bundle.build_log)}</pre>"
    yield "<h2>To repeat it</h2>"
    yield f"<p>TREE is a source tree of {_text(bundle.tree.name)} whose hash before the change is as above.</p>"
    yield f"<pre>{_lines(bundle.repeat)}</pre>"
    lines = diff.decode("utf-8", "surrogateescape").splitlines()
    yield f"<details><summary>The change ({len(lines):,} lines)</summary><pre>{_diff(lines)}</pre></details>"


def _table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield "<table>"
    used = [at for at in range(len(rows[0])) if at == 0 or any(row[at] for row in rows)] if rows else []
    headers = [headers[at] for at in used] if headers else ()
    rows = [[row[at] for at in used] for row in rows]
    if headers:
        yield f"<thead><tr>{''.join(f'<th scope=col>{_text(name)}</th>' for name in headers)}</tr></thead>"
    yield "<tbody>"
    for row in rows:
        cells = [f"<th scope=row>{_cell(row[0])}</th>"]
        for number, cell in enumerate(row[1:], 1):
            name = f' data-name="{_text(headers[number])}"' if headers and headers[number] else ""
            cells.append(f"<td{name}{_style(row, cell)}>{_cell(cell)}</td>")
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</tbody></table>"


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
        text = _text(line.expandtabs(_TAB))
        shown.append(f'<span class="{kind}">{text}</span>' if kind else text)
    if len(lines) > _MOST:
        shown.append(f"and {len(lines) - _MOST:,} more lines: see changes.diff")
    return "\n".join(shown)


def _lines(lines: Sequence[str]) -> str:
    return "\n".join(map(_text, lines))


def _cell(text: str) -> str:
    return _lines(text.split("\n"))


def _text(text: str) -> str:
    """Text that html and whoever copies it from there take as nothing else."""
    return escape(visible(text))
