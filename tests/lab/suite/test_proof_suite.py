"""The tests of mod_proxy in Debian's own source, before and after the workaround."""

from __future__ import annotations

import pytest

from tests.support.build.debian_source import debian_source
from tests.support.lab.verify import MODULE_ONLY, verify

pytestmark = [pytest.mark.proof, pytest.mark.httpd, pytest.mark.apxs, pytest.mark.curl]


def test_httpds_own_tests_say_the_same_before_and_after() -> None:
    tree = debian_source()
    answer = verify("--tree", tree, *MODULE_ONLY, "--transport", "unix", "--suite", "pytest:modules/proxy")
    assert answer["ok"]
    suite = answer["suite"]
    assert suite["paths"] == ["modules/proxy"]
    assert suite["before"]["passed"] >= 5
    assert not any(change["worse"] for change in suite["changes"])
