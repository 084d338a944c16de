"""A service as its unit describes it: its command line, its environment, its sockets, and who may reach them."""

from __future__ import annotations

import os
import re

from hpatch.backends.addresses import normal, port
from hpatch.backends.model import Listener, Permissions, Spoken
from hpatch.backends.systemd import read
from hpatch.backends.systemd.commandline import CommandLine, commands
from hpatch.backends.systemd.unit import Assignment, Unit
from hpatch.errors import InputError
from hpatch.records import NamedTuple
from hpatch.text import Place, Source

_VARIABLE = re.compile(r"\s*(?:export\s+)?([A-Za-z_]\w*)=(.*)")
_QUOTED = re.compile(r"(['\"])(.*)\1\s*")
_PLAIN = re.compile(r"[^\\'\"]*")
_TEMPORARY = ("/tmp", "/var/tmp")


class StartLine(NamedTuple):
    """A command line of `ExecStart=`, and where it is written."""

    line: CommandLine
    written: Assignment


class Service:
    """A `.service` with its drop-ins, and the `.socket` beside it. `root` is the folder that is `/` for it, if known.

    A `.socket` without its service is one without a command line.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.root = read.root_of(path)
        self.unit = read.unit(path)
        self.name = self.unit.name
        self.sockets = [] if path.endswith(".socket") else _sockets(path, self.unit)
        self.sources = dict(self.unit.sources)
        self.problems = list(self.unit.problems)
        for socket in self.sockets:
            self.sources |= socket.sources
            self.problems += socket.problems
        self.variables: dict[str, str | None] = {}
        self.all_variables = True
        self._read_environment()

    @property
    def place(self) -> Place:
        """The beginning of its file."""
        return self.sources[self.path].place(0, 0)

    def starts(self) -> list[StartLine]:
        """Its command lines."""
        found = []
        for one in self.unit.every("Service", "ExecStart"):
            for line in commands(one.value, self.unit.specifiers, self.variable):
                found.append(StartLine(line, one))
        return found

    def variable(self, name: str) -> str | None:
        """A variable of its environment: "" if it is not set, None if it is not known."""
        if name in self.variables:
            return self.variables[name]
        return "" if self.all_variables else None

    @property
    def folder(self) -> str | None:
        """Its working directory; None if it is not known."""
        if self.unit.last("Service", "WorkingDirectory") is None:
            return "/"
        word = self.unit.word("Service", "WorkingDirectory")
        return word.removeprefix("-") if word is not None and word.lstrip("-").startswith("/") else None

    def file(self, path: str) -> str | None:
        """Where a file that the service names is to be found here; None if that cannot be told.

        A relative name counts from its working directory. If the unit does not lie in a tree with a root, a file of
        the same name beside it is taken.
        """
        if not path.startswith("/"):
            folder = self.folder
            path = path if folder is None else os.path.join(folder, path)  # noqa: PTH118 - text only
        if self.root is not None and path.startswith("/"):
            here = os.path.normpath(f"{self.root}/{path}")
        else:
            here = os.path.join(os.path.dirname(self.path), os.path.basename(path))  # noqa: PTH118, PTH119, PTH120 - text
        return here if os.path.isfile(here) else None  # noqa: PTH113 - the path stays text, as written

    @property
    def user(self) -> str | None:
        """The user that it runs as; None if that is not known."""
        if self.unit.flag("Service", "DynamicUser"):
            return None
        return "root" if self.unit.last("Service", "User") is None else self.unit.word("Service", "User")

    @property
    def group(self) -> str | None:
        """The group that it runs as; without `Group=` that of the user, which is not known but for root."""
        if self.unit.last("Service", "Group") is None:
            return "root" if self.user == "root" else None
        return self.unit.word("Service", "Group")

    def hidden(self) -> Place | None:
        """The line that gives it a `/tmp` of its own. DynamicUser does, too, whatever PrivateTmp says."""
        if self.unit.every("Unit", "JoinsNamespaceOf"):
            return None
        for key in ("PrivateTmp", "DynamicUser"):
            line = self.unit.last("Service", key)
            private = self.unit.flag("Service", key) or (self.unit.word("Service", key) or "").lower() == "disconnected"
            if line is not None and private:
                return line.place
        return None

    def socket_made(self, listener: Listener) -> Listener:
        """A listener whose socket the service makes itself, with what its unit says of the folder of a Unix socket."""
        if listener.path is None:
            return listener
        private = self.hidden() if is_temporary(listener.path) else None
        return listener._replace(folder=self._runtime(listener.path), private=private)

    def _runtime(self, path: str) -> Permissions | None:
        """Who may search the RuntimeDirectory that a path is in."""
        for line, word in self.unit.words("Service", "RuntimeDirectory"):
            name = word.text.partition(":")[0]
            if word.known and normal(path).startswith(f"/run/{name}/"):
                mode = self.unit.last("Service", "RuntimeDirectoryMode")
                text = "755" if mode is None else mode.value.strip()
                return Permissions(owner=self.user, group=self.group, mode=_octal(text), place=(mode or line).place)
        return None

    def listeners(self, protocol: Spoken) -> list[Listener]:
        """The sockets that systemd opens for it."""
        units = [self.unit] if self.path.endswith(".socket") else self.sockets
        return [one for unit in units for one in _listeners(unit, protocol)]

    def _read_environment(self) -> None:
        for _, word in self.unit.words("Service", "Environment"):
            name, equals, value = word.text.partition("=")
            if equals:
                self.variables[name] = value if word.known else None
        if self.unit.every("Service", "PassEnvironment"):
            self.all_variables = False
        for line in self.unit.every("Service", "EnvironmentFile"):
            self._read_variables(line)

    def _read_variables(self, line: Assignment) -> None:
        """A file of variables, if it is there and simple. What it may have is not known otherwise."""
        name = self.unit.known(line.value.strip())
        here = None if name is None else self.file(name.removeprefix("-"))
        if here is None:
            self.all_variables = False
            self.variables = dict.fromkeys(self.variables)
            return
        try:
            source = read.text_of(here, "variables of a service")
        except OSError as error:
            self.problems.append((line.place, f'cannot read "{here}": {error.strerror or error}'))
            self.all_variables = False
            self.variables = dict.fromkeys(self.variables)
            return
        self.sources[here] = source
        self.variables |= _variables(source)


def _variables(source: Source) -> dict[str, str | None]:
    """The variables of a file that `EnvironmentFile=` names; None for a value with more than plain quotes."""
    found: dict[str, str | None] = {}
    for line in source.text.split("\n"):
        match = _VARIABLE.fullmatch(line.rstrip("\r"))
        if match is None:
            continue
        value = match[2].strip()
        quoted = _QUOTED.fullmatch(value)
        if quoted is not None:
            value = quoted[2]
        found[match[1]] = value if _PLAIN.fullmatch(value) else None
    return found


def is_temporary(path: str) -> bool:
    """Whether a path is in a folder that PrivateTmp hides."""
    return any(path.startswith(f"{folder}/") for folder in _TEMPORARY)


def _octal(text: str) -> int | None:
    return int(text, 8) if re.fullmatch(r"[0-7]{1,5}", text) else None


def _sockets(path: str, unit: Unit) -> list[Unit]:
    """The socket units of a service: that of its name, and those that it names."""
    stem = unit.name.rpartition(".")[0]
    names = [f"{stem}.socket"]
    names += [word.text for _, word in unit.words("Service", "Sockets") if word.known]
    found = []
    for name in dict.fromkeys(names):
        file = read.beside(path, name)
        if file is not None and name.endswith(".socket"):
            try:
                found.append(read.unit(file))
            except InputError as error:
                unit.problems.append((unit.sources[path].place(0, 0), str(error)))
    return found


def service_of(path: str) -> str:
    """The service that a socket unit starts, if it is beside it; otherwise the path as it is."""
    if not path.endswith(".socket"):
        return path
    stem = os.path.basename(path).removesuffix(".socket")  # noqa: PTH119 - text only
    try:
        named = read.unit(path).word("Socket", "Service")
    except InputError:
        return path
    return read.beside(path, named or f"{stem}.service") or read.beside(path, f"{stem}@.service") or path


def _listeners(unit: Unit, protocol: Spoken) -> list[Listener]:
    found = []
    for line in unit.every("Socket", "ListenStream"):
        text = unit.known(line.value.strip())
        if text is None:
            continue
        if text.startswith("/"):
            access = Permissions(
                owner=_named(unit, "SocketUser"),
                group=_named(unit, "SocketGroup"),
                mode=_octal(unit.word("Socket", "SocketMode") or "0666"),
                place=(unit.last("Socket", "SocketMode") or line).place,
            )
            folder = _folder(unit, text)
            found.append(
                Listener(text=text, place=line.place, path=text, protocol=protocol, access=access, folder=folder)
            )
            continue
        host, colon, digits = text.rpartition(":")
        number = port(digits)
        if number is not None and (not colon or host):
            found.append(Listener(text=text, place=line.place, host=host, port=number, protocol=protocol))
    return found


def _folder(unit: Unit, path: str) -> Permissions | None:
    """Who may search the folder that systemd makes for a socket."""
    mode = unit.last("Socket", "DirectoryMode")
    if mode is None or normal(path).count("/") < 3:
        return None  # a folder such as /run is there before
    return Permissions(owner="root", group="root", mode=_octal(mode.value.strip()), place=mode.place)


def _named(unit: Unit, key: str) -> str | None:
    """The owner or group of a socket: root, if none is set."""
    return "root" if unit.last("Socket", key) is None else unit.word("Socket", key)
