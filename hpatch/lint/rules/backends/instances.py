"""Instances of uWSGI behind httpd: whether httpd reaches them, and what a request may hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.backends.addresses import is_loopback
from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.effective import in_server, number, server_of
from hpatch.lint.rules._shared.identity import identity
from hpatch.lint.rules._shared.instances import answering, encounters, rights
from hpatch.lint.rules._shared.pools import targets
from hpatch.proxy.model import Worker
from hpatch.text import whole_number

if TYPE_CHECKING:
    from hpatch.backends.uwsgi.model import Instance, Option
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Mapping

_PROTOCOLS = "https://uwsgi-docs.readthedocs.io/en/latest/Protocol.html"
_OPTIONS = "https://uwsgi-docs.readthedocs.io/en/latest/Options.html"
_SPOKEN = {
    "uwsgi": ("uwsgi", "puwsgi"), "http": ("http",), "ws": ("http",), "https": ("https",), "wss": ("https",),
    "fcgi": ("fastcgi",), "scgi": ("scgi",), "ajp": (),
}  # fmt: skip
"""The protocols of uWSGI's sockets that a scheme of httpd speaks."""

_SCHEMES = {"uwsgi": "uwsgi", "puwsgi": "uwsgi", "http": "http", "https": "https", "fastcgi": "fcgi", "scgi": "scgi"}
_BUFFER = 4096
"""The bytes of a request's header that uWSGI takes where `buffer-size` is not set."""

_LIMITS = ("limitrequestfieldsize", "limitrequestline")


@rule("BE013", "uwsgi-protocol", "error", references=(_PROTOCOLS,))
def uwsgi_protocol(context: Context) -> Iterator[Found]:
    """httpd speaks another protocol than the socket of uWSGI: every request fails.

    `socket` and `uwsgi-socket` speak uwsgi, `http-socket` and the router `http` HTTP, `fastcgi-socket` FastCGI,
    `scgi-socket` SCGI; `protocol` changes what `socket` speaks. httpd answers with 500, 502 or 503, some of them only
    after the time-out.

    Use the scheme that the socket speaks: `uwsgi://`, `http://`, `fcgi://` or `scgi://`.

    Fires on::

        ProxyPass "/app/" "uwsgi://127.0.0.1:8000/"
        # file: app.ini
        [uwsgi]
        http-socket = 127.0.0.1:8000

    Fires on (another format)::

        ProxyPass "/app/" "unix:/run/app.sock|http://localhost/"
        # file: app.yaml
        uwsgi:
          socket: /run/app.sock

    Write instead::

        ProxyPass "/app/" "http://127.0.0.1:8000/"
        # file: app.ini
        [uwsgi]
        http-socket = 127.0.0.1:8000

    Silent on (the protocol of `socket` is set)::

        ProxyPass "/app/" "scgi://127.0.0.1:8000/"
        # file: app.ini
        [uwsgi]
        socket = 127.0.0.1:8000
        protocol = scgi

    Source: uwsgi_protocols_register (core/socket.c); each pair tested on httpd 2.4.71 and uWSGI 2.0.21.
    """
    seen: set[object] = set()
    for _, target, (_, socket) in encounters(context):
        spoken = _SPOKEN.get(target.scheme)
        if spoken is None or socket.protocol in (*spoken, "unknown", "raw") or target.place in seen:
            continue
        seen.add(target.place)
        right = _SCHEMES.get(socket.protocol)
        yield Found(
            target.place,
            f'"{target.text}" speaks {_name(target.scheme)} to a socket of uWSGI that speaks {_name(socket.protocol)}: '
            "every request fails",
            related=(Related(socket.option.place, "uWSGI listens here"),),
            help="Use another socket of uWSGI: httpd does not speak this protocol."
            if right is None
            else f"Use {right}://.",
            confidence=None if socket.option.certain else "medium",
            node=target.node,
        )


def _name(protocol: str) -> str:
    names = {"fcgi": "FastCGI", "fastcgi": "FastCGI", "scgi": "SCGI", "ajp": "AJP", "suwsgi": "uwsgi over TLS"}
    return names.get(protocol, protocol if "uwsgi" in protocol else protocol.upper())


