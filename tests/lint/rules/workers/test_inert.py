"""Parameters that nothing reads."""

import pytest

from tests.support.lint.find import find


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("ProxyPass / http://h/ flushpackets=on", 23),
        ("ProxyPass / http://h/ max=5 flushwait=20 timeout=5", 29),
        ("ProxyPass / fcgi://h/ ping=5", 23),
        ("ProxyPass / uwsgi://h/ enablereuse=on", 24),
        ("ProxyPass / fcgi://h/ secret=x", 23),
        ("ProxyPass / scgi://h/ responsefieldsize=9000", 23),
        ("ProxyPass / unix:/run/a|uwsgi://h/ flusher=flush", 36),
    ],
)
def test_inert(text: str, column: int) -> None:
    (found,) = find("param-inert-scheme", text)
    assert (found.place.line, found.place.column) == (1, column)
    assert found.fix is not None
    assert found.fix.safe
    assert found.fix.edits[0].place.column == column - 1
    assert found.fix.edits[0].replacement == ""


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("ProxyPass / fcgi://h/ flushpackets=on", None),
        ("ProxyPass / ajp://h/ flushpackets=on ping=5 secret=x", None),
        ("ProxyPass / http://h/ ping=5 responsefieldsize=9000 enablereuse=on", None),
        ("ProxyPass / http://h/ flushpackets=off", None),
        ("ProxyPass / uwsgi://h/ enablereuse=off disablereuse=on", None),
        ("ProxyPass / http://h/ iobuffersize=9000", None),
        ("ProxyPass / other://h/ flushpackets=on", None),
        ("ProxyPass / fcgi://h/ flushpackets=on", "2.4.31"),
    ],
)
def test_honoured(text: str, version: str | None) -> None:
    assert not find("param-inert-scheme", text, version)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("fcgi://h/ flushpackets=on", 31),
        ("fcgi://h/ flushwait=20", 31),
        ("h2://h/ ping=5", 44),
        ("h2c://h/ ping=5", 44),
        ("ws://h/ ping=5", 47),
        ("wss://h/ ping=5", 47),
        ("ws://h/ responsefieldsize=9000", 47),
        ("wss://h/ responsefieldsize=9000", 47),
        ("http://h/ upgrade=x", 47),
        ("https://h/ upgrade=x", 47),
    ],
)
def test_the_first_release_in_which_a_scheme_reads_it(text: str, first: int) -> None:
    assert not find("param-inert-scheme", f"ProxyPass / {text}", f"2.4.{first}")
    (found,) = find("param-inert-scheme", f"ProxyPass / {text}", f"2.4.{first - 1}")
    assert f" before httpd 2.4.{first}" in found.message


@pytest.mark.parametrize(
    ("text", "version", "ending", "help_"),
    [
        ("fcgi://h/ flushpackets=on", "2.4.30", "for fcgi before httpd 2.4.31", "ajp and fcgi (from 2.4.31) read it."),
        ("http://h/ flushpackets=on", "2.4.30", "for http", "ajp and fcgi (from 2.4.31) read it."),
        ("http://h/ secret=x", None, "for http", "ajp reads it."),
        (
            "ajp://h/ responsefieldsize=9000",
            None,
            "for ajp",
            "http, https, ws (from 2.4.47) and wss (from 2.4.47) read it.",
        ),
    ],
)
def test_who_reads_it_and_since_when(text: str, version: str | None, ending: str, help_: str) -> None:
    (found,) = find("param-inert-scheme", f"ProxyPass / {text}", version)
    assert found.message.endswith(f": nothing reads it {ending}")
    assert found.help == f"Remove it; only {help_}"


@pytest.mark.parametrize("param", ["retry=0", "loadfactor=2", "route=a", "lbset=1", "redirect=b"])
def test_standalone(param: str) -> None:
    (found,) = find("retry-standalone", f"ProxyPass / http://h/ {param}")
    assert (found.place.column, found.severity) == (23, "info")


def test_health_check_of_a_worker_in_no_balancer() -> None:
    (found,) = find("retry-standalone", "ProxyPass / http://h/ hcmethod=GET")
    assert found.severity == "warning"


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("<Proxy balancer://x>\nBalancerMember http://h retry=0 route=a hcmethod=GET\n</Proxy>", None),
        ("ProxyPass / http://h/ timeout=5 status=+I", None),
        ("ProxyPass / http://h/ retry=0 status=-I", None),
        ("ProxyPass / http://h/ retry=0", "2.4.20"),
    ],
)
def test_not_standalone(text: str, version: str | None) -> None:
    assert not find("retry-standalone", text, version)


def test_retry_does_nothing_from_2_4_21_on() -> None:
    assert len(find("retry-standalone", "ProxyPass / http://h/ retry=0", "2.4.21")) == 1


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("<Proxy http://h/ flushpackets=on>\n</Proxy>", False),
        ("<Proxy http://h/>\nProxySet flushpackets=on\n</Proxy>", False),
        ("<Proxy http://h/>\nProxySet flushpackets=on timeout=5\n</Proxy>", True),
        ("<Proxy http://h/>\nProxySet timeout=5\nProxySet flushpackets=on\n</Proxy>", True),
        ("ProxyPass / http://h/\n<Proxy http://h/ flushpackets=on>\n</Proxy>", True),
        ("<IfDefine A>\nProxyPass / http://h/\n</IfDefine>\n<Proxy http://h/ flushpackets=on>\n</Proxy>", False),
        ("<Proxy balancer://b>\nBalancerMember http://h flushpackets=on\n</Proxy>", True),
    ],
)
def test_a_removal_that_takes_the_worker_with_it_is_not_safe(text: str, safe: bool) -> None:
    (found,) = find("param-inert-scheme", text)
    assert found.fix is not None
    assert found.fix.safe is safe


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("ProxyPass / unix:/run/a|fcgi://h/ addressttl=5", 1),
        ("ProxyPass / unix:/run/a|fcgi://h/ addressttl=0", 0),
        ("ProxyPass / unix:/run/a|fcgi://h/ addressttl=0s", 0),
        ("ProxyPass / unix:/run/a|ajp://h/ connectiontimeout=5", 1),
        ("<Proxy balancer://b>\nBalancerMember unix:/run/a|ajp://h hcmethod=cping connectiontimeout=5\n</Proxy>", 0),
        ("<Proxy balancer://b>\nBalancerMember unix:/run/a|http://h hcmethod=GET connectiontimeout=5\n</Proxy>", 1),
    ],
)
def test_what_a_unix_socket_has_no_use_for(text: str, count: int) -> None:
    assert len(find("param-inert-socket", text)) == count
