"""What the model makes of a configuration."""

from __future__ import annotations

import pytest

from hpatch.conf.load import load_text
from hpatch.proxy.build import build
from hpatch.proxy.model import Balancer, Server, Worker
from tests.support.cost import seconds
from tests.support.proxy.model import model


def names(server: Server) -> list[str]:
    return [worker.name for worker in server.workers]


def test_servers() -> None:
    proxy = model("""
        ProxyTimeout 10
        <VirtualHost *:80 *:81>
        ServerName www.example:80
        ProxyTimeout 20
        ProxyIOBufferSize 8192
        <Location /x>
        ProxyErrorOverride On
        </Location>
        </VirtualHost>
        <VirtualHost *:82>
        </VirtualHost>
    """)
    main, first, second = proxy.servers
    assert (main.parent, first.parent, second.parent) == (None, main, main)
    assert (first.name, first.addresses, second.name) == ("www.example:80", ("*:80", "*:81"), "*:82")
    assert [server.setting("proxytimeout").value for server in proxy.servers] == ["10", "20", "10"]  # type: ignore[union-attr]
    assert sorted(first.settings) == ["proxyiobuffersize", "proxytimeout"]
    assert not proxy.refusals


def test_mappings() -> None:
    proxy = model("""
        ProxyPass /static !
        ProxyPass "/a" "http://App:8080/x" retry=5 nocanon NoQuery
        ProxyPassMatch ^/b/(.*) http://app:8080/$1
        <Location /c>
        ProxyPass fcgi://app
        </Location>
        <LocationMatch ^/d(.*)$>
        ProxyPass http://app/$1
        </LocationMatch>
        <Location /e>
        SetHandler "proxy:unix:/run/e.sock|fcgi://e"
        </Location>
        <FilesMatch "php$">
        <If "true">
        SetHandler "proxy:unix:/run/php.sock|fcgi://php/"
        </If>
        </FilesMatch>
        AddHandler PROXY:FCGI://php .php
        SetHandler none
        RewriteRule ^/f/(.*) http://app/$1 [QSA,P]
        RewriteRule ^/g/(.*) "unix:/run/g.sock|http://g/$1" [proxy]
        RewriteRule ^/h http://elsewhere/ [R]
        RewriteRule ^/i /j [PT]
        RewriteRule ^/k /l [P]
    """)
    assert not proxy.refusals
    found = [(m.kind, m.path, m.target and m.target.text, m.pattern) for m in proxy.servers[0].mappings]
    assert found == [
        ("ProxyPass", "/static", None, False),
        ("ProxyPass", "/a", "http://App:8080/x", False),
        ("ProxyPassMatch", "^/b/(.*)", "http://app:8080/$1", True),
        ("ProxyPass", "/c", "fcgi://app", False),
        ("ProxyPass", "^/d(.*)$", "http://app/$1", True),
        ("SetHandler", "/e", "unix:/run/e.sock|fcgi://e", False),
        ("SetHandler", "", "unix:/run/php.sock|fcgi://php/", False),
        ("SetHandler", "", "fcgi://php", False),
        ("RewriteRule", "^/f/(.*)", "http://app/$1", True),
        ("RewriteRule", "^/g/(.*)", "unix:/run/g.sock|http://g/$1", True),
    ]
    first = proxy.servers[0].mappings[1]
    assert first.flags == {"nocanon", "noquery"}
    assert [(param.key, param.value) for param in first.params] == [("retry", "5")]
    assert proxy.servers[0].mappings[0].exclusion
    section = proxy.servers[0].mappings[6].section
    assert section is not None
    assert section.key == "<if"


def test_places() -> None:
    proxy = model('ProxyPass "/a"   "http://h/"  timeout=5')
    mapping = proxy.servers[0].mappings[0]
    assert mapping.target is not None
    assert (mapping.target.place.column, mapping.target.place.end_column) == (18, 29)
    assert (mapping.params[0].place.column, mapping.params[0].place.end_column) == (31, 40)
    assert mapping.place.column == 1


