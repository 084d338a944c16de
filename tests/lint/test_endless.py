"""Numbers with more digits than Python's `int` reads, wherever a rule looks at one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.lint.examples import Example, lint_example

NUMBER = "9" * 5000
LINES = """
Listen N
Listen 192.0.2.1:N
Timeout N
KeepAliveTimeout N
ProxyTimeout N
ProxyIOBufferSize N
LimitRequestFieldSize N
LimitRequestBody N
MaxRequestWorkers N
ServerLimit N
ThreadsPerChild N
RequestReadTimeout header=N-N,minrate=N
RewriteEngine on
RewriteCond %{TIME_YEAR} -gtN
RewriteRule ^/a /b [R=N]
RewriteRule ^/a /b [S=N,N=N]
Redirect N /a /b
ErrorDocument N /x
AllowCONNECT N
Require ip 192.0.2.0/N
ProxyPassMatch "a{N}" http://192.0.2.1/
ProxyPassReverse /a http://192.0.2.1:N/
ProxyPass /a http://192.0.2.1:N/ timeout=N max=N acquire=N iobuffersize=N ttl=N
ProxyPass /d http://[::N]:80/
ProxyHCTemplate t hcinterval=N hcpasses=N
<Proxy balancer://b>
BalancerMember http://192.0.2.1:N loadfactor=N lbset=N retry=N
ProxySet timeout=N maxattempts=N
</Proxy>
<VirtualHost *:N>
ServerName a:N
</VirtualHost>
<IfVersion >= N.1>
</IfVersion>
"""
# A backend's file, and the line that leads there.
FILES = {
    "app.ini": (
        "ProxyTimeout 5\nLimitRequestFieldSize 9000\nProxyPass / uwsgi://127.0.0.1:8000/",
        "[uwsgi]\nsocket = 127.0.0.1:8000\nsocket = :N\nharakiri = N\nbuffer-size = N\n",
    ),
    "www.conf": (
        "MaxRequestWorkers N\nLimitRequestBody N\nProxyPass / fcgi://127.0.0.1:9000/ timeout=N",
        "[www]\nlisten = 127.0.0.1:9000\npm.max_children = N\nrequest_terminate_timeout = Ns\n"
        "php_value[post_max_size] = NM\nphp_value[upload_max_filesize] = NM\n[b]\nlisten = N\n",
    ),
    "shop.service": (
        "ProxyPass / http://127.0.0.1:8000/ timeout=N ttl=N",
        "[Service]\nExecStart=/usr/bin/gunicorn --bind 127.0.0.1:8000 --bind :N --timeout N --threads N shop:app\n",
    ),
    "shop.socket": ("ProxyPass / http://127.0.0.1:8000/", "[Socket]\nListenStream=N\nListenStream=8000\n"),
    "server.xml": (
        "ProxyPass / ajp://127.0.0.1:8009/ iobuffersize=N ttl=N secret=a",
        '<Server><Service name="C"><Connector port="N"/><Connector protocol="AJP/1.3" port="8009" secret="a" '
        'maxConnections="N" packetSize="N" keepAliveTimeout="N"/></Service></Server>',
    ),
}


def test_lines_of_httpd(tmp_path: Path) -> None:
    found = lint_example(Example("", "", LINES.replace("N", NUMBER), {}, {}), tmp_path)
    assert {"WK009", "WK012"} & {finding.rule.code for finding in found.findings}


@pytest.mark.parametrize("name", FILES)
def test_files_of_backends(name: str, tmp_path: Path) -> None:
    line, text = (part.replace("N", NUMBER) for part in FILES[name])
    found = lint_example(Example("", "", f"{line}\n", {}, {name: text}), tmp_path)
    assert found.files == 2
    assert not found.unread


WORDS = """
ProxyPassInterpolateEnv On
ProxyPass /a http://192.0.2.1/W interpolate
ProxyPassMatch "W" http://192.0.2.1/
RewriteEngine On
RewriteRule ^/(a) "http://192.0.2.1/W" [P]
SetEnvIf Origin "W" O
Header set Access-Control-Allow-Origin "W" env=O
Listen W!
AsyncRequestWorkerFactor W!
"""


@pytest.mark.parametrize("piece", ["(", "%{", "${", "$1", "a", "1", "%2F"])
@pytest.mark.proof
def test_words_without_end_are_looked_through_once(tmp_path: Path, piece: str) -> None:
    """A search that begins anew at each of 100,000 characters takes minutes; texts with all before them, gigabytes."""
    text = WORDS.replace("W", piece * (100_000 // len(piece)))
    example = Example(kind="Fires on", note="", text=text, options={}, files={})
    assert lint_example(example, tmp_path).directives == 9
