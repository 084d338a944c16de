"""Pools of PHP-FPM behind httpd: what a request shows, and what only the files do."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from hpatch.lab.ports import Ports
from tests.support import needs
from tests.support.gateways.httpd import running
from tests.support.gateways.phpfpm import pools
from tests.support.lint.find import find, grades, places
from tests.support.patience import PATIENCE

SCRIPT = """\
<?php echo "ran ", $_SERVER["SCRIPT_NAME"], " with ", count($_POST), " fields";
isset($_GET["slow"]) && usleep(600000);
file_put_contents("php://stderr", "heard from " . $_SERVER["SERVER_NAME"] . "\\n");
"""
POOLS = """\
[plain]
listen = ROOT/php-$pool.sock
listen.mode = 0666
[wide]
listen = ROOT/php-$pool.sock
listen.mode = 0666
security.limit_extensions = .php .phtml
[any]
listen = ROOT/php-$pool.sock
listen.mode = 0666
security.limit_extensions =
pm.status_path = /status
[closed]
listen = ROOT/php-$pool.sock
listen.owner = root
listen.group = root
listen.mode = 0600
[jail]
listen = ROOT/php-$pool.sock
listen.mode = 0666
chroot = ROOT/docs
[small]
listen = ROOT/php-$pool.sock
listen.mode = 0666
php_admin_value[upload_max_filesize] = 2K
php_admin_value[post_max_size] = 1K
catch_workers_output = yes
[large]
listen = ROOT/php-$pool.sock
listen.mode = 0666
php_admin_value[upload_max_filesize] = 2K
php_admin_value[post_max_size] = 8K
[port]
listen = 127.0.0.1:PORT1
listen.allowed_clients = 127.0.0.1
[denied]
listen = 127.0.0.1:PORT2
listen.allowed_clients = 10.0.0.7
"""
HANDLER = '<FilesMatch "{}">\nSetHandler "proxy:unix:ROOT/php-{}.sock|fcgi://{}"\n</FilesMatch>\n'
UNJAILED = 'ProxyFCGISetEnvIf "true" SCRIPT_FILENAME "%{reqenv:SCRIPT_NAME}"\n'
PATTERN = 'ProxyPassMatch "^/(.*\\.php(/.*)?)$" "unix:ROOT/php-{}.sock|fcgi://{}ROOT/docs/$1"\n'

# A name: the rule, a virtual host, a path, and the status that shows that the fault is not there.
CASES = {
    "plain": ("fpm-no-pool", HANDLER.format("\\.php$", "plain", "plain"), "/page.php", 200),
    "nowhere": ("fpm-no-pool", HANDLER.format("\\.php$", "nowhere", "nowhere"), "/page.php", 200),
    "phtml": ("fpm-extension-denied", HANDLER.format("\\.(php|phtml)$", "plain", "phtml"), "/page.phtml", 200),
    "phtml-wide": ("fpm-extension-denied", HANDLER.format("\\.(php|phtml)$", "wide", "wide"), "/page.phtml", 200),
    "picture": ("fpm-any-extension", PATTERN.format("any", "any"), "/photo.jpg/x.php", 403),
    "picture-kept": ("fpm-any-extension", PATTERN.format("plain", "kept"), "/photo.jpg/x.php", 403),
    "client": ("fpm-client-denied", 'ProxyPass "/" "fcgi://127.0.0.1:PORT1ROOT/docs/"\n', "/page.php", 200),
    "client-denied": ("fpm-client-denied", 'ProxyPass "/" "fcgi://127.0.0.1:PORT2ROOT/docs/"\n', "/page.php", 200),
    "open": ("fpm-socket-refused", HANDLER.format("\\.php$", "plain", "open"), "/page.php", 200),
    "closed": ("fpm-socket-refused", HANDLER.format("\\.php$", "closed", "closed"), "/page.php", 200),
    "jail": ("fpm-chroot", HANDLER.format("\\.php$", "jail", "jail"), "/page.php", 200),
    "jail-changed": ("fpm-chroot", HANDLER.format("\\.php$", "jail", "changed") + UNJAILED, "/page.php", 200),
    "jail-pattern": ("fpm-chroot", PATTERN.format("jail", "pattern"), "/page.php", 200),
    "jail-inside": ("fpm-chroot", PATTERN.format("jail", "inside").replace("ROOT/docs", ""), "/page.php", 200),
    "jail-none": ("fpm-chroot", PATTERN.format("plain", "none"), "/page.php", 200),
    "small": ("fpm-upload-lost", HANDLER.format("\\.php$", "small", "small"), "/page.php", 200),
    "large": ("fpm-upload-lost", HANDLER.format("\\.php$", "large", "large"), "/page.php", 200),
    "status": (
        "fpm-status-exposed",
        'ProxyPass "/status" "unix:ROOT/php-any.sock|fcgi://status/status"\n',
        "/status",
        403,
    ),
    "status-pattern": (
        "fpm-status-exposed",
        'ProxyPassMatch "^/(status|ping)$" "unix:ROOT/php-any.sock|fcgi://status-pattern/$1"\n',
        "/status",
        403,
    ),
    "status-kept": (
        "fpm-status-exposed",
        'ProxyPass "/status" "unix:ROOT/php-any.sock|fcgi://status-kept/status"\n'
        '<Location "/status">\nRequire ip 10.0.0.1\n</Location>\n',
        "/status",
        403,
    ),
}


def log_with(log: Path, texts: Iterable[str]) -> str:
    """PHP-FPM's log once these are in it: what a child says comes there some time after the child's answer."""
    wanted, limit = tuple(texts), time.monotonic() + PATIENCE
    while not all(text in log.read_text() for text in wanted) and time.monotonic() < limit:
        time.sleep(0.02)
    return log.read_text()


@pytest.mark.httpd
@pytest.mark.phpfpm
@pytest.mark.skipif(os.geteuid() != 0, reason="PHP-FPM gives sockets to another user as root only")
def test_requests(httpd: str) -> None:
    """A rule reports a virtual host just where the request shows the fault."""
    with tempfile.TemporaryDirectory(prefix="hpatch") as name, closing(Ports()) as free:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "docs").mkdir(mode=0o755)
        for file in ("page.php", "page.phtml", "photo.jpg"):
            (folder / "docs" / file).write_text(SCRIPT)
        ports = [str(free.reserve()) for _ in range(2)]

        def filled(text: str) -> str:
            return text.replace("ROOT", name).replace("PORT1", ports[0]).replace("PORT2", ports[1])

        user = "User www-data\nGroup www-data\n"
        process = "user = www-data\ngroup = www-data\npm = static\npm.max_children = 1\n"
        text = filled(POOLS)
        started = "".join(f"{line}\n{process if line.startswith('[') else ''}" for line in text.splitlines())
        hosts = {
            case: f'<VirtualHost *>\nServerName {case}\nDocumentRoot "{name}/docs"\n{filled(lines)}</VirtualHost>\n'
            for case, (_, lines, _, _) in CASES.items()
        }
        lost = {case for case in ("small", "large") if find("fpm-output-lost", user + hosts[case], fpm=text)}
        sockets = [folder / f"php-{pool}.sock" for pool in ("plain", "wide", "any", "closed", "jail", "small", "large")]
        with (
            pools(needs.program("phpfpm"), folder, started, sockets),
            running(httpd, folder, user + "".join(hosts.values())) as server,
        ):
            answers = {case: server.ask(path, {"Host": case}) for case, (_, _, path, _) in CASES.items()}
            form = {"Content-Type": "application/x-www-form-urlencoded"}
            fields = {
                case: server.ask("/page.php", {"Host": case, **form}, "POST", b"a=" + b"x" * 1500)[1].split(" ")[3]
                for case in ("small", "large")
            }
            heard = log_with(folder / "fpm.log", (f"heard from {case}" for case in fields if case not in lost))
            started_at = time.monotonic()
            with ThreadPoolExecutor(2) as both:
                # One child serves both.
                list(both.map(lambda _: server.ask("/page.php?slow=1", {"Host": "large"}), range(2)))
            waited = time.monotonic() - started_at
    assert waited > 1.1
    for case, count in fields.items():
        assert bool(find("fpm-upload-lost", user + hosts[case], fpm=text)) is (count == "0"), case
        assert (case in lost) is (f"heard from {case}" not in heard)
    for case, (rule, _, _, sound) in CASES.items():
        if case in fields:
            continue
        status = answers[case][0].status
        assert bool(find(rule, user + hosts[case], fpm=text)) is (status != sound), (case, status, answers[case][1])
    assert answers["picture"][1].startswith("ran ")
    assert "pool:" in answers["status"][1]


REUSE = """\
{settings}
<Proxy "fcgi://127.0.0.1:9000" {params}>
</Proxy>
<FilesMatch "\\.php$">
SetHandler "proxy:fcgi://127.0.0.1:9000"
</FilesMatch>
"""
CHILDREN = "[www]\nlisten = 127.0.0.1:9000\npm.max_children = {}\n"


@pytest.mark.parametrize(
    ("settings", "params", "children", "reported"),
    [
        ("", "enablereuse=on", "24", True),
        ("", "enablereuse=on", "25", False),
        ("ThreadsPerChild 64", "enablereuse=on", "63", True),
        ("ThreadsPerChild 64", "enablereuse=on", "64", False),
        ("", "enablereuse=on max=5", "4", True),
        ("", "enablereuse=on max=5", "5", False),
        ("", "enablereuse=off", "1", False),
        ("", "enablereuse=on", "${CHILDREN}", False),
    ],
)
def test_children(settings: str, params: str, children: str, reported: bool) -> None:
    text = REUSE.format(settings=settings, params=params)
    assert bool(find("fpm-reuse-exhausts", text, fpm=CHILDREN.format(children))) is reported


@pytest.mark.parametrize(
    ("timeout", "ends", "reported"),
    [("60", "61", True), ("60", "60", False), ("60", "2m", True), ("60", "0", False), ("7200", "1h", False)],
)
def test_whose_time_ends_first(timeout: str, ends: str, reported: bool) -> None:
    fpm = f"[www]\nlisten = /run/w.sock\nrequest_terminate_timeout = {ends}\n"
    text = 'ProxyPass "/" "unix:/run/w.sock|fcgi://w/"'
    assert bool(find("fpm-timeout-order", f"ProxyTimeout {timeout}\n{text}", fpm=fpm)) is reported
    assert bool(find("fpm-timeout-order", f"{text} timeout={timeout}", fpm=fpm)) is reported


def test_other_fastcgi_programs_need_no_pool() -> None:
    fpm = "[www]\nlisten = /run/php/www.sock\n"
    assert not find("fpm-no-pool", 'ProxyPass "/" "unix:/run/other.sock|fcgi://x/"', fpm=fpm)
    assert find("fpm-no-pool", 'ProxyPass "/" "unix:/run/php-other.sock|fcgi://x/"', fpm=fpm)
    assert not find("fpm-no-pool", 'ProxyPass "/" "unix:/run/php-other.sock|fcgi://x/"')
    assert not find("fpm-no-pool", 'ProxyPassMatch "\\.php$" "fcgi://10.0.0.5:9000/"', fpm=fpm)
    unknown = "[www]\nlisten = ${SOCKET}\n"
    assert not find("fpm-no-pool", 'ProxyPass "/" "unix:/run/php-other.sock|fcgi://x/"', fpm=unknown)


@pytest.mark.parametrize(
    ("lines", "reported"),
    [
        ("listen.owner = shop\nlisten.group = shop", True),
        ("listen.owner = www-data\nlisten.group = shop", False),
        ("listen.owner = www-data\nlisten.group = shop\nlisten.mode = 0440", True),
        ("listen.owner = shop\nlisten.group = www-data", False),
        ("listen.owner = shop\nlisten.group = www-data\nlisten.mode = 0600", True),
        ("listen.owner = shop\nlisten.group = shop\nlisten.mode = 0666", False),
        ("listen.owner = shop\nlisten.group = shop\nlisten.acl_users = www-data", False),
        ("listen.owner = shop", False),
        ("", False),
    ],
)
def test_who_may_open_a_socket(lines: str, reported: bool) -> None:
    text = 'User www-data\nGroup www-data\nProxyPass "/" "unix:/run/w.sock|fcgi://w/"'
    fpm = f"[www]\nlisten = /run/w.sock\n{lines}\n"
    assert bool(find("fpm-socket-refused", text, fpm=fpm)) is reported
    assert not find("fpm-socket-refused", text.partition("\n")[2].partition("\n")[2], fpm=fpm)


@pytest.mark.parametrize(
    ("listen", "reported"),
    [
        ("9000", True),
        ("0.0.0.0:9000", True),
        ("*:9000", True),
        ("[::]:9000", True),
        ("127.0.0.1:9000", False),
        ("10.0.0.5:9000", False),
    ],
)
def test_who_reaches_a_port(listen: str, reported: bool) -> None:
    assert bool(find("fpm-open-to-network", "", fpm=f"[www]\nlisten = {listen}\n")) is reported
    assert not find("fpm-open-to-network", "", fpm=f"[www]\nlisten = {listen}\nlisten.allowed_clients = 10.0.0.7\n")


def test_the_place_of_a_line_that_cannot_be_read() -> None:
    (found,) = find("fpm-unreadable", "", fpm="[www]\nlisten = /a\n  what is this\n")
    assert (found.place.line, found.place.column) == (3, 3)
    assert grades([found]) == [("warning", "high")]
    assert places("fpm-unreadable", "") == []


SOCKET = 'ProxyPass "/" "unix:/run/w.sock|fcgi://w/"\n'
POOL = "[www]\nlisten = /run/w.sock\n{}\n"


@pytest.mark.parametrize(
    ("settings", "mpm", "children", "reported"),
    [
        ("MaxRequestWorkers 100", "event", "9", True),
        ("MaxRequestWorkers 100", "event", "10", False),
        ("MaxClients 100", "event", "9", True),
        ("", "event", "39", True),
        ("", "event", "40", False),
        ("", "prefork", "25", True),
        ("", "prefork", "26", False),
        ("", None, "1", False),
        ("MaxRequestWorkers 100", "event", "${CHILDREN}", False),
    ],
)
def test_few_children(settings: str, mpm: str | None, children: str, reported: bool) -> None:
    fpm = POOL.format(f"pm.max_children = {children}")
    assert bool(find("fpm-few-children", f"{settings}\n{SOCKET}", mpm=mpm, fpm=fpm)) is reported


@pytest.mark.parametrize(
    ("limit", "values", "reported"),
    [
        ("", "php_value[upload_max_filesize] = 8M\nphp_value[post_max_size] = 8M", True),
        ("", "php_value[upload_max_filesize] = 8191K\nphp_value[post_max_size] = 8M", False),
        ("", "php_value[upload_max_filesize] = 8M", False),
        ("", "php_value[upload_max_filesize] = 2M\nphp_value[post_max_size] = many", False),
        ("", "php_value[post_max_size] = 1G\nphp_admin_value[post_max_size] = 8M", False),
        ("LimitRequestBody 8388609", "php_value[post_max_size] = 8M", True),
        ("LimitRequestBody 8388608", "php_value[post_max_size] = 8M", False),
        ("LimitRequestBody 8388609", "php_value[post_max_size] = 1M\nphp_admin_value[post_max_size] = 9M", False),
        ("LimitRequestBody 0", "php_value[post_max_size] = 8M", False),
    ],
)
def test_bodies(limit: str, values: str, reported: bool) -> None:
    assert bool(find("fpm-upload-lost", f"{limit}\n{SOCKET}", fpm=POOL.format(values))) is reported


def test_a_root_that_is_none() -> None:
    for root in ("/", "${ROOT}", "relative"):
        assert not find("fpm-chroot", SOCKET, fpm=POOL.format(f"chroot = {root}"))
    inside = SOCKET.replace("//w/", "//w/srv/www2/")
    assert not find("fpm-chroot", inside, fpm=POOL.format("chroot = /srv/www"))
    assert find("fpm-chroot", inside, fpm=POOL.format("chroot = /srv/www2/"))


def test_another_user() -> None:
    assert find("fpm-user-shared", f"User web\n{SOCKET}", fpm=POOL.format("user = web"))
    assert not find("fpm-user-shared", SOCKET, fpm=POOL.format("user = web"))
    assert not find("fpm-user-shared", f"User ${{WHO}}\n{SOCKET}", fpm=POOL.format("user = web"))
    assert not find("fpm-user-shared", f"User web\n{SOCKET}", fpm=POOL.format("group = web"))
