"""The model against httpd itself: what is refused, which workers are shared, which parameters are lost."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpatch.conf.load import load_text
from hpatch.facts.parameters import BALANCER, WORKER
from hpatch.proxy.build import build
from hpatch.proxy.model import Definition, Proxy, Worker
from tests.oracle.proxy import Request, ask, request
from tests.support.examples import examples

Strings = st.SearchStrategy[str]


def _concat(*parts: Strings) -> Strings:
    return st.tuples(*parts).map("".join)


def _words(*parts: Strings) -> Strings:
    return st.tuples(*parts).map(lambda words: " ".join(filter(None, words)))


_SOCKETS = st.sampled_from(["", "", "", "unix:/run/a.sock|", "unix:/run/b.sock|", "UNIX:/run/c|"])
_SCHEMES = st.sampled_from(["http", "http", "HTTP", "fcgi", "uwsgi"])
_HOSTS = st.sampled_from(["h", "H", "h:80", "h:8000", "h:8080", "u@h", "[::1]:80", "h$1", "h:80$1", "h:$1$2"])
_TAILS = st.sampled_from(["", "/", "/", "/x", "/x/", "/xy", "/x/y", "/$1", "/x/$1", "/$1/y", "$1", "?q", "/x?Q", "/X"])
_URLS = st.one_of(
    _concat(_SOCKETS, _SCHEMES, st.just("://"), _HOSTS, _TAILS),
    _concat(_SOCKETS, st.just("http://h"), _TAILS),
)
_ODD = st.sampled_from(
    ["h", "/x", "http:", "http:/x", "http://", "http:///x", "unix:/run/a.sock", "unix:/run/a.sock|", "unix:/a|http",
     "unix:/a|http:", "unix:/a|http:/x", "unix:/a|http://", "http://h:x/", "http://h:8x/", "://h",
     "http://%{A}/", "http://h%{A:b}/", "ht_tp://h/", "http://[]/", "http://h:/x", "$1", "!", "!x", '""', "balancer:b",
     "balancer://", "balancer:///", "http://h:99999/", '"http://h: 8/"', "unix:/" + "s" * 95 + "|http://h/",
     "balancer://" + "b" * 85]
)  # fmt: skip
_BALANCERS = st.sampled_from(["balancer://b", "balancer://B/", "BALANCER://c/x"])
_TARGETS = st.one_of(_URLS, _URLS, _URLS, _URLS, _URLS, _URLS, _URLS, _BALANCERS, _ODD)
_PATHS = st.sampled_from(["/a", "/a/", "/b", '""', "a", "/" + "l" * 63])
_PATTERNS = st.sampled_from(["^/a(.*)$", "^/b/(.*)/(.*)", "/"])
_PARAMS = st.lists(
    st.sampled_from(["retry=5", "timeout=5", "Timeout=7", "max=2", "ttl=1"]), max_size=2
).map(" ".join)  # fmt: skip
_LATE = st.one_of(
    _PARAMS, _PARAMS, st.sampled_from(["nocanon", "NoQuery", "interpolate", "mapping=servlet", "x", "/b"])
)
_PASSES = st.one_of(
    _words(st.just("ProxyPass"), _PATHS, _TARGETS, _LATE),
    _words(st.just("ProxyPassMatch"), _PATTERNS, _TARGETS, _LATE),
    _words(st.just("ProxyPass ~"), _PATTERNS, _TARGETS, _LATE),
    st.sampled_from(
        ["ProxyPass /a !"] * 8 + ["ProxyPass", "ProxyPass /a", "ProxyPass /a ! x=1", "ProxyPassMatch ~ ^/a http://h/"]
    ),
)
_MEMBERS = _words(st.just("BalancerMember"), st.one_of(_URLS, _URLS, _URLS, _URLS, _ODD), _PARAMS)
_LINES = st.one_of(
    _PASSES,
    _PASSES,
    _PASSES,
    _words(st.just("BalancerMember"), st.one_of(_BALANCERS, _BALANCERS, _BALANCERS, _URLS), _URLS, _PARAMS),
    _words(st.just("ProxySet"), _TARGETS, _PARAMS),
    _PASSES,
    _PASSES,
)


def _in(section: Strings, lines: Strings) -> Strings:
    body = st.lists(lines, min_size=1, max_size=2).map("\n".join)
    return st.tuples(section, body).map(
        lambda parts: f"<{parts[0]}>\n{parts[1]}\n</{parts[0].split()[0]}>"
    )  # fmt: skip


_SECTIONS = st.one_of(
    _in(_words(st.sampled_from(["Location /a", "Location /*", "Location ~ ^/x", "LocationMatch ^/a(.*)", "Files x"])),
        _words(st.sampled_from(["ProxyPass", "ProxyPass", "ProxyPassMatch"]), _TARGETS, _LATE)),
    _in(_words(st.just("Proxy"), st.one_of(_BALANCERS, _BALANCERS, _URLS), _PARAMS), _MEMBERS),
    _in(_words(st.just("Proxy"), _TARGETS), _words(st.just("ProxySet"), _PARAMS)),
    _in(_words(st.just("Proxy"), _TARGETS, _PARAMS), st.just("ProxyPreserveHost On")),
    _in(_words(st.just("ProxyMatch"), st.one_of(_URLS, _PATTERNS), st.sampled_from(["", "", "x=1"])),
        st.just("ProxySet timeout=5")),
)  # fmt: skip
_BLOCKS = st.one_of(_LINES, _LINES, _SECTIONS, _in(st.just("VirtualHost *:80"), st.one_of(_LINES, _SECTIONS)))
_ANY = st.lists(_BLOCKS, min_size=1, max_size=7).map(lambda blocks: "\n".join(blocks) + "\n")

_FEW_HOSTS = st.sampled_from(["h", "h", "H", "h:80", "h:8080"])
_FEW_TAILS = st.sampled_from(["", "/", "/", "/x", "/x/", "/xy", "/x/y", "/X", "?q"])
_FEW = _concat(_SOCKETS, st.sampled_from(["http://", "http://", "fcgi://"]), _FEW_HOSTS, _FEW_TAILS)
_PATTERN_TAILS = st.sampled_from(["/$1", "/x/$1", "/$1/y", "$1", "$1$2/x", "/x$1y", "/"])
_FEW_PATTERNS = _concat(_SOCKETS, st.just("http://"), st.sampled_from(["h", "h", "h:80", "h:8080"]), _PATTERN_TAILS)
_SOUND = st.one_of(
    _words(st.just("ProxyPass /a"), _FEW, _PARAMS),
    _words(st.just("ProxyPassMatch ^/a(.*)(.*)$"), st.one_of(_FEW, _FEW_PATTERNS), _PARAMS),
    _words(st.just("BalancerMember balancer://b"), _FEW, _PARAMS),
    _in(st.sampled_from(["Location /a", "Location /*"]), _words(st.just("ProxyPass"), _FEW, _PARAMS)),
    _in(
        _words(st.just("Proxy"), _FEW.filter(lambda url: "?" not in url), _PARAMS), _words(st.just("ProxySet"), _PARAMS)
    ),
)
_SHARING = st.lists(_SOUND, min_size=2, max_size=12).map(lambda blocks: "\n".join(blocks) + "\n")


def _workers(proxy: Proxy) -> list[Worker]:
    return [
        worker
        for server in proxy.servers
        for worker in (*server.workers, *(member for balancer in server.balancers for member in balancer.members))
    ]


def _shown(worker: Worker) -> str:
    socket = worker.target.socket
    return f"unix:{socket}|{worker.name}" if socket else worker.name


def _definitions(proxy: Proxy, created: bool) -> list[tuple[Worker, Definition]]:
    found = [(worker, one) for worker in _workers(proxy) for one in worker.definitions if one.created == created]
    return sorted(found, key=lambda pair: pair[1].node.line)


def _refused(proxy: Proxy) -> bool:
    """Whether httpd refuses a line, or a parameter that is meant for the other kind."""
    balancers = [balancer for server in proxy.servers for balancer in server.balancers]
    return (
        bool(proxy.refusals)
        or any(not set(worker.params) <= WORKER.keys() for worker in _workers(proxy))
        or any(not set(balancer.params) <= BALANCER.keys() for balancer in balancers)
    )


def _agree(text: str) -> None:
    verdict = ask(text.replace("<VirtualHost *:80>", "<VirtualHost *:80>\nLogLevel debug"))
    proxy = build(load_text(text))
    assert _refused(proxy) == bool(verdict.error), verdict.error
    if verdict.error:
        return
    found = _definitions(proxy, created=False)
    assert [_shown(worker) for worker, _ in found] == verdict.shared
    ignored = [(param.key.lower(), param.value, _shown(worker)) for worker, one in found for param in one.params]
    assert ignored == [(key.lower(), value, name) for key, value, name in verdict.ignored]
    members = [(_shown(worker), worker.balancer.name) for worker, _ in _definitions(proxy, True) if worker.balancer]
    assert members == verdict.members


EXAMPLES = {
    "the main server's workers are not a virtual host's while reading": """
        ProxyPass /a http://h/
        <VirtualHost *:80>
        ProxyPass /b http://h/x timeout=5
        ProxyPass /c http://h/x/y retry=5
        </VirtualHost>
    """,
    "a socket is no part of a name": """
        ProxyPass /a unix:/run/a.sock|http://localhost/ timeout=5
        ProxyPass /b unix:/run/b.sock|http://localhost/ timeout=6
        ProxyPass /c unix:/run/c.sock|http://LocalHost:80/c
        ProxyPass /d unix:/run/d.sock|http:
    """,
    "a longer name does not serve a shorter one": """
        ProxyPass /a http://h/x/ timeout=5
        ProxyPass /b http://h/ timeout=5
        ProxyPass /c http://h/x/y timeout=5
    """,
    "names are compared by characters, not by segments": """
        ProxyPass /a http://h/x
        ProxyPass /b http://h/xyz retry=1
    """,
    "ProxyPass and ProxyPassMatch do not share": """
        ProxyPass /a http://h/ timeout=5
        ProxyPassMatch ^/b(.*) http://h/$1 timeout=5
        ProxyPassMatch ^/c(.*) http://h/$1 timeout=5
        ProxyPassMatch ^/c/(.*) http://h/c/$1 timeout=5
        ProxyPassMatch ^/d http://h/d
        ProxyPassMatch ^/d http://h/d/e
        <Location /*/x>
        ProxyPass http://h/d/f
        </Location>
    """,
    "members": """
        <Proxy balancer://B>
        BalancerMember http://m timeout=5 timeout=6
        BalancerMember http://m/x retry=5 Retry=6
        BalancerMember unix:/run/a.sock|http://n/
        ProxySet lbmethod=byrequests
        </Proxy>
        BalancerMember balancer://b http://M:80/y timeout=7
        BalancerMember balancer://c http://m
        ProxySet balancer://b nofailover=On
        ProxyPass /b balancer://b/ stickysession=x
    """,
    "a section changes the worker that it finds": """
        ProxyPass /a http://h/
        <Proxy http://h/x retry=5>
        ProxySet timeout=5
        </Proxy>
        ProxySet http://h/y max=5
    """,
    "an empty section makes no balancer": """
        <Proxy balancer://b>
        </Proxy>
        ProxySet balancer://b nofailover=On
    """,
}


def _clean(text: str) -> str:
    return "".join(f"{line.strip()}\n" for line in text.strip().split("\n"))


@pytest.mark.httpd
@pytest.mark.parametrize("text", EXAMPLES.values(), ids=EXAMPLES)
def test_examples(text: str) -> None:
    _agree(_clean(text))


@pytest.mark.httpd
@settings(max_examples=examples(100))
@given(_ANY)
def test_any(text: str) -> None:
    _agree(text)


@pytest.mark.httpd
@settings(max_examples=examples(75))
@given(_SHARING)
def test_sharing(text: str) -> None:
    _agree(text)


RUNNING = """
    ProxyPass /main unix:/none/main.sock|http://localhost/
    ProxyPass /x unix:/none/x.sock|http://localhost/x/
    ProxyPass /user http://u:p@127.0.0.1:1/
    ProxyPass /port http://127.0.0.1:0001/port/
    ProxyPass /host http://127.0.0.1:1
    ProxyPass /query http://127.0.0.1:2/q?x=1
    ProxyPass /uwsgi uwsgi://127.0.0.1:3031/
    ProxyPass /uwsgi2 unix:/none/uwsgi.sock|uwsgi://two:3032/
    ProxyPass /scgi scgi://127.0.0.1:4000/
    ProxyPass /fcgi unix:/none/fcgi.sock|fcgi:
    ProxyPassMatch ^/match/([0-9]+)(/.*)$ http://127.0.0.1:$1$2
    ProxyPassMatch ^/match2(/.*)$ http://127.0.0.1:3$1
    <Location /handler>
    SetHandler proxy:unix:/none/handler.sock|fcgi://localhost
    </Location>
    <Location /handler2>
    SetHandler proxy:unix:/none/handler2.sock|fcgi://elsewhere/
    </Location>
    <VirtualHost 127.0.0.1:PORT>
    ServerName first
    RewriteEngine On
    RewriteRule ^/rewrite(.*) unix:/none/rewrite.sock|http://localhost/x/y [P]
    RewriteRule ^/other(.*) unix:/none/rewrite.sock|http://rewrite/x/y [P]
    ProxyPass /own unix:/none/own.sock|http://localhost/
    ProxyPass /longer unix:/none/longer.sock|http://localhost/longer
    </VirtualHost>
    <VirtualHost 127.0.0.1:PORT>
    ServerName second
    ProxyPassInherit Off
    BalancerInherit Off
    ProxyPass /own unix:/none/own.sock|http://localhost/
    </VirtualHost>
"""
PATHS = {
    "^/match/([0-9]+)(/.*)$": "/match/1/x",
    "^/match2(/.*)$": "/match2/x",
    "^/rewrite(.*)": "/rewrite",
    "^/other(.*)": "/other",
}


@pytest.mark.httpd
def test_requests() -> None:
    """Each mapping's worker is the one that httpd finds when a request comes."""
    text = _clean(RUNNING)
    proxy = build(load_text(text))
    asked, expected = [], []
    for server in proxy.servers:
        for mapping in server.mappings:
            path = PATHS.get(mapping.path, mapping.path)
            asked.append((server.name if server.parent is not None else "first", f"{path}/y"))
            worker, target = mapping.worker, mapping.target
            assert target is not None
            if isinstance(worker, Worker):
                expected.append(Request(worker.name, worker.target.socket))
            else:
                handed_on = mapping.kind in ("SetHandler", "RewriteRule")
                expected.append(Request(None, target.socket if handed_on else None))
    found = request(text, asked)
    assert list(zip(asked, found, strict=True)) == list(zip(asked, expected, strict=True))
