"""`python -m hpatch`."""

from hpatch.cli.main import script

if __name__ == "__main__":
    script()
