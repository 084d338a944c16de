"""Which modules an httpd has: what is known, and what is not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hpatch.text import Place

_FULL = """
    access_compat actions alias allowmethods asis auth_basic auth_digest auth_form authn_anon authn_core
    authn_dbd authn_dbm authn_file authn_socache authnz_fcgi authnz_ldap authz_core authz_dbd authz_dbm
    authz_groupfile authz_host authz_owner authz_user autoindex brotli bucketeer buffer cache cache_disk
    cache_socache case_filter case_filter_in cern_meta cgi cgid charset_lite data dav dav_fs dav_lock
    dbd deflate dialup dir dumpio echo env expires ext_filter file_cache filter headers heartbeat
    heartmonitor http2 ident imagemap include info lbmethod_bybusyness lbmethod_byrequests
    lbmethod_bytraffic lbmethod_heartbeat ldap log_config log_debug log_forensic logio lua macro md mime
    mime_magic negotiation proxy proxy_ajp proxy_balancer proxy_connect proxy_express proxy_fcgi
    proxy_fdpass proxy_ftp proxy_hcheck proxy_html proxy_http proxy_http2 proxy_scgi proxy_uwsgi
    proxy_wstunnel ratelimit reflector remoteip reqtimeout request rewrite sed session session_cookie
    session_crypto session_dbd setenvif slotmem_plain slotmem_shm so socache_dbm socache_memcache
    socache_redis socache_shmcb speling ssl status substitute suexec unique_id unixd userdir usertrack
    version vhost_alias watchdog xml2enc
"""
"""What a full build for Unix has, the MPM aside (Debian's 2.4.71)."""

_SOURCES = {
    "core_module": "core.c",
    "http_module": "http_core.c",
    "ldap_module": "util_ldap.c",
    "mpm_event_module": "event.c",
    "mpm_worker_module": "worker.c",
    "mpm_prefork_module": "prefork.c",
    "mpm_winnt_module": "mpm_winnt.c",
    "mpm_netware_module": "mpm_netware.c",
    "mpm_mpmt_os2_module": "mpmt_os2.c",
    "nwssl_module": "mod_nw_ssl.c",
}
"""Source files that are not named after the module (`mod_NAME.c` for `NAME_module`)."""

_IDENTIFIERS = {source: identifier for identifier, source in _SOURCES.items()}
_ALWAYS = frozenset({"core_module", "http_module"})


class Modules:
    """Modules by identifier (`proxy_module`) or source file (`mod_proxy.c`).

    A module is loaded, absent, or not known: it is known to be absent only when the whole list was given
    (`complete`), or when the configuration loads another MPM. `static` are those known to be compiled in.
    `loaded_at` has the place of the `LoadModule` line for those that the configuration loads, `paths` the file
    that it names.
    """

    def __init__(self, names: Iterable[str] = (), *, complete: bool = False, static: Iterable[str] = ()) -> None:
        self.static = frozenset(identifier(name) for name in static)
        self.names = {identifier(name) for name in names} | self.static
        self.complete = complete
        self.loaded_at: dict[str, Place] = {}
        self.paths: dict[str, str] = {}
        self._maybe: set[str] = set()
        self._mpm = any(name.startswith("mpm_") for name in self.names)

    @classmethod
    def everything(cls, mpm: str = "event") -> Modules:
        """All modules of a full build, with one MPM: what `--modules all` stands for."""
        return cls([f"{name}_module" for name in _FULL.split()] + [f"mpm_{mpm}_module"], complete=True)

    def copy(self) -> Modules:
        """The same knowledge, for one configuration to add its own `LoadModule` lines to."""
        return Modules(self.names, complete=self.complete, static=self.static)

    def has(self, name: str) -> bool | None:
        """Whether a module is loaded; None when that is not known. Case counts, as in httpd."""
        known = identifier(name)
        if known in _ALWAYS:
            return True
        if name.endswith(".c") and _SOURCES.get(known, name) != name:
            return False
        if known in self.names or known in self.loaded_at:
            return True
        if known in self._maybe:
            return None
        if self.complete or (self._mpm and known.startswith("mpm_")):
            return False
        return None

    def load(self, name: str, path: str, place: Place, certain: bool = True) -> None:
        """Note a `LoadModule` line; one inside an undecided conditional (`certain` False) leaves its module unknown."""
        if not certain:
            self._maybe.add(name)
        elif name not in self.loaded_at:
            self.loaded_at[name] = place
            self._mpm = self._mpm or name.startswith("mpm_")
        self.paths.setdefault(name, path)


def identifier(name: str) -> str:
    """A module's identifier, from that or from its source file's name (`mod_proxy.c` -> `proxy_module`)."""
    if not name.endswith(".c"):
        return name
    return _IDENTIFIERS.get(name) or name.removeprefix("mod_").removesuffix(".c") + "_module"
