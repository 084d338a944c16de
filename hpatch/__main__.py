"""`python -m hpatch`."""

import os
import sys

if __name__ == "__main__":
    # Python looks for modules in the current folder first, which may be one that is only to be linted. hpatch itself
    # may lie there, in a checkout. The folder has no name if it was removed.
    own = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))  # noqa: PTH120 - text only
    if not sys.flags.safe_path and sys.path and not (sys.path[0] and os.path.realpath(sys.path[0]) == own):
        del sys.path[0]

    from hpatch.cli.main import script

    script()
