"""Debian's security tracker: its JSON, by source package, CVE and release."""

from __future__ import annotations

from collections.abc import Iterator

from hpatch.advise.packages.package import is_version
from hpatch.advise.untrusted import dict_of, text_of
from hpatch.advise.vendor.forms.common import cve
from hpatch.advise.vendor.statement import Statement
from hpatch.facts import vendors

_PACKAGE = "apache2"
_RELEASES = {
    "wheezy": "7", "jessie": "8", "stretch": "9", "buster": "10", "bullseye": "11", "bookworm": "12", "trixie": "13",
    "forky": "14", "duke": "15",
}  # fmt: skip
"""Source: https://www.debian.org/releases/. sid has no number."""


def matches(data: object) -> bool:
    """Whether this is the tracker's list, or a part of it."""
    packages = [one for one in dict_of(data).values() if isinstance(one, dict)]
    entries = next((one for one in packages if one), {})
    return any("releases" in dict_of(entry) for entry in list(entries.values())[:5])


def statements(data: object, name: str) -> Iterator[Statement]:
    """What it says of apache2. Debian's sid is left out: it is no release."""
    debian = vendors.by_name("debian")
    assert debian is not None
    for id, entry in dict_of(dict_of(data).get(_PACKAGE)).items():
        problem = cve(id)
        for codename, told in dict_of(dict_of(entry).get("releases")).items():
            if problem and codename in _RELEASES:
                base = Statement(
                    problem=problem,
                    says="undecided",
                    package=_PACKAGE,
                    vendor=debian,
                    release=_RELEASES[codename],
                    source=f"Debian's tracker in {name}",
                )
                yield _judged(base, dict_of(told))


def _judged(base: Statement, told: dict[str, object]) -> Statement:
    status, fixed = told.get("status"), text_of(told.get("fixed_version"))
    if status == "open":
        planned = "Debian plans no advisory for it." if told.get("nodsa") else ""
        minor = "Debian calls it unimportant." if told.get("urgency") == "unimportant" else ""
        return base._replace(says="affected", note=minor or planned)
    if status == "resolved" and fixed == "0":
        return base._replace(says="not affected")
    if status == "resolved" and is_version(fixed):
        return base._replace(says="fixed", fixed=fixed)
    return base
