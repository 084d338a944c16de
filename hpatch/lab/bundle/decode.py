"""JSON that anybody may have written, as NamedTuples: a value that has not the type of its field is refused."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

_T = TypeVar("_T")


class DecodeError(ValueError):
    """A value is missing or is not what its field takes; the message names it: `rows[2].before.why: not a string`."""


def decode(kind: type[_T], value: object, at: str = "") -> _T:
    """A NamedTuple of a JSON object, and whatever it holds. Keys that it does not know are passed over.

    Its fields may be text, numbers, truth values, None, Literals, unions of these, tuples of one type, mappings by
    text, and NamedTuples of the same. Raises DecodeError.
    """
    found: _T = _decode(kind, value, at)
    return found


def _decode(kind: Any, value: object, at: str) -> Any:
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return _union(get_args(kind), value, at)
    if origin is Literal:
        if not any(value == one and type(value) is type(one) for one in get_args(kind)):
            raise DecodeError(f"{at}: not one of {', '.join(map(str, get_args(kind)))}")
        return value
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise DecodeError(f"{at}: not a list")
        return tuple(_decode(get_args(kind)[0], one, f"{at}[{number}]") for number, one in enumerate(value))
    if origin is not None:  # a mapping: the only other generic type that fields have
        if not isinstance(value, Mapping):
            raise DecodeError(f"{at}: not an object")
        return {name: _decode(get_args(kind)[1], one, f"{at}.{name}") for name, one in value.items()}
    if hasattr(kind, "_fields"):
        return _named(kind, value, at)
    return _plain(kind, value, at)


def _plain(kind: Any, value: object, at: str) -> Any:
    if kind is float and type(value) is int:
        return value
    if type(value) is not kind:
        words = {str: "a string", int: "a whole number", float: "a number", bool: "true or false", NoneType: "null"}
        raise DecodeError(f"{at}: not {words[kind]}")
    return value


def _union(kinds: tuple[Any, ...], value: object, at: str) -> Any:
    if value is None and NoneType in kinds:
        return None
    others = [kind for kind in kinds if kind is not NoneType]
    for kind in others[:-1]:
        try:
            return _decode(kind, value, at)
        except DecodeError:
            continue
    return _decode(others[-1], value, at)


def _named(kind: Any, value: object, at: str) -> Any:
    if not isinstance(value, dict):
        raise DecodeError(f"{at or 'the file'}: not an object")
    found = {}
    for name, hint in _hints(kind).items():
        if name in value:
            found[name] = _decode(hint, value[name], f"{at}.{name}" if at else name)
        elif name not in kind._field_defaults:
            raise DecodeError(f"{at}.{name}: missing" if at else f"{name}: missing")
    return kind(**found)


@cache
def _hints(kind: Any) -> Mapping[str, Any]:
    hints = get_type_hints(kind)
    return {name: hints[name] for name in kind._fields}
