"""uWSGI behind httpd: the end of FastCGI input, and the faults of mod_proxy_uwsgi itself."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename, dirname
from typing import TYPE_CHECKING

from hpatch.facts.versions import since
from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.builds import cured
from hpatch.lint.rules._shared.instances import answering
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from hpatch.backends.uwsgi.sockets import Match
    from hpatch.lint.context import Context
    from hpatch.lint.found import Confidence, Severity
    from hpatch.proxy.model import Target
    from hpatch.text import Place
    from hpatch.versions import Version

MODULE = "proxy_uwsgi_module"


class _Cve(NamedTuple):
    """`fixed` is the first release without it."""

    name: str
    what: str

    @property
    def fixed(self) -> Version:
        return since(self.name)


_CVES = (
    _Cve("CVE-2020-11984", "a request header over 16 KiB overflows a length field"),
    _Cve("CVE-2021-36160", "a request path can cause an out-of-bounds read"),
    _Cve("CVE-2023-27522", "a response header can split the response"),
    _Cve("CVE-2024-24795", "a backend's Content-Length can split responses"),
    _Cve("CVE-2026-63718", "a response can be smuggled"),
)
"""From the oldest to the newest. Each is in every release from 2.4.30 to the one before `fixed`."""

_LOST_PORT = 3031
"""`UWSGI_DEFAULT_PORT`: mod_proxy_uwsgi leaves it out of the URL, and `ap_proxy_port_of_scheme` does not know it."""

DRAINS = since("uwsgi-reads-fastcgi-to-end")
_HELP_EOF = f'Run uWSGI {DRAINS} or later, or patch httpd ("hpatch set show fcgi-stdin-eof").'


def _bundled() -> Version:
    """The first httpd that comes with mod_proxy_uwsgi."""
    from hpatch.facts import modules

    module = modules.find(MODULE)
    assert module is not None
    assert module.since is not None
    return module.since


@rule(
    "BE003",
    "uwsgi-fcgi-eof",
    "warning",
    references=("https://uwsgi-docs.readthedocs.io/en/latest/Changelog-2.0.5.html",),
)
def uwsgi_fcgi_eof(context: Context) -> Iterator[Found]:
    """uWSGI closes the FastCGI connection before it has read the end of the input.

    mod_proxy_fcgi ends every request with an empty FCGI_STDIN record, which it sends in a separate write. uWSGI before
    2.0.5 answers and closes the connection without reading that record. The write fails (EPIPE), and httpd answers 503
    although the response has arrived. Every httpd version does this, including 2.4.71. uWSGI 2.0.5 and later read the
    input to its end.

    The fault is more frequent over a Unix socket than over TCP, and more frequent with two or more uWSGI threads than
    with one. With uWSGI 2.0.4 and 2000 GETs from 4 clients, 7 of 100 requests failed over a Unix socket with one
    thread, up to 14 of 100 with eight threads, and 1 to 5 of 100 over TCP.

    - error: uWSGI is known to be older than 2.0.5, is reached over a Unix socket, and has two or more threads
    - warning: the other cases, with lower confidence if the version of uWSGI is not known (`--uwsgi-version`)
    - info: hpatch has no uWSGI configuration, but the name of the target contains "uwsgi"

    The rule is silent when uWSGI is known to be 2.0.5 or later.

    Run uWSGI 2.0.5 or later, or patch httpd with the set fcgi-stdin-eof. The uwsgi protocol alone is not a way out:
    through `uwsgi://`, too, requests to a busy uWSGI fail (AH10098), unless the set uwsgi-early-response is applied.

    Fires on::

        ProxyPass "/app/" "unix:/run/app.sock|fcgi://app/"
        # file: app.ini
        [uwsgi]
        fastcgi-socket = /run/app.sock
        threads = 4

    Write instead::

        # options: --uwsgi-version 2.0.30
        ProxyPass "/app/" "unix:/run/app.sock|fcgi://app/"
        # file: app.ini
        [uwsgi]
        fastcgi-socket = /run/app.sock
        threads = 4

    Source: dispatch (mod_proxy_fcgi.c, 2.4.0 to 2.4.68; tested up to 2.4.71); uWSGI 2.0.4, 2.0.5, 2.0.9, 2.0.21 and
    2.0.31 tested behind 2.4.9 and 2.4.68.
    """
    version = context.uwsgi_version
    if (version is not None and version >= DRAINS) or cured(context, "fcgi-stdin-eof"):
        return
    targets = context.targets.get("fcgi", ())
    if not targets:
        return
    from hpatch.backends.uwsgi.sockets import Sockets  # only FastCGI pays for it

    sockets = Sockets(context.uwsgi)
    for target in targets:
        match = answering(target, sockets)
        if match is not None:
            if match.socket.protocol in ("fastcgi", "unknown"):
                yield _eof(target, match, version)
        elif "uwsgi" in (target.socket or target.host).lower():
            yield Found(
                target.place,
                f'"{target.text}" seems to be FastCGI to uWSGI, which before {DRAINS} closes the connection before it '
                "has read the end of the input: httpd then answers 503",
                help=f"Give its ini file with --uwsgi and its version with --uwsgi-version. {_HELP_EOF}",
                severity="info",
                confidence="low",
                node=target.node,
            )


def _eof(target: Target, match: Match, version: Version | None) -> Found:
    from hpatch.backends.uwsgi.sockets import PROTOCOL_KEYS  # only FastCGI pays for it

    instance, socket = match
    threads = instance.threads.number if instance.threads is not None else None
    many = threads is not None and threads >= 2
    related = [Related(socket.option.place, "uWSGI listens here")]
    protocol = instance.last(*PROTOCOL_KEYS) if socket.option.key == "socket" else None
    if protocol is not None:
        related.append(Related(protocol.place, "it speaks FastCGI"))
    if many and instance.threads is not None:
        related.append(Related(instance.threads.place, f"it has {threads} threads"))
    graver = [text for text, holds in (("over a Unix socket", socket.unix), (f"with {threads} threads", many)) if holds]
    message = f'"{target.text}" speaks FastCGI to uWSGI'
    message += f", which before {DRAINS}" if version is None else f" {version}, which"
    message += " closes the connection before it has read the end of the input: httpd then answers 503"
    if graver:
        message += f", more often {' and '.join(graver)}"
    severity: Severity = "error" if version is not None and len(graver) == 2 else "warning"
    steps: tuple[Confidence, ...] = ("high", "medium", "low")
    doubts = (version is None) + (socket.protocol == "unknown") + (not socket.option.certain)
    return Found(
        target.place,
        message,
        related=tuple(related),
        help=_HELP_EOF,
        severity=severity,
        confidence=steps[min(doubts, 2)],
        node=target.node,
    )


def _module_place(context: Context) -> Place | None:
    """The place where mod_proxy_uwsgi is loaded or, failing that, first needed; None if there is neither."""
    place = context.configuration.modules.loaded_at.get(MODULE)
    if place is None:
        used = context.targets.get("uwsgi")
        place = used[0].place if used else None
    return place


def _outside(context: Context, path: str) -> bool:
    """Whether a module's file lies in a folder without other modules that does not look like httpd's own."""
    folder = dirname(path)
    others = {dirname(other) for name, other in context.configuration.modules.paths.items() if name != MODULE}
    if not folder or folder in others or "${" in folder:
        return False
    return basename(folder) not in ("modules", "libexec", "apache2", "apache24", "httpd")


@rule(
    "BE004",
    "uwsgi-module-thirdparty",
    "warning",
    references=("https://httpd.apache.org/docs/2.4/mod/mod_proxy_uwsgi.html",),
)
def uwsgi_module_thirdparty(context: Context) -> Iterator[Found]:
    """This mod_proxy_uwsgi is not httpd's own.

    httpd includes mod_proxy_uwsgi since 2.4.30. Before that, the module came with uWSGI, built by hand or by the
    distribution. Such builds have faults that no httpd release notes mention:

    - crashes under the event MPM (2014)
    - Unix sockets that do not work before uWSGI 2.0.13
    - the wrong port from uWSGI 2.0.14 on
    - no fix for CVE-2023-27522 up to uWSGI 2.0.21

    The rule reports a module that an httpd before 2.4.30 loads, and a module whose file does not lie with httpd's other
    modules.

    Run httpd 2.4.30 or later with its own module.

    Fires on::

        # options: --httpd-version 2.4.29
        LoadModule proxy_uwsgi_module modules/mod_proxy_uwsgi.so

    Write instead::

        # options: --httpd-version 2.4.71
        LoadModule proxy_uwsgi_module modules/mod_proxy_uwsgi.so

    Source: httpd's CHANGES for 2.4.30; uWSGI's apache2/mod_proxy_uwsgi.c and its change logs.
    """
    modules = context.configuration.modules
    if not modules.has(MODULE):
        return
    place = _module_place(context)
    if place is None:
        return
    path = modules.paths.get(MODULE)
    if context.before(_bundled()):
        yield Found(
            place,
            f"httpd {context.version} does not include mod_proxy_uwsgi: this module was built elsewhere",
            help=f"Run httpd {_bundled()} or later with its own module, or proxy with http:// to an http-socket of "
            "uWSGI.",
        )
    elif path is not None and _outside(context, path):
        yield Found(
            place,
            f'mod_proxy_uwsgi is loaded from "{path}", not from the folder of httpd\'s other modules',
            help="Load the module that comes with httpd.",
            confidence="medium",
        )


@rule(
    "BE005",
    "uwsgi-module-cve",
    "warning",
    confidence="medium",
    references=("https://httpd.apache.org/security/vulnerabilities_24.html",),
)
def uwsgi_module_cve(context: Context) -> Iterator[Found]:
    """The mod_proxy_uwsgi in use has published vulnerabilities.

    The rule decides by httpd's version. Each of these affects every release from 2.4.30 up to the fix:

    - CVE-2020-11984: fixed in 2.4.46
    - CVE-2021-36160: fixed in 2.4.49
    - CVE-2023-27522: fixed in 2.4.56
    - CVE-2024-24795: fixed in 2.4.59
    - CVE-2026-63718: fixed in 2.4.69

    A distribution's build may contain a fix that its version does not show; its security tracker tells. If httpd's
    version is not known, the severity is info.

    The rule is silent when nothing is proxied to uwsgi, and for httpd before 2.4.30.

    Run a release that has the fixes.

    Fires on::

        # options: --httpd-version 2.4.58
        ProxyPass "/app/" "uwsgi://127.0.0.1:3032/"

    Write instead::

        # options: --httpd-version 2.4.69
        ProxyPass "/app/" "uwsgi://127.0.0.1:3032/"

    Source: httpd's CHANGES for the releases named, and its list of vulnerabilities.
    """
    used = context.targets.get("uwsgi")
    if not used or context.before(_bundled()):
        return
    place = context.configuration.modules.loaded_at.get(MODULE)
    related = () if place is None else (Related(used[0].place, "used here"),)
    place = place or used[0].place
    version = context.version
    newest = _CVES[-1]
    if version is None:
        yield Found(
            place,
            f"before httpd {newest.fixed}, mod_proxy_uwsgi has published vulnerabilities; the newest is {newest.name}: "
            f"{newest.what}",
            related=related,
            help=f"Run httpd {newest.fixed} or later, or a distribution's build that has the fixes. Give the version "
            "with --httpd-version.",
            severity="info",
            confidence="low",
        )
        return
    open_ones = [cve for cve in _CVES if version < cve.fixed]
    if open_ones:
        listed = ", ".join(f"{cve.name} ({cve.what})" for cve in open_ones)
        yield Found(
            place,
            f"mod_proxy_uwsgi of httpd {version} is affected by {listed}",
            related=related,
            help=f"Run httpd {open_ones[-1].fixed} or later. A distribution's build may have the fixes under an older "
            "version number: look it up in its security tracker.",
        )


@rule(
    "BE019",
    "uwsgi-default-port",
    "error",
    references=("https://httpd.apache.org/docs/2.4/mod/mod_proxy_uwsgi.html",),
)
def uwsgi_default_port(context: Context) -> Iterator[Found]:
    """httpd loses the port 3031 of a `uwsgi://` URL and connects to port 0: every request gets 503.

    mod_proxy_uwsgi takes 3031 for the default port and leaves it out of the URL. mod_proxy does not know that default:
    it looks for a worker without the port, finds none, and connects to port 0 (AH00957). A URL without a port has the
    same fate. So have the members of a balancer and the handlers. Over a Unix socket, a URL with `:3031` gets 500.

    The rule is silent for httpd before 2.4.30, whose mod_proxy_uwsgi came with uWSGI, and for RewriteRule
    (`rewrite-p-scheme` reports it).

    Let uWSGI listen on another port, such as 3032, or on a Unix socket.

    Fires on::

        ProxyPass "/app/" "uwsgi://127.0.0.1:3031/"

    Fires on (no port)::

        ProxyPass "/app/" "uwsgi://127.0.0.1/"

    Write instead::

        ProxyPass "/app/" "uwsgi://127.0.0.1:3032/"

    Silent on (a Unix socket, and no port)::

        ProxyPass "/app/" "unix:/run/app.sock|uwsgi://app/"

    Source: `uwsgi_canon` (mod_proxy_uwsgi.c), `ap_proxy_port_of_scheme` (proxy_util.c); pull request 1849 of uWSGI.
    Tested on httpd 2.4.71.
    """
    if "uwsgi" not in context.targets or context.before(_bundled()):
        return
    rewritten = {id(one.target) for one in context.mappings if one.kind == "RewriteRule"}
    seen: set[Place] = set()
    for target in context.targets["uwsgi"]:
        lost = target.port in (None, 0, _LOST_PORT) if target.socket is None else target.port == _LOST_PORT
        if not lost or target.variables or not target.host or id(target) in rewritten or target.place in seen:
            continue
        seen.add(target.place)
        if target.socket is not None:
            message = f'httpd does not find the socket of "{target.text}" because of the port: every request gets 500'
            help = f'Remove ":{target.port}".'
        else:
            message = f'httpd connects to port 0 for "{target.text}": every request gets 503'
            help = "Let uWSGI listen on another port than 3031, and write that port here."
        yield Found(target.place, message, help=help, node=target.node)
