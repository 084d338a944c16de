"""Tomcat behind httpd: a rule reports a line just where the request shows the fault."""

from __future__ import annotations

from contextlib import ExitStack, closing
from http.client import HTTPException
from pathlib import Path
from urllib.request import urlopen

import pytest

from hpatch.backends import files
from hpatch.conf.load import load_text
from hpatch.lab.ports import Ports
from hpatch.lint.context import Context
from hpatch.lint.registry import by_name
from hpatch.proxy.build import build
from tests.support.gateways.httpd import running
from tests.support.gateways.tomcat import started
from tests.support.patience import PATIENCE

SERVER = """\
<Server port="-1"><Service name="Catalina">
  <Connector port="PORT0" address="127.0.0.1"/>
  <Connector protocol="AJP/1.3" port="PORT1" secret="s3cret"/>
  <Connector protocol="AJP/1.3" port="PORT2" secretRequired="false"/>
  <Connector protocol="AJP/1.3" port="PORT3" secretRequired="false" packetSize="16384"/>
  <Connector protocol="AJP/1.3" port="PORT4"/>
  <Engine name="Catalina" defaultHost="localhost" jvmRoute="node1"><Host name="localhost" appBase="webapps"/></Engine>
</Service></Server>
"""
LARGE = "size=30000"
# By path: the rule, the target, the query, and the size of the body that is sent (0: a GET).
CASES = {
    "secret": ("tomcat-secret", "ajp://127.0.0.1:PORT1/ secret=s3cret", "", 0),
    "none": ("tomcat-secret", "ajp://localhost:PORT1/", "", 0),
    "free": ("tomcat-secret", "ajp://127.0.0.1:PORT2/", "", 0),
    "unstarted": ("tomcat-secret", "ajp://127.0.0.1:PORT4/", "", 0),
    "http": ("backend-protocol", "http://127.0.0.1:PORT0/", "", 0),
    "not-http": ("backend-protocol", "http://localhost:PORT1/", "", 0),
    "not-ajp": ("backend-protocol", "ajp://127.0.0.1:PORT0/", "", 0),
    "equal": ("tomcat-packet-size", "ajp://127.0.0.1:PORT3/ iobuffersize=16384", LARGE, 0),
    "theirs": ("tomcat-packet-size", "ajp://localhost:PORT3/", LARGE, 0),
    "ours": ("tomcat-packet-size", "ajp://localhost:PORT2/ iobuffersize=16384", "", 30_000),
}


@pytest.mark.proof
@pytest.mark.httpd
@pytest.mark.tomcat
def test_requests(httpd: str, tmp_path: Path) -> None:
    (tmp_path / "httpd").mkdir()
    with ExitStack() as stack:
        ports = stack.enter_context(closing(Ports()))
        numbers = [str(ports.reserve()) for _ in range(5)]

        def filled(text: str) -> str:
            for at, number in enumerate(numbers):
                text = text.replace(f"PORT{at}", number)
            return text

        stack.enter_context(started(tmp_path / "tomcat", filled(SERVER)))
        # The first request compiles the page, which may take longer than httpd waits.
        with urlopen(f"http://127.0.0.1:{numbers[0]}/page.jsp", timeout=PATIENCE) as page:
            assert page.status == 200
        lines = {path: filled(f'ProxyPass "/{path}/" {target}\n') for path, (_, target, _, _) in CASES.items()}
        text = "ProxyTimeout 5\n" + "".join(lines.values())
        web = stack.enter_context(running(httpd, tmp_path / "httpd", text))
        answers = {}
        for path, (_, _, query, size) in CASES.items():
            where, body = f"/{path}/page.jsp?{query}", b"x" * size or None
            try:
                answer, _ = web.ask(where, {"Content-Type": "text/plain"}, "POST" if size else "GET", body)
                answers[path] = answer.status
            except HTTPException:  # the response ends before its end
                answers[path] = 0
    configuration = load_text(text)
    server = files.read(str(tmp_path / "tomcat/conf/server.xml"))
    context = Context(configuration, build(configuration), backends=(server,))
    reported = {
        path: {finding.place.line for finding in by_name()[rule].check(context)} for path, (rule, *_) in CASES.items()
    }
    wrong = {
        path: answers[path]
        for line, path in enumerate(CASES, start=2)
        if (answers[path] == 200) is (line in reported[path])
    }
    assert wrong == {}
    assert answers["none"] == 403
    assert answers["unstarted"] in (500, 503)
