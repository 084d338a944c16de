"""Passwords that others can read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import TYPE_CHECKING

from hpatch.conf.paths import resolve
from hpatch.conf.wildcards import is_wildcard
from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.access import below, speaks
from hpatch.lint.rules._shared.answering import all_taken
from hpatch.lint.rules._shared.effective import in_server, server_of
from hpatch.lint.rules._shared.guards import kept
from hpatch.lint.rules._shared.passes import paths_above
from hpatch.lint.rules.access.denied import closing

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context

_HOWTO = "https://httpd.apache.org/docs/2.4/howto/auth.html"
_LOG = "https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#formats"
_SECRET = re.compile(r"%[!\d,<>]*\{((?:Proxy-)?Authorization|Cookie)\}i|%[!\d,<>]*\{(Set-Cookie)\}o", re.I)
_REWRITING = ("rewriterule", "redirectmatch", "aliasmatch", "<if", "<filesmatch", "<directorymatch", "<locationmatch")


@rule("AC054", "password-file-served", "error", references=(_HOWTO,))
def password_file_served(context: Context) -> Iterator[Found]:
    """Clients can fetch the file with the passwords: it is in a folder that httpd serves.

    httpd sends it as any other file. Its hashes can be guessed without asking the server. httpd's stock configuration
    denies `.ht*` by a `<Files>` section; without that section, or with another name, the file is open.

    The rule is silent about a part of a configuration, if a section for files may deny the file's name, where a
    Location or a pattern may close it, and where ProxyPass takes its path.

    Move the file out of the folder.

    Fires on::

        Listen 80
        DocumentRoot "/var/www"
        <Location "/admin">
            AuthType Basic
            AuthName "Administrators"
            AuthUserFile "/var/www/passwords"
            Require valid-user
        </Location>

    Write instead::

        Listen 80
        DocumentRoot "/var/www"
        <Location "/admin">
            AuthType Basic
            AuthName "Administrators"
            AuthUserFile "/etc/apache2/passwords"
            Require valid-user
        </Location>

    Silent on (a section denies it)::

        Listen 80
        DocumentRoot "/var/www"
        <Files ".ht*">
            Require all denied
        </Files>
        <Location "/admin">
            AuthType Basic
            AuthName "Administrators"
            AuthUserFile "/var/www/.htpasswd"
            Require valid-user
        </Location>

    Source: the howto about authentication; tested on httpd 2.4.71.
    """
    configuration = context.configuration
    files = configuration.find("authuserfile")
    if not files or not configuration.whole or configuration.find(*_REWRITING) or _by_pattern(context):
        return
    told: set[str] = set()
    for node in files:
        name = node.words[0] if node.words else ""
        if not node.certain or not name or "$" in name or node.frame.name.endswith(".htaccess"):
            continue
        file = resolve(configuration.server_root, name)
        if file in told or _denied(context, file):
            continue
        told.add(file)
        for root in _roots(context, server_of(node), file):
            host = server_of(root)
            url = file[len(root.words[0].rstrip("/")) :]
            if (
                kept(context, host, url)
                or closing(context, host, file) is not None
                or all_taken(context, root, url, host) is not None
            ):
                continue
            yield Found(
                node.place,
                f'clients can fetch this file as "{url}"',
                related=(Related(root.place, "it is in this folder"),),
                help="Move the file out of the folder.",
            )
            break


def _roots(context: Context, host: Node | None, file: str) -> list[Node]:
    """The DocumentRoot lines above a file: that of a virtual host; of any for the main server."""
    if host is not None:
        own = in_server(context, "documentroot", host)
        found = [own] if own is not None else []
    else:
        found = [root for above in paths_above(file) for root in _every_root(context).get(above, ())[:1]]
    return [one for one in found if one.certain and one.words and below(file, one.words[0].rstrip("/") or "/")]


@lru_cache(maxsize=1)
def _every_root(context: Context) -> dict[str, list[Node]]:
    """Every DocumentRoot by its folder."""
    found: dict[str, list[Node]] = {}
    for node in context.configuration.find("documentroot"):
        if node.words:
            found.setdefault(node.words[0].rstrip("/") or "/", []).append(node)
    return found


def _denied(context: Context, file: str) -> bool:
    """Whether a `<Files>` section says anything about a file."""
    base = file.rpartition("/")[2]
    return any(fnmatchcase(base, pattern) for pattern in _names(context))


@lru_cache(maxsize=1)
def _names(context: Context) -> frozenset[str]:
    """The names of the files about which a section says who gets them; a star for a regular expression."""
    sections = context.configuration.find("<files")
    return frozenset(one.words[0] if len(one.words) == 1 else "*" for one in sections if speaks(one))


@lru_cache(maxsize=1)
def _by_pattern(context: Context) -> bool:
    """Whether a section for folders with a wildcard says who gets in."""
    return any(
        speaks(one) and (len(one.words) != 1 or is_wildcard(one.words[0]))
        for one in context.configuration.find("<directory")
    )


@rule("AC055", "credentials-logged", "warning", references=(_LOG,))
def credentials_logged(context: Context) -> Iterator[Found]:
    """The log gets passwords or session cookies: whoever reads it can act as the user.

    `%{Authorization}i` is the user name and the password of a client, and `%{Cookie}i` the cookie of its session. Logs
    are kept for long, copied to other machines, and read by many.

    From `LogLevel trace4` on, the error log has all headers of each request, these two among them.

    Leave the header out, or log one cookie that is not secret, such as `%{lang}C`.

    Fires on::

        LogFormat "%h %t \\"%r\\" %>s \\"%{Authorization}i\\"" debug
        CustomLog "/var/log/access_log" debug

    Fires on (every header)::

        LogLevel trace8

    Write instead::

        LogFormat "%h %u %t \\"%r\\" %>s" debug
        CustomLog "/var/log/access_log" debug

    Silent on (one cookie that is not secret)::

        CustomLog "/var/log/access_log" "%h %t %{lang}C"

    Source: the documentation of mod_log_config, ap_process_async_request (http_request.c); tested on httpd 2.4.71.
    """
    configuration = context.configuration
    logs = ("logformat", "customlog", "globallog")
    secret = _SECRET.search(context.written(*logs)) is not None
    used = {word.lower() for node in configuration.find(*logs[1:]) for word in node.words[1:2]} if secret else ()
    for node in configuration.find(*logs) if secret else ():
        found = _SECRET.search(node.args)
        if found is None or (node.key == "logformat" and len(node.words) > 1 and node.words[1].lower() not in used):
            continue
        header = (found[1] or found[2]).lower()
        what = "passwords" if "authorization" in header else "the cookies of sessions"
        yield Found(
            node.place,
            f'"{found[0]}" writes {what} into the log',
            help="Leave the header out.",
        )
    for node in configuration.find("loglevel"):
        for index, word in enumerate(node.words):
            if re.fullmatch(r"(?:(?:mod_)?http(?:_module|\.c)?:)?trace[4-8]", word, re.I) is not None:
                yield Found(
                    node.word_place(index),
                    f'"{word}" writes the headers of each request into the log, passwords and cookies too',
                    help="Remove it when the fault is found.",
                    node=node,
                )
