"""CSAF 2.0 and its profile VEX, as Red Hat and SUSE publish them:
https://docs.oasis-open.org/csaf/csaf/v2.0/csaf-v2.0.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hpatch.advise.packages.package import is_version, release_in
from hpatch.advise.untrusted import dict_of, list_of, text_of
from hpatch.advise.vendor.forms.common import cve, release, source
from hpatch.advise.vendor.statement import Says, Statement
from hpatch.facts import vendors
from hpatch.facts.vendors import Vendor
from hpatch.records import NamedTuple

_STATUS: dict[str, Says] = {
    "fixed": "fixed",
    "first_fixed": "fixed",
    "recommended": "fixed",
    "known_affected": "affected",
    "known_not_affected": "not affected",
    "under_investigation": "undecided",
}
_BUILT = re.compile(
    r"(?:^|:)(?P<name>[a-z][\w.+-]{0,60}?)-(?:(?P<epoch>\d{1,4}):)?(?P<version>\d[\w.~^+]{0,40}-[\w.~^+]{1,80})"
    r"\.(?:x86_64|aarch64|ppc64le|s390x|i686|noarch|src)\b",
    re.ASCII,
)
_NAMED = re.compile(r"(?:^|[:/])(?P<name>[a-z][\w.+-]{0,60})$", re.ASCII)
_PLATFORM = re.compile(r"enterprise_linux_(\d{1,2})", re.ASCII)
_ERRATUM = re.compile(r"RH[SB]A-\d{4}:\d{4,6}|SUSE-[SR]U-\d{4}:\d{3,5}-\d", re.ASCII)
_MOST_LENGTH = 400


class _Product(NamedTuple):
    package: str
    version: str
    release: str


def matches(data: object) -> bool:
    """Whether this is a document in this form."""
    document = dict_of(dict_of(data).get("document"))
    return "csaf_version" in document and "publisher" in document


def statements(data: object, name: str) -> Iterator[Statement]:
    """What it says of httpd's packages, as its publisher names its products."""
    whole = dict_of(data)
    document = dict_of(whole.get("document"))
    vendor = vendors.by_server(text_of(dict_of(document.get("publisher")).get("name")))
    if vendor is None:
        return
    said_by = source(dict_of(document.get("tracking")).get("id"), name)
    for entry in map(dict_of, list_of(whole.get("vulnerabilities"))):
        problem = cve(entry.get("cve"))
        if problem:
            yield from _of(problem, entry, vendor, said_by, name)


def _of(problem: str, entry: dict[str, object], vendor: Vendor, said_by: str, name: str) -> Iterator[Statement]:
    errata, unplanned = _remedies(entry)
    seen = set()
    for status, products in dict_of(entry.get("product_status")).items():
        says = _STATUS.get(status)
        for id in list_of(products) if says is not None else ():
            product = _product(text_of(id, _MOST_LENGTH), vendor)
            if says is None or product is None or (says == "fixed") != bool(product.version):
                continue
            if (says, product) not in seen:
                seen.add((says, product))
                yield Statement(
                    problem=problem,
                    says=says,
                    package=product.package,
                    vendor=vendor,
                    release=product.release,
                    source=source(errata.get(id), name) if id in errata else said_by,
                    fixed=product.version,
                    note=f"{vendor.name} plans no fix." if id in unplanned else "",
                )


def _remedies(entry: dict[str, object]) -> tuple[dict[str, str], set[str]]:
    """The advisories by product, and the products for which no fix is planned."""
    errata: dict[str, str] = {}
    unplanned: set[str] = set()
    for one in map(dict_of, list_of(entry.get("remediations"))):
        products = [id for id in list_of(one.get("product_ids")) if isinstance(id, str)]
        if one.get("category") == "no_fix_planned":
            unplanned.update(products)
        erratum = _ERRATUM.search(text_of(one.get("url"), _MOST_LENGTH))
        if one.get("category") == "vendor_fix" and erratum:
            errata.update(dict.fromkeys(products, erratum[0]))
    return errata, unplanned


def _product(id: str, vendor: Vendor) -> _Product | None:
    """A package on a system, by the product's identifier; None for what is not httpd's.

    Red Hat names them `AppStream-9.4.0.Z.MAIN:httpd-0:2.4.57-11.el9_4.1.x86_64` and `red_hat_enterprise_linux_8:httpd`,
    SUSE `SUSE Linux Enterprise Server 15 SP5:apache2-2.4.51-150400.6.17.1.x86_64`.
    """
    platform, id = id.partition(":")[0], id.partition("::")[0]  # behind :: stands a module, such as httpd:2.4
    built = _BUILT.search(id)
    if built is not None:
        epoch = built["epoch"]
        version = built["version"] if epoch in (None, "0") else f"{epoch}:{built['version']}"
        if built["name"] not in vendor.packages or not is_version(version):
            return None
        return _Product(built["name"], version, release_in(version) or release(vendor, platform))
    named = _NAMED.search(id)
    if named is None or named["name"] not in vendor.packages:
        return None
    system = _PLATFORM.search(platform)
    if system is None and vendor.name == "Red Hat":
        return None  # a product beside the system, such as JBoss Core Services
    return _Product(named["name"], "", system[1] if system else release(vendor, platform))
