"""The directives that httpd executes while it reads, one function each."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from hpatch.conf import base, conditionals, limits, macros, paths, vocabulary, words
from hpatch.conf.feed import ROOM, Stream
from hpatch.conf.reading import ReadingState
from hpatch.conf.templates.placeholders import has_placeholder
from hpatch.conf.templates.presence import REASON
from hpatch.conf.tree import Condition, Frame, Node
from hpatch.records import NamedTuple
from hpatch.text import Place

if TYPE_CHECKING:
    from hpatch.conf.feed import Feed, Level

MAX_INCLUDE_DEPTH = 128
_OTHER_BUFFER = 0
"""The reader of macros and Lua has a buffer of another size, whose limit is `macros.MAX_LINE`."""


class Call(NamedTuple):
    """A directive to execute: its place, its `name`, the name in lower case (`key`), and the text after it (`args`)."""

    feed: Feed
    stream: Stream
    start: int
    end: int
    key: str
    name: str
    args: str
    levels: list[Level]

    @property
    def place(self) -> Place:
        """The place of the directive."""
        return self.stream.source.place(self.start, self.end)

    def node(self, reading: ReadingState) -> Node:
        """The directive as a separate node, outside the tree."""
        return self.stream.node(
            self.name, self.key, self.args, self.start, self.end, reading.parent, reading.conditions
        )


def execute(reading: ReadingState, call: Call) -> None:
    """Do what httpd does at this point of reading. Raises ExceededError."""
    reading.amount.executed += 1
    if reading.amount.executed > limits.DIRECTIVES:
        raise limits.exceeded(call.place)
    if reading.htaccess and call.key in _NOT_IN_HTACCESS:
        reading.problem("syntax", f"{call.name} is not allowed in a .htaccess file", call.place)
        return
    if call.stream.template is not None and _left_to_template(reading, call):
        return
    action = _ACTIONS.get(call.key)
    if action is not None:
        action(reading, call)
    elif call.key.startswith(vocabulary.LUA_SECTION):
        with call.feed.buffer(_OTHER_BUFFER):
            _lua_section(reading, call)


def _left_to_template(reading: ReadingState, call: Call) -> bool:
    """Whether only the template's program, or the machine that its result is for, tells what a directive does."""
    key = call.key
    if key in ("serverroot", "loadfile", "defaultruntimedir"):
        return True
    if key == "<iffile" or (key in _TESTED and has_placeholder(call.args)):
        _undecided(reading, call, REASON)
        return True
    if key in ("include", "includeoptional") or (key not in _MAY_BE_UNKNOWN and has_placeholder(call.args)):
        reading.set_aside(call.stream.source)
        return True
    if key in ("define", "loadmodule") and has_placeholder(call.args):
        found = words.split(call.args)
        if len(found) > 2 or has_placeholder(found[0]):
            reading.set_aside(call.stream.source)
            return True
    return False


def _arguments(reading: ReadingState, call: Call, least: int, most: int) -> list[str] | None:
    """The words of a directive that takes `least` to `most` of them; None, and a problem, for another number."""
    found = words.split(call.args)
    counted = least <= len(found) <= most
    if counted and all(found[:least]):
        return found
    wanted = {
        (1, 1): "one argument",
        (2, 2): "two arguments",
        (1, 2): "one or two arguments",
        (3, 3): "three arguments",
    }[least, most]
    given = f"has {len(found)}" if not counted else "it is empty" if most == 1 else "one of them is empty"
    reading.problem("syntax", f"{call.name} takes {wanted}, but {given}", call.place)
    return None


def _argument(reading: ReadingState, call: Call) -> str | None:
    """The word of a directive that takes one; None, and a problem, for another number."""
    found = _arguments(reading, call, 1, 1)
    return None if found is None else found[0]


def _define(reading: ReadingState, call: Call) -> None:
    found = _arguments(reading, call, 1, 2)
    if found is None:
        return
    name, value = found[0], found[1] if len(found) == 2 else ""
    if ":" in name:
        reading.problem("syntax", f'the name "{name}" of a variable must not contain ":"', call.place)
        return
    if not reading.conditions:
        reading.maybe_defined.discard(name)
    elif name not in reading.defined:
        reading.maybe_defined.add(name)
    reading.defined.add(name)
    if value:
        reading.values[name.lower()] = value


def _undefine(reading: ReadingState, call: Call) -> None:
    name = _argument(reading, call)
    if name is None:
        return
    if ":" in name:
        reading.problem("syntax", f'the name "{name}" of a variable must not contain ":"', call.place)
        return
    if reading.conditions:
        reading.maybe_defined.add(name)
        return
    reading.defined.discard(name)
    reading.maybe_defined.discard(name)
    reading.undefined_names.add(name)
    reading.values.pop(name.lower(), None)


