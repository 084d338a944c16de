"""What the reader knows of a directive's name."""

from __future__ import annotations

import pytest

from hpatch.conf import vocabulary
from hpatch.conf.vocabulary import find


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("proxypass", ("ProxyPass", ("mod_proxy",))),
        ("<location", ("<Location", ())),
        ("documentroot", ("DocumentRoot", ())),
        ("maxrequestworkers", ("MaxRequestWorkers", ())),
        ("nothing", None),
    ],
)
def test_spelling_and_modules(
    monkeypatch: pytest.MonkeyPatch, key: str, expected: tuple[str, tuple[str, ...]] | None
) -> None:
    monkeypatch.setattr(vocabulary, "_known", {})  # other tests have asked before
    assert find(key) == expected
    assert find(key) == expected
