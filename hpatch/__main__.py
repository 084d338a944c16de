"""`python -m hpatch`."""

import os
import sys

if __name__ == "__main__":
    # Python looks for modules in the current folder first, which may be one that is only to be linted. hpatch itself
    # may lie there, in a checkout.
    here = os.path.realpath(os.curdir)
    added = not sys.flags.safe_path and bool(sys.path) and os.path.realpath(sys.path[0]) == here
    if added and os.path.dirname(os.path.dirname(os.path.realpath(__file__))) != here:  # noqa: PTH120 - text only
        del sys.path[0]

    from hpatch.cli.main import script

    script()
