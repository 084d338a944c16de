"""Access rules that a backend reads in another way, in other words than those of the manual."""

from __future__ import annotations

import pytest

from tests.support.lint.find import find

TOMCAT = "ProxyPass / ajp://10.0.0.5:8009/\n"
MANAGER = "<Location /manager>\nRequire ip 10.0.0.1\n</Location>\n"
PATTERN = "<LocationMatch ^/manager>\nRequire ip 10.0.0.1\n</LocationMatch>\n"
OUTER = "Listen 80\nListen 8080\n<VirtualHost *:80>\nProxyPass / http://localhost:8080/\n</VirtualHost>\n"
INNER = "<VirtualHost *:8080>\n<{0}>\nSetHandler server-status\n{2}\n</{1}>\n</VirtualHost>\n"
OLD = "Order deny,allow\nDeny from all\nAllow from 127.0.0.1"


@pytest.mark.parametrize(
    ("rule", "text", "reported"),
    [
        ("servlet-path-parameters", TOMCAT + PATTERN, True),
        ("servlet-path-parameters", f"ProxyPass /manager !\n{TOMCAT}{MANAGER}", False),
        ("servlet-path-parameters", f"<Location />\nRequire ip 10.0.0.1\n</Location>\n{TOMCAT}{MANAGER}", False),
        (
            "nocanon-past-acl",
            f"AllowEncodedSlashes On\n<Location />\nProxyPass http://10.0.0.5/ nocanon\n</Location>\n{PATTERN}",
            True,
        ),
        ("local-through-own-proxy", OUTER + INNER.format('Location "/s"', "Location", "Require local"), True),
        ("local-through-own-proxy", OUTER + INNER.format('Location "/s"', "Location", OLD), True),
        ("local-through-own-proxy", OUTER + INNER.format("LocationMatch ^/s", "LocationMatch", "Require local"), True),
        (
            "local-through-own-proxy",
            OUTER
            + INNER.format(
                'Location "/s"', "Location", "<RequireAll>\nRequire local\nRequire valid-user\n</RequireAll>"
            ),
            False,
        ),
        ("ajp-no-secret", "RewriteEngine On\nRewriteRule ^/(.*) ajp://10.0.0.5:8009/$1 [P]\n", True),
        ("ajp-no-secret", '<Location />\nSetHandler "proxy:ajp://10.0.0.5:8009"\n</Location>\n', True),
        ("ajp-no-secret", '<Location />\nSetHandler "proxy:ajp://127.0.0.1:8009"\n</Location>\n', False),
    ],
)
def test_in_other_words(rule: str, text: str, reported: bool) -> None:
    assert bool(find(rule, text)) is reported


FOLDER = '<VirtualHost *:8080>\n{1}<Directory "{0}">\nRequire local\n</Directory>\n</VirtualHost>\n'
ROOT = 'DocumentRoot "/srv/admin"\n'


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (FOLDER.format("/srv/admin", ROOT), "/"),
        (FOLDER.format("/srv/admin/", ROOT), "/"),
        (FOLDER.format("/srv", ROOT), "/"),
        (FOLDER.format("/srv/admin/keys", ROOT), "/keys"),
        (f'<Directory "/srv/admin">\nRequire local\n</Directory>\n<VirtualHost *:8080>\n{ROOT}</VirtualHost>\n', "/"),
        (FOLDER.format("/srv/other", ROOT), None),
        (FOLDER.format("/srv/admi", ROOT), None),
        (FOLDER.format("/srv/admin", ""), None),
        (FOLDER.format("/srv/admin", f"{ROOT}ProxyPass / http://10.0.0.5/\n"), None),
        (FOLDER.format("/srv/admin", f"{ROOT}RemoteIPHeader X-Forwarded-For\n"), None),
        (FOLDER.format("/srv/admin", ROOT).replace("Require local", "Require ip 10.0.0.1"), None),
    ],
)
def test_a_folder_that_trusts_its_own_machine(text: str, path: str | None) -> None:
    found = find("local-through-own-proxy", OUTER + text)
    messages = [f'whoever asks "{path}" of another virtual host comes from this machine, and gets in']
    assert [one.message for one in found] == ([] if path is None else messages)
