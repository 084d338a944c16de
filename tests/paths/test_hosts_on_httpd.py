"""Which virtual host answers, held against a real httpd: addresses and names by chance."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.support.paths.compare import serving

pytestmark = pytest.mark.httpd
ADDRESSES = (
    "*:@PORT",
    "*:@PORT",
    "_default_:@PORT",
    "127.0.0.1:@PORT",
    "127.0.0.2:@PORT",
    "*",
    "127.0.0.2",
    "*:*",
)
NAMES = ("a.test", "b.test", "c.test", "d.b.test", "e.c.test")
ALIASES = (*NAMES, "*.test", "*.b.test", "?.test", "A.TEST", "*")


def _host(random: Random, index: int) -> str:
    addresses = " ".join(random.choice(ADDRESSES) for _ in range(random.choice([1, 1, 2])))
    lines = [f"<VirtualHost {addresses}>", f"ServerName {random.choice(NAMES)}"]
    if random.random() < 0.5:
        lines.append(f"ServerAlias {' '.join(random.choice(ALIASES) for _ in range(random.choice([1, 2])))}")
    return "\n".join([*lines, f"Redirect / http://host{index}/", "</VirtualHost>"])


@pytest.mark.parametrize("seed", range(8))
def test_the_same_host_answers(seed: int, httpd: str, tmp_path: Path) -> None:
    random = Random(seed)
    (tmp_path / "files").mkdir()
    hosts = "\n".join(_host(random, index) for index in range(random.randint(1, 9)))
    with serving(httpd, tmp_path, f"Redirect / http://main/\n{hosts}") as server:
        for address in ("127.0.0.1", "127.0.0.2", "127.0.0.3"):
            for name in (*NAMES, "x.test", "127.0.0.1", "other"):
                seen = server.ask("/", name, address=address).location
                answer = server.told("/", name, address=address).answer
                assert answer.target == seen, f"{address} {name}\n{hosts}"
