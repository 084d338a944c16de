"""What a command that is interrupted says: how far it came, and what it leaves."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Account:
    """Gives account of what is done by now: a sentence without its end."""

    def __init__(self) -> None:
        self.of: Callable[[], str] = lambda: "nothing was done"


UNCHANGED = "the tree is as it was"
UNREPORTED = "nothing was reported"

_STANDING: list[Account] = []
"""The account of a command, if it gives one: it holds from then on to the command's end."""


@contextmanager
def accounted() -> Iterator[Account]:
    """Tell it on standard error where the block is interrupted, once all that it started has ended.

    The block says what to tell (`account.of = …`). SystemExit is how `hpatch.cli.main` has a signal end us.
    """
    account = Account()
    try:
        yield account
    except (KeyboardInterrupt, SystemExit):
        _tell(account)
        _STANDING.clear()
        raise


def begin(account: str | None = None) -> None:
    """A command begins: one that has this to tell up to its first account, or one that has nothing to tell."""
    _STANDING.clear()
    if account is not None:
        standing(lambda: account)


def standing(of: Callable[[], str]) -> None:
    """From now on, what the command tells where nothing else gives account of it: also while it shows its answer."""
    _STANDING[:] = [Account()]
    _STANDING[0].of = of


def tell() -> None:
    """The command was interrupted: tell what stands, if anything gives account of it."""
    for account in _STANDING:
        _tell(account)
    _STANDING.clear()


def _tell(account: Account) -> None:
    from hpatch.report.common.terminal import visible

    print(f"hpatch: interrupted: {visible(account.of())}", file=sys.stderr)
