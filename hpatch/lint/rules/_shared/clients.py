"""What a text that is filled into a URL can be: a path, a few words, or whatever a client likes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from hpatch.conf.regexes import alternatives, group, holds_start, starts_with_slash
from hpatch.lint.rules._shared.effective import in_server, server_of
from hpatch.lint.rules._shared.rewriting import Rewrite, rewrites
from hpatch.proxy.clients import Inserted, by_client, inserted
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context
    from hpatch.proxy.rewrite import RewriteCond

_PATHS = (
    r"(?i)(?:LA-[UF]:)?"
    r"(?:REQUEST_URI|PATH_INFO|SCRIPT_NAME|DOCUMENT_URI|REQUEST_FILENAME|SCRIPT_FILENAME|DOCUMENT_ROOT)"
)
_WORD = r"(?:(?:\\[dw-]|\[(?!\^)(?:\\[dw-]|[\w-])+\]|[\w|-]|\((?:\?:)?|\))(?:[+*?]|\{\d*,?\d*\})?)+"
_LITERALS = r"(?:\?:)?(?:[\w-]|\\?\.(?![*+?{]))+(?:\|(?:[\w-]|\\?\.(?![*+?{]))+)*"
_BEGINNING = r"(?:\((?:\?:)?)*[A-Za-z]{2,}(?![*?{])"
_HOST_TEST = r"(?i)%\{(?:HTTP_HOST|HTTP:Host|SERVER_NAME|req:Host)\}"
_NESTED = r"\$\d|%\d|%\{[^{}]*\}"
_REGEX = r"=~\s*(?:m(?P<mark>[^\w\s])(?P<marked>.*?)(?P=mark)|/(?P<plain>.*?)/)"
_TESTED = r"%\{([^{}]*)\}"


class Comparison(NamedTuple):
    """A comparison with a regular expression: the text that is compared, and the expression."""

    tested: str
    pattern: str


def compared(expression: str) -> Comparison | None:
    """The comparison in an expression of httpd's from which its captures come; None if it has none.

    Of several that hold, it is the last one (tried on httpd 2.4.71).
    """
    start, found = 0, None
    for match in re.finditer(_REGEX, expression):
        # What stands before it, from the comparison before on.
        tested = re.findall(r"%\{[^{}]*\}", expression[start : match.start()])
        found = Comparison("".join(tested[-1:]), match["marked"] or match["plain"] or "")
        start = match.end()
    return found


class Filled(NamedTuple):
    """A line that fills text into a URL: its pattern, and the last of its conditions if it is a RewriteRule.

    `folder` is whether the pattern is compared with a file's path below a folder, which begins with no slash; None if
    that is not known.
    """

    pattern: str
    condition: RewriteCond | None = None
    folder: bool | None = False

    @property
    def compared(self) -> Comparison:
        """What the condition compares, and with which pattern; both empty if there is none."""
        condition = self.condition
        if condition is None:
            return Comparison("", "")
        if condition.test.lower() == "expr" and not condition.pattern.startswith("!"):
            return compared(condition.pattern) or Comparison("", "")
        return Comparison(condition.test, condition.pattern)

    def group_of(self, one: Inserted) -> tuple[str, str] | None:
        """The pattern and the text of the group that a capture comes from; None if there is none."""
        pattern = self.compared.pattern if one.kind == "condition" else self.pattern
        if pattern.startswith("!") or not one.name.isdigit():
            return None
        text = pattern.removeprefix("^") if one.name == "0" else group(pattern, int(one.name))
        return None if text is None else (pattern, text)

    def slashed(self, one: Inserted) -> bool:
        """Whether a text surely begins with a slash, or is nothing."""
        if one.kind == "variable":
            return re.fullmatch(_PATHS, one.name) is not None
        if one.kind == "map":
            return any(map(self.slashed, _inner(one)))
        found = self.group_of(one)
        if found is None:
            return True
        pattern, text = found
        if starts_with_slash(text):
            return True
        start = pattern[:1] in ("^", ".") if one.name == "0" else holds_start(pattern, int(one.name))
        if one.kind == "condition":
            return start and _is_path(self.compared.tested)
        return start and self.folder is not True

    def words(self, one: Inserted) -> bool:
        """Whether a text surely holds no dot, colon, slash and `@`: it is a word."""
        found = self.group_of(one) if one.kind in ("capture", "condition") else None
        return found is not None and re.fullmatch(_WORD, found[1]) is not None

    def chosen(self, one: Inserted) -> bool:
        """Whether a text is one of a few that the configuration names, or a word with such a beginning."""
        found = self.group_of(one) if one.kind in ("capture", "condition") else None
        if found is None:
            return False
        return re.fullmatch(_LITERALS, found[1]) is not None or (
            self.words(one) and all(re.match(_BEGINNING, part) for part in alternatives(found[1]))
        )

    def written(self, one: Inserted, maps: frozenset[str]) -> bool:
        """Whether a client writes a text. `maps` are the names of maps that hand on what they are asked for."""
        if one.kind == "variable":
            return by_client(one.name)
        if one.kind == "map":
            name = one.name.partition(":")[0]
            return name in maps and any(self.written(inner, maps) for inner in _inner(one))
        if self.group_of(one) is None:
            return False
        if one.kind == "capture":
            return True
        tested = re.search(_TESTED, self.compared.tested)
        return tested is not None and by_client(tested[1])


def _is_path(test: str) -> bool:
    """Whether a condition looks at the path alone."""
    return test[:2] == "%{" and test.endswith("}") and re.fullmatch(_PATHS, test[2:-1]) is not None


def _inner(one: Inserted) -> Iterator[Inserted]:
    """The texts that a map is asked for."""
    key = one.name.partition(":")[2].partition("|")[0]
    for match in re.finditer(_NESTED, key):
        yield from inserted(match[0], "rewrite")


class FilledRule(NamedTuple):
    """A RewriteRule with its texts."""

    rewrite: Rewrite
    filled: Filled
    texts: tuple[Inserted, ...]


def rewritten(context: Context) -> Iterator[FilledRule]:
    """Every RewriteRule that fills text into a URL."""
    for one in rewrites(context):
        text = one.rule.substitution
        if "$" not in text and "%" not in text:
            continue
        condition = one.conditions[-1][1] if one.conditions else None
        folder = (
            True if one.in_folder or one.node.frame.name.endswith(".htaccess") else False if one.in_server else None
        )
        filled = Filled(one.rule.pattern, condition, folder)
        yield FilledRule(one, filled, tuple(inserted(text, "rewrite", filled.slashed)))


@lru_cache(maxsize=1)
def passing_maps(context: Context) -> frozenset[str]:
    """The names of the maps that give back what they are asked for: mod_rewrite's own functions."""
    return frozenset(
        node.words[0]
        for node in context.configuration.find("rewritemap")
        if len(node.words) > 1 and node.words[1].lower().startswith("int:")
    )


