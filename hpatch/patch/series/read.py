"""Reading a series: a quilt series, a folder of git mails, an mbox, one mail.

Names in a series file are those of files beside it. None leads out of its folder, and none is a link: a series comes
with a source package, and may be anyone's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from hpatch import files, log
from hpatch.errors import InputError
from hpatch.patch.diff.names import unsafe
from hpatch.patch.diff.read import read as read_diff
from hpatch.patch.diff.write import reverse, write
from hpatch.patch.series import mail, parts
from hpatch.patch.series.header import header
from hpatch.patch.series.model import SeriesPatch
from hpatch.patch.sources.model import LIMIT

_MOST = 10_000
"""Patches of a series."""
_MAILS = (".patch", ".diff", ".eml", ".mbox", ".mail", ".txt")
_DIFF = re.compile(rb"(?m)^(?:--- .*\n\+\+\+ |diff --git |Index: )")
_CHANGE = re.compile(rb"(?m)^(?:---|\+\+\+|\*\*\*|diff|Index:|@@) ")
_OPTION = re.compile(r"-p(\d{1,2}|ab)|-R|--reverse")
_PACKED = {".gz": "gzip", ".bz2": "bz2", ".xz": "lzma", ".lzma": "lzma"}


def read(path: Path) -> list[SeriesPatch]:
    """The patches of a series in their order; its file, or a folder with a file `series` or of mails.

    Raises InputError.
    """
    try:
        if not path.is_dir():
            log.tell("read %s", path)
            with path.open("rb") as stream:
                return parse(stream.read(LIMIT + 1), str(path), path.parent)
        if (path / "series").is_file():
            log.tell("read %s", path / "series")
            return parse((path / "series").read_bytes(), str(path / "series"), path)
        names = sorted(name.name for name in path.iterdir() if name.suffix in _MAILS)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None
    if not names:
        raise InputError(f"{path}: has no file 'series' and no patches ({', '.join(_MAILS)})")
    return [one for name in names for one in _mails(path, name)]


def parse(data: bytes, name: str, folder: Path) -> list[SeriesPatch]:
    """The patches of a file's text, an mbox, a mail or a series whose patches are in a folder. Raises InputError."""
    if len(data) > LIMIT:
        raise InputError(f"{name}: larger than {LIMIT // 1024 // 1024} MiB")
    if mail.is_mbox(data) or mail.is_mail(data):
        return list(_from_mails(data, name))
    if _DIFF.search(data):
        raise InputError(f"{name}: a diff, not a series; apply it without --series")
    found = list(_listed(data, name, folder))
    if not found:
        raise InputError(f"{name}: the series names no patch")
    names = [one.name for one in found]
    twice = next((one for one in names if names.count(one) > 1), None) if len(set(names)) < len(names) else None
    if twice is not None:
        raise InputError(f"{name}: '{twice}' is named twice")
    return found


def changes_files(text: bytes) -> bool:
    """Whether a patch has a diff at all: a cover letter and a file of comments have none."""
    return _CHANGE.search(text) is not None


def _listed(data: bytes, name: str, folder: Path) -> Iterator[SeriesPatch]:
    lines = data.decode("utf-8", "surrogateescape").splitlines()
    if len(lines) > _MOST:
        raise InputError(f"{name}: has {len(lines):,} lines; {_MOST:,} are the most")
    for number, line in enumerate(lines, 1):
        words = re.sub(r"(?:^|\s)#.*", "", line).split()
        if not words:
            continue
        patch, *options = words
        patch = patch.removeprefix("./")
        reason = unsafe(patch)
        if reason is not None:
            raise InputError(f"{name}:{number}: '{patch}': {reason}")
        wrong = next((option for option in options if _OPTION.fullmatch(option) is None), None)
        if wrong is not None:
            raise InputError(f"{name}:{number}: '{wrong}': hpatch knows -pN and -R here")
        levels = [found[1] for option in options if (found := _OPTION.fullmatch(option)) and found[1]]
        count = 1 if not levels or levels[-1] == "ab" else int(levels[-1])
        data = _text(folder, patch, f"{name}:{number}")
        text = _reversed(data, patch) if len(levels) < len(options) else data
        yield SeriesPatch(name=patch, text=text, strip=count, origin=sha256(data).hexdigest())


def _text(folder: Path, name: str, place: str) -> bytes:
    try:
        data = files.read(folder, name)
    except InputError as error:
        raise InputError(f"{place}: {error}") from None
    except OSError as error:
        raise InputError(f"{place}: '{name}' cannot be read: {error.strerror or error}") from None
    if data is None:
        raise InputError(f"{place}: there is no file '{name}' in {folder}")
    module = _PACKED.get(Path(name).suffix)
    if module is not None:
        from importlib import import_module
        from io import BytesIO

        try:
            with import_module(module).open(BytesIO(data)) as stream:
                data = stream.read(LIMIT + 1)
        except (OSError, EOFError, ValueError, import_module("lzma").LZMAError) as error:
            raise InputError(f"{place}: '{name}' cannot be unpacked: {error}") from None
    if len(data) > LIMIT:
        raise InputError(f"{place}: '{name}' is larger than {LIMIT // 1024 // 1024} MiB")
    return data


def _reversed(text: bytes, name: str) -> bytes:
    """A patch that is to be taken back, as one that is to be applied."""
    diff = reverse(read_diff(text, name, lenient=True))
    made = write(diff._replace(message=b""))
    return header(text) + (made.replace(b"\n", b"\r\n") if diff.converted else made)


def _mails(folder: Path, name: str) -> Iterator[SeriesPatch]:
    data = _text(folder, name, str(folder))
    if mail.is_mbox(data) and len(mail.split(data)) > 1:
        yield from _from_mails(data, name)
    elif mail.is_mbox(data) or mail.is_mail(data):
        yield SeriesPatch(name=name, text=parts.decoded(data, name), origin=sha256(data).hexdigest())
    else:
        yield SeriesPatch(name=name, text=data, origin=sha256(data).hexdigest())


def _from_mails(data: bytes, name: str) -> Iterator[SeriesPatch]:
    for own, one in mail.named(mail.split(data)):
        yield SeriesPatch(name=own, text=parts.decoded(one, f"{name} ({own})"))