def test_sharing_ignores_the_socket() -> None:
    proxy = model("""
        ProxyPass /a unix:/run/a.sock|http://localhost/ timeout=5
        ProxyPass /b unix:/run/b.sock|http://localhost/b timeout=6
    """)
    (worker,) = proxy.servers[0].workers
    assert (worker.name, worker.target.socket) == ("http://localhost/", "/run/a.sock")
    assert [definition.created for definition in worker.definitions] == [True, False]
    assert worker.params["timeout"].value == "5"
    assert [mapping.worker for mapping in proxy.servers[0].mappings] == [worker, worker]


def test_the_last_of_a_line_wins() -> None:
    (worker,) = model("ProxyPass /a http://h/ timeout=5 Timeout=6 mapping=encoded").servers[0].workers
    assert {key: param.value for key, param in worker.params.items()} == {"timeout": "6"}


def test_sections_change_what_they_find() -> None:
    proxy = model("""
        ProxyPass /a http://h/ timeout=5
        <Proxy http://h/x retry=1>
        ProxySet timeout=7
        </Proxy>
        ProxySet http://h/ max=3
        <Proxy fcgi://localhost/>
        ProxySet enablereuse=on
        </Proxy>
        <FilesMatch php>
        SetHandler proxy:unix:/run/php.sock|fcgi://localhost
        </FilesMatch>
    """)
    web, php = proxy.servers[0].workers
    assert {key: param.value for key, param in web.params.items()} == {"timeout": "7", "retry": "1", "max": "3"}
    assert len(web.definitions) == 1
    assert (php.target.socket, list(php.params), php.node.key) == (None, ["enablereuse"], "proxyset")
    assert proxy.servers[0].mappings[1].worker is php


def test_settings_are_copied_from_above() -> None:
    proxy = model("""
        ProxyTimeout 5
        ProxyVia On
        ProxyPass /a http://a/
        ProxyIOBufferSize 16384
        ProxyTimeout 6
        ProxyPass /b http://b/
        <Proxy http://c/ retry=1>
        </Proxy>
        <VirtualHost *:80>
        ProxyPass /d http://d/
        </VirtualHost>
    """)
    found = [{key: setting.value for key, setting in worker.settings.items()} for worker in proxy.servers[0].workers]
    assert found == [{"proxytimeout": "5"}, {"proxytimeout": "6", "proxyiobuffersize": "16384"}, {}]
    assert proxy.servers[1].workers[0].settings == {}


def test_balancers() -> None:
    proxy = model("""
        <Proxy balancer://App>
        BalancerMember http://m route=a
        BalancerMember http://m/x route=b
        BalancerMember http://n
        ProxySet lbmethod=byrequests
        </Proxy>
        ProxyPass / BALANCER://app/ stickysession=ID
        ProxyPass /x balancer://none/
        <Proxy balancer://empty>
        </Proxy>
    """)
    app, none, empty = sorted(proxy.servers[0].balancers, key=lambda one: one.name != "balancer://app")[:3]
    assert [worker.name for worker in app.members] == ["http://m", "http://n"]
    assert [definition.created for definition in app.members[0].definitions] == [True, False]
    assert sorted(app.params) == ["lbmethod", "stickysession"]
    assert [node.key for node in app.defined] == ["<proxy", *["balancermember"] * 3, "proxyset"]
    assert [node.key for node in app.used] == ["proxypass"]
    assert {one.name for one in (none, empty) if not one.members} == {"balancer://none", "balancer://empty"}
    assert {one.name for one in (none, empty) if not one.defined} == {"balancer://none"}
    assert proxy.servers[0].mappings[0].worker is app
    assert proxy.servers[0].by_name["balancer://app"] is app