@rule("BE014", "uwsgi-socket-refused", "error", confidence="medium", references=(f"{_OPTIONS}#chmod-socket",))
def uwsgi_socket_refused(context: Context) -> Iterator[Found]:
    """httpd's user may not open the Unix socket of uWSGI: every request is answered with 503.

    To connect, httpd's processes need the right to write to the socket. uWSGI makes it as the user and group of `uid`
    and `gid`, and gives it to those of `chown-socket`. Its mode is that of `chmod-socket` (666 without a value);
    without `chmod-socket` it is usually 755, so that only its owner may connect.

    The rule is silent if httpd's User is not in the configuration, and if neither `uid` nor `chown-socket` nor the
    User of a unit tells the owner. It does not know to which other groups httpd's user belongs.

    Set `chmod-socket = 660`, and `chown-socket` or `gid` to httpd's group.

    Fires on::

        User www-data
        Group www-data
        ProxyPass "/app/" "unix:/run/app.sock|uwsgi://app/"
        # file: app.ini
        [uwsgi]
        socket = /run/app.sock
        uid = shop
        gid = shop

    Fires on (a group of its own)::

        User www-data
        Group www-data
        ProxyPass "/app/" "unix:/run/app.sock|uwsgi://app/"
        # file: app.json
        {"uwsgi": {"socket": "/run/app.sock", "chown-socket": "shop:shop", "chmod-socket": 660}}

    Write instead::

        User www-data
        Group www-data
        ProxyPass "/app/" "unix:/run/app.sock|uwsgi://app/"
        # file: app.ini
        [uwsgi]
        socket = /run/app.sock
        uid = shop
        gid = shop
        chown-socket = shop:www-data
        chmod-socket = 660

    Silent on (everybody may)::

        User www-data
        Group www-data
        ProxyPass "/app/" "unix:/run/app.sock|uwsgi://app/"
        # file: app.ini
        [uwsgi]
        socket = /run/app.sock
        uid = shop
        gid = shop
        chmod-socket = 666

    Source: bind_to_unix and uwsgi_bind_sockets (core/socket.c), uwsgi_start (core/uwsgi.c); tested on httpd 2.4.71
    (AH02454) and uWSGI 2.0.21.
    """
    httpd = identity(context)
    if httpd is None:
        return
    seen: set[str] = set()
    for mapping, _, (instance, socket) in encounters(context):
        found = rights(instance) if socket.unix and socket.address.startswith("/") else None
        if found is None or socket.address in seen or httpd.may_write(found) is not False:
            continue
        seen.add(socket.address)
        whose = f"{found.owner}:{found.group}" if found.group else found.owner
        yield Found(
            mapping.place,
            f'"{httpd.user}", httpd\'s user, may not open "{socket.address}" (mode {found.mode:03o}, {whose}): '
            "httpd answers with 503",
            related=(Related(found.place, "who may open it"), Related(httpd.place, "httpd's user")),
            help="Set chmod-socket = 660, and chown-socket or gid to httpd's group.",
        )


