"""The server: messages in, answers out. What takes time is done by a thread (`hpatch.language.worker`)."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Callable, Mapping, Sequence

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

from hpatch import __version__
from hpatch.language import completion, hover, symbols, targets
from hpatch.language.actions import QuickFix, actions
from hpatch.language.analysis import Analysis, AnalysisAnswer, AnalysisRequest, Find, units_of
from hpatch.language.diagnostics import Publication, ShownFinding
from hpatch.language.documents import Document, Documents, path_of, uri_of
from hpatch.language.model import Cursor, asked
from hpatch.language.outline import entry_at
from hpatch.language.positions import NOWHERE, Positions, Ranges
from hpatch.language.targets import Destination
from hpatch.language.worker import AnalysisThread
from hpatch.lint.fixes.edits import TextChange
from hpatch.text import Source

_KINDS = {
    "directive": lsp.CompletionItemKind.Property,
    "section": lsp.CompletionItemKind.Struct,
    "closing": lsp.CompletionItemKind.Struct,
    "parameter": lsp.CompletionItemKind.Field,
    "value": lsp.CompletionItemKind.Value,
    "balancer": lsp.CompletionItemKind.Reference,
    "module": lsp.CompletionItemKind.Module,
    "variable": lsp.CompletionItemKind.Variable,
    "macro": lsp.CompletionItemKind.Function,
    "rule": lsp.CompletionItemKind.EnumMember,
}
_SYMBOLS = {
    "<virtualhost": lsp.SymbolKind.Class,
    "<macro": lsp.SymbolKind.Function,
    "<proxy": lsp.SymbolKind.Interface,
    "include": lsp.SymbolKind.File,
}
_WATCHED = (
    "**/*.conf",
    "**/.htaccess",
    "**/hpatch.toml",
    "**/pyproject.toml",
    "**/envvars",
    "**/*.{ini,service,socket}",
)
"""What may change a result beside the open documents."""


class HpatchServer(LanguageServer):
    """The state of one connection. `find` says which configurations a path stands for, `tell` writes into the log.

    It has `ended` when the client has asked for a shutdown.
    """

    def __init__(self, find: Find, tell: Callable[[str], None]) -> None:
        super().__init__(name="hpatch", version=__version__, text_document_sync_kind=lsp.TextDocumentSyncKind.Full)
        self.documents = Documents()
        self.folders: dict[str, None] = {}
        self.answer: AnalysisAnswer | None = None
        self.shown: Mapping[str, Sequence[ShownFinding]] = {}
        self.versions: Mapping[str, int] = {}
        self.faults: tuple[str, ...] = ()
        self.ended = False
        self.tell = tell
        self.worker = AnalysisThread(Analysis(find, tell), self._deliver, tell)
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def encoding(self) -> str:
        """How the client counts the characters of a line."""
        return str(self.workspace.position_encoding or lsp.PositionEncodingKind.Utf16.value)

    def begin(self) -> None:
        """Start to analyze."""
        self._loop = asyncio.get_running_loop()
        self.worker.start()
        self.ask()

    def ask(self, touched: frozenset[str] = frozenset(), *, again: bool = False) -> None:
        """Let the worker analyze what is there now."""
        self.worker.ask(
            AnalysisRequest(folders=tuple(self.folders), documents=self.documents.all(), touched=touched, again=again)
        )

    def _deliver(self, answer: AnalysisAnswer) -> None:
        """Take an answer, in the worker's thread: it is made ready there, and sent in the thread of the messages."""
        publication = Publication.of(answer, self.encoding)
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._publish, answer, publication)

    def _publish(self, answer: AnalysisAnswer, publication: Publication) -> None:
        """Send what has changed. An answer about texts that are no longer those of the editor is not sent."""
        if answer.request.documents != self.documents.all():
            return
        self.answer = answer
        before, self.shown = self.shown, publication.shown
        opened, self.versions = self.versions, {one.uri: one.version for one in answer.request.documents}
        for uri in dict.fromkeys((*self.versions, *opened, *self.shown, *before)):
            now = [one.diagnostic for one in self.shown.get(uri, ())]
            version = self.versions.get(uri)
            if version != opened.get(uri) or now != [one.diagnostic for one in before.get(uri, ())]:
                self.text_document_publish_diagnostics(
                    lsp.PublishDiagnosticsParams(uri=uri, diagnostics=now, version=version)
                )
        for fault in answer.faults:
            if fault not in self.faults:
                self.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Error, f"hpatch: {fault}"))
        self.faults = answer.faults

    def report_server_error(self, error: Exception, source: object) -> None:
        """Write a fault of a message into the log. It is not shown to the user, who can do nothing about it."""
        self.tell(f"{type(error).__name__}: {error}")

    def asked(self, uri: str, position: lsp.Position) -> tuple[Cursor, Positions] | None:
        """What is to be known of a position; None for a document that is not open."""
        document = self.documents.get(uri)
        if document is None:
            return None
        positions = Positions(document.text, self.encoding)
        offset = positions.offset(position)
        entry = entry_at(document.text, offset)
        return asked(document.path, document.text, offset, entry, self.answer), positions

    def location(self, target: Destination) -> lsp.Location:
        """A place in a file, under the name that the editor has for it."""
        real = os.path.realpath(target.file)
        open_ = (one.uri for one in self.documents.all() if one.path is not None and os.path.realpath(one.path) == real)
        span = NOWHERE if target.place is None else Ranges(self.encoding).of(target.place, target.source)
        return lsp.Location(uri=next(open_, uri_of(target.file)), range=span)


