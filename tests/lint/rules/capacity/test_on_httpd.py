"""What the rules about capacity and the cache claim of httpd, held against a real one."""

from __future__ import annotations

import re
import time
from pathlib import Path
from socket import create_connection

import pytest

from hpatch.lint.registry import rules
from hpatch.lint.rule import Rule
from tests.support.gateways.httpd import check, load, modules_folder, running
from tests.support.lint.examples import FIRES, INSTEAD, SILENT, examples
from tests.support.lint.find import find
from tests.support.patience import PATIENCE

pytestmark = pytest.mark.httpd

RULES = [rule for rule in rules() if rule.family == "capacity"]
CACHE = """\
CacheSocache shmcb
CacheDefaultExpire 60
CacheIgnoreNoLastMod On
SetEnvIf X-Inside 1 inside
"""


def host(name: str, text: str) -> str:
    """A virtual host."""
    return f"<VirtualHost *>\nServerName {name}\n{text}</VirtualHost>\n"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_accepted(rule: Rule, httpd: str, tmp_path: Path) -> None:
    for example in examples(rule, FIRES, SILENT, INSTEAD):
        accepted, said = check(
            httpd, tmp_path, load("cache", "cache_socache", "cache_disk", "reqtimeout", "expires") + example.text
        )
        assert accepted, said


@pytest.mark.parametrize(
    "text",
    [
        "MaxRequestWorkers 400",
        "MaxRequestWorkers 401",
        "MaxRequestWorkers 399",
        "MaxRequestWorkers 20",
        "MaxClients 500",
        "ServerLimit 20\nMaxRequestWorkers 500",
        "MaxRequestWorkers 500\nServerLimit 20",
        "ThreadsPerChild 64\nMaxRequestWorkers 640",
        "ThreadsPerChild 65\nMaxRequestWorkers 640",
        "ThreadLimit 100\nThreadsPerChild 65\nMaxRequestWorkers 650",
        "ServerLimit 4\nThreadsPerChild 128\nMaxRequestWorkers 256",
        "ServerLimit 2\nThreadsPerChild 50\nMaxRequestWorkers 100",
        "ServerLimit 2\nThreadsPerChild 50\nMaxRequestWorkers 150",
        "MaxRequestWorkers 410",
        "ThreadsPerChild 64\nThreadLimit 64\nMaxRequestWorkers 64",
    ],
)
def test_workers(text: str, httpd: str, tmp_path: Path) -> None:
    """The rule reports a change just where httpd warns of one, with the numbers that httpd says."""
    accepted, said = check(httpd, tmp_path, text)
    assert accepted, said
    warned = re.findall(r"creasing to (?:nearest multiple )?(\d+)", said)
    found = find("workers-lowered", f"LoadModule mpm_event_module {modules_folder()}/mod_mpm_event.so\n{text}\n")
    assert [number for number in warned if any(f"to {number}" in one.message for one in found)] == warned
    assert len(found) == len(warned)


def test_the_cache_and_access(httpd: str, tmp_path: Path) -> None:
    """A client that may not have the page gets it just where the rule reports the line."""
    inside = '<Location "/p">\nRequire env inside\n</Location>\nProxyPass /p http://A\nProxyPass /q http://B\n'
    texts = {
        "all": f"{inside}CacheEnable socache /\n",
        "part": f"{inside}CacheEnable socache /p/x\n",
        "below": inside.replace('"/p"', '"/p/x"') + "CacheEnable socache /p\n",
        "old": inside.replace("Require env inside", "Order deny,allow\nDeny from all\nAllow from env=inside")
        + "CacheEnable socache /\n",
        "other": f"{inside}CacheEnable socache /q\n",
        "disabled": f"{inside}CacheEnable socache /\nCacheDisable /p\n",
        "disabled-late": inside.replace("Require", "CacheDisable on\nRequire") + "CacheEnable socache /\n",
        "pattern": inside.replace('<Location "/p"', "<LocationMatch ^/p").replace("</Loc", "</LocationMatch>\n#")
        + "CacheEnable socache /\n",
        "late": f"{inside}CacheEnable socache /\nCacheQuickHandler Off\n",
        "section": inside.replace("Require", "CacheEnable socache\nRequire"),
    }
    text = load("cache", "cache_socache", "access_compat") + CACHE
    with running(httpd, tmp_path, text + "".join(host(name, one) for name, one in texts.items())) as server:
        for name, one in texts.items():
            allowed, _ = server.ask("/p/x", {"Host": name, "X-Inside": "1"})
            denied, _ = server.ask("/p/x", {"Host": name})
            assert allowed.status == 200
            assert bool(find("cache-before-access", host(name, one))) is (denied.status == 200), name


