"""Packages of systems that people run, and which vulnerabilities they have.

What the changelogs say is a fact: of Debian's package, and of OpenELA's rebuild of Red Hat's. One entry is made up,
that of 2.4.62-1~deb12u2. The advisories are made in the form of the real ones.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from hpatch.advise.answer import assess
from hpatch.advise.httpd import of_package
from hpatch.advise.packages.package import ChangelogEntry
from hpatch.advise.vendor.read import read
from hpatch.facts.problems import KnownProblem, everything
from hpatch.versions import Range
from tests.support.advise.advisories import fixed, osv, tracker, vex

RANGES = {
    "CVE-2017-9798": "<2.4.28",
    "CVE-2020-13950": ">=2.4.41,<2.4.48",
    "CVE-2021-40438": "<2.4.49",
    "CVE-2021-41773": ">=2.4.49,<2.4.50",
    "CVE-2021-42013": ">=2.4.49,<2.4.51",
    "CVE-2021-44224": ">=2.4.7,<2.4.52",
    "CVE-2021-44790": "<2.4.52",
    "CVE-2022-22720": "<2.4.53",
    "CVE-2022-26377": "<2.4.54",
    "CVE-2022-36760": "<2.4.55",
    "CVE-2023-25690": "<2.4.56",
    "CVE-2023-27522": ">=2.4.30,<2.4.56",
    "CVE-2023-38709": "<2.4.59",
    "CVE-2024-38476": "<2.4.60",
    "CVE-2024-40725": ">=2.4.60,<2.4.62",
    "CVE-2025-49812": "<2.4.64",
    "CVE-2025-55753": ">=2.4.30,<2.4.66",
}
"""As httpd's makers publish them."""

NOT, HAS, MENDED, NO, UNKNOWN = "not affected", "affected", "fixed by the vendor", "vendor says no", "unknown"

DEBIAN = (
    ("2.4.62-1~deb12u1", "New upstream version 2.4.62 (Closes: CVE-2024-40725, CVE-2024-40898)"),
    ("2.4.61-1~deb12u1", "New upstream version (Closes: CVE-2024-38473, CVE-2024-38476)"),
    ("2.4.59-1~deb12u1", "New upstream version (Closes: CVE-2024-27316 CVE-2023-38709)"),
    ("2.4.57-2", "Suggest a package"),
    ("2.4.57-1", "New upstream version"),
    ("2.4.56-1", "New upstream version (Closes: #1032476, CVE-2023-27522, CVE-2023-25690)"),
    ("2.4.55-1", "New upstream version (Closes: CVE-2022-36760)"),
    ("2.4.54-1", "New upstream version (Closes: CVE-2022-26377)"),
    ("2.4.53-1", "New upstream version (Closes: CVE-2022-22720)"),
    ("2.4.52-1", "New upstream version 2.4.52 (Closes: CVE-2021-44224, CVE-2021-44790)"),
    ("2.4.51-1", "New upstream version 2.4.51 (Closes: CVE-2021-41773, CVE-2021-42013)"),
    ("2.4.50-1", "New upstream version 2.4.50 (Closes: CVE-2021-41773, CVE-2021-41524)"),
    ("2.4.49-3", "Fix CVE-2021-40438 regression"),
    ("2.4.49-1", "New upstream version 2.4.49 (Closes: CVE-2021-40438, CVE-2021-41773, CVE-2021-42013)"),
    ("2.4.48-4", "Another thing"),
)
RED_HAT_8 = (
    ("2.4.37-57", "- Resolves: #1 - CVE-2023-27522"),
    ("2.4.37-56.5", "- Resolves: #1 - mod_rewrite regression with CVE-2023-25690"),
    ("2.4.37-56.4", "- Resolves: #1 - CVE-2023-25690"),
    ("2.4.37-56", "- Resolves: #1 - CVE-2022-36760"),
    ("2.4.37-51", "- Resolves: #1 - CVE-2022-31813 X-Forwarded-For dropped\n- Resolves: #2 - CVE-2022-26377"),
    ("2.4.37-49", "- Resolves: #1 - CVE-2020-13950"),
    ("2.4.37-48", "- Resolves: #1 - CVE-2022-22720"),
    ("2.4.37-47", "- Resolves: #1 - CVE-2021-44224"),
    ("2.4.37-46", "- Resolves: #1 - CVE-2021-44790"),
    ("2.4.37-42", "- Resolves: #1 - CVE-2021-40438"),
    ("2.4.37-1", "- new version 2.4.37"),
    ("2.4.27-10", "- Address CVE-2017-9798 by applying patch from upstream"),
)
RED_HAT_9 = (
    ("2.4.53-11.5", "- Resolves: #1 - mod_rewrite regression with CVE-2023-25690"),
    ("2.4.53-11.4", "- Resolves: #1 - CVE-2023-25690"),
    ("2.4.53-11", "- Resolves: #1 - CVE-2022-36760"),
    ("2.4.53-7", "- Resolves: #1 - CVE-2022-26377"),
    ("2.4.53-1", "- new version 2.4.53"),
    ("2.4.51-7", "- Resolves: #1 - CVE-2022-22720\n- Resolves: #2 - CVE-2021-44224"),
    ("2.4.51-5", "- Resolves: #1 - CVE-2021-44790"),
    ("2.4.51-1", "- new version 2.4.51"),
)


