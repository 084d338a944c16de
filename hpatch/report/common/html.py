"""Pages of html that load nothing: for a ticket, an archive, or somebody without hpatch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from html import escape

from hpatch.report.common.terminal import visible

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
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; {script}base-uri 'none'; form-action 'none'"
END = "</main></body></html>\n"
"""The last line of a page."""


def head(title: str, *, style: str = "", script: str = "") -> str:
    """A page's beginning, with its title. `style` is added to the look of all pages; no script but `script` may run."""
    allowed = ""
    if script:
        from base64 import b64encode  # most pages have no script
        from hashlib import sha256

        allowed = f"script-src 'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'; "
    return "\n".join(
        (
            '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY.format(script=allowed)}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="referrer" content="no-referrer"><meta name="generator" content="hpatch">',
            f"<title>{text(title)}</title><style>{_STYLE}{style}</style></head><body><main>",
        )
    )


def table(
    headers: Sequence[str],
    rows: Sequence[Sequence[str]],
    style: Callable[[Sequence[str], str], str] = lambda row, cell: "",
) -> Iterator[str]:
    """The lines of a table, without columns that are empty; `style` gives a cell's attributes, after a space."""
    yield "<table>"
    used = [at for at in range(len(rows[0])) if at == 0 or any(row[at] for row in rows)] if rows else []
    headers = [headers[at] for at in used] if headers else ()
    rows = [[row[at] for at in used] for row in rows]
    if headers:
        yield f"<thead><tr>{''.join(f'<th scope=col>{text(name)}</th>' for name in headers)}</tr></thead>"
    yield "<tbody>"
    for row in rows:
        cells = [f"<th scope=row>{_cell(row[0])}</th>"]
        for number, cell in enumerate(row[1:], 1):
            name = f' data-name="{text(headers[number])}"' if headers and headers[number] else ""
            cells.append(f"<td{name}{style(row, cell)}>{_cell(cell)}</td>")
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</tbody></table>"


def lines(lines: Sequence[str]) -> str:
    """Lines of text."""
    return "\n".join(map(text, lines))


def text(text: str) -> str:
    """Text that html and whoever copies it from there take as nothing else."""
    return escape(visible(text))


def _cell(text: str) -> str:
    return lines(text.split("\n"))
