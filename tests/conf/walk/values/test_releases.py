"""Words and refusals that came with a release."""

from __future__ import annotations

import pytest

from hpatch.conf.load import Options, load_text
from hpatch.conf.walk.model import Refused
from hpatch.conf.walk.values import check
from hpatch.facts import names, table, values
from hpatch.versions import Version


def refused(text: str, version: str | None) -> list[Refused]:
    options = Options(version=None if version is None else Version.parse(version))
    return list(check.refused(load_text(f"{text}\n", options)))


@pytest.mark.parametrize(
    ("text", "since", "word", "column"),
    [
        ("SSLProtocol all -TLSv1.3", "2.4.36", "TLSv1.3", 17),
        ("FileETag INode digest", "2.4.47", "Digest", 16),
        ("RequestReadTimeout handshake=5 header=5", "2.4.39", "handshake=", 20),
        ("Header always setifempty X y", "2.4.7", "setifempty", 15),
        ("IndexOptions +UseOldDateFormat", "2.4.26", "UseOldDateFormat", 14),
        ("RewriteRule ^ /x?a [L,QSL]", "2.4.19", "QSL", 20),
        ("RewriteRule ^ /x [L,BNP]", "2.4.26", "BNP", 18),
        ("LuaScope server 1 2", "2.4.5", "server", 10),
    ],
)
def test_a_word_before_its_release(text: str, since: str, word: str, column: int) -> None:
    first = Version.parse(since)
    before = str(first._replace(patch=first.patch - 1))
    (one,) = refused(text, before)
    assert f'takes "{word}" from httpd {since} on, and the version is {before}' in one.message
    assert (one.place.line, one.place.column) == (1, column)
    assert not one.certain, "a distribution may have it"
    assert refused(text, since) == [] == refused(text, None)


@pytest.mark.parametrize(
    ("text", "since"),
    [
        ("ServerTokens Nothing", "2.4.4"),
        ("AsyncRequestWorkerFactor -1", "2.4.5"),
        ("ProxyErrorOverride On 999", "2.4.47"),
        ("<Location />\nAllow from a#b\n</Location>", "2.4.32"),
    ],
)
def test_a_refusal_before_its_release(text: str, since: str) -> None:
    first = Version.parse(since)
    assert refused(text, str(first._replace(patch=first.patch - 1))) == []
    assert len(refused(text, since)) == 1


def test_a_flag_before_it_took_more() -> None:
    """It had the form FLAG, which reads the first word alone."""
    assert len(refused("ProxyErrorOverride Maybe", "2.4.46")) == 1


def test_the_table() -> None:
    for name, word, since, _ in table.rows("words"):
        assert names.spelling(name.lower()) == name
        assert values.words(name.lower())[word.lower()] == (word, Version.parse(since))
    keys = [(name.lower(), word.lower()) for name, word, _, _ in table.rows("words")]
    assert keys == sorted(set(keys))
