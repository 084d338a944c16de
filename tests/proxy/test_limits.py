"""Lengths that httpd counts in bytes, and versions that change what it makes of a line: both sides of each edge."""

from __future__ import annotations

import pytest

from hpatch.conf.load import Options, load_text
from hpatch.facts.parameters import BALANCER, PARAMETERS, WORKER, Parameter
from hpatch.proxy.build import build
from hpatch.proxy.model import Proxy
from hpatch.proxy.parameters import check
from hpatch.proxy.target import name
from hpatch.versions import Version
from tests.oracle.proxy import ask


def model(text: str, patch: int | None = None) -> Proxy:
    return build(load_text(text, Options(version=None if patch is None else Version(2, 4, patch))))


def sized(size: int, letter: str) -> str:
    """A text of so many bytes."""
    count = size // len(letter.encode())
    return letter * count + "b" * (size - count * len(letter.encode()))


LIMITS = {
    "balancer": (84, "<Proxy balancer://{}>\nBalancerMember http://h\n</Proxy>\nProxyPass /a balancer://{}/\n"),
    "front": (62, "ProxyPass /{} balancer://b/\n"),
    "socket": (94, "ProxyPass /a unix:/{}|http://h/\n"),
    "host": (255, "ProxyPass /a http://{}/\n"),
}
"""What may have so many bytes, besides what stands before it (`balancer://` counts as a part of the name)."""
EDGES = pytest.mark.parametrize(("longest", "line"), [pytest.param(*limit, id=what) for what, limit in LIMITS.items()])


@EDGES
@pytest.mark.parametrize("letter", ["b", "é"])
def test_longest(longest: int, line: str, letter: str) -> None:
    assert not model(line.replace("{}", sized(longest, letter))).refusals
    assert model(line.replace("{}", sized(longest + 1, letter))).refusals


@pytest.mark.httpd
@EDGES
@pytest.mark.parametrize("letter", ["b", "é"])
def test_longest_of_httpd(longest: int, line: str, letter: str) -> None:
    assert not ask(line.replace("{}", sized(longest, letter))).error
    assert ask(line.replace("{}", sized(longest + 1, letter))).error


LONG = sized(64, "b")
FRONTS = [
    # a path that mod_proxy keeps in the balancer: any that is not a pattern
    (f"ProxyPass /{LONG} balancer://b/", True),
    (f"ProxyPass {LONG} balancer://b/", True),
    (f"<LocationMatch ^/{LONG}>\nProxyPass balancer://b/\n</LocationMatch>", True),
    (f"<LocationMatch ^/{LONG}.*>\nProxyPass balancer://b/\n</LocationMatch>", False),
    (f"ProxyPassMatch /{LONG} balancer://b/", False),
    # as APR reads it as a URI
    (f"ProxyPass /?{LONG} balancer://b/", False),
    (f"ProxyPass /#{LONG} balancer://b/", False),
    (f"ProxyPass //a{sized(30, 'b')}/{sized(60, 'b')} balancer://b/", False),
    (f"ProxyPass http://a/{sized(60, 'b')} balancer://b/", False),
    (f"ProxyPass /a:{LONG} balancer://b/", True),
    # of the mapping that makes the balancer only
    (f"ProxyPass /a balancer://b/\nProxyPass /{LONG} balancer://b/", False),
    (f"ProxyPass / http://{LONG}/{LONG}", False),
]


@pytest.mark.parametrize(("text", "refused"), FRONTS)
def test_the_path_of_the_mapping_that_makes_a_balancer(text: str, refused: bool) -> None:
    assert [one.kind for one in model(text).refusals] == ["arguments"] * refused


@pytest.mark.httpd
@pytest.mark.parametrize(("text", "refused"), FRONTS)
def test_the_path_of_the_mapping_that_makes_a_balancer_in_httpd(text: str, refused: bool) -> None:
    assert bool(ask(text + "\n").error) == refused


@pytest.mark.parametrize("size", [84, 85])
def test_a_section_for_a_balancer_whose_name_is_too_long_makes_none(size: int) -> None:
    name = f"balancer://{sized(size, 'b')}"
    assert [one.name for one in model(f"<Proxy {name}>\n</Proxy>").servers[0].balancers] == [name] * (size == 84)


@pytest.mark.parametrize(("patch", "longest"), [(52, 95), (53, 383), (None, 383)])
@pytest.mark.parametrize("letter", ["b", "é"])
def test_a_workers_name_is_cut(patch: int | None, longest: int, letter: str) -> None:
    """Two URLs that differ behind the cut are one worker; those that differ before it are two."""
    start = "http://h/"
    whole = start + sized(longest - len(start), letter)
    (worker,) = model(f"ProxyPass /a {whole}1\nProxyPass /b {whole}2", patch).servers[0].workers
    assert worker.name == whole
    assert len(worker.definitions) == 2
    other = whole[:-1]
    (worker,) = model(f"ProxyPass /a {other}\nProxyPass /b {other}2", patch).servers[0].workers
    assert worker.name == other
    found = model(f"ProxyPass /a {other}1\nProxyPass /b {other}2", patch).servers[0].workers
    assert len(found) == 2


def test_a_workers_name_is_not_cut_within_a_character() -> None:
    (worker,) = model(f"ProxyPass /a http://h/{'é' * 200}", 53).servers[0].workers
    assert worker.name == f"http://h/{'é' * 187}"


@pytest.mark.parametrize(("patch", "matching"), [(46, False), (47, True), (None, True)])
def test_patterns_match(patch: int | None, matching: bool) -> None:
    (worker,) = model("ProxyPassMatch ^/a/(.*) http://h/a/$1", patch).servers[0].workers
    assert worker.matching == matching


