"""Escaped characters on their way to the backend."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.facts.parameters import MAPPING
from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.passes import encoded, parameter

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Mapping, Server
    from hpatch.text import Place

_PASS = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"
_SLASHES = "https://httpd.apache.org/docs/2.4/mod/core.html#allowencodedslashes"


@rule("MP016", "mapping-version", "error", references=(_PASS,))
def mapping_version(context: Context) -> Iterator[Found]:
    """This httpd version does not know `mapping=`.

    httpd refuses to start. `mapping=encoded` and `mapping=servlet` need httpd 2.4.49; an older version takes the key
    for a worker parameter.

    Remove the parameter, or upgrade httpd.

    Fires on::

        # options: --httpd-version 2.4.46
        ProxyPass "/app" "http://10.0.0.5/app" mapping=servlet

    Write instead::

        # options: --httpd-version 2.4.46
        ProxyPass "/app" "http://10.0.0.5/app"

    Source: `add_pass` in mod_proxy.c of 2.4.48 and 2.4.49.
    """
    first = MAPPING["mapping"].since
    if first is None or not context.before(first):
        return
    for mapping in context.passes:
        param = parameter(mapping, "mapping") if mapping.params else None
        if param is not None:
            yield Found(
                param.place,
                f'"{param.key}={param.value}" needs httpd {first}: httpd {context.version} does not start',
                help="Remove it, or upgrade httpd.",
            )


@rule("MP017", "nocanon", "warning", confidence="medium", references=(_PASS,))
def nocanon(context: Context) -> Iterator[Found]:
    """`nocanon` passes the path to the backend as the client sent it.

    Normally mod_proxy decodes a path, resolves `/../` in it and encodes it again. `nocanon` passes the raw path on.
    Backends that read `%2F` or signed URLs need that, but it "removes the normal limited protection against URL-based
    attacks". The severity is info.

    It is a warning if the flag has no effect: with `mapping=servlet`, which normalizes the path, and for scgi, which
    does not read the flag.

    The rule is silent when AllowEncodedSlashes is On or NoDecode, which shows that raw paths are wanted.

    Keep `nocanon` only if the backend needs raw paths and checks them itself.

    Fires on::

        ProxyPass "/app" "http://10.0.0.5/app" nocanon

    Write instead::

        ProxyPass "/app" "http://10.0.0.5/app"

    Source: the ProxyPass documentation; `ap_proxy_trans_match` in mod_proxy.c, the canon handlers of the schemes (from
    2.4.1 to 2.4.62). Tested on httpd 2.4.71.
    """
    allowed: dict[int, Node | None] | None = None
    for mapping in context.passes:
        if "nocanon" not in mapping.flags or mapping.target is None:
            continue
        inert = _inert(mapping)
        if inert is not None:
            yield Found(
                _word(mapping, "nocanon"),
                f'"nocanon" has no effect here: {inert}',
                help='Remove "nocanon".',
                confidence="high",
            )
            continue
        if allowed is None:
            allowed = _encoded_slashes(context)
        if _slashes(allowed, mapping.server) is None:
            yield Found(
                _word(mapping, "nocanon"),
                f'"nocanon" passes paths below "{mapping.path}" to the backend as the client sent them',
                help='Keep "nocanon" only if the backend needs raw paths and checks them itself.',
                severity="info",
            )


def _inert(mapping: Mapping) -> str | None:
    param = parameter(mapping, "mapping")
    if param is not None and param.value.lower() == "servlet":
        return '"mapping=servlet" normalizes the path'
    if mapping.target is not None and mapping.target.scheme == "scgi":
        return "mod_proxy_scgi does not read it"
    return None


@rule("MP018", "slashes-decode", "warning", confidence="medium", references=(_SLASHES, _PASS))
def slashes_decode(context: Context) -> Iterator[Found]:
    """Encoded slashes (`%2F`) do not reach the backend unchanged.

    With `AllowEncodedSlashes On`, httpd decodes `%2F`. A ProxyPass without `nocanon` or `mapping=` then asks the
    backend for `/a/b` instead of `/a%2Fb`, which is another resource. With `NoDecode`, httpd before 2.4.57 escapes it
    again, to `%252F`.

    Set `AllowEncodedSlashes NoDecode` and add `nocanon` to the ProxyPass.

    Fires on::

        AllowEncodedSlashes On
        ProxyPass "/repo" "http://10.0.0.5/repo"

    Write instead::

        AllowEncodedSlashes NoDecode
        ProxyPass "/repo" "http://10.0.0.5/repo" nocanon

    Source: the AllowEncodedSlashes documentation; CHANGES of 2.4.57 ("do not fiddle with these slashes");
    `proxy_http_canon` in mod_proxy_http.c. Tested on httpd 2.4.71.
    """
    allowed: dict[int, Node | None] | None = None
    for mapping in context.passes:
        target = mapping.target
        if target is None or target.scheme not in ("http", "https", "balancer"):
            continue
        if "nocanon" in mapping.flags or encoded(mapping):
            continue
        if allowed is None:
            allowed = _encoded_slashes(context)
            if not any(allowed.values()):
                return
        setting = _slashes(allowed, mapping.server)
        if setting is None:
            continue
        decoded = setting.words[0].lower() == "on"
        if not decoded and not context.before("nodecode-passed-once"):
            continue
        becomes = "/" if decoded else "%252F"
        yield Found(
            mapping.place,
            f'"%2F" in a path under "{mapping.path}" reaches the backend as "{becomes}"',
            related=(Related(setting.place, "this allows such paths"),),
            help='Set "AllowEncodedSlashes NoDecode", and add "nocanon" to the ProxyPass.',
        )


def _word(mapping: Mapping, word: str) -> Place:
    words = [text.lower() for text in mapping.node.words]
    return mapping.node.word_place(words.index(word)) if word in words else mapping.place


def _encoded_slashes(context: Context) -> dict[int, Node | None]:
    """The AllowEncodedSlashes of each virtual host (by its node's id) and of the main server (id of None).

    Its value is None if it is off, or if it stands in a section and so may not apply to a path.
    """
    found: dict[int, Node | None] = {}
    for node in context.configuration.find("allowencodedslashes"):
        server = node.inside("<virtualhost")
        on = node.words[:1] != [] and node.words[0].lower() in ("on", "nodecode")
        if node.parent is server or on:
            found[id(server)] = node if on else None
    return found


def _slashes(allowed: dict[int, Node | None], server: Server) -> Node | None:
    """The directive that allows encoded slashes in a server; None if none does."""
    if server.node is not None and id(server.node) in allowed:
        return allowed[id(server.node)]
    return allowed.get(id(None))
