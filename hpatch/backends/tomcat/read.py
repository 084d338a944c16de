"""Read the connectors of a server.xml (the documentation of Tomcat 9.0 to 11.0; tested on Tomcat 10.1).

A value with `${…}` comes from Java's properties, and is not known.
"""

from __future__ import annotations

from hpatch.backends.addresses import bracketed, port
from hpatch.backends.model import Backend, BackendFile, Listener, Spoken, Stated
from hpatch.backends.tomcat import xml
from hpatch.backends.tomcat.xml import XmlElement, XmlFault
from hpatch.text import Source

_TRUE = "true"
_HTTP_TIMEOUT = "60000"
_PACKET = "8192"


def read(source: Source) -> BackendFile:
    """The connectors of a server.xml, each as a backend."""
    found = BackendFile(name=source.name, backends=(), sources={source.name: source}, problems=[])
    top = xml.read(source)
    if isinstance(top, XmlFault):
        found.problems.append((top.place, top.message))
        return found
    if top.name != "Server":
        found.problems.append((top.place, f'not a server.xml of Tomcat: its first element is "{top.name}"'))
        return found
    backends = []
    for service in top.inside("Service"):
        engine = next(iter(service.inside("Engine")), None)
        for connector in service.inside("Connector"):
            backends.append(_backend(connector, engine))
    return found._replace(backends=tuple(backends))


def _stated(element: XmlElement | None, *names: str, default: str | None = None) -> Stated | None:
    """The first of some attributes; the default if none is there, None for what is not known."""
    for name in names:
        value = None if element is None else element.attributes.get(name)
        if value is not None and element is not None:
            return None if "${" in value else Stated(value, element.place)
    return None if default is None else Stated(default)


def _backend(connector: XmlElement, engine: XmlElement | None) -> Backend:
    protocol = _protocol(connector)
    ajp = protocol == "ajp"
    port = connector.attributes.get("port", "")
    listener = _listener(connector, protocol, port)
    kept = _stated(
        connector,
        "keepAliveTimeout",
        "connectionTimeout",
        default=_HTTP_TIMEOUT if protocol in ("http", "https") else None,
    )
    secret = _stated(connector, "secret", "requiredSecret", default="") if ajp else None
    return Backend(
        program="Tomcat",
        name=f"Tomcat's connector on port {port}" if listener is None or listener.path is None else "Tomcat",
        place=connector.place,
        listeners=() if listener is None else (listener,),
        complete=listener is not None,
        keep_alive=_seconds(kept),
        connections=_stated(connector, "maxConnections"),
        secret=secret,
        packet_size=_stated(connector, "packetSize", default=_PACKET) if ajp else None,
        route=_stated(engine, "jvmRoute", default=""),
        fails=_fault(connector, secret) if ajp else None,
    )


def _protocol(connector: XmlElement) -> Spoken:
    """What a connector speaks. A class that is not Tomcat's own may speak anything."""
    name = connector.attributes.get("protocol", "HTTP/1.1")
    if name == "AJP/1.3" or name.startswith("org.apache.coyote.ajp."):
        return "ajp"
    if name == "HTTP/1.1" or name.startswith("org.apache.coyote.http11."):
        secure = connector.attributes.get("SSLEnabled", "false")
        return "unknown" if "${" in secure else "https" if secure.lower() == _TRUE else "http"
    return "unknown"


def _listener(connector: XmlElement, protocol: Spoken, digits: str) -> Listener | None:
    """Where a connector listens; None if that is not known. Since 9.0.31, AJP without an address is the loopback's."""
    path = connector.attributes.get("unixDomainSocketPath")
    if path is not None:
        known = "${" not in path and path.startswith("/")
        return Listener(text=path, place=connector.place, path=path, protocol=protocol) if known else None
    address = connector.attributes.get("address", "127.0.0.1" if protocol == "ajp" else "")
    number = port(digits)
    if not number or "${" in address:
        return None
    host = bracketed(address)
    shown = f"{host}:{digits}" if host else f"port {digits}"
    return Listener(text=shown, place=connector.place, host=host, port=number, protocol=protocol)


def _fault(connector: XmlElement, secret: Stated | None) -> Stated | None:
    """Why an AJP connector does not start: a secret is required (since 9.0.31), and there is none."""
    required = connector.attributes.get("secretRequired", _TRUE)
    if secret is None or secret.value or "${" in required or required.lower() != _TRUE:
        return None
    return Stated("it requires a secret, and has none", connector.place)


def _seconds(stated: Stated | None) -> Stated | None:
    """Milliseconds as whole seconds, at least one; None for no limit."""
    if stated is None or stated.number is None or stated.number <= 0:
        return None
    return stated._replace(value=str(max(1, stated.number // 1000)))
