"""The `key=value` parameters of workers, balancers and mappings, and how httpd reads a value.

Read in `set_worker_param`, `set_balancer_param` and `add_pass` (mod_proxy.c), `set_worker_hc_param`
(mod_proxy_hcheck.c), `ap_proxy_set_wstatus` (proxy_util.c) and `ap_timeout_parameter_parse` (server/util.c) of
every release from 2.4.1 to 2.4.62; the values tried on 2.4.71.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal, NamedTuple

from hpatch.versions import Version

Scope = Literal["worker", "balancer", "mapping"]
Kind = Literal[
    "int",  # a whole number, read by atoi: what follows the digits is dropped
    "seconds",  # the same, in seconds: `500ms` is 500 seconds
    "milliseconds",  # the same, in milliseconds
    "bytes",  # the same, in bytes: `8192K` is 8192
    "duration",  # a whole number and ms, s, mi or h; a bare `m` is refused
    "whole",  # -1, or a duration that is a whole number of seconds
    "decimal",  # a number with decimals, read by atof
    "flag",  # on or off
    "choice",  # one of `values`
    "string",  # any text up to `max_length`
    "name",  # the name of something that must be defined or loaded before
    "separator",  # one character, or off
    "status",  # status letters, with + and - before them
    "codes",  # HTTP status codes, separated by commas
]


class Parameter(NamedTuple):
    """A key, and what httpd accepts for it.

    `name` is in lower case (httpd ignores case); `minimum` and `maximum` count in the unit of `Reading.value`;
    `values` are a choice's, in lower case; `unit` is what a bare number means ("" where it counts nothing);
    `max_length` is the longest text in bytes, `cut` tells that a longer one is cut silently instead of refused.
    `since` is the first release that knows it, None where all of 2.4 does. `default` is what applies without it.

    `honoured` names the schemes that read it, each with the first release that does (None: all of 2.4); it is
    None itself where every scheme does. `tcp` tells that it has no effect over a Unix socket, `member` that it
    has none on a worker outside a balancer. `module` is the module that it needs besides mod_proxy.
    """

    name: str
    scope: Scope
    kind: Kind
    minimum: float | None = None
    maximum: float | None = None
    values: tuple[str, ...] = ()
    unit: str = ""
    max_length: int | None = None
    cut: bool = False
    since: Version | None = None
    default: str = ""
    honoured: dict[str, Version | None] | None = None
    tcp: bool = False
    member: bool = False
    module: str = ""
    note: str = ""
    source: str = "set_worker_param"

    def honoured_by(self, scheme: str, version: Version | None = None) -> bool:
        """Whether a scheme (in lower case) reads it in a version; for an unknown version, in any.

        A scheme that this table does not know is given the benefit of the doubt.
        """
        if self.honoured is None or scheme not in SCHEMES:
            return True
        if scheme not in self.honoured:
            return False
        since = self.honoured[scheme]
        return since is None or version is None or version >= since


class Reading(NamedTuple):
    """What httpd makes of a value.

    `value` is what it takes: for seconds and whole in seconds, for milliseconds and duration in milliseconds, for
    bytes in bytes, for a flag True or False, for the rest a number or the text. `refused` says why it does not
    start with it (then `value` is None, or the number that is out of range). `dropped` is the end of the text
    that it ignores (`ms` in `timeout=500ms`, the tail of what is too long).
    """

    value: float | str | bool | None
    refused: str = ""
    dropped: str = ""


def _since(patch: int) -> Version:
    return Version(2, 4, patch)


SCHEMES = frozenset(("http", "https", "ajp", "fcgi", "scgi", "uwsgi", "ws", "wss", "h2", "h2c", "fd", "ftp"))
"""The schemes that `Parameter.honoured` speaks of."""

FLAGS: dict[str, str] = {
    "nocanon": "pass the path on as the client sent it",
    "interpolate": "expand ${…} per request, where ProxyPassInterpolateEnv is on",
    "noquery": "do not pass the query string on",
}
"""Words without `=` on ProxyPass and ProxyPassMatch (any case)."""

_HTTP: dict[str, Version | None] = {"http": None, "https": None, "ws": _since(47), "wss": _since(47)}
_FLUSH: dict[str, Version | None] = {"ajp": None, "fcgi": _since(31)}
_REUSE: dict[str, Version | None] = dict.fromkeys(("http", "https", "ajp", "fcgi", "ws", "wss", "h2", "h2c"))
_HCHECK = "proxy_hcheck_module"
_HC_PARAM = "set_worker_hc_param"
_BALANCER = "set_balancer_param"

_WORKER = (
    Parameter("min", "worker", "int", 0, default="0", note="never above smax; 0 under prefork"),
    Parameter(
        "max",
        "worker",
        "int",
        0,
        default="the MPM's threads in one process",
        note="per process; 0 stands for the default; under prefork always one connection",
    ),
    Parameter("smax", "worker", "int", 0, default="max", note="never above max"),
    Parameter("acquire", "worker", "duration", 1, unit="ms", default="wait for ever"),
    Parameter("connectiontimeout", "worker", "duration", 1, unit="s", default="timeout", tcp=True),
    Parameter("timeout", "worker", "seconds", 1, unit="s", default="ProxyTimeout, else Timeout"),
    Parameter(
        "disablereuse",
        "worker",
        "flag",
        default="off (fcgi: on)",
        note="also stops the caching of the backend's address, on every scheme",
    ),
    Parameter(
        "enablereuse",
        "worker",
        "flag",
        since=_since(11),
        default="on (fcgi: off)",
        honoured=_REUSE,
        note="the same switch as disablereuse: the last one counts",
    ),
    Parameter("flushpackets", "worker", "choice", values=("on", "off", "auto"), default="off", honoured=_FLUSH),
    Parameter(
        "flushwait",
        "worker",
        "milliseconds",
        0,
        1000,
        unit="ms",
        default="10",
        honoured=_FLUSH,
        note="0 stands for 10; read only with flushpackets=auto",
    ),
    Parameter(
        "iobuffersize",
        "worker",
        "bytes",
        512,
        unit="bytes",
        default="8192",
        honoured={"fcgi": _since(10), "ajp": _since(64)},
        note="0 stands for 8192; no upper limit; fcgi takes it from memory for every request",
    ),
    Parameter(
        "receivebuffersize",
        "worker",
        "bytes",
        512,
        unit="bytes",
        default="the system's",
        tcp=True,
        note="0 stands for the system's default",
    ),
    Parameter(
        "responsefieldsize",
        "worker",
        "bytes",
        0,
        unit="bytes",
        since=_since(34),
        default="8192",
        honoured=_HTTP,
        note="0 stands for 8192",
    ),
    Parameter("keepalive", "worker", "flag", default="off", tcp=True, note="SO_KEEPALIVE on the connection"),
    Parameter("lbset", "worker", "int", 0, 99, default="0", member=True),
    Parameter(
        "loadfactor",
        "worker",
        "decimal",
        1,
        100,
        default="1",
        member=True,
        note="whole numbers only before 2.4.28; 2.4.28 itself refuses what is above 1",
    ),
    Parameter(
        "ping",
        "worker",
        "duration",
        1,
        unit="s",
        default="none",
        honoured={"ajp": None, **_HTTP, "h2": _since(44), "h2c": _since(44)},
        note="over HTTP a 100-continue, for requests with a body only",
    ),
    Parameter("redirect", "worker", "string", max_length=63, member=True),
    Parameter("retry", "worker", "seconds", 0, unit="s", default="60", member=True),
    Parameter("route", "worker", "string", max_length=63, member=True),
    Parameter(
        "status",
        "worker",
        "status",
        values=tuple("oingudsehfc"),
        default="none",
        note="D disabled, S stopped, I ignore errors, H hot standby, R hot spare (2.4.34), E error, N drain",
    ),
    Parameter("ttl", "worker", "seconds", 1, unit="s", default="none"),
    Parameter(
        "flusher",
        "worker",
        "string",
        max_length=15,
        default="flush",
        honoured={"fd": None},
        note="before 2.4.44 a longer one was cut silently",
    ),
    Parameter("secret", "worker", "string", max_length=63, since=_since(42), honoured={"ajp": None}),
    Parameter(
        "upgrade",
        "worker",
        "string",
        max_length=15,
        since=_since(26),
        default="WebSocket for ws and wss, none for http and https",
        honoured={"ws": None, "wss": None, "http": _since(47), "https": _since(47)},
    ),
    Parameter("addressttl", "worker", "whole", -1, 2**31 - 1, unit="s", since=_since(59), default="-1", tcp=True),
    Parameter(
        "hcmethod",
        "worker",
        "choice",
        values=("none", "tcp", "options", "head", "get", "cping", "options11", "head11", "get11"),
        since=_since(21),
        default="none",
        member=True,
        module=_HCHECK,
        note="CPING from 2.4.49, with mod_proxy_ajp; OPTIONS11, HEAD11 and GET11 from 2.4.55",
        source=_HC_PARAM,
    ),
    Parameter(
        "hcinterval",
        "worker",
        "duration",
        100,
        unit="s",
        since=_since(21),
        default="30",
        member=True,
        module=_HCHECK,
        note="whole seconds, at least 2, before 2.4.28",
        source=_HC_PARAM,
    ),
    Parameter(
        "hcpasses", "worker", "int", 0, since=_since(21), default="1", member=True, module=_HCHECK, source=_HC_PARAM
    ),
    Parameter(
        "hcfails", "worker", "int", 0, since=_since(21), default="1", member=True, module=_HCHECK, source=_HC_PARAM
    ),
    Parameter(
        "hcuri", "worker", "string", max_length=63, since=_since(21), member=True, module=_HCHECK, source=_HC_PARAM
    ),
    Parameter(
        "hcexpr",
        "worker",
        "name",
        max_length=15,
        since=_since(21),
        member=True,
        module=_HCHECK,
        note="a ProxyHCExpr above it in the same server (any case)",
        source=_HC_PARAM,
    ),
    Parameter(
        "hctemplate",
        "worker",
        "name",
        since=_since(21),
        member=True,
        module=_HCHECK,
        note="a ProxyHCTemplate above it in the same server (any case)",
        source=_HC_PARAM,
    ),
)

_BALANCERS = (
    Parameter(
        "lbmethod",
        "balancer",
        "name",
        max_length=15,
        default="byrequests",
        note="its module must be loaded, anywhere; case counts",
        source=_BALANCER,
    ),
    Parameter("maxattempts", "balancer", "int", 0, default="one less than members, at least 1", source=_BALANCER),
    Parameter("nofailover", "balancer", "flag", default="off", source=_BALANCER),
    Parameter(
        "stickysession",
        "balancer",
        "string",
        max_length=63,
        cut=True,
        note="refused instead of cut before 2.4.7",
        source=_BALANCER,
    ),
    Parameter("stickysessionsep", "balancer", "separator", since=_since(4), default=".", source=_BALANCER),
    Parameter("scolonpathdelim", "balancer", "flag", default="off", source=_BALANCER),
    Parameter(
        "timeout",
        "balancer",
        "seconds",
        1,
        unit="s",
        default="do not wait",
        note="how long to wait for a free worker, no limit to reading or writing",
        source=_BALANCER,
    ),
    Parameter("failonstatus", "balancer", "codes", 100, 599, default="none", source=_BALANCER),
    Parameter("failontimeout", "balancer", "flag", since=_since(5), default="off", source=_BALANCER),
    Parameter(
        "nonce",
        "balancer",
        "string",
        max_length=36,
        default="a random one",
        note="None switches the protection of balancer-manager off",
        source=_BALANCER,
    ),
    Parameter("growth", "balancer", "int", 1, 100, default="BalancerGrowth", source=_BALANCER),
    Parameter("forcerecovery", "balancer", "flag", since=_since(2), default="on", source=_BALANCER),
)

_MAPPINGS = (
    Parameter("mapping", "mapping", "choice", values=("encoded", "servlet"), since=_since(49), source="add_pass"),
)

WORKER: dict[str, Parameter] = {parameter.name: parameter for parameter in _WORKER}
"""What ProxyPass, BalancerMember, ProxySet and `<Proxy url>` take for a worker, by lower-case name."""
BALANCER: dict[str, Parameter] = {parameter.name: parameter for parameter in _BALANCERS}
"""What ProxyPass, ProxySet and `<Proxy balancer://…>` take for a balancer."""
MAPPING: dict[str, Parameter] = {parameter.name: parameter for parameter in _MAPPINGS}
"""What ProxyPass and ProxyPassMatch take for the mapping itself."""
PARAMETERS: tuple[Parameter, ...] = (*_WORKER, *_BALANCERS, *_MAPPINGS)
"""All of them."""

# Compiled at the first use: most runs need few of them.
_NUMBER = r"[ \t\n\v\f\r]*([+-]?[0-9]+)"
_DECIMAL = (
    r"[ \t\n\v\f\r]*([+-]?(?:0x(?:[0-9a-f]+\.?[0-9a-f]*|\.[0-9a-f]+)(?:p[+-]?[0-9]+)?"
    r"|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?|inf(?:inity)?|nan(?:\([a-z0-9_]*\))?))"
)
_UNITS = r"s(?:ecs?|econds?)?|ms(?:ecs?)?|mi(?:ns?|nutes?)?|h(?:rs?|ours?)?"
_MILLISECONDS = {"s": 1000, "h": 3_600_000, "ms": 1, "mi": 60_000}
_LONG = 2**63


def _strtol(text: str) -> tuple[int, str]:
    """C's strtol on a 64-bit system, and what it leaves."""
    match = re.match(_NUMBER, text)
    if match is None:
        return 0, text
    return max(-_LONG, min(int(match[1]), _LONG - 1)), text[match.end() :]


