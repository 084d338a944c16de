"""Files that httpd needs on this machine."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.conf.paths import resolve
from hpatch.lint.found import Found
from hpatch.lint.rule import rule
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from hpatch.conf.tree import Configuration, Node
    from hpatch.lint.context import Context

_MANUAL = "https://httpd.apache.org/docs/2.4/mod/mod_ssl.html#sslcertificatefile"
_FILLED = (
    "sslcertificatefile", "sslcertificatekeyfile", "sslcertificatechainfile", "sslcacertificatefile",
    "sslcadnrequestfile", "sslcarevocationfile", "sslproxycacertificatefile", "sslproxycarevocationfile",
    "sslproxymachinecertificatefile", "sslproxymachinecertificatechainfile", "sslsrpverifierfile",
    "sslsessionticketkeyfile", "sslocsprespondercertificatefile",
)  # fmt: skip
"""Directives whose file mod_ssl wants with something in it (`ssl_cmd_check_file`)."""
_ENGINES = ("sslcertificatefile", "sslcertificatekeyfile")
"""Directives that take a name in a store of keys, too, such as `pkcs11:…`."""
_MAPS = ("txt:", "rnd:", "prg:")
_COMMANDS = (
    "certificate", "privatekey", "serverinfofile", "chaincafile", "verifycafile", "requestcafile", "clientcafile",
    "dhparameters",
)  # fmt: skip
"""Commands of SSLOpenSSLConfCmd whose value is a file."""
_READ = ("sessioncryptopassphrasefile", "remoteipinternalproxylist", "remoteiptrustedproxylist")
"""Directives whose file is read with the line."""
_LOGS = ("customlog", "transferlog", "globallog", "forensiclog")
_STARTS = "httpd does not start"


class _Need(NamedTuple):
    """A file that a directive needs, as the word `word`, and what happens without it.

    `made` tells that httpd makes it: then only a directory is in its way.
    """

    node: Node
    word: int
    path: str
    consequence: str = "httpd refuses to start"
    filled: bool = False
    regular: bool = False
    made: bool = False


@rule("CF057", "file-missing", "error", references=(_MANUAL,))
def file_missing(context: Context) -> Iterator[Found]:
    """A file that this directive needs does not exist on this machine.

    httpd does not start if a certificate, a key, a list of issuers or another file of mod_ssl is missing, empty or a
    directory. The same holds for the file of TypesConfig, which may be empty, but `httpd -t` says "Syntax OK" of it.
    The map of a RewriteMap must exist, and so must the files of SSLOpenSSLConfCmd, SSLRandomSeed, LDAPTrusted…Cert,
    SessionCryptoPassphraseFile and RemoteIP…ProxyList and the program of SSLPassPhraseDialog.

    httpd makes logs and the PID file, but does not start if there is a directory of that name. `httpd -t` says "Syntax
    OK" of it.

    The rule needs `--httpd`, because only the machine that runs httpd has the files. It is silent about files that it
    may not see, and about names in a store of keys (`pkcs11:…`).

    Make the file, or correct the path.

    Fires on::

        # options: --httpd apache2
        SSLCertificateFile /etc/ssl/no-such-folder/www.pem

    Write instead::

        # options: --httpd apache2
        SSLCertificateFile /etc/hosts

    Silent on (a store of keys)::

        # options: --httpd apache2
        SSLCertificateKeyFile "pkcs11:token=www;object=key"

    Source: ssl_cmd_check_file (ssl_engine_config.c), cmd_rewritemap (mod_rewrite.c), mime_post_config (mod_mime.c),
    util_ldap_set_trusted_global_cert (util_ldap.c), ap_pcfg_openfile (util.c), open_error_log and ap_read_pid (log.c),
    ap_default_log_writer_init (mod_log_config.c), open_log (mod_log_forensic.c); tested on httpd 2.4.71.
    """
    configuration = context.configuration
    if not configuration.check_files:
        return
    for need in _needs(configuration):
        state = _missing(need)
        if state is not None and need.node.certain:
            yield Found(
                need.node.word_place(need.word),
                f'"{need.path}" {state} on this machine: {need.consequence}',
                help=f"{'Name a file' if need.made else 'Make the file, or correct the path'} in {need.node.name}.",
                node=need.node,
            )


def _needs(configuration: Configuration) -> Iterator[_Need]:
    root = configuration.server_root
    for node in configuration.find(*_FILLED):
        if len(node.words) != 1 or not _is_path(node.words[0]):
            continue
        if node.key in _ENGINES and ":" in node.words[0]:
            continue
        yield _Need(node=node, word=0, path=resolve(root, node.words[0]), filled=True, regular=True)
    for node in configuration.find("rewritemap"):
        if len(node.words) > 1 and _is_path(node.words[1]) and node.words[1].startswith(_MAPS):
            file = node.words[1].partition(":")[2].split(" ")[0]
            yield _Need(node=node, word=1, path=resolve(root, file))
    for node in configuration.by_key.get("typesconfig", ())[-1:]:
        if len(node.words) == 1 and _is_path(node.words[0]):
            path = resolve(root, node.words[0])
            regular = path != os.devnull
            yield _Need(node=node, word=0, path=path, consequence=_STARTS, regular=regular)
    yield from _of_tls(configuration)
    yield from _of_others(configuration)
    yield from _made(configuration)


def _of_tls(configuration: Configuration) -> Iterator[_Need]:
    root = configuration.server_root
    for node in configuration.find("sslopensslconfcmd"):
        if len(node.words) > 1 and _is_path(node.words[1]) and node.words[0].lower() in _COMMANDS:
            path = resolve(root, node.words[1])
            yield _Need(node=node, word=1, path=path, filled=True, regular=True)
    for node in configuration.find("sslpassphrasedialog", "sslrandomseed"):
        word = 1 if node.key == "sslrandomseed" else 0
        text = node.words[word] if len(node.words) > word else ""
        kind, colon, path = text.partition(":")
        if colon and path and _is_path(path) and kind in ("exec", "file"):
            yield _Need(node=node, word=word, path=resolve(root, path))
        elif word and _is_path(text) and text.lower() != "builtin" and not text.startswith("egd:"):
            yield _Need(node=node, word=word, path=resolve(root, text))


def _of_others(configuration: Configuration) -> Iterator[_Need]:
    root = configuration.server_root
    for node in configuration.find(*_READ):
        if len(node.words) == 1 and _is_path(node.words[0]):
            yield _Need(node=node, word=0, path=resolve(root, node.words[0]))
    for node in configuration.find("ldaptrustedglobalcert", "ldaptrustedclientcert"):
        if len(node.words) > 1 and _is_path(node.words[1]) and node.words[0].upper() != "CERT_NICKNAME":
            yield _Need(node=node, word=1, path=resolve(root, node.words[1]))


def _made(configuration: Configuration) -> Iterator[_Need]:
    """What httpd writes: the last ErrorLog of each server, every other log, the last PID file."""
    errors = {node.inside("<virtualhost"): node for node in configuration.by_key.get("errorlog", ())}
    pids = configuration.by_key.get("pidfile", ())[-1:]
    for node in (*errors.values(), *configuration.find(*_LOGS), *pids):
        file = next(iter(node.words), "")
        if _is_path(file) and not file.startswith("|") and ":" not in file.partition("/")[0]:
            path = resolve(configuration.server_root, file)
            yield _Need(node=node, word=0, path=path, consequence=_STARTS, made=True)


def _is_path(word: str) -> bool:
    return bool(word) and "${" not in word


def _missing(need: _Need) -> str | None:
    """What is wrong with a file; None where nothing is, or where this user may not see it."""
    try:
        found = os.stat(need.path)  # noqa: PTH116 - the path stays text, as written
    except (FileNotFoundError, NotADirectoryError):
        return None if need.made else "does not exist"
    except (OSError, ValueError):
        return None
    if need.made:
        return "is a directory" if stat.S_ISDIR(found.st_mode) else None
    if need.regular and not stat.S_ISREG(found.st_mode):
        return "is a directory" if stat.S_ISDIR(found.st_mode) else "is not a regular file"
    return "is empty" if need.filled and not found.st_size else None