@pytest.mark.parametrize(("patch", "any_host"), [(62, False), (63, True), (None, True)])
def test_a_pattern_for_any_host(patch: int | None, any_host: bool) -> None:
    text = "ProxyPassMatch ^/a/([a-z]+)/(.*) http://$1/$2\nRewriteRule ^/b http://backend/ [P]"
    server = model(text, patch).servers[0]
    assert server.workers[0].any_host == any_host
    (plain,) = model("ProxyPassMatch ^/a/(.*) http://h/$1", patch).servers[0].workers
    assert not plain.any_host


def _texts() -> list[Parameter]:
    return [parameter for parameter in PARAMETERS if parameter.max_length is not None]


@pytest.mark.parametrize("parameter", _texts(), ids=lambda parameter: f"{parameter.scope}-{parameter.name}")
@pytest.mark.parametrize("letter", ["b", "é"])
def test_longest_value(parameter: Parameter, letter: str) -> None:
    longest = parameter.max_length
    assert longest is not None
    assert check(parameter, sized(longest, letter)) == (sized(longest, letter), "", "")
    reading = check(parameter, sized(longest + 1, letter))
    assert reading.refused or reading.dropped


@pytest.mark.httpd
@pytest.mark.parametrize(
    "parameter",
    [parameter for parameter in _texts() if parameter.kind != "name" and parameter.scope != "mapping"],
    ids=lambda parameter: f"{parameter.scope}-{parameter.name}",
)
def test_longest_value_of_httpd(parameter: Parameter) -> None:
    """Where a longer value is cut, httpd does not say so."""
    assert parameter.max_length is not None
    for more in (0, 1):
        value = f"{parameter.name}={sized(parameter.max_length + more, 'b')}"
        line = f"ProxyPass /a balancer://b {value}"
        if parameter.scope == "worker":
            line = f"<Proxy balancer://b>\nBalancerMember http://m {value}\n</Proxy>"
        assert bool(ask(line + "\n").error) == bool(more and check(parameter, value.partition("=")[2]).refused)


NUMBERS = [
    parameter
    for parameter in PARAMETERS
    if parameter.kind in ("int", "seconds", "milliseconds", "bytes") and parameter.scope in ("worker", "balancer")
]


@pytest.mark.parametrize("parameter", NUMBERS, ids=lambda parameter: f"{parameter.scope}-{parameter.name}")
def test_least_and_greatest(parameter: Parameter) -> None:
    for edge, step in ((parameter.minimum, -1), (parameter.maximum, 1)):
        if edge is None:
            continue
        assert not check(parameter, f"{edge:.0f}").refused
        beyond = f"{edge + step:.0f}"
        if parameter.kind != "bytes" or beyond != "0":
            assert check(parameter, beyond).refused


@pytest.mark.httpd
@pytest.mark.parametrize("parameter", NUMBERS, ids=lambda parameter: f"{parameter.scope}-{parameter.name}")
def test_least_and_greatest_of_httpd(parameter: Parameter) -> None:
    for edge, step in ((parameter.minimum, -1), (parameter.maximum, 1)):
        if edge is None:
            continue
        for number in (edge, edge + step):
            value = f"{parameter.name}={number:.0f}"
            line = f"ProxyPass /a balancer://b {value}"
            if parameter.scope == "worker":
                line = f"<Proxy balancer://b>\nBalancerMember http://m {value}\n</Proxy>"
            assert bool(ask(line + "\n").error) == bool(check(parameter, f"{number:.0f}").refused), value


@pytest.mark.parametrize(
    ("parameter", "text", "patch", "accepted"),
    [
        (WORKER["hcinterval"], "1", 27, False),
        (WORKER["hcinterval"], "2", 27, True),
        (WORKER["hcmethod"], "CPING", 49, True),
        (WORKER["hcmethod"], "OPTIONS11", 54, False),
        (WORKER["hcmethod"], "OPTIONS11", 55, True),
        (WORKER["hcmethod"], "HEAD11", 54, False),
        (WORKER["hcmethod"], "HEAD11", 55, True),
        (WORKER["status"], "G", 20, False),
        (WORKER["status"], "G", 21, True),
        (WORKER["status"], "C", 20, False),
        (WORKER["status"], "C", 21, True),
        (WORKER["flusher"], "x" * 16, 6, False),
        (WORKER["flusher"], "x" * 16, 7, True),
        (BALANCER["stickysession"], "x" * 64, 6, False),
        (BALANCER["stickysession"], "x" * 64, 7, True),
    ],
)
def test_versions(parameter: Parameter, text: str, patch: int, accepted: bool) -> None:
    assert (not check(parameter, text, Version(2, 4, patch)).refused) == accepted


@pytest.mark.parametrize(("patch", "value"), [(27, 1), (28, 1), (29, 1.5), (None, 1.5)])
def test_decimals(patch: int | None, value: float) -> None:
    reading = check(
        WORKER["loadfactor"], "1.5" if patch != 28 else "1.0", None if patch is None else Version(2, 4, patch)
    )
    assert (reading.value, reading.refused) == (value, "")


@pytest.mark.parametrize("port", ["0", "1", "65535", "65536"])
def test_ports(port: str) -> None:
    """httpd takes a port's lower 16 bits, and none for 0."""
    shown = "" if int(port) % 65536 == 0 else f":{port}"
    assert name(f"http://h:{port}/").identity == f"http://h{shown}/"
