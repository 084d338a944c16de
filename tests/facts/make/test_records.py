"""httpd's records of its vulnerabilities and CHANGES, held against the known problems."""

from __future__ import annotations

import io
import json
import os
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from hpatch.facts import untriggered
from hpatch.facts.make import records
from hpatch.facts.make.__main__ import main
from hpatch.facts.problems import KnownProblem, everything
from hpatch.facts.untriggered import Untriggered
from hpatch.facts.versions import since
from hpatch.versions import Range, Version

NEWEST = since("newest-known")
AMONG = records.published(NEWEST)
FOLDER = "content/security/json"
SHARED = Path(__file__).parents[4] / "shared" / "facts" / "cves-official.json"


def old(id: str, *rows: tuple[str, str]) -> dict[str, Any]:
    """A record in the form of CVE 4."""
    data = [
        {"version_name": "Apache HTTP Server 2.4", "version_affected": sign, "version_value": value}
        for sign, value in rows
    ]
    product = {"product_name": "Apache HTTP Server", "version": {"version_data": data}}
    vendor = {"vendor_name": "Apache Software Foundation", "product": {"product_data": [product]}}
    return {
        "CVE_data_meta": {"ID": id, "STATE": "PUBLIC"},
        "affects": {"vendor": {"vendor_data": [vendor]}},
        "data_version": "4.0",
    }


def new(id: str, **row: str) -> dict[str, Any]:
    """A record in the form of CVE 5."""
    versions = [{"status": "affected", "versionType": "semver", **row}]
    affected = [{"product": "Apache HTTP Server", "defaultStatus": "unaffected", "versions": versions}]
    return {"containers": {"cna": {"affected": affected}}, "cveMetadata": {"cveId": id}, "dataVersion": "5.1"}


@pytest.mark.parametrize(
    ("record", "affected"),
    [
        (old("CVE-2014-0001", ("=", "2.4.10"), ("=", "2.4.7"), ("?=", "2.4.9"), ("=", "2.2.3")), "2.4.7, 2.4.10"),
        (old("CVE-2021-0001", ("<=", "2.4.48"), ("!<", "2.4.17")), "2.4.17 to 2.4.48"),
        (old("CVE-2021-0001", (">=", "2.4.7"), ("<=", "2.4.51")), "2.4.7 to 2.4.51"),
        (old("CVE-2021-0001", ("<=", "2.4.3")), "2.4.1 to 2.4.3"),
        (old("CVE-2009-0001", ("=", "2.2.11"), ("=", "2.2.9")), "none"),
        (new("CVE-2023-0001", version="2.4", lessThanOrEqual="2.4.4"), "2.4.1 to 2.4.4"),
        (new("CVE-2023-0001", version="2.4.30", lessThanOrEqual="2.4.34"), "2.4.33 to 2.4.34"),
        (new("CVE-2023-0001", version="0", lessThan="2.4.4"), "2.4.1 to 2.4.3"),
        (new("CVE-2023-0001", version="2.4.60"), "2.4.60"),
        (new("CVE-2023-0001", version="2.4.60", status="unaffected"), "none"),
    ],
)
def test_a_record_tells_the_releases(record: dict[str, Any], affected: str) -> None:
    name, found = records.of_record(record, AMONG)
    assert name.startswith("CVE-20")
    assert records.told(found, AMONG) == affected


CHANGES = """\
                                                         -*- coding: utf-8 -*-
Changes with Apache 2.4.64

  *) SECURITY: CVE-2024-0002: again
  *) SECURITY: CVE-2025-0001: of the core

Changes with Apache 2.4.59

  *) SECURITY: CVE-2024-0002: of the core
"""


def test_changes_tell_the_first_release_that_names_a_vulnerability() -> None:
    assert records.of_changes(CHANGES) == {"CVE-2024-0002": Version(2, 4, 59), "CVE-2025-0001": Version(2, 4, 64)}


def test_what_is_not_changes_is_refused() -> None:
    with pytest.raises(ValueError, match="not a CHANGES file"):
        records.of_changes("Changes in version 1.27.1\n")


def known(affected: str, differs: str = "") -> KnownProblem:
    (one,) = [one for one in everything() if one.id == "CVE-2014-3583"]
    return one._replace(id="CVE-2030-0001", affected=(Range.parse(affected),), differs=differs)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (known(">=2.4.7,<2.4.10"), []),
        (known("<2.4.10"), ["CVE-2030-0001: the data have 2.4.1 to 2.4.9, httpd 2.4.7 to 2.4.9"]),
        (known("<2.4.10", "the code is there"), []),
        (known(">=2.4.7,<2.4.10", "why"), ["CVE-2030-0001: the data say why they differ, and they do not"]),
        (None, ["CVE-2030-0001: new: 2.4.7 to 2.4.9"]),
    ],
)
def test_a_range_of_the_data_and_one_of_a_record(entry: KnownProblem | None, said: list[str]) -> None:
    official = {"CVE-2030-0001": frozenset((Version(2, 4, 7), Version(2, 4, 9))), "CVE-2030-0002": frozenset()}
    assert list(records.differences([entry] if entry else [], [], official, {})) == said


