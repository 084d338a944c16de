"""What the forms share."""

from __future__ import annotations

import re

from hpatch.advise.packages.system import release_of
from hpatch.advise.untrusted import text_of
from hpatch.facts.vendors import Vendor

_CVE = re.compile(r"(?:^|-)(CVE-\d{4}-\d{4,9})$", re.ASCII)
_IDENTIFIER = re.compile(r"[\w.:-]{1,80}", re.ASCII)
_SERVICE_PACK = re.compile(r"(\d{1,3}) SP(\d{1,2})\b", re.ASCII)
_NUMBER = re.compile(r"\d{1,4}(?:\.\d{1,3}){0,2}", re.ASCII)


def cve(value: object) -> str:
    """The CVE that an identifier is or ends with (`DEBIAN-CVE-2021-40438`); empty for another."""
    match = _CVE.search(text_of(value))
    return match[1] if match else ""


def source(identifier: object, name: str) -> str:
    """How an advisory is named: by its identifier and its file."""
    text = text_of(identifier)
    return f"{text} in {name}" if _IDENTIFIER.fullmatch(text) else name


def release(vendor: Vendor, text: str) -> str:
    """The release in the name of a system (`15 SP5`, `22.04:LTS`, `enterprise_linux:9::appstream`)."""
    pack = _SERVICE_PACK.search(text)
    if pack:
        return f"{pack[1]}.{pack[2]}"
    number = _NUMBER.search(text)
    return release_of(vendor, number[0]) if number else ""
