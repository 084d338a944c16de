"""Folders and programs that httpd needs on this machine."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from hpatch.conf.paths import resolve
from hpatch.lint.found import Found
from hpatch.lint.rule import rule
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from hpatch.conf.tree import Configuration, Node
    from hpatch.lint.context import Context
    from hpatch.lint.found import Severity

_MANUAL = "https://httpd.apache.org/docs/2.4/mod/core.html"
_TLS = (
    "sslcacertificatepath", "sslcadnrequestpath", "sslcarevocationpath", "sslproxycacertificatepath",
    "sslproxycarevocationpath", "sslproxymachinecertificatepath",
)  # fmt: skip
"""Folders that mod_ssl looks for when it reads the line (`ssl_cmd_check_dir`)."""
_COMMANDS = ("chaincapath", "verifycapath", "requestcapath", "clientcapath")
"""Commands of SSLOpenSSLConfCmd whose value is such a folder."""
_LOGS = ("customlog", "transferlog", "globallog", "forensiclog")
_PROGRAM = r"\|{1,2}(/[^\s$]*)(?:\s|$)"
"""What a log goes to without a shell (`|$` uses one)."""
_REFUSES = "httpd refuses to start"
_FAILS = "httpd does not start"


class _Need(NamedTuple):
    """A folder that a directive needs, its own or that of its file, and what happens without it."""

    node: Node
    word: int
    folder: str
    consequence: str
    severity: Severity | None = None


@rule("CF038", "folder-missing", "error", references=(f"{_MANUAL}#errorlog", f"{_MANUAL}#documentroot"))
def folder_missing(context: Context) -> Iterator[Found]:
    """A folder that this directive needs does not exist on this machine.

    httpd does not start if a log, the PID file, a Mutex, CoreDumpDirectory, ChrootDir, a folder of certificates, a dbm
    cache of TLS sessions or the main server's DocumentRoot needs the folder. For PidFile, ForensicLog and the cache,
    `httpd -t` says "Syntax OK". Without the DocumentRoot of a virtual host httpd starts and warns (AH00112), and
    requests for files get 404: that finding is only info, because many virtual hosts that are proxies have no files.

    The rule needs `--httpd`, because only the machine that runs httpd has the folders. It is silent about logs that go
    to a program or to syslog, and about folders that it may not see.

    Make the folder, or correct the path.

    Fires on::

        # options: --httpd apache2
        ErrorLog /var/log/no-such-folder/error.log

    Write instead::

        # options: --httpd apache2
        ErrorLog /dev/stderr

    Silent on (a program and syslog need no folder)::

        # options: --httpd apache2
        ErrorLog syslog:local7
        CustomLog "|/usr/bin/rotatelogs /var/log/no-such-folder/access.log 86400" common

    Source: check_errorlog_dir and set_document_root (core.c), check_log_dir (mod_log_config.c), ap_log_pid (log.c),
    unixd_set_chroot_dir (mod_unixd.c), ssl_cmd_check_dir (ssl_engine_config.c), socache_dbm_init (mod_socache_dbm.c);
    tested on httpd 2.4.71.
    """
    configuration = context.configuration
    if not configuration.check_files:
        return
    missing: dict[str, bool] = {}
    for need in _needs(configuration):
        if need.folder not in missing:
            missing[need.folder] = _is_missing(need.folder)
        if missing[need.folder]:
            yield Found(
                need.node.word_place(need.word),
                f'"{need.folder}" is not a folder on this machine: {need.consequence}',
                help=f"Make the folder, or correct the path in {need.node.name}.",
                severity=need.severity,
                node=need.node,
            )


@rule("CF039", "log-program-missing", "error", references=("https://httpd.apache.org/docs/2.4/logs.html#piped",))
def log_program_missing(context: Context) -> Iterator[Found]:
    """The program that a log goes to does not exist on this machine.

    httpd does not start: AH00104, "unable to start piped log program". `httpd -t` says "Syntax OK".

    The rule needs `--httpd`, because only the machine that runs httpd has the programs. It is silent about commands for
    the shell (`|$`), and about programs without a path.

    Install the program, or correct the path.

    Fires on::

        # options: --httpd apache2
        CustomLog "|/no/such/rotatelogs /var/log/access.log 86400" common

    Write instead::

        # options: --httpd apache2
        CustomLog "|/bin/cat" common

    Source: piped_log_spawn (log.c); tested on httpd 2.4.71.
    """
    configuration = context.configuration
    if not configuration.check_files:
        return
    for node in configuration.find("errorlog", *_LOGS):
        if re.fullmatch(r"\|{1,2}\s*", next(iter(node.words), "")):
            says = f"the log goes to a program, and no program is named: {_FAILS}"
            yield Found(node.word_place(0), says, help=f"Name it: {node.name} |/path/of/the/program", node=node)
        program = re.match(_PROGRAM, next(iter(node.words), ""))
        if program is not None and _is_missing(program[1], os.path.isfile):
            yield Found(
                node.word_place(0),
                f'the program "{program[1]}" does not exist on this machine: {_FAILS}',
                help=f"Install it, or correct the path in {node.name}.",
                node=node,
            )


def _needs(configuration: Configuration) -> Iterator[_Need]:
    find = configuration.by_key.get
    for node in {_server(node): node for node in find("errorlog", ())}.values():
        yield from _of_file(configuration, node, _REFUSES)
    for node in configuration.find(*_LOGS):
        yield from _of_file(configuration, node, _FAILS if node.key == "forensiclog" else _REFUSES)
    for node in find("pidfile", ())[-1:]:
        yield from _of_file(configuration, node, _FAILS)
    for node in configuration.find("coredumpdirectory", "chrootdir", *_TLS):
        yield from _itself(configuration, node, node.words[:1], _REFUSES)
    for node in find("sslopensslconfcmd", ()):
        if next(iter(node.words), "").lower() in _COMMANDS:
            yield from _itself(configuration, node, node.words[1:2], _REFUSES, word=1)
    for node in find("documentroot", ()):
        host = node.inside("<virtualhost") is not None
        then = "requests for files get 404" if host else _REFUSES
        yield from _itself(configuration, node, node.words[:1], then, "info" if host else None)
    for node in (*find("sslsessioncache", ())[-1:], *find("sslstaplingcache", ())[-1:]):
        provider, colon, path = next(iter(node.words), "").partition(":")
        if colon and provider == "dbm" and path:
            yield from _of_file(configuration, node, _FAILS, path)
    for node in find("mutex", ()):
        mechanism, colon, folder = next(iter(node.words), "").partition(":")
        if colon and mechanism.lower() not in ("none", "no"):
            yield from _itself(configuration, node, [folder], _REFUSES)


def _of_file(configuration: Configuration, node: Node, consequence: str, path: str | None = None) -> Iterator[_Need]:
    """The folder of a file, that of the first word or `path`. What goes to a program or a provider needs none."""
    file = next(iter(node.words), "") if path is None else path
    if not file or file.startswith("|") or "${" in file or ":" in file.partition("/")[0]:
        return
    folder = os.path.dirname(resolve(configuration.server_root, file))  # noqa: PTH120 - the path stays text, as written
    yield _Need(node=node, word=0, folder=folder or ".", consequence=consequence)


def _itself(
    configuration: Configuration,
    node: Node,
    folders: list[str],
    consequence: str,
    severity: Severity | None = None,
    word: int = 0,
) -> Iterator[_Need]:
    for folder in folders:
        if folder and "${" not in folder:
            path = resolve(configuration.server_root, folder)
            yield _Need(node=node, word=word, folder=path, consequence=consequence, severity=severity)


def _server(node: Node) -> Node | None:
    return node.inside("<virtualhost")


def _is_missing(path: str, there: Callable[[str], bool] = os.path.isdir) -> bool:
    """Whether there surely is no such folder, or no such file: a folder above it may be closed to this user."""
    try:
        return not there(path) and os.stat(path) is not None  # noqa: PTH116 - the path stays text
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):
        return False
