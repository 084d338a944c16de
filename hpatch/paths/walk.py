"""One request on its way through httpd's hooks: what is known of it so far."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

from hpatch.paths.facts import Facts
from hpatch.paths.layers import last
from hpatch.paths.mapping import bad_port
from hpatch.paths.model import HookStep, Reply
from hpatch.records import NamedTuple

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.paths.access import Access
    from hpatch.paths.disk import FoundFile
    from hpatch.paths.hosts import ChosenHost, Host
    from hpatch.paths.layers import Layer
    from hpatch.paths.model import ClientRequest, Did, Disk
    from hpatch.paths.site import Site

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


class AnsweredError(Exception):
    """The request is answered."""

    def __init__(self, answer: Reply) -> None:
        super().__init__(answer.text)
        self.answer = answer


class Hooks(NamedTuple):
    """What runs for a request: all up to the handler, and the handler. They end by AnsweredError."""

    look_up: Callable[[RequestWalk], None]
    handle: Callable[[RequestWalk], None]


class RequestWalk:
    """One request on its way. `depth` counts internal redirects, `sub` tells that only the look-up is wanted.

    `uri` is the decoded path, `raw` the path as the client sent it, `filename` the file (`proxy:` and the backend's URL
    for what mod_proxy has taken), `found` the same as httpd finds it on the disk, `walked` the
    sections for it, `alias` the path and the folder of
    the Alias that named it. `handler` is what the configuration names, `forced` the handler that a rewrite rule names,
    `internal` where an internal redirect leads.
    """

    most = 10
    """How many internal redirects httpd follows (LimitInternalRecursion)."""

    def __init__(
        self, site: Site, request: ClientRequest, hooks: Hooks, outer: RequestWalk | None = None, *, sub: bool = False
    ) -> None:
        self.chosen: ChosenHost | None = None if outer is None else outer.chosen
        self.depth: int = 0 if outer is None else outer.depth + 1
        self.hooks = hooks
        self.outer = outer
        self.ended: bool = outer is not None and outer.ended and not sub
        self.sub = sub
        self.site = site
        self.request = request
        self.steps: list[HookStep] = []
        self.layers: list[Layer] = []
        self.walked: list[Layer] = []
        self.access: Access | None = None
        self.unseen: list[str] = []
        self.proxy: tuple[str, Node] | None = None
        self.plain = ""
        self.filename = ""
        self.alias: tuple[str, str] | None = None
        self.script: Node | None = None
        self.found: FoundFile | None = None
        self.uri = ""
        self.raw = request.path
        self.query = request.query
        self.no_proxy: tuple[bool | None, Node | None] = outer.no_proxy if outer is not None and sub else (False, None)
        self.forced: tuple[str, Node] | None = None
        self.handler: tuple[str, Node] | None = None
        self.internal: tuple[str, Node] | None = None
        self.facts = Facts(self)

    # The outcome.

    def looked_up(self) -> Reply | None:
        """What answers before any handler runs; None: a handler has to. Raises UnknownError."""
        try:
            self.hooks.look_up(self)
        except AnsweredError as answered:
            return answered.answer
        return None

    def handled(self) -> Reply:
        """What the handler answers. Raises UnknownError."""
        try:
            self.hooks.handle(self)
        except AnsweredError as answered:
            return answered.answer
        raise AssertionError("every request is answered")

    def inner(self, request: ClientRequest, *, sub: bool = False) -> RequestWalk:
        """Another request that this one leads to: an internal redirect, or a sub-request (`sub`)."""
        return RequestWalk(self.site, request, self.hooks, self, sub=sub)

    # What hooks do.

    def step(self, phase: str, module: str, did: Did, text: str, node: Node | None = None) -> None:
        """Note what a module did."""
        self.steps.append(HookStep(phase=_PHASE[phase], module=module, did=did, text=text, node=node))

    def end(self, answer: Reply) -> NoReturn:
        """Answer the request."""
        raise AnsweredError(answer)

    def status(self, status: int, text: str, node: Node | None = None) -> NoReturn:
        """Answer with a status."""
        self.end(Reply(kind="status", text=text, status=status, node=node))

    def hand_on(self, url: str, node: Node, plain: str | None = None) -> None:
        """Leave the request to mod_proxy. `plain` is the URL before its path is encoded, if that is another one."""
        self.proxy = (url, node)
        self.plain = url if plain is None else plain
        # mod_proxy leaves a URL that it cannot read as it is.
        self.filename = f"proxy:{self.plain if bad_port(url) else url}"

    def inside(self, inner: RequestWalk, found: Reply) -> NoReturn:
        """End with what answers another request for this one."""
        self.steps += inner.steps
        self.layers, self.access = inner.layers, inner.access
        self.unseen += inner.unseen
        self.end(found)

    def unseen_file(self, path: str) -> None:
        """Note that hpatch does not know what is on the disk."""
        self.unseen.append(f'whether "{path}" is a file, a folder or nothing')

    # What hooks ask.

    @property
    def host(self) -> Host:
        """The virtual host, or the main server."""
        assert self.chosen is not None
        return self.chosen.host

    @property
    def disk(self) -> Disk:
        """httpd's disk."""
        return self.site.disk

    @property
    def server_port(self) -> str | None:
        """The port by which httpd names itself (`ap_get_server_port`).

        A sub-request does not know the one that the client named, only that of ServerName.
        """
        if self.setting("usecanonicalname", "off") != "off" or self.setting("usecanonicalphysicalport", "off") != "off":
            return None
        name = self.host.name
        written = "" if name is None else name.node.words[name.word].rpartition(":")[2]
        if not self.sub:
            return str(self.request.port)
        return written if written.isdigit() else "443" if self.request.https else "80"

    @property
    def rest(self) -> str | None:
        """What follows the file in the path (`path_info`); "" before it is found, None if that is not known."""
        found = self.found
        return "" if found is None else None if found.kind is None else found.rest

    def root_line(self) -> Node | None:
        """The DocumentRoot that counts."""
        return last(self.site.sections.defaults(self.host), "documentroot")

    @property
    def root(self) -> str | None:
        """DocumentRoot."""
        node = self.root_line()
        return None if node is None or not node.words else self.path(node.words[0])

    def path(self, path: str) -> str:
        """A path in the configuration, from ServerRoot."""
        if path.startswith("/"):
            return path
        root = self.site.configuration.server_root
        return f"{root.rstrip('/')}/{path}" if root else path

    def url_layers(self) -> list[Layer]:
        """The sections that hold before anything maps the path."""
        layers = [*self.site.sections.defaults(self.host), *self.site.sections.locations(self.host, self.uri)]
        return [*layers, *self.site.sections.conditional(layers, self.facts.holds)]

    def setting(self, key: str, default: str) -> str:
        """A server's setting; the virtual host's own counts, else the main server's."""
        node = last(self.site.sections.defaults(self.host), key)
        return default if node is None or not node.words else node.words[0].lower()

    def own_setting(self, key: str, default: str) -> str:
        """A setting that virtual hosts do not inherit."""
        node = last(self.site.sections.defaults(self.host)[-1:], key)
        return default if node is None or not node.words else node.words[0].lower()
