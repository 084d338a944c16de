"""PHP-FPM's pools and httpd: whether they meet, and who may do what there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from hpatch.backends.addresses import is_loopback, normal
from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.access import below, locations, restricts
from hpatch.lint.rules._shared.effective import in_server, number
from hpatch.lint.rules._shared.passes import covers
from hpatch.proxy.model import DEFAULT_PORTS, Worker

if TYPE_CHECKING:
    from hpatch.backends.phpfpm.model import Pool
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Mapping, Target

_FPM = "https://www.php.net/manual/en/install.fpm.configuration.php"
_PROXY = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"
_THREADS = 25
"""ThreadsPerChild where nothing is set: as many connections a worker may have in each process."""
_DEFAULT_EXTENSIONS = (".php", ".phar")


class Meeting(NamedTuple):
    """A line that leads to a pool."""

    mapping: Mapping
    target: Target
    pool: Pool


def _pools(context: Context) -> list[Pool]:
    return [pool for file in context.fpm for pool in file.pools]


def _pool_at(target: Target, pools: list[Pool]) -> Pool | None:
    """The pool that a target reaches; None if none is known to."""
    if target.scheme != "fcgi" or target.variables:
        return None
    if target.socket is not None:
        return next((pool for pool in pools if pool.at_path(target.socket)), None)
    port = target.port or DEFAULT_PORTS["fcgi"]
    return next((pool for pool in pools if pool.at_port(target.host, port)), None)


def _meetings(context: Context) -> Iterator[Meeting]:
    """Every line that leads to a pool, by itself or by a worker that gives a handler its socket."""
    pools = _pools(context)
    if not pools:
        return
    for mapping in context.mappings:
        for target in _targets(mapping):
            pool = _pool_at(target, pools)
            if pool is not None:
                yield Meeting(mapping, target, pool)


def _targets(mapping: Mapping) -> Iterator[Target]:
    """Where a line leads: the members of its balancer, its worker's socket, or its own target."""
    if mapping.target is None:
        return
    worker = mapping.worker
    if worker is None:
        yield mapping.target
    elif isinstance(worker, Worker):
        yield mapping.target if mapping.target.socket is not None else worker.target
    else:
        yield from (member.target for member in worker.effective_members)


@rule("BE030", "fpm-unreadable", "warning", references=(_FPM,))
def fpm_unreadable(context: Context) -> Iterator[Found]:
    """A file of PHP-FPM, or a line in it, cannot be read.

    hpatch does not know what the file or line says, so the rules that compare httpd with PHP-FPM cannot use it. If it
    is the whole file, the run ends with exit code 3.

    Fires on::

        ProxyPass "/app/" "unix:/run/php/www.sock|fcgi://app/"
        # file: www.conf
        [www]
        listen /run/php/www.sock

    Write instead::

        ProxyPass "/app/" "unix:/run/php/www.sock|fcgi://app/"
        # file: www.conf
        [www]
        listen = /run/php/www.sock

    Source: fpm_conf.c of PHP 8.2; tested on PHP-FPM 8.2.
    """
    for file in context.fpm:
        for place, message in file.problems:
            yield Found(place, message, severity=None if place.file in file.sources else "error")


