"""Whether httpd reaches the backends that units of systemd, gunicorn's files and server.xml describe."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.backends.addresses import is_loopback
from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.backends import SPOKEN, address, at, described, every_backend, reached
from hpatch.lint.rules._shared.identity import Identity, identity

if TYPE_CHECKING:
    from hpatch.backends.model import Backend, Listener, Permissions
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Target

_EXEC = "https://www.freedesktop.org/software/systemd/man/systemd.exec.html"
_SOCKET = "https://www.freedesktop.org/software/systemd/man/systemd.socket.html"
_UNIT = "https://www.freedesktop.org/software/systemd/man/systemd.syntax.html"
_PROXY = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"
_SEARCH = 1


@rule("BE050", "backend-unreadable", "warning", references=(_UNIT,))
def backend_unreadable(context: Context) -> Iterator[Found]:
    """A backend's file, or a line in it, cannot be read.

    hpatch does not know what the file or line says, so the rules that compare httpd with the backend cannot use it. If
    the file cannot be opened, the run ends with exit code 3.

    The rule is about units of systemd, gunicorn's configuration, and Tomcat's server.xml. hpatch does not execute any
    of them: what is not a plain value is not a fault, but not known.

    Fires on::

        ProxyPass "/app/" "http://127.0.0.1:8000/"
        # file: app.service
        [Service]
        WorkingDirectory /srv/shop
        ExecStart=/usr/bin/gunicorn shop:app

    Write instead::

        ProxyPass "/app/" "http://127.0.0.1:8000/"
        # file: app.service
        [Service]
        WorkingDirectory=/srv/shop
        ExecStart=/usr/bin/gunicorn shop:app

    Source: config_parse of systemd 252; the grammar of Python; the XML recommendation.
    """
    for file in context.backends:
        for place, message in file.problems:
            yield Found(place, message, severity=None if place.file in file.sources else "error")


@rule("BE051", "backend-not-listening", "warning", confidence="medium", references=(_PROXY,))
def backend_not_listening(context: Context) -> Iterator[Found]:
    """No backend listens where httpd sends requests: each is answered with 503.

    The rule compares the targets on this machine with where all backends listen whose files hpatch has read. It reports
    a target whose port a backend has on another address, and a target that nothing serves if exactly one backend is
    left that nothing reaches.

    The rule is silent if a backend may listen elsewhere, for example at an address that a variable holds.

    Write the backend's address into httpd's line, or the other way round.

    Fires on::

        ProxyPass "/" "http://127.0.0.1:8001/"
        # file: shop.service
        [Service]
        ExecStart=/usr/bin/gunicorn --bind 127.0.0.1:8000 shop:app

    Fires on (the port of another address)::

        ProxyPass "/" "http://127.0.0.1:8000/"
        # file: shop.service
        [Service]
        ExecStart=/usr/bin/gunicorn --bind 192.0.2.7:8000 shop:app

    Write instead::

        ProxyPass "/" "http://127.0.0.1:8000/"
        # file: shop.service
        [Service]
        ExecStart=/usr/bin/gunicorn --bind 127.0.0.1:8000 shop:app

    Silent on (systemd opens the socket)::

        ProxyPass "/" "unix:/run/shop.sock|http://shop/"
        # file: shop.service
        [Service]
        ExecStart=/usr/bin/gunicorn shop:app
        # file: shop.socket
        [Socket]
        ListenStream=/run/shop.sock

    Source: the bind setting of gunicorn, the ListenStream setting of systemd; tested on httpd 2.4.71 (AH01114) and
    gunicorn 27.0.
    """
    backends = every_backend(context)
    if not backends or not all(one.complete for one in backends):
        return
    every = [*backends, *described(context)]
    if not all(one.complete for one in every):
        return
    unserved: dict[str, Target] = {}
    used: set[int] = set()
    for scheme, targets in context.targets.items():
        for target in targets if scheme in SPOKEN else ():
            serving = next((one for one in every if at(target, one.listeners) is not None), None)
            if serving is not None:
                used.add(id(serving))
            elif not target.variables and (target.socket is not None or is_loopback(target.host)):
                unserved.setdefault(address(target), target)
    left = [one for one in every if id(one) not in used and one.listeners]
    for target in list(unserved.values()):
        other = _same_port(target, left)
        if other is not None:
            del unserved[address(target)]
            yield _nobody(target, other, other.text)
    if len(unserved) == 1 and len(left) == 1 and left[0] in backends:
        (target,), (backend,) = unserved.values(), left
        listener = backend.listeners[0]
        if listener.protocol == SPOKEN[target.scheme] and target.index is not None:
            yield _nobody(target, listener, listener.path or listener.text)


def _same_port(target: Target, backends: list[Backend]) -> Listener | None:
    for backend in backends:
        for listener in backend.listeners:
            if listener.port is not None and target.socket is None and listener.port == target.port:
                return listener
    return None


def _nobody(target: Target, listener: Listener, where: str) -> Found:
    return Found(
        target.place,
        f'nothing listens on "{address(target)}": httpd answers with 503',
        related=(Related(listener.place, f'the backend listens on "{where}"'),),
        help="Write the backend's address into this line, or the other way round.",
        node=target.node,
    )


@rule("BE052", "backend-protocol", "error", references=(_PROXY,))
def backend_protocol(context: Context) -> Iterator[Found]:
    """The backend does not speak the protocol of the target's scheme: no request is answered.

    Depending on the two protocols, httpd answers with 500, 502 or 503, or waits until its time-out.

    Change the scheme, or the backend's protocol.

    Fires on::

        ProxyPass "/" "http://127.0.0.1:8009/"
        # file: server.xml
        <Server><Service name="Catalina">
          <Connector protocol="AJP/1.3" port="8009" secret="s3cret"/>
        </Service></Server>

    Fires on (gunicorn without a certificate)::

        ProxyPass "/" "https://127.0.0.1:8000/"
        # file: shop.service
        [Service]
        ExecStart=/usr/bin/gunicorn shop:app

    Write instead::

        ProxyPass "/" "http://127.0.0.1:8080/"
        # file: server.xml
        <Server><Service name="Catalina">
          <Connector protocol="HTTP/1.1" port="8080"/>
        </Service></Server>

    Source: tested on httpd 2.4.71, gunicorn 27.0 and Tomcat 10.1.
    """
    seen: set[str] = set()
    for one in reached(context):
        asked, spoken = SPOKEN.get(one.target.scheme), one.listener.protocol
        if asked is None or "unknown" in (asked, spoken) or asked == spoken or one.target.text in seen:
            continue
        seen.add(one.target.text)
        yield Found(
            one.place,
            f'"{one.target.text}" speaks {_NAMES[asked]} to {one.backend.program}, which speaks {_NAMES[spoken]} there',
            related=(Related(one.listener.place, f"{one.backend.program} listens here"),),
            help=f"Change the scheme to {_SCHEMES[spoken]}://, or the address to one where {_NAMES[asked]} is spoken.",
            node=one.target.node,
        )


_NAMES = {"http": "HTTP", "https": "HTTPS", "ajp": "AJP", "fastcgi": "FastCGI", "scgi": "SCGI", "uwsgi": "uwsgi"}
_SCHEMES = {"http": "http", "https": "https", "ajp": "ajp", "fastcgi": "fcgi", "scgi": "scgi", "uwsgi": "uwsgi"}


@rule("BE053", "backend-private-tmp", "error", references=(f"{_EXEC}#PrivateTmp=",))
def backend_private_tmp(context: Context) -> Iterator[Found]:
    """The socket is in a `/tmp` that httpd does not see: each request is answered with 503.

    With `PrivateTmp=yes` or `DynamicUser=yes`, a service has a `/tmp` and `/var/tmp` of its own. Neither side sees the
    other's files there, so one such unit, the backend's or httpd's, is enough. The units of httpd in Debian and Fedora
    have it.

    The rule is silent if the backend's unit has `JoinsNamespaceOf=`.

    Put the socket below `/run`: `RuntimeDirectory=shop` makes `/run/shop`.

    Fires on::

        ProxyPass "/" "unix:/tmp/shop.sock|http://shop/"
        # file: shop.service
        [Service]
        User=shop
        PrivateTmp=yes
        ExecStart=/usr/bin/gunicorn --bind unix:/tmp/shop.sock shop:app

    Fires on (httpd's unit)::

        ProxyPass "/" "unix:/tmp/shop.sock|http://shop/"
        # file: apache2.service
        [Service]
        ExecStart=/usr/sbin/apachectl start
        PrivateTmp=true

    Write instead::

        ProxyPass "/" "unix:/run/shop/app.sock|http://shop/"
        # file: shop.service
        [Service]
        User=shop
        PrivateTmp=yes
        RuntimeDirectory=shop
        ExecStart=/usr/bin/gunicorn --bind unix:/run/shop/app.sock shop:app

    Silent on (systemd itself opens the socket)::

        ProxyPass "/" "unix:/tmp/shop.sock|http://shop/"
        # file: shop.service
        [Service]
        PrivateTmp=yes
        ExecStart=/usr/bin/gunicorn shop:app
        # file: shop.socket
        [Socket]
        ListenStream=/tmp/shop.sock

    Source: PrivateTmp=, DynamicUser= and JoinsNamespaceOf= in systemd's manual; apache2.service of Debian 12. With a
    /tmp of its own (unshare --mount), httpd 2.4.71 answers with 503 (AH02454).
    """
    own = next((file.tmp_hidden for file in context.backends if file.tmp_hidden is not None), None)
    every = [*every_backend(context), *described(context)]
    seen: set[str] = set()
    for targets in context.targets.values():
        for target in targets:
            socket = target.socket
            if socket is None or socket in seen or not socket.startswith(("/tmp/", "/var/tmp/")):
                continue
            serving = next((found for one in every if (found := at(target, one.listeners)) is not None), None)
            private = None if serving is None else serving.private
            line = private or own
            if line is None:
                continue
            seen.add(socket)
            whose = "the backend" if private is not None else "httpd"
            yield Found(
                target.place,
                f'"{socket}" is in a folder that {whose} has for itself: httpd does not find the socket, and answers '
                "with 503",
                related=(Related(line, "PrivateTmp is on"),),
                help="Put the socket below /run, for example with RuntimeDirectory= in the backend's unit.",
                node=target.node,
            )


@rule("BE054", "backend-socket-refused", "error", confidence="medium", references=(f"{_SOCKET}#SocketMode=",))
def backend_socket_refused(context: Context) -> Iterator[Found]:
    """httpd's user may not open the backend's socket: each request is answered with 503.

    To connect, httpd's processes need the right to write to the socket, and the right to search the folder that it is
    in. systemd's `SocketMode`, `SocketUser` and `SocketGroup` give them, and gunicorn's `umask`, `user` and `group`;
    `RuntimeDirectoryMode` does for the folder.

    The rule is silent if httpd's User is not in the configuration, and if the owner or group is not known: a unit with
    `User=` and without `Group=` runs in a group that only the system knows. It does not know to which other groups
    httpd's user belongs, except those in `SupplementaryGroups=` of httpd's unit.

    Give the socket or folder httpd's group, or let everybody in.

    Fires on::

        User www-data
        Group www-data
        ProxyPass "/" "unix:/run/shop.sock|http://shop/"
        # file: shop.service
        [Service]
        User=shop
        Group=shop
        ExecStart=/usr/bin/gunicorn --umask 007 --bind unix:/run/shop.sock shop:app

    Fires on (a socket of systemd)::

        User www-data
        Group www-data
        ProxyPass "/" "unix:/run/shop.sock|http://shop/"
        # file: shop.service
        [Service]
        ExecStart=/usr/bin/gunicorn shop:app
        # file: shop.socket
        [Socket]
        ListenStream=/run/shop.sock
        SocketMode=0600

    Fires on (the folder)::

        User www-data
        Group www-data
        ProxyPass "/" "unix:/run/shop/app.sock|http://shop/"
        # file: shop.service
        [Service]
        User=shop
        Group=shop
        RuntimeDirectory=shop
        RuntimeDirectoryMode=0750
        ExecStart=/usr/bin/gunicorn --bind unix:/run/shop/app.sock shop:app

    Write instead::

        User www-data
        Group www-data
        ProxyPass "/" "unix:/run/shop/app.sock|http://shop/"
        # file: shop.service
        [Service]
        User=shop
        Group=www-data
        RuntimeDirectory=shop
        RuntimeDirectoryMode=0750
        ExecStart=/usr/bin/gunicorn --umask 007 --bind unix:/run/shop/app.sock shop:app

    Silent on (gunicorn's own umask lets everybody in)::

        User www-data
        Group www-data
        ProxyPass "/" "unix:/run/shop.sock|http://shop/"
        # file: shop.service
        [Service]
        User=shop
        Group=shop
        ExecStart=/usr/bin/gunicorn --bind unix:/run/shop.sock shop:app

    Source: SocketMode= and RuntimeDirectoryMode= in systemd's manual, the umask setting of gunicorn; tested on httpd
    2.4.71 (AH02454) and gunicorn 27.0.
    """
    httpd = identity(context) if context.backends else None
    if httpd is None:
        return
    seen: set[str] = set()
    for one in reached(context):
        refused = _refused(one.listener, httpd)
        if refused is None or one.listener.path is None or one.listener.path in seen:
            continue
        access, what = refused
        seen.add(one.listener.path)
        yield Found(
            one.place,
            f'"{httpd.user}", httpd\'s user, may not {what} "{one.listener.path}": httpd answers with 503',
            related=(Related(access.place, f"mode {access.mode:04o}"), Related(httpd.place, "httpd's user")),
            help="Give it httpd's group, or a mode that lets everybody in.",
            node=one.target.node,
        )


def _refused(listener: Listener, httpd: Identity) -> tuple[Permissions, str] | None:
    """What keeps httpd from a Unix socket, and what it may not do; None if nothing is known to."""
    if listener.access is not None and httpd.may_write(listener.access) is False:
        return listener.access, "write to the socket"
    if listener.folder is not None and listener.folder.permits(httpd.user, httpd.groups, _SEARCH) is False:
        return listener.folder, "enter the folder of"
    return None
