"""Which lines share a worker with another socket, and which do not. All of these were tried on httpd 2.4.71."""

import pytest

from tests.support.lint.find import find, places

A, B = "unix:/run/a.sock", "unix:/run/b.sock"

COLLISIONS = {
    "same URL": (f"ProxyPass /a {A}|http://localhost/\nProxyPass /b {B}|http://localhost/", [(2, 14)]),
    "longer path": (f"ProxyPass /a {A}|http://localhost/\nProxyPass /b {B}|http://localhost/b", [(2, 14)]),
    "no word's end": (f"ProxyPass /a {A}|fcgi://h/app\nProxyPass /b {B}|fcgi://h/app2", [(2, 14)]),
    "slash only": (f"ProxyPass /a {A}|http://localhost/\nProxyPass /b {B}|http://localhost", [(2, 14)]),
    "without a host": (f"ProxyPass /a {A}|http:\nProxyPass /b {B}|http://localhost/", [(2, 14)]),
    "default port": (f"ProxyPass /a {A}|http://h:80/\nProxyPass /b {B}|http://h/", [(2, 14)]),
    "default port second": (f"ProxyPass /a {A}|http://h/\nProxyPass /b {B}|http://h:80/", [(2, 14)]),
    "host in capitals": (f"ProxyPass /a {A}|http://H/\nProxyPass /b {B}|HTTP://h/", [(2, 14)]),
    "no socket first": (f"ProxyPass /a http://h/\nProxyPass /b {B}|http://h/", [(2, 14)]),
    "no socket second": (f"ProxyPass /a {A}|http://h/\nProxyPass /b http://h/b", [(2, 14)]),
    "quoted": (f'ProxyPass "/a" "{A}|http://h/"\nProxyPass "/b" "{B}|http://h/"', [(2, 16)]),
    "locations": (
        f"<Location /a>\nProxyPass {A}|http://h/\n</Location>\n<Location /b>\nProxyPass {B}|http://h/\n</Location>",
        [(5, 11)],
    ),
    "main server first": (
        f"ProxyPass /a {A}|http://h/\n<VirtualHost *:80>\nProxyPass /b {B}|http://h/\n</VirtualHost>",
        [(3, 14)],
    ),
    "section makes the worker": (
        f"<Proxy {A}|http://h/>\nProxySet timeout=5\n</Proxy>\nProxyPass /b {B}|http://h/",
        [(4, 14)],
    ),
    "patterns": (f"ProxyPassMatch ^/a/(.*)$ {A}|http://h/$1\nProxyPassMatch ^/b/(.*)$ {B}|http://h/b/$1", [(2, 26)]),
    "pattern and prefix": (f"ProxyPassMatch ^/a/(.*)$ {A}|http://h/$1\nProxyPass /b/ {B}|http://h/", [(2, 15)]),
    "members": (
        f"<Proxy balancer://x>\nBalancerMember {A}|http://h/\nBalancerMember {B}|http://h/b\n</Proxy>",
        [(3, 16)],
    ),
    "part of the paths": (f"ProxyPass /b/ {B}|http://h/b/\nProxyPass /a/ {A}|http://h/", [(2, 15)]),
}


@pytest.mark.parametrize("name", COLLISIONS)
def test_collision(name: str) -> None:
    text, expected = COLLISIONS[name]
    assert places("uds-worker-collision", text) == expected


