"""The configuration that httpd reads: its directives and sections as a tree, each with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from hpatch.conf import words
from hpatch.records import NamedTuple
from hpatch.text import Place, Source

if TYPE_CHECKING:
    from hpatch.conf.modules import Modules
    from hpatch.versions import Version


class Frame:
    """The current configuration file in httpd's sense: a file, or a macro being used.

    `name` is httpd's name for it (`/etc/apache2/apache2.conf`, `macro 'vhost' (defined on line …) used on
    line … of "…"`); `source` is the text that it is in; `use` is the `Use` directive that a macro's lines come from.
    `numbers` are httpd's numbers of the lines that have other numbers in `source`, by their start.
    """

    __slots__ = ("name", "numbers", "source", "use")

    def __init__(self, name: str, source: Source, use: Node | None = None) -> None:
        self.name = name
        self.source = source
        self.use = use
        self.numbers: dict[int, int] = {}


class Condition(NamedTuple):
    """A conditional section, and hpatch's decision about it.

    `verdict` is None if hpatch cannot decide it; its content is then read, and marked with this condition.
    """

    text: str
    place: Place
    verdict: bool | None
    reason: str


class Node:
    """A directive or a section as httpd holds it.

    `name` is the name as httpd spells it, with its `<` for a section; `key` is `name` in lower case (`"proxypass"`,
    `"<virtualhost"`); `args` is the rest of the line, variables expanded. `children` is None for a
    directive. `start` is the offset of its name in `source`, `size` how many characters there are to its end.
    `conditions` holds the undecided conditionals around it.

    A large configuration has a hundred thousand of them, so a node holds nothing that its frame knows.
    """

    __slots__ = ("_words", "args", "children", "conditions", "frame", "key", "name", "parent", "size", "start")

    def __init__(
        self,
        name: str,
        key: str,
        args: str,
        frame: Frame,
        start: int,
        size: int,
        parent: Node | None,
        conditions: tuple[Condition, ...],
        children: list[Node] | None,
    ) -> None:
        self.name = name
        self.key = key
        self.args = args
        self.frame = frame
        self.start = start
        self.size = size
        self.parent = parent
        self.conditions = conditions
        self.children = children
        self._words: list[str] | None = None

    def __repr__(self) -> str:
        return f"<{self.name} {self.args!r} at {self.frame.name}:{self.line}>"

    @property
    def source(self) -> Source:
        """The text that it is in."""
        return self.frame.source

    @property
    def end(self) -> int:
        """The offset of its end in `source`."""
        return self.start + self.size

    @property
    def line(self) -> int:
        """httpd's number for it: that of its last physical line."""
        return self.frame.numbers.get(self.start) or self.source.number(self.start)

    @property
    def certain(self) -> bool:
        """Whether httpd surely reads it: no undecided conditional encloses it."""
        return not self.conditions

    @property
    def place(self) -> Place:
        """The place from its name to its last character (of a section, its opening line)."""
        return self.source.place(self.start, self.end)

    @property
    def name_place(self) -> Place:
        """The place of its name."""
        return self.source.place(self.start, self.start + len(self.name))

    @property
    def used_at(self) -> Place | None:
        """The place that uses the macro that it comes from; None for a line of a file."""
        use = self.frame.use
        return None if use is None else use.place

    @property
    def argument(self) -> str:
        """A section's argument: everything before the last `>`, trimmed; a directive's `args`."""
        if self.children is None:
            return self.args
        return self.args[: self.args.rindex(">")].strip(words.SPACE) if ">" in self.args else self.args

    @property
    def words(self) -> list[str]:
        """The words of `argument`, by httpd's rules. They are kept for whoever asks next, so nobody may change them."""
        found = self._words
        if found is None:
            found = self._words = words.split(self.args if self.children is None else self.argument)
        return found

    def word_spans(self) -> list[tuple[int, int]]:
        """The offsets of each of `words` in `source`, quotes included; of the whole directive as for `word_places`."""
        text, start, end = self.source.text, self.start, self.end
        if self.children is not None and (close := text.rfind(">", start, end)) >= 0:
            end = close
        if text.find("\\", start, end) < 0:
            found = words.plain_spans(text, start, end)
        else:
            raw = text[start:end]
            continued = "\\\n" in raw or "\\\r\n" in raw
            within = words.spans_joined(raw) if continued else words.spans(raw)
            found = [(start + a, start + b) for _, a, b in within]
        del found[:1]  # its name
        here = self.words
        return found if len(found) == len(here) else [(start, self.end)] * len(here)

    def word_places(self) -> list[Place]:
        """The place of each of `words`, quotes included.

        If variables or macros moved the words, it is the place of the whole directive.
        """
        return [self.source.place(start, end) for start, end in self.word_spans()]

    def word_place(self, index: int) -> Place:
        """The place of `words[index]`; the directive's place if there is no such word."""
        spans = _spans(self)
        return self.source.place(*spans[index]) if index < len(spans) else self.place

    def ancestors(self) -> Iterator[Node]:
        """The sections around it, the innermost first."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    def inside(self, *keys: str) -> Node | None:
        """The innermost section around it with one of these keys (`"<virtualhost"`)."""
        node = self.parent
        while node is not None and node.key not in keys:
            node = node.parent
        return node

    def walk(self) -> Iterator[Node]:
        """The node and everything in it, in order."""
        return walk([self])


def walk(nodes: list[Node]) -> Iterator[Node]:
    """The nodes and everything in them, in order. Without recursion, because a file may nest sections without limit."""
    stack = nodes[::-1]
    while stack:
        node = stack.pop()
        yield node
        if node.children:
            stack.extend(reversed(node.children))


def node_of(
    name: str,
    key: str,
    args: str,
    frame: Frame,
    start: int,
    end: int,
    parent: Node | None,
    conditions: tuple[Condition, ...],
) -> Node:
    """A directive or a section of a line at `frame.source.text[start:end]`."""
    children: list[Node] | None = [] if key[:1] == "<" else None
    return Node(name, key, args, frame, start, end - start, parent, conditions, children)


class FileRead(NamedTuple):
    """A file that was read: its name, the link by which it was found if it was by one, and the Include that names it.

    The Include is `source.text[start:end]`; the main file has none.
    """

    name: str
    link: str | None
    source: Source | None = None
    start: int = 0
    end: int = 0

    @property
    def named_at(self) -> Place | None:
        """The place of the Include."""
        return None if self.source is None else self.source.place(self.start, self.end)


class Problem(NamedTuple):
    """A fault that was found while reading.

    `kind` is one of: unreadable, foreign (not a configuration of httpd), template (one that tells nothing), outside,
    syntax, section, include, macro, variable, conditional, and elsewhere for what another file may settle, as this is a
    part of a configuration. `fatal` tells whether httpd refuses to start because of it, `waivable` whether it is only
    about what may be on the server and is not here: the user may say so.
    """

    kind: str
    message: str
    place: Place
    fatal: bool = True
    related: tuple[tuple[Place, str], ...] = ()
    help: str | None = None
    conditions: tuple[Condition, ...] = ()
    waivable: bool = False


class TemplateFile(NamedTuple):
    """A file that is a template.

    `languages` are its syntaxes, the most frequent one first. `lines` counts its lines with text, comments left out;
    `unjudged` how many of them tell nothing before the template is filled in. `first` is the place of its first piece
    of template code, `code` that of its first line of control; None for a template that only fills in words. `named`
    is whether the file's name says that it is a template.
    """

    languages: tuple[str, ...]
    lines: int
    unjudged: int
    first: Place
    code: Place | None
    named: bool


class Configuration:
    """A whole configuration as httpd would read it.

    `nodes` are the top-level directives and sections; `by_key` all of them by key, in reading order;
    `sources` every file that was read, by name, and `files` how each was found; `conditions` every conditional that
    was met, decided or not; `version` the httpd that was asked about (None: not known); `mpm` its MPM's name;
    `directives` how many directives and sections there are.

    `check_files` is whether file names can be checked: they are this machine's, and not those of a copy.

    `main` is whether its file is a main file. Otherwise it is a part of a configuration, such as a virtual host's file.
    A part does not tell which modules, ports, balancers, names and macros there are: what it lacks may stand in another
    file. `whole` is whether httpd would read this and nothing else: it was read from a main file, and every file that
    httpd needs could be read.

    `registered` has the providers of Require that LuaAuthzProvider names, which httpd executes while it reads.

    `uses_macros` is whether it has directives that come from a macro, `rereads` whether a file is read several times.

    `dumped` is whether it was read from what httpd printed of it: its sources are then not the texts of its files.

    `templates` are the files that are templates, by name. A configuration with a template is never whole. `as_written`
    then puts what the template fills in back into a text: nodes have undefined variables in its place.
    """

    __slots__ = (
        "_by_server", "as_written", "by_key", "check_files", "conditions", "defines", "directives", "dumped", "files",
        "main", "modules", "mpm", "nodes", "problems", "registered", "rereads", "root", "server_root", "sources",
        "templates", "uses_macros", "version", "whole",
    )  # fmt: skip

    def __init__(self, root: str, modules: Modules, version: Version | None, mpm: str | None) -> None:
        self.root = root
        self.modules = modules
        self.version = version
        self.mpm = mpm
        self.server_root = ""
        self.nodes: list[Node] = []
        self.by_key: dict[str, list[Node]] = {}
        self._by_server: dict[str, dict[Node | None, list[Node]]] = {}
        self.sources: dict[str, Source] = {}
        self.files: list[FileRead] = []
        self.problems: list[Problem] = []
        self.conditions: list[Condition] = []
        self.registered: list[str] = []
        self.defines: dict[str, str | None] = {}
        self.directives = 0
        self.main = True
        self.whole = True
        self.check_files = False
        self.uses_macros = False
        self.rereads = False
        self.dumped = False
        self.templates: dict[str, TemplateFile] = {}
        self.as_written: Callable[[str], str] | None = None

    @property
    def built(self) -> bool:
        """Whether httpd would build its tree from this configuration (it may still refuse a directive later).

        A problem inside an undecided conditional does not count, because httpd may never read it.
        """
        return not any(problem.fatal and not problem.conditions for problem in self.problems)

    def walk(self) -> Iterator[Node]:
        """Every node, in reading order."""
        return walk(self.nodes)

    def find(self, *keys: str) -> list[Node]:
        """All nodes with one of these keys, by key and then in reading order."""
        found: list[Node] = []
        for key in keys:
            found += self.by_key.get(key, ())
        return found

    def find_in(self, host: Node | None, *keys: str) -> list[Node]:
        """As `find`, only the nodes inside a virtual host; inside none if `host` is None.

        An index answers: to ask for each of many virtual hosts takes no longer than to go through the nodes once.
        """
        return [node for key in keys for node in self._servers(key).get(host, ())]

    def _servers(self, key: str) -> dict[Node | None, list[Node]]:
        """The nodes with a key by their virtual host. It is for what has been read to its end."""
        found = self._by_server.get(key)
        if found is None:
            found = self._by_server[key] = {}
            for node in self.by_key.get(key, ()):
                found.setdefault(node.inside("<virtualhost"), []).append(node)
        return found


@lru_cache(maxsize=1)
def _spans(node: Node) -> list[tuple[int, int]]:
    """The offsets of a node's words. A line of many words is asked for each of them in a row."""
    return node.word_spans()
