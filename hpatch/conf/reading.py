"""The state at one point of reading. The reader continues from it, and the directives executed on read change it."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING

from hpatch.conf import limits, macros, paths, words
from hpatch.conf.base import Base, Surroundings
from hpatch.conf.feed import ROOM, Feed, Level, Stream
from hpatch.conf.tree import Condition, Configuration, Node, Problem
from hpatch.conf.view import GivenFolder, View, view_of
from hpatch.records import NamedTuple
from hpatch.text import Place, Source

if TYPE_CHECKING:
    from hpatch.conf.templates.model import Template
    from hpatch.conf.templates.placeholders import Placeholders


class Parsed(NamedTuple):
    """A file: its text as it is read, whether that has nothing odd, and the template that it is."""

    source: Source
    plain: bool
    template: Template | None = None


class Learned(NamedTuple):
    """What is known of a name of directives that httpd does not execute at once; `nodes` are those read so far."""

    key: str
    spelling: str
    nodes: list[Node]


class ReadingState(ABC):
    """The state of reading one configuration into `configuration`."""

    def __init__(
        self,
        configuration: Configuration,
        *,
        server_root: str | None,
        given: Surroundings,
        environment: Mapping[str, str],
        defines: tuple[str, ...] | None,
        check_files: bool,
        main: bool | None,
        texts: Mapping[str, str],
    ) -> None:
        self.configuration = configuration
        self.modules = configuration.modules
        self.fixed_root = server_root is not None
        self.given = given
        self.view: View = view_of(given.root, texts)
        if given.mounted:
            from hpatch.conf.configmap import Mounted  # few have one

            self.view = Mounted(*os.path.split(configuration.root), given.mounted)
        self.server_root = "" if server_root is None else self.view.inner(server_root) or server_root
        self.tree = GivenFolder("")
        self.machine = ""
        self.copied = ""
        self.windows = False
        self.main_path = ""
        self.shown_like = ""
        self.live = False
        self.left: list[tuple[str, Place, tuple[Condition, ...]]] = []
        self.environment = environment
        self.defines_known = defines is not None
        self.check_files = check_files
        self.main = main
        self.modules_given = self.modules.complete
        self.parent: Node | None = None
        self.floor: Node | None = None
        self.conditions: tuple[Condition, ...] = ()
        self.defined: set[str] = set()
        self.maybe_defined: set[str] = set()
        self.undefined_names: set[str] = set()
        self.values: dict[str, str] = {}
        self.macros: dict[str, macros.Macro] = {}
        self.undefined_macros: list[int] = []
        self.absent: list[int] = []
        self.amount = limits.Amount()
        self.depth = 0
        self.stopped = False
        self.placeholders: Placeholders | None = None
        self.templates: dict[str, Template] = {}
        self.htaccess = False
        self.learned: dict[str, Learned] = {}
        self.undefined: dict[str, list[tuple[Place, tuple[Condition, ...]]]] = {}
        self.parsed: dict[str, Parsed] = {}
        for define in defines or ():
            name, equals, value = define.partition("=")
            self.defined.add(name)
            if equals:
                self.values[name.lower()] = value

    def problem(
        self,
        kind: str,
        message: str,
        place: Place,
        *,
        fatal: bool = True,
        related: tuple[tuple[Place, str], ...] = (),
        help: str | None = None,
        waivable: bool = False,
    ) -> None:
        """Note a problem. httpd may never read a problem inside an undecided conditional. Raises ExceededError."""
        if len(self.configuration.problems) >= limits.PROBLEMS:
            raise limits.ExceededError(f"more than {limits.PROBLEMS:,} faults", place)
        self.configuration.problems.append(
            Problem(
                kind=kind,
                message=message,
                place=place,
                fatal=fatal,
                related=related,
                help=help,
                conditions=self.conditions,
                waivable=waivable,
            )
        )

    def enter(self, feed: Feed, name: str, opened: Place, condition: Condition | None, levels: list[Level]) -> None:
        """Read a conditional's content up to its closing line. `condition` is given if it is undecided."""
        if condition is not None and len(self.conditions) >= limits.NESTED:
            what = f"more than {limits.NESTED:,} undecided conditionals are inside one another"
            raise limits.ExceededError(what, opened)
        levels.append(
            Level(
                name=name,
                closer=words.lower(name[1:]) + ">",
                floor=self.floor,
                conditions=self.conditions,
                opened=opened,
                feed=feed,
                room=feed.room,
            )
        )
        feed.room = ROOM
        self.floor = self.parent
        if condition is not None:
            self.conditions = (*self.conditions, condition)

    def leave(self, level: Level) -> None:
        """End a conditional."""
        level.feed.room = level.room
        self.parent = self.floor
        self.floor = level.floor
        self.conditions = level.conditions

    def start_from(self, base: Base) -> None:
        """Resolve paths from there on as ServerRoot says."""
        if base.view is not self.view:
            self.main_path = base.view.inner(self.main_path) or self.main_path
        self.view, self.server_root, self.machine, self.live = base.view, base.server_root, base.machine, base.live
        self.copied = base.copied
        if self.view.root:
            self.check_files = False  # nothing is known of files that the copy may lack

    def resolved(self, path: str) -> str:
        """A path as httpd resolves it; one below the ServerRoot of which the files are a copy is in the copy."""
        if self.windows:
            path = path.replace("\\", "/")
        full = paths.resolve(self.server_root, path)
        if len(self.copied) > 1 and f"{full}/".startswith(f"{self.copied}/"):
            return paths.resolve(self.server_root, full[len(self.copied) :].lstrip("/"))
        return full

    @property
    def whereabouts(self) -> str:
        """Where the files are that are looked for."""
        return f'below "{os.path.normpath(self.view.root)}"' if self.view.root else "on this machine"

    def leaves(self, path: str) -> bool:
        """Whether a file is outside what was given, behind all links."""
        if self.view.root or self.live or self.tree.has(path):
            return False
        return not (self.fixed_root and GivenFolder(self.server_root).has(path))

    def enter_arms(self, template: Template, offset: int | None, levels: list[Level]) -> None:
        """Let the conditions be those of the arms around an offset of a template; none of them if it is None."""
        here = () if offset is None else template.conditions_at(offset)
        own = template.conditions
        if tuple(one for one in self.conditions if one in own) != here:
            self.conditions = (*(one for one in self.conditions if one not in own), *here)
            for index, level in enumerate(levels):
                kept = tuple(one for one in level.conditions if one not in own)
                levels[index] = level._replace(conditions=kept)

    def set_aside(self, source: Source) -> None:
        """Count one more line of a template as not judged."""
        file = self.configuration.templates[source.name]
        self.configuration.templates[source.name] = file._replace(unjudged=file.unjudged + 1)

    @abstractmethod
    def included_file(self, path: str, stream: Stream, start: int, end: int) -> None:
        """Read a file that the Include at `stream[start:end]` names."""
