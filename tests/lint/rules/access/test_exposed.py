"""Pages and switches that are open, or only seem to be."""

from __future__ import annotations

import pytest

from tests.support.lint.find import find

HOST = "<VirtualHost *:80>\n{}\n</VirtualHost>\n"
UNSURE = '<IfFile "/nowhere">\n{}\n</IfFile>\n'
UNSAFE = 'RewriteRule "^/a/(.*)$" "$1" [UnsafePrefixStat]\n'
OPTIONS = "RewriteOptions UnsafePrefixStat\n"
PAGE = '<Location "/st">\nSetHandler server-status\n</Location>\n'


@pytest.mark.parametrize(
    ("rule", "text", "reported"),
    [
        ("manager-exposed", PAGE, True),
        ("manager-exposed", f"ProxyPass / http://10.0.0.5/\n{PAGE}", False),
        ("manager-exposed", f"ProxyPass /st !\nProxyPass / http://10.0.0.5/\n{PAGE}", True),
        ("manager-exposed", f"Listen 127.0.0.1:80\n{PAGE}", False),
        ("manager-exposed", f"Listen 80\nListen 127.0.0.1:81\n{PAGE}", True),
        ("manager-exposed", f"Listen 80\n<VirtualHost 127.0.0.1:81>\n{PAGE}</VirtualHost>\n", False),
        ("manager-exposed", f"<LocationMatch ^/st>\nRequire local\n</LocationMatch>\n{PAGE}", False),
        ("manager-exposed", f"<LocationMatch ^/other>\nRequire local\n</LocationMatch>\n{PAGE}", True),
        ("manager-exposed", f"<Location /other/*>\nRequire local\n</Location>\n{PAGE}", True),
        ("manager-exposed", f'<Directory "/">\nRequire all denied\n</Directory>\n{PAGE}', False),
        (
            "manager-exposed",
            'DocumentRoot "/srv"\n<Directory "/">\nRequire all denied\n</Directory>\n'
            f'<Directory "/srv">\nRequire all granted\n</Directory>\n{PAGE}',
            True,
        ),
        ("trace-on", "TraceEnable on\nTraceEnable off\n", False),
        ("trace-on", "TraceEnable off\nTraceEnable on\n", True),
        ("trace-on", f"Listen 80\nTraceEnable on\n{HOST.format('TraceEnable off')}", False),
        ("trace-on", f"Listen 80\nTraceEnable on\n{HOST.format('TraceEnable on')}", True),
        ("trace-on", f"Listen 80\nTraceEnable off\n{HOST.format('TraceEnable on')}", True),
        ("trace-on", f"Listen 80\nTraceEnable on\n{HOST.format('TraceEnable off')}{HOST.format('')}", True),
        ("trace-on", f"Listen 80\nListen 81\nTraceEnable on\n{HOST.format('TraceEnable off')}", True),
        ("trace-on", f"Listen 80\nTraceEnable on\n{HOST.format(UNSURE.format('TraceEnable off'))}", True),
        ("trace-on", "Listen 80\nTraceEnable on\n", True),
        ("unsafe-rewrite-flags", f"RewriteEngine Off\n{UNSAFE}", False),
        ("unsafe-rewrite-flags", UNSURE.format("RewriteEngine Off") + UNSAFE, True),
        ("unsafe-rewrite-flags", f"RewriteEngine Off\n{HOST.format('RewriteEngine On' + chr(10) + UNSAFE)}", True),
        ("unsafe-rewrite-flags", f"RewriteEngine On\n{HOST.format('RewriteEngine Off' + chr(10) + UNSAFE)}", False),
        ("unsafe-rewrite-flags", f"RewriteEngine Off\n{OPTIONS}", False),
        ("unsafe-rewrite-flags", f"RewriteEngine Off\n{OPTIONS}{HOST.format('RewriteEngine On')}", True),
        ("unsafe-rewrite-flags", f"RewriteEngine On\n{HOST.format('RewriteEngine Off' + chr(10) + OPTIONS)}", False),
        ("unsafe-rewrite-flags", f"RewriteEngine On\n{HOST.format(OPTIONS)}", True),
        ("unsafe-rewrite-flags", f"RewriteEngine Off\n{HOST.format(OPTIONS)}", False),
        ("unsafe-rewrite-flags", OPTIONS, True),
        ("unsafe-rewrite-flags", "RewriteEngine On\nRewriteRule ^/(.*) http://a/$1 [P,UnsafeAllow3F]\n", False),
        ("unsafe-rewrite-flags", "RewriteEngine On\nRewriteRule ^/(.*) http://a/?$1 [P,UnsafeAllow3F]\n", True),
        ("unsafe-rewrite-flags", "RewriteEngine On\nRewriteRule ^/(.*) /$1 [P,UnsafeAllow3F]\n", True),
        ("http-unsafe", "HttpProtocolOptions Unsafe\nHttpProtocolOptions Strict\n", False),
        (
            "http-unsafe",
            "HttpProtocolOptions Unsafe\n<VirtualHost *:80>\nHttpProtocolOptions Strict\n</VirtualHost>\n",
            True,
        ),
        (
            "root-granted",
            "<Directory />\nRequire all granted\n</Directory>\n<Directory />\nRequire all denied\n</Directory>\n",
            False,
        ),
        ("root-granted", "<Directory />\nRequire all granted\nRequire ip 10.0.0.1\n</Directory>\n", True),
        (
            "root-granted",
            "<Directory />\n<RequireAll>\nRequire all granted\nRequire ip 10.0.0.1\n</RequireAll>\n</Directory>\n",
            False,
        ),
    ],
)
def test_what_is_open(rule: str, text: str, reported: bool) -> None:
    assert bool(find(rule, text)) is reported
