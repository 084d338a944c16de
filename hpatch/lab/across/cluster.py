"""Rows on a Dask cluster (extra `hpatch[cluster]`): each of its workers needs this hpatch and the same repository."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any, cast

from hpatch.errors import ToolError

_PATIENCE = 30
"""Seconds that a scheduler may take to answer."""


@contextmanager
def cluster(address: str) -> Iterator[Executor]:
    """The cluster with this scheduler (`tcp://host:8786`), as an executor. Raises ToolError."""
    try:
        import distributed
    except ImportError as error:
        raise ToolError(f"--dask needs Dask, which is not installed ({error}); pip install 'hpatch[cluster]'") from None
    # A scheduler that ends is told of in the table; Dask would add some hundred lines to it.
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        dask: Any = distributed
        client = dask.Client(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ToolError(f"--dask {address}: no scheduler answers there: {error}") from error
    with client:
        # The same row proved again is another proof; a worker that dies with a row may have died of it.
        yield cast(Executor, client.get_executor(pure=False, retries=0))
