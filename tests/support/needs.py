"""What tests need of a machine, by marker, and what becomes of them without it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from functools import cache
from typing import NamedTuple

import pytest

CI = os.environ.get("CI") == "true"

_MAY_BE_MISSING = re.compile(r"\bHPATCH_\w+_(?:GIT|SITE)\b|\bshared corpus\b|\bLandlock\b|\bnpm\b")
"""For which reasons a test may be skipped where CI=true: other projects' data, a kernel, npm's packages."""

_OLD = "libpcre3-dev"
"""Debian has it up to 12; httpd 2.4.9 builds with nothing else."""


class Programs(NamedTuple):
    """Programs, each under any of its names."""

    names: tuple[tuple[str, ...], ...]
    packages: str

    def described(self) -> str:
        """What it is, for `pytest --markers`."""
        return f"needs {', '.join(names[0] for names in self.names)} (Debian: {self.packages})"

    def missing(self) -> str | None:
        """What is not installed, as a reason; None where all are."""
        found = [any(map(shutil.which, names)) for names in self.names]
        if all(found):
            return None
        names = ", ".join(names[0] for names, there in zip(self.names, found, strict=True) if not there)
        return f"needs {names} (Debian: {self.packages})"


class PerlModules(NamedTuple):
    """Modules of Perl."""

    names: tuple[str, ...]
    packages: str

    def described(self) -> str:
        """What it is, for `pytest --markers`."""
        return f"needs Perl's {', '.join(self.names)} (Debian: {self.packages})"

    def missing(self) -> str | None:
        """A reason, where Perl does not find all of them."""
        return None if _perl_has(self.names) else self.described()


@cache
def _perl_has(names: tuple[str, ...]) -> bool:
    perl = shutil.which("perl")
    command = [perl or "false", *(f"-M{name}" for name in names), "-e1"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


class History(NamedTuple):
    """A project's history in git, which a variable names."""

    variable: str
    project: str

    def described(self) -> str:
        """What it is, for `pytest --markers`."""
        return f"needs {self.variable}, which names a git repository with the history of {self.project}"

    def missing(self) -> str | None:
        """A reason, where the variable is not set."""
        return None if os.environ.get(self.variable) else self.described()


NEEDS = {
    "httpd": Programs((("apache2", "httpd"),), "apache2-bin"),
    "apxs": Programs((("apxs",), ("cc",)), "apache2-dev gcc libc6-dev"),
    "toolchain": Programs(
        (("make",), ("cc",), ("apr-1-config",), ("apu-1-config",), ("pcre2-config",)),
        "make gcc libc6-dev apache2-dev libpcre2-dev",
    ),
    "pcre1": Programs((("pcre-config",),), "libpcre3-dev"),
    "autoconf": Programs((("autoconf",), ("libtool",)), "autoconf libtool-bin"),
    "uwsgi": Programs((("uwsgi",),), "uwsgi-core"),
    "phpfpm": Programs((("php-fpm", "php-fpm8.2", "php-fpm8.3", "php-fpm8.4"),), "php-fpm"),
    "tomcat": Programs((("java",), ("/usr/share/tomcat10/bin/catalina.sh",)), "tomcat10"),
    "nginx": Programs((("nginx",),), "nginx-light"),
    "svn": Programs((("svnadmin",), ("svn",)), "subversion"),
    "perl": PerlModules(("Apache::Test", "LWP::UserAgent"), "libapache2-mod-perl2-dev libwww-perl"),
    "chromium": Programs((("chromium", "chromium-browser", "google-chrome"),), "chromium"),
    "chromedriver": Programs((("chromedriver",),), "chromium-driver"),
    "graphviz": Programs((("dot",),), "graphviz"),
    "curl": Programs((("curl",),), "curl"),
    "git": Programs((("git",),), "git"),
    "patch": Programs((("patch",),), "patch"),
    "quilt": Programs((("quilt",),), "quilt"),
    "zsh": Programs((("zsh",),), "zsh"),
    "fish": Programs((("fish",),), "fish"),
    "debian": Programs(
        (("dpkg-buildpackage",), ("dh",), ("lintian",), ("/usr/bin/pip3",)), "dpkg-dev debhelper lintian python3-pip"
    ),
    "mandoc": Programs((("mandoc",),), "mandoc"),
    "httpd_git": History("HPATCH_HTTPD_GIT", "httpd"),
    "uwsgi_git": History("HPATCH_UWSGI_GIT", "uWSGI"),
    "httpd_site": History("HPATCH_HTTPD_SITE", "httpd's site"),
}
"""By marker."""


def program(marker: str) -> str:
    """The path of a marker's first program, for tests with this marker."""
    need = NEEDS[marker]
    assert isinstance(need, Programs)
    return next(filter(None, map(shutil.which, need.names[0])))


def missing(item: pytest.Item) -> str | None:
    """Why a test cannot run here, if it cannot."""
    asked = (NEEDS[marker.name].missing() for marker in item.iter_markers() if marker.name in NEEDS)
    reasons = sorted(filter(None, asked), key=is_excused, reverse=True)
    return next(iter(reasons), None)


def is_quick(item: pytest.Item) -> bool:
    """Whether a test needs no more than git and patch: no server, no compiler, nobody's history."""
    return not any(marker.name in NEEDS and marker.name not in ("git", "patch") for marker in item.iter_markers())


def is_excused(reason: str) -> bool:
    """Whether a test may be skipped for a reason: anywhere but in CI any, there only where nothing can be installed."""
    return not CI or _MAY_BE_MISSING.search(reason) is not None or (_OLD in reason and not _has(_OLD))


@cache
def _has(package: str) -> bool:
    """Whether the machine's Debian has a package to install."""
    program = shutil.which("apt-cache")
    command = [program or "false", "show", package]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
