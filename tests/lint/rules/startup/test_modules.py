"""mod_proxy_balancer without its shared memory, HTTP/2 under prefork, and the number of MPMs."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.conf.modules import Modules
from tests.support.gateways.starting import start
from tests.support.lint.find import find, grades

LOADS = "LoadModule proxy_module p.so\n  LoadModule proxy_balancer_module b.so\n"
BALANCER = "<Proxy balancer://app>\nBalancerMember http://10.0.0.5\n</Proxy>\n"


@pytest.mark.parametrize(
    ("text", "modules", "place", "confidence"),
    [
        (LOADS, None, (2, 3), "medium"),
        (LOADS, Modules(complete=True, static=["mod_so.c"]), (2, 3), "high"),
        (" " + BALANCER, "proxy_module,proxy_balancer_module", (1, 2), "high"),
        ("ProxyPass / balancer://app/\n", "proxy_module,proxy_balancer_module", (1, 1), "high"),
    ],
)
def test_no_shared_memory(text: str, modules: Modules | str | None, place: tuple[int, int], confidence: str) -> None:
    (finding,) = found = find("slotmem-missing", text, None, modules)
    assert (finding.place.line, finding.place.column) == place
    assert grades(found) == [("error", confidence)]


@pytest.mark.parametrize(
    ("text", "modules"),
    [
        (LOADS + "LoadModule slotmem_shm_module s.so", None),
        (LOADS, Modules(static=["mod_slotmem_shm.c"])),
        (LOADS + "<IfModule !slotmem_shm_module>\nLoadModule slotmem_shm_module s.so\n</IfModule>", None),
        ("<IfDefine x>\n" + LOADS + "</IfDefine>", None),
        (LOADS + "Include more.conf", None),
        (BALANCER, None),
        (BALANCER, "proxy_module,proxy_balancer_module,slotmem_shm_module"),
        ("ServerName x", "proxy_module,proxy_balancer_module"),
    ],
)
def test_shared_memory_may_be_there(text: str, modules: Modules | str | None) -> None:
    assert find("slotmem-missing", text, None, modules) == []


@pytest.mark.parametrize("line", ["Protocols  h2 http/1.1", "Protocols http/1.1 H2C"])
@pytest.mark.parametrize("version", [None, "2.4.27"])
def test_http2_under_prefork(line: str, version: str | None) -> None:
    (finding,) = found = find("http2-inactive", "\n" + line, version, mpm="prefork")
    assert finding.place.line == 2
    assert finding.place.column == line.lower().index("h2") + 1
    assert grades(found) == [("warning", "high")]


@pytest.mark.parametrize(
    ("text", "version", "modules", "mpm"),
    [
        ("Protocols h2 http/1.1", None, None, None),
        ("Protocols h2 http/1.1", None, None, "event"),
        ("Protocols h2 http/1.1", None, "mpm_prefork_module", "prefork"),
        ("Protocols h2 http/1.1", "2.4.26", None, "prefork"),
        ("Protocols http/1.1", None, None, "prefork"),
    ],
)
def test_http2_may_work(text: str, version: str | None, modules: str | None, mpm: str | None) -> None:
    assert find("http2-inactive", text, version, modules, mpm) == []


@pytest.mark.httpd
@pytest.mark.parametrize("text", ["", BALANCER])
def test_httpd_needs_shared_memory(httpd: str, text: str, tmp_path: Path) -> None:
    needed = "mpm_event proxy proxy_http proxy_balancer slotmem_plain lbmethod_byrequests"
    result = start(httpd, tmp_path, text, modules=needed)
    assert result.syntax_ok
    assert not result.started
    assert "AH01177" in result.said
    with_memory = tmp_path / "with"
    with_memory.mkdir()
    assert start(httpd, with_memory, text, modules=needed + " slotmem_shm").started


@pytest.mark.httpd
@pytest.mark.parametrize(
    "text", [BALANCER, BALANCER + "ProxyPass / balancer://app/\n", "ProxyPass / balancer://app/\n"]
)
def test_httpd_needs_the_default_method(httpd: str, text: str, tmp_path: Path) -> None:
    """What lb-module-missing says of a balancer without lbmethod."""
    loaded = "mpm_event proxy proxy_http proxy_balancer slotmem_shm"
    result = start(httpd, tmp_path, text, modules=loaded)
    assert result.syntax_ok
    assert not result.started
    assert "AH02432" in result.said
    names = ",".join(f"{name}_module" for name in loaded.split())
    assert ["does not start" in one.message for one in find("lb-module-missing", text, None, names)] == [True]


@pytest.mark.httpd
@pytest.mark.parametrize(("mpm", "warned"), [("mpm_prefork", True), ("mpm_event", False)])
def test_httpd_warns_of_http2(httpd: str, mpm: str, warned: bool, tmp_path: Path) -> None:
    result = start(httpd, tmp_path, "Protocols h2c http/1.1", modules=f"{mpm} http2")
    assert result.started
    assert ("AH10034" in result.said) == warned


EVENT = "LoadModule mpm_event_module e.so\n"
PREFORK = "LoadModule mpm_prefork_module p.so\n"
BUILT = Modules(complete=True, static=["mod_so.c", "core.c"])


@pytest.mark.parametrize(
    ("text", "modules", "lines"),
    [
        (EVENT + PREFORK, None, [2]),
        (EVENT + PREFORK + "LoadModule mpm_worker_module w.so\n", BUILT, [2, 3]),
        (PREFORK, Modules(complete=True, static=["mod_so.c", "mpm_event_module"]), [1]),
        ("Listen 80\nLoadModule alias_module a.so\n", BUILT, [2]),
        ("Listen 80\n", BUILT, [1]),
    ],
)
def test_no_mpm_or_two(text: str, modules: Modules | None, lines: list[int]) -> None:
    found = find("mpm-number", text, None, modules)
    assert [finding.place.line for finding in found] == lines


@pytest.mark.parametrize(
    ("text", "modules"),
    [
        (EVENT + EVENT, BUILT),
        (PREFORK + "LoadModule mpm_itk_module i.so\n", BUILT),
        ("Listen 80\n", None),
        ("Listen 80\n", "proxy,proxy_http"),
        ("Listen 80\n", Modules(complete=True, static=["mpm_event_module"])),
        (f"<IfFile /x>\n{EVENT}</IfFile>\nListen 80\n", BUILT),
        (f"{EVENT}<IfModule !mpm_event_module>\n{PREFORK}</IfModule>\n", BUILT),
        ("Include nothing/here.conf\nListen 80\n", BUILT),
    ],
)
def test_one_mpm_or_not_known(text: str, modules: Modules | str | None) -> None:
    assert find("mpm-number", text, None, modules) == []


def test_a_part_of_a_configuration_needs_no_mpm() -> None:
    assert find("mpm-number", "Listen 80\n", None, BUILT, part=True) == []


@pytest.mark.httpd
@pytest.mark.parametrize(("mpms", "says"), [((), "No MPM loaded"), (("event", "prefork"), "More than one MPM loaded")])
def test_httpd_wants_one_mpm(tmp_path: Path, mpms: tuple[str, ...], says: str) -> None:
    import subprocess

    folder = "/usr/lib/apache2/modules"
    lines = [f"LoadModule mpm_{name}_module {folder}/mod_mpm_{name}.so" for name in mpms]
    path = tmp_path / "httpd.conf"
    path.write_text("\n".join([f"ServerRoot {tmp_path}", "Listen 127.0.0.1:9", *lines, ""]))
    ended = subprocess.run(["/usr/sbin/apache2", "-t", "-f", path], capture_output=True, text=True, check=False)
    assert ended.returncode != 0
    assert says in ended.stderr