def serve(find: Find, tell: Callable[[str], None]) -> int:
    """Serve one client through standard input and output until it ends the connection; the exit code.

    Nothing else may write on standard output: from there on it is standard error.
    """
    import gc

    stream = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    logging.basicConfig(stream=sys.stderr, level=logging.ERROR, format="hpatch: %(message)s")
    server = make(find, tell)
    gc.collect()
    gc.freeze()
    gc.enable()
    server.start_io(sys.stdin.buffer, stream)
    server.worker.end()
    return 0 if server.ended else 1


def make(find: Find, tell: Callable[[str], None]) -> HpatchServer:
    """A server with all that it can answer."""
    server = HpatchServer(find, tell)
    _lifetime(server)
    _documents(server)
    _questions(server)
    _outlines(server)
    return server


def _lifetime(server: HpatchServer) -> None:
    @server.feature(lsp.INITIALIZE)
    def initialize(params: lsp.InitializeParams) -> None:
        folders = [folder.uri for folder in params.workspace_folders or ()]
        if not folders and params.root_uri:
            folders = [params.root_uri]
        server.folders = {path: None for path in map(path_of, folders) if path is not None}

    @server.feature(lsp.INITIALIZED)
    async def initialized(params: lsp.InitializedParams) -> None:
        server.begin()
        workspace = server.client_capabilities.workspace
        watching = workspace.did_change_watched_files if workspace else None
        if watching is not None and watching.dynamic_registration:
            watchers = [lsp.FileSystemWatcher(glob_pattern=pattern) for pattern in _WATCHED]
            registration = lsp.Registration(
                id="hpatch-files",
                method=lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES,
                register_options=lsp.DidChangeWatchedFilesRegistrationOptions(watchers=watchers),
            )
            try:
                await server.client_register_capability_async(lsp.RegistrationParams(registrations=[registration]))
            except Exception as error:  # the client refuses what it said it can do
                server.tell(f"the client does not watch files: {error}")

    @server.feature(lsp.SHUTDOWN)
    def shut_down(params: None) -> None:
        server.ended = True

    @server.feature(lsp.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def folders(params: lsp.DidChangeWorkspaceFoldersParams) -> None:
        for folder in params.event.removed:
            server.folders.pop(path_of(folder.uri) or "", None)
        for folder in params.event.added:
            path = path_of(folder.uri)
            if path is not None:
                server.folders[path] = None
        server.ask()


def _documents(server: HpatchServer) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: lsp.DidOpenTextDocumentParams) -> None:
        one = params.text_document
        folder = next(iter(server.folders), None)
        server.documents.open(one.uri, one.language_id, one.version, one.text, folder)
        server.ask()

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: lsp.DidChangeTextDocumentParams) -> None:
        uri, version = params.text_document.uri, params.text_document.version
        server.documents.change(uri, version, server.workspace.get_text_document(uri).source)
        server.ask()

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: lsp.DidCloseTextDocumentParams) -> None:
        server.documents.close(params.text_document.uri)
        server.ask()

    @server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: lsp.DidSaveTextDocumentParams) -> None:
        _on_disk(server, [params.text_document.uri], again=False)

    @server.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def watched(params: lsp.DidChangeWatchedFilesParams) -> None:
        came_or_went = any(change.type != lsp.FileChangeType.Changed for change in params.changes)
        _on_disk(server, [change.uri for change in params.changes], again=came_or_went)


