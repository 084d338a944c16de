"""The gateway that a configuration makes: what listens, in which order paths are asked, who may ask, what is behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.conf.load import Options
from hpatch.lint.engine.root import Root
from hpatch.lint.gateway import build
from hpatch.lint.gateway.build import gateway
from hpatch.lint.gateway.model import GatewayHost, GatewayMap
from tests.support.lint.gateways import made


def host(given: GatewayMap, title: str) -> GatewayHost:
    return next(one for one in given.hosts if one.title == title)


def test_listeners_and_hosts(tmp_path: Path) -> None:
    given = made(
        tmp_path,
        """
        ProxyPass /main http://127.0.0.1:1/
        <VirtualHost *:80>
        ServerName a.example
        ServerAlias b.example
        ProxyPass /a http://127.0.0.1:2/
        </VirtualHost>
        <VirtualHost 192.0.2.1:443>
        ServerName c.example
        ProxyPass /c http://127.0.0.1:3/
        </VirtualHost>
        <VirtualHost *:80>
        ServerName none.example
        </VirtualHost>
        """,
    )
    assert [(one.text, one.protocol) for one in given.listeners] == [("80", ""), ("192.0.2.1:443", "https")]
    assert [(one.title, one.names, one.listeners, one.inherits) for one in given.hosts] == [
        ("main server", (), ("l1",), 0),
        ("a.example", ("a.example", "b.example"), ("l0",), 1),
        ("c.example", ("c.example",), ("l1",), 1),
    ]
    assert given.plain == 1


def test_paths_are_in_the_order_in_which_httpd_asks(tmp_path: Path) -> None:
    given = made(
        tmp_path,
        """
        <VirtualHost *:80>
        <FilesMatch "[.]php$">
        SetHandler "proxy:unix:/run/php.sock|fcgi://localhost"
        </FilesMatch>
        ProxyPass /static !
        ProxyPassMatch "^/m(.*)$" http://127.0.0.1:2/$1
        ProxyPass / http://127.0.0.1:3/
        <Location /in>
        ProxyPass http://127.0.0.1:4/
        </Location>
        RewriteEngine On
        RewriteRule ^/r(.*)$ http://127.0.0.1:5/$1 [P]
        </VirtualHost>
        """,
    )
    (only,) = given.hosts
    assert [(one.number, one.kind, one.path, one.target) for one in only.paths] == [
        (1, "RewriteRule", "^/r(.*)$", "http://127.0.0.1:5/$1"),
        (2, "ProxyPass", "/in", "http://127.0.0.1:4/"),
        (3, "ProxyPass", "/static", ""),
        (4, "ProxyPassMatch", "^/m(.*)$", "http://127.0.0.1:2/$1"),
        (5, "ProxyPass", "/", "http://127.0.0.1:3/"),
        (6, "SetHandler", '"[.]php$"', "unix:/run/php.sock|fcgi://localhost"),
    ]


@pytest.mark.parametrize(
    ("rules", "access", "verdict"),
    [
        ("", "no access rule", "granted"),
        ("Require all denied", "Require all denied", "denied"),
        ("Require ip 192.0.2.0/24", "Require ip 192.0.2.0/24", "unknown"),
        ("AuthType Basic\nAuthName x\nRequire valid-user", "Require valid-user", "login"),
    ],
)
def test_the_access_rule_of_a_path(tmp_path: Path, rules: str, access: str, verdict: str) -> None:
    text = f"""
        <VirtualHost *:80>
        ServerName a.example
        ProxyPass /a/ http://127.0.0.1:2/
        <Location /a/>
        {rules}
        </Location>
        </VirtualHost>
        """
    (path,) = host(made(tmp_path, text), "a.example").paths
    assert (path.access, path.verdict) == (access, verdict)


def test_no_access_is_told_of_what_was_not_asked(tmp_path: Path) -> None:
    """A pattern has no one path, and a host that is not reached by its name has no requests."""
    text = """
        <VirtualHost *:80>
        ServerName a.example
        ProxyPassMatch ^/a(.*)$ http://127.0.0.1:2/$1
        ProxyPass /static !
        ProxyPass /b http://127.0.0.1:1/
        </VirtualHost>
        <VirtualHost *:80>
        ServerName a.example
        ProxyPass /b http://127.0.0.1:2/
        </VirtualHost>
        """
    given = made(tmp_path, text)
    first, second = ([(one.access, one.verdict) for one in each.paths] for each in given.hosts)
    assert first == [("", None), ("", None), ("no access rule", "granted")]
    assert second == [("", None)]


@pytest.mark.parametrize(("limit", "most"), [("_ASKED", 3), ("_STEPS", 7)])
def test_of_how_many_paths_no_access_rule_was_looked_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, most: int
) -> None:
    """With one host chosen, none is looked up of the others. Each path of a host with two costs two steps."""
    monkeypatch.setattr(build, limit, most)
    hosts = "".join(
        f"<VirtualHost *:80>\nServerName {name}.example\nProxyPass /1 http://b:1\nProxyPass /2 http://b:2\n</VirtualHost>\n"
        for name in "abc"
    )
    given = made(tmp_path, hosts)
    assert [[one.verdict for one in each.paths] for each in given.hosts] == [
        ["granted", "granted"],
        ["granted", None],
        [None, None],
    ]
    assert given.unasked == 3
    given = gateway(Root(str(tmp_path / "apache2.conf"), Options()), (), "C.example")
    assert [one.verdict for one in host(given, "c.example").paths] == ["granted", "granted"]
    assert given.unasked == 0


def test_of_a_part_no_access_is_certain(tmp_path: Path) -> None:
    """Another file may have rules for it."""
    part = tmp_path / "part.conf"
    part.write_text("<VirtualHost *:80>\nProxyPass /a http://127.0.0.1:1\n</VirtualHost>\n")
    ((path,),) = [one.paths for one in gateway(Root(str(part), Options()), ()).hosts]
    assert (path.access, path.verdict) == ("no access rule in this part", "unknown")


def test_a_template_is_shown_as_it_is_written(tmp_path: Path) -> None:
    template = tmp_path / "a.conf.j2"
    template.write_text(
        "<VirtualHost *:80>\nServerName {{ name }}\nProxyPass /a http://{{ host }}:1/\n</VirtualHost>\n"
    )
    given = gateway(Root(str(template), Options()), ())
    (only,) = given.hosts
    assert (only.title, only.paths[0].target) == ("{{ name }}", "http://{{ host }}:1/")
    assert [one.name for one in given.targets.values()] == ["http://{{ host }}:1/"]


def test_odd_ports(tmp_path: Path) -> None:
    given = made(tmp_path, f"Listen {'9' * 5_000}\nListen ${{P}}\nListen ²\nProxyPass /a http://127.0.0.1:1\n")
    assert given.hosts[0].listeners == ("l0", "l1", "l2")


def test_workers_balancers_and_the_files_behind_them(tmp_path: Path) -> None:
    given = made(
        tmp_path,
        """
        <Proxy balancer://app>
        BalancerMember http://127.0.0.1:1 route=a
        BalancerMember http://127.0.0.1:2 route=a
        ProxySet stickysession=ID
        </Proxy>
        ProxyPass /b/ balancer://app/
        ProxyPass /u/ unix:/run/u.sock|uwsgi://u/
        ProxyPass /v/ unix:/run/u.sock|uwsgi://u/v/
        ProxyPass /slash/ http://127.0.0.1:3
        """,
        u="[uwsgi]\nsocket = /run/u.sock\n",
    )
    targets = {one.name: one for one in given.targets.values()}
    assert [(one.kind, name) for name, one in targets.items()] == [
        ("balancer", "balancer://app"),
        ("worker", "uwsgi://u/"),
        ("worker", "http://127.0.0.1:3"),
    ]
    assert [worker.name for worker in targets["balancer://app"].workers] == ["http://127.0.0.1:1", "http://127.0.0.1:2"]
    (worker,) = targets["uwsgi://u/"].workers
    assert worker.address == "/run/u.sock"
    assert worker.backend is not None
    assert given.backends[worker.backend].place.file.endswith("u.ini")
    (main,) = given.hosts
    assert [path.marks.severity for path in main.paths] == [None, None, None, "error"]
    assert [one.marks.number for one in targets["balancer://app"].workers] == [0, 1]


def test_a_backend_that_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    main = tmp_path / "apache2.conf"
    main.write_text("ProxyPass /u/ unix:/run/u.sock|uwsgi://u/\n")
    missing = str(tmp_path / "missing")
    given = gateway(Root(str(main), Options(), uwsgi=(missing,), fpm=(missing,), backends=(missing,)), ())
    assert given.backends == {}
