"""Files that are not configurations of httpd are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.conf.foreign.recognise import foreign
from hpatch.conf.load import load_text
from tests.support.gateways.httpd import check

FILES = {
    "an nginx configuration": "user www-data;\nhttp {\n  server {\n    listen 80;\n  }\n}\n",
    "a Caddyfile": "example.com {\n    reverse_proxy localhost:9000\n    encode gzip\n}\n",
    "a haproxy configuration": "global\n    daemon\nfrontend www\n    bind :80\n    default_backend app\n",
    "a lighttpd configuration": 'server.port = 80\nserver.modules += ( "mod_proxy" )\n',
    "a YAML file": "services:\n  web:\n    image: httpd\n",
    "a JSON document": '{"apps": {"http": {}}}\n',
    "a Tomcat server.xml": '<Server port="8005">\n  <Service name="Catalina">\n  </Service>\n</Server>\n',
    "an XML document": '<?xml version="1.0"?>\n<a/>\n',
    "a logrotate configuration": "/var/log/a/*.log {\n    missingok\n    rotate 4\n    postrotate\n    endscript\n}\n",
    "a configuration of OpenSSH": "Port 22\nPermitRootLogin no\nX11Forwarding no\nStrictModes yes\nLogLevel VERBOSE\n",
    "a configuration of Nagios or Icinga": "define host {\n    alias  A host\n    use  generic\n    host_name  a\n}\n",
    "a TOML file": '[tool]\nname = "x"\nsize = 3\n',
    "an ini file": "[main]\nname = x\n",
    "a uWSGI ini file": "[uwsgi]\nsocket = /run/app.sock\n",
    "a systemd unit": "[Unit]\nDescription=x\n[Service]\nExecStart=/bin/true\n",
    "a shell script": "#!/bin/sh\nset -e\necho hello\n",
    "PHP code": "<?php\necho 1;\n",
    "an HTML page": "<!DOCTYPE html>\n<html>\n</html>\n",
    "a configuration of the resolver (resolv.conf)": "nameserver 10.0.0.1\nsearch a.example\noptions ndots:5\n",
    "a Traefik configuration": "entryPoints:\n  web:\n    address: x\n",
    "a ZIP archive": "PK\x03\x04\0\0\0",
    "a gzip archive": "\x1f\udc8b\x08\0",
}


@pytest.mark.parametrize("kind", FILES)
def test_a_foreign_file_is_one_problem_that_names_it(kind: str) -> None:
    found = foreign(FILES[kind])
    assert found is not None
    assert found.kind == kind
    read = load_text(FILES[kind], name="some.conf")
    (problem,) = read.problems
    assert problem.kind == "foreign"
    assert problem.fatal
    assert kind in problem.message
    assert not read.nodes


PROSE = """\
Packaging modules
=================

This document describes how a module is packaged.
Modules are loaded at runtime, and they extend the server.

    1. Overview
    2. What the maintainer has to do

