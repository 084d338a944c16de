"""`NamedTuple` as in `typing`, with classes that are made in a quarter of the time.

A lint makes a hundred of them before it reads its first line. typing compiles each annotation and each `__new__`. Here
annotations stay text, and what all classes have in common is written once.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

__all__ = ["NamedTuple"]

if TYPE_CHECKING or sys.version_info >= (3, 14):  # from 3.14 on, a class has its annotations in another form
    from typing import NamedTuple
else:
    from collections import _tuplegetter as getter
    from types import FunctionType

    _Unexpected = TypeError if sys.version_info >= (3, 13) else ValueError
    """What namedtuple raises for a field that there is not."""

    class _Record(tuple):
        """The methods, as `collections.namedtuple` has them."""

        __slots__ = ()

        @classmethod
        def _make(cls, values):
            made = tuple.__new__(cls, values)
            if len(made) != len(cls._fields):
                raise TypeError(f"Expected {len(cls._fields)} arguments, got {len(made)}")
            return made

        def _replace(self, /, **values):
            made = self._make(map(values.pop, self._fields, self))
            if values:
                raise _Unexpected(f"Got unexpected field names: {list(values)!r}")
            return made

        __replace__ = _replace

        def _asdict(self):
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self):
            fields = zip(self._fields, self, strict=True)
            return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in fields)})"

        def __getnewargs__(self):
            return tuple(self)

    class _Maker(type):
        """Makes a class of tuples of a class statement, and leaves no other trace in it."""

        def __new__(mcs, name, bases, body):
            fields = tuple(body.get("__annotations__", ()))
            defaults = {field: body[field] for field in fields if field in body}
            if fields[len(fields) - len(defaults) :] != tuple(defaults):
                raise TypeError(f"{name}: a field without a default follows one with a default")
            own = {
                "__slots__": (),
                "__match_args__": fields,
                "__new__": _new(name, fields, tuple(defaults.values())),
                "_fields": fields,
                "_field_defaults": defaults,
            }
            places = {field: getter(place, None) for place, field in enumerate(fields)}
            return type(name, (_Record,), {**body, **own, **places})

    _NAMES = {"new": tuple.__new__}
    _codes = {}

    def _new(name, fields, defaults):
        """`__new__` of a class. That of another with as many fields differs in the names of its arguments only."""
        code = _codes.get(len(fields))
        if code is None:
            values = "".join(f"_{number}, " for number in range(len(fields)))
            code = _codes[len(fields)] = eval(f"lambda _cls, {values}: new(_cls, ({values}))").__code__
        code = code.replace(co_name="__new__", co_qualname=f"{name}.__new__", co_varnames=("_cls", *fields))
        return FunctionType(code, _NAMES, "__new__", defaults)

    NamedTuple = type.__new__(_Maker, "NamedTuple", (), {})