def _server_root(reading: ReadingState, call: Call) -> None:
    folder = _argument(reading, call)
    if folder is None:
        return
    if reading.main is None:
        reading.main = True
    reading.windows = paths.unix(folder) != folder
    folder = paths.unix(folder)
    if reading.fixed_root:
        if folder.startswith("/") and not reading.check_files:
            reading.copied = os.path.normpath(folder)
        return
    settled = base.settle(reading.main_path, folder, reading.view, check_files=reading.check_files)
    if settled.missing:
        reading.problem(
            "include",
            f'the ServerRoot "{folder}" is not a directory {reading.whereabouts}',
            call.place,
            fatal=reading.check_files,
            help=f"hpatch reads paths relative to {settled.missing}; give another folder with --server-root.",
            waivable=True,
        )
    reading.start_from(settled)


def _include(reading: ReadingState, call: Call) -> None:
    name = _argument(reading, call)
    if name is None or reading.stopped:
        return
    if reading.depth >= MAX_INCLUDE_DEPTH:
        reading.stopped = True
        message = f"Includes are nested more than {MAX_INCLUDE_DEPTH} levels deep: a file includes itself"
        conditions, reading.conditions = reading.conditions, ()  # no later Include is read, whatever httpd reads
        reading.problem("include", message, call.place)
        reading.conditions = conditions
        return
    reading.depth += 1
    try:
        for path in _files(reading, name, optional=call.key != "include"):
            reading.included_file(path, call.stream, call.start, call.end)
            if reading.stopped:
                break
    except paths.NoMatchError as why:
        absent = isinstance(why, paths.AbsentError)
        if absent:
            reading.absent.append(len(reading.configuration.problems))
        reading.problem("include", f'{call.name} "{name}" fails: {why}', call.place, waivable=absent)
    finally:
        reading.depth -= 1


def _files(reading: ReadingState, name: str, *, optional: bool) -> Iterator[str]:
    """The files that an Include reads: the copy's, or if it has none, those of ServerRoot on this machine."""
    here = reading.resolved(name)
    if reading.machine:
        there = paths.resolve(reading.machine, name)
        if not _any(reading, here) and _any(reading, there):
            here = there
    return paths.included(here, optional=optional, view=reading.view)


def _any(reading: ReadingState, path: str) -> bool:
    return any(map(reading.view.exists, paths.included(path, optional=True, view=reading.view)))


def _load_module(reading: ReadingState, call: Call) -> None:
    found = _arguments(reading, call, 2, 2)
    if found is None:
        return
    name, path = found
    modules = reading.modules
    if reading.check_files and modules.complete and name not in modules.loaded_at and call.stream.template is None:
        if name in modules.static and name not in ("core_module", "http_module") and not name.startswith("mpm_"):
            reading.problem("syntax", f'the module "{name}" is compiled into httpd and cannot be loaded', call.place)
            return
        if (name not in modules.names or name in modules.static) and not _file_is_there(reading, call, path):
            return
    certain = not reading.conditions
    modules.load(name, path, call.place, certain=certain)
    if certain and name.startswith("mpm_") and reading.configuration.mpm is None:
        reading.configuration.mpm = name.removeprefix("mpm_").removesuffix("_module")
    reading.learned.clear()


def _file_is_there(reading: ReadingState, call: Call, path: str) -> bool:
    """Whether a file to load exists. The system's loader may search other folders; hpatch does not."""
    full = paths.resolve(reading.server_root, path)
    if reading.view.exists(full):
        return True
    reading.problem("syntax", f'the file "{full}" does not exist', call.place)
    return False


def _load_file(reading: ReadingState, call: Call) -> None:
    found = words.split(call.args)
    if not found or not found[0]:
        reading.problem("syntax", "LoadFile needs an argument", call.place)
    elif reading.check_files and reading.modules.complete:
        for path in found:
            _file_is_there(reading, call, path)


def _runtime_folder(reading: ReadingState, call: Call) -> None:
    folder = _argument(reading, call)
    if folder is None or not reading.check_files:
        return
    if not reading.view.is_folder(paths.resolve(reading.server_root, folder)):
        message = f'the DefaultRuntimeDir "{folder}" is not a directory on this machine'
        reading.problem("include", message, call.place, waivable=True)


def _lua_provider(reading: ReadingState, call: Call) -> None:
    found = _arguments(reading, call, 3, 3)
    if found is not None:
        reading.configuration.registered.append(found[0])


