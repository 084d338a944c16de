"""Keys and values that httpd refuses."""

from pathlib import Path

import pytest

from tests.support.gateways.httpd import running
from tests.support.lint.find import find, places

BALANCER = "<Proxy balancer://x>\nBalancerMember http://h\nProxySet {}\n</Proxy>"
PASS = "ProxyPass / http://h/ {}"


@pytest.mark.parametrize(
    ("text", "place", "near"),
    [
        (PASS.format("timout=5"), (1, 23), "timeout"),
        (PASS.format('max=5 "Connection_Timeout=5"'), (1, 29), "connectiontimeout"),
        (BALANCER.format("stickysesion=a"), (3, 10), "stickysession"),
        ("ProxyHCTemplate t hcmethd=GET", (1, 19), "hcmethod"),
    ],
)
def test_unknown(text: str, place: tuple[int, int], near: str) -> None:
    (found,) = find("param-unknown", text)
    assert (found.place.line, found.place.column) == place
    assert found.help == f'Did you mean "{near}"?'
    assert found.fix is not None
    assert found.fix.edits[0].replacement.strip('"').startswith(f"{near}=")
    assert not found.fix.safe


def test_unknown_and_nothing_near() -> None:
    (found,) = find("param-unknown", PASS.format("zzz=5"))
    assert found.fix is None
    assert "connectiontimeout" in (found.help or "")


def test_template_takes_health_check_keys_only() -> None:
    assert places("param-unknown", "ProxyHCTemplate t timeout=5") == [(1, 19)]


@pytest.mark.parametrize(
    "text",
    [
        PASS.format("TimeOut=5"),
        PASS.format("nocanon mapping=encoded"),
        PASS.format("stickysession=a"),
        "ProxyPass /a http://h/\nProxyPass /b http://h/b zzz=5",
        "ProxyPass /a ! zzz=5",
    ],
)
def test_not_unknown(text: str) -> None:
    """Known in another scope, or on a line whose parameters httpd does not read."""
    assert not find("param-unknown", text)


@pytest.mark.parametrize(
    ("param", "version", "places_"),
    [
        ("addressttl=5", "2.4.58", [(1, 23)]),
        ("addressttl=5", "2.4.59", []),
        ("responsefieldsize=9000", "2.4.33", [(1, 23)]),
        ("secret=x", "2.4.41", [(1, 23)]),
        ("enablereuse=on", "2.4.10", [(1, 23)]),
        ("hcmethod=GET", "2.4.20", [(1, 23)]),
        ("timeout=5", "2.4.1", []),
        ("addressttl=5", None, []),
        ("no-such-key=5", "2.4.20", []),
        ("mapping=encoded", "2.4.48", []),  # mapping-version reports it
    ],
)
def test_too_new(param: str, version: str | None, places_: list[tuple[int, int]]) -> None:
    assert places("param-too-new", PASS.format(param), version) == places_


@pytest.mark.parametrize(
    ("line", "param", "first"),
    [
        (PASS, "enablereuse=on", "2.4.11"),
        (PASS, "upgrade=x", "2.4.26"),
        (PASS, "responsefieldsize=9000", "2.4.34"),
        (PASS, "secret=x", "2.4.42"),
        (PASS, "addressttl=5", "2.4.59"),
        (PASS, "hcmethod=GET", "2.4.21"),
        (PASS, "hcinterval=5", "2.4.21"),
        (PASS, "hcpasses=1", "2.4.21"),
        (PASS, "hcfails=1", "2.4.21"),
        (PASS, "hcuri=/", "2.4.21"),
        (PASS, "hcexpr=x", "2.4.21"),
        (PASS, "hctemplate=x", "2.4.21"),
        (BALANCER, "forcerecovery=on", "2.4.2"),
        (BALANCER, "stickysessionsep=.", "2.4.4"),
        (BALANCER, "failontimeout=on", "2.4.5"),
    ],
)
def test_the_first_release_that_knows_a_parameter(line: str, param: str, first: str) -> None:
    """Each key is in the source of this release and not in that of the one before."""
    text, (major, minor, patch) = line.format(param), first.split(".")
    assert not find("param-too-new", text, first)
    (found,) = find("param-too-new", text, f"{major}.{minor}.{int(patch) - 1}")
    assert f"needs httpd {first}" in found.message


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (PASS.format("lbmethod=byrequests"), (1, 23)),
        (BALANCER.format("route=a"), (3, 10)),
        ("<Proxy balancer://x>\nBalancerMember http://h mapping=encoded\n</Proxy>", (2, 25)),
        ("<Proxy balancer://x>\nBalancerMember http://h\n</Proxy>\nProxyPass / balancer://x/ max=5", (4, 27)),
    ],
)
def test_wrong_scope(text: str, place: tuple[int, int]) -> None:
    assert places("param-wrong-scope", text) == [place]


@pytest.mark.parametrize("text", [PASS.format("timeout=5"), BALANCER.format("timeout=5"), PASS.format("zzz=5")])
def test_right_scope(text: str) -> None:
    assert not find("param-wrong-scope", text)


