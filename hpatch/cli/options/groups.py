"""Options that several commands share, as one parameter: a NamedTuple whose fields are the options."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from inspect import Parameter, signature
from typing import Any, get_type_hints


def spread(function: Callable[..., int | None]) -> Callable[..., int | None]:
    """A command's function with the options of each group as parameters of their own, for typer."""
    shown = signature(function, eval_str=True)
    groups = {one.name: one.annotation for one in shown.parameters.values() if _is_group(one.annotation)}
    if not groups:
        return function

    @wraps(function)
    def called(**given: Any) -> int | None:
        for name, group in groups.items():
            given[name] = group(**{field: given.pop(field) for field in group._fields})
        return function(**given)

    parameters = [
        one.replace(kind=Parameter.KEYWORD_ONLY)
        for parameter in shown.parameters.values()
        for one in (_options(groups[parameter.name]) if parameter.name in groups else (parameter,))
    ]
    called.__signature__ = shown.replace(parameters=parameters)  # type: ignore[attr-defined] # inspect looks for it
    called.__annotations__ = {one.name: one.annotation for one in parameters}
    return called


def _is_group(annotation: object) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, tuple) and hasattr(annotation, "_field_defaults")


def _options(group: Any) -> Iterator[Parameter]:
    hints = get_type_hints(group, include_extras=True)
    for name in group._fields:
        yield Parameter(name, Parameter.KEYWORD_ONLY, default=group._field_defaults[name], annotation=hints[name])