def test_changes_do_not_tell_where_a_problem_began() -> None:
    entry = known("<2.4.10", "the code is there")
    assert list(records.differences([entry], [], {}, {"CVE-2030-0001": Version(2, 4, 10)})) == []


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (known(">=2.4.60,<2.4.67"), []),
        (known("<2.4.66"), ["CVE-2030-0001: the data have 2.4.1 to 2.4.65, httpd fixed in 2.4.67 (CHANGES)"]),
        (None, ["CVE-2030-0001: new: fixed in 2.4.67"]),
    ],
)
def test_changes_tell_the_upper_bound_alone(entry: KnownProblem | None, said: list[str]) -> None:
    changes = {"CVE-2030-0001": Version(2, 4, 67)}
    assert list(records.differences([entry] if entry else [], [], {}, changes)) == said


def test_a_vulnerability_without_a_trigger_is_not_missing_and_not_both() -> None:
    without = [Untriggered("CVE-2030-0001", "it takes another machine")]
    changes = {"CVE-2030-0001": Version(2, 4, 67)}
    assert list(records.differences([], without, {}, changes)) == []
    (line,) = records.differences([known("<2.4.67")], without, {}, changes)
    assert line.startswith("CVE-2030-0001: it is a known problem")


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = new("CVE-2014-3583", version="2.4.9", lessThan="2.4.12")
    (tmp_path / "CVE-2014-3583.json").write_text(json.dumps(record))
    (tmp_path / "CHANGES").write_text("Changes with Apache 2.4.99\n\n  *) SECURITY: CVE-2099-0001: new\n")
    assert main(["problems", "--records", str(tmp_path), "--changes", str(tmp_path / "CHANGES")]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "1 record, 1 vulnerability in CHANGES",
        "  CVE-2014-3583: the data have 2.4.10, httpd 2.4.9 to 2.4.10",
        "  CVE-2099-0001: new: fixed in 2.4.99",
        "2 differences.",
    ]


@pytest.mark.parametrize("text", ["[]", "{", '{"containers": 3}', '{"CVE_data_meta": {}}', "[" * 5000])
def test_a_file_that_is_no_record_is_refused(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "CVE-2030-1.json").write_text(text)
    assert main(["problems", "--records", str(tmp_path)]) == 3
    assert "CVE-2030-1.json is not a record of a vulnerability" in capsys.readouterr().err


def test_what_the_command_wants(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["problems"]) == 2
    assert main(["problems", "--records", str(tmp_path)]) == 3
    assert "no record" in capsys.readouterr().err


@pytest.mark.git
@pytest.mark.httpd_site
def test_the_data_are_those_of_httpds_records(tmp_path: Path) -> None:
    command = ["git", "-C", os.environ["HPATCH_HTTPD_SITE"], "archive", "HEAD", FOLDER]
    packed = subprocess.run(command, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(tmp_path)
    found = records.of_folder(tmp_path / FOLDER, AMONG)
    assert len(found) > 200
    assert list(records.differences(everything(), untriggered.everything(), found, {})) == []


@pytest.mark.skipif(not SHARED.is_file(), reason="the shared corpus is not here")
def test_the_data_are_those_of_the_shared_facts() -> None:
    facts = json.loads(SHARED.read_text(encoding="utf-8"))["cves"]
    found = {name: _shared(fact) for name, fact in facts.items() if "listed" in fact or "ranges" in fact}
    # It gives a release that CHANGES tells of again where the first one did not mend all.
    changes = {
        name: Version.parse(fact["changes_24"][0])
        for name, fact in facts.items()
        if fact.get("changes_24", ["2.4.0"])[0] > "2.4.1"
    }
    assert len(found) > 120
    assert len(changes) > 150
    assert list(records.differences(everything(), untriggered.everything(), found, changes)) == []


def _shared(fact: dict[str, Any]) -> frozenset[Version]:
    """The releases that a fact names one by one, or by ranges in the words of either form."""
    rows = [("=", one) for one in fact.get("listed", ())]
    rows += [(row["how"], row["version"]) for row in fact.get("ranges", ()) if "how" in row]
    if rows:
        return records.of_record(old("CVE-2000-0001", *rows), AMONG)[1]
    (row,) = fact["ranges"]
    names = {"from": "version", "through": "lessThanOrEqual", "before": "lessThan"}
    return records.of_record(new("CVE-2000-0001", **{names[key]: value for key, value in row.items()}), AMONG)[1]
