"""How a tree of httpd gets into a gateway: all of it is built, or single modules for an httpd that is installed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from hpatch.build.facts import BuildFacts
from hpatch.build.folder import Layout
from hpatch.build.httpd import apxs as building
from hpatch.build.httpd import facts
from hpatch.build.httpd.apxs import Apxs, BuiltModules
from hpatch.build.httpd.build import build
from hpatch.build.httpd.installed import ask
from hpatch.build.httpd.variables import installed as places
from hpatch.build.options import BuildOptions, Mpm
from hpatch.build.outcome import Built
from hpatch.build.reproducible import SecondBuild, compare
from hpatch.build.sanitize import Sanitizer, flags, preloaded
from hpatch.build.trees.source import SourceTree
from hpatch.errors import ToolError, UsageError
from hpatch.lab import scratch
from hpatch.lab.candidates.whole import WholeGateway
from hpatch.lab.gateways import modules
from hpatch.lab.model import GatewaySpec
from hpatch.lab.suite.model import SuiteChoice
from hpatch.lab.suite.run import Suite
from hpatch.lab.trying.httpd import HttpdTrying

_NO_CODE = ("docs/", "changes-entries/", "debian/", "test/")
_NO_CODE_NAMES = frozenset({"CHANGES", "STATUS"})


class Whole(WholeGateway):
    """The whole of httpd, built in a folder: the first time all of it, then what has changed."""

    kind = "httpd"
    trying = HttpdTrying()

    def build(self, tree: Path, options: BuildOptions, place: Path) -> Built:
        """By configure and make."""
        return build(tree, self.prefix, options, place, self.watch)

    def files(self, program: Path) -> Mapping[str, Path]:
        """The program, and its modules."""
        return _programs(program)

    def suite(self, tree: Path, choice: SuiteChoice) -> Suite:
        """With its own apxs. The MPM is compiled in."""
        return Suite(tree, self.prefix / "bin" / "apxs", choice)

    def facts(self) -> BuildFacts:
        """As configure has it."""
        folder = self.folder / "build"
        return facts.of_whole(folder, places(Layout(folder).copy, self.prefix)[0])


class SingleModules:
    """Some modules of a tree, built by apxs, in an httpd that is installed."""

    def __init__(
        self,
        folder: Path,
        names: Sequence[str],
        apxs: Apxs,
        watch: Callable[[bytes], None] = lambda line: None,
        mpm: Mpm | None = None,
        sanitize: tuple[Sanitizer, ...] = (),
    ) -> None:
        self.folder = folder
        self.names = names
        self.apxs = apxs
        self.trying = HttpdTrying()
        self.mpm = mpm
        self.sanitize = sanitize
        self.environment = preloaded(sanitize)
        self.watch = watch
        self.seconds: dict[str, Mapping[str, float]] = {}

    def made(self, tree: Path, moment: str) -> GatewaySpec:
        """That httpd, with the modules for its own."""
        made = self._module(tree, self.folder / f"modules-{moment.replace(' ', '-')}")
        self.seconds[moment] = {"apxs": made.seconds}
        return GatewaySpec("httpd", self.apxs.httpd, {**made.files, **self._mpm()})

    def _module(self, tree: Path, folder: Path) -> BuiltModules:
        return building.module(
            tree, self.names, self.apxs, folder, self.watch, reproducible=True, flags=flags(self.sanitize)
        )

    def _mpm(self) -> Mapping[str, Path]:
        """That httpd's file of the MPM, where one is asked for."""
        if self.mpm is None or f"{self.mpm}.c" in ask(str(self.apxs.httpd)).static:
            return {}
        name = f"mpm_{self.mpm}"
        folder = modules.folder(self.apxs.httpd)
        return {name: (folder or self.folder) / f"mod_{name}.so"}

    def keep(self, made: GatewaySpec) -> GatewaySpec:
        """The same: each moment has a folder of its own."""
        return made

    def suite(self, tree: Path, choice: SuiteChoice) -> Suite:
        """With the installed httpd's apxs."""
        return Suite(tree, self.apxs.program, choice, self.mpm)

    def facts(self) -> BuildFacts:
        """As apxs has it."""
        return facts.of_modules(self.apxs, tuple(f"mod_{name}" for name in self.names))

    def again(self, tree: Path, made: GatewaySpec) -> SecondBuild:
        """The modules."""
        place = self.folder / "modules-again"
        try:
            second = self._module(tree, place)
            self.seconds["again"] = {"apxs": second.seconds}
            first = {name: file for name, file in made.modules.items() if name in second.files}
            return compare(first, second.files, (self.folder / "modules-after", place))
        finally:
            scratch.remove(place)


def _programs(program: Path) -> dict[str, Path]:
    """The program and the modules of a whole httpd, by file name."""
    own = modules.folder(program)
    files = [program, *(own.glob("mod_*.so") if own is not None else ())]
    return {path.name: path for path in files}


def touched(tree: SourceTree, paths: Sequence[str], apxs: Apxs) -> tuple[str, ...]:
    """The modules that a change of these files concerns, for an installed httpd.

    Raises UsageError where modules alone cannot show the change, or only modules of the same version can.
    """
    names: dict[str, None] = {}
    for path in paths:
        if path in _NO_CODE_NAMES or path.startswith(_NO_CODE):
            continue
        found = _modules_of(tree.root, path, apxs)
        if not found:
            raise UsageError(f"{path} belongs to no module that apxs can build; leave out --module-only")
        names.update(dict.fromkeys(found))
    if not names:
        raise UsageError("the patches change no module; leave out --module-only")
    for path in paths:
        if "proxy" not in names and path.endswith(".h") and (apxs.include / path.rpartition("/")[2]).is_file():
            raise UsageError(f"{path}: modules are built with the one of {apxs.httpd}; leave out --module-only")
    if "proxy" in names:
        installed = ask(str(apxs.httpd)).version
        if installed != tree.version:
            raise UsageError(
                f"mod_proxy is changed, and that of {tree.name} is not for the other modules of httpd {installed}; "
                "leave out --module-only"
            )
    return tuple(names)


def _modules_of(root: Path, path: str, apxs: Apxs) -> list[str]:
    folder, _, name = path.rpartition("/")
    if not folder.startswith("modules/") or not name.endswith((".c", ".h")):
        return []
    found = []
    for file in sorted((root / folder).glob("mod_*.c")):
        one = building.sources(root, building.plain(file.name), apxs)
        if name in one.files or (name.endswith(".h") and _includes(root, one.folder, one.files, name)):
            found.append(one.name)
    return found


def _includes(root: Path, folder: str, names: Iterable[str], header: str) -> bool:
    line = f'#include "{header}"'.encode()
    try:
        return any(line in (root / folder / name).read_bytes() for name in names)
    except OSError as error:
        raise ToolError(f"{error.filename}: {error.strerror}") from error