def test_the_main_servers_balancer_replaces_members() -> None:
    """Tried on 2.4.71: the virtual host's own members never serve."""
    proxy = model("""
        <Proxy balancer://app>
        BalancerMember http://main
        </Proxy>
        <VirtualHost *:80>
        <Proxy balancer://app>
        BalancerMember http://own
        </Proxy>
        ProxyPass / balancer://app/
        </VirtualHost>
        <VirtualHost *:81>
        ProxyPassInherit Off
        BalancerInherit Off
        <Proxy balancer://app>
        BalancerMember http://own
        </Proxy>
        ProxyPass / balancer://app/
        </VirtualHost>
        <VirtualHost *:82>
        ProxyPassInherit Off
        RewriteRule (.*) balancer://app$1 [P]
        RewriteRule (.*) balancer://app/$1 [P]
        </VirtualHost>
    """)
    _, merged, alone, third = proxy.servers
    effective = [
        [member.name for member in mapping.worker.effective_members]
        for server in (merged, alone)
        for mapping in server.mappings
        if isinstance(mapping.worker, Balancer)
    ]
    assert effective == [["http://main"], ["http://own"]]
    assert [mapping.worker for mapping in third.mappings] == [None, proxy.servers[0].balancers[0]]


def test_the_main_servers_workers_come_first() -> None:
    """Tried on 2.4.71: the virtual host's request goes to the main server's socket."""
    proxy = model("""
        <VirtualHost *:80>
        ProxyPass / unix:/run/own.sock|http://localhost/
        ProxyPass /x unix:/run/x.sock|http://localhost/x
        </VirtualHost>
        <VirtualHost *:81>
        ProxyPassInherit Off
        BalancerInherit Off
        ProxyPass / unix:/run/own.sock|http://localhost/
        </VirtualHost>
        ProxyPass / unix:/run/main.sock|http://localhost/
    """)
    found = [
        mapping.worker.target.socket
        for server in proxy.servers[1:]
        for mapping in server.mappings
        if isinstance(mapping.worker, Worker)
    ]
    assert found == ["/run/main.sock", "/run/main.sock", "/run/own.sock"]


@pytest.mark.parametrize(
    ("worker", "line", "name"),
    [
        ("http://h/", "ProxyPass /a http://H/x", "http://h/"),
        ("http://h/", "ProxyPass /a http://H:80/x", "http://h/x"),
        ("http://h:80/", "RewriteRule (.*) http://h/$1 [P]", "http://h/"),
        ("http://h/x", "RewriteRule (.*) http://h/y [P]", None),
        ("http://h", "RewriteRule (.*) http://h [P]", "http://h"),
        ("http://h/", "RewriteRule (.*) http://%{HTTP_HOST}/ [P]", None),
        ("http://h/", "RewriteRule (.*) $1 [P]", None),
        ("http://h/", "RewriteRule (.*) http://u:p@h/ [P]", "http://h/"),
        ("http://h/", "RewriteRule (.*) http://h/?q=1 [P]", "http://h/"),
        ("http://h/", "SetHandler proxy:http://h", "http://h/"),
        ("uwsgi://h:3031/", "RewriteRule (.*) uwsgi://h:3031/ [P]", None),
        ("uwsgi://h:3032/", "RewriteRule (.*) uwsgi://h:3032/ [P]", "uwsgi://h:3032/"),
        ("scgi://h:4000/", "RewriteRule (.*) scgi://h:4000/ [P]", "scgi://h/"),
        ("http://u:p@h/", "RewriteRule (.*) http://u:p@h/ [P]", None),
        ("http://h/a/", "RewriteRule (.*) http://h/a/?q=/b/ [P]", "http://h/a/"),
        ("http://h/a%3Fq", "ProxyPass /a http://h/a?q", "http://h/a%3Fq"),
        ("http://h/a", "ProxyPass /a http://h/a?q", "http://h/a"),
        ("http://h/a", "ProxyPass /a http://h/a?q interpolate", "http://h/a"),
        ("http://h:8080/", "ProxyPass /a http://h:73616/", "http://h:8080/"),
        ("http://h/", "SetHandler proxy:http://%{HTTP_HOST}/", None),
        ("http://h/", "SetHandler proxy:unix:/a|http:", None),
    ],
)
def test_requests(worker: str, line: str, name: str | None) -> None:
    proxy = model(f"ProxyPass /worker {worker}\n{line}")
    found = proxy.servers[0].mappings[1].worker
    assert (found and found.name) == name


