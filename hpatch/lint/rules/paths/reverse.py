"""ProxyPassReverse, which rewrites the backend's redirects for the client."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from hpatch.conf.wildcards import is_wildcard
from hpatch.lint.found import Fix, Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared import edits
from hpatch.lint.rules._shared.access import below
from hpatch.lint.rules._shared.edits import replaced
from hpatch.lint.rules._shared.passes import covers, one_slash, pattern, section_pattern
from hpatch.lint.rules.paths.shadowing import shadowed
from hpatch.proxy.model import Balancer
from hpatch.text import whole_number

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context
    from hpatch.proxy.model import Mapping, Reverse, Server, Target
    from hpatch.text import Place

_MANUAL = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypassreverse"
_URL = r"(?i)(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<host>\[[^\]]*\]|[^/:?#]*)(?::(?P<port>\d+))?(?P<path>.*)\Z"
_HTTP = ("http", "https", "h2", "h2c")
_DEFAULT_PORTS = {"http": 80, "https": 443, "h2": 443, "h2c": 80}
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]", "::1")
_NEVER = r"(?i)!\Z|(?:ajp|fcgi|scgi|uwsgi)://"
_ONE_FILE = r"(?i)/\.well-known/|/[^/]+\.\w{1,5}\Z"


@rule("MP019", "reverse-missing", "info", confidence="medium", references=(_MANUAL,), fix="unsafe")
def reverse_missing(context: Context) -> Iterator[Found]:
    """An HTTP backend has a ProxyPass but no ProxyPassReverse.

    A backend that redirects uses the address under which httpd asked it, such as `Location:
    http://10.0.0.5:8080/login`. Without ProxyPassReverse, the client receives that address, which it cannot reach.
    There is one finding for each backend of a server.

    It is an info, because many backends never redirect, such as those of an API. It is a warning when a
    ProxyPassReverseCookieDomain or ProxyPassReverseCookiePath says that the backend uses its own host or path.

    The rule is silent:

    - when no request reaches the ProxyPass (`pass-shadowed` reports it)
    - when the redirect is right already (ProxyPreserveHost On and the same path on both sides)
    - when a directive edits `Location`
    - for single files and `/.well-known/`
    - for protocols other than HTTP, whose backends know the client's own address

    Add a ProxyPassReverse with the path and URL of the ProxyPass.

    Fires on::

        ProxyPass "/app" "http://10.0.0.5:8080/app"

    Fires on (the backend's cookies are for its own host, so its redirects are, too)::

        ProxyPass "/app" "http://app.internal:8080/app"
        ProxyPassReverseCookieDomain "app.internal" "www.example.org"

    Write instead::

        ProxyPass "/app" "http://10.0.0.5:8080/app"
        ProxyPassReverse "/app" "http://10.0.0.5:8080/app"

    Silent on (the backend sees the client's own host, and the same path)::

        ProxyPreserveHost On
        ProxyPass "/app" "http://10.0.0.5:8080/app"

    Silent on (a FastCGI backend knows the client's own address)::

        ProxyPass "/app" "fcgi://10.0.0.5:9000/app"

    Source: the ProxyPassReverse documentation ("essential ... to avoid bypassing the reverse proxy");
    `ap_proxy_location_reverse_map` in proxy_util.c. Tested on httpd 2.4.71.
    """
    edited: bool | None = None
    preserving = _preserving(context)
    main = _Served(context.proxy.servers[0])
    unreached: set[int] | None = None
    for server in context.proxy.servers:
        served: _Served | None = None if server.parent is not None else main
        preserved = _preserves(preserving, server)
        hosts: dict[tuple[str, str, int | None], list[Mapping]] = {}
        for mapping in server.passes:
            target = mapping.target
            if target is None or target.variables or not _http(mapping, target):
                continue
            if preserved and _same_path(mapping, target):
                continue
            served = served or _Served(server, main)
            if served.has(mapping, target) or _one_file(mapping):
                continue
            if unreached is None:
                unreached = {id(one) for one, _, _ in shadowed(context)}
            if id(mapping) in unreached:
                continue
            hosts.setdefault((target.scheme, target.host, target.port), []).append(mapping)
        if not hosts:
            continue
        if edited is None:
            edited = _edits_location(context)
        if edited:
            return
        for first, *others in hosts.values():
            assert first.target is not None
            itself = any(_names_itself(mapping, server) for mapping in (first, *others))
            yield Found(
                first.place,
                f'"{first.target.text}" has no ProxyPassReverse: its redirects send clients to the backend itself',
                related=tuple(Related(other.place, "the same backend") for other in others[:5]),
                help="Add a ProxyPassReverse with the same path and URL.",
                severity="warning" if itself else None,
                fix=edits.fix("add ProxyPassReverse", edits.both(*map(_reverse, (first, *others)))),
            )


def _reverse(mapping: Mapping) -> edits.Edits:
    """A ProxyPassReverse below a ProxyPass, with the path and the URL that this one has."""
    target, section = mapping.target, mapping.section
    if mapping.node.key != "proxypass" or target is None or target.socket or "interpolate" in mapping.flags:
        return ()
    url = target.text.partition("?")[0]
    if pattern(mapping) is not None or re.search(r"[\s\"'$\\]", f"{mapping.path}{url}"):
        return ()
    if section is not None:
        line = f'ProxyPassReverse "{url}"' if section.key == "<location" and not section_pattern(section) else ""
    else:
        line = f'ProxyPassReverse "{mapping.path}" "{url}"'
    return edits.line_beside(mapping.node, line, above=False) if line else ()


def _names_itself(mapping: Mapping, server: Server) -> bool:
    """Whether a line for cookies says that a mapping's backend uses its own host, or its own path."""
    target = mapping.target
    assert target is not None
    hosts = {member.host for member in _members(target, mapping)}
    own = "" if _same_path(mapping, target) else target.path.rstrip("/")
    for one in (server,) if server.parent is None else (server.parent, server):
        domains, paths = _of_cookies(one)
        if not hosts.isdisjoint(domains) or (own and own in paths):
            return True
    return False


@lru_cache(maxsize=4)
def _of_cookies(server: Server) -> tuple[frozenset[str], frozenset[str]]:
    """The backends' domains and paths that a server's lines for cookies name."""
    lines: dict[str, list[str]] = {}
    for line in server.reverses:
        lines.setdefault(line.node.key, []).append(line.path)
    return (
        frozenset(path.lower().lstrip(".") for path in lines.get("proxypassreversecookiedomain", ())),
        frozenset(path.rstrip("/") for path in lines.get("proxypassreversecookiepath", ())),
    )


@rule("MP020", "reverse-unix", "warning", confidence="medium", references=(_MANUAL,), fix="unsafe")
def reverse_unix(context: Context) -> Iterator[Found]:
    """A ProxyPassReverse URL begins with a Unix socket, so it matches no redirect.

    httpd compares the URL with the start of the backend's `Location:`. No backend writes `unix:` there, so the line has
    no effect. httpd asks the backend under the host after the `|`, and the backend redirects to that host.

    Write only the URL after the `|`.

    Fires on::

        ProxyPass "/app/" "unix:/run/app.sock|http://app/"
        ProxyPassReverse "/app/" "unix:/run/app.sock|http://app/"

    Write instead::

        ProxyPass "/app/" "unix:/run/app.sock|http://app/"
        ProxyPassReverse "/app/" "http://app/"

    Source: `ap_proxy_location_reverse_map` in proxy_util.c. Tested on httpd 2.4.71.
    """
    for reverse in context.reverses:
        if reverse.url[:5].lower() != "unix:" or reverse.node.key != "proxypassreverse" or reverse.in_proxy:
            continue
        url = reverse.url.partition("|")[2]
        place = _url_place(reverse)
        http = url[:7].lower() == "http://" or url[:8].lower() == "https://"
        edits = replaced(reverse.node, place, reverse.url, url) if http else ()
        yield Found(
            place,
            f'no redirect begins with "{reverse.url}": this ProxyPassReverse has no effect',
            help=f'Write "{url}".' if http else "Remove the line; redirects of this protocol do not need it.",
            fix=Fix("remove the socket", edits, safe=False) if edits else None,
        )


@rule("MP021", "reverse-mismatch", "warning", confidence="medium", references=(_MANUAL,))
def reverse_mismatch(context: Context) -> Iterator[Found]:
    """ProxyPassReverse does not match the backend's redirects, or makes a wrong path of them.

    If a redirect begins with its URL, ProxyPassReverse replaces that URL with its path, letter by letter. With `/app`
    and `http://h/`, the redirect `http://h/login` becomes `/applogin`. With `/` and `http://h` it becomes `//login`;
    the severity is then info, because httpd merges the slashes when the client comes back. A line with another path or
    port than the ProxyPass of the same path misses the backend's redirects, or sends them to a wrong path.

    If lines name some members of a balancer, the redirects of the others reach the client unchanged.

    A line with `!`, or with the URL of a protocol such as `ajp://`, has no effect, because no redirect begins so. This
    is an info.

    The rule is silent:

    - when another ProxyPassReverse handles the redirect correctly
    - for another host, which may be the backend's own name for itself

    Give the ProxyPassReverse the path and URL of the ProxyPass; a `balancer://` URL stands for all members.

    Fires on::

        ProxyPass "/app/" "http://10.0.0.5:8080/"
        ProxyPassReverse "/app/" "http://10.0.0.5:8081/"

    Fires on (the redirects of the second member are left as they are)::

        <Proxy "balancer://app">
            BalancerMember "http://10.0.0.5:8080"
            BalancerMember "http://10.0.0.6:8080"
        </Proxy>
        ProxyPass "/app" "balancer://app/app"
        ProxyPassReverse "/app" "http://10.0.0.5:8080/app"

    Write instead::

        ProxyPass "/app/" "http://10.0.0.5:8080/"
        ProxyPassReverse "/app/" "http://10.0.0.5:8080/"

    Silent on (another host, which may be the backend's name for itself)::

        ProxyPass "/app/" "http://10.0.0.5:8080/"
        ProxyPassReverse "/app/" "http://app.internal/"

    Source: the ProxyPassReverse documentation; `ap_proxy_location_reverse_map` in proxy_util.c. Tested on httpd 2.4.71.
    """
    never = re.compile(_NEVER).match
    for reverse in context.reverses:
        if reverse.node.key == "proxypassreverse" and never(reverse.url) and not reverse.in_proxy:
            yield Found(
                _url_place(reverse),
                f'no redirect begins with "{reverse.url}": this ProxyPassReverse has no effect',
                help="Remove the line, or write the URL with which the backend's redirects begin.",
                severity="info",
            )
    preserving = _preserving(context)
    for server in context.proxy.servers:
        reverses = _reverses(server)
        preserved = _preserves(preserving, server)
        # If the backend sees the client's own Host, only lines without a host match its redirects.
        if not any(reverse.url.startswith("/") or not preserved for reverse in reverses):
            continue
        if reverses and not preserved:
            yield from _members_left_out(server, reverses)
        lines = _Lines(reverses)
        seen: set[int] = set()
        for mapping in server.passes:
            target = mapping.target
            if target is None or target.scheme not in _HTTP or target.variables or not _even(mapping, target):
                continue
            wrong = lines.wrong(mapping, target)
            if wrong is None or id(wrong.node) in seen or (preserved and not wrong.url.startswith("/")):
                continue
            seen.add(id(wrong.node))
            asked, redirect = f"{mapping.path.rstrip('/')}/x", f"{_address(target)}{target.path.rstrip('/')}/x"
            sent = _mapped(wrong.path, wrong.url, redirect)
            outcome = "reaches the client unchanged" if sent is None else f'becomes "{sent}"'
            yield Found(
                _url_place(wrong),
                f'the redirect "{redirect}" of "{mapping.path}" {outcome} instead of "{asked}"',
                related=(Related(mapping.place, "the ProxyPass"),),
                help="Give the ProxyPassReverse the path and the URL of the ProxyPass.",
                severity="info" if sent is not None and one_slash(sent) == asked else None,
            )


def _members_left_out(server: Server, reverses: list[Reverse]) -> Iterator[Found]:
    """Balancers of which lines name some members, but not all."""
    if any(_any_member(reverse) for reverse in reverses):
        return
    named = {_origin(reverse.url): reverse for reverse in reversed(reverses)}
    seen: set[str] = set()
    for mapping in server.passes:
        balancer = mapping.worker
        if not isinstance(balancer, Balancer) or balancer.name in seen:
            continue
        seen.add(balancer.name)
        members = {_origin(member.target.text): member.target for member in balancer.effective_members}
        left = [target for origin, target in members.items() if origin not in named]
        line = next((reverse for origin, reverse in named.items() if origin in members), None)
        if line is None or not left or None in members or not named.keys() <= members.keys():
            continue
        if any(target.variables or target.socket for target in members.values()):
            continue
        yield Found(
            _url_place(line),
            f'the redirects of "{left[0].text}" reach the client unchanged: no ProxyPassReverse names this member of '
            f'"{balancer.name}"',
            related=(Related(left[0].place, "the member"), Related(mapping.place, "the ProxyPass")),
            help=f'Write "{balancer.name}" and the path, for all members.',
        )


@rule("MP099", "reverse-other-path", "warning", confidence="medium", references=(_MANUAL,))
def reverse_other_path(context: Context) -> Iterator[Found]:
    """ProxyPassReverse leads the backend's redirects to a path that does not lead back to that backend.

    If a redirect begins with its URL, ProxyPassReverse puts its path in the URL's place. No ProxyPass takes that path,
    or the one that does asks the backend for another page: clients get 404. If the URL stands before the path, no
    redirect ever matches: this is an error.

    The rule is silent where another line may take the path (Alias, Redirect, a RewriteRule or a section with a
    handler), and for another host, which may be the backend's own name for itself.

    Give the ProxyPassReverse the path and URL of the ProxyPass.

    Fires on::

        ProxyPass "/shop/" "http://10.0.0.5:8080/"
        ProxyPassReverse "/store/" "http://10.0.0.5:8080/"

    Fires on (the redirect to `/app/login` would be asked as `/app/app/login`)::

        ProxyPass "/" "http://10.0.0.5:8080/app/"
        ProxyPassReverse "/app/" "http://10.0.0.5:8080/app/"

    Fires on (the wrong order)::

        ProxyPass "/shop/" "http://10.0.0.5:8080/"
        ProxyPassReverse "http://10.0.0.5:8080/" "/shop/"

    Write instead::

        ProxyPass "/shop/" "http://10.0.0.5:8080/"
        ProxyPassReverse "/shop/" "http://10.0.0.5:8080/"

    Silent on (a line for each of two backends, for paths that both have)::

        ProxyPass "/shop/" "http://10.0.0.5:8080/shop/"
        ProxyPass "/" "http://10.0.0.6:8080/"
        ProxyPassReverse "/" "http://10.0.0.5:8080/"
        ProxyPassReverse "/" "http://10.0.0.6:8080/"

    Source: ap_proxy_location_reverse_map in proxy_util.c. Tested on httpd 2.4.71.
    """
    for reverse in context.reverses:
        if reverse.node.key == "proxypassreverse" and not reverse.in_proxy and re.match(r"(?i)https?://", reverse.path):
            yield Found(
                reverse.node.place,
                f'no redirect is changed: the path comes first, and the URL "{reverse.path}" behind it',
                help=f'Write ProxyPassReverse "{reverse.url}" "{reverse.path}".',
                severity="error",
                confidence="high",
            )
    preserving = _preserving(context)
    for server in context.proxy.servers:
        if not server.reverses or _preserves(preserving, server):
            continue
        reverses = _reverses(server)
        own = [one for one in server.reverses if one in reverses and _plain(one)]
        mappings = context.passes_of(server.node) if own else []
        paths = {mapping.path.rstrip("/") for mapping in mappings}
        own = [one for one in own if one.path.rstrip("/") not in paths]
        if not own or _takes_otherwise(context, server.node):
            continue
        for one in own:
            found = _astray(one, reverses, mappings)
            if found is not None:
                outcome, mapping = found
                yield Found(
                    _url_place(one),
                    outcome,
                    related=(Related(mapping.place, "the ProxyPass"),),
                    help="Give the ProxyPassReverse the path and the URL of the ProxyPass.",
                )


def _plain(reverse: Reverse) -> bool:
    """Whether a line has a plain path, and the URL of a host."""
    return (
        reverse.path[:1] == "/"
        and not re.search(r"[$*?\[]", f"{reverse.path}{reverse.url}")
        and not _in_pattern(reverse)
    )


_OTHERWISE = (
    "rewriterule", "alias", "aliasmatch", "scriptalias", "scriptaliasmatch", "redirect", "redirectmatch", "sethandler",
    "redirectpermanent", "redirecttemp", "fallbackresource", "<if", "<locationmatch", "<proxymatch",
)  # fmt: skip


def _takes_otherwise(context: Context, host: Node | None) -> bool:
    """Whether a path may be answered, or led elsewhere, by other lines than ProxyPass."""
    return bool(context.lines_of(host, *_OTHERWISE))


def _astray(reverse: Reverse, reverses: list[Reverse], mappings: list[Mapping]) -> tuple[str, Mapping] | None:
    """What happens to redirects that a line leads to a wrong path, and the ProxyPass whose backend sends them."""
    origin = _origin(reverse.url)
    redirect = f"{reverse.url.rstrip('/')}/x"
    about = next((one for one in mappings if _leads_to(one, origin)), None)
    taken = [(where, one) for one in mappings if (where := covers(one)) is not None]
    if about is None or len(taken) < len(mappings) or any(_unsure(one) for one in mappings):
        return None
    if any(one is not reverse and _mapped(one.path, one.url, redirect) is not None for one in reverses):
        return None
    sent = _mapped(reverse.path, reverse.url, redirect) or ""
    taker = next((one for where, one in taken if below(sent, where.rstrip("/") or "/")), None)
    if taker is None:
        path = reverse.path.rstrip("/") or "/"
        nearby = any(below(where.rstrip("/") or "/", path) for where, _ in taken)
        return None if nearby else (f'the redirect "{redirect}" becomes "{sent}", which no ProxyPass takes', about)
    target = taker.target
    if target is None or not _leads_to(taker, origin) or not _even(taker, target):
        return None
    asked = f"{target.path.rstrip('/')}{sent[len(taker.path.rstrip('/')) :]}"
    if asked == "/" + redirect.partition("://")[2].partition("/")[2]:
        return None
    return f'the redirect "{redirect}" becomes "{sent}", for which the backend is asked "{asked}"', taker


def _leads_to(mapping: Mapping, origin: tuple[str, int] | None) -> bool:
    """Whether a ProxyPass leads to a host and port."""
    target = mapping.target
    return target is not None and origin is not None and target.socket is None and _origin(target.text) == origin


def _unsure(mapping: Mapping) -> bool:
    """Whether the backend of a ProxyPass depends on the request."""
    return mapping.target is not None and (mapping.target.variables or mapping.target.balancer)


class _Lines:
    """The ProxyPassReverse lines of a server, by path and by the URL that they replace (without scheme and port)."""

    __slots__ = ("_by_url", "_unsure", "by_path")

    def __init__(self, reverses: list[Reverse]) -> None:
        self.by_path: dict[str, list[Reverse]] = {}
        self._by_url: dict[str, list[Reverse]] | None = None
        self._unsure = False
        for reverse in reverses:
            self.by_path.setdefault(reverse.path.rstrip("/"), []).append(reverse)

    def wrong(self, mapping: Mapping, target: Target) -> Reverse | None:
        """The line for a mapping's path that handles its redirects wrongly, if no line handles them correctly."""
        same = self.by_path.get(mapping.path.rstrip("/"))
        if same is None:
            return None
        redirect = f"{_address(target)}{target.path.rstrip('/')}/x"
        wanted = f"{mapping.path.rstrip('/')}/x"
        if any(_right(reverse, target, redirect, wanted) for reverse in same):
            return None
        wrong = next((reverse for reverse in same if _comparable(reverse, target)), None)
        if wrong is None or any(_right(other, target, redirect, wanted) for other in self._meeting(target)):
            return None
        return None if self._unsure else wrong

    def _meeting(self, target: Target) -> Iterator[Reverse]:
        """The lines that may match a redirect of a target."""
        if self._by_url is None:
            self._by_url = {}
            for reverses in self.by_path.values():
                for reverse in reverses:
                    self._unsure = self._unsure or "$" in reverse.url or _in_pattern(reverse)
                    match = re.match(_URL, reverse.url)
                    key = reverse.url if match is None else match["host"] + match["path"]
                    self._by_url.setdefault(key.lower(), []).append(reverse)
        path = f"{target.path.rstrip('/')}/x"
        for text in (path.lower(), (target.host + path).lower()):
            for end in range(1, len(text) + 1):
                yield from self._by_url.get(text[:end], ())


def _any_member(reverse: Reverse) -> bool:
    """Whether a line may be about every member of a balancer, or about another name of one."""
    url = reverse.url
    return "$" in url or "$" in reverse.path or url[:1] == "/" or url[:9].lower() == "balancer:" or _in_pattern(reverse)


def _origin(url: str) -> tuple[str, int] | None:
    """Host and port of an HTTP URL; None for any other."""
    match = re.match(_URL, url)
    if match is None or match["scheme"].lower() not in _HTTP:
        return None
    port = match["port"]
    return match["host"].lower(), whole_number(port) if port else _DEFAULT_PORTS[match["scheme"].lower()]


def _in_pattern(reverse: Reverse) -> bool:
    """Whether the path of a line's section is a pattern."""
    return reverse.section is not None and (reverse.section.key != "<location" or section_pattern(reverse.section))


def _reverses(server: Server) -> list[Reverse]:
    """The ProxyPassReverse lines that may apply in a server: the main server's and its own."""
    lines = server.reverses if server.parent is None else [*server.parent.reverses, *server.reverses]
    return [reverse for reverse in lines if reverse.node.key == "proxypassreverse" and not reverse.in_proxy]


def _url_place(reverse: Reverse) -> Place:
    words = reverse.node.words
    return reverse.node.word_place(words.index(reverse.url)) if reverse.url in words else reverse.node.place


def _members(target: Target, mapping: Mapping) -> Iterable[Target]:
    """The backends behind a target: its own, or its balancer's members."""
    balancer = mapping.worker
    if not isinstance(balancer, Balancer):
        return [target]
    return [member.target for member in balancer.effective_members]


def _http(mapping: Mapping, target: Target) -> bool:
    """Whether a backend behind a target speaks HTTP."""
    return target.scheme in _HTTP or (target.balancer and any(m.scheme in _HTTP for m in _members(target, mapping)))


def _one_file(mapping: Mapping) -> bool:
    return pattern(mapping) is None and re.search(_ONE_FILE, mapping.path) is not None


class _Served:
    """The paths and backends that the ProxyPassReverse lines of a server are meant for."""

    __slots__ = ("anything", "balancers", "hosts", "main", "paths", "urls")

    def __init__(self, server: Server, main: _Served | None = None) -> None:
        lines = [reverse for reverse in server.reverses if reverse.node.key == "proxypassreverse"]
        self.main = main
        self.anything = False
        self.paths = {reverse.path.rstrip("/") for reverse in lines}
        self.urls = [reverse.url for reverse in lines]
        self.hosts: set[str] = set()
        self.balancers: set[str] = set()

    def _read(self) -> None:
        """Read the URLs; only mappings without a line for their path need them."""
        for written in self.urls:
            url = written.partition("|")[2] if written[:5].lower() == "unix:" else written
            match = re.match(_URL, url)
            if match is not None:
                balancer = match["scheme"].lower() == "balancer"
                (self.balancers if balancer else self.hosts).add(match["host"].lower())
            if match is None or "$" in url:
                self.anything = True
        self.urls = []

    def has(self, mapping: Mapping, target: Target) -> bool:
        """Whether a line is, or may be, meant for a mapping."""
        if mapping.path.rstrip("/") in self.paths:
            return True
        if self.urls:
            self._read()
        if self.anything:
            return True
        if target.balancer and target.host in self.balancers:
            return True
        if self.hosts and any(member.host in self.hosts for member in _members(target, mapping)):
            return True
        return self.main is not None and self.main.has(mapping, target)


def _same_path(mapping: Mapping, target: Target) -> bool:
    """Whether backend and client use the same path."""
    regex = pattern(mapping)
    if target.balancer or regex is None:
        return mapping.path.rstrip("/") == target.path.rstrip("/")
    return "$" not in target.text and target.path in ("", "/")


@lru_cache(maxsize=1)
def _preserving(context: Context) -> set[Node | None]:
    """The virtual hosts (None: the main server) that switch ProxyPreserveHost on, at least for a part."""
    nodes = context.configuration.find("proxypreservehost")
    on = [node for node in nodes if node.args.lower().startswith(("on", '"on'))]
    return {node.parent if _of_host(node) else node.inside("<virtualhost") for node in on}


def _of_host(node: Node) -> bool:
    """Whether a line stands directly in a virtual host."""
    return node.parent is not None and node.parent.key == "<virtualhost"


def _preserves(preserving: set[Node | None], server: Server) -> bool:
    """Whether the backends of a server may see the client's own Host."""
    return None in preserving or (server.node is not None and server.node in preserving)


def _edits_location(context: Context) -> bool:
    """Whether a directive may rewrite `Location` headers itself."""
    return any("location" in node.args.lower().split() for node in context.configuration.find("header"))


def _even(mapping: Mapping, target: Target) -> bool:
    """Whether httpd compares the path literally, and path and target end alike; otherwise another rule reports."""
    section = mapping.section
    if section is not None and (section_pattern(section) or section.key != "<location"):
        return False
    if pattern(mapping) is not None or "$" in mapping.path or "?" in target.path or is_wildcard(mapping.path):
        return False
    return mapping.path.endswith("/") == target.path.endswith("/")


def _address(target: Target) -> str:
    port = "" if target.port in (None, _DEFAULT_PORTS[target.scheme]) else f":{target.port}"
    scheme = {"h2": "https", "h2c": "http"}.get(target.scheme, target.scheme)
    return f"{scheme}://{target.host}{port}"


def _right(reverse: Reverse, target: Target, redirect: str, wanted: str) -> bool:
    """Whether a ProxyPassReverse turns, or may turn, a redirect into the wanted one."""
    if "$" in reverse.url or "$" in reverse.path or reverse.url[:9].lower() == "balancer:":
        return True
    if _in_pattern(reverse):
        return True
    if _mapped(reverse.path, reverse.url, redirect) == wanted:
        return True
    return _mapped(reverse.path, _as_asked(reverse.url, target), redirect) == wanted


def _mapped(path: str, url: str, redirect: str) -> str | None:
    """The redirect after a line's path and URL have been applied; None if the line does not match it."""
    part = redirect
    if url.startswith("/"):
        part = "/" + redirect.partition("://")[2].partition("/")[2]
    if url and part.lower().startswith(url.lower()):
        return path + part[len(url) :]
    return None


def _as_asked(url: str, target: Target) -> str:
    """The URL of a ProxyPassReverse, with the scheme and port under which httpd asks the backend."""
    match = re.match(_URL, url)
    if match is None:
        return url
    port = match["port"]
    number = whole_number(port) if port else None
    if number == _DEFAULT_PORTS.get(match["scheme"].lower()):
        number = None
    if match["host"].lower() == target.host and (number is None or target.port in (None, number)):
        return f"{_address(target)}{match['path']}"
    return url


def _comparable(reverse: Reverse, target: Target) -> bool:
    """Whether a ProxyPassReverse is about this backend: it names neither a socket nor another host."""
    if reverse.url.startswith("/"):
        return True
    match = re.match(_URL, reverse.url)
    if match is None or reverse.url[:5].lower() == "unix:":
        return False
    host = match["host"].lower()
    if host != target.host:
        return host in _LOOPBACK and target.host in _LOOPBACK and target.socket is None
    return True
