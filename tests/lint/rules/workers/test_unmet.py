"""Workers that no request meets."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.gateways.httpd import running
from tests.support.gateways.sockets import sockets
from tests.support.lint.find import find, places

SECTION = "<Proxy http://127.0.0.1:81>\nProxySet timeout=9 max=5\n</Proxy>\n"


@pytest.mark.parametrize(
    "url", ["http://localhost:81/", "http://LocalHost:81/a", "http://[::1]:81/", "ws://127.0.0.1:81/"]
)
def test_another_name(url: str) -> None:
    (found,) = find("worker-unmet", f"{SECTION}ProxyPass / {url}")
    assert (found.place.line, found.place.column) == (2, 10)
    assert found.message == '"timeout=9" and "max=5" have no effect: no request meets the worker "http://127.0.0.1:81"'
    assert [related.place.line for related in found.related] == [4]
    assert "section" in str(found.help)


@pytest.mark.parametrize("line", ["<Proxy http://127.0.0.1 timeout=9>", "<Proxy http://localhost:80/a timeout=9>"])
def test_ports_and_parameters_in_the_opening_line(line: str) -> None:
    assert places("worker-unmet", f"{line}\n</Proxy>\nProxyPass / http://[::1]:80/a") == [
        (1, line.index("timeout") + 1)
    ]


@pytest.mark.parametrize(
    ("section", "url", "count"),
    [
        ("http://app.example", "https://app.example/", 1),
        ("https://app.example/a", "http://app.example/a", 1),
        ("ajp://localhost", "ajp://127.0.0.1:8009/", 1),
        ("http://app.example:80", "https://app.example/", 0),
        ("http://app.example", "https://app.example:443/", 0),
        ("http://app.example", "https://other.example/", 0),
        ("http://app.example/a", "https://app.example/b", 0),
    ],
)
def test_another_scheme(section: str, url: str, count: int) -> None:
    text = f"<Proxy {section}>\nProxySet timeout=9\n</Proxy>\nProxyPass / {url}\n"
    assert len(find("worker-unmet", text)) == count


@pytest.mark.parametrize("url", ["http://127.0.0.1:81", "http://localhost:81/app"])
def test_a_member_is_another_worker(url: str) -> None:
    text = f"{SECTION}<Proxy balancer://x>\nBalancerMember {url}\n</Proxy>\nProxyPass / balancer://x/"
    (found,) = find("worker-unmet", text)
    assert [related.place.line for related in found.related] == [5]
    assert "BalancerMember" in str(found.help)


@pytest.mark.parametrize(
    "lines",
    [
        "ProxyPass / http://127.0.0.1:81/",
        "ProxyPass /a http://127.0.0.1:81/a\nProxyPass / http://localhost:81/",
        "RewriteRule ^/(.*) http://127.0.0.1:81/$1 [P]\nProxyPass / http://localhost:81/",
        "RewriteRule ^/(.*) http://%{HTTP_HOST}/$1 [P]\nProxyPass / http://localhost:81/",
        "<VirtualHost *:80>\nProxyPass / http://127.0.0.1:81/\n</VirtualHost>\nProxyPass /a http://localhost:81/",
        "ProxyPass / http://localhost:82/",
        "ProxyPass / http://10.0.0.5:81/",
        "ProxyPass / !",
        "",
    ],
)
def test_silent(lines: str) -> None:
    assert find("worker-unmet", SECTION + lines) == []


@pytest.mark.parametrize(
    "section", ["<Proxy http://127.0.0.1:81>\n</Proxy>", "<Proxy http://127.0.0.1:81/b>\nProxySet max=5\n</Proxy>"]
)
def test_without_parameters_or_for_another_path(section: str) -> None:
    assert find("worker-unmet", f"{section}\nProxyPass / http://localhost:81/a") == []


FCGI = "<Proxy {}>\nProxySet enablereuse=on\n</Proxy>\n"
HANDLER = '<FilesMatch x>\nSetHandler "proxy:{}"\n</FilesMatch>\n'


@pytest.mark.parametrize(
    ("section", "handler", "count"),
    [
        ("fcgi://php", "unix:/run/f.sock|fcgi://localhost", 1),
        ("fcgi://127.0.0.1:9000", "unix:/run/f.sock|fcgi://localhost/", 1),
        ("fcgi://localhost", "unix:/run/f.sock|fcgi://localhost", 0),
        ("fcgi://php", "unix:/run/f.sock|fcgi://php/", 0),
        ("unix:/run/f.sock|fcgi://php", "unix:/run/f.sock|fcgi://localhost", 0),
        ("http://app", "unix:/run/f.sock|fcgi://localhost", 0),
        ("fcgi://php", "fcgi://localhost", 0),
    ],
)
def test_a_handler_with_a_socket(section: str, handler: str, count: int) -> None:
    assert len(find("worker-unmet", FCGI.format(section) + HANDLER.format(handler))) == count


def test_another_section_gives_the_handler_its_worker() -> None:
    sections = FCGI.format("fcgi://php") + FCGI.format("fcgi://localhost")
    assert not find("worker-unmet", sections + HANDLER.format("unix:/run/f.sock|fcgi://localhost"))


@pytest.mark.httpd
def test_a_handler_on_httpd(httpd: str, tmp_path: Path) -> None:
    """A disabled worker answers with 503, if a request meets it."""
    tmp_path.chmod(0o755)
    (tmp_path / "page").write_text("x")
    urls = {"met": "http://localhost", "other": "http://php"}
    with sockets() as folder:
        text = "".join(
            f"<VirtualHost *:PORT>\nServerName {name}\n<Proxy {url}>\nProxySet status=+D\n</Proxy>\n<Location />\n"
            f'SetHandler "proxy:unix:{folder}/a.sock|http://localhost"\n</Location>\n</VirtualHost>\n'
            for name, url in urls.items()
        )
        with running(httpd, tmp_path, text) as started:
            assert started.get("/page", host="met") == "503"
            assert started.get("/page", host="other").startswith("a/")


@pytest.mark.httpd
def test_on_httpd(httpd: str, tmp_path: Path) -> None:
    """A disabled worker answers with 503, if a request meets it."""
    off = "<Proxy http://A>\nProxySet status=+D\n</Proxy>\n"
    hosts = {
        "met": f"{off}ProxyPass / http://A/",
        "named": f"{off}ProxyPass / http://localhost:A/",
        "member": f"{off}<Proxy balancer://x>\nBalancerMember http://A\n</Proxy>\nProxyPass / balancer://x/",
    }
    text = "".join(
        f"<VirtualHost *:PORT>\nServerName {name}\n{lines}\n</VirtualHost>\n" for name, lines in hosts.items()
    )
    tmp_path.chmod(0o755)
    with running(httpd, tmp_path, text) as started:
        assert {name: started.get("/1", host=name) for name in hosts} == {"met": "503", "named": "a/1", "member": "a/1"}


OWN_PORT = """
    ProxyPass / ajp://h:8009/ secret=s
    <Proxy {}>
    ProxySet timeout=7
    </Proxy>
