"""A uWSGI instance's options, gathered as uWSGI does (`core/config.c`, `core/uwsgi.c`; compared with uWSGI 2.0.21).

Options are held in the order of reading. An `include` is read at once, in place. An `inherit` is read at the very end,
after all references have been replaced, so references in an inherited file stay as they are. The environment comes
first, then the command line, then the files that it names without an option.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping

from hpatch.backends.uwsgi import formats, ini, json, magic, references, xml, yaml
from hpatch.backends.uwsgi.formats import Format
from hpatch.backends.uwsgi.line import OptionLine, UnreadableError
from hpatch.backends.uwsgi.model import Instance, Option
from hpatch.backends.uwsgi.sockets import sockets
from hpatch.text import Place, Source

SECTION = "uwsgi"
_FILES = 64

_ENDS = frozenset({"end", "endfor", "endif", "end-if", "end-for"})
_LOGIC = frozenset(
    """for for-glob for-times for-readline if-opt if-not-opt if-env if-not-env ifenv if-reload if-not-reload
    if-hostname if-not-hostname if-hostname-match if-not-hostname-match if-exists if-not-exists ifexists if-plugin
    if-not-plugin ifplugin if-file if-not-file if-dir if-not-dir ifdir if-directory else""".split()
)
_SET = frozenset({"set", "set-placeholder", "set-ph"})
_IMMEDIATE = (
    _ENDS
    | _LOGIC
    | _SET
    | frozenset(
        """autoload blacklist binary-append-data build-plugin cflags command-mode config config-py connect-and-read
        declare-option dlopen dot-h early-envdir end-blacklist end-whitelist exit extract fallback-config flock flock2
        flock-wait flock-wait2 help immediate-gid immediate-uid include ini inject-after inject-before iprint js
        json listen need-plugin need-plugins pause pcre-jit plugin plugin-dir plugins plugins-dir print-sym
        print-symbol reload resolve resume signal spooler-processes stop strict suspend umask usage whitelist xml
        xmlconfig yaml yml""".split()
    )
)
"""Options that act while they are read: references in their values are never replaced."""

_LINES: dict[Format, Callable[[str, str, Mapping[str, str]], Iterator[OptionLine]]] = {
    "ini": ini.lines, "yaml": yaml.lines, "json": json.lines, "xml": xml.lines,
}  # fmt: skip

Load = Callable[[str], str]
"""From a file's path to its text. Raises OSError."""

Locate = Callable[[str], str]
"""From a file's name, as an option has it, to its path on this machine."""


class _Entry:
    __slots__ = ("certain", "chain", "done", "key", "known", "place", "value")

    def __init__(self, key: str, value: str, place: Place, certain: bool, known: bool, chain: tuple[str, ...]) -> None:
        self.key = key
        self.value = value
        self.place = place
        self.certain = certain
        self.known = known
        self.chain = chain
        self.done = key in _IMMEDIATE


