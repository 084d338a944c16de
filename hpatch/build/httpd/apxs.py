"""Building single modules of a tree against an installed httpd, with its apxs: in seconds, without building httpd."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from hpatch import files
from hpatch.build.command import Commands
from hpatch.build.diagnosis import Failure, diagnose, last_words
from hpatch.build.httpd.plan import date
from hpatch.build.packages import install
from hpatch.build.reproducible import EPOCH, prefix_map
from hpatch.errors import InputError, ToolError, UsageError
from hpatch.processes.run import environment, run
from hpatch.records import NamedTuple

_NAMES = ("apxs", "apxs2")
_NAME = re.compile(r"\w+", re.ASCII)
_OBJECTS = re.compile(r'^\s*\w+_objs="((?:[^"\\]|\\\n)*)"', re.M)


class ModuleError(ToolError):
    """A module does not compile. `failure` is the first error."""

    def __init__(self, name: str, failure: Failure, log: Path) -> None:
        super().__init__(f"mod_{name} cannot be built: {failure.text} (the whole of it is in {log})")
        self.failure = failure
        self.log = log


class Apxs(NamedTuple):
    """An apxs: the program, the folder of its httpd's headers, and that httpd."""

    program: Path
    include: Path
    httpd: Path


class Sources(NamedTuple):
    """What a module is made of: the folder in the tree, its C files, and headers that are the tree's own."""

    name: str
    folder: str
    files: tuple[str, ...]
    headers: tuple[str, ...]


def find(program: str | None = None, httpd: Path | None = None) -> Apxs:
    """An apxs: the one that is named, else the one beside an httpd, else the one on the PATH.

    Raises ToolError when there is none, UsageError when it is another httpd's than `httpd`.
    """
    found = shutil.which(program) if program is not None else _beside(httpd) or _on_path()
    if found is None:
        named = f"{program} is no program" if program is not None else "apxs is not installed"
        raise ToolError(f"{named}; building a module needs it ({install(['apxs'])})")
    asked = ("INCLUDEDIR", "SBINDIR", "PROGNAME")
    answers = [os.fsdecode(run([found, "-q", name], env=environment()).strip()) for name in asked]
    if not all(answers):
        raise ToolError(f"{found} does not answer -q as apxs does")
    include, folder, name = map(Path, answers)
    apxs = Apxs(Path(found).absolute(), include, folder / name)
    if httpd is not None and apxs.httpd.resolve() != httpd.resolve():
        raise UsageError(f"{found} belongs to {apxs.httpd}, not to {httpd}; give the apxs of that httpd with --apxs")
    return apxs


def _beside(httpd: Path | None) -> str | None:
    if httpd is None:
        return None
    folders = dict.fromkeys(folder for path in (httpd.absolute(), httpd.resolve()) for folder in _folders(path))
    return next(filter(None, (shutil.which(name, path=str(folder)) for folder in folders for name in _NAMES)), None)


def _folders(path: Path) -> tuple[Path, ...]:
    return path.parent, path.parent.parent / "bin"


def _on_path() -> str | None:
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"))
    return next(filter(None, (shutil.which(name, path=path) for name in _NAMES)), None)


def sources(tree: Path, name: str, apxs: Apxs, *, own_proxy: bool = False) -> Sources:
    """What `mod_NAME` is made of. `own_proxy`: mod_proxy is built from the tree too, so its header counts.

    Otherwise a header of the installed httpd wins over the tree's, for it tells how that one's structures are. Raises
    InputError when the tree has no such module.
    """
    found = sorted(tree.glob(f"modules/**/mod_{name}.c"))
    if not found:
        raise InputError(f"{tree}: there is no module mod_{name} (modules/**/mod_{name}.c)")
    folder = found[0].parent
    # Their names have numbers where the order counts: config5.m4.
    texts = (files.read(tree, str(path.relative_to(tree))) for path in sorted(folder.glob("config*.m4")))
    config = b"\n".join(text or b"" for text in texts)
    objects = [f"mod_{name}.lo"]
    for match in _OBJECTS.finditer(config.decode("utf-8", "surrogateescape")):
        words = match[1].replace("\\\n", " ").split()
        if f"mod_{name}.lo" in words:
            objects = words
            break
    sources = tuple(f"{Path(word).stem}.c" for word in objects if word.endswith(".lo"))
    headers = tuple(
        path.name for path in sorted(folder.glob("*.h")) if own_proxy or not (apxs.include / path.name).is_file()
    )
    return Sources(name, str(folder.relative_to(tree)), sources, headers)


def plain(name: str) -> str:
    """A module's name as the lab and LoadModule have it: `mod_proxy_fcgi.c`, `proxy_fcgi_module` -> `proxy_fcgi`."""
    return name.removesuffix(".c").removesuffix(".so").removesuffix("_module").removeprefix("mod_")


