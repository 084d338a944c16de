"""The modules of an httpd, as far as they are known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from hpatch.facts import names as facts

if TYPE_CHECKING:
    from hpatch.text import Place

_ALWAYS = frozenset({"core_module", "http_module"})
MPMS = ("event", "worker", "prefork", "winnt", "netware", "mpmt_os2")
"""The MPMs of httpd's own, in `server/mpm/`. mpm_itk is a module that changes prefork."""

MPM_MODULES = frozenset(f"mpm_{name}_module" for name in MPMS)


class Modules:
    """Modules by identifier (`proxy_module`) or source file (`mod_proxy.c`).

    A module is loaded, absent, or not known. It is known to be absent only if the whole list was given
    (`complete`), or if httpd has another MPM: the one that the configuration loads or, failing that, `mpm`, by its name
    (`event`). `static` are the modules known to be compiled in.
    `loaded_at` has the place of the `LoadModule` line for those that the configuration loads, `paths` the file
    that it names. `by_layout`: the folder that loads them is known and was seen to be whole, so that it does not matter
    if ServerRoot itself is not here.
    """

    def __init__(
        self,
        names: Iterable[str] = (),
        *,
        complete: bool = False,
        static: Iterable[str] = (),
        mpm: str | None = None,
    ) -> None:
        self.static = frozenset(identifier(name) for name in static)
        self.names = {identifier(name) for name in names} | self.static
        self.complete = complete
        self.by_layout = False
        self.loaded_at: dict[str, Place] = {}
        self.paths: dict[str, str] = {}
        self._maybe: set[str] = set()
        self.mpm = mpm
        self._mpm = any(name.startswith("mpm_") for name in self.names)

    @classmethod
    def everything(cls, mpm: str = "event") -> Modules:
        """All modules of a full build, with one MPM, as for `--modules all`."""
        from hpatch.facts import modules  # only --modules all pays for it

        built = [module.identifier for module in modules.everything() if module.built]
        return cls([*built, f"mpm_{mpm}_module"], complete=True)

    @property
    def unknown(self) -> bool:
        """Whether nothing is known of what httpd has before it reads its configuration."""
        return not self.complete and not self.names

    def know(self, static: Iterable[str]) -> None:
        """Take these for all that are compiled in; the configuration loads the others."""
        self.static = frozenset(map(identifier, static))
        self.names |= self.static
        self.complete = self.by_layout = True

    def copy(self) -> Modules:
        """A copy, to which a configuration adds its own `LoadModule` lines."""
        return Modules(self.names, complete=self.complete, static=self.static, mpm=self.mpm)

    def has(self, name: str) -> bool | None:
        """Whether a module is loaded; None if that is not known. Names are case-sensitive, as in httpd."""
        known = identifier(name)
        if name.endswith(".c") and facts.source(known) not in (None, name[: -len(".c")]):
            return False
        if known in _ALWAYS or known in self.names or known in self.loaded_at:
            return True
        if self.mpm is not None and not self._mpm and known in MPM_MODULES:
            return known == f"mpm_{self.mpm}_module"
        if known in self._maybe:
            return None
        if self.complete or (self._mpm and known.startswith("mpm_")):
            return False
        return None

    def undecided(self, name: str) -> bool:
        """Whether a `LoadModule` line in an undecided conditional loads it."""
        return identifier(name) in self._maybe

    def load(self, name: str, path: str, place: Place, certain: bool = True) -> None:
        """Note a `LoadModule` line; one inside an undecided conditional (`certain` False) leaves its module unknown."""
        if not certain:
            self._maybe.add(name)
        elif name not in self.loaded_at:
            self.loaded_at[name] = place
            self._mpm = self._mpm or name.startswith("mpm_")
        self.paths.setdefault(name, path)


def identifier(name: str) -> str:
    """A module's identifier, from the identifier or the source file's name (`mod_proxy.c` -> `proxy_module`)."""
    if not name.endswith(".c"):
        return name
    source = name[: -len(".c")]
    return facts.identifier(source) or source.removeprefix("mod_") + "_module"
