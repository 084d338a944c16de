"""`python -m hpatch`."""

from hpatch.cli.main import main

if __name__ == "__main__":
    main()
