"""Diffs that a user gives as files."""

from __future__ import annotations

from pathlib import Path

from hpatch import log
from hpatch.errors import InputError
from hpatch.patch.series import mail, parts
from hpatch.patch.sources.model import LIMIT


def read(file: str) -> bytes:
    """A diff's text; of mails the one that they stand for. Raises InputError."""
    log.tell("read %s", file)
    try:
        with Path(file).open("rb") as stream:
            text = stream.read(LIMIT + 1)
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {error.strerror or error}") from None
    if len(text) > LIMIT:
        raise InputError(f"{file}: larger than {LIMIT // 1024 // 1024} MiB")
    if mail.is_mbox(text) or mail.is_mail(text):
        return b"".join(parts.decoded(one, file) for one in mail.split(text))
    return text