def commands(one: Sources, apxs: Apxs, flags: Sequence[str] = ()) -> tuple[str, ...]:
    """What builds a module, in the folder of its copied files; `flags` are further ones of the compiler."""
    more = (f"-Wc,{flag}" for flag in flags)
    return (str(apxs.program), "-c", *more, "-I.", "-o", f"mod_{one.name}.la", *one.files)


class ApxsStep(NamedTuple):
    """A command, and the folder that it runs in."""

    command: tuple[str, ...]
    folder: Path


def planned(
    tree: Path, names: Sequence[str], apxs: Apxs, folder: Path, flags: Sequence[str] = ()
) -> tuple[ApxsStep, ...]:
    """What `module` would run."""
    parts = _parts(tree, names, apxs)
    return tuple(ApxsStep(commands(one, apxs, flags), folder / one.name / one.folder) for one in parts)


class BuiltModules(NamedTuple):
    """Modules that were built: their files by name, where the log is, how long it took."""

    files: dict[str, Path]
    log: Path
    seconds: float


def module(
    tree: Path,
    names: Sequence[str],
    apxs: Apxs,
    folder: Path,
    watch: Callable[[bytes], None] = lambda line: None,
    *,
    reproducible: bool = False,
    flags: Sequence[str] = (),
) -> BuiltModules:
    """Build modules of a tree in `folder`, which is emptied before. The tree is only read.

    `reproducible`: keep the folder and the date of the build out of what is compiled; `flags` are further ones of the
    compiler.

    Raises ModuleError when one does not compile, InputError when the tree has none of that name, ToolError.
    """
    begun = time.monotonic()
    parts = _parts(tree, names, apxs)
    further, settings = _reproducible(tree, apxs, folder) if reproducible else ((), {})
    try:
        shutil.rmtree(folder, ignore_errors=True)
        for one in parts:
            _copy(tree, one, folder)
        log = folder / "build.log"
        with log.open("wb") as stream, Commands(stream, folder) as running:
            made = dict(
                _built(one, commands(one, apxs, (*further, *flags)), settings, folder, running, watch, log)
                for one in parts
            )
    except OSError as error:
        raise ToolError(f"{error.filename or folder}: {error.strerror or error}") from error
    return BuiltModules(made, log, time.monotonic() - begun)


def _parts(tree: Path, names: Sequence[str], apxs: Apxs) -> list[Sources]:
    wanted = list(dict.fromkeys(map(plain, names)))
    for name in wanted:
        if not _NAME.fullmatch(name):
            raise UsageError(f"'{name}' is not the name of a module")
    return [sources(tree, name, apxs, own_proxy="proxy" in wanted) for name in wanted]


def _reproducible(tree: Path, apxs: Apxs, folder: Path) -> tuple[tuple[str, ...], Mapping[str, str]]:
    """The compiler's flags and the environment for it. apxs takes flags apart at spaces."""
    compiler = os.fsdecode(run([str(apxs.program), "-q", "CC"], env=environment()).strip()).split()
    flag = prefix_map(folder.absolute(), compiler) if not re.search(r"\s", str(folder.absolute())) else None
    return (() if flag is None else (flag,)), {EPOCH: date(tree)}


def _copy(tree: Path, one: Sources, folder: Path) -> None:
    """Into a folder of its own: what is included with quotes is looked for beside the file first."""
    target = folder / one.name / one.folder
    target.mkdir(parents=True)
    for name in (*one.files, *one.headers):
        content = files.read(tree, f"{one.folder}/{name}")
        if content is None:
            raise InputError(f"{tree / one.folder / name}: mod_{one.name} needs this file, which does not exist")
        (target / name).write_bytes(content)


def _built(
    one: Sources,
    command: Sequence[str],
    settings: Mapping[str, str],
    folder: Path,
    running: Commands,
    watch: Callable[[bytes], None],
    log: Path,
) -> tuple[str, Path]:
    place = folder / one.name / one.folder
    said: list[bytes] = []

    def heard(line: bytes) -> None:
        said.append(line)
        watch(line)

    code = running.run(command, place, environment(**settings), heard)
    made = place / ".libs" / f"mod_{one.name}.so"
    if code != 0 or not made.is_file():
        whole = b"".join(said)
        words = Failure(f"apxs ended with {code}: {last_words(whole)}")
        raise ModuleError(one.name, _failure(whole, one, folder) or words, log)
    return one.name, made


def _failure(said: bytes, one: Sources, folder: Path) -> Failure | None:
    """As seen from the tree: apxs runs in the module's folder and speaks of files there."""
    root = folder / one.name
    entering = f"make: Entering directory '{root / one.folder}'\n".encode("utf-8", "surrogateescape")
    return diagnose(entering + said, root)
