"""What the rules about mod_rewrite claim of httpd, held against a real one."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.lint.registry import rules
from hpatch.lint.rule import Rule
from tests.support.gateways.httpd import Running, check_example, load, running
from tests.support.lint.examples import FIRES, INSTEAD, SILENT, examples
from tests.support.lint.find import find

pytestmark = pytest.mark.httpd

RULES = [rule for rule in rules() if rule.family == "rewrite"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_accepted(rule: Rule, httpd: str, tmp_path: Path) -> None:
    """All of these faults pass `httpd -t`."""
    for example in examples(rule, FIRES, SILENT, INSTEAD):
        accepted, said = check_example(httpd, tmp_path, load("remoteip") + example.text)
        assert accepted, said


ON = "RewriteEngine On\n"
FOLDER = '<Directory "ROOT/docs">\n{}</Directory>\n'
THE_REQUEST = 'RewriteCond %{THE_REQUEST} "^[A-Z]+ /s/(\\S*)"\n'
CONNECTION = 'RewriteCond %{{HTTP:Connection}} "{}" [NC]\nRewriteRule ^/(.*) http://B/ws [P]\nProxyPass / http://A/\n'

# A name: the rule, a virtual host, a path, and the answer to it that shows that the fault is not there.
CASES = {
    "off": ("rewrite-engine-off", "RewriteEngine Off\nRewriteRule ^/old$ /new\n", "/old", "new"),
    "main": ("rewrite-engine-off", "RewriteRule ^/old$ /new\n", "/old", "new"),
    "folder-by-host": ("rewrite-engine-off", ON + FOLDER.format("RewriteRule ^old$ /new\n"), "/old", "new"),
    "folder-by-itself": (
        "rewrite-engine-off",
        "RewriteEngine Off\n" + FOLDER.format(f"{ON}RewriteRule ^old$ /new\n"),
        "/old",
        "new",
    ),
    "folder-off": (
        "rewrite-engine-off",
        FOLDER.format("RewriteEngine Off\nRewriteRule ^old$ /new\n"),
        "/old",
        "new",
    ),
    "folder-beside": (
        "rewrite-engine-off",
        FOLDER.format("RewriteRule ^old$ /new\n") + FOLDER.format(ON).replace("docs", "other"),
        "/old",
        "new",
    ),
    "slash-group": ("rewrite-leading-slash", ON + "RewriteRule ^(old|older)$ /new\n", "/old", "new"),
    "slash-some-of-group": ("rewrite-leading-slash", ON + "RewriteRule ^(older|/old)$ /new\n", "/old", "new"),
    "folder-group": ("rewrite-leading-slash", FOLDER.format(f"{ON}RewriteRule ^(/old)$ /new\n"), "/old", "new"),
    "file-off": (
        "rewrite-takes-pass",
        "RewriteEngine Off\nRewriteRule ^/b/(.*)$ /b/$1 [L]\nProxyPass /b http://B/b\n",
        "/b/x",
        "b/b/x",
    ),
    "query-condition": (
        "rewrite-query-needs-b",
        ON + "RewriteCond %{REQUEST_URI} ^/s/(.*)\nRewriteRule ^ http://A/q?x=%1 [P]\n",
        "/s/a%20b",
        "a/q?x=a+b",
    ),
    "query-condition-b": (
        "rewrite-query-needs-b",
        ON + "RewriteCond %{REQUEST_URI} ^/s/(.*)\nRewriteCond %{HTTPS} !=on\nRewriteRule ^ http://A/q?x=%1 [P,B]\n",
        "/s/a%20b",
        "a/q?x=a+b",
    ),
    "query-variable": (
        "rewrite-query-needs-b",
        ON + "RewriteRule ^ http://A/q?x=%{REQUEST_URI} [P,B]\n",
        "/s/a%20b",
        "a/q?x=/s/a%20b",
    ),
    "query-other": (
        "rewrite-query-needs-b",
        ON + "RewriteCond %{QUERY_STRING} ^y=(.*)\nRewriteRule ^ http://A/q?x=%1 [P]\n",
        "/s?y=a%20b",
        "a/q?x=a%20b",
    ),
    "query-controls": (
        "rewrite-query-needs-b",
        ON + "RewriteRule ^/s/(.*)$ http://A/q?x=$1 [P,BCTLS]\n",
        "/s/a%20b",
        "a/q?x=a+b",
    ),
    "query-map": (
        "rewrite-query-needs-b",
        ON + "RewriteMap esc int:escape\nRewriteRule ^/s/(.*)$ http://A/q?x=${esc:$1} [P]\n",
        "/s/a%20b",
        "a/q?x=a%20b",
    ),
    "twice-condition": (
        "rewrite-escaped-twice",
        f"{ON}{THE_REQUEST}RewriteCond %{{HTTPS}} !=on\nRewriteRule ^/s/ http://A/%1 [P]\n",
        "/s/a%20b",
        "a/a%20b",
    ),
    "websocket-expression": (
        "websocket-connection-exact",
        f"{ON}RewriteCond expr \"%{{HTTP:Connection}} == 'Upgrade'\"\nRewriteRule ^ http://B/ws [P]\n",
        "/z",
        "b/ws",
    ),
    "websocket-if": (
        "websocket-connection-exact",
        f'<If "%{{HTTP:Connection}} =~ /^Upgrade/">\n{ON}RewriteRule . http://B/ws [P]\n</If>\n',
        "/z",
        "b/ws",
    ),
    "slash": ("rewrite-leading-slash", ON + "RewriteRule ^/old$ /new\n", "/old", "new"),
    "no-slash": ("rewrite-leading-slash", ON + "RewriteRule ^old$ /new\n", "/old", "new"),
    "maybe-slash": ("rewrite-leading-slash", ON + "RewriteRule ^/?old$ /new\n", "/old", "new"),
    "some": ("rewrite-leading-slash", ON + "RewriteRule ^x?/old$ /new\n", "/old", "new"),
    "either": ("rewrite-leading-slash", ON + "RewriteRule ^old|/old$ /new\n", "/old", "new"),
    "folder": ("rewrite-leading-slash", FOLDER.format(f"{ON}RewriteRule ^old$ /new\n"), "/old", "new"),
    "folder-slash": ("rewrite-leading-slash", FOLDER.format(f"{ON}RewriteRule ^/old$ /new\n"), "/old", "new"),
    "proxied-folder": (
        "rewrite-dir-proxied",
        "ProxyPass / http://A/\n" + FOLDER.format(f"{ON}RewriteRule ^old$ http://B/b [P]\n"),
        "/old",
        "b/b",
    ),
    "proxied-location": (
        "rewrite-dir-proxied",
        f"ProxyPass / http://A/\n<Location />\n{ON}RewriteRule .* http://B/b [P]\n</Location>\n",
        "/old",
        "b/b",
    ),
    "proxied-folder-by-rule": (
        "rewrite-dir-proxied",
        f"ProxyPass / http://A/\n{ON}RewriteRule ^/s/(.*) ROOT/docs/$1 [L]\n"
        + FOLDER.format(f"{ON}RewriteRule ^old$ http://B/b [P]\n"),
        "/s/old",
        "b/b",
    ),
    "file-location": (
        "rewrite-takes-pass",
        ON + "RewriteRule ^/s/(.*)$ /b/$1 [L]\n<Location /b>\nProxyPass http://B/b\n</Location>\n",
        "/s/x",
        "b/b/x",
    ),
    "file": ("rewrite-takes-pass", ON + "RewriteRule ^/s/(.*)$ /b/$1 [L]\nProxyPass /b http://B/b\n", "/s/x", "b/b/x"),
    "through": (
        "rewrite-takes-pass",
        ON + "RewriteRule ^/s/(.*)$ /b/$1 [PT]\nProxyPass /b http://B/b\n",
        "/s/x",
        "b/b/x",
    ),
    "onwards": (
        "rewrite-takes-pass",
        ON + "RewriteRule ^/s/(.*)$ /b/$1\nRewriteRule ^/b/(.*)$ http://B/b/$1 [P]\nProxyPass /b http://B/b\n",
        "/s/x",
        "b/b/x",
    ),
    "query": ("rewrite-query-needs-b", ON + "RewriteRule ^/s/(.*)$ http://A/q?x=$1 [P]\n", "/s/a%20b", "a/q?x=a+b"),
    "query-b": ("rewrite-query-needs-b", ON + "RewriteRule ^/s/(.*)$ http://A/q?x=$1 [P,B]\n", "/s/a%20b", "a/q?x=a+b"),
    "query-number": (
        "rewrite-query-needs-b",
        ON + "RewriteRule ^/s/(\\d+)$ http://A/q?x=$1 [P]\n",
        "/s/12",
        "a/q?x=12",
    ),
    "unescaped": ("rewrite-unescaped", ON + "RewriteRule ^/(s/.*)$ http://A/$1 [P,NE]\n", "/s/a%20b", "a/s/a%20b"),
    "uri": ("rewrite-unescaped", ON + "RewriteRule ^ http://A%{REQUEST_URI} [P,NE]\n", "/s/a%20b", "a/s/a%20b"),
    "escaped": ("rewrite-unescaped", ON + "RewriteRule ^/(s/.*)$ http://A/$1 [P]\n", "/s/a%20b", "a/s/a%20b"),
    "twice": ("rewrite-escaped-twice", f"{ON}{THE_REQUEST}RewriteRule ^/s/ http://A/%1 [P]\n", "/s/a%20b", "a/a%20b"),
    "once": ("rewrite-escaped-twice", f"{ON}{THE_REQUEST}RewriteRule ^/s/ http://A/%1 [P,NE]\n", "/s/a%20b", "a/a%20b"),
    "twice-redirect": (
        "rewrite-escaped-twice",
        f"{ON}{THE_REQUEST}RewriteRule ^/s/ http://h.example/%1 [R]\n",
        "/s/a%20b",
        "http://h.example/a%20b",
    ),
    "websocket": ("websocket-connection-exact", ON + CONNECTION.format("Upgrade"), "/z", "b/ws"),
    "websocket-exact": ("websocket-connection-exact", ON + CONNECTION.format("^Upgrade$"), "/z", "b/ws"),
    "websocket-text": ("websocket-connection-exact", ON + CONNECTION.format("=Upgrade"), "/z", "b/ws"),
}


def answer(server: Running, path: str, headers: dict[str, str | None]) -> str:
    """The body, or where a redirect leads to."""
    response, body = server.ask(path, headers)
    return response.getheader("Location") or body


def test_requests(httpd: str, tmp_path: Path) -> None:
    """A rule reports a virtual host just where the request goes wrong."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/old").write_text("old")
    (tmp_path / "docs/new").write_text("new")
    hosts = {
        name: f'<VirtualHost *>\nServerName {name}\nDocumentRoot "{tmp_path}/docs"\n'
        f"{text.replace('ROOT', str(tmp_path))}</VirtualHost>\n"
        for name, (_, text, _, _) in CASES.items()
    }
    with running(httpd, tmp_path, ON.replace("On", "Off") + "".join(hosts.values())) as server:
        answers = {
            name: answer(server, path, {"Host": name, "Connection": "keep-alive, Upgrade"})
            for name, (_, _, path, _) in CASES.items()
        }
    for name, (rule, _, _, expected) in CASES.items():
        assert bool(find(rule, hosts[name])) is (answers[name] != expected), (name, answers[name])


INHERITANCE = ("", ON, "RewriteOptions Inherit\n", "RewriteOptions InheritBefore\n", "RewriteOptions IgnoreInherit\n")


@pytest.mark.parametrize("main", ["", "RewriteOptions InheritDown\n", "RewriteOptions Inherit\n"])
def test_inheritance(main: str, httpd: str, tmp_path: Path) -> None:
    (tmp_path / "new").write_text("new")
    start = f"{main}{ON}RewriteRule ^/old$ /new\n"
    hosts = [f"<VirtualHost *:PORT>\nServerName h{n}\n{line}</VirtualHost>\n" for n, line in enumerate(INHERITANCE)]
    with running(httpd, tmp_path, start + "".join(hosts)) as server:
        inherited = [server.get("/old", host=f"h{number}") == "new" for number in range(len(hosts))]
    assert any(inherited)
    for text, there in zip(hosts, inherited, strict=True):
        found = find("rewrite-not-inherited", f"Listen 80\n{start}{text.replace('PORT', '80')}")
        assert bool(found) is not there, text