def _on_disk(server: HpatchServer, uris: Sequence[str], *, again: bool) -> None:
    """Files have changed on the disk. Those with settings decide about all others."""
    paths = [path for path in map(path_of, uris) if path is not None]
    again = again or any(os.path.basename(path) in ("hpatch.toml", "pyproject.toml", "envvars") for path in paths)  # noqa: PTH119 - text only
    server.ask(frozenset(map(os.path.realpath, paths)), again=again)


def _questions(server: HpatchServer) -> None:
    """What needs the model of a configuration is answered in a thread: of a large one, it takes a while to make."""

    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    async def hovered(params: lsp.HoverParams) -> lsp.Hover | None:
        found = server.asked(params.text_document.uri, params.position)
        if found is None:
            return None
        here, positions = found
        rules = [
            one.finding.rule
            for one in server.shown.get(params.text_document.uri, ())
            if one.finding is not None and _within(params.position, one.diagnostic.range)
        ]
        shown = await asyncio.to_thread(hover.hover, here, rules)
        if shown is None:
            return None
        content = lsp.MarkupContent(kind=lsp.MarkupKind.Markdown, value=shown.text)
        return lsp.Hover(contents=content, range=positions.span(shown.start, shown.end))

    @server.feature(lsp.TEXT_DOCUMENT_DEFINITION)
    async def defined(params: lsp.DefinitionParams) -> list[lsp.Location]:
        return await _locations(server, params.text_document.uri, params.position, targets.definitions)

    @server.feature(lsp.TEXT_DOCUMENT_REFERENCES)
    async def referred(params: lsp.ReferenceParams) -> list[lsp.Location]:
        return await _locations(server, params.text_document.uri, params.position, targets.references)

    options = lsp.CompletionOptions(trigger_characters=["<", "/", "=", "{", " ", "["], resolve_provider=True)

    @server.feature(lsp.TEXT_DOCUMENT_COMPLETION, options)
    async def completed(params: lsp.CompletionParams) -> lsp.CompletionList | None:
        found = server.asked(params.text_document.uri, params.position)
        if found is None:
            return None
        here, positions = found
        if here.entry is None and params.context is not None and params.context.trigger_character == " ":
            return None  # a space that indents a line asks for nothing
        proposed = await asyncio.to_thread(completion.complete, here)
        items = [_item(one, here, positions, number) for number, one in enumerate(proposed)]
        return lsp.CompletionList(is_incomplete=False, items=items)

    @server.feature(lsp.COMPLETION_ITEM_RESOLVE)
    def resolved(item: lsp.CompletionItem) -> lsp.CompletionItem:
        data = item.data
        if isinstance(data, list) and len(data) == 2 and all(isinstance(one, str) for one in data):
            units = server.answer.units if server.answer is not None else ()
            version = units[0].configuration.version if units else None
            text = completion.explained(data[0], data[1], version)
            if text is not None:
                item.documentation = lsp.MarkupContent(kind=lsp.MarkupKind.Markdown, value=text)
        return item

    kinds = lsp.CodeActionOptions(code_action_kinds=[lsp.CodeActionKind.QuickFix])

    @server.feature(lsp.TEXT_DOCUMENT_CODE_ACTION, kinds)
    def acted(params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        return _code_actions(server, params)


async def _locations(
    server: HpatchServer, uri: str, position: lsp.Position, ask: Callable[[Cursor], list[Destination]]
) -> list[lsp.Location]:
    found = server.asked(uri, position)
    return [] if found is None else [server.location(one) for one in await asyncio.to_thread(ask, found[0])]


def _within(position: lsp.Position, span: lsp.Range) -> bool:
    return span.start <= position <= span.end


def _item(one: completion.CompletionEntry, here: Cursor, positions: Positions, number: int) -> lsp.CompletionItem:
    return lsp.CompletionItem(
        label=one.label,
        kind=_KINDS[one.kind],
        filter_text=one.text,
        sort_text=f"{number:05}",
        text_edit=lsp.TextEdit(range=positions.span(one.start, here.offset), new_text=one.text),
        data=[one.kind, one.about] if one.about else None,
    )


def _code_actions(server: HpatchServer, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
    """What can be done about the findings in a range, if the text is still the one that was linted."""
    uri, answer = params.text_document.uri, server.answer
    document = server.documents.get(uri)
    if document is None or answer is None or document not in answer.request.documents:
        return []
    sources: dict[str, Source] = {}
    for unit in units_of(answer, document.path):
        if not unit.configuration.dumped:
            sources.update(unit.configuration.sources)
    made = []
    for shown in server.shown.get(uri, ()):
        span = shown.diagnostic.range
        if span.end < params.range.start or params.range.end < span.start:
            continue
        made += [_code_action(server, one, sources) for one in actions(shown, sources)]
    return made


def _code_action(server: HpatchServer, action: QuickFix, sources: Mapping[str, Source]) -> lsp.CodeAction:
    edits = {
        server.location(Destination(name)).uri: _edits(Positions(sources[name].text, server.encoding), changes)
        for name, changes in action.changes.items()
    }
    return lsp.CodeAction(
        title=action.title,
        kind=lsp.CodeActionKind.QuickFix,
        diagnostics=[action.shown.diagnostic],
        is_preferred=action.preferred or None,
        edit=_workspace_edit(server, edits),
    )


def _edits(positions: Positions, changes: Sequence[TextChange]) -> list[lsp.TextEdit]:
    return [lsp.TextEdit(range=positions.span(one.start, one.end), new_text=one.text) for one in changes]


def _workspace_edit(server: HpatchServer, edits: Mapping[str, Sequence[lsp.TextEdit]]) -> lsp.WorkspaceEdit:
    """Edits of documents with their versions, if the client can: it refuses them if a text has changed meanwhile."""
    workspace = server.client_capabilities.workspace
    able = workspace.workspace_edit if workspace else None
    if able is None or not able.document_changes:
        return lsp.WorkspaceEdit(changes=dict(edits))
    changes = []
    for uri, here in edits.items():
        document = server.documents.get(uri)
        version = None if document is None else document.version
        identifier = lsp.OptionalVersionedTextDocumentIdentifier(uri=uri, version=version)
        changes.append(lsp.TextDocumentEdit(text_document=identifier, edits=list(here)))
    return lsp.WorkspaceEdit(document_changes=changes)


def _outlines(server: HpatchServer) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def symbolized(params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
        document = server.documents.get(params.text_document.uri)
        if document is None:
            return []
        positions = Positions(document.text, server.encoding)
        return [_symbol(one, positions) for one in symbols.symbols(document.text)]

    @server.feature(lsp.TEXT_DOCUMENT_FOLDING_RANGE)
    def folded(params: lsp.FoldingRangeParams) -> list[lsp.FoldingRange]:
        document = server.documents.get(params.text_document.uri)
        return [] if document is None else _folds(document, server.encoding)


def _symbol(symbol: symbols.TextSymbol, positions: Positions) -> lsp.DocumentSymbol:
    return lsp.DocumentSymbol(
        name=symbol.name or symbol.key,
        detail=symbol.detail or None,
        kind=_SYMBOLS.get(symbol.key, lsp.SymbolKind.Namespace if symbol.key[:1] == "<" else lsp.SymbolKind.Property),
        range=positions.span(symbol.start, symbol.end),
        selection_range=positions.span(*symbol.line),
        children=[_symbol(one, positions) for one in symbol.inside] or None,
    )


def _folds(document: Document, encoding: str) -> list[lsp.FoldingRange]:
    positions = Positions(document.text, encoding)
    found = []
    for one in symbols.folds(document.text):
        first, last = positions.position(one.start).line, positions.position(one.end).line
        # The closing line of a section stays in view.
        last -= 0 if one.comment else 1
        if last > first:
            kind = lsp.FoldingRangeKind.Comment if one.comment else lsp.FoldingRangeKind.Region
            found.append(lsp.FoldingRange(start_line=first, end_line=last, kind=kind))
    return found
