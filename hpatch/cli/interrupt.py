"""What a command that is interrupted says: how far it came, and what it leaves."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Account:
    """Gives account of what is done by now: a sentence without its end."""

    def __init__(self) -> None:
        self.of: Callable[[], str] = lambda: "nothing was done"


@contextmanager
def accounted() -> Iterator[Account]:
    """Tell it on standard error where the block is interrupted, once all that it started has ended.

    The block says what to tell (`account.of = …`). SystemExit is how `hpatch.cli.main` has a signal end us.
    """
    account = Account()
    try:
        yield account
    except (KeyboardInterrupt, SystemExit):
        from hpatch.report.common.terminal import visible

        print(f"hpatch: interrupted: {visible(account.of())}", file=sys.stderr)
        raise
