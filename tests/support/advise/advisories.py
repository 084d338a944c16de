"""Advisories in the forms in which vendors publish them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def osv(id: str, ecosystem: str, package: str, *events: Mapping[str, str], **more: Any) -> dict[str, Any]:
    """One package's OSV."""
    return {
        "schema_version": "1.7.0",
        "id": id,
        "modified": "2024-01-01T00:00:00Z",
        **more,
        "affected": [
            {
                "package": {"ecosystem": ecosystem, "name": package},
                "ranges": [{"type": "ECOSYSTEM", "events": [dict(event) for event in events]}],
            }
        ],
    }


def fixed(version: str) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """The events of a fix that knows no first version."""
    return {"introduced": "0"}, {"fixed": version}


def tracker(**problems: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Debian's tracker: `CVE_2021_40438={"bullseye": {"status": "open"}}`."""
    return {
        "adduser": {"CVE-2000-0001": {"scope": "local", "releases": {"bookworm": {"status": "open"}}}},
        "apache2": {
            problem.replace("_", "-"): {
                "scope": "remote",
                "releases": {release: {"repositories": {}, **told} for release, told in releases.items()},
            }
            for problem, releases in problems.items()
        },
    }


def vex(
    problem: str,
    *,
    publisher: str = "Red Hat Product Security",
    errata: Mapping[str, Sequence[str]] | None = None,
    unplanned: Sequence[str] = (),
    **status: Sequence[str],
) -> dict[str, Any]:
    """A CSAF document of one problem; `errata` are products by an advisory."""
    remediations = [
        {"category": "vendor_fix", "url": f"https://access.redhat.com/errata/{id}", "product_ids": list(products)}
        for id, products in (errata or {}).items()
    ]
    if unplanned:
        remediations.append({"category": "no_fix_planned", "url": "", "product_ids": list(unplanned)})
    return {
        "document": {
            "category": "csaf_vex",
            "csaf_version": "2.0",
            "publisher": {"category": "vendor", "name": publisher, "namespace": "https://www.example.com"},
            "tracking": {"id": problem},
        },
        "vulnerabilities": [
            {
                "cve": problem,
                "product_status": {key: list(products) for key, products in status.items()},
                "remediations": remediations,
            }
        ],
    }
