"""The set made here, fcgi-stdin-eof, and what it changes. HPATCH_HTTPD_GIT names a git repository of httpd."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from hpatch.catalog.load import load
from hpatch.catalog.model import PatchSet
from hpatch.patching.diff import read
from hpatch.patching.place import PlaceOptions, place
from hpatch.versions import Version

MODULE = "modules/proxy/mod_proxy_fcgi.c"
REPOSITORY = os.environ.get("HPATCH_HTTPD_GIT", "")
mirror = pytest.mark.skipif(not REPOSITORY, reason="HPATCH_HTTPD_GIT names no git repository of httpd")


@pytest.fixture(scope="module")
def workaround() -> PatchSet:
    return load().get("fcgi-stdin-eof")


# The set


def test_the_ranges_cover_each_version_once(workaround: PatchSet) -> None:
    for patch in range(200):
        version = Version(2, 4, patch)
        assert workaround.applies.covers(version)
        assert sum(one.versions.covers(version) for one in workaround.variants) == 1
    assert workaround.variant(Version(2, 5, 1)) == workaround.variants[-1]
    assert workaround.variant(Version(2, 2, 34)) is None
    assert workaround.contained is None


def test_each_diff_changes_the_module_alone(workaround: PatchSet) -> None:
    for one in workaround.variants:
        diff = read(one.diff.read_bytes(), one.diff.name)
        assert [(patch.old, patch.new) for patch in diff.files] == [(f"a/{MODULE}", f"b/{MODULE}")]


# Upstream's text


def git(*arguments: str) -> bytes:
    return subprocess.run(("git", "-C", REPOSITORY, *arguments), capture_output=True, check=True).stdout


def releases() -> list[tuple[str, Version]]:
    tags = [tag for tag in git("tag").decode().split() if re.fullmatch(r"2\.4\.\d+", tag)]
    return [*((tag, Version.parse(tag)) for tag in tags), ("refs/heads/trunk", Version(2, 5, 1))]


def patched(workaround: PatchSet, version: Version, before: bytes) -> bytes:
    """The module, patched by hpatch without fuzz."""
    variant = workaround.variant(version)
    assert variant is not None
    (patch,) = read(variant.diff.read_bytes(), variant.diff.name).files
    placed = place(before, patch, PlaceOptions())
    assert placed.ok, placed.outcomes
    assert {one.result for one in placed.outcomes} <= {"exact", "moved"}
    assert placed.after is not None
    return placed.after


@mirror
@pytest.mark.git
@pytest.mark.patch
def test_it_applies_without_fuzz_to_every_release_and_trunk(workaround: PatchSet, tmp_path: Path) -> None:
    found = releases()
    assert len(found) > 60
    for name, version in found:
        before = git("show", f"{name}:{MODULE}")
        file = tmp_path / name / MODULE
        file.parent.mkdir(parents=True)
        file.write_bytes(before)
        variant = workaround.variant(version)
        assert variant is not None
        command = ("patch", "-p1", "-F0", "-s", "-d", tmp_path / name, "-i", variant.diff)
        subprocess.run(command, capture_output=True, check=True)
        assert patched(workaround, version, before) == file.read_bytes(), name


# A real httpd

BODY = b"all of it\n"
ANSWER = b"Status: 200 OK\r\nContent-Type: text/plain\r\n\r\n" + BODY
END, PARAMS, STDIN, STDOUT = 3, 4, 5, 6


def record(type: int, content: bytes, length: int | None = None) -> bytes:
    """A FastCGI record; its header may tell another length than its content has."""
    size = len(content) if length is None else length
    return bytes((1, type, 0, 1, size >> 8, size & 255, 0, 0)) + content


def read_until_end_of(stream: socket.socket, wanted: int) -> None:
    """Read records up to the empty one of a type, as a backend does that takes nothing more."""
    while True:
        header = stream.recv(8, socket.MSG_WAITALL)
        if len(header) < 8:
            raise ConnectionError("httpd closed")
        size = (header[4] << 8) + header[5] + header[6]
        if size:
            stream.recv(size, socket.MSG_WAITALL)
        elif header[1] == wanted:
            return


def respond(fault: str, stream: socket.socket) -> None:
    """`early` answers without FCGI_STDIN, `cut` does so with half a record, `nothing` closes, `sound` reads all."""
    read_until_end_of(stream, STDIN if fault == "sound" else PARAMS)
    if fault == "cut":
        stream.sendall(record(STDOUT, ANSWER[:20], len(ANSWER)))
    elif fault != "nothing":
        stream.sendall(record(STDOUT, ANSWER) + record(STDOUT, b"") + record(END, bytes(8)))


@contextmanager
def responder(fault: str, path: Path) -> Iterator[None]:
    """A FastCGI backend on a Unix socket."""

    def serve() -> None:
        while True:
            try:
                stream, _ = listener.accept()
            except OSError:
                return
            with stream:
                try:
                    respond(fault, stream)
                except OSError:
                    continue

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        path.chmod(0o666)
        listener.listen(32)
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(10)


FAULTS = ("early", "cut", "nothing", "sound")


@contextmanager
def gateway(program: str, module: Path | str) -> Iterator[int]:
    """An httpd in front of a backend of each kind; gives its port."""
    with TemporaryDirectory(prefix="hpatch-") as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)
        for fault in FAULTS:
            stack.enter_context(responder(fault, folder / fault))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        modules = "/usr/lib/apache2/modules"
        lines = [
            *(f"LoadModule {one}_module {modules}/mod_{one}.so" for one in ("mpm_event", "authz_core", "proxy")),
            f"LoadModule proxy_fcgi_module {module}",
            *(f"ServerRoot {folder}", f"PidFile {folder}/pid", f"ErrorLog {folder}/log", "ServerName localhost"),
            *(f"DefaultRuntimeDir {folder}", "User www-data", "Group www-data", f"Listen 127.0.0.1:{port}"),
            *("StartServers 1", "LogLevel proxy_fcgi:trace1", "ProxyTimeout 5"),
            *(f'ProxyPass "/{fault}" "unix:{folder}/{fault}|fcgi://{fault}/" enablereuse=on' for fault in FAULTS),
        ]
        (folder / "conf").write_text("\n".join(lines) + "\n")
        command = (program, "-DFOREGROUND", "-f", str(folder / "conf"))
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        try:
            await_port(port, process)
            yield port
        finally:
            process.terminate()
            process.communicate(timeout=20)


def await_port(port: int, process: subprocess.Popen[str]) -> None:
    for _ in range(200):
        assert process.poll() is None, process.communicate()[1]
        try:
            socket.create_connection(("127.0.0.1", port), 5).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("httpd did not start")


def post(port: int, fault: str) -> tuple[int, bytes]:
    """Send headers, and the body's ten bytes a little later; the status and the content that came back."""
    with socket.create_connection(("127.0.0.1", port), 20) as stream:
        head = f"POST /{fault} HTTP/1.0\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n"
        stream.sendall(head.encode())
        time.sleep(0.05)
        stream.sendall(b"0123456789")
        answer = b"".join(iter(lambda: stream.recv(65536), b""))
    head_, _, content = answer.partition(b"\r\n\r\n")
    return int(head_.split()[1]), content