@rule("BE031", "fpm-no-pool", "error", confidence="medium", references=(_FPM,))
def fpm_no_pool(context: Context) -> Iterator[Found]:
    """No pool of PHP-FPM listens where httpd sends the scripts: each is answered with 503.

    The rule compares the socket's path, or the port on this machine, with the `listen` of every pool that hpatch has
    read. It looks only at lines that have to do with PHP: `php` is in the socket, the handler's section or the pattern.

    Write the pool's `listen` into httpd's line, or the other way round.

    Fires on::

        <FilesMatch "\\.php$">
            SetHandler "proxy:unix:/run/php/php8.1-fpm.sock|fcgi://localhost"
        </FilesMatch>
        # file: www.conf
        [www]
        listen = /run/php/php8.2-fpm.sock

    Write instead::

        <FilesMatch "\\.php$">
            SetHandler "proxy:unix:/run/php/php8.2-fpm.sock|fcgi://localhost"
        </FilesMatch>
        # file: www.conf
        [www]
        listen = /run/php/php8.2-fpm.sock

    Silent on (/var/run is /run)::

        <FilesMatch "\\.php$">
            SetHandler "proxy:unix:/var/run/php/www.sock|fcgi://localhost"
        </FilesMatch>
        # file: www.conf
        [www]
        listen = /run/php/$pool.sock

    Source: the listen directive of PHP-FPM; tested on httpd 2.4.71 (AH02454) and PHP-FPM 8.2.
    """
    pools = _pools(context)
    if not pools or not all(pool.path is not None or pool.port is not None for pool in pools):
        return
    from hpatch.backends.uwsgi.sockets import Sockets  # only pools pay for it

    others = Sockets(context.uwsgi)
    seen: set[tuple[str, str]] = set()
    for mapping in context.mappings:
        for target in _targets(mapping):
            if target.scheme != "fcgi" or target.variables or not _about_php(mapping, target):
                continue
            if target.socket is None and not is_loopback(target.host):
                continue
            if _pool_at(target, pools) is not None or (target.socket and others.at_path(target.socket)):
                continue
            where = target.socket or f"{target.host}:{target.port or DEFAULT_PORTS['fcgi']}"
            if (where, mapping.server.name) in seen:
                continue
            seen.add((where, mapping.server.name))
            listen = pools[0].directives["listen"]
            yield Found(
                mapping.place,
                f'no pool of PHP-FPM listens on "{where}": httpd answers each script with 503',
                related=(Related(listen.place, f'pool "{pools[0].name}" listens on "{listen.value}"'),),
                help="Write the pool's listen into this line, or the other way round.",
            )


def _about_php(mapping: Mapping, target: Target) -> bool:
    texts = [mapping.path, target.socket or ""]
    texts += [section.argument for section in mapping.node.ancestors() if section.key.startswith("<files")]
    return any("php" in text.lower() for text in texts)


@rule("BE032", "fpm-socket-refused", "error", confidence="medium", references=(_FPM,))
def fpm_socket_refused(context: Context) -> Iterator[Found]:
    """httpd's user may not open the pool's socket: each script is answered with 503.

    To connect, httpd's processes need the right to write to the socket: as its `listen.owner`, in its `listen.group`,
    or by the last digit of `listen.mode`.

    The rule is silent if httpd's User is not in the configuration, if the pool sets no `listen.owner`, `listen.group`
    or `listen.mode`, and if it has `listen.acl_users` or `listen.acl_groups`. It does not know to which other groups
    httpd's user belongs.

    Set `listen.owner` or `listen.group` to httpd's user or group.

    Fires on::

        User www-data
        Group www-data
        ProxyPass "/app/" "unix:/run/php/www.sock|fcgi://app/"
        # file: www.conf
        [www]
        listen = /run/php/www.sock
        listen.owner = shop
        listen.group = shop
        listen.mode = 0660

    Write instead::

        User www-data
        Group www-data
        ProxyPass "/app/" "unix:/run/php/www.sock|fcgi://app/"
        # file: www.conf
        [www]
        listen = /run/php/www.sock
        listen.owner = shop
        listen.group = www-data
        listen.mode = 0660

    Silent on (everybody may)::

        User www-data
        Group www-data
        ProxyPass "/app/" "unix:/run/php/www.sock|fcgi://app/"
        # file: www.conf
        [www]
        listen = /run/php/www.sock
        listen.owner = shop
        listen.group = shop
        listen.mode = 0666

    Source: the listen.owner, listen.group and listen.mode directives of PHP-FPM; tested on httpd 2.4.71 (AH02454) and
    PHP-FPM 8.2.
    """
    user, group = in_server(context, "user", None), in_server(context, "group", None)
    if user is None or not user.words:
        return
    names = (user.words[0], "" if group is None else "".join(group.words[:1]))
    seen: set[str] = set()
    for mapping, _, pool in _meetings(context):
        if pool.path is None or pool.name in seen or _may_open(pool, *names):
            continue
        seen.add(pool.name)
        line = pool.get("listen.mode") or pool.get("listen.owner") or pool.get("listen.group")
        assert line is not None
        yield Found(
            mapping.place,
            f'"{names[0]}", httpd\'s user, may not open the socket of pool "{pool.name}": httpd answers with 503',
            related=(Related(line.place, "who may open it"), Related(user.place, "httpd's user")),
            help="Set listen.owner or listen.group of the pool to httpd's user or group.",
        )


