"""Handlers that do not exist."""

from __future__ import annotations

import pytest

from hpatch.conf.modules import Modules
from tests.support.lint.find import find, grades, places

MODULES = "mpm_event_module,mime_module,proxy_module,proxy_fcgi_module"


@pytest.mark.parametrize("handler", ["fcgi://127.0.0.1:9000", "unix:/run/x|fcgi://x", "UWSGI://10.0.0.1:3031"])
def test_proxy_is_missing(handler: str) -> None:
    assert places("handler-no-proxy", f'SetHandler "{handler}"\n') == [(1, 12)]
    assert find("handler-no-proxy", f'AddHandler "{handler}" .php\n')
    assert not find("handler-no-proxy", f'SetHandler "proxy:{handler}"\n')


@pytest.mark.parametrize(
    "line",
    ["SetHandler application/x-httpd-php", "AddHandler php5-script .php", "AddType application/x-httpd-php .php"],
)
def test_php(line: str) -> None:
    text = f"{line}\n"
    assert places("php-no-module", text, modules=MODULES) == [(1, 1)]
    assert not find("php-no-module", text)
    assert not find("php-no-module", text, modules=f"{MODULES},php_module")
    assert not find("php-no-module", text, modules=Modules.everything("event"))
    assert not find("php-no-module", f"{text}Action application/x-httpd-php /php\n", modules=MODULES)
    passed = "ProxyPassMatch ^/(.*\\.php)$ fcgi://127.0.0.1:9000/srv/$1\n"
    assert not find("php-no-module", text + passed, modules=MODULES)


def test_another_type_is_no_handler() -> None:
    assert not find("php-no-module", "AddType text/x-php .phps\nSetHandler none\n", modules=MODULES)


def _named(modules: str) -> str:
    return ",".join(f"{name}_module" for name in modules.split(","))


@pytest.mark.parametrize(
    ("line", "modules", "severity"),
    [
        ("ScriptAlias /a/ /srv/a/", "mpm_event,alias", "error"),
        ("AddHandler cgi-script .cgi", "mpm_event,mime", "error"),
        ("SetHandler lua-script", "mpm_event", "error"),
        ("SetHandler server-info", "mpm_event,status", "info"),
        ('ServerRoot "/"\nScriptAlias /cgi-bin/ /cgi-bin/', "mpm_event,alias", "info"),
    ],
)
def test_no_module_has_the_handler(line: str, modules: str, severity: str) -> None:
    assert grades(find("handler-no-module", f"Listen 80\n{line}\n", modules=_named(modules))) == [(severity, "high")]


def test_without_httpd_a_module_may_be_compiled_in() -> None:
    text = "LoadModule mpm_event_module modules/mod_mpm_event.so\nListen 80\nScriptAlias /a/ /srv/a/\n"
    assert grades(find("handler-no-module", text)) == [("error", "medium")]
    assert not find("handler-no-module", text.partition("\n")[2])
    assert not find("handler-no-module", "LoadModule own_module modules/own.so\n" + text)
    assert not find("handler-no-module", "LoadModule cgi_module modules/mod_cgi.so\n" + text)


@pytest.mark.parametrize(
    ("line", "modules"),
    [
        ("ScriptAlias /a/ /srv/a/", "mpm_event,alias,cgi"),
        ("SetHandler None", "mpm_event"),
        ("SetHandler own-handler", "mpm_event"),
        ("SetHandler cgi-script\nAction cgi-script /run", "mpm_event,actions"),
        ("<IfDefine X>\nSetHandler server-status\n</IfDefine>", "mpm_event"),
    ],
)
def test_a_handler_that_may_be_there(line: str, modules: str) -> None:
    assert not find("handler-no-module", f"Listen 80\n{line}\n", modules=_named(modules))
