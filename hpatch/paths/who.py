"""Who answers a request: the walk through httpd's hooks in their real order.

httpd: `ap_process_request_internal` (server/request.c). The translate_name hooks run in the order mod_rewrite,
mod_proxy, mod_alias, core, and the first one that takes the request ends the phase. Sections for files do not hold for
what is proxied. In the fixups, the order is mod_rewrite (rules in sections), mod_alias (Redirect in sections), mod_dir.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hpatch.paths import access as accesses
from hpatch.paths import mapping, rewrite, sections, uri
from hpatch.paths.facts import Facts
from hpatch.paths.model import ClientRequest, FileKind, HookStep, Reply, UnknownError

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.paths.access import Access
    from hpatch.paths.hosts import ChosenHost, Host
    from hpatch.paths.model import Did, Disk
    from hpatch.paths.sections import FoundFile, Layer
    from hpatch.paths.site import Site

_MOST = 10
"""How many internal redirects httpd follows (LimitInternalRecursion)."""
_FOR_GET = ("server-status", "server-info", "ldap-status")
"""Handlers that leave other methods than GET to httpd's own."""
_BAD_PORT = r"^(?:[^|]*\|)?[a-z0-9]+://(?:\[[^]]*\]|[^/:?\[]*):[0-9]*[^0-9/?]"
_OTHERS = {
    "cacheenable": "a stored response may answer",
    "mdomain": "a challenge of its own goes first",
    "secruleengine": "its rules may deny",
}
_FOREIGN = ("wsgiscriptalias", "wsgiscriptaliasmatch", "jkmount", "jkmountfile", "jkmountcopy", "jkautoalias")
_LONGEST = 2000
"""The longest path that patterns are held against: httpd ends a match that takes too long, Python does not."""
_KIND = 'whether "{}" is a file, a folder or nothing'
_PHASE = {
    "vhost": "vhost",
    "read": "post_read_request",
    "pre": "pre_translate_name",
    "translate": "translate_name",
    "storage": "map_to_storage",
    "access": "access_checker",
    "fixups": "fixups",
    "handler": "handler",
}


@dataclass(frozen=True)
class Who:
    """What becomes of a request.

    `host` is the virtual host (None if hpatch cannot tell), `steps` what httpd asked, in order, `layers` the sections
    that hold in the end, `access` what the access rules say (None if they were not asked), `page` where the page comes
    from that a local ErrorDocument names for an error.
    """

    request: ClientRequest
    host: ChosenHost | None
    steps: tuple[HookStep, ...]
    layers: tuple[Layer, ...]
    access: Access | None
    answer: Reply
    page: Reply | None = None


def who(site: Site, request: ClientRequest) -> Who:
    """What becomes of a request."""
    walk = _Walk(site, request)
    answer = walk.answer()
    return Who(
        request=request,
        host=walk.chosen,
        steps=tuple(walk.steps),
        layers=tuple(walk.layers),
        access=walk.access,
        answer=answer,
        page=walk.page,
    )


class _AnsweredError(Exception):
    def __init__(self, answer: Reply) -> None:
        super().__init__(answer.text)
        self.answer = answer


