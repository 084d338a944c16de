"""The path of a script, as a FastCGI backend gets it."""

from __future__ import annotations

from hpatch.lab import private
from hpatch.lab.backends.responder import CONTENT, responder
from hpatch.lab.client import request
from hpatch.lab.load import load
from hpatch.lab.model import Cell
from hpatch.lab.observe import Watch, failed, only, passed, tell, undecided
from hpatch.lab.scenario import Observation, scenario
from hpatch.lab.session import Session

_REQUESTS = 5
_PATH = "/script/a%20script%C3%A9.php"
_FILE = "a script\u00e9.php"


@scenario(
    "fcgi-script-filename",
    "A FastCGI backend gets the path of a script with blanks",
    sets=("fcgi-script-filename",),
    transports=("tcp",),
)
def run(session: Session, cell: Cell) -> Observation:
    """Does SCRIPT_FILENAME have the script's path as the file system has it, with `SetHandler "proxy:fcgi://…"`?

    Method: GETs of a script whose name has a blank and a letter that is not ASCII, with SetHandler in the section of
    its folder, to a sound FastCGI backend. Certain: always or never. Faulty: SCRIPT_FILENAME has `%20` and `%C3%A9`, so
    that PHP-FPM answers "File not found".

    Measured, of 5: 2.4.62 none; with the set, and 2.4.71, all. Source: httpd's r1919620 and r1919628, PR 69203.
    """
    with responder(session.address(cell.transport, "script"), "fcgi", "sound") as sound:
        scripts = session.folder / "scripts"
        scripts.mkdir()
        (scripts / _FILE).touch()
        for path in (scripts, scripts / _FILE):
            private.share(path)
        settings = (
            f'Alias "/script/" "{scripts}/"',
            f'<Directory "{scripts}">',
            "Require all granted",
            f'SetHandler "proxy:fcgi://127.0.0.1:{sound.address.port}"',
            "</Directory>",
        )
        gateway = session.gateway(cell.gateway, [], settings)
        watch = Watch(gateway)
        count = session.requests or _REQUESTS
        outcomes = load(gateway.port, request(_PATH), CONTENT, requests=count)
        sound.settle(outcomes.get("full", 0))
        files = [value for one in sound.seen for name, value in one.variables if name == b"SCRIPT_FILENAME"]
        decoded = sum(file.endswith(f"/{_FILE}".encode()) for file in files)
        figures = watch.figures(outcomes, notes=[f"{decoded} of {len(files)} paths are decoded"])
    if not only(outcomes, "full") or len(files) != count:
        return undecided(outcomes, figures)
    if decoded < count:
        return failed(f"{count - decoded} of {count} paths reached the backend encoded", figures)
    return passed(f"every path reached the backend as it is: {tell(outcomes)}", figures)
