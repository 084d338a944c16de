"""`hpatch verify` on a tree as Debian's, and a set for it that somebody made up."""

from __future__ import annotations

import json
import subprocess
import sys
from difflib import unified_diff
from pathlib import Path
from typing import Any

MODULE_ONLY = ("--module-only", "--httpd", "/usr/sbin/apache2")
MODULE = "modules/proxy/mod_proxy_fcgi.c"


def verify(*arguments: object, set: str = "fcgi-stdin-eof", code: int = 0) -> Any:
    """Run it; its answer."""
    command = [sys.executable, "-m", "hpatch", "verify", set, *map(str, arguments), "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=1200, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout)


def a_set(folder: Path, tree: Path, line: str, scenario: str) -> Path:
    """A folder of sets with one, `other`, which puts a line at the end of the module."""
    old = (tree / MODULE).read_text().splitlines(keepends=True)
    diff = "".join(unified_diff(old, [*old, f"{line}\n"], f"a/{MODULE}", f"b/{MODULE}"))
    (folder / "other").mkdir(parents=True)
    (folder / "other" / "change.diff").write_text(diff)
    (folder / "other" / "set.toml").write_text(
        f'id = "other"\ntitle = "Another"\ncures = "Nothing."\napplies = ">=2.4.0"\n{scenario}'
        '[[variants]]\nversions = ">=2.4.0"\ndiff = "change.diff"\n'
        f'[[recognise]]\nfile = "{MODULE}"\npresent = ["{line}"]\n'
    )
    return folder
