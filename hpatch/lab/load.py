"""Many requests at once: how many of them ended how."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping

from hpatch.lab.client import PATIENCE, Answer, Script, outcome, talk
from hpatch.lab.model import OUTCOMES, Outcome


def load(
    port: int,
    script: Script | Callable[[int], Script],
    expected: bytes,
    *,
    requests: int,
    clients: int = 4,
    patience: float = PATIENCE,
    narrow: bool = False,
    hear: Callable[[Answer, Outcome], None] = lambda answer, outcome: None,
) -> Mapping[Outcome, int]:
    """Send a script so many times, by so many clients at once; the outcomes that there were, with their counts.

    `script` may be made for each request by its number, from 0. `narrow` is as for `talk`. `hear` is told of each, one
    after another.
    """
    found: Counter[Outcome] = Counter()
    lock = threading.Lock()
    numbers = iter(range(requests))

    def take() -> int | None:
        with lock:
            return next(numbers, None)

    def work() -> None:
        while (number := take()) is not None:
            steps = script(number) if callable(script) else script
            answer = talk(port, steps, patience=patience, narrow=narrow)
            result = outcome(answer, expected)
            with lock:
                found[result] += 1
                hear(answer, result)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(min(clients, requests))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {one: found[one] for one in OUTCOMES if found[one]}


def added(*counts: Mapping[Outcome, int]) -> Mapping[Outcome, int]:
    """Several loads' outcomes together."""
    total: Counter[Outcome] = Counter()
    for one in counts:
        total.update(one)
    return {one: total[one] for one in OUTCOMES if total[one]}
