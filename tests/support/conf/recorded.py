"""What the reader tells of each file of the corpus, as recorded in `tests/corpus/read`.

`python -m tests.support.conf.recorded` records it anew. Read the difference before you keep it: the comparison with
httpd (`tests/conf/test_oracle.py`) judges the tree, but no program judges places, options and remarks.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hpatch.conf.distribution import DEBIAN
from hpatch.conf.load import DEFAULTS, Options, load
from hpatch.conf.modules import Modules
from hpatch.versions import Version
from tests.support.conf.strategies import ENVIRONMENT
from tests.support.conf.told import told

CORPUS = Path(__file__).parents[2] / "corpus"
RECORDED = CORPUS / "read"
NAMES = sorted(
    str(path.relative_to(CORPUS)) for path in (*CORPUS.glob("*.conf"), *CORPUS.glob("templates/*")) if path.is_file()
)


def views() -> dict[str, Options]:
    """How each file is read: as a main file of which all is known, and as a file of which nothing is known."""
    modules = Modules(Modules.everything().names, complete=True, static=DEBIAN)
    known = Options(
        main=True, defines=(), version=Version(2, 4, 71), modules=modules, environment=ENVIRONMENT, check_files=True
    )
    return {"all is known": known, "nothing is known": DEFAULTS}


def recorded(name: str) -> Path:
    """Where the record of a file is."""
    return RECORDED / f"{name}.txt"


def read(folder: Path, name: str) -> str:
    """What the reader tells of a file of the corpus, which is in this folder."""
    with _inside((folder / name).parent):
        texts = {title: told(load(Path(name).name, options)) for title, options in views().items()}
    if len(set(texts.values())) == 1:
        texts = {" and ".join(texts): texts.popitem()[1]}
    return "\n".join(f"# {title}\n{text}" for title, text in texts.items())


@contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


if __name__ == "__main__":
    for old in RECORDED.rglob("*.txt"):
        old.unlink()
    for each in NAMES:
        recorded(each).parent.mkdir(parents=True, exist_ok=True)
        recorded(each).write_text(read(CORPUS, each))
