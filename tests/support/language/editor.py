"""An editor for the language server: pygls' own client, with its loop in a thread, so that a test is read in order."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

from hpatch.language.documents import uri_of

T = TypeVar("T")
_LONG = 20
"""Seconds after which a server that says nothing is a failure, however busy the machine is."""


class Editor:
    """One connection to `hpatch server`. What the server sends is kept; `seen` is told of it."""

    def __init__(self) -> None:
        self.client = LanguageClient("editor", "1")
        self.shown: dict[str, lsp.PublishDiagnosticsParams] = {}
        self.messages: list[str] = []
        self.watches: list[lsp.Registration] = []
        self._changed = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._versions: dict[str, int] = {}
        self._texts: dict[str, str] = {}

        @self.client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def published(params: lsp.PublishDiagnosticsParams) -> None:
            with self._changed:
                self.shown[params.uri] = params
                self._changed.notify_all()

        @self.client.feature(lsp.WINDOW_SHOW_MESSAGE)
        def told(params: lsp.ShowMessageParams) -> None:
            with self._changed:
                self.messages.append(params.message)
                self._changed.notify_all()

        @self.client.feature(lsp.CLIENT_REGISTER_CAPABILITY)
        def registered(params: lsp.RegistrationParams) -> None:
            self.watches += params.registrations

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something in the client's loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_LONG)

    def _call(self, function: Callable[[], object]) -> None:
        async def call() -> None:
            function()

        self.wait(call())

    def start(
        self, folder: Path | None, *arguments: str, encodings: tuple[str, ...] | None = None
    ) -> lsp.InitializeResult:
        """Start the server for a folder."""
        self.wait(self.client.start_io(sys.executable, "-m", "hpatch", "server", *arguments))
        general = None
        if encodings is not None:
            general = lsp.GeneralClientCapabilities(
                position_encodings=[lsp.PositionEncodingKind(one) for one in encodings]
            )
        workspace = lsp.WorkspaceClientCapabilities(
            did_change_watched_files=lsp.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True),
            workspace_edit=lsp.WorkspaceEditClientCapabilities(document_changes=True),
        )
        folders = [] if folder is None else [lsp.WorkspaceFolder(uri=uri_of(str(folder)), name="folder")]
        params = lsp.InitializeParams(
            capabilities=lsp.ClientCapabilities(general=general, workspace=workspace), workspace_folders=folders
        )
        result = self.wait(self.client.initialize_async(params))
        self._call(lambda: self.client.initialized(lsp.InitializedParams()))
        return result

    def end(self) -> int | None:
        """Shut the server down; its exit code."""
        self.wait(self.client.shutdown_async(None))
        self._call(lambda: self.client.exit(None))
        return self.left()

    def left(self) -> int | None:
        """Wait until the server has ended; its exit code."""
        process = self.client._server
        assert process is not None
        code = self.wait(asyncio.wait_for(process.wait(), _LONG))
        self.wait(self.client.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        return code

    # Documents.

    def open(self, path: Path, text: str | None = None, language: str = "apacheconf") -> str:
        """Open a file, with this text or its own; its URI."""
        content = path.read_bytes().decode("utf-8", "replace") if text is None else text
        return self.begin(uri_of(str(path)), content, language)

    def begin(self, uri: str, content: str, language: str = "apacheconf") -> str:
        """Open a document, perhaps one that is not a file; its URI."""
        self._versions[uri] = 1
        self._texts[uri] = content
        item = lsp.TextDocumentItem(uri=uri, language_id=language, version=1, text=content)
        self._call(lambda: self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(text_document=item)))
        return uri

    def change(self, uri: str, text: str) -> int:
        """Type: the whole text of a document; its new version."""
        self._versions[uri] += 1
        self._texts[uri] = text
        identifier = lsp.VersionedTextDocumentIdentifier(uri=uri, version=self._versions[uri])
        change = lsp.TextDocumentContentChangeWholeDocument(text=text)
        params = lsp.DidChangeTextDocumentParams(text_document=identifier, content_changes=[change])
        self._call(lambda: self.client.text_document_did_change(params))
        return self._versions[uri]

    def text(self, uri: str) -> str:
        """A document's text as it is on the screen."""
        return self._texts[uri]

    def mended(self, uri: str, code: str) -> str:
        """What the text would be with the fix that is offered for the one finding of a rule."""
        (diagnostic,) = [one for one in self.shown[uri].diagnostics if one.code == code]
        context = lsp.CodeActionContext(diagnostics=[diagnostic])
        identifier = lsp.TextDocumentIdentifier(uri=uri)
        params = lsp.CodeActionParams(text_document=identifier, range=diagnostic.range, context=context)
        offered = self.wait(self.client.text_document_code_action_async(params)) or []
        (fix,) = [one for one in offered if isinstance(one, lsp.CodeAction) and one.title.startswith(f"Fix {code}:")]
        assert fix.edit is not None
        assert fix.edit.document_changes is not None
        (change,) = fix.edit.document_changes
        assert isinstance(change, lsp.TextDocumentEdit)
        assert (change.text_document.uri, change.text_document.version) == (uri, self._versions[uri])
        text = self._texts[uri]
        # From the last to the first, so that each still finds its place.
        for edit in sorted(change.edits, key=lambda one: one.range.start, reverse=True):
            assert isinstance(edit, lsp.TextEdit)
            span = (offset_of(text, edit.range.start), offset_of(text, edit.range.end))
            text = text[: span[0]] + edit.new_text + text[span[1] :]
        return text

    def close(self, uri: str) -> None:
        """Close a document."""
        params = lsp.DidCloseTextDocumentParams(text_document=lsp.TextDocumentIdentifier(uri=uri))
        self._call(lambda: self.client.text_document_did_close(params))

    def touch(self, path: Path, kind: lsp.FileChangeType) -> None:
        """Tell that a file on the disk has changed."""
        event = lsp.FileEvent(uri=uri_of(str(path)), type=kind)
        params = lsp.DidChangeWatchedFilesParams(changes=[event])
        self._call(lambda: self.client.workspace_did_change_watched_files(params))

    # What the server says.

    def until(self, wanted: Callable[[], bool]) -> None:
        """Wait until what was sent is as wanted."""
        with self._changed:
            assert self._changed.wait_for(wanted, _LONG), (self.shown, self.messages)

    def diagnostics(self, uri: str, version: int = 1) -> list[lsp.Diagnostic]:
        """The diagnostics of a version of a document."""
        self.until(lambda: uri in self.shown and self.shown[uri].version == version)
        return list(self.shown[uri].diagnostics)

    def codes(self, uri: str) -> set[str]:
        """The codes that are shown now."""
        found = self.shown.get(uri)
        return set() if found is None else {str(one.code) for one in found.diagnostics}


@contextmanager
def editor(folder: Path | None, *arguments: str, encodings: tuple[str, ...] | None = None) -> Iterator[Editor]:
    """An editor with a server for a folder, which ends in order."""
    one = Editor()
    one.start(folder, *arguments, encodings=encodings)
    try:
        yield one
    finally:
        code = one.end()
    assert code == 0


def at(text: str, mark: str, *, after: bool = False) -> lsp.Position:
    """The position of a mark in a text of ASCII; with `after`, that behind it."""
    offset = text.index(mark) + (len(mark) if after else 0)
    line = text.count("\n", 0, offset)
    return lsp.Position(line=line, character=offset - (text.rfind("\n", 0, offset) + 1))


def offset_of(text: str, position: lsp.Position) -> int:
    """The offset of a position in a text, whose characters count in UTF-16."""
    start = 0
    for _ in range(position.line):
        start = text.index("\n", start) + 1
    line = text[start:].partition("\n")[0].encode("utf-16-le")
    return start + len(line[: position.character * 2].decode("utf-16-le"))