@rule("BE015", "uwsgi-buffer-size", "warning", references=(f"{_OPTIONS}#buffer-size",))
def uwsgi_buffer_size(context: Context) -> Iterator[Found]:
    """httpd lets in longer headers or URLs than uWSGI takes: such requests fail.

    The line and the headers of a request must fit into `buffer-size` of uWSGI, 4096 bytes if it is not set. uWSGI
    closes the connection of one that does not, and httpd answers with 500 or 502; through a `fastcgi-socket` with 503,
    504 or an empty 200. Long cookies and tokens are what meets this.

    The rule compares `buffer-size` with a LimitRequestFieldSize and a LimitRequestLine that are set.

    Set `buffer-size` to more than all headers together may have.

    Fires on::

        LimitRequestFieldSize 16380
        ProxyPass "/app/" "uwsgi://127.0.0.1:3032/"
        # file: app.ini
        [uwsgi]
        socket = 127.0.0.1:3032

    Write instead::

        LimitRequestFieldSize 16380
        ProxyPass "/app/" "uwsgi://127.0.0.1:3032/"
        # file: app.ini
        [uwsgi]
        socket = 127.0.0.1:3032
        buffer-size = 65535

    Silent on (httpd refuses what uWSGI would)::

        LimitRequestFieldSize 2000
        ProxyPass "/app/" "uwsgi://127.0.0.1:3032/"
        # file: app.ini
        [uwsgi]
        socket = 127.0.0.1:3032

    Source: uwsgi_parse_vars (core/protocol.c) and the protocols (proto/); tested on httpd 2.4.71 and uWSGI 2.0.21.
    """
    seen: set[tuple[str, Node]] = set()
    for mapping, _, (instance, _) in encounters(context):
        size = _buffer(instance)
        for limit in [in_server(context, key, server_of(mapping.node)) for key in _LIMITS]:
            most = number(limit, 0)
            if limit is None or size is None or not most or most <= size or (instance.name, limit) in seen:
                continue
            seen.add((instance.name, limit))
            option = instance.last("buffer-size")
            related = [Related(mapping.place, "this line leads to uWSGI")]
            if option is not None:
                related.append(Related(option.place, "uWSGI's limit"))
            yield Found(
                limit.place,
                f'httpd lets in {most} bytes here, and uWSGI takes {size} for all headers ("{_short(instance)}"): '
                "requests with more fail",
                related=tuple(related),
                help="Set buffer-size of uWSGI to more than all headers together may have (at most 65535).",
            )


def _buffer(instance: Instance) -> int | None:
    """The size of an instance's buffer; None if it is not known."""
    if not instance.given("buffer-size"):
        return _BUFFER
    option = instance.last("buffer-size")
    return None if option is None else option.number


def _short(instance: Instance) -> str:
    return instance.name.rpartition("/")[2]


@rule("BE016", "uwsgi-timeout-order", "warning", confidence="medium", references=(f"{_OPTIONS}#harakiri",))
def uwsgi_timeout_order(context: Context) -> Iterator[Found]:
    """httpd gives up before uWSGI ends the request: the client has its error, and the application goes on.

    The request holds a worker of uWSGI until `harakiri` ends it. Clients ask again, and uWSGI runs out of workers.

    The rule compares a `harakiri` that is set with a `timeout` or ProxyTimeout that is set.

    Set `harakiri` a little below httpd's time-out.

    Fires on::

        ProxyTimeout 60
        ProxyPass "/app/" "uwsgi://127.0.0.1:3032/"
        # file: app.ini
        [uwsgi]
        socket = 127.0.0.1:3032
        harakiri = 300

    Write instead::

        ProxyTimeout 60
        ProxyPass "/app/" "uwsgi://127.0.0.1:3032/"
        # file: app.ini
        [uwsgi]
        socket = 127.0.0.1:3032
        harakiri = 55

    Source: the harakiri option of uWSGI; tested on httpd 2.4.71 and uWSGI 2.0.21.
    """
    seen: set[str] = set()
    for mapping, _, (instance, _) in encounters(context):
        ends = instance.last("harakiri")
        after = None if ends is None else ends.number
        limit = _timeout(mapping)
        if ends is None or not after or limit is None or limit >= after or instance.name in seen:
            continue
        seen.add(instance.name)
        yield Found(
            mapping.place,
            f"httpd gives up after {limit} seconds, and uWSGI lets a request run for {after}",
            related=(Related(ends.place, "uWSGI's time"),),
            help="Set harakiri a little below httpd's time-out.",
        )


def _timeout(mapping: Mapping) -> int | None:
    """The seconds after which httpd gives up a request; None if no line says so."""
    param = mapping.worker.params.get("timeout") if isinstance(mapping.worker, Worker) else None
    setting = mapping.server.setting("proxytimeout")
    text = param.value if param is not None else "" if setting is None else setting.value
    return whole_number(text) if text.isdecimal() else None


