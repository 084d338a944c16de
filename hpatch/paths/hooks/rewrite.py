"""mod_rewrite's hooks: the rules of a server in translate_name, those of sections in the fixups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hpatch.paths.model import FileKind, UnknownError
from hpatch.paths.options import options
from hpatch.paths.rewriting import outcome, which

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.paths.rewriting.outcome import Rewritten
    from hpatch.paths.rewriting.which import RuleList
    from hpatch.paths.walk import RequestWalk


def rewritten(walk: RequestWalk) -> bool:
    """mod_rewrite's rules of the server."""
    if walk.ended or not which.on(walk.layers):
        return False
    rules = which.of_server(walk.site.sections.of(walk.host))
    if not rules.rules:
        return False
    result = outcome.of_server(rules, walk.filename or walk.uri, walk.query, walk.facts)
    _ran(walk, "translate", result)
    if not result.steps:
        text = "the path matches none of its rules"
        walk.step("translate", "mod_rewrite", "declines", text, rules.rules[0].node)
    if result.passed and walk.filename.startswith("proxy:"):
        raise UnknownError("a rewrite rule passes on what a ProxyPass with mapping= has taken")
    if result.passed:
        walk.uri = result.uri
    if result.proxy is not None:
        walk.hand_on(*result.proxy)
        return True
    if result.file is not None:
        _file(walk, result.file)
        return True
    return False


def _ran(walk: RequestWalk, phase: str, result: Rewritten) -> None:
    """What rules did, as steps. Ends the walk if they answer."""
    for node, text in result.steps:
        walk.step(phase, "mod_rewrite", "changes", text, node)
    walk.ended = walk.ended or result.ended
    walk.query = result.query
    for text, node in result.sets:
        if text.lstrip("!").partition(":")[0] == "no-proxy":
            walk.no_proxy = (not text.startswith("!"), node)
    walk.forced = result.handler or walk.forced
    if result.answer is not None:
        walk.end(result.answer)


def _file(walk: RequestWalk, file: tuple[str, Node, str]) -> None:
    """A rule that names a file, or a path below DocumentRoot: httpd looks whether its first folder exists."""
    text, node, written = file
    first = "/" + text.lstrip("/").partition("/")[0]
    root = walk.root
    if root is None:
        raise UnknownError("no DocumentRoot is set: the one that is built into httpd counts")
    kind = walk.disk.kind(first)
    itself = written.startswith(first) or text.startswith(root)
    if kind is None and itself and not text.startswith(root):
        walk.unseen.append(f'whether this machine has "{first}": the rule then names a file outside DocumentRoot')
    whole = text.startswith(root) if kind is None else itself and kind is not FileKind.NOTHING
    walk.filename = text if whole else root.rstrip("/") + text
    walk.step("translate", "mod_rewrite", "takes", f'its rule names the file "{walk.filename}"', node)


def rewritten_inside(walk: RequestWalk, rules: RuleList) -> None:
    """mod_rewrite's rules of sections."""
    found = walk.found
    filename = walk.filename if found is None else found.path
    if found is not None and found.kind is None and rules.rules and not rules.section_is_location:
        walk.unseen_file(found.path)
    if f"{filename}/" == rules.folder and not rules.bare:
        return
    if options(walk.layers).isdisjoint(("followsymlinks", "symlinksifownermatch")):
        text = "rewrite rules in a section need Options FollowSymLinks or SymLinksIfOwnerMatch"
        walk.status(403, text, rules.section)
    rest = "" if found is None else found.rest
    result = outcome.of_sections(rules, walk.uri, walk.query, walk.facts, filename, rest, walk.root, walk.alias)
    _ran(walk, "fixups", result)
    if result.proxy is not None:
        walk.proxy, walk.handler = result.proxy, None
    elif result.file is not None:
        walk.proxy, walk.internal = None, result.file[:2]
