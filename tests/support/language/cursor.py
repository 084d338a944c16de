"""A place in a text as the language server sees it, marked by `|`."""

from __future__ import annotations

from hpatch.conf.load import DEFAULTS, Options, load_text
from hpatch.language.analysis import AnalysisAnswer, AnalysisRequest, LintedUnit
from hpatch.language.model import Cursor, asked
from hpatch.language.outline import entry_at
from hpatch.language.texts import DiskTexts, EditorTexts
from hpatch.lint.engine.part import part_of
from hpatch.lint.engine.root import Root
from hpatch.lint.engine.task import LintTask

PATH = "/nowhere/httpd.conf"


def cursor(marked: str, *, path: str = PATH, linted: str | None = None, options: Options = DEFAULTS) -> Cursor:
    """The place of the mark; `linted` is the text that the last run saw, if it is another one."""
    offset = marked.index("|")
    text = marked.replace("|", "", 1)
    root = Root(path, options, configuration=load_text(text if linted is None else linted, options, path))
    assert root.configuration is not None
    unit = LintedUnit(root, root.configuration, part_of(root, LintTask(rules=())), {path: None})
    answer = AnalysisAnswer(
        request=AnalysisRequest(), results=(), units=(unit,), texts=EditorTexts({}, DiskTexts()), faults=()
    )
    return asked(path, text, offset, entry_at(text, offset), answer)