def _conditional(reading: ReadingState, call: Call) -> None:
    name = call.name
    if call.key == "<ifversion":
        version = reading.configuration.version
        try:
            verdict = conditionals.if_version(words.split(call.args), version)
        except conditionals.ConditionError as why:
            reading.problem("conditional", f"{name}> {why}", call.place)
            _undecided(reading, call, "its condition cannot be read")
            return
        reason = "the version of httpd is not known" if version is None else f"httpd is {version}"
        _decide(reading, call, verdict, False, reason)
        return
    end = call.args.rfind(">")
    if end < 0:
        reading.problem("conditional", f'{name}> has no closing ">"', call.place)
        _undecided(reading, call, "its condition cannot be read")
        return
    text = call.args[:end]
    negated = text.startswith("!")
    subject = words.get_word(text[1:] if negated else text)[0]
    if not subject:
        reading.problem("conditional", f"{name}> needs an argument", call.place)
        _undecided(reading, call, "its condition cannot be read")
        return
    verdict, reason = _TESTS[call.key](reading, subject)
    _decide(reading, call, verdict, negated, reason)


def _decide(reading: ReadingState, call: Call, verdict: bool | None, negated: bool, reason: str) -> None:
    if verdict is None:
        _undecided(reading, call, reason)
        return
    holds = verdict is not negated
    reading.configuration.conditions.append(_condition(call, holds, reason))
    if holds:
        reading.enter(call.feed, call.name, call.place, None, call.levels)
    else:
        with call.feed.buffer(ROOM):
            _skip(reading, call)


def _undecided(reading: ReadingState, call: Call, reason: str) -> None:
    condition = _condition(call, None, reason)
    reading.configuration.conditions.append(condition)
    reading.enter(call.feed, call.name, call.place, condition, call.levels)


def _condition(call: Call, verdict: bool | None, reason: str) -> Condition:
    text = f"{call.name} {call.args}" if call.args.endswith(">") else f"{call.name} {call.args}>"
    return Condition(text, call.place, verdict, reason)


def _if_module(reading: ReadingState, subject: str) -> tuple[bool | None, str]:
    verdict = reading.modules.has(subject)
    if verdict is None:
        return None, "it is not known whether the module is loaded"
    return verdict, "the module is loaded" if verdict else "the module is not loaded"


def _if_define(reading: ReadingState, subject: str) -> tuple[bool | None, str]:
    if subject in reading.maybe_defined:
        return None, "another undecided conditional defines it"
    if subject in reading.defined:
        return True, "it is defined"
    if reading.defines_known or subject in reading.undefined_names:
        return False, "it is not defined"
    return None, "the configuration does not define it, and httpd's -D options are not known"


def _if_file(reading: ReadingState, subject: str) -> tuple[bool | None, str]:
    path = reading.resolved(subject)
    if not reading.view.exists(path):
        return (False if reading.check_files else None), f"the file does not exist {reading.whereabouts}"
    if not reading.check_files and reading.leaves(path):
        return None, "the file is outside what was given"
    return True, "the file exists"


def _if_directive(reading: ReadingState, subject: str) -> tuple[bool | None, str]:
    known = vocabulary.find(words.lower(subject))
    if known is None:
        return (False if reading.modules.complete else None), "no known module provides it"
    _, modules = known
    if not modules:
        return True, "httpd itself provides it"
    loaded = {reading.modules.has(module + ".c") for module in modules}
    verdict = True if True in loaded else None if None in loaded else False
    return verdict, f"{' or '.join(modules)} provides it"


def _if_section(reading: ReadingState, subject: str) -> tuple[bool | None, str]:
    return _if_directive(reading, "<" + subject)


def _skip(reading: ReadingState, call: Call) -> None:
    """A false conditional: only `<X` and `</X` count, as raw text (`ap_soak_end_container`)."""
    feed, name = call.feed, call.name
    open_names = [words.lower(name[1:])]
    while (got := feed.next()) is not None:
        value = got[1].value
        if value[:1] not in "<\"'" or not value:
            continue
        word, at = words.get_word(value)
        if word[:1] != "<":
            continue
        if word[1:2] != "/":
            if at >= len(value) and word.endswith(">"):
                word = word[:-1]
            open_names.append(words.lower(word[1:]))
            continue
        closing = words.lower(word[2:-1])
        if closing != open_names[-1]:
            stream, line = got
            place = stream.source.place(*stream.span(line))
            reading.problem("section", f'expected "</{open_names[-1]}>" but found "{word}"', place,
                           related=((call.place, f"inside {name}>, whose condition does not hold"),))  # fmt: skip
            if closing not in open_names:
                continue
            while open_names[-1] != closing:
                open_names.pop()
        open_names.pop()
        if not open_names:
            return
    reading.problem("section", f"{name}> is never closed", call.place)


def _lua_section(reading: ReadingState, call: Call) -> None:
    """Lua code up to the closing line; none of it is configuration."""
    if ">" not in call.args:
        reading.problem("section", f'{call.name}> has no closing ">"', call.place)
    closer = f"</{call.name[1:]}>".lower()
    while (got := call.feed.next()) is not None:
        if got[1].value.lower().startswith(closer):
            return
    reading.problem("section", f"{call.name}> is never closed", call.place)


