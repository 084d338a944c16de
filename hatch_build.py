"""What a wheel has beside the package: manual pages and completion scripts, written by hpatch itself."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

COMPLETIONS = {
    "bash": "share/bash-completion/completions/hpatch",
    "zsh": "share/zsh/site-functions/_hpatch",
    "fish": "share/fish/vendor_completions.d/hpatch.fish",
}
"""Where each shell looks for completion below /usr, by the shell."""


class SharedFiles(BuildHookInterface):  # type: ignore[type-arg] # older ones take no type
    """Adds them to a wheel; an editable installation does without."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the files."""
        if version == "editable":
            return
        self.folder = Path(tempfile.mkdtemp(prefix="hpatch-build-"))
        self._run("man", "--output", str(self.folder / "man1"))
        shared = {str(page): f"share/man/man1/{page.name}" for page in sorted((self.folder / "man1").iterdir())}
        for shell, target in COMPLETIONS.items():
            script = self.folder / shell
            script.write_bytes(self._run("completion", shell))
            shared[str(script)] = target
        build_data["shared_data"].update(shared)

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what was written beside the wheel."""
        import shutil

        if version != "editable":
            shutil.rmtree(self.folder)

    def _run(self, *words: str) -> bytes:
        command = [sys.executable, "-B", "-m", "hpatch", *words]
        return subprocess.run(command, cwd=self.root, check=True, stdout=subprocess.PIPE).stdout
