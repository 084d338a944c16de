"""Escaped characters on their way to the backend."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.facts.parameters import MAPPING
from hpatch.facts.versions import since
from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.passes import encoded, parameter
from hpatch.lint.rules._shared.rewriting import rewrites

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Mapping
    from hpatch.text import Place

_PASS = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"
_UNSAFE = "https://httpd.apache.org/docs/2.4/rewrite/flags.html#flag_unsafe_allow_3f"
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

    It is a warning in two cases:

    - With `mapping=servlet`, `nocanon` takes away what that mapping is for. httpd matches the normalized path, but
      sends the raw one: `/app/%2e%2e/x` and `/app/a;p=1/../x` reach the backend as the client wrote them.
    - scgi does not read the flag, so it has no effect.

    The rule is silent without `mapping=servlet` when AllowEncodedSlashes is On or NoDecode in the same server, which
    shows that raw paths are wanted.

    Keep `nocanon` only if the backend needs raw paths and checks them itself.

    Fires on::

        ProxyPass "/app" "http://10.0.0.5/app" nocanon

    Fires on (the raw path goes to the backend)::

        ProxyPass "/app" "http://10.0.0.5/app" mapping=servlet nocanon

    Write instead::

        ProxyPass "/app" "http://10.0.0.5/app"

    Silent on (raw paths are wanted)::

        AllowEncodedSlashes NoDecode
        ProxyPass "/app" "http://10.0.0.5/app" nocanon

    Source: the ProxyPass documentation; `ap_proxy_trans_match` in mod_proxy.c, the canon handlers of the schemes (from
    2.4.1 to 2.4.62). Tested on httpd 2.4.71.
    """
    allowed: dict[int, Node] | None = None
    for mapping in context.passes:
        if "nocanon" not in mapping.flags or mapping.target is None:
            continue
        if mapping.target.scheme == "scgi":
            yield Found(
                _word(mapping, "nocanon"),
                '"nocanon" has no effect here: mod_proxy_scgi does not read it',
                help='Remove "nocanon".',
                confidence="high",
            )
            continue
        if _servlet(mapping):
            yield Found(
                _word(mapping, "nocanon"),
                f'"nocanon" undoes "mapping=servlet": the backend gets paths below "{mapping.path}" as the client '
                "sent them, with their /../ and ;parameters",
                help='Remove "nocanon".',
                confidence="high",
            )
            continue
        if allowed is None:
            allowed = _encoded_slashes(context)
        if id(mapping.server.node) not in allowed:
            yield Found(
                _word(mapping, "nocanon"),
                f'"nocanon" passes paths below "{mapping.path}" to the backend as the client sent them',
                help='Keep "nocanon" only if the backend needs raw paths and checks them itself.',
                severity="info",
            )


def _servlet(mapping: Mapping) -> bool:
    """Whether a path is normalized as servlets do; a pattern is not."""
    param = parameter(mapping, "mapping") if mapping.params and not mapping.pattern else None
    return param is not None and param.value.lower() == "servlet"


@rule("MP018", "slashes-decode", "warning", confidence="medium", references=(_SLASHES, _PASS))
def slashes_decode(context: Context) -> Iterator[Found]:
    """Encoded slashes (`%2F`) do not reach the backend, or not unchanged.

    With `AllowEncodedSlashes On`, httpd decodes `%2F`. A ProxyPass without `nocanon` or `mapping=` then asks the
    backend for `/a/b` instead of `/a%2Fb`, which is another resource. With `NoDecode`, httpd before 2.4.57 escapes it
    again, to `%252F`.

    A virtual host does not inherit AllowEncodedSlashes from the main server. A host without the directive answers every
    path with `%2F` with 404, whatever the main server allows.

    Set `AllowEncodedSlashes NoDecode` in the server that has the ProxyPass, and add `nocanon` to the ProxyPass.

    Fires on::

        AllowEncodedSlashes On
        ProxyPass "/repo" "http://10.0.0.5/repo"

    Fires on (the virtual host does not inherit the setting)::

        AllowEncodedSlashes NoDecode
        <VirtualHost *:80>
            ProxyPass "/repo" "http://10.0.0.5/repo" nocanon
        </VirtualHost>

    Write instead::

        AllowEncodedSlashes NoDecode
        ProxyPass "/repo" "http://10.0.0.5/repo" nocanon

    Silent on (the setting of the main server does not hold in the virtual host, whose own does)::

        AllowEncodedSlashes On
        <VirtualHost *:80>
            AllowEncodedSlashes Off
            ProxyPass "/repo" "http://10.0.0.5/repo"
        </VirtualHost>

    Source: the AllowEncodedSlashes documentation; CHANGES of 2.4.57 ("do not fiddle with these slashes");
    `proxy_http_canon` in mod_proxy_http.c; `merge_core_dir_configs` in core.c, which takes the virtual host's setting
    even if it is only the default. Tested on httpd 2.4.71.
    """
    if not context.configuration.find("allowencodedslashes"):
        return
    allowed = _encoded_slashes(context)
    for mapping in context.passes:
        target = mapping.target
        if target is None or target.scheme not in ("http", "https", "balancer"):
            continue
        if "nocanon" in mapping.flags or encoded(mapping):
            continue
        setting = allowed.get(id(mapping.server.node))
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
    general = allowed.get(id(None))
    if general is not None:
        yield from _not_inherited(context, general)