def test_patterns() -> None:
    text = """
        ProxyPassMatch ^/a/(.*) http://h/a/$1 timeout=5
        ProxyPassMatch ^/b(.*) http://h$1
        ProxyPassMatch ^/c/([0-9]+)(.*) http://i:$1$2
        ProxyPass /d http://h/
    """
    proxy = model(text)
    assert names(proxy.servers[0]) == ["http://h/a/$1", "http://h$1", "http://i$1$2", "http://h/"]
    assert [worker.matching for worker in proxy.servers[0].workers] == [True, True, True, False]
    assert [m.worker and m.worker.name for m in proxy.servers[0].mappings] == [
        "http://h/a/$1",
        "http://h$1",
        "http://i$1$2",
        "http://h$1",
    ]
    old = model(text.replace("http://i:$1$2", "http://i/x$1$2"), "2.4.46")
    assert [m.worker and m.worker.name for m in old.servers[0].mappings] == ["http://h/", None, None, "http://h/"]


def test_variables() -> None:
    proxy = model("""
        ProxyPass /a http://${HOST}/ interpolate
        RewriteRule (.*) http://%{ENV:HOST}:80/$1 [P]
        RewriteRule (.*) http://h/%{ENV:HOST} [P]
    """)
    assert [m.target and m.target.variables for m in proxy.servers[0].mappings] == [True, True, False]


@pytest.mark.parametrize(
    "line",
    [
        "ProxyPass /a ${URL}",
        "ProxyPass /a http://h:${PORT}/",
        "ProxyPass /a http://h/ ${OPTIONS}",
        "ProxyPass ${LINE}",
        "BalancerMember ${LINE}",
        "ProxySet ${WHAT} retry=1",
        "<Location /a>\nProxyPass ${LINE} x\n</Location>",
    ],
)
def test_undefined_variables_are_no_refusal(line: str) -> None:
    proxy = model(line)
    assert not proxy.refusals
    assert all(mapping.target is None or "${" in mapping.node.args for mapping in proxy.servers[0].mappings)


@pytest.mark.parametrize(
    ("text", "kind", "line"),
    [
        ("ProxyPass /a", "arguments", 1),
        ("ProxyPass /a http://h/ nocanno", "arguments", 1),
        ("ProxyPass /a h", "url", 1),
        ("ProxyPass /a unix:/run/a.sock", "url", 1),
        ("ProxyPass /a unix:/run/a.sock|", "url", 1),
        ("ProxyPass /a balancer:b", "url", 1),
        ("<Location /a>\nProxyPass /a http://h/\n</Location>", "location-path", 2),
        ("<Location /a>\nProxyPassReverse /a http://h/\n</Location>", "location-path", 2),
        ("<Directory /a>\nProxyPass http://h/\n</Directory>", "context", 2),
        ("<Location /a>\n<If true>\nProxyPass http://h/\n</If>\n</Location>", "context", 3),
        ("<Location /a>\n<Limit GET>\n<Proxy http://h>\n</Proxy>\n</Limit>\n</Location>", "context", 3),
        ("BalancerMember http://h/", "member-context", 1),
        ("<Location /a>\nBalancerMember http://h/\n</Location>", "member-context", 2),
        ("<Proxy balancer://b>\nBalancerMember\n</Proxy>", "arguments", 2),
        ("<Proxy balancer://b>\nBalancerMember http://h/ x y\n</Proxy>", "arguments", 2),
        ("ProxySet http://h/ retry=1", "undefined", 1),
        ("ProxySet balancer://b nofailover=on", "undefined", 1),
        ("<Proxy balancer://b>\nProxySet nofailover on\n</Proxy>", "arguments", 2),
        ("<Proxy *>\nProxySet retry=1\n</Proxy>", "url", 2),
        ("<Proxy * retry=1>\n</Proxy>", "arguments", 1),
        ("ProxyPassReverse http://h/", "arguments", 1),
    ],
)
def test_refused(text: str, kind: str, line: int) -> None:
    (refusal,) = model(text).refusals
    assert (refusal.kind, refusal.place.line) == (kind, line)


