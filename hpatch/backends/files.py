"""The files of backends, whatever program they are for, and what they say of listening instances.

The files of uWSGI and PHP-FPM have models of their own (`hpatch.backends.uwsgi`, `hpatch.backends.phpfpm`); the others
are read here.
"""

from __future__ import annotations

from hpatch.backends.model import Backend, BackendFile
from hpatch.backends.python import gunicorn, uvicorn
from hpatch.backends.python.gunicorn import GunicornFile
from hpatch.backends.python.process import Process, ProgramWord
from hpatch.backends.python.started import Started, started
from hpatch.backends.systemd.read import text_of
from hpatch.backends.systemd.service import Service, StartLine
from hpatch.errors import InputError
from hpatch.text import Place

HTTPD = ("apache2", "httpd", "apachectl", "apache2ctl")
"""httpd's own programs, as units call them."""


def read(path: str) -> BackendFile:
    """What a file of one of the kinds says. Raises InputError if it cannot be read."""
    if path.endswith((".service", ".socket")):
        return _of_unit(path)
    try:
        source = text_of(path, "a backend's configuration")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error
    if path.endswith(".xml"):
        from hpatch.backends.tomcat.read import read as read_tomcat  # brings an XML parser

        return read_tomcat(source)
    return _of_gunicorn(gunicorn.read_file(source))


def _of_gunicorn(file: GunicornFile) -> BackendFile:
    """What a configuration file of gunicorn says by itself: words and variables may say other."""
    source = file.source
    found = BackendFile(name=source.name, backends=(), sources={source.name: source}, problems=[])
    if file.fault is not None:
        found.problems.append((file.fault.place, file.fault.message))
        return found
    process = Process(words=(), variable=lambda _: None, name=source.name, place=source.place(0, 0))
    return found._replace(backends=(gunicorn.backend(process, file, whole=False),))


def _of_unit(path: str) -> BackendFile:
    service = Service(path)
    found = BackendFile(name=path, backends=(), sources=service.sources, problems=service.problems)
    backends: list[Backend] = []
    for start in service.starts():
        words = [_program(start), *_words(start)]
        one = started(words)
        if one is None:
            continue
        if one.program in HTTPD:
            groups = [word.text for _, word in service.unit.words("Service", "SupplementaryGroups") if word.known]
            found = found._replace(tmp_hidden=service.hidden(), groups=tuple(groups))
        else:
            backend = _backend(service, start, one, found)
            if backend is not None:
                backends.append(backend)
    if path.endswith(".socket"):
        listeners = tuple(service.listeners("unknown"))
        backends.append(
            Backend(
                program=service.name,
                name=service.name,
                place=service.place,
                listeners=listeners,
                complete=bool(listeners),
            )
        )
    return found._replace(backends=tuple(backends))


def _program(start: StartLine) -> ProgramWord:
    program = start.line.program
    return ProgramWord(program.text, start.written.part(program), program.known)


def _words(start: StartLine) -> list[ProgramWord]:
    return [ProgramWord(word.text, start.written.part(word), word.known) for word in start.line.words]


def _backend(service: Service, start: StartLine, program: Started, found: BackendFile) -> Backend | None:
    """The listening instance of a service; None for a program that hpatch does not know."""

    def variable(name: str) -> str | None:
        word = program.variables.get(name)
        if word is not None:
            return word.text if word.known else None
        return service.variable(name)

    process = Process(
        words=program.words,
        variable=variable,
        name=service.name,
        place=start.written.place,
        user=service.user,
        group=service.group,
        folder=service.folder,
    )
    if program.program == "gunicorn":
        file, known = _gunicorn_file(service, process, found)
        return _at_sockets(service, gunicorn.backend(process, file, whole=known))
    if program.program == "uvicorn":
        return _at_sockets(service, uvicorn.backend(process))
    return None


def _at_sockets(service: Service, backend: Backend) -> Backend:
    """A backend that gets its sockets from systemd, or that makes them in its service's own folders."""
    if backend.program == "gunicorn" and service.sockets:
        protocol = backend.listeners[0].protocol if backend.listeners else "unknown"
        listeners = service.listeners(protocol)
        return backend._replace(listeners=tuple(listeners), complete=bool(listeners))
    if backend.program == "uvicorn" and not backend.listeners and service.sockets:
        listeners = service.listeners("http")
        return backend._replace(listeners=tuple(listeners), complete=bool(listeners))
    return backend._replace(listeners=tuple(map(service.socket_made, backend.listeners)))


def _gunicorn_file(service: Service, process: Process, found: BackendFile) -> tuple[GunicornFile | None, bool]:
    """The configuration file of a gunicorn, and whether it is known which there is."""
    named = gunicorn.configuration(process)
    if named is None:
        return None, False
    here = service.file(named or gunicorn.CONFIGURATION)
    if here is None:
        return None, not named
    try:
        source = text_of(here, "gunicorn's configuration")
    except OSError as error:
        place = found.sources[found.name].place(0, 0)
        found.problems.append((place, f'cannot read "{here}": {error.strerror or error}'))
        return None, False
    found.sources[here] = source
    file = gunicorn.read_file(source)
    if file.fault is not None:
        found.problems.append((file.fault.place, file.fault.message))
        return None, False
    return file, True


def unread(path: str, error: str) -> BackendFile:
    """What stands for a file that cannot be read."""
    return BackendFile(name=path, backends=(), sources={}, problems=[(Place(path, 1, 1, 1, 1), error)])