"""


def test_the_port_of_the_scheme() -> None:
    (found,) = find("worker-unmet", OWN_PORT.format("ajp://h:8009/"))
    assert found.place.line == 4
    assert found.help == 'Write "ajp://h/" in the section, without the port.'
    assert not find("worker-unmet", OWN_PORT.format("ajp://h/"))
    assert not find("worker-unmet", OWN_PORT.format("ajp://h:8009/").replace("8009", "8010"))
    section, rest = "<Proxy ajp://h:8009/>\nProxySet timeout=7\n</Proxy>\n", "ProxyPass / ajp://h:8009/ secret=s\n"
    assert not find("worker-unmet", section + rest)


@pytest.mark.httpd
def test_the_port_of_the_scheme_on_httpd(httpd: str, tmp_path: Path) -> None:
    """A section with the port does not disable the worker, unless it stands before the ProxyPass."""
    section = "<Proxy fcgi://localhost{}/>\nProxySet status=+D\n</Proxy>\n"
    line = "ProxyPass / unix:/nonexistent/a.sock|fcgi://localhost:8000/\n"
    hosts = {
        "port": line + section.format(":8000"),
        "none": line + section.format(""),
        "before": section.format(":8000") + line,
    }
    text = "".join(f"<VirtualHost *:PORT>\nServerName {name}\n{lines}</VirtualHost>\n" for name, lines in hosts.items())
    with running(httpd, tmp_path, text) as started:
        for name in hosts:
            started.get("/1", host=name)
    log = (tmp_path / "log").read_text()
    assert log.count("AH02454") == 1, "one of them asks the backend"