def resolved(version: str) -> Mapping[str, str]:
    return {"status": "resolved", "fixed_version": version}


def debian(release: str, **problems: Mapping[str, str]) -> dict[str, Any]:
    return tracker(**{f"CVE_{problem[1:]}": {release: told} for problem, told in problems.items()})


def of_one(problem: str, ecosystem: str, version: str) -> dict[str, Any]:
    prefix = ecosystem.partition(":")[0].upper()
    return osv(f"{prefix}-{problem}", ecosystem, "apache2", *fixed(version), upstream=[problem])


NINE = "AppStream-9.4.0.Z.MAIN:httpd-0:2.4.57-{}.x86_64"
EIGHT = "AppStream-8.10.0.Z.MAIN:httpd:2.4:8100020240612075645:489197e6:httpd-0:2.4.37-{}.module+el8.{}.0+{}.x86_64"
ON_EIGHT, ON_NINE = "red_hat_enterprise_linux_8:httpd:2.4/httpd", "red_hat_enterprise_linux_9:httpd"


class System(NamedTuple):
    """A package, what its changelog and the vendor's advisories say, and the answers."""

    package: str
    answers: Mapping[str, str]
    changelog: Sequence[tuple[str, str]] = ()
    advisories: Sequence[Any] = ()


def shared(verdict: str, *problems: str) -> dict[str, str]:
    return {f"CVE-{problem}": verdict for problem in problems}


