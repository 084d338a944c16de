"""Unix socket URLs whose requests go to another worker's socket."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from itertools import chain, count
from operator import itemgetter
from posixpath import basename, normpath
from typing import TYPE_CHECKING

from hpatch.lint.found import Fix, Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.conditions import apart
from hpatch.lint.rules._shared.params import changed
from hpatch.proxy.lookup import Lookup, origin
from hpatch.proxy.model import Worker

if TYPE_CHECKING:
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Balancer, Definition, Mapping, Server, Target

_URL = r"(?is)(unix:[^|]*\|)([a-z][a-z0-9+.-]*):(?://([^/:?]*))?(.*)"
_PASSES = ("ProxyPass", "ProxyPassMatch")
_REFERENCES = r"[0-9](?:\$[0-9])*"
_HOST_UNSEEN = frozenset(("fcgi", "uwsgi", "scgi", "ajp"))
"""Schemes whose backends are not told the host of the worker's URL in a Host header."""


def _socket(target: Target) -> str | None:
    return None if target.socket is None else normpath(target.socket)


def _same_socket(one: Target, other: Target) -> bool:
    return one.socket == other.socket or _socket(one) == _socket(other)


def _by(worker: Worker) -> str:
    target = worker.target
    return f'the socket "{target.socket}"' if target.socket is not None else f'"{target.text}", which has no socket'


def _with_sockets(context: Context) -> set[Server]:
    """The servers with a worker or a mapping that has a socket."""
    found = {
        worker.server for worker in context.workers if worker.target.socket is not None and worker.balancer is None
    }
    for mapping in context.mappings:
        if mapping.target is not None and mapping.target.socket is not None:
            found.add(mapping.server)
    return found


def _apart(server: Server) -> bool:
    """Whether each mapping of a server surely meets the worker that it defines, since no two of them have one host."""
    workers = server.workers
    return (
        len({worker.target.host for worker in workers}) == len(workers)
        and not any(worker.matching for worker in workers)
        and all(
            mapping.target is mapping.worker.target
            for mapping in server.mappings
            if isinstance(mapping.worker, Worker) and mapping.kind in _PASSES
        )
    )


class _Names:
    """The names of a server's workers, searched for those that begin with a URL."""

    def __init__(self, server: Server) -> None:
        plain = [worker for worker in server.workers if not worker.matching]
        self.workers = {worker.name: worker for worker in reversed(plain)}
        self.names = sorted(self.workers)
        self.patterns: dict[str, list[tuple[int, Worker]]] = {}
        for number, worker in enumerate(server.workers):
            start, _, rest = worker.name.partition("$")
            if worker.matching and re.fullmatch(_REFERENCES, rest):
                self.patterns.setdefault(start, []).append((number, worker))
        self.lengths = sorted({len(start) for start in self.patterns})

    def pattern(self, url: str, name: str) -> Worker | None:
        """The worker of a ProxyPassMatch that serves every URL that begins with `url` and is longer than `name`."""
        found = [
            (number, worker)
            for length in self.lengths
            for number, worker in self.patterns.get(url[:length], ())
            if length <= len(url) and len(worker.name) > len(name)
        ]
        return min(found, key=itemgetter(0))[1] if found else None

    def longer(self, url: str) -> Iterator[tuple[str, Worker]]:
        """Workers whose name is longer than `url`, with what comes after it; in the order of names."""
        for index in range(bisect_left(self.names, url), len(self.names)):
            name = self.names[index]
            if not name.startswith(url):
                return
            if name != url:
                yield name[len(url) :], self.workers[name]


class _Paths:
    """The paths of a server's ProxyPass lines, to find the first that takes a request."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.first: dict[str, int] = {}

    def taken(self, path: str, index: int) -> bool:
        """Whether a line above the one at `index` takes a request for `path`."""
        if not self.first:
            for at, mapping in enumerate(self.server.mappings):
                if mapping.kind == "ProxyPass" and not mapping.pattern:
                    self.first.setdefault(mapping.path, at)
        ends = [at for at, letter in enumerate(path) if letter == "/"]
        prefixes = (path, *(path[:at] for at in ends), *(path[: at + 1] for at in ends))
        return any(self.first.get(prefix, index) < index for prefix in prefixes)


def _part(
    mapping: Mapping, index: int, worker: Worker | None, names: _Names, paths: _Paths
) -> tuple[Worker, str] | None:
    """Another worker that answers for some of a mapping's paths, and the first of them (`""`: all of them)."""
    target = mapping.target
    assert target is not None
    url = target.identity
    pattern = names.pattern(url, worker.name) if worker is not None else None
    if pattern is not None and not _same_socket(pattern.target, target):
        return pattern, ""
    for rest, other in names.longer(url):
        if _same_socket(other.target, target) or apart(other.node, mapping.node):
            continue
        if "/" not in url.partition("://")[2]:
            if rest == "/":
                return other, ""
            if rest[0] != "/":
                continue
        elif url.endswith("/") != mapping.path.endswith("/"):
            return None
        path = mapping.path + rest
        if (url.endswith("/") or rest[0] == "/") and not paths.taken(path, index):
            return other, path
    return None


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