@rule("BE017", "uwsgi-no-socket", "error", confidence="medium", references=(f"{_OPTIONS}#socket",))
def uwsgi_no_socket(context: Context) -> Iterator[Found]:
    """No instance of uWSGI listens where httpd sends requests by `uwsgi://`: each is answered with 503.

    The rule compares the socket's path, or the port on this machine, with the sockets of every instance that hpatch has
    read. It is silent if it does not know all of them: a path that is not absolute, a value with a variable, a socket
    that another program opens.

    Write the socket of uWSGI into httpd's line, or the other way round.

    Fires on::

        ProxyPass "/app/" "unix:/run/uwsgi/app.socket|uwsgi://app/"
        # file: app.ini
        [uwsgi]
        socket = /run/uwsgi/%n.sock

    Write instead::

        ProxyPass "/app/" "unix:/run/uwsgi/app.sock|uwsgi://app/"
        # file: app.ini
        [uwsgi]
        socket = /run/uwsgi/%n.sock

    Silent on (another machine's)::

        ProxyPass "/app/" "uwsgi://10.0.0.5:3032/"
        # file: app.ini
        [uwsgi]
        socket = 127.0.0.1:3032

    Source: the socket option of uWSGI; tested on httpd 2.4.71 (AH02454) and uWSGI 2.0.21.
    """
    listening = _listening(context.uwsgi)
    if listening is None:
        return
    from hpatch.backends.uwsgi.sockets import Sockets  # only instances pay for it

    sockets = Sockets(context.uwsgi)
    seen: set[str] = set()
    for mapping in context.mappings:
        for target in targets(mapping):
            if target.scheme != "uwsgi" or target.variables or answering(target, sockets) is not None:
                continue
            if target.socket is None and (target.port is None or not is_loopback(target.host)):
                continue
            where = target.socket or f"{target.host}:{target.port}"
            if where in seen:
                continue
            seen.add(where)
            yield Found(
                mapping.place,
                f'no instance of uWSGI listens on "{where}": httpd answers each request with 503',
                related=(Related(listening.place, f'uWSGI listens on "{listening.value}"'),),
                help="Write the socket of uWSGI into this line, or the other way round.",
            )


def _listening(instances: tuple[Instance, ...]) -> Option | None:
    """The first option by which uWSGI listens; None if hpatch may not know all that it listens on."""
    first: Option | None = None
    for instance in instances:
        if instance.problems or not instance.whole or (not instance.sockets and not instance.given("emperor")):
            return None
        for socket in instance.sockets:
            whole = socket.address.startswith("/") if socket.unix else socket.port is not None
            if not whole or not socket.known or not socket.option.certain:
                return None
            first = first or socket.option
    return first


@rule("BE018", "uwsgi-buffer-default", "info", advice=True, references=(f"{_OPTIONS}#buffer-size",))
def uwsgi_buffer_default(context: Context) -> Iterator[Found]:
    """uWSGI takes 4096 bytes for all headers of a request, and httpd lets in 8190 for each.

    A request with a long cookie, token or URL is answered with 500 or 502, although httpd let it in.

    The rule is silent if LimitRequestFieldSize is set: then uwsgi-buffer-size compares.

    Set `buffer-size`.

    Fires on::

        ProxyPass "/app/" "uwsgi://127.0.0.1:3032/"
        # file: app.ini
        [uwsgi]
        socket = 127.0.0.1:3032

    Write instead::

        ProxyPass "/app/" "uwsgi://127.0.0.1:3032/"
        # file: app.ini
        [uwsgi]
        socket = 127.0.0.1:3032
        buffer-size = 32768

    Source: as for uwsgi-buffer-size; tested on httpd 2.4.71 and uWSGI 2.0.21.
    """
    seen: set[str] = set()
    for mapping, _, (instance, socket) in encounters(context):
        limit = in_server(context, _LIMITS[0], server_of(mapping.node))
        if limit is not None or instance.given("buffer-size") or instance.name in seen:
            continue
        seen.add(instance.name)
        yield Found(
            mapping.place,
            f'uWSGI takes {_BUFFER} bytes for all headers of a request ("{_short(instance)}"), and httpd lets in 8190 '
            "for each: requests with more fail",
            related=(Related(socket.option.place, "uWSGI listens here"),),
            help="Set buffer-size of uWSGI (at most 65535).",
        )
