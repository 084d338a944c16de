"""A thread that analyzes, so that the server goes on reading messages meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable

from hpatch.language.analysis import Analysis, AnalysisAnswer, AnalysisRequest, SupersededError

DELAY = 0.04
"""How many seconds nothing must have been asked before a run starts: a burst of keys is one change."""


class AnalysisThread(threading.Thread):
    """Runs the newest request and drops the ones before it. `deliver` is called in this thread."""

    def __init__(
        self,
        analysis: Analysis,
        deliver: Callable[[AnalysisAnswer], None],
        tell: Callable[[str], None],
        delay: float = DELAY,
    ) -> None:
        super().__init__(name="analysis", daemon=True)
        self._analysis = analysis
        self._deliver = deliver
        self._tell = tell
        self._delay = delay
        self._changed = threading.Condition()
        self._asked: AnalysisRequest | None = None
        self._count = 0
        self._ended = False

    def ask(self, request: AnalysisRequest) -> None:
        """Analyze this, and nothing that was asked before."""
        with self._changed:
            self._asked = request if self._asked is None else request.after(self._asked)
            self._count += 1
            self._changed.notify()

    def end(self) -> None:
        """Start no further run."""
        with self._changed:
            self._ended = True
            self._count += 1
            self._changed.notify()

    def run(self) -> None:
        """The thread's work."""
        while (taken := self._next()) is not None:
            request, count = taken
            try:
                answer = self._analysis.run(request, lambda count=count: self._check(count))  # type: ignore[misc]
                self._check(count)
                self._deliver(answer)
            except SupersededError:
                self._put_back(request)
            except Exception as error:  # a defect costs this run, not the server
                self._tell(f"internal error: {type(error).__name__}: {error}")

    def _next(self) -> tuple[AnalysisRequest, int] | None:
        """The next request, once no newer one has come for a moment; None at the end."""
        with self._changed:
            while not self._ended:
                if self._asked is None:
                    self._changed.wait()
                    continue
                count = self._count
                self._changed.wait_for(lambda count=count: self._count != count, self._delay)  # type: ignore[misc]
                if self._count == count:
                    request, self._asked = self._asked, None
                    return request, count
            return None

    def _check(self, count: int) -> None:
        if self._count != count:
            raise SupersededError

    def _put_back(self, request: AnalysisRequest) -> None:
        """Let the newer request do what this one was to do."""
        with self._changed:
            if self._asked is not None:
                self._asked = self._asked.after(request)
