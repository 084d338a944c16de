"""Text that clients write in the URL of a backend."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.facts.versions import since
from hpatch.lint.found import Found
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.builds import on_build
from hpatch.lint.rules._shared.clients import (
    Filled,
    any_host,
    compared,
    guarded,
    is_server_name,
    passing_maps,
    rewritten,
)
from hpatch.lint.rules._shared.effective import in_server, is_on, server_of
from hpatch.lint.rules._shared.environment import Taken, brought
from hpatch.proxy.clients import Inserted, by_client, inserted
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context
    from hpatch.lint.rules._shared.rewriting import Rewrite
    from hpatch.text import Place

_REFUSED = "rewrite-refuses-blanks"
_MATCH = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypassmatch"
_FLAGS = "https://httpd.apache.org/docs/2.4/rewrite/flags.html#flag_p"
_HANDLER = "https://httpd.apache.org/docs/2.4/mod/core.html#sethandler"
_SECURITY = "https://httpd.apache.org/security/vulnerabilities_24.html"


class _Line(NamedTuple):
    """A ProxyPassMatch, a ProxyPass with interpolate or a RewriteRule with [P], with the texts in its URL."""

    node: Node
    place: Place
    url: str
    rewrite: Rewrite | None
    filled: Filled
    texts: tuple[Inserted, ...]


def _lines(context: Context) -> Iterator[_Line]:
    for mapping in context.passes:
        target = mapping.target
        if target is None or "$" not in target.text:
            continue
        filled = Filled(mapping.path if mapping.pattern else "")
        texts: list[Inserted] = []
        if mapping.pattern:
            texts += inserted(target.text, "match", filled.slashed)
        if "interpolate" in mapping.flags and is_on(
            in_server(context, "proxypassinterpolateenv", server_of(mapping.node))
        ):
            texts += _interpolated(target.text)
        if texts:
            yield _Line(
                node=mapping.node,
                place=target.place,
                url=target.text,
                rewrite=None,
                filled=filled,
                texts=tuple(texts),
            )
    for line in rewritten(context):
        if line.rewrite.rule.proxied:
            yield _Line(
                node=line.rewrite.node,
                place=line.rewrite.node.place,
                url=line.rewrite.rule.substitution,
                rewrite=line.rewrite,
                filled=line.filled,
                texts=line.texts,
            )


def _interpolated(url: str) -> Iterator[Inserted]:
    """The environment variables (`${NAME}`) that `interpolate` fills into a URL."""
    for text in inserted(url, "rewrite"):
        if text.kind == "map" and ":" not in text.name:
            yield text._replace(kind="variable", name=f"ENV:{text.name}")


def _glued(text: Inserted, filled: Filled) -> bool:
    """Whether a text stands directly behind a host or port that is written out, and may go on with it."""
    if text.part not in ("host", "port") or text.after or not text.before or text.before.endswith(("-", "_", ".")):
        return False
    if text.kind not in ("capture", "condition") or re.search(r"[$%]", text.before):
        return False
    return not filled.words(text) and not filled.chosen(text)


@rule("MP052", "match-no-slash", "error", references=(_MATCH, _FLAGS))
def match_no_slash(context: Context) -> Iterator[Found]:
    """A part of the path stands directly behind the backend's host or port, and need not begin with a slash.

    With `http://backend:8080$1`, a request whose `$1` is `0/` goes to port 80800, and one whose `$1` is
    `@other.example/` to another host: the client chooses where httpd connects to.

    The rule is silent if the group begins with a slash or is empty, as `(/.*)?`, if it holds the whole path (`^(.*)$`),
    and if it matches only certain words.

    Write a slash before the `$1`, or let the group begin with one.

    Fires on::

        ProxyPassMatch "^/app(.*)$" "http://backend:8080$1"

    Fires on (in a RewriteRule)::

        RewriteEngine On
        RewriteRule "^/app/(.*)$" "http://backend:8080$1" [P]

    Write instead::

        ProxyPassMatch "^/app(/.*)?$" "http://backend:8080$1"

    Silent on (the whole path begins with a slash)::

        ProxyPassMatch "^(.*)$" "http://backend:8080$1"

    Silent on (REQUEST_URI does, too)::

        RewriteEngine On
        RewriteRule "^/app" "http://backend:8080%{REQUEST_URI}" [P]

    Source: the ProxyPassMatch documentation (its security warning), CVE-2011-3368; tested on httpd 2.4.71.
    """
    for line in _lines(context):
        if line.filled.folder is True:
            continue
        for text in line.texts:
            if _glued(text, line.filled):
                yield Found(
                    line.place,
                    f'"{text.text}" stands directly behind "{text.before}" and need not begin with a slash: the client '
                    "chooses the port, or another host",
                    help=f'Write a slash before "{text.text}".',
                )
                break


@rule("MP053", "target-port-digits", "error", references=(_FLAGS,))
def target_port_digits(context: Context) -> Iterator[Found]:
    """In a folder, `$1` never begins with a slash: it goes on with the backend's host or port.

    In `<Directory>` and .htaccess files, mod_rewrite compares the path below the folder, without a slash. With
    `http://backend:80$1`, a request for `/81/x` goes to port 8081, and one for `/page` gets 500.

    Write a slash before the `$1`.

    Fires on::

        <Directory "/srv/www">
            RewriteEngine On
            RewriteRule "^(.*)$" "http://backend:8080$1" [P]
        </Directory>

    Write instead::

        <Directory "/srv/www">
            RewriteEngine On
            RewriteRule "^(.*)$" "http://backend:8080/$1" [P]
        </Directory>

    Silent on (in a server, `$1` begins with a slash)::

        RewriteEngine On
        RewriteRule "^(.*)$" "http://backend:8080$1" [P]

    Source: the RewriteRule documentation ("Per-directory Rewrites"), hook_fixup (mod_rewrite.c); tested on httpd
    2.4.71.
    """
    for line in _lines(context):
        if line.filled.folder is not True:
            continue
        for text in line.texts:
            if _glued(text, line.filled):
                yield Found(
                    line.place,
                    f'"{text.text}" begins with no slash here, and goes on with "{text.before}": the client chooses '
                    "the port or the host",
                    help=f'Write a slash before "{text.text}".',
                )
                break


@rule("MP054", "target-from-client", "error", references=(_FLAGS, _MATCH))
def target_from_client(context: Context) -> Iterator[Found]:
    """The client chooses the host to which httpd connects.

    The host or port of the URL holds a part of the request: its path, its Host or another header, its query, or a
    variable that SetEnvIf or the flag E fills from these. `%{SERVER_NAME}` is the client's Host unless
    `UseCanonicalName On`. Through httpd, a client reaches servers that only httpd should reach (SSRF), on this
    machine, too.

    The rule is silent about groups that list what is allowed (`(a|b)`), about maps from a file, about words between
    written parts of a name (`http://$1.apps.internal`), about balancers, and if a condition allows certain hosts. If
    any single word may be the host, or any number the port, it is a warning; so is `%{HTTP_HOST}` in a virtual host
    that may answer for its own names only.

    List the hosts in the pattern, or in a RewriteMap from a file.

    Fires on::

        RewriteEngine On
        RewriteRule "^/fetch/([^/]+)/(.*)$" "http://$1/$2" [P]

    Fires on (the Host header)::

        RewriteEngine On
        RewriteRule "^/(.*)$" "http://%{HTTP_HOST}:8080/$1" [P]

    Fires on (with ProxyPassMatch)::

        ProxyPassMatch "^/([^/]+)/(.*)$" "http://$1/$2"

    Fires on (a header, by way of a variable)::

        SetEnvIf X-Backend "(.+)" backend=$1
        RewriteEngine On
        RewriteRule "^/(.*)$" "http://%{ENV:backend}/$1" [P]

    Write instead::

        RewriteEngine On
        RewriteRule "^/fetch/(app|shop)/(.*)$" "http://$1/$2" [P]

    Silent on (words with a written end)::

        RewriteEngine On
        RewriteRule "^/tenant/([a-z0-9-]+)/(.*)$" "http://$1.apps.internal/$2" [P]

    Silent on (the variable has one of the configuration's own values)::

        SetEnvIf X-Backend "^new$" backend=10.0.0.6
        RewriteEngine On
        RewriteRule "^/(.*)$" "http://%{ENV:backend}/$1" [P]

    Silent on (a file lists what there is)::

        RewriteEngine On
        RewriteMap hosts "txt:/etc/hosts"
        RewriteRule "^/([^/]+)/(.*)$" "http://${hosts:$1|fallback}/$2" [P]

    Source: the documentation of the P flag (its security warning); tested on httpd 2.4.71.
    """
    for line in _lines(context):
        if line.url[:9].lower() == "balancer:":
            # The balancers are those that the configuration defines.
            continue
        for text in line.texts:
            if text.part not in ("scheme", "host", "port", "socket") or _glued(text, line.filled):
                continue
            if text.part == "scheme" and (text.after or text.before):
                continue
            sureness = _sureness(context, line, text)
            if sureness is None:
                continue
            yield Found(
                line.place,
                f'"{text.text}" comes from the client, and chooses the {_what(text)} to which httpd connects',
                help="List what is allowed in the pattern, or in a RewriteMap from a file.",
                severity=None if sureness else "warning",
                confidence=None if sureness else "medium",
            )
            break


def _sureness(context: Context, line: _Line, text: Inserted) -> bool | None:
    """Whether the client chooses freely (True), within limits (False), or not at all (None)."""
    found = [_of_one(context, line, one) for one in (_own(context, line, text), *brought(context, line.node, text))]
    told = [one for one in found if one is not None]
    return any(told) if told else None


def _own(context: Context, line: _Line, text: Inserted) -> Taken:
    by_host = text.header == "host" or is_server_name(context, line.node, text.name)
    if text.kind == "condition":
        tested = line.filled.compared.tested
        by_host = "HOST" in tested.upper() or is_server_name(context, line.node, tested[2:-1])
    return Taken(line.filled, text, by_host)


def _of_one(context: Context, line: _Line, one: Taken) -> bool | None:
    filled, text = one.filled, one.text
    if filled.slashed(text) or filled.chosen(text):
        return None
    if not one.by_host and not filled.written(text, passing_maps(context)):
        return None
    words = filled.words(text)
    if words and _bounded(text):
        return None
    if line.rewrite is not None and guarded(line.rewrite) and (one.by_host or text.kind == "map"):
        return None
    if not one.by_host:
        return not words
    open_to_all = any_host(context, line.node)
    return None if open_to_all is False else open_to_all is True and not words


def _bounded(text: Inserted) -> bool:
    """Whether a word stands beside written parts of a name, or is the number of a port."""
    after = text.after.partition(":")[0]
    if text.part == "port":
        return not text.before.endswith(":")
    return text.part == "socket" or bool(text.before.rpartition("@")[2]) or "." in after or "-" in after


def _what(text: Inserted) -> str:
    return {"socket": "socket", "port": "port"}.get(text.part, "host")


@rule("MP055", "handler-from-client", "error", references=(_HANDLER,))
def handler_from_client(context: Context) -> Iterator[Found]:
    """SetHandler is an expression: the client chooses the backend.

    `%{HTTP_HOST}`, `%{req:…}` and the like in `SetHandler "proxy:…"` are what the client sends, and so is
    `%{SERVER_NAME}` unless `UseCanonicalName On`. In the place of the host, the port or the socket, they lead httpd to
    whatever server or socket a client names. A variable that SetEnvIf fills from a header does so, too.

    The rule is silent if such text stands in the path only, if an `<If>` around the handler lists its values, and if
    `RequestHeader set … early` overwrites the header.

    Write the backend out, in one section for each.

    Fires on::

        <FilesMatch "\\.php$">
            SetHandler "proxy:fcgi://%{HTTP_HOST}:9000"
        </FilesMatch>

    Fires on (the name of a socket)::

        <FilesMatch "\\.php$">
            SetHandler "proxy:unix:/run/php/%{req:X-Pool}.sock|fcgi://localhost"
        </FilesMatch>

    Write instead::

        <FilesMatch "\\.php$">
            SetHandler "proxy:unix:/run/php/shop.sock|fcgi://localhost"
        </FilesMatch>

    Silent on (set by the configuration)::

        SetEnv POOL shop
        <FilesMatch "\\.php$">
            SetHandler "proxy:unix:/run/php/%{reqenv:POOL}.sock|fcgi://localhost"
        </FilesMatch>

    Source: the SetHandler documentation (expressions since 2.4.19); tested on httpd 2.4.71.
    """
    if context.before("expression-in-handler"):
        return
    for node in context.configuration.find("sethandler"):
        text = "".join(node.words[:1])
        if not text.lower().startswith("proxy:") or "%{" not in text:
            continue
        for one in inserted(text[6:], "expression"):
            if one.kind == "variable" and one.part not in ("path", "query") and _chooses(context, node, one):
                yield Found(
                    node.place,
                    f'"{one.text}" comes from the client, and chooses the {_what(one)} to which httpd connects',
                    help="Write the backend out.",
                )
                break


def _chooses(context: Context, node: Node, one: Inserted) -> bool:
    """Whether a variable in a handler brings what the client writes."""
    if _listed(node, one) or _overwritten(context, node, one):
        return False
    if one.name.upper() in ("REQUEST_URI", "PATH_INFO", "SCRIPT_NAME", "DOCUMENT_URI"):
        return False
    if by_client(one.name) or (is_server_name(context, node, one.name) and any_host(context, node) is not False):
        return True
    return any(
        not taken.filled.chosen(taken.text)
        and not (taken.filled.words(taken.text) and _bounded(taken.text))
        and (not taken.by_host or any_host(context, node) is not False)
        for taken in brought(context, node, one)
    )


def _listed(node: Node, one: Inserted) -> bool:
    """Whether an `<If>` around a handler lets a variable have a few values only."""
    variable = re.escape(one.text)
    for section in node.ancestors():
        if section.key != "<if" or not section.words:
            continue
        expression = section.words[0]
        if "||" in expression or "!" in expression:
            continue
        for part in expression.split("&&"):
            if re.fullmatch(rf"\s*{variable}\s*(?:in\s*\{{[^%$]*\}}|(?:==|=|-eq)\s*[^\s%$~]+)\s*", part, re.IGNORECASE):
                return True
            comparison = compared(part)
            if comparison is not None and comparison.tested.lower() == one.text.lower():
                whole = re.fullmatch(r"\^(?:\((?:\?:)?([^()]*)\)|([^()|]*))\$", comparison.pattern)
                values = "" if whole is None else whole[1] or whole[2]
                word, first = Filled(f"({values})", folder=True), one._replace(kind="capture", name="1")
                if values and (word.chosen(first) or (word.words(first) and _bounded(one))):
                    return True
    return False


def _overwritten(context: Context, node: Node, one: Inserted) -> bool:
    """Whether the server sets the request header before httpd looks for the handler, whatever the client sends."""
    if not one.header:
        return False
    for line in context.lines_of(server_of(node), "requestheader"):
        words = line.words
        if len(words) == 4 and (words[0].lower(), words[3].lower()) == ("set", "early"):
            plain = "%" not in words[2] and not words[2].startswith("expr=")
            if plain and line.certain and words[1].lower() == one.header:
                return True
    return False


@rule("MP056", "rewrite-splitting", "error", references=(_SECURITY,))
def rewrite_splitting(context: Context) -> Iterator[Found]:
    """This version of httpd lets a client split the request to the backend (CVE-2023-25690).

    A pattern such as `(.*)` takes decoded text of the path, and the line puts it into the query of the backend's URL.
    httpd before 2.4.56 does not refuse blanks and control characters there.

    The rule is silent if the version is not known, with the flag B, and about groups without such characters.

    Upgrade to 2.4.56 or later. Until then, add B to the flags, or make the group narrower.

    Fires on::

        # options: --httpd-version 2.4.54
        RewriteEngine On
        RewriteRule "^/here/(.*)" "http://10.0.0.5:8080/elsewhere?$1" [P]

    Write instead::

        # options: --httpd-version 2.4.54
        RewriteEngine On
        RewriteRule "^/here/([a-z0-9]+)$" "http://10.0.0.5:8080/elsewhere?$1" [P]

    Silent on (mended in this version)::

        # options: --httpd-version 2.4.56
        RewriteEngine On
        RewriteRule "^/here/(.*)" "http://10.0.0.5:8080/elsewhere?$1" [P]

    Source: https://httpd.apache.org/security/vulnerabilities_24.html, CVE-2023-25690; the flags B and BCTLS.
    """
    if not context.before(_REFUSED):
        return
    for line in _lines(context):
        rule_flags = line.rewrite.rule if line.rewrite is not None else None
        if rule_flags is not None and rule_flags.has("b", "backrefescape"):
            continue
        raw = rule_flags is not None and rule_flags.has("ne", "noescape")
        for text in line.texts:
            if text.kind not in ("capture", "condition") or (text.part != "query" and not raw):
                continue
            found = line.filled.group_of(text)
            if found is None or not re.search(r"\.[*+{]|\[\^", found[1]):
                continue
            splitting = Found(
                line.place,
                f'httpd {context.version} hands "{text.text}" on as it is: a client can split the request '
                "(CVE-2023-25690)",
                help=f"Upgrade to httpd {since(_REFUSED)} or later.",
            )
            there = on_build(context, "CVE-2023-25690", splitting)
            if there is not None:
                yield there
            break
