"""Values: the verdict of real httpd on generated arguments against hpatch's, by directive."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from hpatch.conf.load import Options, load
from hpatch.conf.modules import Modules
from hpatch.conf.tree import Configuration
from hpatch.facts import names, values
from hpatch.facts.make.commands import FORMS
from hpatch.lint.engine.lint import lint_configuration
from hpatch.lint.engine.task import LintTask
from hpatch.lint.registry import rules
from hpatch.versions import Version
from tests.oracle.directives import Command, Judge
from tests.support.conf.arguments import cases
from tests.support.conf.strategies import ENVIRONMENT

pytestmark = [pytest.mark.httpd, pytest.mark.apxs]

CONTEXTS = ("%s", "<Directory /srv>\n%s\n</Directory>", "<Location /srv>\n%s\n</Location>")
NOT_HERE = re.compile(r"not allowed here|cannot occur|only valid in per-directory")
DIFFERENCES = tomllib.loads(Path(__file__).with_name("differences.toml").read_text())
"""By directive, why httpd refuses what hpatch does not judge: a regular expression for httpd's message."""

BUILT = Modules.everything().names
"""The modules of a full build: the judge tells only of those that have directives."""

EACH = {"some": (2, 2), "many": (8, 4)}
"""Random cases a directive, and a flag; those of its own and those with empty words come on top."""
LEAST = {"some": (1000, 2500), "many": (3000, 5000)}
"""How many cases httpd accepts at least, and how many it refuses."""

ROOMS = ("reading", "startup", "workers", "paths")
"""The families of the rules that report what httpd refuses."""


class Case(NamedTuple):
    """Arguments of a directive: what httpd says (None: accepted) and what hpatch says."""

    name: str
    args: str
    httpd: str | None
    hpatch: str | None

    @property
    def known(self) -> bool:
        """Whether the list of differences has the reason of httpd's refusal."""
        reasons = (*DIFFERENCES["everywhere"], *DIFFERENCES.get(self.name, ()))
        return self.httpd is not None and any(re.search(reason, self.httpd) for reason in reasons)


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    with Judge(tmp_path_factory.mktemp("judge"), ENVIRONMENT) as judge:
        yield judge


@pytest.fixture(scope="module", params=["some", pytest.param("many", marks=pytest.mark.proof)])
def compared(request: pytest.FixtureRequest, judge: Judge, tmp_path_factory: pytest.TempPathFactory) -> list[Case]:
    folder = tmp_path_factory.mktemp("cases")
    each, flags = EACH[request.param]
    found = []
    for command in judged(judge):
        name, form = command.name, FORMS[command.form]
        tried = cases(name, form, values.find(name.lower()), flags if form == "FLAG" else each)
        found += compare(judge, name, tried, folder / "httpd.conf")
    accepted = sum(case.httpd is None for case in found)
    enough_accepted, enough_refused = LEAST[request.param]
    assert accepted > enough_accepted
    assert len(found) - accepted > enough_refused
    return found


def judged(judge: Judge) -> Iterator[Command]:
    """All directives, each once, but those that httpd executes while it reads: they have tests of their own."""
    seen = set(names.on_read())
    for command in judge.commands:
        key = command.name.lower()
        if key not in seen and FORMS[command.form] != "NO_ARGS":
            seen.add(key)
            yield command


def directive(name: str, args: str) -> str:
    if name.startswith("<"):
        return f"{name} {args}>\n</{name[1:]}>"
    return f"{name} {args}".rstrip()


def refusals(configuration: Configuration) -> dict[int, str]:
    """What hpatch reports as refused, by line."""
    found = lint_configuration(
        configuration, LintTask(rules=tuple(rule for rule in rules() if rule.family in ROOMS))
    ).findings
    return {
        one.place.line: one.message for one in found if "refuses to start" in one.message or one.rule.code == "MP011"
    }


def compare(judge: Judge, name: str, tried: list[str], path: Path) -> list[Case]:
    """All cases of a directive, in the first context that allows it: one by one for httpd, in one file for hpatch."""
    for context in CONTEXTS:
        texts = [context % directive(name, args) + "\n" for args in tried]
        first = [judge.verdict(text) for text in texts[:2]]
        if not any(refusal and NOT_HERE.search(refusal.message) for refusal in first):
            break
    else:
        raise AssertionError(f"no context for {name}")
    verdicts = [*first, *map(judge.verdict, texts[2:])]
    path.write_text(context % "\n".join(directive(name, args) for args in tried) + "\n")
    options = Options(
        main=True,
        version=Version.parse(judge.version),
        modules=Modules(judge.modules | judge.static | BUILT, complete=True, static=judge.static),
        environment=ENVIRONMENT,
    )
    configuration = load(str(path), options)
    assert not configuration.problems
    refused = refusals(configuration)
    nodes = configuration.by_key[name.lower()]
    assert len(nodes) == len(tried)
    found = []
    for args, node, refusal in zip(tried, nodes, verdicts, strict=True):
        if refusal is None or refusal.message != "httpd ended":
            found.append(Case(name, args, refusal.message if refusal else None, refused.get(node.line)))
    return found


def test_hpatch_refuses_nothing_that_httpd_accepts(compared: list[Case]) -> None:
    assert [case for case in compared if case.httpd is None and case.hpatch is not None] == []


def test_what_httpd_refuses_is_refused_or_listed(compared: list[Case]) -> None:
    missed = [case for case in compared if case.httpd is not None and case.hpatch is None]
    assert [case for case in missed if not case.known] == []


def test_they_agree(compared: list[Case]) -> None:
    """On thousands of cases, always but where the machine decides, or where the list of differences tells why not."""
    verdicts = Counter((case.httpd is None, case.hpatch is None) for case in compared)
    known = sum(case.known for case in compared if case.hpatch is None)
    assert verdicts[True, True] + verdicts[False, False] + known == len(compared)
    assert known <= 0.05 * len(compared)


def test_every_directive_of_the_table_is_tried(judge: Judge) -> None:
    """But those of modules that are not built here."""
    tried = {command.name.lower() for command in judged(judge)}
    missing = set(values.names()) - tried
    assert missing == {name.lower() for name in DIFFERENCES["absent"]}


def test_a_wrong_table_is_noticed(judge: Judge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison finds a word too few, and a word too many."""
    row = values.find("hostnamelookups")
    assert row is not None
    for wrong, fault in (("On|Off", (True, False)), ("On|Off|Double|Maybe", (False, True))):
        monkeypatch.setattr(values, "find", lambda _key, wrong=wrong: row._replace(arguments=wrong))
        found = compare(judge, "HostnameLookups", ["On", "Double", "Maybe"], tmp_path / "httpd.conf")
        assert fault in {(case.httpd is None, case.hpatch is None) for case in found}
