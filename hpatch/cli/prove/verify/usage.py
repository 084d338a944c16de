"""Options of `hpatch verify` that exclude each other."""

from __future__ import annotations

from hpatch.errors import UsageError


def check(*, module_only: bool, modules: bool, whole: bool, across: bool, many: bool, one: bool, kept: bool) -> None:
    """Raises UsageError for options that exclude each other."""
    if modules and not module_only:
        raise UsageError("--httpd and --apxs need --module-only")
    if module_only and whole:
        raise UsageError("--configure-arg does not apply to --module-only, which takes the options of --httpd")
    if many and not across:
        raise UsageError("--state, --workers and --dask need --across")
    if across and one:
        raise UsageError("--across takes its trees from --git; leave out --tree and --in-place")
    if across and kept:
        raise UsageError("--twice and --suite are for the proof of one tree; leave out --across")
