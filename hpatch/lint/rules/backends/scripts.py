"""What the pools of PHP-FPM run and show, and for how long."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.access import below, locations, restricts
from hpatch.lint.rules._shared.passes import covers
from hpatch.lint.rules._shared.pools import meetings
from hpatch.proxy.model import Worker
from hpatch.text import whole_number

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Mapping

_FPM = "https://www.php.net/manual/en/install.fpm.configuration.php"
_PROXY = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"
_THREADS = 25
"""ThreadsPerChild where nothing is set: as many connections a worker may have in each process."""
_DEFAULT_EXTENSIONS = (".php", ".phar")


@rule("BE034", "fpm-timeout-order", "warning", confidence="medium", references=(_FPM,))
def fpm_timeout_order(context: Context) -> Iterator[Found]:
    """httpd gives up before the pool does: the client gets 504 while PHP goes on.

    The script holds a child of the pool until `request_terminate_timeout` ends it. Clients ask again, and the pool runs
    out of children.

    The rule compares a `request_terminate_timeout` that is set with a `timeout` or ProxyTimeout that is set.

    Set `request_terminate_timeout` a little below httpd's time-out.

    Fires on::

        ProxyTimeout 60
        ProxyPass "/app/" "unix:/run/php/www.sock|fcgi://app/"
        # file: www.conf
        [www]
        listen = /run/php/www.sock
        request_terminate_timeout = 10m

    Write instead::

        ProxyTimeout 60
        ProxyPass "/app/" "unix:/run/php/www.sock|fcgi://app/"
        # file: www.conf
        [www]
        listen = /run/php/www.sock
        request_terminate_timeout = 55

    Source: the request_terminate_timeout directive of PHP-FPM; tried on httpd 2.4.71 and PHP-FPM 8.2.
    """
    seen: set[str] = set()
    for mapping, _, pool in meetings(context):
        ends = pool.get("request_terminate_timeout")
        if ends is None or not ends.seconds or pool.name in seen:
            continue
        param = mapping.worker.params.get("timeout") if isinstance(mapping.worker, Worker) else None
        setting = mapping.server.setting("proxytimeout")
        text = param.value if param is not None else "" if setting is None else setting.value
        if not text.isdecimal() or whole_number(text) >= ends.seconds:
            continue
        seen.add(pool.name)
        yield Found(
            mapping.place,
            f'httpd gives up after {text} seconds, and pool "{pool.name}" lets a script run for {ends.seconds}',
            related=(Related(ends.place, "the pool's time"),),
            help="Set request_terminate_timeout a little below httpd's time-out.",
        )


@rule("BE035", "fpm-any-extension", "error", references=(f"{_FPM}#security-limit-extensions",))
def fpm_any_extension(context: Context) -> Iterator[Found]:
    """The pool runs files of any name, and ProxyPassMatch sends it paths below pictures: an uploaded picture runs.

    `/upload/photo.jpg/x.php` matches `\\.php`. PHP finds no such file, and runs `photo.jpg`, the part of the path that
    is one. `security.limit_extensions` (by default `.php .phar`) is what keeps it from that.

    Remove `security.limit_extensions`, and use SetHandler, which looks for the file first.

    Fires on::

        ProxyPassMatch "^/(.*\\.php(/.*)?)$" "fcgi://127.0.0.1:9000/var/www/$1"
        # file: www.conf
        [www]
        listen = 127.0.0.1:9000
        security.limit_extensions =

    Write instead::

        <FilesMatch "\\.php$">
            SetHandler "proxy:fcgi://127.0.0.1:9000"
        </FilesMatch>
        # file: www.conf
        [www]
        listen = 127.0.0.1:9000

    Silent on (PHP's own endings)::

        ProxyPassMatch "^/(.*\\.php(/.*)?)$" "fcgi://127.0.0.1:9000/var/www/$1"
        # file: www.conf
        [www]
        listen = 127.0.0.1:9000
        security.limit_extensions = .php .php8

    Source: the security.limit_extensions directive of PHP-FPM; tested on httpd 2.4.71 and PHP-FPM 8.2.
    """
    for mapping, _, pool in meetings(context):
        limit = pool.directives.get("security.limit_extensions")
        if limit is None or not limit.known or mapping.kind != "ProxyPassMatch" or ".php" not in mapping.path:
            continue
        others = [word for word in limit.words if not re.match(r"\.ph", word)]
        if limit.words and not others:
            continue
        yield Found(
            mapping.place,
            f'pool "{pool.name}" runs '
            + (f'"{others[0]}"' if others else "any file")
            + ', and this pattern sends it paths such as "/upload/photo.jpg/x.php"',
            related=(Related(limit.place, "the names that run"),),
            help='Remove security.limit_extensions, and use <FilesMatch "\\.php$"> with SetHandler.',
        )


@rule("BE036", "fpm-extension-denied", "error", references=(f"{_FPM}#security-limit-extensions",))
def fpm_extension_denied(context: Context) -> Iterator[Found]:
    """httpd sends files to the pool that it refuses to run: "Access denied", 403.

    The pool runs files whose names end with one of `security.limit_extensions`, by default `.php` and `.phar`.

    The rule reads the endings in the pattern of `<FilesMatch>` where it can.

    Add the ending to `security.limit_extensions`, or take it out of the pattern.

    Fires on::

        <FilesMatch "\\.(php|phtml)$">
            SetHandler "proxy:unix:/run/php/www.sock|fcgi://localhost"
        </FilesMatch>
        # file: www.conf
        [www]
        listen = /run/php/www.sock

    Write instead::

        <FilesMatch "\\.(php|phtml)$">
            SetHandler "proxy:unix:/run/php/www.sock|fcgi://localhost"
        </FilesMatch>
        # file: www.conf
        [www]
        listen = /run/php/www.sock
        security.limit_extensions = .php .phtml

    Source: the security.limit_extensions directive of PHP-FPM; tested on httpd 2.4.71 (AH01071) and PHP-FPM 8.2.
    """
    for mapping, _, pool in meetings(context):
        section = mapping.node.inside("<filesmatch")
        if section is None or not section.words:
            continue
        limit = pool.directives.get("security.limit_extensions")
        if limit is not None and (not limit.known or not limit.words):
            continue
        allowed = _DEFAULT_EXTENSIONS if limit is None else tuple(limit.words)
        denied = [ending for ending in _endings(section.words[-1]) if not f"x{ending}".endswith(allowed)]
        if denied:
            yield Found(
                section.word_place(len(section.words) - 1),
                f'pool "{pool.name}" refuses to run "{denied[0]}" files: clients get "Access denied"',
                related=() if limit is None else (Related(limit.place, "the names that run"),),
                help=f"Add {denied[0]} to security.limit_extensions of the pool.",
            )


def _endings(pattern: str) -> list[str]:
    """The endings that a pattern names: `\\.php$`, `\\.(php|phtml)$`. Empty if it is written in another way."""
    match = re.fullmatch(
        r"(?:\^?\.\+|\^?\.\*)?\\\.(?:\((?:\?:)?(?P<some>[a-z0-9|]+)\)|(?P<one>[a-z0-9]+))\$", pattern, re.I
    )
    if match is None:
        return []
    return [f".{ending}" for ending in (match["some"] or match["one"]).split("|") if ending]


@rule("BE038", "fpm-status-exposed", "warning", references=(_FPM,))
def fpm_status_exposed(context: Context) -> Iterator[Found]:
    """Everybody can ask for the pool's status page: it shows the scripts and addresses of other clients.

    `pm.status_path` and `ping.path` are answered by FPM for whoever comes through httpd. A ProxyPass that covers the
    path hands it on.

    The rule is silent if a `<Location>` restricts the path.

    Restrict the path in httpd, or give the status page a socket of its own (`pm.status_listen`).

    Fires on::

        ProxyPass "/" "unix:/run/php/www.sock|fcgi://localhost/"
        # file: www.conf
        [www]
        listen = /run/php/www.sock
        pm.status_path = /fpm-status

    Write instead::

        ProxyPass "/" "unix:/run/php/www.sock|fcgi://localhost/"
        <Location "/fpm-status">
            Require local
        </Location>
        # file: www.conf
        [www]
        listen = /run/php/www.sock
        pm.status_path = /fpm-status

    Source: the pm.status_path directive of PHP-FPM; tested on httpd 2.4.71 and PHP-FPM 8.2.
    """
    seen: set[tuple[str, str]] = set()
    for mapping, _, pool in meetings(context):
        for key in ("pm.status_path", "ping.path"):
            shown = pool.get(key)
            if shown is None or not shown.value.startswith("/") or not _leads(mapping, shown.value):
                continue
            if (key == "pm.status_path" and "pm.status_listen" in pool.directives) or (pool.name, key) in seen:
                continue
            if _kept(context, mapping.server.node, shown.value):
                continue
            seen.add((pool.name, key))
            yield Found(
                mapping.place,
                f'everybody can ask for "{shown.value}" of pool "{pool.name}"',
                related=(Related(shown.place, "the page"),),
                help=f'Restrict <Location "{shown.value}">.',
            )


def _leads(mapping: Mapping, where: str) -> bool:
    """Whether a line surely leads requests for a path to its pool."""
    if mapping.kind == "ProxyPassMatch" and mapping.pattern:
        from hpatch.paths.patterns import regex  # only pools with such pages pay for it

        found = regex(mapping.path)
        return found is not None and found.search(where) is not None
    taken = covers(mapping) if mapping.kind.startswith("ProxyPass") else _section(mapping)
    return taken is not None and below(where, taken)


def _section(mapping: Mapping) -> str | None:
    """The path of the `<Location>` that a handler stands in."""
    section = mapping.section
    if mapping.kind != "SetHandler" or section is None or section.key != "<location" or len(section.words) != 1:
        return None
    return section.words[0] if section.words[0].startswith("/") else None


def _kept(context: Context, host: Node | None, where: str) -> bool:
    if any(below(where, outer) and restricts(section) for section, outer in locations(context.configuration, host)):
        return True
    if any(restricts(section) for section in context.configuration.find("<locationmatch", "<if")):
        return True
    return any(
        one.exclusion and one.server.node in (None, host) and (taken := covers(one)) is not None and below(where, taken)
        for one in context.passes
    )
