"""The reader held against uWSGI itself: `--show-config` prints the options as uWSGI holds them."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from hpatch.backends.uwsgi.model import Option
from hpatch.backends.uwsgi.read import read

pytestmark = pytest.mark.uwsgi

ENVIRONMENT = {"PATH": os.environ.get("PATH", "/usr/bin"), "HOME": "/home/joe", "PORT": "9000"}
CASES = {
    "lines": """junk = 1
[uwsgi]
  a  =  b ; c  \n\
flag
e =
f = 100%% %q %n %s %e %c %0 %x %d
[b]
c = 1
[uwsgi
d = 1
 [uwsgi]\x20
g=h=i""",
    "joined": """[uwsgi]
a = 100%
b = 2
; 50%
c = 3
d = 4""",
    "references": """[uwsgi]
a = x%(b)
b = x%(c)
c = end
d = %(e)
e = %(c)
f = %(none)%(c)
g = %(h h + 2)
h = 1
i = %(h h ++ - 5)
j = %(c h)
k = %(7 / 2) %(1 - 8) %(7 / 0)""",
    "environment": """[uwsgi]
a = $(HOME) $(NONE)
b = a$(X$(HOME)) b
c = $(HOME
d = :$(PORT)
ienv = PORT=1
e = $(PORT)""",
    "set": """[uwsgi]
set = a=x $(HOME)
set-ph = b=$(HOME)
c = %(b) %(a)
set-placeholder = d=%(b)""",
    "include": """[uwsgi]
m = M
include = inc.ini
inherit = inc.ini
inherit = inc.ini
ini = inc.ini:more
ini = :more
z = 1""",
    "blocks": """[uwsgi]
if-env = HOME=/home/joe
a = %(_)
endif =
b = 1
for = 1 2 3
c = v%(_)
end-for =
if-env = NONE
include = inc.ini
d = 2
endif =
if-env = HOME
include = inc.ini
e = 2
endif =
f = 1""",
}
INCLUDED = "[uwsgi]\nincluded = %n %N %(m) $(HOME)\nthreads = 8\n[more]\nmore = %x %X\n"


def corpus() -> Iterator[Path]:
    folder = os.environ.get("HPATCH_CORPUS") or Path(__file__).parents[4] / "shared" / "corpus"
    yield from sorted(Path(folder, "uwsgi").glob("*.ini"))


def shown(path: Path) -> list[tuple[str, str]] | None:
    """What uWSGI holds; None where it did not get so far. A clock that does not exist ends it before it starts."""
    command = ["uwsgi", "--ini", path.name, "--show-config", "--clock", "none"]
    quiet, pipe, both = subprocess.DEVNULL, subprocess.PIPE, subprocess.STDOUT
    with subprocess.Popen(
        command, cwd=path.parent, env=ENVIRONMENT, stdin=quiet, stdout=pipe, stderr=both
    ) as process:  # fmt: skip
        try:
            output = process.communicate(timeout=20)[0].decode("utf-8", "surrogateescape")
        finally:
            process.kill()
    _, begin, rest = output.partition(";uWSGI instance configuration\n[uwsgi]\n")
    if not begin:
        return None
    pairs = [tuple(line.split(" = ", 1)) for line in rest.partition("\n;end of configuration")[0].split("\n")]
    found = [(pair[0], pair[1]) for pair in pairs]
    ours = found.index(("clock", "none"))
    return found[1 : ours - 1] + found[ours + 1 :]


def same(options: list[Option], real: list[tuple[str, str]]) -> bool:
    """Whether both agree: in order, each certain option is there; what else is there comes from a block."""
    maybe = {option.key for option in options if not option.certain}
    rest = iter(real)
    for option in options:
        if not option.certain:
            continue
        for key, value in rest:
            if key == option.key and (value == option.value or not option.known):
                break
            if key not in maybe:
                return False
        else:
            return False
    return all(key in maybe for key, _ in rest)


@pytest.mark.parametrize("name", CASES)
def test_own_cases(name: str, tmp_path: Path) -> None:
    path = tmp_path / "app.ini"
    path.write_text(CASES[name])
    (tmp_path / "inc.ini").write_text(INCLUDED)
    real = shown(path)
    assert real
    options = read(str(path), environment=ENVIRONMENT).options
    assert same(options, real), [o[:2] for o in options]


def test_the_comparison_can_fail(tmp_path: Path) -> None:
    path = tmp_path / "app.ini"
    path.write_text("[uwsgi]\na = 1\nb = 2\n")
    options = read(str(path)).options
    assert same(options, [("a", "1"), ("b", "2")])
    for wrong in (
        [("a", "1")],
        [("a", "1"), ("b", "3")],
        [("b", "2"), ("a", "1")],
        [("a", "1"), ("b", "2"), ("c", "3")],
    ):
        assert not same(options, wrong)


def test_corpus(tmp_path: Path) -> None:
    compared = 0
    paths = list(corpus())
    for path in paths:
        copy = tmp_path / path.name
        copy.write_bytes(path.read_bytes())
        real = shown(copy)
        instance = read(str(copy), environment=ENVIRONMENT)
        if real is None:
            continue
        compared += 1
        assert same(instance.options, real), path
    assert compared >= len(paths) // 3