class _Walk:
    """One request on its way; `depth` counts internal redirects, `sub` tells that only the look-up is wanted."""

    def __init__(self, site: Site, request: ClientRequest, outer: _Walk | None = None, *, sub: bool = False) -> None:
        self.chosen: ChosenHost | None = None if outer is None else outer.chosen
        self.depth: int = 0 if outer is None else outer.depth + 1
        self.outer = outer
        self.ended: bool = outer is not None and outer.ended
        self.sub = sub
        self.site = site
        self.request = request
        self.steps: list[HookStep] = []
        self.layers: list[Layer] = []
        self.access: Access | None = None
        self.unseen: list[str] = []
        self.page: Reply | None = None
        self.proxy: tuple[str, Node] | None = None
        self.filename = ""
        self.aliased: tuple[str, Node] | None = None
        self.script: Node | None = None
        self.found: FoundFile | None = None
        self.uri = ""
        self.raw = request.path
        self.query = request.query
        self.no_proxy: tuple[bool | None, Node | None] = (False, None)
        self.forced: tuple[str, Node] | None = None
        self.handler: tuple[str, Node] | None = None
        self.internal: tuple[str, Node] | None = None
        self.facts = Facts(self)

    # The outcome.

    def answer(self) -> Reply:
        """What answers."""
        try:
            found = self.looked_up()
            if found is None:
                found = self.handled()
            if found.status is not None and found.status >= 400:
                self._error_document(found.status)
        except RecursionError:
            return Reply(kind="unknown", text="sections are nested too deeply", unseen=tuple(self.unseen))
        except UnknownError as unknown:
            self._step("handler", "hpatch", "unknown", unknown.text, unknown.node)
            return Reply(kind="unknown", text=unknown.text, node=unknown.node, unseen=tuple(self.unseen))
        return replace(found, unseen=tuple(self.unseen))

    def looked_up(self) -> Reply | None:
        """What answers before any handler runs; None: a handler has to. Raises UnknownError."""
        try:
            self._look_up()
        except _AnsweredError as answered:
            return answered.answer
        return None

    def handled(self) -> Reply:
        """What the handler answers. Raises UnknownError."""
        try:
            self._handle()
        except _AnsweredError as answered:
            return answered.answer
        raise AssertionError("every request is answered")

    def _step(self, phase: str, module: str, did: Did, text: str, node: Node | None = None) -> None:
        self.steps.append(HookStep(phase=_PHASE[phase], module=module, did=did, text=text, node=node))

    def _end(self, answer: Reply) -> None:
        raise _AnsweredError(answer)

    def _status(self, status: int, text: str, node: Node | None = None) -> None:
        self._end(Reply(kind="status", text=text, status=status, node=node))

    @property
    def host(self) -> Host:
        assert self.chosen is not None
        return self.chosen.host

    # The hooks.

    def _look_up(self) -> None:
        site, request = self.site, self.request
        if self.chosen is None:
            self.chosen = site.hosts.answering(request.address, request.port, request.host, request.path)
            self._step("vhost", "core", "takes", f"{self.host.title}: {self.chosen.why}", self.chosen.node)
            for one in (*self.chosen.asked, self.host):
                if one.node is not None and one.node.conditions:
                    raise UnknownError(f"hpatch does not know whether httpd reads {one.title}", one.node)
            self._others()
            if self.chosen.refused:
                self._status(400, "StrictHostCheck refuses a name that no virtual host has")
        if not accesses.knows(request.method):
            raise UnknownError(f'hpatch does not know the method "{request.method}"')
        if len(request.path) > _LONGEST:
            raise UnknownError(f"the path is longer than {_LONGEST} characters")
        try:
            self._translate()
        except uri.RefusedError as refused:
            self._status(refused.status, refused.text)
        self._storage()
        self._check()
        self._fixups()

    def _others(self) -> None:
        """What may answer or deny besides, and is not followed here."""
        if not self.site.configuration.main:
            self.unseen.append("the main server: this is a part of a configuration")
        for layer in self.site.sections.defaults(self.host):
            for node in layer.lines:
                what = _OTHERS.get(node.key)
                if what is not None and [word.lower() for word in node.words[:1]] != ["off"]:
                    self.unseen.append(f'"{node.name} {node.args}": {what}')

    def _foreign(self) -> None:
        """Modules that take requests by themselves, after mod_proxy."""
        for node, _ in sections.lines(self.site.sections.defaults(self.host), *_FOREIGN):
            words = node.words
            if node.key.startswith("jk") or not words or mapping.prefixes(words[0], self.uri) is not False:
                raise UnknownError(f'"{node.name} {node.args}" may answer', node)

    def _url_layers(self) -> list[Layer]:
        """The sections that hold before anything maps the path."""
        layers = [*self.site.sections.defaults(self.host), *self.site.sections.locations(self.host, self.uri)]
        return [*layers, *self.site.sections.conditional(layers, self.facts.holds)]

    def _setting(self, key: str, default: str) -> str:
        """A server's setting; the virtual host's own counts, else the main server's."""
        node = sections.last(self.site.sections.defaults(self.host), key)
        return default if node is None or not node.words else node.words[0].lower()

    def _own_setting(self, key: str, default: str) -> str:
        """A setting that virtual hosts do not inherit."""
        node = sections.last(self.site.sections.defaults(self.host)[-1:], key)
        return default if node is None or not node.words else node.words[0].lower()

    def _translate(self) -> None:
        merge = self._setting("mergeslashes", "on") != "off"
        # A path that begins with several slashes would be read as a host; httpd drops all but one (ap_parse_uri).
        self.raw = "/" + self.request.path.lstrip("/") if self.request.path.startswith("/") else self.request.path
        self.uri = uri.normalized(self.raw, merge=merge)
        self._variables()
        self.layers = self._url_layers()
        if self._proxied(before=True):
            # The path stays encoded, but the rules still run, over the backend's URL.
            before = self.uri
            if (self._rewritten() and not self.filename.startswith("proxy:")) or self.uri != before:
                raise UnknownError("a rewrite rule changes what a ProxyPass with mapping= has taken")
            return
        slashes = self._own_setting("allowencodedslashes", "off")
        if slashes not in ("off", "on", "nodecode"):
            slashes = "off"
        self.uri = uri.decoded(self.uri, slashes)  # type: ignore[arg-type]  # one of the three
        self.layers = self._url_layers()
        self._map()

    def _map(self) -> None:
        """The translate_name hooks."""
        if self._rewritten():
            return
        if not self.uri.startswith("/"):
            self._status(400, f'a rewrite rule makes "{self.uri}" of the path, which is no path')
        if self._proxied(before=False):
            return
        self._foreign()
        if self._redirected("translate") or self._aliased():
            return
        self._user_folders()
        path = self.uri
        root = self.root
        if root is None:
            raise UnknownError("no DocumentRoot is set: the one that is built into httpd counts")
        self.filename = root.rstrip("/") + "/" + path.lstrip("/")
        self._step("translate", "core", "takes", f'the path below DocumentRoot: "{self.filename}"', self._root_line())

    def _root_line(self) -> Node | None:
        return sections.last(self.site.sections.defaults(self.host), "documentroot")

    @property
    def disk(self) -> Disk:
        """httpd's disk."""
        return self.site.disk

    @property
    def root(self) -> str | None:
        """DocumentRoot."""
        node = self._root_line()
        return None if node is None or not node.words else self._path(node.words[0])

    def _path(self, path: str) -> str:
        """A path in the configuration, from ServerRoot."""
        if path.startswith("/"):
            return path
        root = self.site.configuration.server_root
        return f"{root.rstrip('/')}/{path}" if root else path

    def _variables(self) -> None:
        """What SetEnvIf and its kin set before anything is mapped, for `no-proxy`."""
        for node, sure in sections.lines(
            self.site.sections.defaults(self.host), "setenvif", "setenvifnocase", "browsermatch", "browsermatchnocase",
            "setenvifexpr",
        ):  # fmt: skip
            sets = [word for word in node.words if word.lower().lstrip("!").partition("=")[0] == "no-proxy"]
            if not sets:
                continue
            holds = self.facts.set_if(node, self.request.path) if sure else None
            if holds is False:
                continue
            self.no_proxy = (None if holds is None else not sets[-1].startswith("!"), node)

    def _proxied(self, *, before: bool) -> bool:
        """mod_proxy's hooks: before the path is decoded, those with `mapping=`, after it the others."""
        site = self.site
        phase = "pre" if before else "translate"
        raw = self.uri if before else self.raw
        asked: list[Node] = []
        inside = [
            (one, layer.holds)
            for layer in self.layers
            if layer.node is not None and layer.node.key in sections.LOCATIONS
            for one in site.located(layer.node)
        ]
        one = None
        if inside:
            one, holds = inside[-1]
            if holds is not True:
                raise UnknownError("hpatch does not know whether the section around this ProxyPass holds", one.node)
        for each in [*([one] if one is not None else []), *site.passes(self.host)]:
            encoded = any(param.key.lower() == "mapping" for param in each.params)
            if encoded is not before:
                continue
            result = mapping.proxied(each, self.uri, raw)
            if result is None:
                asked.append(each.node)
                continue
            if self.no_proxy[0] is None:
                raise UnknownError("no-proxy depends on the request", self.no_proxy[1])
            if self.no_proxy[0]:
                self._step(phase, "mod_proxy", "declines", "no-proxy is set", self.no_proxy[1])
                return False
            if result.url is None:
                text = f'"{each.node.name} {each.node.args}" leaves the path out of mod_proxy\'s mappings'
                self._step(phase, "mod_proxy", "declines", text, each.node)
                return False
            text = f'"{each.node.name} {each.node.args}" takes it'
            self._step(phase, "mod_proxy", "takes", text, each.node)
            kept = self._own_setting("allowencodedslashes", "off") == "nodecode"
            self._hand_on(result.url.replace("%252F", "%2F") if kept else result.url, each.node)
            return True
        if asked:
            count = "1 mapping" if len(asked) == 1 else f"{len(asked)} mappings"
            self._step(phase, "mod_proxy", "declines", f"the path matches none of its {count}", asked[0])
        return False

    def _hand_on(self, url: str, node: Node) -> None:
        self.proxy = (url, node)
        self.filename = f"proxy:{url}"

    def _rewritten(self) -> bool:
        """mod_rewrite's rules of the server."""
        if self.ended or not rewrite.on(self.layers):
            return False
        rules = rewrite.of_server(self.site.sections.of(self.host))
        if not rules.rules:
            return False
        result = rules.run(self.filename or self.uri, self.query, self.facts)
        self._ran("translate", result)
        if not result.steps:
            text = "the path matches none of its rules"
            self._step("translate", "mod_rewrite", "declines", text, rules.rules[0].node)
        if result.passed:
            self.uri = result.uri
        if result.proxy is not None:
            self._hand_on(*result.proxy)
            return True
        if result.file is not None:
            self._rewritten_file(result.file)
            return True
        return False

    def _ran(self, phase: str, result: rewrite.Rewritten) -> None:
        """What rules did, as steps. Ends the walk if they answer."""
        for node, text in result.steps:
            self._step(phase, "mod_rewrite", "changes", text, node)
        self.ended = self.ended or result.ended
        self.query = result.query
        for text, node in result.sets:
            if text.lstrip("!").partition(":")[0] == "no-proxy":
                self.no_proxy = (not text.startswith("!"), node)
        self.forced = result.handler or self.forced
        if result.answer is not None:
            self._end(result.answer)

    def _rewritten_file(self, file: tuple[str, Node, str]) -> None:
        """A rule that names a file, or a path below DocumentRoot: httpd looks whether its first folder exists."""
        text, node, written = file
        first = "/" + text.lstrip("/").partition("/")[0]
        root = self.root
        if root is None:
            raise UnknownError("no DocumentRoot is set: the one that is built into httpd counts")
        kind = self.disk.kind(first)
        itself = written.startswith(first) or text.startswith(root)
        if kind is None and itself and not text.startswith(root):
            self.unseen.append(f'whether this machine has "{first}": the rule then names a file outside DocumentRoot')
        whole = text.startswith(root) if kind is None else itself and kind is not FileKind.NOTHING
        self.filename = text if whole else root.rstrip("/") + text
        self._step("translate", "mod_rewrite", "takes", f'its rule names the file "{self.filename}"', node)

    def _redirected(self, phase: str) -> bool:
        """mod_alias' redirections: in `translate` those of the server, in `fixups` those of sections."""
        found: list[tuple[mapping.Redirect, bool]] = []
        every = mapping.of(self.layers, *mapping.REDIRECTS)
        read = [(one, sure) for node, sure in every if (one := mapping.redirect(node)) is not None]
        inside = [(one, sure) for one, sure in read if _in_section(one.node)]
        whole = [(one, sure) for one, sure in inside if one.path is None]
        found += sorted(whole, key=lambda pair: -self._order(pair[0].node))[:1]
        if phase == "translate":
            found += [(one, sure) for one, sure in read if not _in_section(one.node)]
        else:
            found += [(one, sure) for one, sure in inside if one.path is not None]
        asked = None
        for one, sure in found:
            target = one.maps(self.uri)
            if target is None:
                asked = one.node
                continue
            if not sure:
                raise UnknownError(f'hpatch does not know whether "{one.node.name} {one.node.args}" counts', one.node)
            text = f'"{one.node.name} {one.node.args}" takes it'
            self._step(phase, "mod_alias", "takes", text, one.node)
            if one.target is None or not 300 <= one.status < 400:
                self._status(one.status, text, one.node)
            if self.query is not None and "?" not in target:
                target = f"{target}?{self.query}"
            self._end(Reply(kind="redirect", text=text, target=target, status=one.status, node=one.node))
        if asked is not None:
            self._step(phase, "mod_alias", "declines", "the path matches none of its redirections", asked)
        return False

    def _order(self, node: Node) -> int:
        """Where a line's section stands in the order of merging."""
        for index, layer in enumerate(self.layers):
            if node in layer.lines:
                return index
        return -1

    def _aliased(self) -> bool:
        """mod_alias' aliases."""
        asked = None
        every = [(mapping.alias(node), sure) for node, sure in mapping.of(self.layers, *mapping.ALIASES)]
        inside = [(one, sure) for one, sure in every if one is not None and one.path is None]
        whole = sorted(inside, key=lambda pair: -self._order(pair[0].node))[:1]
        for one, sure in [*whole, *((one, sure) for one, sure in every if one is not None and one.path is not None)]:
            target = one.maps(self.uri)
            if target is None:
                asked = one.node
                continue
            if not sure:
                raise UnknownError(f'hpatch does not know whether "{one.node.name} {one.node.args}" counts', one.node)
            self.filename = self._path(target)
            self.script = one.node if one.script else None
            text = f'"{one.node.name} {one.node.args}" takes it: "{self.filename}"'
            self._step("translate", "mod_alias", "takes", text, one.node)
            return True
        if asked is not None:
            self._step("translate", "mod_alias", "declines", "the path matches none of its aliases", asked)
        return False

    def _user_folders(self) -> None:
        """mod_userdir and mod_vhost_alias, which name files by the request."""
        defaults = self.site.sections.defaults(self.host)
        for node, _ in sections.lines(defaults, "virtualdocumentroot", "virtualscriptalias", "virtualdocumentrootip"):
            if node.words[:1] != ["none"]:
                raise UnknownError(f'"{node.name} {node.args}" names the file by the request', node)
        if self.uri.startswith("/~") and len(self.uri) > 2:
            for node, _ in sections.lines(defaults, "userdir"):
                if node.words[:1] != ["disabled"]:
                    raise UnknownError(f'"{node.name} {node.args}" names the file by the user', node)

    def _storage(self) -> None:
        """map_to_storage: which sections hold."""
        site = self.site
        defaults = site.sections.defaults(self.host)
        if self.proxy is not None:
            layers = [*defaults, *site.sections.proxies(self.host, self.proxy[0])]
        else:
            self.found = sections.find(site.disk, self.filename)
            self.filename = self.found.path
            layers = [*defaults, *site.sections.directories(self.host, self.found)]
            self._htaccess(layers, self.found)
        layers += site.sections.locations(self.host, self.uri)
        self.layers = [*layers, *site.sections.conditional(layers, self.facts.holds)]

    def _htaccess(self, layers: list[Layer], found: FoundFile) -> None:
        """.htaccess files, which hpatch does not read."""
        allowed = sections.last(layers, "allowoverride", "allowoverridelist")
        if allowed is None or [word.lower() for word in allowed.words] == ["none"]:
            return
        parts = found.path.strip("/").split("/")
        folders = ["/" + "/".join(parts[:count]) for count in range(len(parts) + (found.kind is FileKind.FOLDER))]
        names = [name.rstrip("/") + "/.htaccess" for name in folders]
        kinds = [site_kind for name in names if (site_kind := self.disk.kind(name)) is not FileKind.NOTHING]
        if FileKind.FILE in kinds:
            raise UnknownError(f'a .htaccess file counts, by "{allowed.name} {allowed.args}"', allowed)
        if kinds:
            self.unseen.append(f'.htaccess files, which "{allowed.name} {allowed.args}" lets count')

    def _check(self) -> None:
        """The access rules. In a sub-request with the same sections they are not asked again."""
        if self.sub and self.outer is not None and _nodes(self.layers) == _nodes(self.outer.layers):
            self.access = self.outer.access
            return
        self.access = accesses.access(self.layers, self.request, self.facts.holds)
        accesses.require_unknown(self.access)
        if self.access.status is not None:
            self._step("access", "mod_authz_core", "denies", self.access.text, self.access.node)
            self._status(self.access.status, self.access.text, self.access.node)
        self._step("access", "mod_authz_core", "allows", self.access.text, self.access.node)

    # Fixups and handlers.

    def _fixups(self) -> None:
        self.handler = self._handler()
        rules = rewrite.of_sections(self.layers)
        if rules is not None and not self.ended:
            self._rewritten_inside(rules)
        self._redirected("fixups")
        if self.found is not None:
            self._folder(self.found)

    def _rewritten_inside(self, rules: rewrite.RuleList) -> None:
        """mod_rewrite's rules of sections."""
        found = self.found
        filename = self.filename if found is None else found.path
        if found is not None and found.kind is None and rules.rules and not rules.section_is_location:
            self.unseen.append(_KIND.format(found.path))
        if found is not None and found.kind is FileKind.FOLDER and f"{found.path}/" == rules.folder:
            return
        if _options(self.layers).isdisjoint(("followsymlinks", "symlinksifownermatch")):
            text = "rewrite rules in a section need Options FollowSymLinks or SymLinksIfOwnerMatch"
            self._status(403, text, rules.section)
        rest = "" if found is None else found.rest
        result = rules.run_inside(self.uri, self.query, self.facts, filename, rest, self.root)
        self._ran("fixups", result)
        if result.proxy is not None:
            self.proxy = result.proxy
        elif result.file is not None:
            self.internal = result.file[:2]

    def _handler(self) -> tuple[str, Node] | None:
        """The handler that the configuration names."""
        handler = mapping.handler(self.layers)
        if handler is not None or self.found is None:
            return handler
        if self.script is not None:
            return "cgi-script", self.script
        if self.found.kind is FileKind.FOLDER:
            return None
        return mapping.added_handler(self.layers, self.found.path.rpartition("/")[2])

    def _folder(self, found: FoundFile) -> None:
        """mod_dir."""
        if self.site.has_module("dir") is False:
            return
        if found.kind is FileKind.NOTHING and self.handler is None and self.internal is None and self.proxy is None:
            self._fallback()
        if found.kind is not FileKind.FOLDER or found.rest:
            return
        if not self.uri.endswith("/"):
            slash = sections.last(self.layers, "directoryslash")
            if slash is not None and slash.words[:1] and slash.words[0].lower() == "off":
                return
            target = uri.encoded(self.uri) + "/" + ("" if self.query is None else f"?{self.query}")
            text = f'"{found.path}" is a folder, and the path has no slash at its end'
            self._step("fixups", "mod_dir", "takes", text, slash)
            self._end(Reply(kind="redirect", text=text, target=target, status=301, node=slash))
        checks = sections.last(self.layers, "directorycheckhandler")
        if self.internal is None and (self.handler is None or checks is None or checks.words[:1] != ["on"]):
            self._index()

    def _index(self) -> None:
        """DirectoryIndex."""
        names: list[str] = []
        line: Node | None = None
        for node, sure in sections.lines(self.layers, "directoryindex"):
            if not sure:
                raise UnknownError(f'hpatch does not know whether "{node.name} {node.args}" counts', node)
            if line is None or line.parent is not node.parent:
                names = []
            words = node.words
            disabled = len(words) == 1 and words[0].lower() == "disabled"
            names, line = ([] if disabled else [*names, *words]), node
        if line is None:
            names = ["index.html"]
        failed: int | None = None
        for name in names:
            found = self._try(name, line, "DirectoryIndex")
            if found == 200:
                return
            if found is not None and len(names) == 1 and found == 401:
                self._status(found, f'access to the DirectoryIndex "{name}"', line)
            failed = found or failed
        if failed is not None:
            self._status(failed, "no DirectoryIndex may be used", line)

    def _fallback(self) -> None:
        """FallbackResource, where there is no such file."""
        node = sections.last(self.layers, "fallbackresource")
        if node is None or (node.words or ["disabled"])[0].lower() == "disabled":
            return
        failed = self._try(node.words[0], node, "FallbackResource")
        if failed not in (None, 200):
            self._status(failed, "the FallbackResource may not be used", node)

    def _try(self, name: str, node: Node | None, what: str) -> int | None:
        """A sub-request of mod_dir: 200 if a file or mod_proxy would answer it, which the request then goes on with.

        Otherwise the status of an error, None for what is not found.
        """
        if self.depth > _MOST:
            self._status(500, "httpd follows no more than 10 internal redirects", node)
        path = name if name.startswith("/") else uri.encoded(self.uri.rpartition("/")[0]) + "/" + name
        before, mark, query = path.partition("?")
        request = replace(self.request, path=before, query=query if mark else self.query, method="GET")
        inner = _Walk(self.site, request, self, sub=True)
        found = inner.looked_up()
        if found is None and (
            inner.proxy is not None or (inner.found is not None and inner.found.kind is FileKind.FILE)
        ):
            self._step("fixups", "mod_dir", "changes", f'{what} asks "{path}"', node)
            self._adopt(inner)
            return 200
        if found is not None and found.kind == "redirect":
            if what == "FallbackResource":
                raise UnknownError(f'{what} "{path}" leads to a redirection', node)
            self._inside(inner, found)
        self._step("fixups", "mod_dir", "declines", f'{what} "{path}": nothing answers there', node)
        return None if found is None or found.status in (None, 200, 404) else found.status

    def _adopt(self, inner: _Walk) -> None:
        """Go on with what a sub-request has found (`ap_internal_fast_redirect`)."""
        self.steps += inner.steps
        self.unseen += inner.unseen
        self.uri, self.query, self.filename = inner.uri, inner.query, inner.filename
        self.layers, self.access, self.found, self.proxy = inner.layers, inner.access, inner.found, inner.proxy
        self.handler, self.forced, self.internal = inner.handler, inner.forced, inner.internal

    def _inside(self, inner: _Walk, found: Reply) -> None:
        """End with what answers another request for this one."""
        self.steps += inner.steps
        self.layers, self.access = inner.layers, inner.access
        self.unseen += inner.unseen
        self._end(found)

    def _handle(self) -> None:
        if self.proxy is not None:
            url, node = self.proxy
            self._by_proxy(url, node, f'"{node.name} {node.args}" hands it to mod_proxy')
        if self.internal is not None:
            self._again(*self.internal)
        found = self.found
        assert found is not None
        handler = self.forced or self.handler
        if handler is not None and not (handler[0] in _FOR_GET and self.request.method != "GET"):
            self._by_handler(handler, found)
        self._file(found)

    def _by_proxy(self, url: str, node: Node, text: str) -> None:
        if re.search(_BAD_PORT, url):
            whole = self.query is not None and any(word.lower() == "nocanon" for word in node.words)
            self._status(
                400 if whole else 500, f'"{url}" has no valid port: a slash is missing at the end of the target', node
            )
        if self.query is not None:
            url = f"{url}{'&' if '?' in url else '?'}{self.query}"
        self._end(Reply(kind="proxy", text=text, target=url, node=node))

    def _again(self, path: str, node: Node) -> None:
        """An internal redirect: the request goes through all hooks again with another path."""
        if self.depth >= _MOST:
            self._status(500, "httpd follows no more than 10 internal redirects", node)
        self._step("handler", "mod_rewrite", "changes", f'asks "{path}" anew', node)
        inner = _Walk(self.site, replace(self.request, path=path, query=self.query), self)
        found = inner.looked_up()
        self._inside(inner, inner.handled() if found is None else found)

    def _by_handler(self, handler: tuple[str, Node], found: FoundFile) -> None:
        name, node = handler
        if name.lower() in ("default-handler", "httpd/unix-directory"):
            return
        text = f'"{node.name} {node.args}" names the handler'
        if found.kind is None:
            self.unseen.append(_KIND.format(found.path))
        if name.startswith("proxy:"):
            self._by_proxy(mapping.url(name[6:] + found.path), node, text)
        if name.lower() in ("cgi-script", "fcgid-script", "wsgi-script"):
            if found.kind is FileKind.NOTHING:
                self._status(404, f'there is no "{found.path}"', node)
            self._end(Reply(kind="script", text=text, target=found.path, node=node))
        self._end(Reply(kind="handler", text=text, target=name.lower(), node=node))

    def _file(self, found: FoundFile) -> None:
        """mod_autoindex, and httpd's own handler."""
        method = "GET" if self.request.method == "HEAD" else self.request.method
        index = self.site.has_module("autoindex")
        if found.kind is FileKind.FOLDER and index is None:
            raise UnknownError(f'whether httpd has mod_autoindex, which lists the folder "{found.path}"')
        if found.kind is FileKind.FOLDER and index and method == "GET" and self.handler is None:
            if "indexes" in _options(self.layers):
                self._end(Reply(kind="handler", text="mod_autoindex lists the folder", target="httpd/unix-directory"))
            self._status(403, f'"{found.path}" is a folder without an index, and Options has no Indexes')
        if method == "OPTIONS":
            self._status(200, "httpd answers OPTIONS itself")
        dav = sections.last(self.layers, "dav")
        if dav is not None and method != "GET" and [word.lower() for word in dav.words[:1]] != ["off"]:
            raise UnknownError(f'"{dav.name} {dav.args}" answers "{method}"', dav)
        if method not in ("GET", "POST"):
            self._status(405, f'httpd serves no files to "{method}"')
        if found.kind is FileKind.NOTHING:
            self._lenient(found)
            self._status(404, f'there is no "{found.path}"')
        if found.kind is FileKind.FOLDER:
            self._status(404, f'"{found.path}" is a folder, and nothing lists it')
        if found.rest:
            node = sections.last(self.layers, "acceptpathinfo")
            if node is None or (node.words or [""])[0].lower() != "on":
                self._status(404, f'"{found.path}" is a file, and more of the path follows', node)
        if found.kind is None:
            self.unseen.append(_KIND.format(found.path))
            if sections.last(self.layers, "fallbackresource") is not None:
                self.unseen.append("FallbackResource answers if it is nothing")
        self._end(Reply(kind="file", text=f'the file "{found.path}"', target=found.path))

    def _lenient(self, found: FoundFile) -> None:
        """Modules that serve another file than the one that was asked for."""
        if "multiviews" in _options(self.layers):
            raise UnknownError(f'Options MultiViews may find another file for "{found.path}"')
        spelling = sections.last(self.layers, "checkspelling")
        if spelling is not None and [word.lower() for word in spelling.words[:1]] == ["on"]:
            raise UnknownError(f'CheckSpelling may find another file for "{found.path}"', spelling)

    def _error_document(self, status: int) -> None:
        """The page for an error, as a step."""
        try:
            page: tuple[str, Node] | None = None
            for node, _ in sections.lines(self.layers, "errordocument"):
                words = node.words
                if len(words) > 1 and words[0] == str(status):
                    page = (words[1], node)
        except UnknownError:
            return
        if page is None or not page[0].startswith("/"):
            return
        inner = _Walk(self.site, replace(self.request, path=page[0], query=None, method="GET"), self)
        try:
            found = inner.looked_up() or inner.handled()
        except UnknownError as unknown:
            found = Reply(kind="unknown", text=unknown.text)
        self.page = found
        text = f'ErrorDocument {status} "{page[0]}": the page comes from {described(found)}'
        self._step("handler", "core", "unknown" if found.kind == "unknown" else "changes", text, page[1])


