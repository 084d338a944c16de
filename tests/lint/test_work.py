"""That the rules do not compare each line with each: how much they do grows as the configuration does."""

from __future__ import annotations

import gc
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from hpatch.conf.load import load_text
from hpatch.lint.context import Context
from hpatch.lint.registry import rules
from hpatch.proxy.build import build
from tests.support.work import calls

HEAD = """\
Listen 80
ServerName main.example
DocumentRoot /var/www
RewriteEngine On
SSLProxyEngine on
ProxyPreserveHost On
RemoteIPHeader X-Forwarded-For
"""
BLOCK = """\
RewriteCond %{{HTTP_HOST}} ^h{0}
RewriteRule ^/old{0}/(.*)$ /new{0}/$1?x=$1 [L]
RewriteRule ^/moved{0}/(.*)$ /there{0}/$1 [R]
RewriteCond %{{HTTP:Upgrade}} websocket [NC]
RewriteRule ^/w{0}/(.*) http://10.0.0.1:80/$1 [P,NE]
SetEnvIf X-Forwarded-For "^10.{0}" in{0}
SetEnvIf Origin "example{0}.com" ok{0}
Header always set X-Y{0} DENY
Header add Set-Cookie{0} "ROUTEID=.%{{BALANCER_WORKER_ROUTE}}e; path=/"
RequestHeader set X-Remote-User{0} "%{{REMOTE_USER}}e"
RequestHeader unset X-Remote-User{0} early
ProxyPass /app{0} http://10.0.0.2:8{0:03}/x{0} timeout={0}
ProxyPassReverse /app{0} http://10.0.0.2:8{0:03}/x{0}
ProxyPass /static{0} !
ProxyPass /sock{0} unix:/run/s{0}.sock|http://s{0}/
ProxyPassMatch ^/m{0}/(.*)$ http://m{0}.internal/$1
ProxyPassReverseCookiePath /x{0} /app{0}
CacheEnable socache /c{0}
Alias /a{0} /srv/a{0}
Redirect /r{0} http://x{0}.example
ErrorDocument 503 /err{0}.html
<Directory /var/www/s{0}>
    Require all granted
    RewriteEngine On
    RewriteRule ^x{0}$ /y{0} [PT]
</Directory>
<Directory /var/www/closed{0}>
    Require ip 10.0.0.0/8
</Directory>
<Location /admin{0}/>
    Require env in{0}
    SetHandler server-status
</Location>
<Location /open{0}>
    Require all granted
</Location>
<FilesMatch "\\.php{0}$">
    SetHandler "proxy:unix:/run/php/s{0}.sock|fcgi://s{0}"
</FilesMatch>
<Proxy balancer://b{0}>
    BalancerMember http://10.1.0.1:8080 route=a hcmethod=GET
    BalancerMember http://10.1.0.2:8080 route=b
    ProxySet stickysession=ROUTEID
</Proxy>
ProxyPass /bal{0} balancer://b{0}
<Location /loc{0}/>
    ProxyPass http://127.0.0.1:80/loc{0}
    ProxyPassReverse http://127.0.0.1:80/loc{0}
    Require ip 10.0.0.1
</Location>
<LocationMatch ^/lm{0}/>
    Require local
</LocationMatch>
<If "%{{REQUEST_URI}} =~ m#^/if{0}#">
    Require all denied
</If>
"""
"""Something for most rules to look at. What stands in several lines is different in each, as in large configurations:
lines with the same text must be compared with each other."""


def main_server(count: int) -> str:
    return HEAD + "".join(BLOCK.format(number) for number in range(count))


def one_host(count: int) -> str:
    blocks = "".join(BLOCK.format(number) for number in range(count))
    return f"{HEAD}<VirtualHost *:80>\nServerName a.example\nRewriteEngine On\n{blocks}</VirtualHost>\n"


SAME = """\
SetEnvIf X-Forwarded-For "^10" inside
<Location /inside>
    Require env inside
</Location>
AddOutputFilterByType SUBSTITUTE text/html
Header always set X-Frame-Options DENY
"""


def many_hosts(count: int) -> str:
    host = (
        "<VirtualHost *:80>\nServerName s{0}.example\nServerAlias *.s{0}.example\nRewriteEngine On\n{1}</VirtualHost>\n"
    )
    return HEAD + "".join(host.format(number, SAME + BLOCK.format(number)) for number in range(count))


def work(text: str) -> dict[str, int]:
    """What mod_proxy's model and each rule do, by name."""
    configuration = load_text(text)
    contexts: list[Context] = []

    def model() -> list[Context]:
        contexts.append(Context(configuration, build(configuration)))
        return contexts

    found = {"mod_proxy's model": calls(model)}
    for rule in rules():
        found[rule.name] = calls(lambda rule=rule: rule.check(contexts[0]))  # type: ignore[misc]
    return found


def few_and_many(shape: Callable[[int], str]) -> tuple[dict[str, int], dict[str, int]]:
    """The work of ten blocks and of forty. A first run fills what is kept for all runs."""
    gc.disable()  # what it calls while a rule runs is not that rule's work
    work(shape(1))
    return work(shape(10)), work(shape(40))


@pytest.mark.parametrize("shape", [main_server, one_host, many_hosts])
def test_four_times_as_many_lines_are_four_times_the_work(shape: Callable[[int], str]) -> None:
    """Each line compared with each would be sixteen times the work.

    A process of its own counts: what other tests left in caches, or to be collected, is not the rules' work.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        few, many = process.submit(few_and_many, shape).result()
    assert sum(count > 1000 for count in many.values()) > 50, "the rules have nothing to look at"
    worse = {name: (few[name], count) for name, count in many.items() if count > 1000 and count > 5 * few[name]}
    assert not worse, f"calls for 10 and for 40 blocks: {worse}"
