"""apk's database of installed packages."""

from __future__ import annotations

import re

from hpatch.advise import untrusted
from hpatch.advise.packages.package import InstalledPackage, is_version
from hpatch.advise.packages.system import host
from hpatch.conf.view import View
from hpatch.errors import InputError

_PATHS = ("/lib/apk/db/installed", "/usr/lib/apk/db/installed")
"""apk-tools 2 and 3."""


def installed(view: View, names: tuple[str, ...]) -> InstalledPackage | None:
    """The first of these packages that is installed below a root. Raises InputError."""
    for path in _PATHS:
        text = _text(view, path)
        for name in names:
            paragraph = _paragraph(text, name)
            if paragraph is None:
                continue
            version = re.search(r"^V:(.*)$", paragraph, re.M)
            if version is None or not is_version(version[1]):
                raise InputError(f"{view.written(path)}: {name} has no version that apk would accept")
            return InstalledPackage(name=name, version=version[1], database=path)
    return None


def owns(view: View, name: str, program: str) -> bool:
    """Whether a package brought a program."""
    folder, _, file = program.rpartition("/")
    found = (_paragraph(_text(view, path), name) for path in _PATHS)
    return any(
        paragraph is not None
        and re.search(rf"^F:{re.escape(folder.lstrip('/'))}\n(?:[^F\n][^\n]*\n)*?R:{re.escape(file)}$", paragraph, re.M)
        for paragraph in found
    )


def _text(view: View, path: str) -> str:
    return (untrusted.content(host(view, path)) or b"").decode("utf-8", "replace")


def _paragraph(text: str, name: str) -> str | None:
    match = re.search(rf"^P:{re.escape(name)}$", text, re.M)
    if match is None:
        return None
    start, end = text.rfind("\n\n", 0, match.start()) + 1, text.find("\n\n", match.end())
    return text[start : end if end >= 0 else None]