SOUND = {
    "two hosts": f"ProxyPass /a {A}|http://a/\nProxyPass /b {B}|http://b/",
    "one socket": f"ProxyPass /a {A}|http://h/\nProxyPass /b {A}|http://h/b",
    "two schemes": f"ProxyPass /a {A}|http://h/\nProxyPass /b {B}|fcgi://h/",
    "two ports": f"ProxyPass /a {A}|http://h:1/\nProxyPass /b {B}|http://h:2/",
    "host that begins the same": f"ProxyPass /a {A}|http://h\nProxyPass /b {B}|http://hh/",
    "path in capitals": f"ProxyPass /a {A}|http://h/A\nProxyPass /b {B}|http://h/a",
    "longer one first": f"ProxyPass /b/ {B}|http://h/b/\nProxyPass / {A}|http://h/",
    "virtual hosts": (
        f"<VirtualHost *:80>\nProxyPass /a {A}|http://h/\n</VirtualHost>\n"
        f"<VirtualHost *:81>\nProxyPass /b {B}|http://h/\n</VirtualHost>"
    ),
    "longer than the main server's": (
        f"ProxyPass /a {A}|http://h/\n<VirtualHost *:80>\nProxyPass /b {B}|http://h/b\n</VirtualHost>"
    ),
    "nothing inherited": (
        f"ProxyPass /a {A}|http://h/\n<VirtualHost *:80>\nProxyPassInherit Off\nBalancerInherit Off\n"
        f"ProxyPass /b {B}|http://h/\n</VirtualHost>"
    ),
    "section without parameters": f"<Proxy {A}|http://h/>\n</Proxy>\nProxyPass /b {B}|http://h/",
    "members of two balancers": (
        f"<Proxy balancer://x>\nBalancerMember {A}|http://h/\n</Proxy>\n"
        f"<Proxy balancer://y>\nBalancerMember {B}|http://h/\n</Proxy>"
    ),
    "opposite branches": (
        f"<IfDefine X>\nProxyPass / {A}|http://h/\n</IfDefine>\n<IfDefine !X>\nProxyPass / {B}|http://h/\n</IfDefine>"
    ),
    "exclusion": f"ProxyPass /a {A}|http://h/\nProxyPass /b !",
    "specific pattern first": (
        f"ProxyPassMatch ^/b/(.*)$ {B}|http://h/b/$1\nProxyPassMatch ^/a/(.*)$ {A}|http://h/$1"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SOUND)
def test_no_collision(name: str) -> None:
    assert not find("uds-worker-collision", SOUND[name])


def test_collision_names_both_sockets_and_the_worker() -> None:
    found = find("uds-worker-collision", f"ProxyPass /a {A}|http://h/\nProxyPass /b {B}|http://h/b")[0]
    assert found.message.startswith(f'requests for "{B}|http://h/b" go to the socket "/run/a.sock"')
    assert [(related.place.line, related.message) for related in found.related] == [
        (1, 'the worker "http://h/" is defined here')
    ]


@pytest.mark.parametrize(
    ("url", "fixed", "safe"),
    [
        ("unix:/run/b.sock|fcgi://h/", "unix:/run/b.sock|fcgi://b-sock/", True),
        ("unix:/run/b.sock|uwsgi://h/x", "unix:/run/b.sock|uwsgi://b-sock/x", True),
        ("unix:/run/b.sock|http://h/x", "unix:/run/b.sock|http://b-sock/x", False),
        ("unix:/run/b.sock|fcgi://h:9000/", "unix:/run/b.sock|fcgi://b-sock:9000/", True),
        ("unix:/run/a/a.sock|fcgi://h/", "unix:/run/a/a.sock|fcgi://run-a-a-sock/", True),
    ],
)
def test_fix_gives_the_socket_a_host_of_its_own(url: str, fixed: str, safe: bool) -> None:
    origin = url.partition("|")[2].rpartition("/")[0]
    found = find("uds-worker-collision", f"ProxyPass /a unix:/run/a.sock|{origin}/\nProxyPass /b {url} timeout=5")[0]
    assert found.fix is not None
    assert [edit.replacement for edit in found.fix.edits] == [fixed]
    assert found.fix.edits[0].place == found.place
    assert found.fix.safe is safe


HIJACKS = {
    "handler": (
        f"ProxyPass /a {A}|fcgi://h/\n<Location /b>\nSetHandler proxy:{B}|fcgi://h/\n</Location>",
        [(3, 12)],
    ),
    "handler without a slash": (
        f"ProxyPass /a {A}|fcgi://h/\n<Location /b>\nSetHandler proxy:{B}|fcgi://h\n</Location>",
        [(3, 12)],
    ),
    "rewrite rule": (f"ProxyPass /a {A}|http://h/\nRewriteRule ^/b/(.*) {B}|http://h/$1 [P]", [(2, 22)]),
    "main server's worker": (
        f"ProxyPass /a {A}|fcgi://h/\n<VirtualHost *:80>\n<Location /b>\nSetHandler proxy:{B}|fcgi://h\n"
        "</Location>\n</VirtualHost>",
        [(4, 12)],
    ),
    "general handler in a virtual host": (
        f'<FilesMatch "x">\nSetHandler proxy:{B}|fcgi://h\n</FilesMatch>\n'
        f"<VirtualHost *:80>\nProxyPass /a {A}|fcgi://h/\n</VirtualHost>",
        [(2, 12)],
    ),
    "no socket, but the worker of a ProxyPass": (
        f"ProxyPass /a {A}|fcgi://h/\n<Location /b>\nSetHandler proxy:fcgi://h\n</Location>",
        [(3, 12)],
    ),
    "no socket, but a port": (
        f"<Proxy {A}|fcgi://h>\nProxySet timeout=5\n</Proxy>\n<Location /b>\nSetHandler proxy:fcgi://h:8000\n</Location>",
        [(5, 12)],
    ),
    "another socket than the section's": (
        f"<Proxy {A}|fcgi://h>\nProxySet timeout=5\n</Proxy>\n<Location /b>\nSetHandler proxy:{B}|fcgi://h\n</Location>",
        [(5, 12)],
    ),
}


@pytest.mark.parametrize("name", HIJACKS)
def test_hijack(name: str) -> None:
    text, expected = HIJACKS[name]
    assert places("uds-handler-hijack", text) == expected


@pytest.mark.parametrize(
    ("word", "fixed", "safe"),
    [
        ('"proxy:unix:/run/b.sock|fcgi://h"', '"proxy:unix:/run/b.sock|fcgi://b-sock"', True),
        ("proxy:unix:/run/b.sock|http://h/", "proxy:unix:/run/b.sock|http://b-sock/", False),
        # Nothing tells whose host would be right: the URL is another backend's, or the socket differs by request.
        ("proxy:fcgi://h", None, None),
        ('"proxy:unix:/run/%{SERVER_NAME}.sock|fcgi://h"', None, None),
    ],
)
def test_fix_gives_the_handler_a_host_of_its_own(word: str, fixed: str | None, safe: bool | None) -> None:
    scheme = "http" if "http" in word else "fcgi"
    text = f"ProxyPass /a {A}|{scheme}://h/\n<Location /b>\nSetHandler {word}\n</Location>"
    (found,) = find("uds-handler-hijack", text)
    assert (found.fix and found.fix.edits[0].replacement) == fixed
    assert (found.fix and found.fix.safe) == safe


SOUND_HANDLERS = {
    "two handlers": (
        f"<Location /a>\nSetHandler proxy:{A}|fcgi://h\n</Location>\n<Location /b>\nSetHandler proxy:{B}|fcgi://h\n</Location>"
    ),
    "worker without a socket": (
        f"<Proxy fcgi://h/ enablereuse=on>\n</Proxy>\n<Location /b>\nSetHandler proxy:{B}|fcgi://h\n</Location>"
    ),
    "same socket": f"ProxyPass /b {B}|fcgi://h/\n<Location /c>\nSetHandler proxy:{B}|fcgi://h\n</Location>",
    "a section for the handler": (
        f"<Proxy {A}|fcgi://h>\nProxySet disablereuse=off\n</Proxy>\n<Location /b>\nSetHandler proxy:fcgi://h\n</Location>"
    ),
    "a section for the rewrite rule": f"<Proxy {A}|http://h timeout=5>\n</Proxy>\nRewriteRule ^/b/(.*) http://h/$1 [P]",
    "other host": f"ProxyPass /a {A}|fcgi://a/\n<Location /b>\nSetHandler proxy:{B}|fcgi://h\n</Location>",
    "other port": f"ProxyPass /a {A}|http://h:8080/\nRewriteRule ^/b/(.*) {B}|http://h/$1 [P]",
    "worker of another virtual host": (
        f"<VirtualHost *:80>\nProxyPass /a {A}|fcgi://h/\n</VirtualHost>\n"
        f"<VirtualHost *:81>\n<Location /b>\nSetHandler proxy:{B}|fcgi://h\n</Location>\n</VirtualHost>"
    ),
}


@pytest.mark.parametrize("name", SOUND_HANDLERS)
def test_no_hijack(name: str) -> None:
    assert not find("uds-handler-hijack", SOUND_HANDLERS[name])


def test_fix_takes_no_host_that_another_backend_has() -> None:
    text = f"ProxyPass /a {A}|fcgi://b-sock/\nProxyPass /b {B}|fcgi://b-sock/"
    (found,) = find("uds-worker-collision", text)
    assert found.fix is not None
    assert [edit.replacement for edit in found.fix.edits] == [f"{B}|fcgi://run-b-sock/"]


def test_fix_is_not_safe_where_a_section_is_for_the_url() -> None:
    text = f"<Proxy fcgi://h/>\nRequire all granted\n</Proxy>\nProxyPass /a {A}|fcgi://h/\nProxyPass /b {B}|fcgi://h/"
    (found,) = find("uds-worker-collision", text)
    assert found.fix is not None
    assert not found.fix.safe


def test_a_part_of_the_paths_is_a_warning() -> None:
    (found,) = find("uds-worker-collision", COLLISIONS["part of the paths"][0])
    assert found.severity == "warning"
    assert '"/a/b/"' in found.message
