"""Who answers a request: the walk through httpd's hooks in their real order.

httpd: `ap_process_request_internal` (server/request.c). The translate_name hooks run in the order mod_rewrite,
mod_proxy, mod_alias, core, and the first one that takes the request ends the phase. Sections for files do not hold for
what is proxied. In the fixups, the order is mod_rewrite (rules in sections), mod_alias (Redirect in sections), mod_dir.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hpatch.paths import access as accesses
from hpatch.paths import uri
from hpatch.paths.hooks import access, connection, fixups, handler, storage, translate
from hpatch.paths.layers import lines
from hpatch.paths.model import Reply, UnknownError
from hpatch.paths.rewriting.written import listed
from hpatch.paths.walk import Hooks, RequestWalk

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hpatch.conf.tree import Node
    from hpatch.paths.access import Access
    from hpatch.paths.hosts import ChosenHost
    from hpatch.paths.layers import Layer
    from hpatch.paths.model import ClientRequest, HookStep
    from hpatch.paths.site import Site

_OTHERS = {
    "cacheenable": "a stored response may answer",
    "mdomain": "a challenge of its own goes first",
    "secruleengine": "its rules may deny",
}
_LONGEST = 2000
"""The longest path that patterns are held against: httpd ends a match that takes too long, Python does not."""


@dataclass(frozen=True)
class Who:
    """What becomes of a request.

    `host` is the virtual host (None if hpatch cannot tell), `steps` what httpd asked, in order, `layers` the sections
    that hold in the end, `access` what the access rules say (None if they were not asked), `page` where the page comes
    from that a local ErrorDocument names for an error.
    """

    request: ClientRequest
    host: ChosenHost | None
    steps: tuple[HookStep, ...]
    layers: tuple[Layer, ...]
    access: Access | None
    answer: Reply
    page: Reply | None = None


def who(site: Site, request: ClientRequest) -> Who:
    """What becomes of a request."""
    # An inner request keeps the line that the client sent.
    walk = RequestWalk(site, replace(request, line=request.first_line), Hooks(look_up=_look_up, handle=handler.handle))
    page: Reply | None = None
    try:
        answer = walk.looked_up() or walk.handled()
        if answer.status is not None and answer.status >= 400:
            page, hides = _error_document(walk, answer.status)
            if page is not None and hides:
                answer = page
    except RecursionError:
        answer = Reply(kind="unknown", text="sections are nested too deeply")
    except UnknownError as unknown:
        walk.step("handler", "hpatch", "unknown", unknown.text, unknown.node)
        answer = Reply(kind="unknown", text=unknown.text, node=unknown.node)
    return Who(
        request=request,
        host=walk.chosen,
        steps=tuple(walk.steps),
        layers=tuple(walk.layers),
        access=walk.access,
        answer=replace(answer, unseen=tuple(walk.unseen)),
        page=page,
    )


def _look_up(walk: RequestWalk) -> None:
    """All hooks before the handler."""
    if unread := [each for each in walk.site.configuration.problems if each.kind == "unreadable"]:
        raise UnknownError(f"not all of the configuration was read: {unread[0].message}")
    if walk.chosen is None:
        connection.connection(walk)
        _others(walk)
    request = walk.request
    if not accesses.knows(request.method):
        raise UnknownError(f'hpatch does not know the method "{request.method}"')
    if len(request.path) > _LONGEST:
        raise UnknownError(f"the path is longer than {_LONGEST} characters")
    try:
        translate.translate(walk)
    except uri.RefusedError as refused:
        walk.step("translate", "core", "denies", refused.text)
        walk.status(refused.status, refused.text)
    storage.storage(walk)
    access.check(walk)
    fixups.fixups(walk)


def _others(walk: RequestWalk) -> None:
    """What may answer or deny besides, and is not followed here."""
    if not walk.site.configuration.main:
        walk.unseen.append("the main server: this is a part of a configuration")
    for layer in walk.site.sections.defaults(walk.host):
        for node in layer.lines:
            what = _OTHERS.get(node.key)
            if what is not None and [word.lower() for word in node.words[:1]] != ["off"]:
                walk.unseen.append(f'"{node.name} {node.args}": {what}')


def _error_document(walk: RequestWalk, status: int) -> tuple[Reply | None, bool]:
    """Where the page for an error comes from, as a step; and whether it is, or may be, what answers in the end.

    A rewrite rule that answers hides from httpd that this is the page for an error (`hook_fixup` of mod_rewrite.c sets
    the status to 200), so that httpd forgets the error.
    """
    page: tuple[str, Node] | None = None
    for node, _ in lines(walk.layers, "errordocument"):
        words = node.words
        if len(words) > 1 and words[0] == str(status):
            page = (words[1], node)
    if page is None or not page[0].startswith("/"):
        return None, False
    inner = walk.inner(replace(walk.request, path=page[0], query=None, method="GET"))
    looked = False
    try:
        answered = inner.looked_up()
        looked = True
        found = answered or inner.handled()
        hides = found.kind in ("redirect", "status") and found.node is not None and found.node.key == "rewriterule"
    except UnknownError as unknown:
        found = Reply(kind="unknown", text=unknown.text, node=unknown.node)
        hides = (not looked or inner.internal is not None) and _rule_may_answer((*walk.layers, *inner.layers))
    text = f'ErrorDocument {status} "{page[0]}": the page comes from {found.described}'
    walk.step("handler", "core", "unknown" if found.kind == "unknown" else "changes", text, page[1])
    return found, hides


def _rule_may_answer(layers: Iterable[Layer]) -> bool:
    """Whether a rewrite rule among what holds for a request, and for one inside it, answers by itself."""
    rules = (rule for layer in layers for rule in listed(layer.lines))
    return any(rule.has("f", "g", "r") or "://" in rule.substitution for rule in rules)