class OptionReader:
    """Options as they come in: by `add` or in a `file`. `finish` makes the instance of them."""

    def __init__(
        self, instance: Instance, load: Load, environment: Mapping[str, str], locate: Locate | None = None
    ) -> None:
        self.instance = instance
        self.locate = locate or self._below
        self.last = instance.name
        self.load = load
        self.environment = dict(environment)
        self.entries: list[_Entry] = []
        self.logic = False
        self.capitals: dict[str, str] = {}
        self.stack: list[tuple[str, str]] = []
        self.chain: tuple[str, ...] = ()
        self.files = 0

    def _below(self, name: str) -> str:
        """Where a file is that an option names."""
        path = os.path.join(self.instance.folder, name)  # noqa: PTH118 - the path stays text, as written
        return f"{self.instance.root}{path}" if path.startswith("/") else path

    def problem(self, place: Place, message: str) -> None:
        self.instance.problems.append((place, message))

    def file(
        self, path: str, kind: Format, named: str, *, certain: bool = True, inside: bool = False, first: bool = True
    ) -> None:
        """Read a file's section: the one `named` by the caller or, if it is "", uWSGI's own. Raises OSError.

        `first` tells whether its `%N` and the like are the instance's, if no file before it gave them.
        """
        text = self.load(path)
        self.files += 1
        self.last = path
        source = self.instance.sources.setdefault(path, Source(path, text))
        table = magic.table(path, named)
        if not self.capitals and first:
            self.capitals = {key.upper(): table[key] for key in "dspcenx"}
        table |= self.capitals
        section = named if named or kind == "xml" else SECTION
        self.stack.append((path, named))
        found = False
        try:
            for line in _LINES[kind](text, section, table):
                found = True
                place = source.place(line.start, line.end)
                self.add(line.key, line.value, place, certain=certain, known=line.known, inside=inside)
        except UnreadableError as error:
            found = True
            self.problem(source.place(error.at, error.at), str(error))
        self.stack.pop()
        if not found:
            where = formats.MISSING[kind].format(section)
            self.problem(source.place(0, 0), f"this file has no options {where}")

    def add(self, key: str, value: str, place: Place, *, certain: bool, known: bool, inside: bool) -> None:
        """`add_exported_option`. `inside`: an include in a block reads the file, and its own blocks have no effect."""
        in_block = self.logic and not inside
        if not inside:
            if key in _ENDS:
                self.logic = in_block = False
            elif key in _LOGIC:
                if in_block and key != "else":
                    self.problem(place, f'"{key}" inside another block: uWSGI does not start if it reads this line')
                self.logic = True
        certain = certain and not in_block
        entry = _Entry(key, value, place, certain, known, self.chain)
        self.entries.append(entry)
        if key == "include" or key in formats.BY_KEY:
            self.include(entry, inside=inside or in_block)
        elif key in _SET:
            name, equals, rest = value.partition("=")
            if equals:
                self.add(name, rest, place, certain=certain, known=known, inside=inside or in_block)
                self.entries[-1].done |= key != "set"
            else:
                self.problem(place, f'"{key}" needs name=value: uWSGI does not start')
        elif key == "ienv":  # in uWSGI's main line only, in no release up to 2.0.30
            self.environment.pop(value.partition("=")[0], None)
        elif key == "early-envdir":
            self.environment.clear()

    def include(self, entry: _Entry, inside: bool = False) -> None:
        """Read the file that an option names: `include`, `inherit`, or one that names a format."""
        kind = formats.BY_KEY.get(entry.key)
        name, colon, section = entry.value.rpartition(":") if kind is not None else (entry.value, "", "")
        if not colon:
            name, section = entry.value, ""
        if not entry.known or "://" in entry.value or name == "-":
            said = f"{entry.key} = {entry.value}" if entry.key else entry.value
            self.instance.not_read(entry.place, f'hpatch cannot tell which file "{said}" reads')
            return
        first = kind is not None
        kind = kind or formats.of_name(name)
        if kind is None:
            self.problem(
                entry.place, f'uWSGI cannot load "{name}": its name does not end in .ini, .yaml, .json or .xml'
            )
            return
        path = self.locate(name) if name else self.last
        if (path, section) in self.stack:
            self.problem(entry.place, f'"{entry.value}" includes itself')
        elif self.files >= _FILES:
            self.problem(
                entry.place, f'"{entry.value}" was not read: hpatch reads at most {_FILES} files of an instance'
            )
        else:
            try:
                self.file(path, kind, section, certain=entry.certain, inside=inside, first=first)
            except OSError as error:
                self.instance.not_read(entry.place, f'cannot read "{name}": {error.strerror or error}')

    def lazily(self, value: str, place: Place, known: bool) -> None:
        """Read a file that the command line names without an option."""
        self.include(_Entry("", value, place, certain=True, known=known, chain=()))

    def first(self, key: str) -> str | None:
        """The value of `%(key)`: that of the first option of that name. None if it is not known."""
        for entry in self.entries:
            if entry.key == key:
                return entry.value if entry.certain and entry.known else None
        return None

    def option(self, expression: str) -> str | None:
        """The value of a `%(…)`."""
        return references.compute(expression, self.first) if " " in expression else self.first(expression)

    def replace(self) -> None:
        """The three passes over all values."""
        passes: tuple[tuple[str, Callable[[str], str | None]], ...] = (
            ("$", self.environment.get),
            ("@", lambda _: None),
            ("%", self.option),
        )
        for symbol, lookup in passes:
            opening = symbol + "("
            for entry in self.entries:
                if opening in entry.value and not entry.done:
                    entry.value, all_known = references.replace(entry.value, symbol, lookup)
                    entry.known = entry.known and all_known

    def inherit(self) -> None:
        """Read the inherited files, in order; an inherited file may inherit. `chain` holds the files that led to it."""
        for entry in self.entries:  # grows while it is gone through
            if entry.key == "inherit":
                self.chain = (*entry.chain, entry.value)
                if entry.value in entry.chain:
                    self.problem(entry.place, f'"{entry.value}" inherits itself')
                else:
                    self.include(entry)

    def finish(self) -> Instance:
        self.replace()
        self.inherit()
        instance = self.instance
        instance.options = [
            Option(key=e.key, value=e.value, place=e.place, certain=e.certain, known=e.known) for e in self.entries
        ]
        instance.sockets = sockets(instance.options)
        instance.threads = instance.last("threads")
        instance.processes = instance.last("processes", "workers")
        return instance
