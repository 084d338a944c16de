"""What a folder stands for, for the language server, with the rules that a test needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from hpatch.conf.load import Options
from hpatch.language.analysis import AnalysisRequest, Find, FoundRoots
from hpatch.language.documents import Document, uri_of
from hpatch.lint import registry, roots
from hpatch.lint.engine.task import LintTask
from hpatch.lint.rule import Rule
from hpatch.lint.settings import Settings


def finder(*codes: str, more: tuple[Rule, ...] = (), settings: Callable[[], Settings] = Settings) -> Find:
    """Finds configurations as `hpatch lint` does, with these rules."""
    task = LintTask(rules=tuple(map(registry.by_code().__getitem__, codes)) + more)

    def find(path: str, texts: Mapping[str, str]) -> FoundRoots:
        found = roots.roots(path, Options(texts=texts))
        return FoundRoots(roots=tuple(found), task=task, settings=settings(), judge=lambda result: result)

    return find


def document(path: Path, text: str, version: int = 1, language: str = "apacheconf") -> Document:
    """A file that is open in an editor with a text."""
    return Document(uri=uri_of(str(path)), path=str(path), language=language, version=version, text=text)


def request(folder: Path | None, *documents: Document, again: bool = False) -> AnalysisRequest:
    """A request for a folder and open documents."""
    return AnalysisRequest(folders=() if folder is None else (str(folder),), documents=documents, again=again)
