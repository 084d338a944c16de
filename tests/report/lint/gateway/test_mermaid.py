"""The flowchart, read by Mermaid's own parser."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from hpatch.lint.gateway.model import fold
from hpatch.report.lint.gateway.mermaid import draw
from tests.support.lint.gateways import made

pytestmark = pytest.mark.proof

PARSE = """\
import { JSDOM } from 'jsdom';
const page = new JSDOM('<!DOCTYPE html>');
global.window = page.window;
global.document = page.window.document;
const mermaid = (await import('mermaid')).default;
let text = '';
for await (const chunk of process.stdin) text += chunk;
const answers = [];
for (const one of JSON.parse(text)) {
  try { answers.push((await mermaid.parse(one)).diagramType); } catch (error) { answers.push(String(error)); }
}
console.log(JSON.stringify(answers));
"""
NAMES = (
    "</title><script>x</script>&#1;[]{}|`--> end",
    "end",
    "%% no comment %%{init: {}}%%",
    "a;b:c@{shape: x}",
    "~~~x~~~ ==> o--o",
    "**b** _i_ [l](http://x/) :::error click x href",
    "\u202eabc \u00fc\U0001f600 \\ #quot; &quot;",
    "subgraph x\\n",
    "graph LR",
    'say \\"x\\"] --> y["z',
)


@pytest.fixture(scope="module")
def parser(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a script that parses the flowcharts on its standard input."""
    folder = tmp_path_factory.mktemp("mermaid")
    npm = shutil.which("npm")
    command = [npm or "false", "install", "--no-audit", "--no-fund", "--ignore-scripts", "mermaid@11", "jsdom@29"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip("npm cannot install Mermaid here" if npm else "there is no npm to install Mermaid")
    (folder / "parse.mjs").write_text(PARSE)
    return folder


def test_mermaid_parses_whatever_a_configuration_says(parser: Path, tmp_path: Path) -> None:
    hosts = []
    for number, name in enumerate(NAMES):
        hosts.append(
            f'<VirtualHost *:80>\nServerName "{name}"\nProxyPass "/{name}/" http://127.0.0.1:{number + 1}\n'
            f'ProxyPass "/b/" "balancer://app{number}/"\n<Proxy "balancer://app{number}">\n'
            f'BalancerMember "http://127.0.0.1:{number + 100}" route={number}\n</Proxy>\n'
            f'<Location "/{name}">\nRequire expr "%{{HTTP_HOST}} == \'{number}\'"\n</Location>\n</VirtualHost>\n'
        )
    drawn = ["".join(draw(fold(made(tmp_path, text)._replace(unasked=1)))) for text in ("".join(hosts), *hosts)]
    raw = "".join(f'  x{number}["{name}"]\n' for number, name in enumerate(NAMES)).replace("\\", "")
    texts = json.dumps([*drawn, f"flowchart LR\n{raw}"])
    command = ["node", "parse.mjs"]
    done = subprocess.run(command, cwd=parser, input=texts, capture_output=True, text=True, check=True)
    *answers, unescaped = _answers(done.stdout)
    assert answers == ["flowchart-v2"] * len(drawn)
    assert "Parse error" in unescaped


def _answers(text: str) -> Any:
    return json.loads(text.splitlines()[-1])
