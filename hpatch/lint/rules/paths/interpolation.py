"""`interpolate` on proxy lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Fix, Found
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared import edits

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context

_MANUAL = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypassinterpolateenv"
_MAY = (
    "proxypass", "proxypassmatch", "proxypassreverse", "proxypassreversecookiedomain", "proxypassreversecookiepath",
)  # fmt: skip
"""The directives that take `interpolate`."""


@rule("MP015", "interpolate-alone", "warning", references=(_MANUAL,), fix="safe")
def interpolate_alone(context: Context) -> Iterator[Found]:
    """`interpolate` has no effect because ProxyPassInterpolateEnv is not on.

    The keyword on ProxyPass and ProxyPassReverse needs `ProxyPassInterpolateEnv On`, which is off by default. Without
    it, httpd leaves a `${name}` in the line unexpanded.

    Add `ProxyPassInterpolateEnv On`, or remove the keyword.

    Fires on::

        ProxyPass "/app" "http://10.0.0.5/${tenant}" interpolate

    Write instead::

        ProxyPassInterpolateEnv On
        ProxyPass "/app" "http://10.0.0.5/${tenant}" interpolate

    Source: the ProxyPassInterpolateEnv documentation; `ap_proxy_trans_match` and `ap_proxy_interpolate` in mod_proxy.c.
    """
    on = {id(_server(node)) for node in context.configuration.find("proxypassinterpolateenv") if _is_on(node)}
    if id(None) in on:
        return
    for node in _interpolated(context):
        if on and id(_server(node)) in on:
            continue
        words = [word.lower() for word in node.words]
        yield Found(
            node.word_place(words.index("interpolate")) if "interpolate" in words else node.place,
            f'"interpolate" on this {node.name} has no effect: ProxyPassInterpolateEnv is not on',
            help='Add "ProxyPassInterpolateEnv On", or remove "interpolate".',
            fix=_fix(node, words),
        )


def _fix(node: Node, words: list[str]) -> Fix | None:
    """Switch it on where the line has a variable: it was meant. Otherwise, the word does nothing."""
    if "${" in node.args:
        outside = node.parent is None or node.parent.key == "<virtualhost"
        line = edits.line_beside(node, "ProxyPassInterpolateEnv On", above=True) if outside else ()
        return edits.fix("add ProxyPassInterpolateEnv On", line)
    if "interpolate" not in words:
        return None
    return edits.fix("remove interpolate", edits.without(node, words.index("interpolate")), safe=True)


def _server(node: Node) -> Node | None:
    return node.inside("<virtualhost")


def _is_on(node: Node) -> bool:
    return node.words[:1] != [] and node.words[0].lower() == "on"


def _interpolated(context: Context) -> Iterator[Node]:
    if "interpolate" not in context.written(*_MAY).lower():
        return
    for mapping in context.passes:
        if "interpolate" in mapping.flags:
            yield mapping.node
    for reverse in context.reverses:
        args = reverse.node.args.lower()
        if "interpolate" in args and "interpolate" in args.split():
            yield reverse.node