SYSTEMS = {
    "Debian 11 by its tracker": System(
        "apache2 2.4.56-1~deb11u2",
        {
            **shared(NOT, "2021-40438", "2021-41773", "2021-44790", "2022-22720", "2022-26377", "2022-36760"),
            **shared(MENDED, "2023-25690", "2023-27522"),
            **shared(HAS, "2023-38709", "2024-38476", "2025-49812"),
            **shared(UNKNOWN, "2024-40725"),
            **shared(NO, "2025-55753"),
        },
        advisories=[
            debian(
                "bullseye",
                _2023_25690=resolved("2.4.56-1~deb11u1"),
                _2023_27522=resolved("2.4.56-1~deb11u1"),
                _2023_38709=resolved("2.4.59-1~deb11u1"),
                _2024_38476=resolved("2.4.61-1~deb11u1"),
                _2024_40725=resolved("2.4.62-1~deb11u1"),
                _2025_49812={"status": "open", "nodsa": "Minor issue"},
                _2025_55753=resolved("0"),
            )
        ],
    ),
    "Debian 11 before it was released": System(
        "apache2 2.4.49-4 debian",
        {
            **shared(NOT, "2017-9798", "2020-13950", "2021-40438"),
            **shared(UNKNOWN, "2021-41773", "2021-42013", "2021-44224", "2021-44790", "2022-22720", "2022-26377"),
            **shared(UNKNOWN, "2024-40725"),
        },
        changelog=[("2.4.49-4", "Another thing"), *DEBIAN[-3:]],
    ),
    "Debian 12 by its changelog": System(
        "apache2 2.4.57-2",
        {
            **shared(NOT, "2021-40438", "2021-41773", "2021-44790", "2022-22720", "2022-26377", "2022-36760"),
            **shared(NOT, "2023-25690", "2023-27522"),
            **shared(UNKNOWN, "2023-38709", "2024-38476", "2024-40725"),
        },
        changelog=DEBIAN,
    ),
    "Debian 12 with a fix under its own number": System(
        "apache2 2.4.62-1~deb12u2",
        {
            **shared(NOT, "2021-40438", "2021-42013", "2022-22720", "2023-25690", "2023-38709", "2024-38476"),
            **shared(NOT, "2024-40725", "2022-26377", "2022-36760"),
            **shared(MENDED, "2025-49812"),
            **shared(UNKNOWN, "2025-55753"),
        },
        changelog=[("2.4.62-1~deb12u2", "Fix CVE-2025-49812"), *DEBIAN],
    ),
    "Debian 13 by OSV": System(
        "apache2 2.4.65-2 debian 13",
        {
            **shared(NOT, "2021-40438", "2021-41773", "2022-22720", "2022-26377", "2022-36760", "2023-25690"),
            **shared(NOT, "2023-38709", "2024-38476", "2024-40725"),
            **shared(HAS, "2025-55753"),
            **shared(MENDED, "2025-49812"),
        },
        advisories=[
            of_one("CVE-2025-55753", "Debian:13", "2.4.66-1~deb13u1"),
            of_one("CVE-2025-49812", "Debian:13", "2.4.64-1"),
            of_one("CVE-2024-38476", "Debian:11", "2.4.66-1"),
        ],
    ),
    "Red Hat 8 by its changelog": System(
        "httpd 2.4.37-62.module+el8.9.0+19699+7a7a2044",
        {
            **shared(MENDED, "2020-13950", "2021-40438", "2021-44224", "2021-44790", "2022-22720", "2022-26377"),
            **shared(MENDED, "2022-36760", "2023-25690", "2023-27522"),
            **shared(UNKNOWN, "2021-41773", "2023-38709", "2024-38476"),
            **shared(NOT, "2017-9798"),
        },
        changelog=RED_HAT_8,
    ),
    "Red Hat 8 by VEX": System(
        "httpd 2.4.37-43.module+el8.5.0+14370+51c6d843.2",
        {
            **shared(HAS, "2020-13950", "2022-26377", "2022-36760", "2023-25690", "2023-38709", "2024-38476"),
            **shared(MENDED, "2021-40438", "2022-22720"),
            **shared(NO, "2021-41773", "2021-42013"),
        },
        advisories=[
            *(
                vex(f"CVE-{problem}", fixed=[EIGHT.format(*release)])
                for problem, release in (
                    ("2020-13950", (51, 7, 16050)), ("2022-26377", (51, 7, 16050)), ("2022-36760", (56, 8, 18758)),
                    ("2023-25690", (56, 8, 18758)),
                    ("2023-38709", (65, 10, 21982)), ("2021-40438", (43, 5, 13806)), ("2022-22720", (43, 5, 13806)),
                )
            ),
            vex("CVE-2024-38476", known_affected=[ON_EIGHT]),
            vex("CVE-2021-41773", known_not_affected=[ON_EIGHT, ON_NINE]),
            vex("CVE-2021-42013", known_not_affected=[ON_EIGHT, ON_NINE]),
        ],
    ),
    "Red Hat 9 by its changelog": System(
        "httpd 2.4.53-11.el9_2.5",
        {
            **shared(NOT, "2021-40438", "2021-41773", "2021-42013", "2021-44224", "2021-44790", "2022-22720"),
            **shared(MENDED, "2022-26377", "2022-36760", "2023-25690"),
            **shared(UNKNOWN, "2023-27522", "2023-38709", "2024-40725"),
        },
        changelog=RED_HAT_9,
    ),
    "Red Hat 9 by VEX": System(
        "httpd 2.4.57-5.el9",
        {
            **shared(NOT, "2021-40438", "2021-41773", "2021-44790", "2022-22720", "2022-26377", "2023-25690"),
            **shared(HAS, "2023-38709", "2024-38476"),
            **shared(NO, "2024-40725"),
            **shared(UNKNOWN, "2025-49812"),
        },
        advisories=[
            vex("CVE-2023-38709", fixed=[NINE.format("11.el9_4")]),
            vex("CVE-2024-38476", fixed=[NINE.format("11.el9_4.1"), EIGHT.format(65, 10, 21982)]),
            vex("CVE-2024-40725", known_not_affected=[ON_NINE]),
            vex("CVE-2025-49812", under_investigation=[ON_NINE]),
        ],
    ),
    "Alpine": System(
        "apache2 2.4.57-r3 alpine 3.18",
        {
            **shared(NOT, "2021-40438", "2021-41773", "2021-44790", "2022-22720", "2022-26377", "2022-36760"),
            **shared(NOT, "2023-25690"),
            **shared(MENDED, "2024-38476"),
            **shared(HAS, "2023-38709"),
            **shared(UNKNOWN, "2024-40725", "2025-49812"),
        },
        advisories=[
            of_one("CVE-2023-38709", "Alpine:v3.18", "2.4.59-r0"),
            of_one("CVE-2024-40725", "Alpine:v3.18", "2.4.62-r0"),
            of_one("CVE-2024-38476", "Alpine:v3.18", "2.4.57-r3"),
            of_one("CVE-2025-49812", "Alpine:v3.20", "2.4.64-r0"),
        ],
    ),
    "Alpine with a fix under an old number": System(
        "apache2 2.4.27-r1 alpine 3.6",
        {
            **shared(MENDED, "2017-9798"),
            **shared(HAS, "2021-40438"),
            **shared(UNKNOWN, "2020-13950", "2021-41773", "2021-42013", "2021-44224", "2021-44790", "2022-22720"),
            **shared(UNKNOWN, "2022-26377", "2024-40725"),
        },
        advisories=[
            of_one("CVE-2017-9798", "Alpine:v3.6", "2.4.27-r1"),
            of_one("CVE-2021-40438", "Alpine:v3.6", "2.4.49-r0"),
        ],
    ),
}  # fmt: skip


def known(id: str) -> KnownProblem:
    return everything()[0]._replace(id=id, part="http", affected=(Range.parse(RANGES[id]),), sets=())


@pytest.mark.parametrize("name", SYSTEMS)
def test_what_a_system_has(name: str, tmp_path: Path) -> None:
    system = SYSTEMS[name]
    assert len(system.answers) >= 10
    for number, document in enumerate(system.advisories):
        (tmp_path / f"{number}.json").write_text(json.dumps(document))
    statements = read([str(tmp_path)]).statements if system.advisories else ()
    httpd = of_package(system.package)
    assert httpd.package is not None
    entries = tuple(ChangelogEntry(*entry) for entry in system.changelog)
    httpd = httpd._replace(package=httpd.package._replace(entries=entries, changelog="its changelog"))
    answers = {id: assess(known(id), httpd, statements) for id in system.answers}
    assert {id: answer.verdict for id, answer in answers.items()} == system.answers
    assert all(answer.because and answer.source and answer.reference for answer in answers.values())
