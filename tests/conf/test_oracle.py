"""httpd's own configuration tree against the reader's: the verdict (built or not) and every node must be equal."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from hpatch.conf import words
from hpatch.conf.foreign import recognise
from hpatch.conf.load import Options, load
from hpatch.conf.modules import Modules
from hpatch.versions import Version
from tests.oracle.directives import Judge
from tests.oracle.httpd import Httpd, Tree
from tests.support.conf import lastlines
from tests.support.conf.strategies import ENVIRONMENT, configurations
from tests.support.examples import examples

pytestmark = [pytest.mark.httpd, pytest.mark.apxs]

CORPUS = Path(__file__).parent.parent / "corpus"
SHARED = Path(__file__).parents[3] / "shared" / "corpus"
OWN = sorted(CORPUS.glob("*.conf"))

WILD = "a b ab ba aab é a-b a] [a] * \\ ^ ! - .a a.b d/a d/b da/a".split()
"""Names of files to be matched."""


class Pair:
    """The two readers, set up alike."""

    def __init__(self, httpd: Httpd) -> None:
        self.httpd = httpd
        self.options = Options(
            main=True,
            defines=(),
            version=Version.parse(httpd.version),
            modules=Modules(httpd.modules, complete=True, static=httpd.static),
            environment=ENVIRONMENT,
            check_files=True,
        )

    def read(self, path: Path) -> tuple[Tree | str, Tree | str]:
        """What each makes of a file: a tree, or the reason why there is none."""
        configuration = load(str(path), self.options)
        refused = [problem.message for problem in configuration.problems if problem.fatal]
        if refused:
            return self.httpd.tree(path), refused[0]
        ours: Tree = []
        written = configuration.as_written or str
        stack = [(0, node) for node in reversed(configuration.nodes)]
        while stack:
            depth, node = stack.pop()
            ours.append([depth, node.name, written(node.args), node.frame.name, node.line])
            stack += [(depth + 1, child) for child in reversed(node.children or ())]
        return self.httpd.tree(path), ours

    def compare(self, path: Path) -> bool:
        """Whether httpd builds a tree. Fail where they differ; the wording of a refusal may."""
        theirs, ours = self.read(path)
        if isinstance(theirs, str):
            assert isinstance(ours, str), f"httpd refuses it: {theirs}"
        else:
            assert not isinstance(ours, str), f"httpd builds it, hpatch says: {ours}"
            assert ours == theirs
        return not isinstance(theirs, str)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with Httpd(tmp_path_factory.mktemp("httpd"), ENVIRONMENT) as httpd:
        yield Pair(httpd)


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file to write a generated configuration to, with the corpus's files to include beside it."""
    folder = tmp_path_factory.mktemp("generated")
    shutil.copytree(CORPUS / "include", folder / "include")
    for name in WILD:
        path = folder / "wild" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x\n")
    return folder / "generated.conf"


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.stem)
def test_own_corpus(pair: Pair, path: Path) -> None:
    """A file's name tells whether something is wrong in it."""
    assert pair.compare(path) is not path.name.startswith("error-")


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared corpus is not here")
@pytest.mark.parametrize("folder", sorted(path.name for path in SHARED.glob("*/")))
def test_shared_corpus(pair: Pair, folder: str, tmp_path: Path) -> None:
    """Files of other programs aside: httpd builds trees of them, too, and refuses their lines when it executes them."""
    paths = [path for path in sorted((SHARED / folder).rglob("*")) if path.is_file()]
    assert paths
    texts = {path: path.read_bytes().decode("utf-8", "surrogateescape") for path in paths}
    foreign = [path for path in paths if recognise.foreign(texts[path]) is not None]
    for path in paths:
        if path not in foreign:
            pair.compare(path)
    if foreign:
        with Judge(tmp_path, ENVIRONMENT) as judge:
            assert [path for path in foreign if judge.verdict(texts[path]) is None] == []


@given(text=configurations())
@settings(max_examples=examples(125), suppress_health_check=[HealthCheck.too_slow])
def test_generated(pair: Pair, generated: Path, text: str) -> None:
    """Texts without a directive aside: they may seem to be another program's, and httpd refuses them later."""
    assume(recognise.foreign(text) is None)
    generated.write_bytes(text.encode("utf-8", "surrogateescape"))
    pair.compare(generated)


@given(pattern=st.text(alphabet="abd*?[]!^-\\.é/", min_size=1, max_size=8))
def test_wildcards(pair: Pair, generated: Path, pattern: str) -> None:
    generated.write_text(f"IncludeOptional 'wild/{pattern}'\n", encoding="utf-8")
    pair.compare(generated)


@given(text=st.text(alphabet=" \t\v\"'\\ab>é\udcff", max_size=30))
def test_words(pair: Pair, generated: Path, text: str) -> None:
    """What httpd takes for words shows in what a macro gets."""
    line = f"{text} z"
    found = words.split(line)
    names = [f"${number}." for number in range(len(found))]
    body = "".join(f"[{name}]" for name in names)
    macro = f"<Macro m {' '.join(names)}>\nx {body}\n</Macro>\nUse m {line}\n"
    generated.write_bytes(macro.encode("utf-8", "surrogateescape"))
    tree = pair.httpd.tree(generated)
    assert not isinstance(tree, str), tree
    assert tree[0][2] == "".join(f"[{word}]" for word in found)


LONG = 16 * 1024 * 1024
"""What a line of a file may have, in bytes, its line feed included."""

MACRO_LONG = 8191
"""The same for a line of a macro's body."""


def long_line(line: str, end: str, length: int) -> str:
    """A line of this many bytes, once its continuation is joined: `line` filled up where its `{}` is."""
    joined = line.replace("\\\n", "").replace("{}", "") + end
    return line.replace("{}", "y" * (length - len(joined.encode()))) + end


@pytest.mark.parametrize("line", ["x {}", "x \\\n{}"])
@pytest.mark.parametrize("extra", [0, 1])
def test_longest_line(pair: Pair, generated: Path, line: str, extra: int) -> None:
    generated.write_text(long_line(line, "\n", LONG + extra))
    assert pair.compare(generated) is (extra == 0)
    generated.unlink()


@pytest.mark.parametrize("line", ["x {}", "# {}", "  {}", "x \\\n{}", "é {}"])
@pytest.mark.parametrize("end", ["\n", ""])
@pytest.mark.parametrize("extra", [0, 1])
def test_longest_line_of_a_macro(pair: Pair, generated: Path, line: str, end: str, extra: int) -> None:
    body = long_line(line, end, MACRO_LONG + extra)
    generated.write_text(f"<Macro m>\n{body}" + ("b\n</Macro>\nUse m\n" if end else ""), encoding="utf-8")
    pair.compare(generated)


@pytest.mark.parametrize("before", lastlines.BEFORE)
def test_last_line_that_fills_the_buffer(pair: Pair, generated: Path, before: str) -> None:
    """httpd loses a last line that fills its first buffer, unless a longer line came before into the same buffer."""
    for text in lastlines.files(before):
        generated.write_text(text, encoding="utf-8", newline="")
        pair.compare(generated)