@pytest.mark.parametrize(
    "param",
    [
        "timeout=0", "timeout=0.5", "ttl=0", "max=-1", "lbset=100", "flushwait=1001", "iobuffersize=511",
        "loadfactor=0.5", "loadfactor=101", "acquire=0", "ping=5x", "addressttl=1500ms", "keepalive=yes",
        "flushpackets=sometimes", "status=X", f"route={'x' * 64}", "upgrade=much-too-long-a-word",
    ],
)  # fmt: skip
def test_out_of_range(param: str) -> None:
    assert places("param-range", PASS.format(param)) == [(1, 23)]


@pytest.mark.parametrize(
    "param", ["growth=0", "failonstatus=600", "stickysessionsep=ab", "maxattempts=-1", "timeout=0"]
)
def test_out_of_range_for_a_balancer(param: str) -> None:
    assert places("param-range", BALANCER.format(param)) == [(3, 10)]


@pytest.mark.parametrize(
    "param",
    [
        "timeout=1", "max=0", "lbset=99", "flushwait=0", "iobuffersize=0", "iobuffersize=512", "loadfactor=1.5",
        "acquire=1", "ping=1mi", "addressttl=-1", "keepalive=ON", "flushpackets=Auto", "status=+H-S", "retry=0",
        f"route={'x' * 63}", "upgrade=ANY", "acquire=5m", "iobuffersize=64K", "timeout=${SECONDS}",
    ],
)  # fmt: skip
def test_in_range_or_another_rule(param: str) -> None:
    assert not find("param-range", PASS.format(param))


@pytest.mark.parametrize(("version", "severity"), [("2.4.27", "warning"), ("2.4.28", "error")])
def test_decimal(version: str, severity: str) -> None:
    (found,) = find("loadfactor-decimal", PASS.format("loadfactor=1.5"), version)
    assert (found.place.column, found.severity) == (23, severity)
    assert not find("param-range", PASS.format("loadfactor=1.5"), version)


@pytest.mark.parametrize(
    ("param", "version"), [("loadfactor=1.5", "2.4.29"), ("loadfactor=1.5", None), ("loadfactor=2.0", "2.4.27")]
)
def test_no_decimal(param: str, version: str | None) -> None:
    assert not find("loadfactor-decimal", PASS.format(param), version)


@pytest.mark.parametrize(
    ("status", "version", "since"), [("+R", "2.4.33", "2.4.34"), ("R", "2.4.7", "2.4.34"), ("-C", "2.4.20", "2.4.21")]
)
def test_old_letter(status: str, version: str, since: str) -> None:
    (found,) = find("status-letter-old", PASS.format(f"status={status}"), version)
    assert (found.place.line, found.place.column) == (1, 23)
    assert f"needs httpd {since}: httpd {version} refuses" in found.message
    assert found.help is not None
    assert f"httpd {since} or later" in found.help
    assert not find("param-range", PASS.format(f"status={status}"), version)


@pytest.mark.parametrize(
    ("status", "version"), [("+R", "2.4.34"), ("-C", "2.4.21"), ("+R", None), ("+H", "2.4.7"), ("X", "2.4.7")]
)
def test_known_letter(status: str, version: str | None) -> None:
    assert not find("status-letter-old", PASS.format(f"status={status}"), version)


@pytest.mark.parametrize(
    ("text", "zero"),
    [
        ('ProxyPass / http://h/ max="10"', True),
        ("ProxyPass / http://h/ RETRY='5'", True),
        ('<Proxy http://h/ smax="5">\n</Proxy>', True),
        ('<Proxy balancer://b>\nBalancerMember http://h route="a"\n</Proxy>', False),
        ('ProxyPass / ajp://h/ secret="s"', False),
        ('ProxyHCTemplate t hcuri="/a"', False),
        ('<Location /a>\nProxyPass http://h/ \\\n  max="5"\n</Location>', True),
    ],
)
def test_quoted(text: str, zero: bool) -> None:
    (found,) = find("param-quoted", text)
    assert found.message.endswith("it is 0") is zero
    assert found.help is not None
    assert '"' not in found.help
    assert found.fix is not None


@pytest.mark.parametrize(
    "text",
    [
        "ProxyPass / http://h/ \"max=10\" 'retry=5'",
        '<Proxy balancer://b>\nBalancerMember http://h route=a"b\n</Proxy>',
        'ProxyPass / http://h/ timeout="5"',
        'Define M "10"\nProxyPass / http://h/ max=${M}',
    ],
)
def test_not_quoted(text: str) -> None:
    assert not find("param-quoted", text)


@pytest.mark.httpd
def test_quoted_routes(httpd: str, tmp_path: Path) -> None:
    """A session stays with its member only without the quotation marks."""
    sections = "".join(
        f"<Proxy balancer://b{mark}>\nBalancerMember http://A route=a\nBalancerMember http://B route=b\n"
        f"ProxySet stickysession={quote}SID{quote}\n</Proxy>\nProxyPass /{mark}/ balancer://b{mark}/\n"
        for mark, quote in (("bare", ""), ("quoted", '"'))
    )
    with running(httpd, tmp_path, sections) as server:
        bare, quoted = (
            {server.ask(f"/{mark}/x", {"Cookie": "SID=1.a"})[1] for _ in range(6)} for mark in ("bare", "quoted")
        )
    assert bare == {"a/x"}
    assert quoted == {"a/x", "b/x"}