def test_reverses() -> None:
    proxy = model("""
        ProxyPassReverse /a http://h/
        ProxyPassReverseCookiePath / /a
        <Location /b>
        ProxyPassReverse http://i/ interpolate
        </Location>
    """)
    assert [(one.path, one.url) for one in proxy.servers[0].reverses] == [
        ("/a", "http://h/"),
        ("/", "/a"),
        ("/b", "http://i/"),
    ]


@pytest.mark.parametrize("shape", ["virtual hosts", "one server", "one host", "one server, patterns"])
def test_cost_is_linear(shape: str) -> None:
    """10,000 mappings cost about half a second, however they are spread; a scan of workers would take ten or more."""
    lines = []
    for n in range(10_000):
        match shape:
            case "virtual hosts":
                lines.append(f"<VirtualHost *:80>\nProxyPass / http://h{n}:8080/ timeout=5\n</VirtualHost>")
            case "one server":
                lines.append(f"ProxyPass /{n} http://h{n}:8080/ timeout=5")
            case "one host":
                lines.append(f"ProxyPass /{n} http://h:8080/{n}/ timeout=5")
            case _:
                lines.append(f"ProxyPassMatch ^/{n}(.*) http://h{n}/$1 timeout=5")
    configuration = load_text("\n".join(lines) + "\n")
    with seconds(4):
        proxy = build(configuration)
    assert sum(len(server.workers) for server in proxy.servers) == 10_000


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        ("/a", False),
        ("/a*", True),
        ("/a?", True),
        ("*", True),
        ("/a[b]", True),
        ("/[", False),
        ("/a[b", False),
        ("/a]", False),
        ("]a[", False),
        (r"/a\*", False),
        (r"/a\b*", True),
        (r"/a\b?c", True),
        (r"/a\[b]", False),
        ("/a*b[", True),
    ],
)
def test_the_path_of_a_location_is_a_pattern_if_it_has_wildcards(path: str, pattern: bool) -> None:
    (mapping,) = model(f"<Location {path}>\nProxyPass http://h/\n</Location>").servers[0].mappings
    assert mapping.pattern is pattern
    (mapping,) = model(f"ProxyPass {path} http://h/").servers[0].mappings
    assert not mapping.pattern


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        # without a word at fault, the whole line
        ("ProxyPass  /a", (1, 1), "ProxyPass needs a path and a target here"),
        ("<Directory /a>\nProxyPass http://h/\n</Directory>", (2, 1), "ProxyPass is not allowed in <Directory>"),
        ("<If true>\nProxyPassReverse http://h/\n</If>", (2, 1), "ProxyPassReverse is not allowed in <If>"),
        ("<Limit GET>\n<Proxy http://h>\n</Proxy>\n</Limit>", (2, 1), "<Proxy> is not allowed in a section"),
        (
            "<Location /a>\n<Limit GET>\n<Proxy http://h>\n</Proxy>\n</Limit>\n</Location>",
            (3, 1),
            "<Proxy> is not allowed in <Location>",
        ),
        ("BalancerMember  http://h/", (1, 1), "BalancerMember needs a worker URL and a balancer here"),
        ("<Location /a>\nBalancerMember\n</Location>", (2, 1), "BalancerMember needs a worker URL and a balancer here"),
        ("<Proxy balancer://b>\nBalancerMember\n</Proxy>", (2, 1), "BalancerMember needs a worker URL"),
        ("<Location /a>\nBalancerMember http://h\n</Location>", (2, 1), '"/a" is not a balancer'),
        # a path where the section is the path
        ("<Location /a>\nProxyPass /b http://h/\n</Location>", (2, 11), "ProxyPass in <Location> takes no path"),
        ("<Location /a>\nProxyPass /b retry=1\n</Location>", (2, 11), "ProxyPass in <Location> takes no path"),
        (
            "<Location /a>\nProxyPassReverse  /b http://h/\n</Location>",
            (2, 19),
            "ProxyPassReverse in <Location> takes no path",
        ),
        # no URL
        ("<Location /a>\nProxyPass /b\n</Location>", (2, 11), '"/b" is not a worker URL: it has no scheme'),
        ("ProxyPass /a /b retry=1", (1, 14), '"/b" is not a worker URL: it has no scheme'),
        ("ProxyPass /a unix:/a|h", (1, 14), '"unix:/a|h" is not a worker URL: no scheme follows its socket'),
        ("ProxyPass /a UNIX:|h", (1, 14), '"UNIX:|h" is not a worker URL: no scheme follows its socket'),
        ("ProxyPass /a unix:/a|:h", (1, 14), '"unix:/a|:h" is not a worker URL: it has no //host'),
        ("ProxyPass /a http:/a|h", (1, 14), '"http:/a|h" is not a worker URL: it has no //host'),
        (
            "<Proxy balancer://b>\nBalancerMember unix:/a|h\n</Proxy>",
            (2, 16),
            '"unix:/a|h" is not a worker URL: no scheme follows its socket',
        ),
        ("ProxySet unix:/a|h retry=1", (1, 10), '"unix:/a|h" is not a worker URL: no scheme follows its socket'),
        (
            "<Proxy balancer://b>\nBalancerMember http://h:80$1/\n</Proxy>",
            (2, 16),
            '"http://h:80$1/" is not a worker URL: its port is not a number',
        ),
        ("<Proxy ftp:>\nProxySet retry=1\n</Proxy>", (2, 1), '"ftp:" is not a worker URL: it has no //host'),
        ("ProxyPass /a balancer:b", (1, 14), '"balancer:b" is not a balancer: it has no name'),
        (
            f"<Proxy balancer://{'b' * 90}>\nBalancerMember http://h retry=1\n</Proxy>",
            (2, 1),
            f'"balancer://{"b" * 90}" is not a balancer: its name is too long',
        ),
        # other words
        ("ProxyPass /a http://h/ retry=1 nocanno", (1, 32), '"nocanno" is not of the form key=value'),
        ("ProxyPass /a /b nocanno", (1, 17), '"nocanno" is not of the form key=value'),
        ("<Location /a>\nProxyPass http://h/ nocanno\n</Location>", (2, 21), '"nocanno" is not of the form key=value'),
        ("<ProxyMatch ^http://h/ retry=1 max=2>\n</ProxyMatch>", (1, 24), "<ProxyMatch> takes no parameters"),
        ("<Proxy http://h/* retry=1 max=2>\n</Proxy>", (1, 19), '"http://h/*" takes no parameters'),
        ("<Proxy h retry=1>\n</Proxy>", (1, 10), '"h" takes no parameters'),
        ("ProxySet  balancer://b max=1", (1, 11), 'no balancer "balancer://b" is defined above this line'),
        (
            "ProxyPassMatch ^/m/(.*) http://h/$1\nProxySet http://h/ retry=1",
            (2, 10),
            'no worker for "http://h/" is defined above this line',
        ),
        ("ProxySet  http://h/ max=1", (1, 11), 'no worker for "http://h/" is defined above this line'),
    ],
)
def test_what_is_refused_and_where(text: str, place: tuple[int, int], message: str) -> None:
    (refusal,) = model(text).refusals
    assert ((refusal.place.line, refusal.place.column), refusal.message) == (place, message)


