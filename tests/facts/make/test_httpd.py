"""The tables held against the httpd at hand, with every module that it has."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from hpatch.facts import directives
from hpatch.facts.directives import Context
from hpatch.facts.make import compare
from hpatch.facts.make import httpd as installed
from hpatch.facts.make.httpd import Httpd

pytestmark = pytest.mark.httpd

INSIDE: dict[Context, str] = {
    "server": "{}",
    "virtualhost": "<VirtualHost 127.0.0.1:1>\n{}\n</VirtualHost>",
    "directory": '<Directory "/d">\n{}\n</Directory>',
    "location": '<Location "/l">\n{}\n</Location>',
    "files": '<Files "f">\n{}\n</Files>',
    "proxy": '<Proxy "http://a/">\n{}\n</Proxy>',
    "limit": '<Directory "/d">\n<Limit GET>\n{}\n</Limit>\n</Directory>',
}
REFUSALS = (
    "not allowed here",
    "not allowed in",
    "cannot occur within",
    "not valid in",
    "can't be used",
    "cannot be used",
)


@pytest.fixture(scope="module")
def at_hand(httpd: str) -> Httpd:
    return installed.ask(httpd)


@pytest.fixture(scope="module")
def check(httpd: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Check]:
    yield Check(httpd, tmp_path_factory.mktemp("facts"))


class Check:
    """`httpd -t` on a few lines, with every module loaded."""

    def __init__(self, program: str, work: Path) -> None:
        self.program = program
        self.work = work
        folder = installed.module_folder(Path(program))
        paths = [path for path in folder.glob("mod_*.so") if path.stem.removeprefix("mod_mpm_") in ("event", path.stem)]
        self.start = installed.write_configuration(work, sorted(paths)).read_text()

    def __call__(self, lines: str) -> str:
        """What httpd says where it refuses them; "" where it does not."""
        file = self.work / "try.conf"
        file.write_text(f"{self.start}\n{lines}\n")
        done = subprocess.run(
            [self.program, "-t", "-d", self.work, "-f", file], capture_output=True, text=True, check=False, timeout=60
        )
        return done.stderr if done.returncode else ""


def test_every_name_module_context_and_form_is_httpds(at_hand: Httpd) -> None:
    assert len(at_hand.listed) > 600
    assert at_hand.unread == ()
    assert {(one.name, one.module) for one in at_hand.listed} == {(one.name, one.module) for one in at_hand.files}
    assert compare.installed(at_hand) == []


def test_a_difference_is_told(at_hand: Httpd) -> None:
    listed = {one for one in at_hand.listed if one.name != "ProxyPass"}
    (require,) = (one for one in listed if one.name == "Require")
    listed = listed - {require} | {require._replace(outside=True), require._replace(name="Requir")}
    files = {one._replace(form="TAKE3") if one.name == "ServerName" else one for one in at_hand.files}
    changed = at_hand._replace(
        listed=frozenset(listed), files=frozenset(files), modules=at_hand.modules | {"other_module"}
    )
    words = "sections, AllowOverride AuthConfig"
    assert compare.installed(changed) == [
        "other_module: new",
        "ProxyPass mod_proxy: gone",
        f"Requir mod_authz_core: new: inside {words}",
        f"Require mod_authz_core: was inside {words}, now outside and inside {words}",
        "ServerName core: was TAKE1 RSRC_CONF, now TAKE3 RSRC_CONF",
    ]


@pytest.mark.parametrize("form", "TAKE1 TAKE2 TAKE3 TAKE12 TAKE23 TAKE123 ITERATE ITERATE2 FLAG".split())
def test_numbers_of_arguments(check: Check, at_hand: Httpd, form: str) -> None:
    name = next(
        each.name
        for each in directives.everything()
        if each.form == form
        and each.in_version(at_hand.version)
        and each.allowed_in("server")
        and not each.section
        and each.module in {one.module for one in at_hand.listed}
        and not each.condition
        and "mpm" not in each.module
    )
    (row, *_) = directives.find(name.lower(), at_hand.version)
    least, most = row.counts
    for count in range(5):
        said = check(f"{name} {' '.join(['on'] * count)}")
        number = any(words in said for words in (f"{name} takes", f"{name} requires", f"{name} must be On or Off"))
        assert number == (count < least or (most is not None and count > most)), (name, count, said)
