"""Which modules an httpd has: loaded, absent, or not known."""

from __future__ import annotations

import pytest

from hpatch.conf.modules import Modules, identifier
from hpatch.text import Place

HERE = Place("a.conf", 1, 1, 1, 9)
THERE = Place("a.conf", 2, 1, 2, 9)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("proxy_module", "proxy_module"),
        ("mod_proxy.c", "proxy_module"),
        ("event.c", "mpm_event_module"),
        ("http_core.c", "http_module"),
        ("mod_own.c", "own_module"),
        ("own.c", "own_module"),
    ],
)
def test_the_identifier_of_a_source_file(name: str, expected: str) -> None:
    assert identifier(name) == expected


@pytest.mark.parametrize("name", ["core.c", "core_module", "http_core.c", "http_module"])
def test_modules_that_every_httpd_has(name: str) -> None:
    assert Modules(complete=True).has(name) is True


@pytest.mark.parametrize("complete", [True, False])
@pytest.mark.parametrize("name", ["mod_core.c", "mod_http.c", "proxy.c", "mod_mpm_event.c"])
def test_a_module_has_one_source_file(name: str, complete: bool) -> None:
    assert Modules(["proxy_module", "mpm_event_module"], complete=complete).has(name) is False


def test_a_part_of_the_modules() -> None:
    modules = Modules(["mod_proxy.c"], static=["so_module"])
    assert [modules.has(name) for name in ("proxy_module", "mod_so.c", "ssl_module", "mod_own.c")] == [
        True, True, None, None,
    ]  # fmt: skip
    assert not modules.unknown


def test_all_of_the_modules() -> None:
    modules = Modules(["mod_proxy.c"], complete=True)
    assert [modules.has(name) for name in ("proxy_module", "ssl_module", "mpm_event_module")] == [True, False, False]


def test_what_is_known_of_nothing() -> None:
    assert not Modules().by_layout
    assert Modules().unknown
    assert not Modules(complete=True).unknown
    assert not Modules(["proxy_module"], complete=True).unknown


def test_what_is_compiled_in_makes_the_list_complete() -> None:
    modules = Modules(["proxy_module"])
    modules.know(["mod_so.c"])
    assert (modules.static, modules.names) == ({"so_module"}, {"so_module", "proxy_module"})
    assert modules.has("ssl_module") is False


def test_a_line_loads_a_module_and_a_copy_has_none_of_it() -> None:
    given = Modules(["proxy_module"], complete=True, static=["mod_so.c"])
    modules = given.copy()
    modules.load("ssl_module", "m/ssl.so", HERE)
    modules.load("ssl_module", "other/ssl.so", THERE)
    assert (modules.has("mod_ssl.c"), given.has("mod_ssl.c")) == (True, False)
    assert modules.loaded_at == {"ssl_module": HERE}
    assert modules.paths == {"ssl_module": "m/ssl.so"}
    assert (given.loaded_at, given.paths) == ({}, {})
    assert (modules.names, modules.static, modules.complete) == (given.names, {"so_module"}, True)


def test_a_line_that_httpd_may_not_read_leaves_the_module_unknown() -> None:
    modules = Modules(["proxy_module"], complete=True)
    modules.load("ssl_module", "m/ssl.so", HERE, certain=False)
    modules.load("proxy_module", "m/proxy.so", HERE, certain=False)
    assert [modules.has(name) for name in ("ssl_module", "mod_proxy.c", "headers_module")] == [None, True, False]
    assert [modules.undecided(name) for name in ("mod_ssl.c", "headers_module")] == [True, False]
    assert modules.loaded_at == {}
    assert modules.paths == {"ssl_module": "m/ssl.so", "proxy_module": "m/proxy.so"}
    modules.load("ssl_module", "m/ssl.so", THERE)
    assert modules.has("ssl_module") is True


@pytest.mark.parametrize("given", [["mpm_event_module"], []])
def test_httpd_has_one_mpm(given: list[str]) -> None:
    modules = Modules(given)
    assert modules.has("worker.c") is (False if given else None)
    modules.load("mpm_event_module", "m/event.so", HERE)
    modules.load("ssl_module", "m/ssl.so", THERE)
    names = ("mpm_event_module", "event.c", "mpm_worker_module", "worker.c", "headers_module")
    assert [modules.has(name) for name in names] == [True, True, False, False, None]


@pytest.mark.parametrize("mpm", ["event", "worker", "prefork", "winnt", "netware", "mpmt_os2"])
def test_the_mpm_that_was_chosen(mpm: str) -> None:
    modules = Modules(mpm=mpm).copy()
    names = (
        "event.c",
        "worker.c",
        "prefork.c",
        "mpm_winnt.c",
        "mpm_netware.c",
        "mpmt_os2.c",
        "event.so",
        "mpm_itk_module",
    )
    assert [name for name in names if modules.has(name)] == [name for name in names if name.endswith(f"{mpm}.c")]
    assert [name for name in names if modules.has(name) is None] == ["event.so", "mpm_itk_module"]
    modules.load("mpm_event_module", "m/event.so", HERE, certain=False)
    assert modules.has("mpm_event_module") is (mpm == "event")
    modules.load("mpm_prefork_module", "m/prefork.so", HERE)
    assert [name for name in names if modules.has(name)] == ["prefork.c"]


def test_an_mpm_that_httpd_may_not_load_excludes_no_other() -> None:
    modules = Modules()
    modules.load("mpm_event_module", "m/event.so", HERE, certain=False)
    assert [modules.has(name) for name in ("mpm_event_module", "mpm_worker_module")] == [None, None]


def test_everything_is_a_full_build_with_one_mpm() -> None:
    modules = Modules.everything("worker")
    assert modules.complete
    assert {name for name in modules.names if name.startswith("mpm_")} == {"mpm_worker_module"}
    names = ("proxy_module", "mod_ssl.c", "isapi_module", "example_hooks_module", "event.c")
    assert [modules.has(name) for name in names] == [True, True, False, False, False]
