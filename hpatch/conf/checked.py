"""What httpd's own syntax check, `httpd -t`, said of a configuration."""

from __future__ import annotations

from typing import Literal

from hpatch.records import NamedTuple

Weight = Literal["error", "warning", "info"]


class Complaint(NamedTuple):
    """One message of httpd, without its control characters and without its place.

    `file` is the absolute path, None if the message names none; `line` is httpd's number, that of a directive's last
    line. `weight` is "error" only for what httpd refused.
    """

    text: str
    file: str | None
    line: int
    weight: Weight


class SyntaxCheck(NamedTuple):
    """Whether `program` accepts a configuration, and what it said. It stops at the first fault that it refuses."""

    program: str
    accepted: bool
    complaints: tuple[Complaint, ...]