def _atoi(text: str) -> tuple[int, str]:
    """C's atoi: the lower 32 bits of what strtol gives."""
    number, rest = _strtol(text)
    return (number + 2**31) % 2**32 - 2**31, rest


def _atof(text: str) -> tuple[float, str]:
    match = re.match(_DECIMAL, text, re.I)
    if match is None:
        return 0.0, text
    digits = match[1].lower()
    number = float.fromhex(digits) if "0x" in digits else float(digits.partition("(")[0])
    return number, text[match.end() :]


def _duration(text: str, unit: str) -> Reading:
    """`ap_timeout_parameter_parse`: milliseconds."""
    number, rest = _strtol(text)
    written = rest or unit
    letters = written[:2] if written[0] == "m" else written[0]
    factor = _MILLISECONDS.get(letters)
    if factor is None:
        reason = "a bare m is no unit: mi is minutes, ms milliseconds" if letters[0] == "m" else "its unit is not known"
        return Reading(None, f"{reason} (units are ms, s, mi and h)")
    if number < 0:
        return Reading(number * factor, "it is negative")
    if number * factor * 1000 >= _LONG:
        return Reading(None, "it is too large")
    known = re.fullmatch(_UNITS, rest)
    return Reading(number * factor, "", "" if known or not rest else rest[len(letters) :])


