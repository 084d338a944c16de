"""httpd's build pass, from lines to a tree (`server/config.c`, `server/core.c`).

It executes the directives that httpd executes while it reads. httpd stops at the first error; this pass notes it and
continues.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hpatch import log
from hpatch.conf import base, distribution, interpolation, limits, onread, parts, vocabulary, words
from hpatch.conf.feed import Feed, Level, Stream
from hpatch.conf.foreign.recognise import foreign
from hpatch.conf.lines import Line, has_line_over
from hpatch.conf.reading import Learned, Parsed, ReadingState
from hpatch.conf.templates import presence
from hpatch.conf.tree import Configuration, FileRead, Frame, Node, Problem
from hpatch.conf.view import GivenFolder, like
from hpatch.text import Place, Source, has_any

if TYPE_CHECKING:
    from hpatch.conf.dump import DumpedLine
    from hpatch.conf.templates.model import Template

MAX_LINE = 16 * 1024 * 1024
MAX_HTACCESS_LINE = 8192
_EVIDENCE = 60
"""How many characters of a line are shown."""

_BLANK = " \t\r"
_PLAIN_LINE = re.compile(r"([A-Za-z][A-Za-z0-9_]*+)(?:[ \t\r]++(.*))?", re.S)
"""A directive's name and its arguments.

