"""Version numbers of httpd and uWSGI, compared as their makers number them."""

import re
from typing import Self

from hpatch.records import NamedTuple


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


_OPERATORS = ("<=", ">=", "==", "<", ">")


class Range(NamedTuple):
    """The versions that satisfy every condition: `Range.parse(">=2.4.7,<2.4.10").covers(Version(2, 4, 9))`."""

    conditions: tuple[tuple[str, Version], ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read conditions with `<`, `<=`, `==`, `>=` or `>`, separated by commas. Raises ValueError."""
        conditions = []
        for part in text.split(","):
            word = part.strip()
            operator = next((one for one in _OPERATORS if word.startswith(one)), None)
            number = word[len(operator or "") :].strip()
            if operator is None or re.fullmatch(r"\d+(\.\d+){1,2}", number) is None:
                raise ValueError(f"{text!r} is not a range of versions such as >=2.4.7,<2.4.10")
            conditions.append((operator, Version.parse(number)))
        return cls(tuple(conditions))

    def covers(self, version: Version) -> bool:
        """Whether a version satisfies them all."""
        return all(
            (version < bound and "<" in operator)
            or (version > bound and ">" in operator)
            or (version == bound and "=" in operator)
            for operator, bound in self.conditions
        )

    def __str__(self) -> str:
        return ",".join(f"{operator}{bound}" for operator, bound in self.conditions)