def _nodes(layers: list[Layer]) -> list[int]:
    return [id(layer.node) for layer in layers]


def _in_section(node: Node) -> bool:
    return node.parent is not None and node.parent.key != "<virtualhost"


def _options(layers: list[Layer]) -> set[str]:
    """The words of Options that count, in lower case. Raises UnknownError."""
    found = {"followsymlinks"}
    for node, sure in sections.lines(layers, "options"):
        if not sure:
            raise UnknownError(f'hpatch does not know whether "{node.name} {node.args}" counts', node)
        words = [word.lower() for word in node.words]
        if all(word[:1] in "+-" for word in words):
            for word in words:
                (found.add if word[0] == "+" else found.discard)(word[1:])
        else:
            found = {word for word in words if word != "none"}
        if "all" in found:
            found |= {"indexes", "includes", "followsymlinks", "execcgi"}
    return found


def described(answer: Reply) -> str:
    """An answer in a few words."""
    if answer.kind == "proxy":
        return f'the backend "{answer.target}"'
    if answer.kind in ("file", "script"):
        return f'the {answer.kind} "{answer.target}"'
    if answer.kind == "redirect":
        return f'a redirection ({answer.status}) to "{answer.target}"'
    if answer.kind == "status":
        return f"httpd itself, with status {answer.status}"
    if answer.kind == "handler":
        return f'the handler "{answer.target}"'
    return "hpatch does not know what"