class _Hosts:
    """New hosts for the sockets of one configuration."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._short: dict[str, set[str]] | None = None
        self._taken: dict[str, set[str | None]] = {}
        self._sections: str = ""

    def _name(self, path: str) -> str:
        """A host that is named after the socket and that no other backend has."""
        if self._short is None:
            self._look()
        assert self._short is not None
        short, long = _slug(basename(path)), _slug(path) or "socket"
        names = chain(
            () if len(self._short.get(short, ())) > 1 else (short,), (long,), (f"{long}-{n}" for n in count(2))
        )
        return next(name for name in names if name and self._taken.get(name, {path}) == {path})

    def _look(self) -> None:
        """Gather the sockets and hosts of the configuration."""
        targets: list[Target] = []
        for server in self.context.proxy.servers:
            targets += [mapping.target for mapping in server.mappings if mapping.target is not None]
            for worker in (*server.workers, *(one for balancer in server.balancers for one in balancer.members)):
                targets += [definition.target for definition in worker.definitions]
        self._short = {}
        for target in targets:
            path = _socket(target)
            self._taken.setdefault(target.host, set()).add(path)
            if path is not None:
                self._short.setdefault(_slug(basename(path)), set()).add(path)
        found = self.context.configuration.find("<proxy", "<proxymatch", "proxyset")
        self._sections = "\n".join(node.args.lower() for node in found)

    def fix(self, definition: Definition | Mapping) -> Fix | None:
        """Another host in the URL of a line. Safe if the backend does not see it and nothing else names the URL."""
        target = definition.target
        assert target is not None
        match = re.fullmatch(_URL, target.text)
        if target.socket is None or match is None:
            return None
        host = self._name(normpath(target.socket))
        url = f"{match[1]}{match[2]}://{host}{match[4]}"
        named = f"{target.scheme}://{target.host}" in self._sections
        safe = target.scheme in _HOST_UNSEEN and not named
        # A handler's word begins with `proxy:`.
        word = definition.node.words[target.index]
        prefix = word.removesuffix(target.text)
        return changed(definition.node, target.place, word, prefix + url, f'change its host to "{host}"', safe=safe)

    def help(self, target: Target) -> str:
        """How to mend a line."""
        text = "Give each socket its own host in the URL; httpd does not resolve that host"
        if target.scheme in _HOST_UNSEEN:
            return f"{text}."
        return f"{text}. With ProxyPreserveHost Off the backend gets it as Host, and ProxyPassReverse must name it too."


@rule(
    "WK001",
    "uds-worker-collision",
    "error",
    references=(
        "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#workers",
        "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass",
    ),
    fix="safe",
)
def uds_worker_collision(context: Context) -> Iterator[Found]:
    """Requests meant for this Unix socket go to another worker's socket.

    mod_proxy identifies a worker by `scheme://host[:port]/path` alone; the path of a Unix socket is not part of the
    name. A mapping whose URL begins with the name of an existing worker shares that worker. All its requests go to that
    worker's socket, and its own socket is never opened. httpd starts normally and logs this at level info at most
    (AH01145).

    - Names are compared as text: `http://localhost/app` also matches `http://localhost/app2`.
    - Each virtual host has its own workers, but httpd searches the main server's workers first.
    - The members of one balancer are compared in the same way.

    The finding is a warning when only some of the paths are affected: a worker with a longer URL, such as
    `http://localhost/b/`, also serves `/b/` below every mapping to `http://localhost/`.

    Give each socket its own host in the URL. For fcgi, uwsgi, scgi and ajp the host is only a name.

    Fires on::

        ProxyPass "/a/" "unix:/run/a.sock|fcgi://localhost/srv/"
        ProxyPass "/b/" "unix:/run/b.sock|fcgi://localhost/srv/"

    Fires on (names are compared as text)::

        ProxyPass "/app" "unix:/run/app.sock|http://localhost/app"
        ProxyPass "/app2" "unix:/run/app2.sock|http://localhost/app2"

    Write instead::

        ProxyPass "/a/" "unix:/run/a.sock|fcgi://a-sock/srv/"
        ProxyPass "/b/" "unix:/run/b.sock|fcgi://b-sock/srv/"

    Silent on (the same socket, written in two ways)::

        ProxyPass "/a/" "unix:/run/a.sock|fcgi://localhost/srv/"
        ProxyPass "/b/" "unix:/run/../run/a.sock|fcgi://localhost/srv/b/"

    Silent on (two virtual hosts, each with its own workers)::

        <VirtualHost *:80>
            ServerName a.example.org
            ProxyPass "/" "unix:/run/a.sock|http://localhost/"
        </VirtualHost>
        <VirtualHost *:80>
            ServerName b.example.org
            ProxyPass "/" "unix:/run/b.sock|http://localhost/"
        </VirtualHost>

    Source: ap_proxy_get_worker_ex, ap_proxy_determine_address (proxy_util.c, since 2.4.7) and merge_proxy_config
    (mod_proxy.c); tested on httpd 2.4.71.
    """
    hosts = _Hosts(context)
    main = context.proxy.servers[0]
    concerned = _with_sockets(context)
    above = _Names(main) if main in concerned else None
    for server in context.proxy.servers:
        if server.balancers:
            yield from _members(server, hosts)
        if above is None and (server not in concerned or _apart(server)):
            continue
        searched = [_Names(server)] if server is not main or above is None else [above]
        if above is not None and server.shared:
            searched.append(above)
        paths = _Paths(server)
        for index, mapping in enumerate(server.mappings):
            target = mapping.target
            if target is None or mapping.kind not in _PASSES or not _plain(target):
                continue
            worker = mapping.worker if isinstance(mapping.worker, Worker) else None
            if worker is not None and apart(worker.node, mapping.node):
                continue
            if worker is not None and not _same_socket(worker.target, target):
                yield _collision(mapping, worker, "", hosts)
            elif mapping.kind == "ProxyPass" and not mapping.pattern:
                parts = (_part(mapping, index, worker, names, paths) for names in searched)
                found = next((part for part in parts if part is not None), None)
                if found is not None:
                    yield _collision(mapping, *found, hosts)


def _plain(target: Target) -> bool:
    """Whether a target is one known `scheme://host`."""
    return not target.balancer and not target.variables and target.scheme != ""


def _collision(mapping: Mapping, worker: Worker, part: str, hosts: _Hosts) -> Found:
    target = mapping.target
    assert target is not None
    whose = f'requests for "{part}" through "{target.text}"' if part else f'requests for "{target.text}"'
    inherited = " in the main server, which httpd searches first" if worker.server is not mapping.server else ""
    return Found(
        place=target.place,
        message=f"{whose} go to {_by(worker)}: mod_proxy identifies a worker by its URL without the socket's path",
        related=(Related(worker.node.place, f'the worker "{worker.name}" is defined here{inherited}'),),
        help=hosts.help(target),
        severity="warning" if part else None,
        fix=hosts.fix(mapping),
    )


def _members(server: Server, hosts: _Hosts) -> Iterator[Found]:
    """Members of a balancer that mod_proxy takes for an earlier member with another socket."""
    for balancer in server.balancers:
        for worker in balancer.members:
            for definition in worker.definitions[1:]:
                target = definition.target
                if _same_socket(target, worker.target) or apart(definition.node, worker.node):
                    continue
                yield Found(
                    place=target.place,
                    message=f'"{target.text}" is never used: "{balancer.name}" takes it for its member with '
                    f"{_by(worker)}, because mod_proxy identifies a worker by its URL without the socket's path",
                    related=(Related(worker.node.place, f'the member "{worker.name}" is defined here'),),
                    help=hosts.help(target),
                    fix=hosts.fix(definition),
                )


@rule(
    "WK002",
    "uds-handler-hijack",
    "error",
    references=("https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#handler",),
    fix="safe",
)
def uds_handler_hijack(context: Context) -> Iterator[Found]:
    """Requests of a handler or rewrite rule go to another worker's Unix socket.

    `SetHandler "proxy:unix:…"` and `RewriteRule … [P]` do not define a worker. httpd looks their URL up among the
    workers that ProxyPass and `<Proxy>` defined, by `scheme://host[:port]/path` without the socket's path. If the URL
    begins with the name of such a worker, the requests go to that worker's socket instead of the one written here.

    The rule is silent when the worker has no socket: httpd then uses the socket written in the handler or rule. It is
    also silent when a `<Proxy>` section gives a socket to a URL that the handler or rule writes without socket and
    port: such a section has no other use.

    Give each socket its own host in the URL. For fcgi, uwsgi, scgi and ajp the host is only a name.

    Fires on::

        ProxyPass "/app/" "unix:/run/app.sock|fcgi://localhost/"
        <FilesMatch "\\.php$">
            SetHandler "proxy:unix:/run/php.sock|fcgi://localhost"
        </FilesMatch>

    Write instead::

        ProxyPass "/app/" "unix:/run/app.sock|fcgi://localhost/"
        <FilesMatch "\\.php$">
            SetHandler "proxy:unix:/run/php.sock|fcgi://php-sock"
        </FilesMatch>

    Silent on (the worker has no socket, so httpd uses the handler's)::

        <Proxy "fcgi://localhost">
            ProxySet timeout=30
        </Proxy>
        <FilesMatch "\\.php$">
            SetHandler "proxy:unix:/run/php.sock|fcgi://localhost"
        </FilesMatch>

    Silent on (the section gives the handler its socket)::

        <Proxy "unix:/run/php.sock|fcgi://php-fpm">
            ProxySet disablereuse=off
        </Proxy>
        <FilesMatch "\\.php$">
            SetHandler "proxy:fcgi://php-fpm"
        </FilesMatch>

    Source: ap_proxy_pre_request and ap_proxy_determine_address (proxy_util.c); tested on httpd 2.4.71.
    """
    if not context.handed:
        return
    hosts = _Hosts(context)
    general: list[Mapping] = []
    for server in context.proxy.servers:
        mine = [
            mapping
            for mapping in server.mappings
            if mapping.kind in ("SetHandler", "RewriteRule") and mapping.target is not None and _plain(mapping.target)
        ]
        for mapping in mine:
            yield from _hijacked(mapping, mapping.worker, hosts)
        handlers = [mapping for mapping in mine if mapping.kind == "SetHandler"]
        if server.parent is None:
            general = handlers
        elif general and not handlers and server.workers:
            lookup = Lookup()
            for worker in server.workers:
                lookup.add(worker)
            for mapping in general:
                yield from _hijacked(mapping, _answering(mapping, lookup), hosts, server)


def _answering(mapping: Mapping, lookup: Lookup) -> Worker | None:
    """The worker that a handler of the main server gets in a virtual host."""
    target = mapping.target
    assert target is not None
    # A handler's URL ends with the path of a file, which starts with a slash.
    url = target.identity if "/" in target.identity.partition("://")[2] else f"{target.identity}/"
    return lookup.find(url, origin(url))


def _meant(target: Target, worker: Worker) -> bool:
    """Whether a worker is there to give a URL its socket: `<Proxy unix:…|fcgi://php>` for a handler `proxy:fcgi://php`."""
    if target.socket is not None or target.port is not None:
        return False
    return worker.node.key == "<proxy" or worker.node.inside("<proxy") is not None


def _hijacked(
    mapping: Mapping, worker: Worker | Balancer | None, hosts: _Hosts, server: Server | None = None
) -> Iterator[Found]:
    """`server` is the virtual host that the finding is about, if it is not the mapping's own server."""
    target = mapping.target
    assert target is not None
    if not isinstance(worker, Worker) or worker.target.socket is None or _same_socket(worker.target, target):
        return
    if apart(mapping.node, worker.node) or _meant(target, worker):
        return
    varies = target.socket is not None and ("%{" in target.socket or "$" in target.socket)
    where = f' in the virtual host "{server.name}"' if server is not None else ""
    yield Found(
        place=target.place,
        message=f'requests for "{target.text}" go to {_by(worker)}{where}: '
        "mod_proxy identifies a worker by its URL without the socket's path",
        related=(Related(worker.node.place, f'the worker "{worker.name}" is defined here'),),
        help="Give the worker's URL its own host; httpd does not resolve that host."
        if target.socket is None
        else hosts.help(target),
        severity="warning" if server is not None else None,
        confidence="medium" if server is not None or varies else None,
        fix=None if varies else hosts.fix(mapping),
    )
