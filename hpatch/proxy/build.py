"""Build the proxy model by executing mod_proxy's directives in httpd's order, in which `walk` reads them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from hpatch.conf.tree import Configuration, Node
from hpatch.conf.wildcards import is_wildcard
from hpatch.facts.parameters import WORDS
from hpatch.facts.versions import since
from hpatch.proxy.lookup import Among, Lookup
from hpatch.proxy.model import (
    Balancer,
    Definition,
    Mapping,
    MappingKind,
    Param,
    Proxy,
    Refusal,
    Reverse,
    Server,
    Setting,
    Target,
    Worker,
)
from hpatch.proxy.requests import resolve
from hpatch.proxy.target import EXCLUSION, Name, balancer_name, is_balancer, name, parse_parameter
from hpatch.proxy.walk import PROXIES, ProxyLine, Scope, Walk
from hpatch.text import in_bytes
from hpatch.versions import Version

_COPIED = ("proxytimeout", "proxyiobuffersize", "proxyreceivebuffersize")
_MAX_BALANCER = 95
_MAX_FRONT = 63
_NONE: frozenset[str] = frozenset()
_NOTHING: dict[str, Setting] = {}
_HOST_REFERENCE = r"://[^:/]*(?:\$|:[^/]*\$[0-9])"


class _RefusedError(Exception):
    """httpd refuses the line. The arguments are those of `Refusal`; `word` is the index of the refused word."""

    def __init__(self, kind: str, message: str, word: int = -1) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.word = word


def _uri_path(text: str) -> str:
    """The path that APR finds in a mapping's path (`apr_uri_parse`); "" where it could be read as another URI."""
    if text.startswith("//") or (":" in text and not text.startswith("/")):
        return ""
    return re.split("[?#]", text, maxsplit=1)[0]


def _section(scope: Scope) -> str:
    return f"{scope.section.name}>" if scope.section is not None else "a section"


def _cut(name: str, size: int) -> str:
    """The first bytes of a name, without a character that is cut in two: no URL is."""
    if in_bytes(name) <= size:
        return name
    name = name[:size]
    while in_bytes(name) > size:
        name = name[:-1]
    return name


def _check_socket(text: str, word: int) -> None:
    """`ap_proxy_de_socketfy`: what follows the socket must have a scheme."""
    if "|" in text and text[:5].lower() == "unix:" and ":" not in text[text.index("|") + 1 :]:
        raise _RefusedError("url", f'"{text}" is not a worker URL: no scheme follows its socket', word)


def _check_place(line: ProxyLine) -> None:
    """Refuse ProxyPass and ProxyPassReverse in a section where httpd does not allow them."""
    if line.scope.forbidden is not None:
        raise _RefusedError("context", f"{line.node.name} is not allowed in {line.scope.forbidden.name}>")


