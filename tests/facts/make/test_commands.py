"""Command tables read from C text: the forms that httpd's sources have them in."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hpatch.facts.make import commands, compare
from hpatch.facts.make.commands import CommandRow
from hpatch.versions import Version

HEADERS = {
    "include/ap_release.h": """\
#define AP_SERVER_MAJORVERSION_NUMBER 2
#define AP_SERVER_MINORVERSION_NUMBER 4
#define AP_SERVER_PATCHLEVEL_NUMBER   99
""",
    "include/http_config.h": """\
# define AP_INIT_TAKE1(directive, func, mconfig, where, help) \\
    { directive, { .take1=func }, mconfig, where, TAKE1, help }
# define AP_INIT_NO_ARGS(directive, func, mconfig, where, help) \\
    { directive, { .no_args=func }, mconfig, where, RAW_ARGS, help }
""",
}
MODULE = """
AP_DECLARE_MODULE(some) = {
    STANDARD20_MODULE_STUFF, NULL, NULL, NULL, NULL, some_cmds, hooks
};
"""


def table(rows: str, before: str = "") -> list[CommandRow]:
    """The commands of a module with this table."""
    code = f"{before}\nstatic const command_rec some_cmds[] = {{\n{rows}\n{{ NULL }}\n}};\n{MODULE}"
    return list(commands.read({**HEADERS, "modules/x/mod_some.c": code}).commands)


def test_a_row_by_macro() -> None:
    (found,) = table('AP_INIT_TAKE1("SomeName", set_name, NULL, RSRC_CONF | ACCESS_CONF, "a, b (c) } help"),')
    assert found == CommandRow(
        name="SomeName", module="mod_some", form="TAKE1", where=frozenset({"RSRC_CONF", "ACCESS_CONF"})
    )


def test_the_form_is_what_the_header_makes_of_the_macro() -> None:
    assert [one.form for one in table('AP_INIT_NO_ARGS("SomeName", f, NULL, OR_ALL, "help"),')] == ["RAW_ARGS"]


def test_a_row_written_out() -> None:
    (found,) = table('{"<Some", (cmd_func) begin, NULL, OR_FILEINFO + EXEC_ON_READ, ITERATE2, "help"},')
    assert found == CommandRow(
        name="<Some", module="mod_some", form="ITERATE2", where=frozenset({"OR_FILEINFO", "EXEC_ON_READ"})
    )


def test_macros_of_the_modules_own_that_make_rows() -> None:
    before = """
#define PREFIX "Some"
#define SOME_ALL(name, args, text) \\
        AP_INIT_##args(PREFIX #name, set_##name, NULL, RSRC_CONF|OR_AUTHCFG, text),
#define MORE AP_INIT_TAKE1(PREFIX "More", f, NULL, RSRC_CONF, "x"), AP_INIT_TAKE1("Last", f, NULL, RSRC_CONF, "y")
"""
    found = table('SOME_ALL(Name, TAKE1, "one, two")\nSOME_ALL(Other, TAKE1, "x")\nMORE,', before)
    assert [one.name for one in found] == ["SomeName", "SomeOther", "SomeMore", "Last"]
    assert found[0].where == {"RSRC_CONF", "OR_AUTHCFG"}


def test_comments_and_help_over_several_lines() -> None:
    rows = """
    /* AP_INIT_TAKE1("Gone", f, NULL, RSRC_CONF, "x"), */
    AP_INIT_TAKE1("Some", f, /* data, */ NULL, RSRC_CONF,  // a comment, with "quotes"
                  "one /* no comment */ " "two"),
    """
    assert [one.name for one in table(rows)] == ["Some"]


def test_conditions_of_the_preprocessor() -> None:
    rows = """
#ifdef ONE
    AP_INIT_TAKE1("A", f, NULL, RSRC_CONF, "x"),
#if TWO
    AP_INIT_TAKE1("B", f, NULL, RSRC_CONF, "x"),
#endif
#else
    AP_INIT_TAKE1("C", f, NULL, RSRC_CONF, "x"),
#endif
    AP_INIT_TAKE1("D", f, NULL, RSRC_CONF, "x"),
    """
    assert [(one.name, one.condition) for one in table(rows)] == [
        ("A", "ONE"),
        ("B", "ONE && TWO"),
        ("C", "!ONE"),
        ("D", ""),
    ]


def test_a_handler_that_refuses_contexts() -> None:
    before = """
static const char *set_name(cmd_parms *cmd, void *dummy, const char *arg);
static const char *set_name(cmd_parms *cmd, void *dummy, const char *arg)
{
    const char *err = ap_check_cmd_context(cmd, GLOBAL_ONLY);
    if (err != NULL) { return err; }
    return NULL;
}
static const char *warn(cmd_parms *cmd, void *dummy, const char *arg)
{
    if (ap_check_cmd_context(cmd, NOT_IN_LOCATION)) {
        ap_log_error("useless");
    }
    return NULL;
}
static const char *outer(cmd_parms *cmd, void *dummy, const char *arg)
{
    return inner(cmd, dummy, arg, 1);
}
static const char *inner(cmd_parms *cmd, void *dummy, const char *arg, int n)
{
    if (ap_check_cmd_context(cmd, NOT_IN_DIRECTORY | NOT_IN_FILES)) return "x";
    return NULL;
}
"""
    rows = """
    AP_INIT_TAKE1("Warning", warn, NULL, ACCESS_CONF, "x"),
    AP_INIT_TAKE1("Read", set_name, NULL, RSRC_CONF|EXEC_ON_READ, "x"),
    AP_INIT_TAKE1("Global", set_name, NULL, RSRC_CONF, "x"),
    AP_INIT_TAKE1("Everywhere", set_name, NULL, RSRC_CONF|ACCESS_CONF, "x"),
    AP_INIT_TAKE1("Outer", outer, NULL, ACCESS_CONF, "x"),
    AP_INIT_TAKE1("Elsewhere", not_here, NULL, RSRC_CONF, "x"),
    """
    assert {one.name: set(one.not_in) for one in table(rows, before)} == {
        "Warning": set(),
        "Read": set(),
        "Global": {"virtualhost"},
        "Everywhere": {"virtualhost", "directory", "location", "files", "proxy", "limit"},
        "Outer": {"directory", "files", "limit"},
        "Elsewhere": set(),
    }


def test_a_table_in_another_file_than_the_module() -> None:
    texts = {
        **HEADERS,
        "modules/x/config.c": 'const command_rec some_cmds[] = { AP_INIT_TAKE1("A", f, NULL, OR_ALL, "x"), {NULL} };',
        "modules/x/mod_some.c": MODULE,
        "modules/y/mod_other.c": MODULE.replace("some)", "other)"),
    }
    release = commands.read(texts)
    assert [(one.name, one.module) for one in release.commands] == [("A", "mod_some")]
    assert {(one.source, one.identifier) for one in release.modules} == {
        ("mod_some", "some_module"),
        ("mod_other", "other_module"),
    }
    assert release.version == Version(2, 4, 99)


def test_what_is_not_httpd_is_refused() -> None:
    with pytest.raises(ValueError, match="not a source of httpd"):
        commands.read({"modules/x/mod_some.c": MODULE})


@pytest.mark.git
@pytest.mark.httpd_git
@pytest.mark.parametrize("tag", ["2.4.0", "2.4.62"])
def test_the_tables_are_those_of_httpds_releases(tag: str) -> None:
    assert compare.source(commands.of_tag(Path(os.environ["HPATCH_HTTPD_GIT"]), tag)) == []