def _not_inherited(context: Context, general: Node) -> Iterator[Found]:
    """The virtual hosts that pass paths on and do not have what the main server allows."""
    told = {id(node.inside("<virtualhost")) for node in context.configuration.find("allowencodedslashes")}
    first: list[Mapping] = []
    for server in context.proxy.servers[1:]:
        if id(server.node) in told:
            continue
        lines = [mapping for mapping in server.passes if mapping.target is not None]
        if lines:
            first.append(next((line for line in lines if "nocanon" in line.flags), lines[0]))
    if not first:
        return
    if len(first) == 1:
        hosts = f'the virtual host "{first[0].server.name}"'
    else:
        hosts = f'"{first[0].server.name}" and {len(first) - 1} more virtual host{"s" if len(first) > 2 else ""}'
    yield Found(
        general.place,
        f'"{general.name} {general.words[0]}" does not hold in {hosts}: httpd answers a path with "%2F" with 404 there',
        related=tuple(Related(line.place, "this server has no AllowEncodedSlashes") for line in first[:5]),
        help="Repeat AllowEncodedSlashes in each virtual host that needs it.",
        confidence="high" if any("nocanon" in line.flags for line in first) else None,
    )


@rule("MP084", "nocanon-half", "info", advice=True, confidence="medium", references=(_SLASHES, _PASS))
def nocanon_half(context: Context) -> Iterator[Found]:
    """httpd answers a path with `%2F` with 404, although `nocanon` is there to pass it on.

    `nocanon` keeps the path as the client sent it, but only paths that get so far: by default AllowEncodedSlashes is
    Off, and httpd refuses those with `%2F` before. Jenkins, GitLab, Nexus and RabbitMQ need such paths.

    The rule is silent if any line allows encoded slashes: slashes-decode then says where they do not hold.

    Add `AllowEncodedSlashes NoDecode` to the server, or remove `nocanon`.

    Fires on::

        ProxyPass "/jenkins" "http://10.0.0.5:8080/jenkins" nocanon

    Write instead::

        AllowEncodedSlashes NoDecode
        ProxyPass "/jenkins" "http://10.0.0.5:8080/jenkins" nocanon

    Source: the AllowEncodedSlashes documentation, ap_unescape_url_keep2f (util.c); tested on httpd 2.4.71.
    """
    seen: set[int] = set()
    for mapping in context.passes:
        if "nocanon" not in mapping.flags or mapping.target is None or id(mapping.server.node) in seen:
            continue
        seen.add(id(mapping.server.node))
        if _encoded_slashes(context):
            return
        yield Found(
            _word(mapping, "nocanon"),
            f'httpd answers a path under "{mapping.path}" that has "%2F" with 404: AllowEncodedSlashes is off',
            help='Add "AllowEncodedSlashes NoDecode".',
        )


@rule("MP085", "question-mark-refused", "info", references=(_UNSAFE,))
def question_mark_refused(context: Context) -> Iterator[Found]:
    """httpd 2.4.60 to 2.4.62 answers a request with `%3F` with 403 if a rule adds or removes a query.

    The protection against CVE-2024-38474 refuses every rewritten URL with a `?` if the client's URL has an encoded one,
    in its path or in its query (AH10508). Later releases tell apart where the `?` comes from.

    The rule is silent if httpd's version is not known.

    Upgrade to httpd 2.4.63 or later. The flag UnsafeAllow3F switches the protection off.

    Fires on::

        # options: --httpd-version 2.4.62
        RewriteEngine On
        RewriteRule "^/page/(.*)$" "/index.php?page=$1" [B,PT]

    Write instead::

        # options: --httpd-version 2.4.63
        RewriteEngine On
        RewriteRule "^/page/(.*)$" "/index.php?page=$1" [B,PT]

    Silent on (no question mark)::

        # options: --httpd-version 2.4.62
        RewriteEngine On
        RewriteRule "^/page/(.*)$" "/index/$1" [PT]

    Source: CHANGES of 2.4.60 and 2.4.63 (PR 69197), apply_rewrite_rule (mod_rewrite.c) of 2.4.62.
    """
    if context.version is None or context.before("question-mark-refused") or not context.before("question-mark-told"):
        return
    for one in rewrites(context):
        rewrite = one.rule
        if "?" not in rewrite.substitution or rewrite.has("unsafeallow3f"):
            continue
        yield Found(
            one.node.place,
            f'httpd {context.version} answers a request with "%3F" in its URL with 403 here',
            help=f"Upgrade to httpd {since('question-mark-told')} or later.",
        )


def _word(mapping: Mapping, word: str) -> Place:
    words = [text.lower() for text in mapping.node.words]
    return mapping.node.word_place(words.index(word)) if word in words else mapping.place


def _encoded_slashes(context: Context) -> dict[int, Node]:
    """The directive that allows encoded slashes, by the id of its virtual host's node (id of None: the main server).

    The last one of a server counts, and no server inherits another's.
    """
    found: dict[int, Node] = {}
    for node in context.configuration.find("allowencodedslashes"):
        server = id(node.inside("<virtualhost"))
        found.pop(server, None)
        if node.words[:1] != [] and node.words[0].lower() in ("on", "nodecode"):
            found[server] = node
    return found