What can end in one place only is possessive (`*+`): nothing is tried twice, and nothing is remembered for it.
"""
_PLAIN_OPEN = re.compile(r"[ \t]*(<[A-Za-z][A-Za-z0-9]*)[ \t]+([^ \t\n\r\0\v\f][^\n\0\v\f]*)(?:(?<!\\)(?<!\\\r)\n)?")
_PLAIN_CLOSE = re.compile(r"[ \t]*</([A-Za-z][A-Za-z0-9]*)>[ \t\r]*\n?")
_ODD = re.compile(r"[\0\v\f]|\$\{|\\\r?\n")
_ODDITIES = ("\0", "\v", "\f", "${", "\\\n", "\\\r\n")
"""The same, to be searched for in a whole file."""


_DUMPS = ("# In file: ", "AH", "[", "Syntax OK")
"""How a dump begins (`hpatch.conf.dump`), or what httpd prints before it."""


class Reader(ReadingState):
    """Reads one configuration into `configuration`."""

    # Files

    def root_file(self, path: str, *, htaccess: bool) -> None:
        """Read the main file."""
        self._set_base(path)
        self.htaccess = htaccess
        with self._limited():
            self._file(self.main_path, None)

    def source(self, source: Source, name: str, *, htaccess: bool) -> None:
        """Read a text as the main file."""
        self._set_base(name)
        self.htaccess = htaccess
        self.configuration.files.append(FileRead(name=name, link=None))
        with self._limited():
            self._main(source, name)

    @contextmanager
    def _limited(self) -> Iterator[None]:
        """Read until a limit is exceeded. What was read until then stays."""
        try:
            yield
        except limits.ExceededError as error:
            self.configuration.problems.append(Problem(kind="unreadable", message=error.message, place=error.place))

    def finish(self) -> Configuration:
        """The configuration, complete."""
        configuration = self.configuration
        configuration.server_root = self.server_root
        configuration.check_files = self.check_files and not self.view.root
        main = parts.is_main(configuration) if self.main is None else self.main
        main = main and not configuration.templates
        if main:
            self.modules.complete = self.modules_given
        elif self.modules.names == self.modules.static:
            self.modules.complete = False
        if not main:
            parts.excuse_macros(configuration.problems, self.undefined_macros)
            if not self.live:
                parts.excuse_includes(configuration.problems, self.absent)
        if self.templates:
            configuration.problems[:] = self._of_templates(configuration.problems)
        self._nothing_judged()
        if self.left:
            configuration.problems.append(self._left())
        configuration.main = main
        configuration.whole = main and not any(
            problem.fatal and problem.kind in ("unreadable", "outside", "include", "foreign")
            for problem in configuration.problems
        )
        configuration.defines = {name: self.values.get(name.lower()) for name in sorted(self.defined)}
        later = interpolation.replaced_later(configuration) if self.undefined else set()
        for name, every in self.undefined.items():
            uses = [use for use in every if (use[0].file, use[0].line, name) not in later]
            if not uses:
                continue
            place, conditions = uses[0]
            others = tuple((other, "used here too") for other, _ in uses[1:4])
            more = f" (in {len(uses)} places)" if len(uses) > 1 else ""
            configuration.problems.append(
                Problem(
                    kind="variable",
                    message=f'the variable "${{{name}}}" is not defined{more}: httpd leaves it in the text',
                    place=place,
                    fatal=False,
                    related=others,
                    help="Define it, or give the environment with --env-file.",
                    conditions=conditions,
                )
            )
        return configuration

    def _left(self) -> Problem:
        """The one problem of all files outside what was given, at the first of them that is surely read."""
        name, place, conditions = min(self.left, key=lambda file: bool(file[2]))
        others = len(dict.fromkeys(other for other, _, _ in self.left)) - 1
        more = f" (and {others} more)" if others else ""
        message = f'"{name}"{more} is outside "{self.tree.folder or "."}"'
        if self.given.outside:
            message += ": hpatch read it from this machine"
            help = "If this is a copy of a server's files, give the folder that stands for / with --root."
        else:
            message += ": hpatch did not read it"
            help = "Give the folder that stands for / with --root, or a folder that contains it as PATH."
        return Problem(
            kind="outside",
            message=message,
            place=place,
            fatal=not self.given.outside,
            help=help,
            conditions=conditions,
            waivable=True,
        )

    def _nothing_judged(self) -> None:
        """Templates without a line that tells anything: nothing can be said of them, and not that they are clean."""
        for file in self.configuration.templates.values():
            if file.lines and file.unjudged >= file.lines:
                what = "its line depends" if file.lines == 1 else f"its {file.lines} lines depend"
                message = f"nothing in this template could be judged: {what} on what fills it in"
                self.configuration.problems.append(
                    Problem(kind="template", message=message, place=file.first, help="Lint the file that it makes.")
                )

    def _of_templates(self, problems: list[Problem]) -> Iterator[Problem]:
        """The problems, those of a template's sections as they are: another arm or template may have the other end."""
        for problem in problems:
            template = self.templates.get(problem.place.file)
            if (
                template is None
                or problem.kind not in ("section", "unclosed")
                or (template.balanced and problem.related)
            ):
                yield problem
            elif template.balanced:
                message = f"{problem.message} in this template; another may have the other end"
                yield problem._replace(message=message, fatal=False)

    def _set_base(self, path: str) -> None:
        self.shown_like = path
        self.main_path = self.view.inner(path) or path
        given = self.given
        self.tree = GivenFolder(base.tree_of(given.home or path, given.tree))
        if self.fixed_root:
            return
        if given.home is None:
            self.start_from(base.first(self.main_path, self.view))
        else:
            self.start_from(base.of_part(given.home, self.view, check_files=self.check_files))

    def _file(self, path: str, node: tuple[Stream, int, int] | None) -> None:
        """Read a file; `node` is where it is included."""
        name = self._written(path)
        known = self.parsed.get(path)
        if known is None:
            shown, link, reason, absent = name, None, "", False
            try:
                shown, link = self._shown(path)
                left = node is not None and path != "/dev/null" and self.leaves(path)
                if left and not self.given.outside and self.view.exists(path):
                    self._note_left(shown, node)
                    return
                source = self.view.read(path, shown, stream=node is None)
                if left:
                    self._note_left(shown, node)
            except (OSError, ValueError) as error:
                reason = getattr(error, "strerror", None) or str(error)
                absent = isinstance(error, (FileNotFoundError, NotADirectoryError))
            if reason:
                place = Place(name, 1, 1, 1, 1) if node is None else node[0].source.place(node[1], node[2])
                if absent and node is not None:
                    self.absent.append(len(self.configuration.problems))
                self.problem(
                    "unreadable", f'cannot read "{name}": {reason}', place, waivable=absent and node is not None
                )
                return
            if log.is_on():
                log.tell("read %s%s", shown, "" if node is None else _named_by(*node))
            self.configuration.files.append(_file_read(shown, link, node))
            if node is None:
                self._main(source, name)
                return
            self._count(source, node)
            known = self._parsed(source)
            self.parsed[path] = known
        else:
            self.configuration.rereads = True
            self._count(known[0], node)
            if node is not None and log.is_on():
                log.tell("read %s again%s", name, _named_by(*node))
        self._read_parsed(known, name)

    def _written(self, path: str) -> str:
        """A path with the root before it, as one on this machine."""
        if not self.view.root:
            return path
        if path == self.main_path:
            return self.shown_like
        return like(self.view.written(path), self.shown_like)

    def _shown(self, path: str) -> tuple[str, str | None]:
        """The name to show for a file, and the link by which it was found, if it was by one."""
        if not self.view.root:
            return self.tree.shown(path)
        written, real = self.view.written(path), self.view.host(path)
        if written == real:
            return self._written(path), None
        return like(real, self.shown_like), None if self.given.mounted else self._written(path)

    def _note_left(self, name: str, node: tuple[Stream, int, int] | None) -> None:
        """Note that an Include leaves what was given."""
        if node is not None:
            stream, start, end = node
            self.left.append((name, stream.source.place(start, end), self.conditions))

    def _count(self, source: Source, node: tuple[Stream, int, int] | None) -> None:
        """Count a file before it is parsed; `node` is where it is included."""
        place = Place(source.name, 1, 1, 1, 1) if node is None else node[0].source.place(node[1], node[2])
        self.amount.file(len(source.text), place)

    def _parsed(self, source: Source) -> Parsed:
        self.configuration.sources[source.name] = source.whole
        template = None
        if presence.may_be(source.name, source.text):
            template = self._template(source)
        if self._is_foreign(source if template is None else template.source, source):
            return Parsed(Source(source.name, ""), True)
        if template is not None:
            self._keep(source, template)
            return Parsed(template.source, False, template)
        return Parsed(source, not has_any(source.text, _ODDITIES))

    def _keep(self, source: Source, template: Template) -> None:
        """Remember a template. Several texts may be parts of one file, a chart's ConfigMap."""
        file, before = template.file, self.configuration.templates.get(source.name)
        if source.whole is not source:
            file = file._replace(named=True)
        if before is not None:
            template.balanced = template.balanced and self.templates[source.name].balanced
            file = before._replace(lines=before.lines + file.lines, unjudged=before.unjudged + file.unjudged)
        self.templates[source.name] = template
        self.configuration.templates[source.name] = file

    def _template(self, source: Source) -> Template | None:
        from hpatch.conf.templates.mask import template
        from hpatch.conf.templates.placeholders import Placeholders

        if self.placeholders is None:
            self.placeholders = Placeholders()
        found = template(source, self.placeholders)
        if found is not None:
            self.configuration.as_written = self.placeholders.restored
        return found

    def _is_foreign(self, read: Source, written: Source) -> bool:
        """Whether a file is not a configuration of httpd, which is then a problem, and the only one of the file."""
        found = foreign(read.text)
        if found is None:
            return False
        place = written.place(found.start, found.end)
        shown = written.text[found.start : found.end]
        if len(shown) > _EVIDENCE:
            shown = shown[: _EVIDENCE - 3] + "..."
        where = f' (line {place.line}: "{shown}")' if shown else ""
        self.problem("foreign", f"this looks like {found.kind}{where}, not a configuration of httpd", place)
        return True

    def _main(self, source: Source, name: str) -> None:
        """Read the text of the main file, or of the dump that stands for it."""
        self._count(source, None)
        if self.modules.unknown:
            built_in = distribution.built_in(self.main_path, source.text, self.view)
            if built_in:
                self.modules.know(built_in)
        self.modules_given = self.modules.complete
        self.modules.complete = parts.lists_modules(self.configuration, self.main, source.text)
        if source.text.startswith(_DUMPS):
            from hpatch.conf import dump  # few are one

            if dump.is_dump(source.text):
                self._dump(dump.entries(source))
                return
        known = self.parsed[self.main_path] = self._parsed(source)
        self._read_parsed(known, name)

    def _dump(self, entries: list[DumpedLine]) -> None:
        """Read what a running httpd has read."""
        if self.main is None:
            self.main = True
        self.configuration.dumped = self.live = True
        if self.modules.names == self.modules.static:
            self.modules_given = False  # a dump has no LoadModule
        streams: dict[str, Stream] = {}
        feed: Feed | None = None
        for text, source, start, end in entries:
            stream = streams.get(source.name)
            if stream is None:
                stream = streams[source.name] = Stream(source.text, Frame(source.name, source), plain=False)
                self.configuration.sources[source.name] = source
                self.configuration.files.append(FileRead(name=source.name, link=None))
            feed = feed or Feed(stream, MAX_LINE, self._too_long, self._lost)
            stream.line = source.position(start)[0]
            line = Line(value=text, start=start, end=end, after=end, lines=1, size=len(text))
            self._line(feed, stream, line, text, [])
        self._close_all(lambda node: f"{node.name}> is never closed", fatal=True)

    def _read_parsed(self, parsed: Parsed, name: str) -> None:
        source, plain, template = parsed
        limit = MAX_HTACCESS_LINE if self.htaccess else MAX_LINE
        stream = Stream(source.text, Frame(name, source), plain=plain, template=template)
        feed = Feed(stream, limit, self._too_long, self._lost)
        # What httpd does with the last line may depend on the lines before it; a line may be over the limit.
        if template is None and not feed.brim and not has_line_over(source.text, limit // 4):
            joins = 0 if plain else source.text.count("\\\n") + source.text.count("\\\r\n")
            if joins <= limits.CONTINUATIONS:
                stream.start_leaves()
        self._build(feed)

    def _too_long(self, stream: Stream, line: Line) -> None:
        self.problem("syntax", "the line is too long for httpd", stream.source.place(*stream.span(line)))

    def _lost(self, stream: Stream, line: Line) -> None:
        if line.kind in ("blank", "comment"):
            return
        self.problem(
            "syntax",
            "httpd ignores this line: it is the file's last, has no line feed, and fills the buffer for lines exactly",
            stream.source.place(*stream.span(line)),
            fatal=False,
            help="end the file with a line feed",
        )

    # Lines

    def _build(self, feed: Feed) -> None:
        """Read a file to its end. Sections must balance within it."""
        floor, parent = self.floor, self.parent
        # A closing line must not close a section of the including file, yet this file's nodes belong to `parent`.
        self.floor = self.parent
        levels: list[Level] = []
        while True:
            stream = feed.streams[-1]
            if stream.leaf is not None:
                self._plain(stream)
            got = feed.next()
            if got is None:
                break
            stream, line = got
            value = line.value
            if not value or value[0] == "#":
                continue
            if stream.template is not None:
                self.enter_arms(stream.template, stream.span(line)[0], levels)
            if (
                levels
                and value[:2] == "</"
                and self.parent is self.floor
                and words.lower(value[2:]) == levels[-1].closer
            ):
                self.leave(levels.pop())
                continue
            self._line(feed, stream, line, value, levels)
        if stream.template is not None:
            self.enter_arms(stream.template, None, levels)
        while levels:
            self._end_of_file(levels)
        self._close_all(lambda node: f"{node.name}> is never closed", fatal=True)
        self.floor, self.parent = floor, parent

    def _plain(self, stream: Stream) -> None:
        """Read ahead what is plain: runs of lines, and the opening and closing lines of sections.

        It stops at the start of a line that httpd executes at once, or that needs closer inspection.
        """
        while (leaf := stream.leaf) is not None:
            end = leaf.end()
            if end > stream.at:
                if leaf.lastgroup == "RUN":
                    self._run(stream, end)
                elif leaf.start() == stream.at and (
                    self._open(stream, end) if leaf.lastgroup == "OPEN" else self._close_plain(stream, end)
                ):
                    stream.line += 1
                    stream.at = end
                if end > stream.at:
                    return
            stream.next_leaf()

    def _open(self, stream: Stream, end: int) -> bool:
        """Open a section; False if its line is not plain, or httpd executes the section at once."""
        match = _PLAIN_OPEN.fullmatch(stream.text, stream.at, end)
        if match is None:
            return False
        name, args = match.groups()
        if "${" in args or (learned := self.learned.get(name) or self._learn(name)) is None:
            return False
        args = args.rstrip(words.SPACE)
        parent, start = self.parent, match.start(1)
        node = Node(
            learned.spelling, learned.key, args, stream.frame, start, match.start(2) + len(args) - start, parent,
            self.conditions, [],
        )  # fmt: skip
        siblings = self.configuration.nodes if parent is None else parent.children
        assert siblings is not None
        siblings.append(node)
        learned.nodes.append(node)
        self._counted(node, 1)
        self._descend(node)
        return True

    def _close_plain(self, stream: Stream, end: int) -> bool:
        """Close the section that is open; False if the line is not plain, or closes something else."""
        match = _PLAIN_CLOSE.fullmatch(stream.text, stream.at, end)
        parent = self.parent
        if match is None or parent is None or parent is self.floor or match[1].lower() != parent.key[1:]:
            return False
        self.parent = parent.parent
        return True

    def _descend(self, node: Node) -> None:
        """Go into a section."""
        depth, around = 0, node.parent
        while around is not None:
            depth, around = depth + 1, around.parent
        if depth >= limits.NESTED:
            raise limits.ExceededError(f"more than {limits.NESTED:,} sections are inside one another", node.place)
        self.parent = node

    def _add(self, node: Node) -> None:
        siblings = self.configuration.nodes if self.parent is None else self.parent.children
        assert siblings is not None
        siblings.append(node)
        self.configuration.by_key.setdefault(node.key, []).append(node)
        self._counted(node, 1)

    def _counted(self, last: Node, number: int) -> None:
        """Count directives, of which `last` is the last."""
        self.configuration.directives += number
        if self.configuration.directives > limits.DIRECTIVES:
            raise limits.exceeded(last.place)

    def _run(self, stream: Stream, end: int) -> None:
        """Read the plain lines up to `end`, as far as they are plain."""
        text, at = stream.text, stream.at
        if not stream.plain and (odd := _ODD.search(text, at, end)) is not None:
            end = text.rfind("\n", at, odd.start()) + 1
        frame, parent, conditions = stream.frame, self.parent, self.conditions
        siblings = self.configuration.nodes if parent is None else parent.children
        assert siblings is not None
        number, before = stream.line, len(siblings)
        learned = self.learned.get
        while at < end:
            after = text.find("\n", at, end) + 1 or end
            line = text[at:after]
            rest = line.lstrip(_BLANK)
            held = rest.rstrip(" \t\r\n")
            name, _, args = held.partition(" ")
            known = learned(name)
            if known is None and held and held[0] != "#":
                # The name is new, or a tab ends it.
                match = _PLAIN_LINE.fullmatch(held)
                if match is None:
                    break
                name, args = match.groups("")
                known = learned(name) or self._learn(name)
                if known is None:
                    break
            if known is not None:
                key, spelling, nodes = known
                args = args.lstrip(_BLANK)
                start = at + len(line) - len(rest)
                node = Node(spelling, key, args, frame, start, len(held), parent, conditions, None)
                siblings.append(node)
                nodes.append(node)
            at = after
            number += 1
        stream.line, stream.at = number, at
        if len(siblings) > before:
            self._counted(siblings[-1], len(siblings) - before)

    def _learn(self, name: str) -> Learned | None:
        """What to know of a plain directive or section; None for one that httpd executes at once."""
        key = words.lower(name)
        known = vocabulary.find(key)
        if known is not None and self._absent(known):
            known = None
        elif key in vocabulary.ON_READ:
            return None
        nodes = self.configuration.by_key.setdefault(key, [])
        learned = self.learned[name] = Learned(key=key, spelling=known[0] if known else name, nodes=nodes)
        return learned

    def _absent(self, known: vocabulary.Word) -> bool:
        return known[1] != () and all(self.modules.has(module + ".c") is False for module in known[1])

    def _line(self, feed: Feed, stream: Stream, line: Line, value: str, levels: list[Level]) -> None:
        """Read one logical line that is neither blank nor a comment."""
        start, end = stream.span(line)
        if "${" in value:
            value = self._expand(value, stream, start, end, feed.limit)
        name, at = words.get_word(value)
        args = value[at:]
        if not name:
            return
        if name[1:2] != "/":
            name = name.removesuffix(">")
            if name[:1] == "<" and not args:
                args = ">"
        key = words.lower(name)
        known = vocabulary.find(key)
        if known is not None and self._absent(known):
            known = None
        if known is not None and key in vocabulary.ON_READ:
            onread.execute(self, onread.Call(feed, stream, start, end, key, known[0], args, levels))
            return
        if name[:2] == "</":
            self._close(name, stream.source, start, end, levels)
            return
        node = stream.node(known[0] if known else name, key, args, start, end, self.parent, self.conditions)
        self._add(node)
        if node.children is not None:
            self._descend(node)

    def _expand(self, value: str, stream: Stream, start: int, end: int, limit: int) -> str:
        place = stream.source.place(start, end)

        def lookup(name: str) -> str | None:
            found = self.values.get(name.lower())
            if found is None:
                found = self.environment.get(name)
            if found is None and ":" not in name and stream.template is None:
                uses = self.undefined.setdefault(name, [])
                if not uses or uses[-1][0] is not place:
                    uses.append((place, self.conditions))
            return found

        expanded = words.expand(value, lookup)
        if len(expanded) > max(limit, MAX_LINE):
            self.problem("syntax", "the line becomes too long when its variables are expanded", place)
            return value
        if len(expanded) > len(value):
            self.amount.text(len(expanded) - len(value), place)
        return expanded

    # Sections

    def _close(self, name: str, source: Source, start: int, end: int, levels: list[Level]) -> None:
        place = source.place(start, end)
        parent = self.parent
        if parent is self.floor or parent is None:
            related = () if not levels else ((levels[-1].opened, f"{levels[-1].name}> was opened here"),)
            self.problem("section", f'"{name}" closes nothing: no <{name[2:].removesuffix(">")}> is open here', place,
                         related=related)  # fmt: skip
            return
        if not name.endswith(">"):
            self.problem("section", f'"{name}" has no closing ">"', place)
            if words.lower(name[2:]) == parent.key[1:]:
                self.parent = parent.parent
            return
        wanted = words.lower(name[2:-1])
        if wanted == parent.key[1:]:
            self.parent = parent.parent
            return
        opened = (parent.place, f"{parent.name}> was opened here")
        self.problem("section", f'expected "</{parent.name[1:]}>" but found "{name}"', place, related=(opened,))
        outer: Node | None = parent
        while outer is not None and outer is not self.floor and outer.key[1:] != wanted:
            outer = outer.parent
        if outer is not None and outer is not self.floor:
            self.parent = outer.parent
        elif levels and wanted == levels[-1].closer[:-1]:
            self.leave(levels.pop())

    def _end_of_file(self, levels: list[Level]) -> None:
        """httpd accepts the end of a file inside a conditional that holds, and the sections left open in it."""
        level = levels.pop()
        self._close_all(lambda node: f"{node.name}> is never closed; httpd accepts it here, at the end of the file",
                        fatal=False)  # fmt: skip
        undecided = self.conditions != level.conditions
        self.leave(level)
        if undecided:
            self.problem("unclosed", f"{level.name}> is never closed: httpd refuses to start unless its condition "
                         "holds", level.opened, fatal=False, help=f"Close it with </{level.name[1:]}>.")  # fmt: skip
        else:
            self.problem("section", f"{level.name}> is never closed; httpd accepts it here, at the end of the file",
                         level.opened, fatal=False)  # fmt: skip

    def _close_all(self, message: Callable[[Node], str], *, fatal: bool) -> None:
        while self.parent is not self.floor:
            node = self.parent
            assert node is not None
            self.problem("section", message(node), node.place, fatal=fatal)
            self.parent = node.parent

    def included_file(self, path: str, stream: Stream, start: int, end: int) -> None:
        """Read a file that an Include names."""
        self._file(path, (stream, start, end))


def _file_read(name: str, link: str | None, node: tuple[Stream, int, int] | None) -> FileRead:
    if node is None:
        return FileRead(name=name, link=link)
    stream, start, end = node
    return FileRead(name=name, link=link, source=stream.source, start=start, end=end)


def _named_by(stream: Stream, start: int, end: int) -> str:
    """The directive that names a file, and where it is."""
    source = stream.source
    return f", by {' '.join(source.text[start:end].split())} at {source.name}:{source.place(start, end).line}"
