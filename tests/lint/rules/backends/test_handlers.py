"""Handlers that do not exist."""

from __future__ import annotations

import pytest

from hpatch.conf.modules import Modules
from tests.support.lint.find import find, places

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
