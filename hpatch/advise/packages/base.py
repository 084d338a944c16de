"""The package of httpd below a root, whichever database it has."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hpatch.advise.packages import apk, dpkg
from hpatch.advise.packages.package import InstalledPackage, Package, release_in
from hpatch.advise.packages.rpm import base as rpm
from hpatch.advise.packages.system import system
from hpatch.conf.view import MACHINE, Rooted, View
from hpatch.facts import vendors
from hpatch.facts.vendors import Order, Vendor

_DATABASES: Mapping[Order, Callable[[View, tuple[str, ...]], InstalledPackage | None]] = {
    "deb": dpkg.installed,
    "apk": apk.installed,
    "rpm": rpm.installed,
}
_OWNERS: Mapping[Order, Callable[[View, str, str], bool]] = {"deb": dpkg.owns, "apk": apk.owns}


def find(root: str | None) -> Package | None:
    """The package of httpd that is installed below a root (None: this machine's); None where there is none.

    Raises InputError for a database that cannot be read.
    """
    view = _view(root)
    here = system(view)
    orders: list[Order] = ["deb", "apk", "rpm"]
    if here.vendor is not None:
        orders.sort(key=lambda order: here.vendor is None or order != here.vendor.order)
    for order in orders:
        names = tuple(dict.fromkeys(name for one in vendors.everyone() if one.order == order for name in one.packages))
        installed = _DATABASES[order](view, names)
        if installed is not None:
            vendor = _vendor(order, here.vendor, installed.version)
            name, entries = installed.changelog
            return Package(
                name=installed.name,
                version=installed.version,
                vendor=vendor,
                release=(here.release if vendor == here.vendor else "") or release_in(installed.version),
                source=view.written(installed.database),
                entries=entries,
                changelog=name if not name.startswith("/") else view.written(name),
            )
    return None


def owner(program: str) -> Package | None:
    """The package of this machine that brought a program; None where none did, or rpm's database would tell."""
    package = find(None)
    owns = _OWNERS.get(package.vendor.order) if package is not None else None
    return package if package is not None and owns is not None and owns(MACHINE, package.name, program) else None


def _vendor(order: Order, here: Vendor | None, version: str) -> Vendor:
    """Who built a package: the system's vendor, unless the version names one that has no system of its own."""
    told = vendors.by_suffix(version)
    if told is not None and told.order != order:
        told = None
    # A rebuild has the version of what it rebuilds; a system that is not known builds on one that is.
    if here is not None and here.order == order and (told is None or told.ids):
        return here
    return told or next(one for one in vendors.everyone() if one.order == order and one.ids)


def _view(root: str | None) -> View:
    return MACHINE if root is None else Rooted(root)
