"""How long something may take."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def seconds(limit: float) -> Iterator[None]:
    """Fail where the body takes more processor time, which a busy machine hardly changes.

    A limit is several times what a slow machine takes, and a small part of what a cost that is not linear would take.
    """
    start = time.process_time()
    yield
    taken = time.process_time() - start
    assert taken < limit, f"took {taken:.1f} s, not less than {limit}"
