"""All that the reader tells of the corpus: every directive, conditional and problem, with its place."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from hpatch.conf.load import Options, load_text
from hpatch.conf.reader import Reader
from tests.support.conf.recorded import CORPUS, NAMES, RECORDED, read, recorded
from tests.support.conf.strategies import ENVIRONMENT, configurations
from tests.support.conf.told import told
from tests.support.examples import examples


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the corpus, outside any checkout: what is in no checkout has the folder for its tree."""
    return Path(shutil.copytree(CORPUS, tmp_path_factory.mktemp("corpus") / "c", ignore=shutil.ignore_patterns("read")))


@pytest.mark.parametrize("name", NAMES)
def test_what_is_read(corpus: Path, name: str) -> None:
    assert read(corpus, name) == recorded(name).read_text()


def test_nothing_else_is_recorded() -> None:
    found = {str(path.relative_to(RECORDED)).removesuffix(".txt") for path in RECORDED.rglob("*.txt")}
    assert found == set(NAMES)


@given(text=configurations())
@settings(max_examples=examples(30), suppress_health_check=[HealthCheck.too_slow])
def test_reading_ahead_tells_the_same_as_reading_line_by_line(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Reader, "_plain", lambda self, stream: None)
        slow = told(load_text(text, Options(environment=ENVIRONMENT)))
    assert told(load_text(text, Options(environment=ENVIRONMENT))) == slow