def _may_open(pool: Pool, user: str, group: str) -> bool:
    """Whether a user, with one group, may write to a pool's socket. True if that is not known."""
    owner, owners = pool.get("listen.owner"), pool.get("listen.group")
    mode = pool.get("listen.mode")
    if any(key.startswith("listen.acl") for key in pool.directives) or user.startswith(("#", "${")) or "${" in group:
        return True
    if owner is None and owners is None and mode is None:
        return True
    try:
        bits = 0o660 if mode is None else int(mode.value, 8)
    except ValueError:
        return True
    if bits & 0o002:
        return True
    # Without listen.owner and listen.group, the socket belongs to the user who started FPM.
    if owner is None or owners is None:
        return True
    return bool((owner.value == user and bits & 0o200) or (owners.value == group and bits & 0o020))


@rule("BE033", "fpm-reuse-exhausts", "error", references=(_PROXY, _FPM))
def fpm_reuse_exhausts(context: Context) -> Iterator[Found]:
    """httpd keeps more connections open than the pool has processes: further requests hang.

    A process of PHP-FPM serves one connection, and waits on it until httpd closes it. With `enablereuse=on` httpd keeps
    the connections. If `pm.max_children` is smaller than the connections of one httpd process (`max`, or else
    ThreadsPerChild), kept connections take all PHP processes, and new ones wait until the time-out.

    Remove `enablereuse=on`, or give the pool as many children as all httpd processes have connections.

    Fires on::

        <Proxy "fcgi://127.0.0.1:9000" enablereuse=on max=10>
        </Proxy>
        <FilesMatch "\\.php$">
            SetHandler "proxy:fcgi://127.0.0.1:9000"
        </FilesMatch>
        # file: www.conf
        [www]
        listen = 127.0.0.1:9000
        pm.max_children = 5

    Write instead::

        <FilesMatch "\\.php$">
            SetHandler "proxy:fcgi://127.0.0.1:9000"
        </FilesMatch>
        # file: www.conf
        [www]
        listen = 127.0.0.1:9000
        pm.max_children = 5

    Silent on (enough children)::

        <Proxy "fcgi://127.0.0.1:9000" enablereuse=on max=2>
        </Proxy>
        <FilesMatch "\\.php$">
            SetHandler "proxy:fcgi://127.0.0.1:9000"
        </FilesMatch>
        # file: www.conf
        [www]
        listen = 127.0.0.1:9000
        pm.max_children = 40

    Source: the enablereuse parameter in the ProxyPass documentation, pm.max_children of PHP-FPM; tried on httpd 2.4.71
    and PHP-FPM 8.2: with 2 children, 2 of 8 requests were answered and 6 hung.
    """
    seen: set[int] = set()
    for mapping, _, pool in _meetings(context):
        worker = mapping.worker
        children = pool.get("pm.max_children")
        if not isinstance(worker, Worker) or children is None or children.number is None or id(worker) in seen:
            continue
        reuse = worker.params.get("enablereuse")
        if reuse is None or reuse.value.lower() not in ("on", "yes", "1"):
            continue
        seen.add(id(worker))
        limit = worker.params.get("max")
        threads = number(in_server(context, "threadsperchild", None), _THREADS)
        most = int(limit.value) if limit is not None and limit.value.isdecimal() else threads
        if most is None or children.number >= most:
            continue
        yield Found(
            reuse.place,
            f'each httpd process keeps up to {most} connections, and pool "{pool.name}" has {children.number} '
            "children: further requests hang",
            related=(Related(children.place, "the children"),),
            help="Remove enablereuse=on, or raise pm.max_children.",
        )


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
    for mapping, _, pool in _meetings(context):
        ends = pool.get("request_terminate_timeout")
        if ends is None or not ends.seconds or pool.name in seen:
            continue
        param = mapping.worker.params.get("timeout") if isinstance(mapping.worker, Worker) else None
        setting = mapping.server.setting("proxytimeout")
        text = param.value if param is not None else "" if setting is None else setting.value
        if not text.isdecimal() or int(text) >= ends.seconds:
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
    for mapping, _, pool in _meetings(context):
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
    for mapping, _, pool in _meetings(context):
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


