"""What the page adds to the look of all pages, and the script that filters the findings."""

from __future__ import annotations

STYLE = """
:root { --error: #b3261e; --warning: #7a4d00; --info: #1a5fb4; --mark: #ffe8a3; }
@media (prefers-color-scheme: dark) {
  :root { --error: #ff8a80; --warning: #f0b860; --info: #8ab4f8; --mark: #5c4a12; } }
[hidden] { display: none !important; }
.skip { position: absolute; left: -9999px; } .skip:focus { position: static; }
a { color: var(--info); } :focus-visible { outline: 2px solid var(--info); outline-offset: 2px; }
#filter { position: sticky; top: 0; z-index: 1; background: var(--paper); border-bottom: 1px solid var(--line);
  display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; padding: .6rem 0; }
#filter fieldset { border: 0; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: .25rem .75rem; }
#filter legend { position: absolute; left: -9999px; } #filter output { color: var(--dim); }
#filter input[type=search] { flex: 1 1 12rem; min-width: 0; }
#filter input, #filter select { font: inherit; color: inherit; background: var(--soft);
  border: 1px solid var(--line); border-radius: .25rem; padding: .25rem .4rem; max-width: 100%; }
#filter label { display: inline-flex; gap: .35rem; align-items: center; max-width: 100%; overflow-wrap: normal; }
#filter select { flex: 1 1 auto; min-width: 0; width: 14rem; }
.picture { overflow-x: auto; } .picture svg { display: block; }
.file { content-visibility: auto; contain-intrinsic-size: auto 40rem; }
.file > h2 { font-family: ui-monospace, monospace; }
.file > h2 small { color: var(--dim); font-weight: 400; }
.lines { background: var(--soft); font: 13px/1.5 ui-monospace, monospace; padding: .25rem 0; }
.line { display: flex; } .line code { flex: 1; min-width: 0; white-space: pre-wrap; overflow-wrap: anywhere;
  font: inherit; padding-right: .5rem; }
.line::before { content: attr(data-n); flex: 0 0 4rem; text-align: right; padding-right: .75rem; color: var(--dim); }
.line:target { outline: 2px solid var(--info); }
mark { color: inherit; background: var(--mark); border-bottom: 2px solid; }
mark.error { border-color: var(--error); } mark.warning { border-color: var(--warning); }
mark.info { border-color: var(--info); }
.gap { margin: 0; } .gap > summary { margin: 0; padding: .1rem 0 .1rem 4rem; color: var(--dim); font-weight: 400; }
p.gap { padding-left: 4rem; color: var(--dim); }
.finding { border-left: .3rem solid; margin: .4rem 0 .4rem 0; padding: .4rem .75rem; background: var(--paper);
  font: 15px/1.45 system-ui, sans-serif; scroll-margin-top: 7rem; }
.finding.error { border-color: var(--error); } .finding.warning { border-color: var(--warning); }
.finding.info { border-color: var(--info); } .finding:target { outline: 2px solid var(--info); }
.finding h3 { font-size: 1rem; margin: 0; } .finding p, .finding ul { margin: .25rem 0 0; }
.finding ul { padding-left: 1.25rem; }
.finding dl { margin: .25rem 0 0; display: grid; grid-template-columns: max-content 1fr; gap: 0 .75rem; }
.finding dt { color: var(--dim); } .finding dd { margin: 0; }
b.error { color: var(--error); } b.warning { color: var(--warning); } b.info { color: var(--info); }
body.filtered .gap { display: none; }
@media (max-width: 40rem) { body { padding: .6rem; } .line::before { flex-basis: 2.6rem; padding-right: .5rem; }
  .gap > summary, p.gap { padding-left: 2.6rem; } #filter { position: static; } .finding { scroll-margin-top: 0; } }
@media print { #filter { display: none; } .picture { overflow-x: auto; } .picture svg { display: block; }
.file { content-visibility: visible; } }
"""

SCRIPT = """
"use strict";
(() => {
  const form = document.getElementById("filter");
  const search = form.elements.q, rule = form.elements.rule, file = form.elements.file;
  const severities = [...form.querySelectorAll("input[type=checkbox]")];
  const shown = document.getElementById("shown");
  const files = [...document.querySelectorAll(".file")];
  const found = [...document.querySelectorAll(".finding")].map((one) => ({
    one, severity: one.dataset.severity, rule: one.dataset.rule,
    hunk: one.closest(".hunk"), file: one.closest(".file"),
    text: (one.textContent + " " + one.closest(".file").dataset.name).toLowerCase(),
  }));
  const hunks = [...document.querySelectorAll(".hunk")];
  const apply = () => {
    const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
    const wanted = new Set(severities.filter((box) => box.checked).map((box) => box.value));
    const left = new Set();
    let count = 0;
    for (const each of found) {
      const fits = wanted.has(each.severity) && (!rule.value || each.rule === rule.value)
        && (!file.value || each.file.id === file.value) && words.every((word) => each.text.includes(word));
      each.one.hidden = !fits;
      if (fits) { count += 1; left.add(each.hunk); left.add(each.file); }
    }
    for (const one of hunks) one.hidden = !left.has(one);
    for (const one of files) one.hidden = !left.has(one);
    document.body.classList.toggle("filtered", count < found.length);
    shown.textContent = count === found.length ? `${count} shown` : `${count} of ${found.length} shown`;
  };
  form.addEventListener("input", apply);
  form.addEventListener("change", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(apply));
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input, select, textarea");
    if (event.key === "/" && !typing) { event.preventDefault(); search.focus(); }
    if (event.key === "Escape" && event.target === search && search.value) { search.value = ""; apply(); }
  });
  form.hidden = false;
  apply();
})();
"""
