"""What server.xml and httpd have to agree on: the secret, the size of packets, and the routes of sessions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.backends import Reached, parameter, reached
from hpatch.proxy.model import Balancer
from hpatch.text import whole_number

if TYPE_CHECKING:
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Param, Setting

_AJP = "https://tomcat.apache.org/tomcat-10.1-doc/config/ajp.html"
_ENGINE = "https://tomcat.apache.org/tomcat-10.1-doc/config/engine.html"
_PROXY = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html"
_PACKET = 8192
_LARGEST = 65536


@rule("BE061", "tomcat-secret", "error", references=(_AJP, f"{_PROXY}#proxypass"))
def tomcat_secret(context: Context) -> Iterator[Found]:
    """httpd and Tomcat do not have the same AJP secret: every request is answered with 403, or fails after a while.

    A connector with a `secret` answers 403 to requests without it. A connector without one does not start since Tomcat
    9.0.31, unless it has `secretRequired="false"`: httpd then answers with 503, or with 500 after its time-out.

    Write the same `secret` into the connector and the worker.

    Fires on::

        ProxyPass "/" "ajp://127.0.0.1:8009/"
        # file: server.xml
        <Server><Service name="Catalina">
          <Connector protocol="AJP/1.3" port="8009" secret="s3cret"/>
        </Service></Server>

    Fires on (none in Tomcat)::

        ProxyPass "/" "ajp://127.0.0.1:8009/" secret=s3cret
        # file: server.xml
        <Server><Service name="Catalina">
          <Connector protocol="AJP/1.3" port="8009"/>
        </Service></Server>

    Write instead::

        ProxyPass "/" "ajp://127.0.0.1:8009/" secret=s3cret
        # file: server.xml
        <Server><Service name="Catalina">
          <Connector protocol="AJP/1.3" port="8009" secret="s3cret"/>
        </Service></Server>

    Silent on (Java's properties have it)::

        ProxyPass "/" "ajp://127.0.0.1:8009/" secret=s3cret
        # file: server.xml
        <Server><Service name="Catalina">
          <Connector protocol="AJP/1.3" port="8009" secret="${ajp.secret}"/>
        </Service></Server>

    Source: "secret" and "secretRequired" in the AJP connector's documentation; tested on httpd 2.4.71 and Tomcat 10.1.
    """
    for one in _ajp(context):
        if one.backend.fails is not None and one.backend.fails.place is not None:
            yield Found(
                one.place,
                f"Tomcat does not start this connector: {one.backend.fails.value}, so no request is answered",
                related=(Related(one.backend.fails.place, "the connector"),),
                help="Write the same secret into the connector and the worker.",
                confidence="medium",
                node=one.target.node,
            )
            continue
        secret, ours = one.backend.secret, parameter(one, "secret")
        if secret is None or not secret.value or secret.place is None or (ours and "${" in ours.value):
            continue
        if ours is not None and ours.value == secret.value:
            continue
        yield Found(
            one.place if ours is None else ours.place,
            "the connector has a secret, and this worker "
            + ("none" if ours is None else "another")
            + ": Tomcat answers every request with 403",
            related=(Related(secret.place, "the connector"),),
            help="Write the same secret into the connector and the worker.",
            node=one.target.node,
        )


@rule("BE062", "tomcat-packet-size", "error", references=(_AJP, f"{_PROXY}#proxyiobuffersize"))
def tomcat_packet_size(context: Context) -> Iterator[Found]:
    """httpd and Tomcat do not use the same size of AJP packets: larger requests or responses fail.

    If httpd's is larger (`iobuffersize`, ProxyIOBufferSize), a request whose headers or body fill a packet gets 500. If
    Tomcat's `packetSize` is larger, httpd refuses what is longer ("incoming message is too big", AH01081): 500 for the
    headers, 503 for the body of a response.

    Write the same size, from 8192 to 65536, into both.

    Fires on::

        ProxyPass "/" "ajp://127.0.0.1:8009/" secret=s3cret
        # file: server.xml
        <Server><Service name="Catalina">
          <Connector protocol="AJP/1.3" port="8009" secret="s3cret" packetSize="65536"/>
        </Service></Server>

    Fires on (httpd's is larger)::

        ProxyIOBufferSize 65536
        ProxyPass "/" "ajp://127.0.0.1:8009/" secret=s3cret
        # file: server.xml
        <Server><Service name="Catalina">
          <Connector protocol="AJP/1.3" port="8009" secret="s3cret"/>
        </Service></Server>

    Write instead::

        ProxyPass "/" "ajp://127.0.0.1:8009/" secret=s3cret iobuffersize=65536
        # file: server.xml
        <Server><Service name="Catalina">
          <Connector protocol="AJP/1.3" port="8009" secret="s3cret" packetSize="65536"/>
        </Service></Server>

    Source: "packetSize" in the AJP connector's documentation; tested on httpd 2.4.71 and Tomcat 10.1 with 8192 and
    16384.
    """
    for one in _ajp(context):
        theirs, origin = one.backend.packet_size, _origin(one)
        ours = _PACKET if origin is None else whole_number(origin.value) if origin.value.isdecimal() else None
        if theirs is None or theirs.number is None or ours is None:
            continue
        # Both round, and have limits.
        sizes = [min(max(-(-size // 1024) * 1024, _PACKET), _LARGEST) for size in (ours, theirs.number)]
        if sizes[0] == sizes[1]:
            continue
        yield Found(
            one.place,
            f"AJP packets of httpd have up to {sizes[0]} bytes, those of Tomcat up to {sizes[1]}: larger "
            + ("requests" if sizes[0] > sizes[1] else "responses")
            + " fail",
            related=(Related(one.listener.place, "the connector"),),
            help=f'Set iobuffersize={max(sizes)} here, and packetSize="{max(sizes)}" there.',
            node=one.target.node,
        )


def _origin(one: Reached) -> Param | Setting | None:
    """What sets the size of a worker's packets."""
    found = parameter(one, "iobuffersize")
    if found is None and one.worker is not None:
        return one.worker.settings.get("proxyiobuffersize")
    return found


@rule("BE063", "tomcat-route", "error", confidence="medium", references=(_ENGINE, f"{_PROXY}#proxypass"))
def tomcat_route(context: Context) -> Iterator[Found]:
    """The member's `route` is not Tomcat's `jvmRoute`: sessions wander from server to server and are lost.

    Tomcat adds its `jvmRoute` to the session's id (`A1B2.node1`). mod_proxy_balancer looks for a member with that
    route, finds none, and takes any.

    The rule compares the routes of members whose server.xml hpatch has read, in balancers with `stickysession`.

    Write the same name into `route` and `jvmRoute`.

    Fires on::

        <Proxy "balancer://shop">
            BalancerMember "http://127.0.0.1:8080" route=node1
            BalancerMember "http://192.0.2.7:8080" route=node2
            ProxySet stickysession=JSESSIONID|jsessionid
        </Proxy>
        ProxyPass "/" "balancer://shop/"
        # file: server.xml
        <Server><Service name="Catalina">
          <Connector port="8080" address="127.0.0.1"/>
          <Engine name="Catalina" defaultHost="localhost" jvmRoute="tomcat1"/>
        </Service></Server>

    Write instead::

        <Proxy "balancer://shop">
            BalancerMember "http://127.0.0.1:8080" route=node1
            BalancerMember "http://192.0.2.7:8080" route=node2
            ProxySet stickysession=JSESSIONID|jsessionid
        </Proxy>
        ProxyPass "/" "balancer://shop/"
        # file: server.xml
        <Server><Service name="Catalina">
          <Connector port="8080" address="127.0.0.1"/>
          <Engine name="Catalina" defaultHost="localhost" jvmRoute="node1"/>
        </Service></Server>

    Source: "jvmRoute" in the Engine's documentation; find_session_route (mod_proxy_balancer.c).
    """
    seen: set[int] = set()
    for one in reached(context):
        balancer = one.mapping.worker
        if one.backend.program != "Tomcat" or not isinstance(balancer, Balancer) or id(one.worker) in seen:
            continue
        theirs, ours = one.backend.route, parameter(one, "route")
        if "stickysession" not in balancer.params or theirs is None or ours is None or ours.value == theirs.value:
            continue
        seen.add(id(one.worker))
        yield Found(
            ours.place,
            f'the route "{ours.value}" is '
            + (f'"{theirs.value}" in Tomcat' if theirs.value else "in no session of this Tomcat, which has no jvmRoute")
            + ": requests of a session go to any member",
            related=() if theirs.place is None else (Related(theirs.place, "the engine"),),
            help=f'Write jvmRoute="{ours.value}" into the Engine.',
            node=one.worker.node if one.worker is not None else None,
        )


def _ajp(context: Context) -> Iterator[Reached]:
    """The first line that leads to each AJP connector by each worker."""
    seen: set[tuple[int, int]] = set()
    for one in reached(context):
        key = (id(one.listener), id(one.worker))
        if one.target.scheme == "ajp" and one.listener.protocol == "ajp" and key not in seen:
            seen.add(key)
            yield one