@rule("BE037", "fpm-client-denied", "error", references=(_FPM,))
def fpm_client_denied(context: Context) -> Iterator[Found]:
    """The pool refuses httpd's address: each script is answered with 503.

    `listen.allowed_clients` names the addresses that may connect. FPM closes the connections of others, and says
    nothing about it at its usual log level.

    The rule knows httpd's address where both are on one machine.

    Add httpd's address to `listen.allowed_clients`.

    Fires on::

        ProxyPass "/app/" "fcgi://127.0.0.1:9000/"
        # file: www.conf
        [www]
        listen = 127.0.0.1:9000
        listen.allowed_clients = 10.0.0.7

    Write instead::

        ProxyPass "/app/" "fcgi://127.0.0.1:9000/"
        # file: www.conf
        [www]
        listen = 127.0.0.1:9000
        listen.allowed_clients = 127.0.0.1,10.0.0.7

    Source: the listen.allowed_clients directive of PHP-FPM; tested on httpd 2.4.71 (AH01067) and PHP-FPM 8.2.
    """
    seen: set[str] = set()
    for mapping, target, pool in _meetings(context):
        allowed = pool.get("listen.allowed_clients")
        if allowed is None or not allowed.words or pool.path is not None or pool.name in seen:
            continue
        if "any" in allowed.words or not is_loopback(target.host) or any(is_loopback(word) for word in allowed.words):
            continue
        seen.add(pool.name)
        yield Found(
            mapping.place,
            f'pool "{pool.name}" refuses connections from 127.0.0.1: httpd answers each script with 503',
            related=(Related(allowed.place, "the addresses that may connect"),),
            help="Add 127.0.0.1 to listen.allowed_clients.",
        )


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
    for mapping, _, pool in _meetings(context):
        for key in ("pm.status_path", "ping.path"):
            shown = pool.get(key)
            taken = covers(mapping) if mapping.kind.startswith("ProxyPass") else _section(mapping)
            if shown is None or not shown.value.startswith("/") or taken is None or not below(shown.value, taken):
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


@rule("BE039", "fpm-open-to-network", "warning", references=(_FPM,))
def fpm_open_to_network(context: Context) -> Iterator[Found]:
    """The pool listens on all addresses and takes connections from everybody: whoever reaches the port runs any script.

    FastCGI has no password. A client names the script and every setting of PHP itself.

    Listen on 127.0.0.1 or a Unix socket, or name the clients with `listen.allowed_clients`.

    Fires on::

        ProxyPass "/app/" "fcgi://127.0.0.1:9000/"
        # file: www.conf
        [www]
        listen = 9000

    Write instead::

        ProxyPass "/app/" "fcgi://127.0.0.1:9000/"
        # file: www.conf
        [www]
        listen = 127.0.0.1:9000

    Silent on (the clients are named)::

        ProxyPass "/app/" "fcgi://127.0.0.1:9000/"
        # file: www.conf
        [www]
        listen = 9000
        listen.allowed_clients = 127.0.0.1

    Source: the listen and listen.allowed_clients directives of PHP-FPM.
    """
    for pool in _pools(context):
        listen = pool.get("listen")
        if listen is None or pool.host not in ("", "0.0.0.0", "[::]") or pool.port is None:
            continue
        allowed = pool.get("listen.allowed_clients")
        if allowed is None or not allowed.words or "any" in allowed.words:
            yield Found(
                listen.place,
                f'pool "{pool.name}" runs scripts for everybody who reaches port {pool.port}',
                help="Listen on 127.0.0.1 or a Unix socket, or set listen.allowed_clients.",
            )


@rule("BE040", "fpm-socket-twice", "error", references=(_FPM,))
def fpm_socket_twice(context: Context) -> Iterator[Found]:
    """Two pools listen on one address: FPM does not start, or one of them never gets a request.

    Give each pool its own `listen`; `$pool` stands for its name.

    Fires on::

        ProxyPass "/app/" "unix:/run/php/fpm.sock|fcgi://app/"
        # file: pools.conf
        [shop]
        listen = /run/php/fpm.sock
        [blog]
        listen = /run/php/fpm.sock

    Write instead::

        ProxyPass "/app/" "unix:/run/php/shop.sock|fcgi://app/"
        # file: pools.conf
        [shop]
        listen = /run/php/$pool.sock
        [blog]
        listen = /run/php/$pool.sock

    Source: fpm_sockets.c of PHP 8.2; tested on PHP-FPM 8.2.
    """
    first: dict[str, Pool] = {}
    for file in context.fpm:
        for pool in file.pools:
            listen = pool.get("listen")
            if listen is None:
                continue
            here = normal(listen.value) if pool.path is not None else f"{pool.host}:{pool.port}"
            other = first.setdefault(here, pool)
            if other.name != pool.name:
                yield Found(
                    listen.place,
                    f'pool "{pool.name}" listens where pool "{other.name}" does: "{listen.value}"',
                    related=(Related(other.directives["listen"].place, "the other pool"),),
                    help="Give each pool its own listen.",
                )