@pytest.mark.parametrize(
    "text",
    [
        "ProxyPass /a http://h/a|b",
        "ProxyPass /a unix:/a|http://h/",
        "<Location /a>\nProxyPass http://h/ retry=1 nocanon\n</Location>",
        "<Location /a>\nProxyPassReverse http://h/ interpolate\n</Location>",
        "<Location /a>\nProxyPassReverse\n</Location>",
        "ProxyPassReverseCookiePath /",
        "<IfModule x>\n<Proxy http://h>\n</Proxy>\n</IfModule>",
        "<Unknown>\n<Proxy http://h>\n</Proxy>\n</Unknown>",
        "ProxyPass /a balancer://b/\nProxySet balancer://b nofailover=on",
    ],
)
def test_not_refused(text: str) -> None:
    assert not model(text).refusals


def test_lines_below_a_refused_one_count() -> None:
    proxy = model("ProxySet ${WHAT} retry=1\nProxyPass /a h\nProxyPass /b\nProxyPass /c http://h/")
    assert [refusal.place.line for refusal in proxy.refusals] == [2, 3]
    assert [mapping.path for mapping in proxy.servers[0].mappings] == ["/c"]


def test_parameters_beside_an_undefined_variable() -> None:
    proxy = model("""
        ProxyPass /a http://h/ ${OPTIONS} retry=1
        ProxySet http://h/ max=2 ${OPTIONS}
        ProxyPass /b /path ${OPTIONS}
    """)
    (worker,) = proxy.servers[0].workers
    assert {key: param.value for key, param in worker.params.items()} == {"retry": "1", "max": "2"}
    assert [param.key for param in proxy.servers[0].mappings[0].params] == ["retry"]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("ProxyPass /a http://h/", [(1, 14)]),
        ("<Location /a>\nProxyPass  http://h/\n</Location>", [(2, 12)]),
        ("<Proxy   http://h/>\nProxySet retry=1\n</Proxy>", [(1, 10)]),
        ("<Proxy   http://h/ max=1>\nProxySet retry=1\n</Proxy>", [(1, 10)]),
        ("<Proxy   http://h/ retry=1>\n</Proxy>", [(1, 10)]),
        ("<IfModule x>\n<Proxy   http://h/ retry=1>\n</Proxy>\n</IfModule>", [(2, 10)]),
    ],
)
def test_where_the_url_of_a_worker_stands(text: str, places: list[tuple[int, int]]) -> None:
    found = [worker.target.place for worker in model(text).servers[0].workers]
    assert [(place.line, place.column) for place in found] == places