Use the helper, which is a part of the package, and do not
Include anything that you do not need.
"""
PARTS = [
    ("a configuration of OpenSSH", "Port {{ port }}\nPermitRootLogin {{ root }}\nBanner none\n"),
    ("a configuration of OpenSSH", "AllowUsers {{ users }}\nMaxAuthTries 3\n"),
    ("a configuration of OpenSSH", "Match Group sftp\n    AllowTcpForwarding no\n"),
    (
        "a part of a haproxy configuration",
        "server a 192.0.2.1:80 check\nserver b {{ b }}:80 check\nserver c 192.0.2.3:80\n",
    ),
    ("a part of a haproxy configuration", "acl old path_beg /old\nuse_backend app if old\ndefault_backend app\n"),
    ("a haproxy configuration", "backend app\n    balance {{ how }}\n    server a {{ a }}:80\n"),
    ("a file of settings (key=value)", 'export A=1\nB = 2\nthis line goes on\nC="x"\n'),
    ("a text for people", PROSE),
    ("a log", '192.0.2.1 - - [10/Oct/2023:13:55:36 +0200] "GET / HTTP/1.1" 200 2326\n'),
    ("a log", 'www.example.com:80 192.0.2.1 - - [10/Oct/2023:13:55:36 +0200] "GET / HTTP/1.1" 200 2326\n'),
    ("a log", "[Tue Oct 10 13:55:36.123456 2023] [core:notice] [pid 1:tid 2] AH00094: Command line: 'httpd'\n"),
    ("a log", "Oct 10 13:55:36 host apache2[1]: started\n"),
    ("a CSV file", 'name,age,city\nBob,3,"New York, NY"\n'),
    ("a CSV file", "name;town\nBob;New York\n"),
    ("a Markdown text", "# Site\n\nSee [the docs](https://example.com/x) for more.\n\n- Run it\n- Stop it\n"),
    ("a Markdown text", "# Site\n\nShort text.\n\n```bash\nmake run\n```\n"),
    ("Python code", "import os\n\nPORT = 80\n\ndef main():\n    return os.getpid()\n"),
    ("a Terraform configuration", 'variable "port" {\n  type = string\n}\n'),
    ("a list of hosts (hosts)", "127.0.0.1\tlocalhost\n::1 localhost ip6-localhost\n"),
    ("a file of passwords (htpasswd)", "bob:$apr1$abcdefgh$aaaaaaaaaaaaaaaaaaaaa.\n"),
    ("a file of passwords (htpasswd)", "bob:the realm:0123456789abcdef0123456789abcdef\n"),
    ("a file of settings (key=value)", "server.port=8080\nspring.datasource.url=jdbc:mysql://db/x\n"),
    ("a lighttpd configuration", 'server.port = 80\nserver.username = name\nserver.errorlog = root + "/error.log"\n'),
    ("an ini file", "[www]\npm = dynamic\nlisten.owner = www-data\n"),
]


@pytest.mark.parametrize(("kind", "text"), PARTS)
def test_parts_and_templates_of_other_files(kind: str, text: str) -> None:
    found = foreign(text)
    assert found is not None
    assert found.kind == kind


@pytest.mark.httpd
@pytest.mark.parametrize("kind", FILES)
def test_httpd_refuses_a_foreign_file(kind: str, httpd: str, tmp_path: Path) -> None:
    accepted, _ = check(httpd, tmp_path, FILES[kind])
    assert not accepted
    accepted, _ = check(httpd, tmp_path, "ServerName x\n")
    assert accepted, "the configuration around it is sound"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# only a comment\n",
        "Listen 80\nServerNam x\n",
        "Unknown on\nAlsoUnknown off\nListen 80\n",
        "FooEnable on\nFooPath /x\nFooName y\nFooMode z\nFooSize 4\nFooTime 5\n",
        "php_value memory_limit 1\nphp_flag display_errors off\n",
        'SecRule ARGS \\\n  "@rx x" \\\n  "id:1,\\\n  deny"\n',
        "<VirtualHost *:80>\n  ServerName x\n</VirtualHost>\n",
        "ServerName x\0y\n",
        'FooText "this is the text of a message" on\nFooPath /a\nFooText "it is not the last one" off\n' * 3,
        "FooServer the_first 192.0.2.1:80\nFooMode http\nFooBalance of the best\n" * 3,
        "AuthName The area that is not for you\nRequire valid-user\n" * 4,
        "FooText see [it](https://example.com/)\nFooPath /a\nFooMode a,b\nFooSize 1;2\n",
        "FooAllow a,b\\\n  c,d\\\n  e,f\n",
        "FooHosts 10.0.0.1\n10.0.0.2\n10.0.0.3\n",
        "Define A=1\nDefine B=2\nDefine C=3\nSetEnv D=4\n",
    ],
)
def test_a_configuration_is_not_foreign(text: str) -> None:
    assert foreign(text) is None