def guarded(one: Rewrite) -> bool:
    """Whether a condition of a rule allows certain hosts only."""
    for _, condition in one.conditions:
        if re.fullmatch(_HOST_TEST, condition.test) is None or "ornext" in condition.flags:
            continue
        pattern = condition.pattern
        if pattern.startswith("="):
            return True
        if not pattern.startswith("!") and re.fullmatch(r"\^[^*+]*\$", pattern.replace(r"\.", ".")) is not None:
            return True
    return False


def any_host(context: Context, node: Node) -> bool | None:
    """Whether a line answers requests with whatever Host; None if that is not known.

    The first virtual host of an address answers those that name no other one.
    """
    host = server_of(node)
    hosts = context.configuration.by_key.get("<virtualhost", [])
    if not context.configuration.main:
        return None
    if host is None:
        return None if hosts else True
    return host in open_hosts(context)


@lru_cache(maxsize=1)
def open_hosts(context: Context) -> frozenset[Node | None]:
    """The first virtual host of each address, as it is written, and those with the name `*`.

    Not of a part of a configuration: virtual hosts in other files may come first.
    """
    if not context.configuration.main:
        return frozenset()
    first: dict[str, Node] = {}
    for host in context.configuration.by_key.get("<virtualhost", ()):
        for word in host.words:
            first.setdefault(word.lower().replace("_default_", "*"), host)
    names = context.configuration.find("servername", "serveralias")
    return frozenset((*first.values(), *(line.parent for line in names if "*" in line.args and "*" in line.words)))


def is_server_name(context: Context, node: Node, variable: str) -> bool:
    """Whether a variable is SERVER_NAME, and the client's Host: not with `UseCanonicalName On` or `DNS`."""
    if variable.upper() != "SERVER_NAME":
        return False
    line = in_server(context, "usecanonicalname", server_of(node))
    return line is None or "".join(line.words[:1]).lower() not in ("on", "dns")
