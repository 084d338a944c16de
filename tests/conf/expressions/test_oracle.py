"""Real httpd's verdict on expressions against hpatch's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from hpatch.conf.expressions import lookup, occurrences
from hpatch.conf.expressions.parse import parse
from hpatch.conf.load import load_text
from hpatch.versions import Version
from tests.oracle.directives import Judge
from tests.support.conf.expressions import Maker
from tests.support.conf.occurrences import CONDITIONS, STRINGS, WITHOUT
from tests.support.conf.strategies import ENVIRONMENT

pytestmark = [pytest.mark.httpd, pytest.mark.apxs]

CASES = 600
KNOWN = lookup.Known(Version(2, 4, 71), lambda _: True, strange=False)


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    with Judge(tmp_path_factory.mktemp("judge"), ENVIRONMENT) as judge:
        yield judge


def refused(judge: Judge, line: str) -> str | None:
    """What httpd says of a line in a Location; "httpd ended" where its scanner knows no way on."""
    verdict = judge.verdict(f"<Location /a>\n{line}\n</Location>\n")
    return None if verdict is None else verdict.message


def faulty(text: str, *, string: bool) -> bool:
    expression = parse(text, string=string)
    return expression.mistake is not None or any(True for _ in lookup.mistakes(expression, KNOWN))


@pytest.mark.parametrize("string", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_agreement(judge: Judge, seed: int, string: bool) -> None:
    maker = Maker(seed)
    verdicts: Counter[bool] = Counter()
    different = []
    for _ in range(CASES // 8):
        text = (maker.string() if string else maker.condition()).strip(" \t")
        if not text or text.endswith("\\") or "${" in text:
            continue
        answer = refused(judge, ("Require user " if string else "SSLRequire ") + text)
        verdicts[answer is None] += 1
        if (answer is not None) != faulty(text, string=string):
            different.append((text, answer))
    assert different == []
    assert min(verdicts.values()) > CASES // 8 // 5, verdicts


@pytest.mark.parametrize("line", CONDITIONS)
def test_httpd_reads_conditions_there(judge: Judge, line: str) -> None:
    assert refused(judge, line % "true") is None
    assert refused(judge, line % "true /a") is None
    assert "'FOO' does not exist" in str(refused(judge, line % "%{FOO} -gt 1"))


@pytest.mark.parametrize("line", STRINGS)
def test_httpd_reads_strings_there(judge: Judge, line: str) -> None:
    assert refused(judge, line % "%{HTTPS}") is None
    assert "'FOO' does not exist" in str(refused(judge, line % "%{FOO}"))


@pytest.mark.parametrize("line", WITHOUT)
def test_httpd_reads_none_there(judge: Judge, line: str) -> None:
    assert refused(judge, line) is None


@pytest.mark.parametrize(
    ("condition", "sound"), [("d e", 0), ("-n 'a'", 1), ("d=e", 1), ("!d=e", 1), ("d", 0), ("!d", 0)]
)
def test_conditions_of_mod_proxy_html(judge: Judge, condition: str, sound: int) -> None:
    line = f'ProxyHTMLURLMap a b c "{condition}"'
    assert (refused(judge, line) is None) == bool(sound)
    (one,) = occurrences.find(load_text(line))
    assert faulty(one.text, string=False) != bool(sound)


@pytest.mark.parametrize("line", ["CustomLog a b expr={}", "<AuthzProviderAlias expr x {}>\n</AuthzProviderAlias>"])
def test_httpd_reads_conditions_outside_of_sections(judge: Judge, line: str) -> None:
    assert judge.verdict(line.format("true") + "\n") is None
    refusal = judge.verdict(line.format("%{FOO}='a'") + "\n")
    assert refusal is not None
    assert "'FOO' does not exist" in refusal.message


@pytest.mark.parametrize("line", ["Redirect /a%{FOO} /", "Alias /a%{FOO} /", "Redirect permanent /a /%{FOO}"])
def test_httpd_reads_no_strings_outside_of_sections(judge: Judge, line: str) -> None:
    assert judge.verdict(line + "\n") is None


def test_restricted_names(judge: Judge) -> None:
    line = 'AuthnzFcgiCheckAuthnProvider a UserExpr "%{file:/a}"'
    assert "not available in restricted context" in str(refused(judge, line))