def _macro(reading: ReadingState, call: Call) -> None:
    try:
        name, parameters = macros.signature(call.args)
    except macros.MacroError as why:
        reading.problem("macro", str(why), call.place)
        name, parameters = "", ()
    location = f'defined on line {call.stream.line} of "{call.stream.frame.name}"'
    source = call.stream.source
    with call.feed.buffer(_OTHER_BUFFER):
        body = _macro_body(reading, call)
    if body is None or not name:
        return
    if (shared := macros.shared_prefix(parameters)) is not None:
        message = f'one of the macro\'s parameters "{shared[0]}" and "{shared[1]}" begins with the other'
        reading.problem("macro", message, call.place, fatal=False,
                       help="Give them distinct names; where both match, mod_macro uses the longer one.")  # fmt: skip
    reading.macros[name] = macros.Macro(name, parameters, body, location, source)


def _macro_body(reading: ReadingState, call: Call) -> tuple[macros.BodyLine, ...] | None:
    body: list[macros.BodyLine] = []
    nesting = 1
    while (got := call.feed.next()) is not None:
        stream, line = got
        value = line.value
        if line.size >= macros.MAX_LINE:
            break
        if value.startswith("#"):
            continue
        word = words.get_word(value)[0].lower()
        if word == "</macro>":
            nesting -= 1
            if nesting == 0:
                return tuple(body)
        elif word == "<macro":
            nesting += 1
        body.append(macros.BodyLine(value, *stream.span(line)))
    reading.problem("macro", "<Macro> is never closed", call.place)
    return None


def _use(reading: ReadingState, call: Call) -> None:
    name, *arguments = words.split(call.args) or [""]
    name = name.lower()
    macro = reading.macros.get(name)
    if macro is None:
        if name:
            reading.undefined_macros.append(len(reading.configuration.problems))
        reading.problem(
            "macro", f'the macro "{name}" is not defined' if name else "Use needs the name of a macro", call.place
        )
        return
    frame = call.stream.frame
    if f"macro '{name}'" in frame.name:
        reading.problem("macro", f'the macro "{name}" uses itself', call.place)
        return
    try:
        lines = macros.expand(macro, arguments)
    except macros.MacroError as why:
        reading.problem("macro", str(why), call.place)
        return
    reading.amount.macro(sum(map(len, lines)), len(lines), call.place)
    where = f"macro '{name}' ({macro.location}) used on line {call.stream.line} of \"{frame.name}\""
    text = "".join(line + "\n" for line in lines)
    stream = Stream(
        text, Frame(where, macro.source, call.node(reading)), plain=False,
        template=reading.templates.get(macro.source.name),
    )  # fmt: skip
    stream.body = macro.body
    reading.configuration.uses_macros = True
    call.feed.streams.append(stream)


def _undef_macro(reading: ReadingState, call: Call) -> None:
    name = _argument(reading, call)
    if name is not None and reading.macros.pop(name.lower(), None) is None:
        reading.undefined_macros.append(len(reading.configuration.problems))
        reading.problem("macro", f'the macro "{name}" is not defined', call.place)


_ACTIONS: dict[str, Callable[[ReadingState, Call], None]] = {
    "define": _define,
    "undefine": _undefine,
    "serverroot": _server_root,
    "include": _include,
    "includeoptional": _include,
    "loadmodule": _load_module,
    "loadfile": _load_file,
    "defaultruntimedir": _runtime_folder,
    "luaauthzprovider": _lua_provider,
    "<ifmodule": _conditional,
    "<ifdefine": _conditional,
    "<iffile": _conditional,
    "<ifversion": _conditional,
    "<ifdirective": _conditional,
    "<ifsection": _conditional,
    "<macro": _macro,
    "use": _use,
    "undefmacro": _undef_macro,
}

_TESTS: dict[str, Callable[[ReadingState, str], tuple[bool | None, str]]] = {
    "<ifmodule": _if_module,
    "<ifdefine": _if_define,
    "<iffile": _if_file,
    "<ifdirective": _if_directive,
    "<ifsection": _if_section,
}

_TESTED = frozenset((*_TESTS, "<ifversion"))
"""The conditionals."""

_MAY_BE_UNKNOWN = frozenset(("define", "loadmodule", "<macro"))
"""Directives that may have words whose value is not known."""

_NOT_IN_HTACCESS = frozenset(
    {
        *("define", "undefine", "include", "includeoptional", "serverroot", "loadmodule", "loadfile"),
        *("defaultruntimedir", "luaauthzprovider"),
    }
)
