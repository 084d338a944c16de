"""Bundles on disk: a folder or a tar file, there as a whole or not at all; and reading them, whoever wrote them."""

from __future__ import annotations

import io
import json
import os
import shutil
import tarfile
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, get_args

from hpatch.errors import InputError, ToolError, UsageError
from hpatch.lab.bundle.decode import DecodeError, decode
from hpatch.lab.bundle.model import SCHEMA, Bundle, Verdict, outcome
from hpatch.lab.bundle.told import told
from hpatch.records import NamedTuple

DATA = "proof.json"
PAGE = "proof.html"
DIFF = "changes.diff"
LIMIT = 64 * 1024 * 1024
"""The largest `proof.json` that is read, in bytes."""
_MEMBERS = 1000
_HEAD = 512
_KIND = "hpatch.bundle/"


def check(target: Path) -> None:
    """Whether a bundle can be written there. Raises UsageError for a name that is taken, ToolError for no room."""
    if target.suffix != ".tar" and any(target.name.endswith(end) for end in (".gz", ".tgz", ".zip", ".xz", ".zst")):
        raise UsageError(f"--bundle {target}: a bundle is a folder or a .tar file; choose another name")
    if target.is_symlink() or target.exists():
        raise UsageError(f"--bundle {target}: exists already; choose another name")
    folder = target.absolute().parent
    if not os.access(folder, os.W_OK | os.X_OK) or not folder.is_dir():
        problem = "cannot be written to" if folder.is_dir() else "is not a folder"
        raise ToolError(f"--bundle {target}: {folder} {problem}")


def write(target: Path, files: Mapping[str, bytes]) -> None:
    """Write a bundle's files. Raises ToolError, also where something is there by now; then nothing was written."""
    target = target.absolute()
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        if target.suffix == ".tar":
            _write_file(part, _tar(target.stem, files))
            os.link(part, target)  # unlike a renaming it takes no other file's place
        else:
            part.mkdir()
            for name, content in files.items():
                _write_file(part / name, content)
            if target.exists():
                raise FileExistsError(17, os.strerror(17))
            part.rename(target)
    except OSError as error:
        raise ToolError(f"{target}: the bundle cannot be written: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            part.unlink() if part.is_file() else shutil.rmtree(part)


def _write_file(path: Path, content: bytes) -> None:
    with path.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _tar(folder: str, files: Mapping[str, bytes]) -> bytes:
    """The same files give the same bytes: no times, no owners."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(f"{folder}/{name}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return out.getvalue()


class KeptBundle(NamedTuple):
    """A bundle that was read: what it holds, and all of its data as it is."""

    bundle: Bundle
    data: Mapping[str, Any]


def read(path: Path) -> KeptBundle:
    """A bundle: a folder, a tar file, or its `proof.json` alone. Raises InputError in one line for anything else, and
    for a folder or tar file whose `changes.diff` is another or is not there."""
    kept = parse(_data(path), str(path))
    diff = _diff(path)
    if diff is None and (path.is_dir() or _is_tar(path)):
        raise InputError(f"{path}: is not whole: its {DIFF} is missing; give {DATA} itself to see what that tells")
    if diff is not None and sha256(diff).hexdigest() != kept.bundle.change.sha256:
        raise InputError(f"{path}: is damaged: its {DIFF} is not the one that its {DATA} tells of")
    return kept


def parse(text: bytes, name: str) -> KeptBundle:
    """A bundle of the text of its `proof.json`. Raises InputError."""
    try:
        data = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{name}: is not a bundle: {DATA} is not JSON, or was cut off ({error})") from None
    schema = data.get("schema") if isinstance(data, dict) else None
    if not isinstance(schema, str) or not schema.startswith(_KIND):
        raise InputError(f"{name}: is not a bundle: its schema is not {SCHEMA}")
    if schema != SCHEMA:
        raise InputError(f"{name}: has the form {schema}, which this hpatch does not know; use a later hpatch")
    try:
        return KeptBundle(_bundle(data), data)
    except (DecodeError, RecursionError) as error:
        raise InputError(f"{name}: is damaged: {error}") from None


def _bundle(data: Mapping[str, Any]) -> Bundle:
    proof = data.get("proof")
    found = decode(Bundle, {**data, "proof": None})
    if proof is not None:
        if not isinstance(proof, dict):
            raise DecodeError("proof: not an object")
        try:
            found = found._replace(proof=told(proof))
        except DecodeError as error:
            raise DecodeError(f"proof.{error}") from None
    if found.outcome in get_args(Verdict) and (found.proof is None or found.outcome != outcome(found.proof)):
        raise DecodeError(f"outcome: '{found.outcome}', but the proof does not say so")
    if found.outcome not in get_args(Verdict) and found.proof is not None:
        raise DecodeError(f"outcome: '{found.outcome}', but there is a proof")
    return found


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not a number")


def _data(path: Path) -> bytes:
    try:
        if path.is_dir():
            if (path / DATA).is_symlink() or ((path / DATA).exists() and not (path / DATA).is_file()):
                raise InputError(f"{path}: its {DATA} is not a regular file")
            return _limited(path / DATA)
        if not path.is_file():
            raise InputError(f"{path}: there is no such bundle" if not path.exists() else f"{path}: is not a file")
        if not _is_tar(path):
            return _limited(path)
        data = _of_tar(path, DATA)
        if data is None:
            raise InputError(f"{path}: has no {DATA}, or was cut off")
        return data
    except OSError as error:
        problem = f"has no {DATA}" if isinstance(error, FileNotFoundError) else f"cannot be read: {error.strerror}"
        raise InputError(f"{path}: {problem}") from error


def _diff(path: Path) -> bytes | None:
    """The `changes.diff` of a bundle that is there; None where it has none."""
    try:
        if path.is_dir():
            return _limited(path / DIFF) if (path / DIFF).is_file() else None
        return _of_tar(path, DIFF) if _is_tar(path) else None
    except OSError as error:
        raise InputError(f"{path}: its {DIFF} cannot be read: {error.strerror}") from error


def _is_tar(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(_HEAD)[257:262] == b"ustar"


def _limited(path: Path) -> bytes:
    with path.open("rb") as stream:
        return _all(stream, path)


def _all(stream: IO[bytes], path: Path) -> bytes:
    data = stream.read(LIMIT + 1)
    if len(data) > LIMIT:
        raise InputError(f"{path}: is larger than the {LIMIT // 1024 // 1024} MiB that hpatch reads")
    return data


def _of_tar(path: Path, name: str) -> bytes | None:
    """A file in a tar file, of which nothing is unpacked, as far as it goes; None where there is none."""
    try:
        with tarfile.open(path, "r:") as tar:
            for _ in range(_MEMBERS):
                member = tar.next()
                if member is None:
                    break
                if member.isreg() and member.name.rpartition("/")[2] == name:
                    stream = tar.extractfile(member)
                    assert stream is not None, "it is a regular file"
                    return _all(stream, path)
    except (tarfile.TarError, EOFError, ValueError, OverflowError):
        raise InputError(f"{path}: is not a whole tar file") from None
    return None
