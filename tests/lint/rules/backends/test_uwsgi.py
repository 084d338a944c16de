"""uWSGI behind httpd: FastCGI to an old one, and the module's own faults."""

from __future__ import annotations

import pytest

from hpatch.conf.modules import Modules
from hpatch.lint.rules.backends.uwsgi import uwsgi_fcgi_eof, uwsgi_module_cve, uwsgi_module_thirdparty
from tests.support.lint.find import find, grades

UNIX = "ProxyPass /a/ unix:/run/app.sock|fcgi://app/\n"
TCP = "ProxyPass /a/ fcgi://127.0.0.1:9000/\n"
ON_UNIX = "[uwsgi]\nfastcgi-socket = /run/app.sock\n"
ON_TCP = "[uwsgi]\nsocket = :9000\nprotocol = fastcgi\n"


@pytest.mark.parametrize(
    ("text", "uwsgi", "version", "expected"),
    [
        (UNIX, ON_UNIX + "threads = 2\n", "2.0.4", ("error", "high")),
        (UNIX, ON_UNIX + "threads = 1\n", "2.0.4", ("warning", "high")),
        (UNIX, ON_UNIX, "2.0.4-debian", ("warning", "high")),
        (TCP, ON_TCP + "threads = 8\n", "1.9.21", ("warning", "high")),
        (UNIX, ON_UNIX + "threads = 2\n", None, ("warning", "medium")),
        (TCP, ON_TCP, None, ("warning", "medium")),
        (TCP, "[uwsgi]\nsocket = :9000\nprotocol = $(P)\n", None, ("warning", "low")),
        (UNIX, "[uwsgi]\nif-env = X\nfastcgi-socket = /run/app.sock\nendif =\n", "2.0.4", ("warning", "medium")),
    ],
)
def test_grades(text: str, uwsgi: str, version: str | None, expected: tuple[str, str]) -> None:
    assert grades(find(uwsgi_fcgi_eof, text, uwsgi=uwsgi, uwsgi_version=version)) == [expected]


@pytest.mark.parametrize(
    ("version", "which"), [("2.0.4", "uWSGI 2.0.4, which closes"), (None, "uWSGI, which before 2.0.5 closes")]
)
def test_the_message_names_the_version_of_uwsgi(version: str | None, which: str) -> None:
    (finding,) = find(uwsgi_fcgi_eof, UNIX, uwsgi=ON_UNIX, uwsgi_version=version)
    assert f'"unix:/run/app.sock|fcgi://app/" speaks FastCGI to {which} the connection' in finding.message


@pytest.mark.parametrize(
    "text",
    [
        "ProxyPassMatch ^/a/(.*)$ unix:/var/run//app.sock|fcgi://app/$1\n",
        '<Location /a/>\nProxyPass "unix:/run/app.sock|fcgi://app/"\n</Location>\n',
        '<Location /a/>\nSetHandler "proxy:unix:/run/app.sock|fcgi://app/"\n</Location>\n',
        "RewriteEngine On\nRewriteRule ^/a/(.*) unix:/run/app.sock|fcgi://app/$1 [P]\n",
        "<Proxy balancer://b>\nBalancerMember unix:/run/app.sock|fcgi://app\n</Proxy>\nProxyPass /a/ balancer://b/\n",
    ],
)
def test_every_way_to_it(text: str) -> None:
    assert len(find(uwsgi_fcgi_eof, text, uwsgi=ON_UNIX, uwsgi_version="2.0.4")) == 1


def test_places() -> None:
    uwsgi = "[uwsgi]\nsocket = /run/app.sock\nprotocol = fastcgi\nthreads = 4\n"
    (finding,) = find(uwsgi_fcgi_eof, "# one\n" + UNIX, uwsgi=uwsgi, uwsgi_version="2.0.4")
    assert finding.place[1:] == (2, 15, 2, 45)
    assert [(related.place.file, related.place.line, related.message) for related in finding.related] == [
        ("app.ini", 2, "uWSGI listens here"),
        ("app.ini", 3, "it speaks FastCGI"),
        ("app.ini", 4, "it has 4 threads"),
    ]
    assert finding.help is not None
    assert "hpatch set show fcgi-stdin-eof" in finding.help


