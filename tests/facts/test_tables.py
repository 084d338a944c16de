"""The tables of facts: their form, and what the loaders make of it."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest

from hpatch.facts import (
    ciphers,
    directives,
    expressions,
    modules,
    names,
    parameters,
    table,
    thirdparty,
    untriggered,
    uwsgi,
    values,
    versions,
)
from hpatch.facts.directives import Directive
from hpatch.facts.make import update
from hpatch.versions import Version

FORMS = "RAW_ARGS TAKE1 TAKE2 ITERATE ITERATE2 FLAG NO_ARGS TAKE12 TAKE3 TAKE23 TAKE123 TAKE13 TAKE_ARGV".split()
FLAGS = (
    "RSRC_CONF ACCESS_CONF PROXY_CONF OR_ALL OR_AUTHCFG OR_FILEINFO OR_INDEXES OR_LIMIT OR_OPTIONS OR_NONE EXEC_ON_READ"
).split()
TABLES = {
    "ciphers": ciphers,
    "directives": directives,
    "expressions": expressions,
    "modules": modules,
    "parameters": parameters,
    "thirdparty": thirdparty,
    "untriggered": untriggered,
    "uwsgi": uwsgi,
    "values": values,
    "versions": versions,
}


def one(key: str, version: str) -> Directive:
    (found,) = directives.find(key, Version.parse(version))
    return found


@pytest.mark.parametrize("name", TABLES)
def test_a_table_names_its_sources_and_its_columns(name: str) -> None:
    text = Path(table.path(name)).read_text()
    head, _, _ = text.partition("\nname\t") if name != "modules" else text.partition("\nsource\t")
    assert all(line.startswith("#") for line in head.splitlines())
    assert re.search(r"^# (Sources?:|product:.*source:)", head, re.M | re.S)
    columns = text[len(head) + 1 :].split("\n", 1)[0].split("\t")
    assert columns == list(_module(name).COLUMNS)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


@pytest.mark.parametrize("name", TABLES)
def test_every_row_has_every_cell_and_no_stray_blank(name: str) -> None:
    rows = table.rows(name)
    assert len(rows) > 10
    for row in rows:
        assert len(row) == len(_module(name).COLUMNS), row
        assert all(cell == cell.strip() for cell in row), row
        assert row[0], row
    assert len({tuple(row) for row in rows}) == len(rows)


def _module(name: str) -> ModuleType:
    return TABLES[name]


def test_directives_are_written_in_httpds_words() -> None:
    sources = {module.source for module in modules.everything()}
    for each in directives.everything():
        assert each.form in FORMS, each
        assert each.where <= set(FLAGS), each
        assert each.where, each
        assert each.module in sources, each
        assert not each.not_in - {
            "server",
            "virtualhost",
            "directory",
            "location",
            "files",
            "proxy",
            "limit",
            "htaccess",
            "md",
        }, each
        assert not (each.since and each.until and each.since > each.until), each


def test_the_rows_of_one_directive_do_not_overlap() -> None:
    rows: dict[tuple[str, str], list[Directive]] = {}
    for each in directives.everything():
        rows.setdefault((each.name, each.module), []).append(each)
    assert any(len(same) > 1 for same in rows.values())
    for same in rows.values():
        for before, after in pairwise(same):
            assert before.until is not None
            assert after.since is not None
            assert before.until < after.since


def test_a_directive_that_changed_is_found_by_version() -> None:
    assert one("proxyremote", "2.4.58").counts == (2, 2)
    assert one("proxyremote", "2.4.59").counts == (2, 3)
    assert directives.find("proxyremote", Version(2, 4, 62)) == directives.find("proxyremote")[1:]
    assert directives.find("h2push", Version(2, 4, 17)) == ()
    assert directives.find("tlsengine", Version(2, 4, 63)) == ()
    assert directives.find("servernam") == ()


def test_modules_that_share_a_name_have_a_row_each() -> None:
    assert names.modules("scriptlog") == ("mod_cgi", "mod_cgid")
    assert set(names.modules("listen")) >= {"event", "worker", "prefork"}
    assert names.spelling("proxypass") == "ProxyPass"
    assert names.spelling("<proxymatch") == "<ProxyMatch"
    assert names.spelling("nosuchthing") is None


@pytest.mark.parametrize(
    ("key", "allowed", "refused"),
    [
        ("servername", ["server", "virtualhost"], ["directory", "location", "files", "proxy", "limit", "htaccess"]),
        ("proxypass", ["server", "virtualhost", "location"], ["directory", "files", "limit", "htaccess"]),
        ("require", ["directory", "location", "files", "proxy", "limit", "htaccess"], ["server", "virtualhost"]),
        ("header", ["server", "virtualhost", "directory", "limit", "htaccess"], []),
        ("sslproxyengine", ["server", "virtualhost", "proxy"], ["directory", "location", "htaccess"]),
        ("allowoverride", ["directory", "location", "limit"], ["server", "virtualhost", "htaccess"]),
        ("serverroot", ["server", "virtualhost", "directory"], ["htaccess"]),
        ("define", ["server", "directory", "limit"], ["htaccess"]),
        ("chrootdir", ["server"], ["virtualhost", "directory"]),
        ("serveralias", ["virtualhost"], ["server", "directory"]),
        ("rewritebase", ["directory", "htaccess"], ["server", "virtualhost"]),
    ],
)
def test_contexts(key: str, allowed: list[directives.Context], refused: list[directives.Context]) -> None:
    each = one(key, "2.4.62")
    assert [context for context in allowed if not each.allowed_in(context)] == []
    assert [context for context in refused if each.allowed_in(context)] == []


def test_what_else_a_row_tells() -> None:
    assert "<MDomainSet" in one("mdcertificatefile", "2.4.62").inside
    assert not one("servername", "2.4.62").inside
    assert one("header", "2.4.62").override == ("FileInfo",)
    assert set(one("<limit", "2.4.62").override) == {"AuthConfig", "Limit"}
    assert one("servername", "2.4.62").override == ()
    assert one("<if", "2.4.62").section
    assert not one("require", "2.4.62").section
    assert one("define", "2.4.62").exec_on_read
    assert not one("servername", "2.4.62").exec_on_read


def test_executed_on_read() -> None:
    found = set(names.on_read())
    assert {"define", "include", "loadmodule", "<ifmodule", "<macro", "use", "<luahookfixups"} <= found
    assert not found & {"unclist", "remoteipinternalproxylist", "servername", "<proxy"}


def test_modules_are_found_by_any_name() -> None:
    module = modules.find("mod_proxy.c")
    assert module is not None
    assert (module.identifier, module.since, module.built) == ("proxy_module", None, True)
    assert module == modules.find("proxy_module") == modules.find("mod_proxy")
    ldap = modules.find("ldap_module")
    assert ldap is not None
    assert ldap.source == "util_ldap"
    assert modules.find("mod_ldap.c") is None
    names = [name for each in modules.everything() for name in (each.source, each.identifier)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("key", "module"),
    [
        ("secruleengine", "mod_security2"),
        ("wsgiscriptalias", "mod_wsgi"),
        ("oidcproviderissuer", "mod_auth_openidc"),
        ("dospagecount", "mod_evasive20"),
        ("php_admin_value", "mod_php"),
        ("<perl", "mod_perl"),
        ("jkmount", "mod_jk"),
        ("passengerroot", "mod_passenger"),
        ("maxminddbfile", "mod_maxminddb"),
        ("shibrequestsetting", "mod_shib"),
        ("modpagespeedfilecachepath", "mod_pagespeed"),
        ("passengeroptionofalaterday", "mod_passenger"),
        ("modsecurity_rules_file", "mod_security3"),
    ],
)
def test_other_peoples_modules(key: str, module: str) -> None:
    assert module in {each.module for each in thirdparty.find(key)}


def test_no_prefix_of_another_module_covers_a_directive_of_httpd() -> None:
    for each in directives.everything():
        assert not thirdparty.find(each.name.lower()), each.name


def test_every_other_module_has_a_source() -> None:
    head = Path(table.path("thirdparty")).read_text().partition("\nname\t")[0]
    named = set(re.findall(r"^# (\S+): \S", head, re.M)) - {"Sources"}
    assert {row[1] for row in table.rows("thirdparty")} == named


def test_parameters_by_scope() -> None:
    assert set(parameters.WORDS) == {"nocanon", "interpolate", "noquery"}
    assert parameters.MAPPING["mapping"].since == Version(2, 4, 49)
    assert parameters.WORKER["hcmethod"].values["get11"] == Version(2, 4, 55)
    assert parameters.WORKER["hcmethod"].values["get"] is None
    assert parameters.WORKER["flushwait"].maximum == 1000
    assert parameters.WORKER["timeout"] is not parameters.BALANCER["timeout"]
    assert len(parameters.PARAMETERS) == sum(map(len, (parameters.WORKER, parameters.BALANCER, parameters.MAPPING)))


def test_versions() -> None:
    assert versions.since("websocket-by-http") == Version(2, 4, 47)
    with pytest.raises(KeyError):
        versions.since("no-such-change")
    for name, product, version, what, source in table.rows("versions"):
        assert re.fullmatch(r"[\w-]+", name)
        assert product in ("httpd", "uWSGI")
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
        assert what
        assert source
    names = [row[0] for row in table.rows("versions")]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(("name", "shape"), [("directives", update.DIRECTIVES), ("modules", update.MODULES)])
def test_a_release_without_a_change_changes_nothing(name: str, shape: update.Shape) -> None:
    rows = table.rows(name)
    newest = versions.since("newest-known")
    outcome = update.update(shape, rows, update.rows_of(shape, rows, newest), Version(2, 4, 999), newest)
    assert outcome.differences == []
    assert outcome.rows == rows


def test_options_of_uwsgi() -> None:
    assert [option.name for option in uwsgi.find("thread")] == [
        "threaded-logger", "threads", "thread-stacksize", "threads-stacksize", "thread-stack-size",
        "threads-stack-size",
    ]  # fmt: skip
    assert uwsgi.find("threads") == (uwsgi.CommandOption(name="threads", argument="required", short=""),)
    assert uwsgi.letters()["s"].name == "socket"
    assert {row[1] for row in table.rows("uwsgi")} == {"no", "required", "optional"}
