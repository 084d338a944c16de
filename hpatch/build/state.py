"""How far the building in a folder has come: what it was configured for, and which step was begun and not ended."""

from __future__ import annotations

import json
from pathlib import Path


class StateFile:
    """Kept in a file, and written before what it tells of begins: a kill at any moment leaves it true."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            found = json.loads(path.read_bytes())
            self.configured: str | None = found["configured"]
            self.begun: str | None = found["begun"]
        except (OSError, ValueError, KeyError, TypeError):
            self.configured = self.begun = None

    def forget(self) -> None:
        """There is nothing."""
        self.configured = self.begun = None
        self._store()

    def unconfigured(self) -> None:
        """All from buildconf on has to run again, and what was made before is not for what configure will say."""
        self.configured, self.begun = None, "buildconf"
        self._store()

    def begin(self, step: str) -> None:
        """A step begins."""
        if step == "configure":
            self.configured = None
        self.begun = step
        self._store()

    def end(self, configured: str | None) -> None:
        """The step has ended, in order. `configured` is for what it has configured, if it has."""
        self.begun = None
        self.configured = configured or self.configured
        self._store()

    def _store(self) -> None:
        part = self._path.with_name(f"{self._path.name}.part")
        part.write_text(json.dumps({"configured": self.configured, "begun": self.begun}))
        part.replace(self._path)
