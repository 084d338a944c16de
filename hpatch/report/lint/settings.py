"""The settings that count, and where each comes from (`hpatch.settings/1`, described in docs/output.md)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from hpatch.lint.settings import DEFAULTS, TABLES, Settings, SettingsFile
from hpatch.report.common.renderer import Page
from hpatch.report.common.terminal import cells, paint, visible

_DEFAULT = "the default"


@dataclass(frozen=True)
class SettingsReport:
    """Every setting, in the form of a settings file."""

    schema: ClassVar[str] = "hpatch.settings/1"
    read: SettingsFile

    def text(self, page: Page) -> Iterator[str]:
        """For people: a settings file that says the same, the origins as comments."""
        chosen = self.read.settings.over(DEFAULTS)
        plain = [(_key(name), name) for name in Settings._fields if name not in TABLES]
        lines = [
            (f"{key} = {_toml(value)}", self._origin(name))
            for key, name in plain
            if (value := getattr(chosen, name)) is not None
        ]
        yield from _beside(lines, page)
        unset = [key for key, name in plain if getattr(chosen, name) is None]
        if unset:
            yield paint(f"# not set: {', '.join(unset)}", "dim", page.color)
        for name in TABLES:
            rows = getattr(chosen, name)
            if rows:
                yield ""
                yield f"[{_key(name)}]"
                # Of several files, the last counts; TOML has a key once.
                yield from _beside(
                    [
                        (f"{_toml(row)} = {_toml(value)}", self.read.rows[name, row])
                        for row, value in dict(rows).items()
                    ],
                    page,
                )

    def data(self) -> dict[str, Any]:
        """For programs."""
        chosen = self.read.settings.over(DEFAULTS)
        return {
            "settings": [
                {
                    "key": _key(name),
                    "value": _plain(getattr(chosen, name), name in TABLES),
                    "origin": self._origin(name) if getattr(chosen, name) is not None else None,
                }
                for name in Settings._fields
            ]
        }

    def _origin(self, name: str) -> str:
        return self.read.origins.get(name, _DEFAULT)


def _key(name: str) -> str:
    return name.replace("_", "-")


def _plain(value: Any, table: bool) -> Any:
    return dict(value) if table and value is not None else value


def _toml(value: object) -> str:
    """A value as TOML has it: in JSON's form, which is the same for strings, lists, true and false."""
    return json.dumps(value)


def _beside(lines: list[tuple[str, str]], page: Page) -> Iterator[str]:
    shown = [(visible(text), visible(origin)) for text, origin in lines]
    column = min(max((cells(text) for text, _ in shown), default=0), 48)
    for text, origin in shown:
        yield f"{text}{' ' * (column - cells(text))}  {paint(f'# {origin}', 'dim', page.color)}"