def _in_range(parameter: Parameter, reading: Reading) -> Reading:
    """The same reading, refused where the number is out of the parameter's range."""
    value = reading.value
    if reading.refused or not isinstance(value, int | float):
        return reading
    unit = {"duration": " ms", "whole": " s", "seconds": " s", "milliseconds": " ms", "bytes": " bytes"}
    if parameter.minimum is not None and value < parameter.minimum:
        return reading._replace(refused=f"it must be at least {parameter.minimum:g}{unit.get(parameter.kind, '')}")
    if parameter.maximum is not None and value > parameter.maximum:
        return reading._replace(refused=f"it must be at most {parameter.maximum:.10g}{unit.get(parameter.kind, '')}")
    return reading


def _check_number(parameter: Parameter, text: str, _version: Version | None) -> Reading:
    wide = parameter.name in ("iobuffersize", "responsefieldsize")
    number, rest = _strtol(text) if wide else _atoi(text)
    if number == 0 and parameter.kind == "bytes":
        return Reading(0, "", rest)
    return _in_range(parameter, Reading(number, "", rest))


def _check_decimal(parameter: Parameter, text: str, version: Version | None) -> Reading:
    """Load factors count in hundredths, and are cut to them."""
    if version is not None and version < _since(28):
        return _check_number(parameter, text, version)
    number, rest = _atof(text)
    hundredths = int(number * 100.0) if abs(number) < 2**24 else -1
    if version == _since(28) and hundredths > 100:
        return Reading(number, "2.4.28 refuses all above 1", rest)
    reading = _in_range(parameter, Reading(hundredths / 100, "", rest))
    return reading._replace(value=number) if reading.refused else reading


