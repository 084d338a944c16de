"""Read a uWSGI instance's ini files as uWSGI does (`core/config.c`, `core/uwsgi.c`; compared with uWSGI 2.0.21).

Options are held in the order of reading. An `include` is read at once, in place. An `inherit` is read at the very end,
after all references have been replaced, so references in an inherited file stay as they are. uWSGI reads a relative
name from the folder where it was started; hpatch takes the main file's folder, where an Emperor would start it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from hpatch import log
from hpatch.backends.uwsgi import ini, references
from hpatch.backends.uwsgi.model import Instance, Option
from hpatch.backends.uwsgi.sockets import sockets
from hpatch.errors import InputError
from hpatch.text import Place, Source

SECTION = "uwsgi"
_FILES = 64
_SIZE = 1 << 20
_OTHER_FORMATS = (".xml", ".yaml", ".yml", ".json", ".js")

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

Load = Callable[[str], str]
"""From a file's path to its text. Raises OSError."""


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


class _IniReader:
    def __init__(self, path: str, load: Load, environment: Mapping[str, str]) -> None:
        self.instance = Instance(path)
        self.folder = Path(path).parent
        self.last = path
        self.load = load
        self.environment = dict(environment)
        self.entries: list[_Entry] = []
        self.logic = False
        self.capitals: dict[str, str] = {}
        self.stack: list[tuple[str, str]] = []
        self.chain: tuple[str, ...] = ()
        self.files = 0

    def problem(self, place: Place, message: str) -> None:
        self.instance.problems.append((place, message))

    def file(self, path: str, section: str, named: str, certain: bool = True, inside: bool = False) -> None:
        """Read a section of a file. `named` is the section that the caller wrote, if any. Raises OSError."""
        text = self.load(path)
        self.files += 1
        self.last = path
        source = self.instance.sources.setdefault(path, Source(path, text))
        table = ini.magic(path, named)
        if not self.capitals:
            self.capitals = {key.upper(): table[key] for key in "dspcenx"}
        table |= self.capitals
        self.stack.append((path, section))
        found = False
        for line in ini.lines(text, section, table):
            found = True
            place = source.place(line.start, line.end)
            self.add(line.key, line.value, place, certain=certain, known=line.known, inside=inside)
        self.stack.pop()
        if not found:
            self.problem(source.place(0, 0), f"this file has no options in a section [{section}]")

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
        if key in ("include", "ini"):
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
        """Read the file that an `include`, `ini` or `inherit` names."""
        name, colon, section = entry.value.rpartition(":") if entry.key == "ini" else (entry.value, "", "")
        if not colon:
            name, section = entry.value, ""
        if not entry.known or "://" in entry.value or name == "-":
            self.problem(entry.place, f'hpatch cannot tell which file "{entry.key} = {entry.value}" reads')
            return
        if entry.key != "ini" and not name.endswith(".ini"):
            if name.endswith(_OTHER_FORMATS):
                self.problem(entry.place, f'"{name}" was not read: hpatch reads only ini files')
            else:
                self.problem(entry.place, f'uWSGI cannot load "{name}": its name does not end in .ini')
            return
        path = str(self.folder / name) if name else self.last
        asked = section or SECTION
        if (path, asked) in self.stack:
            self.problem(entry.place, f'"{entry.value}" includes itself')
        elif self.files >= _FILES:
            self.problem(
                entry.place, f'"{entry.value}" was not read: hpatch reads at most {_FILES} files of an instance'
            )
        else:
            try:
                self.file(path, asked, section, entry.certain, inside)
            except OSError as error:
                self.problem(entry.place, f'cannot read "{name}": {error.strerror or error}')

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


def _load(path: str) -> str:
    file = Path(path)
    if file.exists() and not file.is_file():
        raise OSError("not a regular file")
    with file.open("rb") as stream:
        data = stream.read(_SIZE + 1)
    if len(data) > _SIZE:
        raise OSError("larger than 1 MiB")
    log.tell("read %s, for uWSGI", path)
    return data.decode("utf-8", "surrogateescape")


def read(path: str, section: str = SECTION, environment: Mapping[str, str] | None = None) -> Instance:
    """Read an instance from its main ini file.

    `environment` has the values of `$(NAME)`; a name that is not in it is not known. Raises InputError if the file
    itself cannot be read. The faults of the files that it includes are in the result's `problems`.
    """
    reader = _IniReader(path, _load, environment or {})
    try:
        reader.file(path, section, "" if section == SECTION else section)
    except OSError as error:
        raise InputError(f"{path}: the uWSGI configuration cannot be read: {error.strerror or error}") from error
    return reader.finish()


def read_text(
    text: str,
    name: str = "app.ini",
    section: str = SECTION,
    environment: Mapping[str, str] | None = None,
    others: Mapping[str, str] | None = None,
) -> Instance:
    """Read an instance from a text (for tests, examples and editors); `others` are the files that it may include."""
    texts = {name: text, **(others or {})}

    def load(path: str) -> str:
        if path not in texts:
            raise FileNotFoundError(2, "No such file or directory")
        return texts[path]

    reader = _IniReader(name, load, environment or {})
    reader.file(name, section, "" if section == SECTION else section)
    return reader.finish()


def read_folder(path: str, environment: Mapping[str, str] | None = None) -> tuple[Instance, ...]:
    """Read a folder of instances as an Emperor does: every `.ini` file in it that has a section `[uwsgi]`.

    Raises InputError when the folder cannot be read.
    """
    try:
        files = sorted(file for file in Path(path).iterdir() if file.name.endswith(".ini") and file.is_file())
    except OSError as error:
        raise InputError(f"{path}: the folder cannot be read: {error.strerror or error}") from error
    found = []
    for file in files:
        try:
            text = _load(str(file))
        except OSError as error:
            raise InputError(f"{file}: the uWSGI configuration cannot be read: {error.strerror or error}") from error
        if SECTION in ini.sections(text):
            found.append(read(str(file), environment=environment))
    return tuple(found)


def is_uwsgi(source: Source) -> bool:
    """Whether a file is a uWSGI configuration: it has a section `[uwsgi]`."""
    return f"[{SECTION}]" in source.text and SECTION in ini.sections(source.text)
