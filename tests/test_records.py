"""Classes of tuples: they are what those of typing are."""

import pickle
import typing
from collections.abc import Callable
from typing import Any

import pytest

from hpatch.records import NamedTuple


class Ours(NamedTuple):
    """A sentence."""

    name: str
    size: int = 1
    parts: "tuple[str, ...]" = ()

    @property
    def twice(self) -> int:
        return self.size * 2


class Theirs(typing.NamedTuple):
    """A sentence."""

    name: str
    size: int = 1
    parts: "tuple[str, ...]" = ()

    @property
    def twice(self) -> int:
        return self.size * 2


class Child(Ours):
    """A class below."""


USES: list[Callable[[Any], object]] = [
    lambda kind: tuple(kind("a")),
    lambda kind: tuple(kind("a", parts=("b",))),
    lambda kind: kind(size=3, name="a").twice,
    lambda kind: kind("a")._replace(size=4),
    lambda kind: kind("a")._replace(size=4)._asdict(),
    lambda kind: kind._make(["a", 2, ()]),
    lambda kind: (kind._fields, kind._field_defaults, kind.__match_args__, kind.__doc__),
    typing.get_type_hints,
    lambda kind: repr(kind("a")).removeprefix(kind.__name__),
    lambda kind: pickle.loads(pickle.dumps(kind("a"))),
    lambda kind: (kind("a") == kind("a", 1), hash(kind("a")) == hash(("a", 1, ())), kind("a") < kind("b")),
    lambda kind: hasattr(kind("a"), "__dict__"),
    type,
]
MISTAKES: list[Callable[[Any], object]] = [
    lambda kind: kind(),
    lambda kind: kind("a", 1, (), 2),
    lambda kind: kind("a", other=1),
    lambda kind: kind._make(["a"]),
    lambda kind: kind("a")._replace(other=1),
    lambda kind: setattr(kind("a"), "size", 1),
    lambda kind: setattr(kind("a"), "other", 1),
]


@pytest.mark.parametrize("use", USES)
def test_what_they_do(use: Callable[[Any], object]) -> None:
    assert use(Ours) == use(Theirs)


@pytest.mark.parametrize("use", MISTAKES)
def test_what_they_refuse(use: Callable[[Any], object]) -> None:
    with pytest.raises((TypeError, ValueError, AttributeError)) as ours:
        use(Ours)
    with pytest.raises(ours.type) as theirs:
        use(Theirs)
    assert str(ours.value) == str(theirs.value).replace("Theirs", "Ours")


def test_a_class_below() -> None:
    assert Child("a").twice == 2
    assert repr(Child("a", 2)) == "Child(name='a', size=2, parts=())"
    assert isinstance(Child("a")._replace(size=3), Child)


def test_a_field_with_a_default_comes_last() -> None:
    with pytest.raises(TypeError, match="follows"):

        class Wrong(NamedTuple):
            name: str = ""
            size: int  # type: ignore[misc] # the mistake
