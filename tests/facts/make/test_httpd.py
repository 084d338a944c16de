"""The tables held against the httpd at hand, with every module that it has."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from hpatch.facts import directives
from hpatch.facts.directives import Context, Directive
from hpatch.facts.make import compare
from hpatch.facts.make import httpd as installed
from hpatch.facts.make.httpd import Httpd
from tests.support.patience import PATIENCE

pytestmark = pytest.mark.httpd

INSIDE: dict[Context, str] = {
    "server": "{}",
    "virtualhost": "<VirtualHost 127.0.0.1:1>\n{}\n</VirtualHost>",
    "directory": '<Directory "/d">\n{}\n</Directory>',
    "location": '<Location "/l">\n{}\n</Location>',
    "files": '<If "true">\n{}\n</If>',
    "proxy": '<Proxy "http://a/">\n{}\n</Proxy>',
    "limit": '<Directory "/d">\n<Limit GET>\n{}\n</Limit>\n</Directory>',
}
WORDS = {"FLAG": "on", "TAKE1": "1", "ITERATE": "a", "TAKE3": "a b c"}
"""By form, arguments whose number is right; two words for the others."""
REFUSED = re.compile("not allowed here|not allowed in|cannot occur within|only valid in|only used in")
UNLIKE = {
    ("Alias", "location"): "its form with two arguments is refused, the form with one is not",
    ("Alias", "proxy"): "as in a Location",
    ("ScriptAlias", "location"): "its form with two arguments is refused, the form with one is not",
    ("ScriptAlias", "proxy"): "as in a Location",
    ("MDMember", "server"): "a name is refused outside of <MDomainSet>, auto and manual are not",
    ("MDMember", "virtualhost"): "as in a server",
    ("MDMembers", "server"): "as MDMember",
    ("MDMembers", "virtualhost"): "as MDMember",
    ("SSLCompression", "virtualhost"): "an OpenSSL without compression refuses it first",
}
"""Where httpd says something else than the table, and why."""


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
            [self.program, "-t", "-d", self.work, "-f", file],
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
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


def disagreements(check: Check, rows: Iterable[Directive]) -> list[tuple[str, str, str]]:
    """Where httpd refuses a context that its flags allow and the table does not, or accepts what the table refuses."""
    found = []
    for row in rows:
        line = f"{row.name} {WORDS.get(row.form, 'a b')}" + (f">\n</{row.name[1:]}>" if row.section else "")
        for context, section in INSIDE.items():
            if row._replace(not_in=frozenset()).allowed_in(context) and (row.name, context) not in UNLIKE:
                said = check(section.format(line))
                if bool(REFUSED.search(said)) == (row.allowed_in(context) and not row.inside):
                    found.append((row.name, context, said))
    return found


def rows_at_hand(httpd: Httpd) -> list[Directive]:
    """The rows of the modules that `check` loads."""
    present = {(one.name, one.module) for one in httpd.listed if one.module not in ("prefork", "worker")}
    return [
        row for row in directives.everything() if row.in_version(httpd.version) and (row.name, row.module) in present
    ]


def test_contexts_that_handlers_refuse(check: Check, at_hand: Httpd) -> None:
    """One directive of each kind that a handler refuses somewhere."""
    kinds = {(row.where, row.not_in, row.inside): row for row in rows_at_hand(at_hand) if row.not_in or row.inside}
    assert len(kinds) > 5
    assert disagreements(check, kinds.values()) == []


@pytest.mark.proof
def test_every_directive_in_every_context(check: Check, at_hand: Httpd) -> None:
    assert disagreements(check, rows_at_hand(at_hand)) == []
