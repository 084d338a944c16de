"""Shared by all tests: which programs there are, and what to do without them."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest
from hypothesis import settings

CI = os.environ.get("CI") == "true"
ROOT = Path(__file__).parent.parent
TOOLS = {
    "httpd": ("apache2", "httpd"),
    "uwsgi": ("uwsgi",),
    "nginx": ("nginx",),
    "svn": ("svnadmin",),
    "git": ("git",),
    "patch": ("patch",),
    "quilt": ("quilt",),
}
"""By marker, the program that a test needs, under any of its names."""

os.environ["PATH"] = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])
# A background job ignores interrupts, and so would the programs that the tests start to interrupt them.
signal.signal(signal.SIGINT, signal.default_int_handler)
settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if CI else "default")


def find_tool(marker: str) -> str | None:
    """The path of a marker's program, if it is installed."""
    return next(filter(None, map(shutil.which, TOOLS[marker])), None)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose program is not installed; where CI=true, fail it."""
    for marker, names in TOOLS.items():
        if item.get_closest_marker(marker) and find_tool(marker) is None:
            message = f"needs {names[0]}, which is not installed"
            pytest.fail(message, pytrace=False) if CI else pytest.skip(message)


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def httpd() -> str:
    """The path of httpd, for tests marked `httpd`."""
    found = find_tool("httpd")
    assert found is not None
    return found
