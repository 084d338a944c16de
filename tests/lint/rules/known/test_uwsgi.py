"""Known problems of uWSGI: each with a uWSGI that has what triggers it, and one that has not."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from hpatch.facts.problems import KnownProblem, everything
from hpatch.versions import Version
from tests.support.lint.find import find


class Pair(NamedTuple):
    """A target of httpd and lines of uWSGI that meet a problem, and others that do not; None: as in the first."""

    target: str
    options: str
    other: str | None = None
    options_without: str | None = None


TCP = "127.0.0.1:3032"
PAIRS = {
    "uwsgi-fcgi-parser": Pair(f"fcgi://{TCP}/", f"fastcgi-socket = {TCP}", f"scgi://{TCP}/", f"scgi-socket = {TCP}"),
    "uwsgi-static-average": Pair(
        f"uwsgi://{TCP}/", f"socket = {TCP}\nstatic-map = /s=/srv", None, f"socket = {TCP}\nmodule = a"
    ),
    "issue 614": Pair(f"uwsgi://{TCP}/", f"socket = {TCP}", None, f"socket = {TCP}\npost-buffering = 1"),
    "commit 68d5b2de": Pair(
        f"fcgi://{TCP}/", f"fastcgi-socket = {TCP}", None, f"fastcgi-socket = {TCP}\nlingering-close = 5"
    ),
    "issue 1350": Pair(f"ws://{TCP}/", f"http-socket = {TCP}", f"http://{TCP}/"),
    "issue 1412": Pair(f"scgi://{TCP}/", f"scgi-socket = {TCP}", "scgi://127.0.0.1:3033/"),
    "issue 1428": Pair(f"http://{TCP}/", f"http = {TCP}", f"uwsgi://{TCP}/", f"socket = {TCP}"),
    "issue 1490": Pair(
        f"https://{TCP}/", f"https-socket = {TCP},a.crt,a.key", f"http://{TCP}/", f"http-socket = {TCP}"
    ),
    "issue 2190": Pair(
        f"http://{TCP}/", f"http = {TCP}\nhttp-raw-body = 1", None, f"http-socket = {TCP}\nhttp-raw-body = 1"
    ),
    "commit 583592a2": Pair(f"ws://{TCP}/", f"http = {TCP}", f"http://{TCP}/"),
    "commit 69ce661a": Pair(
        f"http://{TCP}/",
        f"http = {TCP}\nhonour-range = 1\noffload-threads = 2",
        None,
        f"http = {TCP}\nhonour-range = 1",
    ),
    "commit 6c82be6d": Pair(
        f"uwsgi://{TCP}/",
        f"socket = {TCP}\nwsgi-env-behaviour = holy",
        None,
        f"socket = {TCP}\nwsgi-env-behaviour = cheat",
    ),
    "commit 7e8e1139": Pair(f"uwsgi://{TCP}/", f"socket = {TCP}", f"http://{TCP}/"),
    "commit 80479939": Pair("http://[::1]:80/", "http-socket = [::1]:80", f"http://{TCP}/", f"http-socket = {TCP}"),
    "commit 8a032b41": Pair(f"http://{TCP}/", f"http-socket = {TCP}", None, f"http = {TCP}"),
    "commit 9c18e0e1": Pair(f"fcgi://{TCP}/", f"fastcgi-socket = {TCP}", f"uwsgi://{TCP}/", f"socket = {TCP}"),
    "commit bf2aea5e": Pair("http://[::1]:80/", "http-socket = [::1]:80", f"http://{TCP}/", f"http-socket = {TCP}"),
    "commit fed00ee5": Pair(f"uwsgi://{TCP}/", f"socket = {TCP}\nhonour-range = 1", None, f"socket = {TCP}"),
    "CVE-2018-6758": Pair(f"uwsgi://{TCP}/", f"socket = {TCP}\ncheck-static-docroot = 1", None, f"socket = {TCP}"),
    "CVE-2018-7490": Pair(
        f"uwsgi://{TCP}/",
        f"socket = {TCP}\nphp-docroot = /srv",
        None,
        f"socket = {TCP}\nphp-docroot = /srv\nphp-allowed-docroot = /srv",
    ),
}
FOUND = [known for known in everything("uwsgi") if not known.rule]


@pytest.mark.parametrize("known", FOUND, ids=lambda known: known.id)
def test_a_problem_is_found_where_something_triggers_it(known: KnownProblem) -> None:
    pair = PAIRS[known.id]
    last = Version(2, 0, 30) if known.fixed is None else known.fixed._replace(patch=known.fixed.patch - 1)
    assert known.id in _found(pair.target, pair.options, last)
    if known.fixed is not None:
        assert known.id not in _found(pair.target, pair.options, known.fixed)
    without = pair.options if pair.options_without is None else pair.options_without
    assert known.id not in _found(pair.other or pair.target, without, last)


def test_no_pair_is_left_over() -> None:
    assert set(PAIRS) == {known.id for known in FOUND}


def _found(target: str, options: str, version: Version) -> list[str]:
    """The ids of the problems that are found."""
    text = f'ProxyPass "/a/" "{target}"\n'
    found = [
        finding
        for rule in ("known-vulnerability", "known-fault")
        for finding in find(rule, text, uwsgi=f"[uwsgi]\n{options}\n", uwsgi_version=str(version))
    ]
    return [known.id for known in FOUND for one in found if f" has {known.id} here: " in one.message]


READ_LINES = "issue 1412"


def test_the_scheme_uwsgi_is_uwsgi_although_nothing_of_it_is_known() -> None:
    (one,) = find("known-fault", 'ProxyPass "/a/" "uwsgi://app.internal:3032/"\n', uwsgi_version="2.0.28")
    assert one.message.startswith(f"uWSGI 2.0.28 as published has {READ_LINES} here: ")
    assert "first release without it is 2.0.29" in (one.help or "")


@pytest.mark.parametrize("scheme", ["http", "fcgi", "scgi"])
def test_other_schemes_may_be_any_server(scheme: str) -> None:
    assert not find("known-fault", f'ProxyPass "/a/" "{scheme}://app.internal:3032/"\n', uwsgi_version="2.0.0")


def test_without_a_version_of_uwsgi_nothing_is_said_of_it() -> None:
    text = 'ProxyPass "/a/" "uwsgi://127.0.0.1:3032/"\n'
    assert not find("known-fault", text, "2.4.71", uwsgi="[uwsgi]\nsocket = 127.0.0.1:3032\n")


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("", True),
        ("SetEnv proxy-sendcl 1", False),
        ("SetEnv proxy-sendchunked 1", True),
        ("SetEnvIf Transfer-Encoding . proxy-sendcl=1", False),
        ('<IfFile "/nowhere">\nSetEnv proxy-sendcl 1\n</IfFile>', False),
    ],
)
def test_a_body_in_chunks(line: str, found: bool) -> None:
    text = f'{line}\nProxyPass "/a/" "http://{TCP}/"\n'
    messages = [
        one.message
        for one in find("known-fault", text, uwsgi=f"[uwsgi]\nhttp-socket = {TCP}\n", uwsgi_version="2.0.30")
    ]
    assert any("issue 1428" in message for message in messages) is found


def test_a_target_that_speaks_another_protocol_than_the_socket_meets_nothing() -> None:
    text = 'ProxyPass "/a/" "uwsgi://127.0.0.1:3032/"\n'
    assert not find("known-fault", text, uwsgi="[uwsgi]\nhttp-socket = 127.0.0.1:3032\n", uwsgi_version="2.0.0")


@pytest.mark.parametrize(
    "options",
    [
        "include = /nowhere/more.ini",
        "if-env = PRODUCTION\npost-buffering = 1\nendif =",
    ],
)
def test_an_option_that_may_be_given_is_not_missing(options: str) -> None:
    uwsgi = f"[uwsgi]\nsocket = 127.0.0.1:3032\n{options}\n"
    found = find("known-fault", 'ProxyPass "/a/" "uwsgi://127.0.0.1:3032/"\n', uwsgi=uwsgi, uwsgi_version="2.0.28")
    assert [one for one in found if "issue 614" in one.message] == []


def test_an_option_that_may_not_be_given_is_not_there() -> None:
    uwsgi = "[uwsgi]\nsocket = 127.0.0.1:3032\nif-env = A\nphp-docroot = /srv\nendif =\n"
    assert not find(
        "known-vulnerability", 'ProxyPass "/a/" "uwsgi://127.0.0.1:3032/"\n', uwsgi=uwsgi, uwsgi_version="2.0.12"
    )


@pytest.mark.parametrize(
    ("line", "options"),
    [
        ('ProxyPass "/a/" "unix:/run/a.sock|uwsgi://a/"\n', "socket = /run/a.sock"),
        ('ProxyPass "/a/" "uwsgi://127.0.0.1:3032/"\n', "if-env = A\nsocket = 127.0.0.1:3032\nendif ="),
        (
            '<IfFile "/nowhere">\nProxyPass "/a/" "uwsgi://127.0.0.1:3032/"\n</IfFile>\n',
            "socket = 127.0.0.1:3032",
        ),
    ],
    ids=["a Unix socket", "a socket that may not be there", "a line that may not be read"],
)
def test_what_meets_no_trigger_over_tcp(line: str, options: str) -> None:
    found = find("known-fault", line, uwsgi=f"[uwsgi]\n{options}\n", uwsgi_version="2.0.28")
    assert [one for one in found if "issue 614" in one.message] == []


def test_a_line_that_may_not_be_read_is_not_uwsgi() -> None:
    line = '<IfFile "/nowhere">\nProxyPass "/a/" "uwsgi://127.0.0.1:3032/"\n</IfFile>\n'
    assert not find("known-fault", line, uwsgi_version="2.0.28")


@pytest.mark.parametrize(
    ("option", "ids"), [("php-docroot = $(ROOT)", ["CVE-2018-7490"]), ("honour-range = 1\noffload-threads = $(N1)", [])]
)
def test_a_value_that_is_not_known_matches_no_pattern(option: str, ids: list[str]) -> None:
    found = _found(f"uwsgi://{TCP}/", f"socket = {TCP}\n{option}", Version(2, 0, 16))
    assert [one for one in found if one not in ("issue 614", "issue 1412")] == ids


def test_what_no_release_is_without_names_no_newer_version() -> None:
    uwsgi = "[uwsgi]\nsocket = 127.0.0.1:3032\n"
    (one,) = find("known-fault", 'ProxyPass "/a/" "uwsgi://127.0.0.1:3032/"\n', uwsgi=uwsgi, uwsgi_version="2.0.30")
    assert one.help == (
        "No release is without it. The patch set uwsgi-lingering-close cures it, where it applies. Set post-buffering "
        "(post-buffering = 8192): uWSGI then reads the whole body before the application begins. With the patch set, "
        "set lingering-close instead (lingering-close = 5)."
    )


def test_a_uwsgi_that_lingers_does_not_lose_responses() -> None:
    """Only one with the patch set has the option."""
    assert "issue 614" not in _found(f"uwsgi://{TCP}/", f"socket = {TCP}\nlingering-close = 5", Version(2, 0, 30))