@pytest.mark.parametrize("section", ["<Proxy http://h>", "<Proxy *>", "<Proxy balancer:b>", "<Proxy balancer://*>"])
def test_sections_that_make_no_balancer(section: str) -> None:
    assert not model(f"{section}\n</Proxy>").servers[0].balancers
    assert not model("<ProxyMatch balancer://b>\n</ProxyMatch>").servers[0].balancers


def test_what_defines_a_balancer() -> None:
    proxy = model("""
        <Proxy balancer://b nofailover=on>
        ProxySet lbmethod=byrequests
        </Proxy>
        ProxySet balancer://b nofailover=off
        ProxyPass /b balancer://b/
    """)
    (balancer,) = proxy.servers[0].balancers
    assert [node.key for node in balancer.defined] == ["<proxy", "proxyset"]
    assert {key: param.value for key, param in balancer.params.items()} == {
        "nofailover": "off",
        "lbmethod": "byrequests",
    }


MATCH = "ProxyPassMatch ^/m/(.*) http://h/$1\n"


@pytest.mark.parametrize(
    ("text", "new", "old"),
    [
        # a mapping shares a worker of its own sort; before 2.4.47 there is one sort
        ("ProxyPass /a http://h/\nProxyPassMatch ^/b http://h/", ["http://h/", "http://h/"], ["http://h/"]),
        ("ProxyPassMatch ^/a http://h/\nProxyPass /b http://h/", ["http://h/", "http://h/"], ["http://h/"]),
        ("ProxyPassMatch ^/a http://h/\nProxyPassMatch ^/b http://h/", ["http://h/"], ["http://h/"]),
        (f"{MATCH}ProxyPassMatch ^/b/(.*) http://h/$1", ["http://h/$1"], ["http://h/$1"]),
        (f"{MATCH}ProxyPass /b http://h/xyz", ["http://h/$1", "http://h/xyz"], ["http://h/$1", "http://h/xyz"]),
        # and so does a section; ProxySet outside one finds all
        (
            "ProxyPassMatch ^/a http://h/\n<Proxy http://h/ retry=1>\n</Proxy>",
            ["http://h/", "http://h/ 1"],
            ["http://h/ 1"],
        ),
        (f"{MATCH}ProxySet http://h/$1 retry=1", ["http://h/$1 1"], ["http://h/$1 1"]),
        ("ProxyPass /a http://h/\nProxySet http://h/ retry=1", ["http://h/ 1"], ["http://h/ 1"]),
        (
            "ProxyPass /a http://h/\n<ProxyMatch http://h/>\nProxySet retry=1\n</ProxyMatch>",
            ["http://h/", "http://h/ 1"],
            ["http://h/ 1"],
        ),
        (f"{MATCH}<ProxyMatch http://h/$1>\nProxySet retry=1\n</ProxyMatch>", ["http://h/$1 1"], ["http://h/$1 1"]),
        # members share with members
        (
            "ProxyPass /a http://h/\n<Proxy balancer://b>\nBalancerMember http://h/x\nBalancerMember http://h/x/y\n</Proxy>",
            ["http://h/", "http://h/x"],
            ["http://h/", "http://h/x"],
        ),
    ],
)
def test_which_worker_a_line_finds(text: str, new: list[str], old: list[str]) -> None:
    """The names of all workers and members, each with its `retry`."""
    for version, expected in ((None, new), ("2.4.47", new), ("2.4.46", old)):
        (server,) = model(text, version).servers
        found = [*server.workers, *(member for balancer in server.balancers for member in balancer.members)]
        retries = [worker.params["retry"].value if "retry" in worker.params else "" for worker in found]
        assert [f"{worker.name} {retry}".strip() for worker, retry in zip(found, retries, strict=True)] == expected


