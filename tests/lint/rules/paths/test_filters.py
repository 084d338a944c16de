"""Filters that do not run."""

from __future__ import annotations

import pytest

from tests.support.lint.find import find, places


@pytest.mark.parametrize(
    ("line", "cure"),
    [
        ('Substitute "s|a|b|"', "AddOutputFilterByType SUBSTITUTE text/html"),
        ('OutputSed "s/a/b/"', "SetOutputFilter Sed"),
        ("ProxyHTMLURLMap /a /b", "ProxyHTMLEnable On"),
        ("ProxyHTMLURLMap /a /b", "SetOutputFilter INFLATE;proxy-html"),
    ],
)
def test_not_set(line: str, cure: str) -> None:
    assert places("filter-not-set", f"Listen 80\n{line}\n") == [(2, 1)]
    assert not find("filter-not-set", f"{line}\n{cure}\n")
    assert not find("filter-not-set", f"{line}\n", part=True)


def test_unknown() -> None:
    (finding,) = find("filter-unknown", "SetOutputFilter INFLATE;SUBSTITUE;DEFLATE\n")
    assert finding.help == 'Did you mean "SUBSTITUTE"?'
    assert find("filter-unknown", "AddOutputFilter DEFALTE html\n")


@pytest.mark.parametrize(
    "text",
    [
        "SetOutputFilter inflate;Substitute\n",
        "SetOutputFilter MyOwn\n",
        "ExtFilterDefine deflat cmd=/bin/cat\nSetOutputFilter deflat\n",
        "LoadModule foo_module foo.so\nSetOutputFilter DEFALTE\n",
    ],
)
def test_known(text: str) -> None:
    assert not find("filter-unknown", text)