def _check_whole(parameter: Parameter, text: str, _version: Version | None) -> Reading:
    if text == "-1":
        return Reading(-1)
    reading = _duration(text, "s")
    if reading.refused or not isinstance(reading.value, int):
        return reading
    if reading.value % 1000:
        return Reading(None, "it must be whole seconds")
    return _in_range(parameter, reading._replace(value=reading.value // 1000))


def _check_duration(parameter: Parameter, text: str, version: Version | None) -> Reading:
    if parameter.name == "hcinterval" and version is not None and version < _since(28):
        number, rest = _atoi(text)
        refused = "it must be at least 2 s" if number < 2 else ""
        return Reading(number * 1000, refused, rest)
    return _in_range(parameter, _duration(text, parameter.unit))


def _check_flag(_parameter: Parameter, text: str, _version: Version | None) -> Reading:
    word = text.lower()
    if word not in ("on", "off"):
        return Reading(None, "it must be on or off")
    return Reading(word == "on")


def _check_choice(parameter: Parameter, text: str, version: Version | None) -> Reading:
    word = text.lower()
    values = parameter.values
    if parameter.name == "hcmethod" and version is not None:
        first = {"cping": 49, "options11": 55, "head11": 55, "get11": 55}
        values = tuple(value for value in values if version >= _since(first.get(value, 21)))
    if word not in values:
        return Reading(None, f"it must be one of {', '.join(values)}")
    return Reading(word)


def _check_text(parameter: Parameter, text: str, version: Version | None) -> Reading:
    data = text.encode("utf-8", "surrogateescape")
    limit = parameter.max_length
    if limit is None or len(data) <= limit:
        return Reading(text)
    if parameter.name in ("upgrade", "nonce") and text.lower() in ("any", "none"):
        return Reading(text)
    cut = parameter.cut
    if version is not None:
        if parameter.name == "stickysession":
            cut = version >= _since(7)
        elif parameter.name == "flusher":
            cut = _since(7) <= version < _since(44)
    if cut:
        return Reading(
            data[:limit].decode("utf-8", "surrogateescape"), "", data[limit:].decode("utf-8", "surrogateescape")
        )
    return Reading(None, f"it must be at most {limit} bytes long")


def _check_separator(_parameter: Parameter, text: str, _version: Version | None) -> Reading:
    if len(text.encode("utf-8", "surrogateescape")) != 1 and text.lower() != "off":
        return Reading(None, "it must be one character, or off")
    return Reading(text)


def _check_status(parameter: Parameter, text: str, version: Version | None) -> Reading:
    known = parameter.values if version is not None and version < _since(34) else (*parameter.values, "r")
    if version is not None and version < _since(21):
        known = tuple(letter for letter in known if letter not in "cg")
    at = 0
    while at < len(text):
        if text[at] in "+-":
            at += 1
        letter = text[at : at + 1]
        if letter.lower() not in known or not letter.isascii():
            return Reading(None, f"{letter!r} is no status letter" if letter else "a sign needs a letter after it")
        at += 1
    return Reading(text)


def _check_codes(parameter: Parameter, text: str, version: Version | None) -> Reading:
    dropped = ""
    for word in re.split("[, ]+", text):
        if not word:
            continue
        reading = _check_number(parameter, word, version)
        if reading.refused:
            return Reading(None, "it must be HTTP status codes from 100 to 599")
        dropped = dropped or reading.dropped
    return Reading(text, "", dropped)


_CHECKS: dict[str, Callable[[Parameter, str, Version | None], Reading]] = {
    "int": _check_number,
    "seconds": _check_number,
    "milliseconds": _check_number,
    "bytes": _check_number,
    "duration": _check_duration,
    "whole": _check_whole,
    "decimal": _check_decimal,
    "flag": _check_flag,
    "choice": _check_choice,
    "string": _check_text,
    "name": _check_text,
    "separator": _check_separator,
    "status": _check_status,
    "codes": _check_codes,
}


def check(parameter: Parameter, text: str, version: Version | None = None) -> Reading:
    """Read a value as httpd does. Without a version: as the newest one does.

    What must be defined elsewhere (`name`) is only held against its length.
    """
    return _CHECKS[parameter.kind](parameter, text, version)