def test_the_cache_and_what_is_private(httpd: str, tmp_path: Path) -> None:
    """The second client gets the first one's cookie, or page, just where a rule reports the line."""
    origin = (
        'Header set Set-Cookie "id=%{UNIQUE}e"\n'
        'Header set Cache-Control "private" "expr=%{REQUEST_URI} =~ m#private#"\n'
        'Header set Cache-Control "no-store" "expr=%{REQUEST_URI} =~ m#secret#"\n'
        "ProxyPass / http://A/\n"
    )
    asking = "ProxyPass / http://127.0.0.1:PORT/\nCacheEnable socache /\n"
    texts = {
        "cookies": ("/page", "cache-set-cookie", asking),
        "ignored": ("/page", "cache-set-cookie", f"{asking}CacheIgnoreHeaders Set-Cookie\n"),
        "unset": ("/page", "cache-set-cookie", f"{asking}Header unset Set-Cookie\n"),
        "unset-elsewhere": ("/page", "cache-set-cookie", f"{asking}Header always unset Set-Cookie\n"),
        "private-off": (
            "/private",
            "cache-store-private",
            f"{asking}CacheStorePrivate On\nCacheStorePrivate Off\n",
        ),
        "private": ("/private", "cache-store-private", asking),
        "store-private": ("/private", "cache-store-private", f"{asking}CacheStorePrivate On\n"),
        "store-secret": ("/secret", "cache-store-private", f"{asking}CacheStoreNoStore On\n"),
    }
    text = load("cache", "cache_socache") + CACHE + host("localhost", origin)
    with running(httpd, tmp_path, text + "".join(host(name, one) for name, (_, _, one) in texts.items())) as server:
        for name, (path, rule, one) in texts.items():
            answers = [server.ask(f"{path}/{name}", {"Host": name})[0] for _ in range(2)]
            stored = answers[1].getheader("Age") is not None
            leaks = stored and (rule != "cache-set-cookie" or answers[1].getheader("Set-Cookie") is not None)
            assert bool(find(rule, host(name, one.replace("PORT", "8080")))) is leaks, name


def test_bodies(httpd: str, tmp_path: Path) -> None:
    """A body that is longer than the limit arrives just where the rule reports the limit."""
    texts = {
        "section": "<Location /p>\nProxyPass http://A/p\nLimitRequestBody 10\n</Location>\n",
        "server": "ProxyPass / http://A/\nLimitRequestBody 10\n",
        "under": "ProxyPass /p http://A/p\n<Location /p/x>\nLimitRequestBody 10\n</Location>\n",
        "files": "LimitRequestBody 10\nFallbackResource /page\n",
    }
    (tmp_path / "page").write_text("a page")
    with running(httpd, tmp_path, "".join(host(name, one) for name, one in texts.items())) as server:
        for name, one in texts.items():
            answer, body = server.ask("/p/x", {"Host": name}, "POST", b"x" * 5000)
            assert bool(find("limitbody-proxied", host(name, one))) is (body == "a/p/x"), (name, answer.status)


MPM = "LoadModule mpm_event_module a.so\nListen 80\nProxyPass / http://a/\n"


@pytest.mark.parametrize(
    ("setting", "ended"),
    [
        (f"{load('reqtimeout')}RequestReadTimeout header=1\n", True),
        (f"{load('reqtimeout')}RequestReadTimeout header=0\n", False),
        (f"{load('reqtimeout')}RequestReadTimeout header=0\nRequestReadTimeout header=1\n", True),
        ("", False),
    ],
)
def test_slow_requests(setting: str, ended: bool, httpd: str, tmp_path: Path) -> None:
    text = setting
    rule = "request-timeout-off" if setting else "request-timeout-missing"
    assert bool(find(rule, MPM + text)) is not ended
    wait = PATIENCE if ended else 3.0
    with running(httpd, tmp_path, text) as server, create_connection(("127.0.0.1", server.port), wait) as client:
        client.sendall(b"GET / HTTP/1.1\r\n")
        began = time.monotonic()
        try:
            answer = client.recv(100)
        except TimeoutError:
            answer = b""
            assert time.monotonic() - began >= 3
        assert bool(answer) is ended


def test_where_the_module_for_slow_requests_is_not_missed() -> None:
    """Other modules do its work; a part of a configuration, and one without an MPM, do not tell which there are."""
    assert find("request-timeout-missing", MPM)
    assert not find("request-timeout-missing", MPM, part=True)
    assert not find("request-timeout-missing", MPM.replace("mpm_event", "qos"))
    assert not find("request-timeout-missing", f"LoadModule qos_module b.so\n{MPM}")
    assert not find("request-timeout-missing", MPM.replace("ProxyPass / http://a/\n", ""))
    assert not find("request-timeout-missing", MPM.replace("Listen 80\n", ""))
    assert not find("request-timeout-missing", f"<IfDefine A>\nLoadModule reqtimeout_module b.so\n</IfDefine>\n{MPM}")


@pytest.mark.parametrize(
    ("rule", "text", "reported"),
    [
        ("cache-set-cookie", "CacheEnable disk /\n" + host("a", "ProxyPass / http://a/\n"), True),
        ("cache-set-cookie", host("a", "CacheEnable disk /\n") + host("b", "ProxyPass / http://a/\n"), False),
        ("cache-store-private", host("a", "CacheEnable disk /\n") + host("b", "CacheStorePrivate On\n"), False),
        ("cache-store-private", "CacheEnable disk /\n" + host("b", "CacheStorePrivate On\n"), True),
        ("limitbody-proxied", "LimitRequestBody 9\n" + host("a", "ProxyPass / http://a/\n"), True),
        ("limitbody-proxied", "LimitRequestBody 9\n" + host("a", "ProxyPass / http://a/\n") + host("b", ""), False),
        ("limitbody-proxied", "LimitRequestBody 9\nLimitRequestBody 0\nProxyPass / http://a/\n", False),
    ],
)
def test_servers_and_later_lines(rule: str, text: str, reported: bool) -> None:
    assert bool(find(rule, text)) is reported


@pytest.mark.parametrize(
    ("listen", "wrong"),
    [("127.0.0.1:80", False), ("[::1]:80", False), ("80", True), ("127.0.0.1:80\nListen 10.0.0.1:80", True)],
)
def test_clients_of_this_machine_alone(listen: str, wrong: bool) -> None:
    modules = "mpm_event_module,proxy_module,proxy_http_module"
    assert bool(find("request-timeout-missing", f"Listen {listen}\nProxyPass / http://h/\n", None, modules)) is wrong