class _ProxyBuilder:
    """Executes the lines in order.

    `workers` are those of each server and `members` those of each balancer, while they are being defined; `made` has
    the balancers that httpd knows so far, and `copied` the settings of each server that its next workers get.
    """

    def __init__(self, version: Version | None) -> None:
        self.matches = version is None or version >= since("match-workers")
        self.any_host = version is None or version >= since("match-workers-any-host")
        self.longest = 383 if version is None or version >= since("long-worker-names") else 95
        self.workers: defaultdict[Server, Lookup] = defaultdict(Lookup)
        self.members: defaultdict[Balancer, Lookup] = defaultdict(Lookup)
        self.made: set[Balancer] = set()
        self.copied: dict[Server, dict[str, Setting]] = {}
        self.refusals: list[Refusal] = []
        self._actions = {
            "pass": self._pass,
            "member": self._member,
            "set": self._set_parameters,
            "open": self._open,
            "close": self._close,
            "handler": self._handler,
            "rewrite": self._rewrite,
            "reverse": self._reverse,
            "setting": self._setting,
        }

    def run(self, lines: Iterable[ProxyLine]) -> None:
        """Execute all lines. A line that httpd refuses is noted and left out.

        Nothing is noted for a line with an undefined `${…}`, because its value in httpd is not known.
        """
        actions = self._actions
        for line in lines:
            try:
                actions[line.action](line)
            except _RefusedError as refused:
                node = line.node
                if "${" in node.args:
                    continue
                place = node.word_place(refused.word) if refused.word >= 0 else node.place
                self.refusals.append(Refusal(refused.kind, refused.message, node, place))

    # The parts of a line.

    def _target(self, line: ProxyLine, parts: Name) -> Target:
        assert line.target is not None
        text, nth = line.target
        node: Node = line.node
        if nth < 0 and node.parent is not None:
            node, nth = node.parent, 0
        return Target(
            text, parts.scheme, parts.socket, parts.host, parts.port, parts.path, parts.identity, parts.variables,
            node, nth,
        )  # fmt: skip

    def _params(self, line: ProxyLine) -> tuple[Param, ...]:
        """The words of a line that must all be `key=value`."""
        found = []
        for nth, text in line.extras:
            key, value = parse_parameter(text)
            if value is not None:
                found.append(Param(key, value, line.node, nth))
            elif "${" not in text:
                raise _RefusedError("arguments", f'"{text}" is not of the form key=value', nth)
        return tuple(found)

    def _params_and_flags(self, line: ProxyLine) -> tuple[tuple[Param, ...], frozenset[str]]:
        """The words after a mapping's target."""
        params = []
        flags: set[str] | frozenset[str] = _NONE
        node = line.node
        for nth, text in line.extras:
            key, value = parse_parameter(text)
            if value is not None:
                params.append(Param(key, value, node, nth))
            elif key.lower() in WORDS:
                flags = {*flags, key.lower()}
            elif "${" in text:
                continue
            elif line.scope.section is not None and line.target is not None and line.target.text.startswith("/"):
                raise _RefusedError(
                    "location-path", f"{node.name} in {_section(line.scope)} takes no path", line.target.nth
                )
            else:
                raise _RefusedError("arguments", f'"{text}" is not of the form key=value', nth)
        return tuple(params), frozenset(flags)

    # Workers and balancers.

    def _define(
        self,
        line: ProxyLine,
        target: Target,
        parts: Name,
        matching: bool,
        params: tuple[Param, ...] = (),
        balancer: Balancer | None = None,
    ) -> Worker:
        """`ap_proxy_define_worker_ex`: a new worker for a line's target."""
        if parts.refused:
            assert line.target is not None
            kind = "variable" if "%{" in parts.host else "url"
            raise _RefusedError(kind, f'"{target.text}" is not a worker URL: {parts.refused}', line.target.nth)
        server = line.scope.server
        matching = matching and self.matches
        any_host = matching and self.any_host and re.search(_HOST_REFERENCE, target.text) is not None
        worker = Worker(server, target, balancer, matching, any_host)
        worker.name = _cut(worker.name, self.longest)
        worker.definitions.append(Definition(line.node, target, params, True))
        if balancer is None:
            server.workers.append(worker)
            self.workers[server].add(worker)
        else:
            balancer.members.append(worker)
            self.members[balancer].add(worker)
        return worker

    def _share(
        self,
        line: ProxyLine,
        target: Target,
        parts: Name,
        matching: bool,
        params: dict[str, Param],
        balancer: Balancer | None = None,
    ) -> None:
        """The worker of a mapping or member: an existing worker, whose parameters stay, or a new one."""
        server = line.scope.server
        workers = self.workers[server] if balancer is None else self.members[balancer]
        among: Among = "all" if not self.matches else "match" if matching else "prefix"
        found = workers.find(parts.sought, parts.origin, among)
        if found is not None:
            found.definitions.append(Definition(line.node, target, tuple(params.values()), False))
            return
        worker = self._define(line, target, parts, matching, tuple(params.values()), balancer)
        worker.settings = self.copied.get(server, _NOTHING)
        worker.params = params

    def _balancer(self, server: Server, key: str) -> Balancer:
        """The model's balancer of that name, created if there is none."""
        found = server.by_name.get(key)
        if found is None:
            found = Balancer(server, key)
            server.balancers.append(found)
            server.by_name[key] = found
        return found

    def _make_balancer(self, line: ProxyLine, text: str, nth: int, front: str | None = None) -> Balancer:
        """`ap_proxy_define_balancer`, if there is none of that name; `front` is the path of its mapping."""
        key = balancer_name(text)
        if key is None:
            raise _RefusedError("url", f'"{text}" is not a balancer: it has no name', nth)
        if in_bytes(key) > _MAX_BALANCER:
            raise _RefusedError("url", f'"{text}" is not a balancer: its name is too long', nth)
        server = line.scope.server
        if server.by_name.get(key) not in self.made:
            if front is not None and in_bytes(_uri_path(front)) > _MAX_FRONT:
                message = f"the path of a mapping to a balancer must be at most {_MAX_FRONT} bytes long"
                raise _RefusedError("arguments", message)
            self.made.add(self._balancer(server, key))
        return server.by_name[key]

    # Directives.

    def _pass(self, line: ProxyLine) -> None:
        """`add_pass`."""
        _check_place(line)
        node, scope, target = line.node, line.scope, line.target
        params, flags = self._params_and_flags(line) if line.extras else ((), _NONE)
        if target is None:
            raise _RefusedError("arguments", f"{node.name} needs a path and a target here")
        text, nth = target
        if scope.section is not None and line.extras and text.startswith("/"):
            raise _RefusedError("location-path", f"{node.name} in {_section(scope)} takes no path", nth)
        _check_socket(text, nth)
        matching = line.matching or (scope.section is not None and is_wildcard(line.path))
        kind: MappingKind = "ProxyPassMatch" if node.key == "proxypassmatch" else "ProxyPass"
        if text == EXCLUSION:
            self._map(kind, line, None, params, flags, matching)
            return
        parts = name(text, matching)
        built = self._target(line, parts)
        unique = {param.key.lower(): param for param in params} if params else {}
        unique.pop("mapping", None)
        if is_balancer(text):
            balancer = self._make_balancer(line, text, nth, None if matching else line.path)
            balancer.used.append(node)
            balancer.params.update(unique)
        else:
            self._share(line, built, parts, matching, unique)
        self._map(kind, line, built, params, flags, matching)

    def _map(
        self,
        kind: MappingKind,
        line: ProxyLine,
        target: Target | None,
        params: tuple[Param, ...] = (),
        flags: frozenset[str] = frozenset(),
        pattern: bool = False,
    ) -> None:
        server = line.scope.server
        mapping = Mapping(kind, server, line.node, line.path, target, params, flags, line.scope.section, pattern)
        server.mappings.append(mapping)
        if line.action == "pass":
            server.passes.append(mapping)

    def _member(self, line: ProxyLine) -> None:
        """`add_member`."""
        target = line.target
        if target is None:
            inside = line.scope.section is not None and line.scope.section.key in PROXIES
            message = "BalancerMember needs a worker URL" + ("" if inside else " and a balancer here")
            raise _RefusedError("arguments" if inside else "member-context", message)
        params = {param.key.lower(): param for param in self._params(line)}
        _check_socket(*target)
        if balancer_name(line.path) is None:
            raise _RefusedError("member-context", f'"{line.path}" is not a balancer')
        balancer = self._make_balancer(line, line.path, -1)
        balancer.defined.append(line.node)
        parts = name(target.text, False)
        self._share(line, self._target(line, parts), parts, False, params, balancer)

    def _open(self, line: ProxyLine) -> None:
        """The start of `<Proxy>`. httpd executes its content before its own arguments."""
        scope = line.scope
        if scope.limited:
            raise _RefusedError("context", f"{line.node.name}> is not allowed in {_section(scope)}")
        if is_balancer(line.path) and not is_wildcard(line.path) and line.node.key == "<proxy":
            key = balancer_name(line.path)
            if key is not None and in_bytes(key) <= _MAX_BALANCER:
                self._balancer(scope.server, key).defined.append(line.node)

    def _close(self, line: ProxyLine) -> None:
        """The arguments of `<Proxy url key=value>` (`proxysection`)."""
        assert line.target is not None
        text = line.target.text
        if line.matching or is_wildcard(text) or ":" not in text:
            what = "<ProxyMatch>" if line.matching else f'"{text}"'
            raise _RefusedError("arguments", f"{what} takes no parameters", line.extras[0][0])
        self._set(line, True)

    def _set_parameters(self, line: ProxyLine) -> None:
        """`set_proxy_param`."""
        assert line.target is not None
        self._set(line, line.target.nth < 0)

    def _set(self, line: ProxyLine, section: bool) -> None:
        """Set parameters of the worker or balancer that a line names; a section creates it if it does not exist."""
        assert line.target is not None
        text, nth = line.target
        server = line.scope.server
        taken: dict[str, Param]
        if is_balancer(text):
            if not section and server.by_name.get(balancer_name(text) or "") not in self.made:
                raise _RefusedError("undefined", f'no balancer "{text}" is defined above this line', nth)
            balancer = self._make_balancer(line, text, nth)
            if section and line.node.key == "proxyset":
                balancer.defined.append(line.node)
            taken = balancer.params
        else:
            _check_socket(text, nth)
            parts = name(text, False)
            among: Among = "all" if not section or not self.matches else "match" if line.matching else "prefix"
            worker = self.workers[server].find(parts.sought, parts.origin, among)
            if worker is None and not section:
                raise _RefusedError("undefined", f'no worker for "{text}" is defined above this line', nth)
            if worker is None:
                parts = name(text, line.matching)
                worker = self._define(line, self._target(line, parts), parts, line.matching)
            taken = worker.params
        for param in self._params(line):
            taken[param.key.lower()] = param

    def _handler(self, line: ProxyLine) -> None:
        """SetHandler "proxy:…"."""
        assert line.target is not None
        self._map("SetHandler", line, self._target(line, name(line.target.text, False)))

    def _rewrite(self, line: ProxyLine) -> None:
        """RewriteRule … [P]."""
        assert line.target is not None
        self._map("RewriteRule", line, self._target(line, name(line.target.text, False)), pattern=True)

    def _reverse(self, line: ProxyLine) -> None:
        """`add_pass_reverse` and its siblings for cookies."""
        node, scope = line.node, line.scope
        words = node.words
        if node.key != "proxypassreverse":
            if len(words) >= 2:
                scope.server.reverses.append(Reverse(words[0], words[1], node, scope.section))
            return
        _check_place(line)
        two = len(words) > 1 and words[1].lower() != "interpolate"
        if scope.section is None and not two:
            raise _RefusedError("arguments", f"{node.name} needs a path and a URL here")
        if scope.section is not None and two:
            raise _RefusedError("location-path", f"{node.name} in {_section(scope)} takes no path", 0)
        if words:
            path, url = (words[0], words[1]) if scope.section is None else (scope.path, words[0])
            scope.server.reverses.append(Reverse(path, url, node, scope.section))

    def _setting(self, line: ProxyLine) -> None:
        """Any other directive of mod_proxy at the server's level."""
        node, server = line.node, line.scope.server
        setting = Setting(node.name, "".join(node.words[:1]), node)
        server.settings[node.key] = setting
        if node.key in _COPIED:
            self.copied[server] = {**self.copied.get(server, _NOTHING), node.key: setting}


def build(configuration: Configuration) -> Proxy:
    """mod_proxy's model of a configuration. The content of undecided conditional sections counts as read."""
    walk = Walk(Server(None, None))
    builder = _ProxyBuilder(configuration.version)
    builder.run(walk.lines(configuration.nodes))
    resolve(walk.servers, builder.workers, builder.matches)
    return Proxy(walk.servers, builder.refusals)