def test_only_a_pattern_of_a_mapping_matches() -> None:
    proxy = model("""
        ProxyPass /a http://$1/
        <Proxy balancer://b>
        BalancerMember http://h/$1
        </Proxy>
    """)
    (worker,) = proxy.servers[0].workers
    (member,) = proxy.servers[0].balancers[0].members
    assert (worker.matching, worker.any_host, member.matching) == (False, False, False)


@pytest.mark.parametrize("line", ["SetHandler proxy:http://h:80$1/", "RewriteRule ^/(.*) http://h:80$1/ [P]"])
def test_only_proxypassmatch_takes_a_reference_out_of_the_port(line: str) -> None:
    (mapping,) = model(line).servers[0].mappings
    assert mapping.target is not None
    assert (mapping.target.port, mapping.target.identity) == (None, "http://h:80$1/")


def test_reverses_of_cookies() -> None:
    """They have two words in a section, too."""
    proxy = model("""
        <Location /a>
        ProxyPassReverseCookiePath / /a
        ProxyPassReverseCookieDomain inside outside
        ProxyPassReverse
        </Location>
        ProxyPassReverseCookiePath /
    """)
    assert [(one.path, one.url) for one in proxy.servers[0].reverses] == [("/", "/a"), ("inside", "outside")]
    assert not proxy.refusals
