"""What rules make of a request: an answer, a backend's URL, a file or an internal redirect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from hpatch.paths import uri as uris
from hpatch.paths.model import Reply, UnknownError
from hpatch.paths.rewriting.engine import Asking, Engine, absolute

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.paths.rewriting.which import RuleList
    from hpatch.paths.rewriting.written import WrittenRule


@dataclass
class Rewritten:
    """What rules make of a request. At most one of `answer`, `proxy` (a URL and the rule) and `file` is there; none of
    them: the request goes on with `uri` and `query`. `passed` is whether a rule with PT made the path, `ended` whether
    the END flag ended all rewriting."""

    uri: str
    query: str | None
    answer: Reply | None = None
    proxy: tuple[str, Node] | None = None
    file: tuple[str, Node, str] | None = None
    handler: tuple[str, Node] | None = None
    steps: list[tuple[Node, str]] = field(default_factory=list)
    sets: list[tuple[str, Node]] = field(default_factory=list)
    passed: bool = False
    ended: bool = False


def of_server(rules: RuleList, uri: str, query: str | None, facts: Asking) -> Rewritten:
    """The rules of a server, for a decoded path. Raises UnknownError."""
    done = Engine(rules, uri, query, facts)
    done.run()
    result = _result(done)
    changed = done.changed
    if result.answer is not None or changed is None:
        return replace(result, uri=uri, query=query if changed is None else done.query)
    text = done.filename
    if done.passed:
        result.uri, result.passed = text, True
    elif text.startswith("proxy:"):
        result.proxy = (_escaped(text[6:], changed, uris.proxy_encoded), changed.node)
    elif absolute(text):
        result.answer = _redirection(done, changed, query)
    else:
        result.file = (text, changed.node, changed.substitution)
    result.query = done.query
    return result


def of_sections(
    rules: RuleList,
    uri: str,
    query: str | None,
    facts: Asking,
    filename: str,
    rest: str,
    root: str | None,
    alias: tuple[str, str] | None,
) -> Rewritten:
    """The rules of a section. `filename` is the file, `rest` what follows it, or `proxy:` and the backend's URL.

    `alias` are the path and the folder of the Alias that named the file. A `file` in the result is the path of an
    internal redirect. Raises UnknownError.
    """
    done = Engine(rules, filename, query, facts, rest)
    done.run()
    result, changed = _result(done), done.changed
    if result.answer is not None or changed is None:
        return replace(result, uri=uri, query=query if changed is None else done.query)
    text = done.filename
    result.uri, result.query = uri, done.query
    if text.startswith("proxy:"):
        result.proxy = (_escaped(text[6:], changed, uris.proxy_encoded), changed.node)
    elif absolute(text):
        result.answer = _redirection(done, changed, query)
    elif not text.startswith("/"):
        why = f'a rule makes "{text}" of the path, which does not begin with a slash'
        result.answer = Reply(kind="status", text=why, status=400, node=changed.node)
    elif text != filename:
        result.file = (_as_path(rules, text, root, alias), changed.node, changed.substitution)
    return result


def _result(done: Engine) -> Rewritten:
    """What the rules made. Raises UnknownError for a redirection that a later rule makes a path of."""
    changed = done.changed
    if done.redirects and done.answer is None and changed is not None and not absolute(done.filename):
        # httpd then answers with the status of a redirection, and with what is at the path.
        raise UnknownError("a rule that redirects goes on to others, which make a path of its URL", changed.node)
    return Rewritten(
        uri=done.filename,
        query=done.query,
        answer=done.answer,
        handler=done.handler,
        steps=done.steps,
        sets=done.sets,
        ended=done.ended,
    )


def _as_path(rules: RuleList, text: str, root: str | None, alias: tuple[str, str] | None) -> str:
    """A file's path as the path of a URL: without the section's path, DocumentRoot, or an Alias' folder."""
    found = text
    if rules.base is not None:
        found = _moved(text, rules.folder, rules.base)
    elif root is not None:
        top = root.removesuffix("/")
        found = text.removeprefix(top) if text.startswith(f"{top}/") else text
    if found != text or alias is None:
        return found
    return _moved(text, alias[1], alias[0])


def _moved(path: str, old: str, new: str) -> str:
    """`subst_prefix_path`: the path below another folder, if it is below the old one."""
    top = old.removesuffix("/")
    if not path.startswith(f"{top}/"):
        return path
    return f"{new}{'' if new.endswith('/') or not new else '/'}{path[len(top) + 1 :]}"


def _escaped(url: str, rule: WrittenRule, encoded: Callable[[str], str]) -> str:
    """The URL with its path encoded, unless the rule has NE."""
    if rule.has("ne"):
        return url
    start = url.find("/", url.find("://") + 3) if "://" in url else -1
    if start < 0:
        return f"{url}/" if "://" in url else url
    return url[:start] + encoded(url[start:])


def _based(rules: RuleList, url: str) -> str:
    """A URL whose path begins with the section's: RewriteBase takes its place."""
    start = url.find("/", url.find("://") + 3) + 1
    if rules.base is None or not start or not url[start:]:
        return url
    return url[:start] + _moved(url[start:], rules.folder.removeprefix("/"), rules.base[1:])


def _redirection(done: Engine, one: WrittenRule, before: str | None) -> Reply:
    """The redirection to what the rules made."""
    target = _escaped(_based(done.rules, done.filename), one, uris.encoded)
    if done.query is not None:
        kept = one.has("ne") or done.query == before
        target += "?" + (done.query if kept else uris.encoded(done.query))
    text = f'"{one.node.name} {one.node.args}" matches'
    return Reply(kind="redirect", text=text, target=target, status=done.status, node=one.node)
