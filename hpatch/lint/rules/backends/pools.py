"""Whether httpd reaches the pools of PHP-FPM, and who else does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.backends.addresses import is_loopback, normal
from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.effective import in_server, number
from hpatch.lint.rules._shared.identity import identity
from hpatch.lint.rules._shared.pools import every_pool, meetings, pool_at, targets
from hpatch.proxy.model import DEFAULT_PORTS, Worker
from hpatch.text import whole_number

if TYPE_CHECKING:
    from hpatch.backends.model import Permissions
    from hpatch.backends.phpfpm.model import Pool
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Mapping, Target

_FPM = "https://www.php.net/manual/en/install.fpm.configuration.php"
_PROXY = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"
_THREADS = 25
"""ThreadsPerChild where nothing is set: as many connections a worker may have in each process."""
_DEFAULT_EXTENSIONS = (".php", ".phar")


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
    pools = every_pool(context)
    if not pools or not all(pool.path is not None or pool.port is not None for pool in pools):
        return
    from hpatch.backends.uwsgi.sockets import Sockets  # only pools pay for it

    others = Sockets(context.uwsgi)
    seen: set[tuple[str, str]] = set()
    for mapping in context.mappings:
        for target in targets(mapping):
            if target.scheme != "fcgi" or target.variables or not _about_php(mapping, target):
                continue
            if target.socket is None and not is_loopback(target.host):
                continue
            if pool_at(target, pools) is not None or (target.socket and others.at_path(target.socket)):
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
    httpd = identity(context)
    if httpd is None:
        return
    seen: set[str] = set()
    for mapping, _, pool in meetings(context):
        permissions = None if pool.path is None or pool.name in seen else _permissions(pool)
        if permissions is None or httpd.may_write(permissions) is not False:
            continue
        seen.add(pool.name)
        yield Found(
            mapping.place,
            f'"{httpd.user}", httpd\'s user, may not open the socket of pool "{pool.name}": httpd answers with 503',
            related=(Related(permissions.place, "who may open it"), Related(httpd.place, "httpd's user")),
            help="Set listen.owner or listen.group of the pool to httpd's user or group.",
        )


def _permissions(pool: Pool) -> Permissions | None:
    """Who may use a pool's socket; None if the pool does not tell. Without an owner, it is who started FPM."""
    owner, group, mode = (pool.get(f"listen.{name}") for name in ("owner", "group", "mode"))
    line = mode or owner or group
    if line is None or any(key.startswith("listen.acl") for key in pool.directives):
        return None
    try:
        bits = 0o660 if mode is None else int(mode.value, 8)
    except ValueError:
        return None
    from hpatch.backends.model import Permissions  # only pools pay for it

    return Permissions(
        owner=None if owner is None else owner.value,
        group=None if group is None else group.value,
        mode=bits,
        place=line.place,
    )


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
    for mapping, _, pool in meetings(context):
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
        most = whole_number(limit.value) if limit is not None and limit.value.isdecimal() else threads
        if most is None or children.number >= most:
            continue
        yield Found(
            reuse.place,
            f'each httpd process keeps up to {most} connections, and pool "{pool.name}" has {children.number} '
            "children: further requests hang",
            related=(Related(children.place, "the children"),),
            help="Remove enablereuse=on, or raise pm.max_children.",
        )


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
    for mapping, target, pool in meetings(context):
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
    for pool in every_pool(context):
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
