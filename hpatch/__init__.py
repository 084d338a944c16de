"""hpatch: lint, patch and propose for Apache httpd as a reverse proxy."""

__version__ = "0.1.0"


def compiled() -> bool:
    """Whether modules of this hpatch are compiled: its wheel was built with HPATCH_COMPILE=1."""
    from importlib.machinery import ExtensionFileLoader
    from importlib.util import find_spec

    found = find_spec("hpatch.conf.words")
    return found is not None and isinstance(found.loader, ExtensionFileLoader)
