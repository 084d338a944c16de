"""The options that several commands share: what decides a conditional, and where the uWSGI side is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from hpatch import log
from hpatch.cli.options import stdin, which
from hpatch.conf import limits
from hpatch.conf.base import Surroundings
from hpatch.conf.load import Options
from hpatch.conf.modules import MPMS, Modules
from hpatch.errors import InputError, UsageError
from hpatch.lint import settings
from hpatch.lint.roots import located
from hpatch.lint.settings import ALL_MODULES, Settings, SettingsFile
from hpatch.records import NamedTuple
from hpatch.versions import Version

if TYPE_CHECKING:
    from hpatch.advise.httpd import TargetHttpd

HTTPD = "Target httpd"
FILES = "Which files"
SETTINGS = "Settings"

STDIN = "-"
"""The PATH that stands for the standard input."""

Define = Annotated[
    list[str] | None,
    typer.Option(
        "--define",
        "-D",
        metavar="NAME[=VALUE]",
        help="Define a name, as httpd's -D does. Repeatable.",
        rich_help_panel=HTTPD,
    ),
]
HttpdVersion = Annotated[
    str | None, typer.Option(metavar="VERSION", help="Assume this version, such as 2.4.62.", rich_help_panel=HTTPD)
]
ModuleList = Annotated[
    str | None,
    typer.Option(
        "--modules",
        metavar="LIST",
        help="Assume these modules: a list (proxy,proxy_http), a file of names (the output of httpd -M), or all.",
        rich_help_panel=HTTPD,
    ),
]
Httpd = Annotated[
    str | None,
    typer.Option(
        metavar="PROGRAM",
        help="Ask this httpd for its version and built-in modules, and check file names against this machine. "
        "If a main file includes the given file, the modules that this main file loads count, too: the one of the same "
        "tree, or else that of this httpd.",
        rich_help_panel=HTTPD,
    ),
]
Mpm = Annotated[
    str | None, typer.Option(metavar="NAME", help="Assume this MPM: event, worker or prefork.", rich_help_panel=HTTPD)
]
EnvFile = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="Read httpd's environment from this file, in the form of Debian's envvars. An "
        "envvars beside apache2.conf is read automatically.",
        rich_help_panel=HTTPD,
    ),
]
ServerRoot = Annotated[
    str | None,
    typer.Option(
        metavar="DIR", help="Resolve relative paths from this folder, whatever ServerRoot says.", rich_help_panel=HTTPD
    ),
]
StdinFilename = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="Take the standard input (-) for the text of this file.", rich_help_panel=FILES),
]
Root = Annotated[
    str | None,
    typer.Option(
        "--root",
        metavar="DIR",
        help="Take this folder for /, as chroot does: for an image, a backup or a checkout.",
        rich_help_panel=FILES,
    ),
]
NoOutside = Annotated[
    bool,
    typer.Option("--no-outside", help="Read no file outside what is given: it is an error.", rich_help_panel=FILES),
]
Config = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="Read this settings file. The default is the nearest hpatch.toml, or pyproject.toml with a table "
        "tool.hpatch.",
        rich_help_panel=SETTINGS,
    ),
]
ShowSettings = Annotated[
    bool,
    typer.Option(
        "--show-settings",
        help="Show each setting and where it comes from, and end. With --format json, as JSON.",
        rich_help_panel=SETTINGS,
    ),
]
NoConfig = Annotated[bool, typer.Option("--no-config", help="Read no settings file.", rich_help_panel=SETTINGS)]
OnePath = Annotated[
    str,
    typer.Argument(
        metavar="PATH", help="A main configuration file, a folder with one configuration, or - for the standard input."
    ),
]
ManyPaths = Annotated[
    list[str],
    typer.Argument(
        metavar="PATH...", help="Main configuration files, folders of configurations, or - for the standard input."
    ),
]


class ConfigurationOptions(NamedTuple):
    """The options that say how configurations are read, and for which httpd."""

    httpd: Httpd = None
    httpd_version: HttpdVersion = None
    modules: ModuleList = None
    mpm: Mpm = None
    define: Define = None
    env_file: EnvFile = None
    server_root: ServerRoot = None
    root: Root = None
    no_outside: NoOutside = False
    config: Config = None
    no_config: NoConfig = False

    def effective(self, path: str, stdin_filename: str | None = None, others: Settings | None = None) -> SettingsFile:
        """The settings for a path, and where each comes from. `others` are what other options of the command give."""
        chosen = (others or Settings())._replace(
            httpd_version=self.httpd_version,
            modules=None if self.modules is None else settings.modules(self.modules),
            mpm=self.mpm,
            define=None if self.define is None else tuple(self.define),
            env_file=self.env_file,
            server_root=self.server_root,
            root=self.root,
            outside=False if self.no_outside else None,
        )
        here = (stdin_filename or path) if path == STDIN else located(path, self.root)
        return effective(here, chosen, self.config, self.no_config, httpd=self.httpd)

    def reading(self, chosen: Settings, package: str | None = None) -> ReaderOptions:
        """The reader's options from the settings. `package` is a vendor's package."""
        return reading(chosen, self.httpd, package)


class ReaderOptions(NamedTuple):
    """How configurations are to be read, and for which httpd: `environment` tells whether an `envvars` beside one is to
    be looked for.

    `own` is the main file of the httpd that was asked, "" if it does not tell; None where none was asked, or the
    modules were given.
    """

    options: Options
    environment: bool
    own: str | None = None
    httpd: TargetHttpd | None = None


COMMAND_LINE = "the command line"
"""The origin of a setting that an option gives."""


def effective(
    path: str, chosen: Settings, config: str | None, no_config: bool, *, httpd: str | None = None
) -> SettingsFile:
    """The choices of the command line, and where there is none those of the settings file that concerns a path.

    `httpd` is a program that the command line gives: it tells its version, and no settings file does.
    """
    if config is not None and no_config:
        raise UsageError("--config and --no-config exclude each other")
    file = config if config is not None or no_config else settings.find(path)
    if file is None:
        log.tell("no settings file%s", "" if no_config else f" from the folder of {path} upwards")
        read = SettingsFile(Settings(), {}, {})
    else:
        read = settings.load(file)
        if httpd is not None:
            read = read._replace(settings=read.settings._replace(httpd_version=None))
    given = {key: value for key, value in chosen._asdict().items() if value is not None}
    rows = {(key, row): COMMAND_LINE for key in settings.TABLES for row, _ in given.get(key, ())}
    found = SettingsFile(
        chosen.over(read.settings), {**read.origins, **dict.fromkeys(given, COMMAND_LINE)}, {**read.rows, **rows}
    )
    if log.is_on():
        values = found.settings._asdict()
        for key in sorted(values, key=lambda key: key not in given):
            if (value := values[key]) is not None:
                log.tell("%s = %s, from %s", key.replace("_", "-"), _shown(value), found.origins[key])
    return found


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, tuple):
        return str(value)
    return ", ".join(map(_shown_item, value))


def _shown_item(item: str | tuple[str, str | tuple[str, ...]]) -> str:
    if isinstance(item, str):
        return item
    name, value = item
    return " ".join((name, *((value,) if isinstance(value, str) else value)))


def reading(chosen: Settings, httpd: str | None, package: str | None = None) -> ReaderOptions:
    """The reader's options from the user's choices. `httpd` is a program to ask, `package` a vendor's package."""
    if chosen.httpd_version is not None:
        version(chosen.httpd_version, "--httpd-version")
    if chosen.httpd_version is not None and chosen.httpd_version.count(".") < 2:
        # 2.4 would be 2.4.0, which knows next to nothing.
        raise UsageError(f"--httpd-version: '{chosen.httpd_version}' is not a complete version such as 2.4.62")
    mpm = chosen.mpm.lower().removeprefix("mpm_") if chosen.mpm else None
    if mpm is not None and mpm not in MPMS:
        raise UsageError(f"--mpm: '{chosen.mpm}' is none of {', '.join(MPMS)}")
    modules = own = asked = None
    if httpd is not None:
        from hpatch.build.httpd.installed import ask  # only --httpd pays for it

        asked = ask(httpd)
        mpm = mpm or asked.mpm
        modules = Modules(complete=True, static=asked.static)
        own = (asked.configuration or "") if chosen.modules is None and chosen.root is None else None
    if chosen.modules == ALL_MODULES:
        modules = Modules.everything(mpm or "event")
    elif chosen.modules is not None:
        named = (f"mpm_{mpm}_module",) if chosen.mpm else ()
        modules = Modules((*chosen.modules, *named), complete=True, static=modules.static if modules else ())
    environment = {}
    if chosen.env_file is not None:
        from hpatch.conf import envvars

        environment = envvars.read(chosen.env_file)
    meant = which.target(version=chosen.httpd_version, package=package, root=chosen.root, program=httpd, asked=asked)
    options = Options(
        defines=chosen.define,
        version=None if meant is None else meant.version,
        modules=modules,
        environment=environment,
        server_root=chosen.server_root,
        mpm=mpm,
        check_files=httpd is not None,
        given=Surroundings(root=chosen.root, outside=chosen.outside is not False),
    )
    return ReaderOptions(options, environment=chosen.env_file is None, own=own, httpd=meant)


def text_of_stdin() -> str:
    """What comes through the standard input. Raises InputError."""
    data = stdin.read(limits.BYTES + 1)
    if len(data) > limits.BYTES:
        raise InputError(f"-: more than {limits.BYTES:,} bytes come through the standard input")
    return data.decode("utf-8", "surrogateescape")


def version(text: str, option: str) -> Version:
    """A version number. Raises UsageError."""
    try:
        return Version.parse(text)
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from None


def uwsgi_version(chosen: Settings) -> Version | None:
    """uWSGI's version that was chosen. Raises UsageError."""
    return None if chosen.uwsgi_version is None else version(chosen.uwsgi_version, "--uwsgi-version")


def words(given: list[str] | None) -> tuple[str, ...] | None:
    """The values of a repeatable option that takes comma lists."""
    return None if given is None else tuple(word for text in given for word in settings.split(text))