def outcomes(port: int, count: int = 10) -> dict[str, set[int]]:
    """The statuses by backend; a 200 must be whole."""
    found: dict[str, set[int]] = {fault: set() for fault in FAULTS}
    for fault in FAULTS:
        for _ in range(count):
            status, content = post(port, fault)
            assert status != 200 or content == BODY
            found[fault].add(status)
    return found


BEFORE = {"early": {503}, "cut": {503}, "nothing": {503}, "sound": {200}}
AFTER = {**BEFORE, "early": {200}}


@pytest.mark.httpd
def test_the_fault_is_in_the_installed_httpd(httpd: str) -> None:
    with gateway(httpd, "/usr/lib/apache2/modules/mod_proxy_fcgi.so") as port:
        assert outcomes(port) == BEFORE


@mirror
@pytest.mark.git
@pytest.mark.httpd
@pytest.mark.skipif(shutil.which("apxs") is None, reason="needs apxs (Debian: apache2-dev)")
@pytest.mark.parametrize("tag", ["2.4.9", "2.4.62"])
def test_the_cure(httpd: str, workaround: PatchSet, tmp_path: Path, tag: str) -> None:
    source = patched(workaround, Version.parse(tag), git("show", f"{tag}:{MODULE}"))
    (tmp_path / "mod_proxy_fcgi.c").write_bytes(source)
    flags = ("-Wc,-Wall", "-Wc,-Werror", "-Wc,-Wdeclaration-after-statement")
    command = ("apxs", "-c", *flags, "mod_proxy_fcgi.c")
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=True, timeout=60)
    tmp_path.chmod(0o755)
    with gateway(httpd, tmp_path / ".libs/mod_proxy_fcgi.so") as port:
        assert outcomes(port) == AFTER
