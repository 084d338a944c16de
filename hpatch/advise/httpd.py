"""Which httpd is it: its number, who built it, and what is applied in it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from hpatch import log
from hpatch.advise.packages import package as packages
from hpatch.advise.packages.package import Package
from hpatch.errors import InputError, UsageError
from hpatch.facts import vendors
from hpatch.facts.vendors import Vendor
from hpatch.records import NamedTuple
from hpatch.versions import Version

if TYPE_CHECKING:
    from hpatch.build.httpd.installed import Installed


class TargetHttpd(NamedTuple):
    """The httpd that is asked about.

    `version` is the number as httpd's makers count; None where it is not known. `development`: it is on the way to that
    release. `vendor` built it; None: it is as published, with the sets and revisions in `applied`. `package` is the
    vendor's package, None where only the vendor is known. `patched` is the package whose source a tree is: what it
    changes, it tells in its changelog. `source` says how all this is known.
    """

    version: Version | None
    source: str
    development: bool = False
    vendor: Vendor | None = None
    package: Package | None = None
    applied: frozenset[str] = frozenset()
    patched: Package | None = None

    @property
    def title(self) -> str:
        """`Debian's apache2 2.4.57-2`, `httpd 2.4.57 of Debian`, `httpd 2.4.10-dev`, `an httpd of unknown version`."""
        if self.package is not None:
            return self.package.title
        number = f"httpd {self.version}" if self.version is not None else "an httpd of unknown version"
        built = f" of {self.vendor.name}" if self.vendor is not None else ""
        return f"{number}{'-dev' if self.development else ''}{built}"


UNKNOWN = TargetHttpd(version=None, source="nothing tells httpd's version")


def of_version(text: str, option: str = "--httpd-version") -> TargetHttpd:
    """The httpd that a version names: `2.4.57` as published, `2.4.57-2` a vendor's package. Raises UsageError."""
    try:
        version = Version.parse(text)
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from None
    vendor = vendors.by_suffix(text) if packages.is_version(text) else None
    package = None
    if vendor is not None:
        package = Package(
            name=vendor.packages[-1],
            version=text,
            vendor=vendor,
            release=packages.release_in(text),
            source=option,
        )
    return TargetHttpd(version=version, source=option, vendor=vendor, package=package)


def of_package(text: str) -> TargetHttpd:
    """The httpd that `--package` names. Raises UsageError."""
    return _of(packages.parse(text))


def _of(package: Package) -> TargetHttpd:
    return TargetHttpd(version=package.upstream, source=package.source, vendor=package.vendor, package=package)


def below(root: str | None) -> TargetHttpd | None:
    """The httpd whose package is installed below a root (None: this machine's). None: there is none.

    Raises InputError for a database that cannot be read.
    """
    from hpatch.advise.packages import base

    package = base.find(root)
    return None if package is None else _of(package)


def of_program(program: str, asked: Installed) -> TargetHttpd:
    """The httpd that a program is, from what it said of itself (`hpatch.build.httpd.installed.ask`).

    The package that brought it counts if it is of the same number: a vendor that the program names, or one whose
    database has it among its files. A database that cannot be read tells nothing.
    """
    vendor = vendors.by_server(asked.built)
    source = f"{program} -V"
    package = _package_of(program, asked, vendor)
    return TargetHttpd(
        version=asked.version, source=source, vendor=package.vendor if package else vendor, package=package
    )


def _package_of(program: str, asked: Installed, vendor: Vendor | None) -> Package | None:
    from hpatch.advise.packages import base

    path = shutil.which(program) or program
    try:
        package = base.find(None) if vendor is not None else base.owner(path)
    except InputError as error:  # the program has answered; the package would only tell more
        log.tell("%s", error)
        return None
    if package is None or package.upstream != asked.version or vendor not in (None, package.vendor):
        return None
    return package


def of_tree(root: Path) -> TargetHttpd:
    """The httpd that a source tree would become. Raises InputError for what is no tree of httpd."""
    from hpatch.build.trees.source import open_tree
    from hpatch.patch.apply import stack

    tree = open_tree(root)
    if tree.project != "httpd":
        raise InputError(
            f"{root}: a source tree of {tree.project}; here --tree takes a tree of httpd, because the configuration is "
            f"httpd's. 'hpatch status --tree' shows the sets for {tree.project}"
        )
    there = stack.load(root)
    package = _patched(root)
    return TargetHttpd(
        version=tree.version,
        source=f"include/ap_release.h of {root}",
        development=tree.development,
        applied=frozenset((*(one.id for one in there.sets), *(step.name for step in there.steps))),
        patched=package if package is not None and package.upstream == tree.version else None,
    )


def _patched(root: Path) -> Package | None:
    """The Debian package whose source a tree is, with its patches applied; None for any other tree."""
    from hpatch import files
    from hpatch.advise.packages.dpkg import entries

    text = files.read(root, "debian/changelog")
    if text is None or (files.read(root, "debian/patches/series") and files.read(root, ".pc/applied-patches") is None):
        return None
    told = entries(text.decode("utf-8", "replace"))
    vendor = vendors.by_suffix(told[0].version) if told else None
    if vendor is None or vendor.order != "deb":
        return None
    return Package(
        name=vendor.packages[-1],
        version=told[0].version,
        vendor=vendor,
        source="debian/changelog",
        entries=told,
        changelog=f"debian/changelog of {root}",
    )
