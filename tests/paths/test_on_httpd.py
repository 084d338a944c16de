"""What hpatch says of a request, held against a real httpd: configurations and requests by chance."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from hpatch.paths.who import Who
from tests.support.paths.compare import Seen, agree, serving
from tests.support.paths.generate import ASKED, Generator, tree

pytestmark = pytest.mark.httpd
METHODS = ["GET"] * 8 + ["POST", "DELETE"]


def _pairs(httpd: str, folder: Path, seed: int, hosts: int, asks: int) -> Iterator[tuple[str, Who, Seen, bool]]:
    """Requests to virtual hosts of one httpd: the lines and the request, what was said, what was seen, agreement."""
    random = Random(seed)
    generator = Generator(random)
    files = folder / "files"
    files.mkdir()
    tree(files)
    own = generator.own_files(files)
    main = generator.main()
    texts = [generator.server() for _ in range(hosts)]
    whole = "\n".join(
        f"<VirtualHost *:@PORT>\nServerName h{index}.test\n{text}\n</VirtualHost>" for index, text in enumerate(texts)
    )
    with serving(httpd, folder, f"{main}\n{whole}") as server:
        for index, text in enumerate(texts):
            host = f"h{index}.test"
            for _ in range(asks):
                path, method = random.choice(ASKED), random.choice(METHODS)
                headers = generator.headers()
                told = server.told(path, host, method, headers=headers)
                seen = server.ask(path, host, method, headers=headers)
                yield (
                    f"{method} {path} {headers}\n{own}\n--\n{main}\n--\n{text}",
                    told,
                    seen,
                    agree(told, seen, host, server.port),
                )


def _held(httpd: str, folder: Path, seed: int, hosts: int, asks: int) -> tuple[int, int]:
    """How many pairs there were, and how many of them hpatch calls unknown; all others agree."""
    count = unknown = 0
    for what, told, seen, same in _pairs(httpd, folder, seed, hosts, asks):
        count += 1
        if told.answer.kind == "unknown":
            unknown += 1
        else:
            assert same, f"{what}\nsaid: {told.answer}\nseen: {seen}"
    return count, unknown


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_some_pairs_agree(seed: int, httpd: str, tmp_path: Path) -> None:
    count, unknown = _held(httpd, tmp_path, seed, 40, 6)
    assert count == 240
    assert unknown <= count // 20


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(100, 112))
def test_many_pairs_agree(seed: int, httpd: str, tmp_path: Path) -> None:
    """4,800 pairs."""
    count, unknown = _held(httpd, tmp_path, seed, 50, 8)
    assert count == 400
    assert unknown <= count // 20
