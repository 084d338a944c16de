"""Roots of systems with an httpd from a package."""

from __future__ import annotations

import gzip
from pathlib import Path


def os_release(root: Path, id: str, version: str) -> None:
    """Say which system it is."""
    (root / "etc").mkdir(parents=True, exist_ok=True)
    (root / "etc/os-release").write_text(f'NAME="A system"\nID={id}\nVERSION_ID="{version}"\n')


def dpkg(root: Path, version: str, *, name: str = "apache2-bin", more: str = "", changelog: str = "") -> Path:
    """A Debian root where httpd is installed, with the changelog of its package."""
    status = root / "var/lib/dpkg/status"
    status.parent.mkdir(parents=True, exist_ok=True)
    status.write_text(
        "Package: adduser\nStatus: install ok installed\nVersion: 3.134\nDescription: Package: apache2-bin\n\n"
        f"Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {version}\n{more}"
        "Description: a server\n that serves\n\nPackage: zlib1g\nStatus: install ok installed\nVersion: 1:1.2.13\n"
    )
    if changelog:
        file = root / "usr/share/doc/apache2-bin/changelog.Debian.gz"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(gzip.compress(changelog.encode()))
    return status


def entry(version: str, *items: str) -> str:
    """An entry of a changelog in Debian's form."""
    listed = "".join(f"  * {item}\n" for item in items)
    signed = " -- A <a@example.com>  Mon, 01 Jan 2024 00:00:00 +0000"
    return f"apache2 ({version}) stable; urgency=medium\n\n{listed}\n{signed}\n\n"


def apk(root: Path, version: str, *, path: str = "lib/apk/db/installed") -> Path:
    """An Alpine root where httpd is installed."""
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(
        "C:Q1\nP:musl\nV:1.2.4-r2\n\n"
        f"C:Q1\nP:apache2\nV:{version}\nA:x86_64\no:apache2\nF:usr\nF:usr/sbin\nR:ab\na:0:0:755\nR:httpd\na:0:0:755\n\n"
        "C:Q1\nP:zlib\nV:1.3-r1\n"
    )
    return file