@pytest.mark.parametrize(
    ("text", "uwsgi", "version"),
    [
        (UNIX, ON_UNIX, "2.0.5"),
        (UNIX, ON_UNIX, "2.0.21"),
        (UNIX, "[uwsgi]\nfastcgi-socket = /run/other.sock\n", "2.0.4"),
        (UNIX, "[uwsgi]\nsocket = /run/app.sock\n", "2.0.4"),
        (TCP, "[uwsgi]\nfastcgi-socket = :9001\n", "2.0.4"),
        ("ProxyPass /a/ fcgi://app.example.com:9000/\n", ON_TCP, "2.0.4"),
        ("ProxyPass /a/ uwsgi://127.0.0.1:9000/\n", ON_TCP, "2.0.4"),
        (UNIX, "", None),
        ("ProxyPass /a/ unix:/run/uwsgi/a.sock|uwsgi://app/\n", "", None),
    ],
)
def test_silent(text: str, uwsgi: str, version: str | None) -> None:
    assert not find(uwsgi_fcgi_eof, text, uwsgi=uwsgi, uwsgi_version=version)


@pytest.mark.parametrize("url", ["unix:/run/uwsgi/app.sock|fcgi://app/", "fcgi://uwsgi:9000/"])
def test_by_its_name(url: str) -> None:
    assert grades(find(uwsgi_fcgi_eof, f"ProxyPass /a/ {url}\n")) == [("info", "low")]
    assert not find(uwsgi_fcgi_eof, f"ProxyPass /a/ {url}\n", uwsgi_version="2.0.5")


LOAD = "LoadModule proxy_module {0}/mod_proxy.so\nLoadModule proxy_uwsgi_module {1}/mod_proxy_uwsgi.so\n"


@pytest.mark.parametrize(
    ("folders", "version", "expected"),
    [
        (("modules", "modules"), "2.4.29", ("warning", "high")),
        (("modules", "modules"), "2.4.30", None),
        (("modules", "modules"), None, None),
        (("/usr/lib/apache2/modules", "/opt/uwsgi/lib"), "2.4.71", ("warning", "medium")),
        (("/usr/lib/apache2/modules", "/opt/uwsgi/lib"), None, ("warning", "medium")),
        (("modules", "/usr/lib64/httpd/modules"), None, None),
        (("/opt/web/lib", "/opt/web/lib"), None, None),
        (("libexec/apache24", "/usr/local/libexec/apache24"), None, None),
    ],
)
def test_thirdparty(folders: tuple[str, str], version: str | None, expected: tuple[str, str] | None) -> None:
    found = find(uwsgi_module_thirdparty, LOAD.format(*folders), version)
    assert grades(found) == ([] if expected is None else [expected])
    assert all(finding.place[1:3] == (2, 1) for finding in found)


def test_thirdparty_without_a_load_module_line() -> None:
    text = "ProxyPass /a/ uwsgi://127.0.0.1:3031/\n"
    assert not find(uwsgi_module_thirdparty, text, "2.4.29")
    (finding,) = find(uwsgi_module_thirdparty, text, "2.4.29", modules=Modules(["proxy_uwsgi_module"]))
    assert finding.place[1:3] == (1, 15)


@pytest.mark.parametrize(
    ("version", "count"),
    [("2.4.29", 0), ("2.4.30", 5), ("2.4.45", 5), ("2.4.46", 4), ("2.4.48", 4), ("2.4.49", 3), ("2.4.55", 3),
     ("2.4.56", 2), ("2.4.58", 2), ("2.4.59", 1), ("2.4.68", 1), ("2.4.69", 0), ("2.4.71", 0)],
)  # fmt: skip
def test_cve(version: str, count: int) -> None:
    found = find(uwsgi_module_cve, "ProxyPass /a/ uwsgi://127.0.0.1:3031/\n", version)
    assert sum(finding.message.count("CVE-") for finding in found) == count
    assert grades(found) == [("warning", "medium")] * bool(count)
    assert all((finding.help or "").startswith("Run httpd 2.4.69 or later.") for finding in found)


def test_cve_places() -> None:
    text = LOAD.format("modules", "modules") + "ProxyPass /a/ unix:/run/a.sock|uwsgi://a/\n"
    (finding,) = find(uwsgi_module_cve, text)
    assert finding.place[1:3] == (2, 1)
    assert finding.related[0].place[1:3] == (3, 15)
    assert grades([finding]) == [("info", "low")]
    assert "2.4.69" in finding.message


def test_a_module_that_is_not_used_is_not_reported() -> None:
    text = LOAD.format("modules", "modules") + "ProxyPass /a/ http://127.0.0.1:3031/\n"
    assert not find(uwsgi_module_cve, text, "2.4.58")
