"""Version numbers of httpd and uWSGI, compared as their makers number them."""

import re
from typing import NamedTuple, Self


class Version(NamedTuple):
    """A release: `Version.parse("2.4.62") < Version(2, 4, 64)`."""

    major: int
    minor: int
    patch: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `2.4.62`, `2.4` or `2.4.62-1~deb12u2` (what follows the third number is dropped).

        Raises ValueError when there are not at least two numbers at the start.
        """
        match = re.match(r"\s*(\d+)\.(\d+)(?:\.(\d+))?", text)
        if match is None:
            raise ValueError(f"{text!r} is not a version such as 2.4.62")
        major, minor, patch = match.groups()
        return cls(int(major), int(minor), int(patch or 0))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"
