"""The model of a configuration that a test writes down."""

from __future__ import annotations

from hpatch.conf.load import Options, load_text
from hpatch.proxy.build import build
from hpatch.proxy.model import Proxy
from hpatch.versions import Version


def model(text: str, version: str | None = None) -> Proxy:
    """What the model makes of a configuration, whose lines may be indented as the test is."""
    lines = "".join(f"{line.strip()}\n" for line in text.strip().split("\n"))
    return build(load_text(lines, Options(version=None if version is None else Version.parse(version))))
