"""The newest request wins."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from queue import Queue

from hpatch.language.analysis import Analysis, AnalysisAnswer, FoundRoots
from hpatch.language.worker import AnalysisThread
from tests.support.language.finding import document, finder, request

_LONG = 60


def test_what_is_asked_meanwhile_replaces_what_is_being_done(tmp_path: Path) -> None:
    (tmp_path / "httpd.conf").write_text("ServerName a\n")
    started, go_on = threading.Event(), threading.Event()
    plain = finder("MP001")

    def find(path: str, texts: Mapping[str, str]) -> FoundRoots:
        started.set()
        assert go_on.wait(_LONG)
        return plain(path, texts)

    delivered: Queue[AnalysisAnswer] = Queue()
    said: list[str] = []
    worker = AnalysisThread(Analysis(find, said.append), delivered.put, said.append, delay=0)
    worker.start()
    worker.ask(request(tmp_path))
    assert started.wait(_LONG)
    for version in (1, 2, 3):
        worker.ask(request(tmp_path, document(tmp_path / "httpd.conf", "ServerName b\n", version)))
    go_on.set()
    assert delivered.get(timeout=_LONG).request.documents[0].version == 3
    worker.end()
    worker.join(_LONG)
    assert not worker.is_alive()
    assert (delivered.qsize(), said) == (0, [])


def test_a_defect_ends_a_run_and_not_the_thread(tmp_path: Path) -> None:
    (tmp_path / "httpd.conf").write_text("ServerName a\n")
    delivered: Queue[AnalysisAnswer] = Queue()
    told = threading.Event()

    def deliver(answer: AnalysisAnswer) -> None:
        if not told.is_set():
            raise ValueError("a defect")
        delivered.put(answer)

    worker = AnalysisThread(Analysis(finder("MP001"), str), deliver, lambda text: told.set(), delay=0)
    worker.start()
    worker.ask(request(tmp_path))
    assert told.wait(_LONG)
    worker.ask(request(tmp_path))
    assert delivered.get(timeout=_LONG).units
    worker.end()
    worker.join(_LONG)
