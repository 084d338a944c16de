"""`python -m hpatch`."""

import sys

from hpatch.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
