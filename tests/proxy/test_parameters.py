"""How values of parameters are read, held against httpd itself."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hpatch.facts.parameters import BALANCER, MAPPING, PARAMETERS, SCHEMES, WORKER, Parameter
from hpatch.proxy.parameters import check, status_letters
from hpatch.versions import Version
from tests.oracle.proxy import ask
from tests.support.examples import examples

READ = [
    ("timeout", "500ms", 500, "ms"),
    ("timeout", " 5", 5, ""),
    ("timeout", "4294967297", 1, ""),
    ("retry", "x", 0, "x"),
    ("retry", "", 0, ""),
    ("ttl", "5m", 5, "m"),
    ("acquire", "5", 5, ""),
    ("acquire", "5mi", 300_000, ""),
    ("acquire", "5minutes", 300_000, ""),
    ("acquire", "5milliseconds", 300_000, "lliseconds"),
    ("acquire", "5seconds", 5000, ""),
    ("acquire", "1h", 3_600_000, ""),
    ("acquire", "1hour", 3_600_000, ""),
    ("acquire", "1hrs", 3_600_000, ""),
    ("acquire", "5sec", 5000, ""),
    ("acquire", "5msec", 5, ""),
    ("acquire", "9223372036854775ms", 9_223_372_036_854_775, ""),
    ("ping", "5", 5000, ""),
    ("ping", "1s500ms", 1000, "500ms"),
    ("connectiontimeout", "300ms", 300, ""),
    ("iobuffersize", "8192K", 8192, "K"),
    ("iobuffersize", "0", 0, ""),
    ("iobuffersize", "4294967296", 2**32, ""),
    ("iobuffersize", "99999999999999999999", 2**63 - 1, ""),
    ("receivebuffersize", "512", 512, ""),
    ("loadfactor", "1.555", 1.55, ""),
    ("loadfactor", "0x10", 16, ""),
    ("loadfactor", "100.009", 100, ""),
    ("keepalive", "ON", True, ""),
    ("enablereuse", "off", False, ""),
    ("addressttl", "-1", -1, ""),
    ("addressttl", "0", 0, ""),
    ("addressttl", "1000ms", 1, ""),
    ("addressttl", "1h", 3600, ""),
    ("flushpackets", "AUTO", "auto", ""),
    ("flushwait", "1000", 1000, ""),
    ("status", "-D+h", "-D+h", ""),
    ("status", "", "", ""),
    ("upgrade", "ANY", "ANY", ""),
    ("hcmethod", "Get", "get", ""),
    ("hcinterval", "100ms", 100, ""),
]
REFUSED = [
    ("timeout", "0"),
    ("timeout", "-1"),
    ("timeout", "4294967295"),
    ("timeout", '"5"'),
    ("ttl", ""),
    ("acquire", "5m"),
    ("acquire", "5M"),
    ("acquire", "5x"),
    ("acquire", "-5"),
    ("acquire", ""),
    ("acquire", "9223372036854775807h"),
    ("acquire", "9223372036854776ms"),
    ("ping", "0"),
    ("iobuffersize", "64K"),
    ("iobuffersize", "-1"),
    ("iobuffersize", "511"),
    ("loadfactor", "0.5"),
    ("loadfactor", "100.01"),
    ("loadfactor", "inf"),
    ("loadfactor", "nan"),
    ("loadfactor", "x"),
    ("keepalive", "true"),
    ("addressttl", "500ms"),
    ("addressttl", "-1s"),
    ("addressttl", "2147483648"),
    ("flushpackets", "yes"),
    ("flushwait", "1001"),
    ("status", "H+"),
    ("status", "Z"),
    ("status", "+-D"),
    ("lbset", "100"),
    ("route", "x" * 64),
    ("secret", "é" * 32),
    ("upgrade", "x" * 16),
    ("hcmethod", "provider"),
    ("hcinterval", "99ms"),
    ("hcpasses", "-1"),
]
BALANCERS = [
    ("stickysessionsep", "off", True),
    ("stickysessionsep", "ab", False),
    ("stickysessionsep", "", False),
    ("timeout", "5ms", True),
    ("timeout", "0", False),
    ("maxattempts", "-1", False),
    ("lbmethod", "0123456789abcdef", False),
    ("failonstatus", "500, 503", True),
    ("failonstatus", "500x", True),
    ("failonstatus", "", True),
    ("failonstatus", "600", False),
    ("failonstatus", ",600", False),
    ("failonstatus", "500,,600", False),
    ("failonstatus", "a", False),
    ("growth", "0", False),
    ("growth", "100", True),
    ("nonce", "None", True),
    ("nonce", "x" * 36, True),
    ("nonce", "x" * 37, False),
    ("stickysession", "x" * 70, True),
    ("forcerecovery", "x", False),
]


@pytest.mark.parametrize(("key", "text", "value", "dropped"), READ)
def test_read(key: str, text: str, value: object, dropped: str) -> None:
    reading = check(WORKER[key], text)
    assert (reading.value, reading.dropped, reading.refused) == (value, dropped, "")


@pytest.mark.parametrize(("key", "text"), REFUSED)
def test_refused(key: str, text: str) -> None:
    assert check(WORKER[key], text).refused


@pytest.mark.parametrize(("key", "text", "accepted"), BALANCERS)
def test_balancer(key: str, text: str, accepted: bool) -> None:
    assert (not check(BALANCER[key], text).refused) == accepted


@pytest.mark.parametrize(
    ("key", "text", "value", "reason"),
    [
        ("acquire", "5m", None, '"m" alone is not a unit; the units are ms, s, mi (minutes) and h'),
        ("acquire", "5mx", None, '"m" alone is not a unit; the units are ms, s, mi (minutes) and h'),
        ("acquire", "5xm", None, "its unit is not known; the units are ms, s, mi (minutes) and h"),
        ("acquire", "5x", None, "its unit is not known; the units are ms, s, mi (minutes) and h"),
        ("acquire", "-5", -5, "it is negative"),
        ("acquire", "-5s", -5000, "it is negative"),
        ("acquire", "0", 0, "it must be at least 1 ms"),
        ("addressttl", "-5s", -5000, "it is negative"),
        ("addressttl", "500ms", None, "it must be a whole number of seconds"),
        ("addressttl", "2147483648", 2**31, "it must be at most 2147483647 s"),
        ("loadfactor", "x", 0.0, "it must be at least 1"),
        ("loadfactor", "-1", -1, "it must be at least 1"),
        ("loadfactor", "-inf", float("-inf"), "it must be at least 1"),
        ("loadfactor", "100.019", 100.019, "it must be at most 100"),
        ("loadfactor", "1e9", 1e9, "it must be at most 100"),
        ("loadfactor", "inf", float("inf"), "it must be at most 100"),
        ("status", "H+", None, "a sign needs a letter after it"),
        ("status", "Z", None, '"Z" is not a status letter'),
        ("route", "x" * 64, None, "it must be at most 63 bytes long"),
    ],
)
def test_reasons(key: str, text: str, value: object, reason: str) -> None:
    reading = check(WORKER[key], text)
    assert (reading.value, reading.refused) == (value, reason)


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("", ""),
        ("D", "d"),
        ("+D", "d"),
        ("-D", ""),
        ("DhI", "dhi"),
        ("+D-H", "d"),
        ("+H-H+D", "d"),
        ("H-HD", "d"),
        ("-H+H", "h"),
        ("D-S", "d"),
    ],
)
def test_letters_that_a_status_leaves_set(text: str, letters: str) -> None:
    assert status_letters(text) == set(letters)


def test_seconds_of_old_health_checks() -> None:
    assert check(WORKER["hcinterval"], "5", Version(2, 4, 27)).value == 5000


def test_what_httpd_drops_of_status_codes() -> None:
    assert check(BALANCER["failonstatus"], "500, 503").dropped == ""
    assert check(BALANCER["failonstatus"], "500x, 503, 504y").dropped == "x"


def test_sticky_session_is_cut() -> None:
    assert check(BALANCER["stickysession"], "x" * 70).dropped == "x" * 7
    assert check(BALANCER["stickysession"], "x" * 70, Version(2, 4, 6)).refused


@pytest.mark.parametrize(
    ("key", "text", "patch", "accepted"),
    [
        ("loadfactor", "1.5", 27, True),
        ("loadfactor", "2", 28, False),
        ("loadfactor", "1.01", 28, False),
        ("loadfactor", "1", 28, True),
        ("acquire", "1", 27, True),
        ("loadfactor", "2", 29, True),
        ("hcinterval", "1", 27, False),
        ("hcinterval", "1", 28, True),
        ("hcmethod", "GET11", 54, False),
        ("hcmethod", "GET11", 55, True),
        ("hcmethod", "CPING", 48, False),
        ("status", "R", 33, False),
        ("status", "R", 34, True),
        ("flusher", "x" * 16, 43, True),
        ("flusher", "x" * 16, 44, False),
    ],
)
def test_versions(key: str, text: str, patch: int, accepted: bool) -> None:
    assert (not check(WORKER[key], text, Version(2, 4, patch)).refused) == accepted


@pytest.mark.parametrize("parameter", PARAMETERS, ids=lambda parameter: f"{parameter.scope}-{parameter.name}")
def test_table(parameter: Parameter) -> None:
    table = {"worker": WORKER, "balancer": BALANCER, "mapping": MAPPING}[parameter.scope]
    assert table[parameter.name] is parameter
    assert parameter.name == parameter.name.lower()
    assert set(parameter.honoured or ()) <= SCHEMES
    assert not check(parameter, _sound(parameter)).refused


def test_honoured_by() -> None:
    size = WORKER["iobuffersize"]
    assert size.honoured_by("fcgi")
    assert not size.honoured_by("fcgi", Version(2, 4, 9))
    assert not size.honoured_by("http")
    assert size.honoured_by("something-new")
    assert WORKER["timeout"].honoured_by("http")


def _sound(parameter: Parameter) -> str:
    """A value that the parameter takes."""
    if parameter.minimum is not None and parameter.kind != "duration":
        return f"{parameter.minimum:g}"
    texts = {
        "duration": "1h",
        "flag": "on",
        "separator": ".",
        "choice": next(iter(parameter.values), ""),
    }
    return texts.get(parameter.kind, "")


_NUMBERS = st.one_of(
    st.integers(-2, 1100).map(str), st.sampled_from(["", "1", "511", "512", "2147483648", "9" * 19, "9" * 20, "1.5"])
)
_SUFFIXES = st.sampled_from(["", "", "s", "ms", "m", "mi", "min", "h", "K", "x", ".5", "e1", "S", "s5", " "])
_VALUES = st.one_of(
    st.tuples(st.sampled_from(["", "", "", " ", "+", "-"]), _NUMBERS, _SUFFIXES).map("".join),
    st.sampled_from(["on", "Off", "auto", "any", "none", "GET", "TCP", "head11", "inf", "nan", "0x1f", "x" * 16]),
    st.text("+-dDiIsShHeErRcCnNoO", max_size=4),
)
_CHECKED = sorted(name for name, parameter in WORKER.items() if parameter.kind != "name")


@pytest.mark.httpd
@settings(max_examples=examples(75))
@given(st.sampled_from(_CHECKED), _VALUES)
@example("addressttl", "2147483647")
@example("status", "+")
def test_worker_values_as_httpd(key: str, value: str) -> None:
    verdict = ask(f'<Proxy balancer://b>\nBalancerMember http://m "{key}={value}"\n</Proxy>\n')
    assert bool(check(WORKER[key], value).refused) == bool(verdict.error), verdict.error


@pytest.mark.httpd
@pytest.mark.parametrize(("key", "text", "accepted"), BALANCERS)
def test_balancer_values_as_httpd(key: str, text: str, accepted: bool) -> None:
    verdict = ask(f'ProxyPass /a balancer://b "{key}={text}"\n')
    assert (not verdict.error) == accepted, verdict.error


@pytest.mark.httpd
def test_unknown_keys_are_unknown_to_httpd() -> None:
    """The table is complete: every key that it lacks for a scope is refused."""
    for parameter in PARAMETERS:
        word = f'"{parameter.name}={_sound(parameter)}"'
        if parameter.kind == "name":
            continue
        member = ask(f"<Proxy balancer://b>\nBalancerMember http://m {word}\n</Proxy>\n")
        assert (not member.error) == (parameter.name in WORKER), parameter.name
        if parameter.name not in MAPPING:
            mapping = ask(f"ProxyPass /a balancer://b {word}\n")
            assert (not mapping.error) == (parameter.name in BALANCER), parameter.name
