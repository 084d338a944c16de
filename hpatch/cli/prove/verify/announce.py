"""What `hpatch verify --dry-run` tells besides the sets and the experiments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hpatch.lab.suite.model import SuiteChoice


def announced(
    names: Sequence[str],
    tree: Path,
    suite: SuiteChoice | None,
    bundles: Sequence[Path],
    *,
    twice: bool,
    in_place: bool,
) -> Iterator[str]:
    """In sentences: what would be done with each of the builds (`names`, one without a name alone), in its order."""
    each = f" with each of the MPMs {', '.join(names)}" if len(names) > 1 else ""
    yield f"exchanges of all kinds would be compared before and after{each}"
    if suite is not None:
        tests = ", ".join(str(suite.folder / path) for path in suite.paths)
        yield f"httpd's own tests would run before and after: {tests}"
    if twice:
        yield "the patched tree would be built a second time elsewhere, and the files compared"
    if bundles:
        yield f"the proof would be written to {', '.join(map(str, bundles))}"
    if in_place:
        yield f"the sets would be applied to {tree} if the proof holds"
