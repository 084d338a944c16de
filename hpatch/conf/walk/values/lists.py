"""Lists of words: options with + and -, and words that do not go together."""

from __future__ import annotations

from hpatch.conf.walk.values.model import Arguments, Judge, Wrong, argv, listed, suggestion, unknown
from hpatch.conf.walk.values.numbers import c_atoi, strtol


def _not_taken(index: int, word: str, choices: list[str]) -> Wrong:
    return Wrong(index, f'takes {listed(choices)}, not "{word}"', suggestion(word.lstrip("+-"), choices))


def signed(parameters: str) -> Judge:
    """Words of a list, each with or without + or -."""
    choices = parameters.split("|")
    lower = {choice.lower() for choice in choices}

    def judged(given: Arguments) -> Wrong | None:
        for index, word in enumerate(given.words):
            plain = word[1:] if word[:1] in ("+", "-") else word
            if plain.lower() not in lower and not unknown(word):
                return _not_taken(index, word, choices)
        return None

    return judged


_OPTIONS = (
    "All None Indexes Includes IncludesNOEXEC FollowSymLinks SymLinksIfOwnerMatch ExecCGI MultiViews RunScripts"
).split()


def options(_: str) -> Judge:
    """`set_options` (server/core.c)."""
    lower = {option.lower() for option in _OPTIONS}

    def judged(given: Arguments) -> Wrong | None:
        if any(map(unknown, given.words)):
            return None
        merge = whole = False
        for index, word in enumerate(given.words):
            sign = word[:1] in ("+", "-")
            if index and ((sign and not merge and not whole) or (not sign and merge)):
                return _mixed(given, index)
            merge = merge or sign
            name = word[sign:].lower()
            if name not in lower:
                return _not_taken(index, word, _OPTIONS)
            if name in ("all", "none"):
                if index or merge:
                    return Wrong(
                        index,
                        f'takes All and None only as its first option and without + or -, not "{word}"',
                        f"Write Options {word[sign:]}.",
                    )
                whole = True
        return None

    return judged


def _mixed(given: Arguments, index: int) -> Wrong:
    word = given.words[index]
    return Wrong(
        index,
        f'cannot mix options with and without + or - (here "{word}")',
        f"Write + or - before each option, or before none: Options {' '.join(_all_signed(given.words))}.",
    )


def _all_signed(words: list[str]) -> list[str]:
    return [word if word[:1] in ("+", "-") else f"+{word}" for word in words]


_OVERRIDES = ["None", "All", "AuthConfig", "FileInfo", "Indexes", "Limit", "Options", "Nonfatal=…"]
_ALLOWED = {option.lower() for option in _OPTIONS}


def override(_: str) -> Judge:
    """`set_override` (server/core.c). A list behind `Options=` is read, but its faults stay without a word."""

    def judged(given: Arguments) -> Wrong | None:
        for index, word in enumerate(given.words):
            name, equals, _value = word.partition("=")
            name = name.lower()
            if unknown(word) or name in ("limit", "fileinfo", "authconfig", "indexes", "options", "none", "all"):
                continue
            if name == "nonfatal" and equals:
                continue
            if name == "nonfatal":
                return Wrong(index, "takes Nonfatal=Override, Nonfatal=Unknown or Nonfatal=All, not Nonfatal alone")
            return _not_taken(index, word, _OVERRIDES)
        return None

    return judged


def alone(parameters: str) -> Judge:
    """A word that may not stand beside others, in a directive of the form TAKE_ARGV."""

    def judged(given: Arguments) -> Wrong | None:
        found = argv(given.words)
        index = next((at for at, word in enumerate(found) if word.lower() == parameters.lower()), None)
        if index is None or len(found) == 1:
            return None
        return Wrong(index, f"takes {parameters} only alone, not beside other words")

    return judged


_ETAG = ["None", "All", "INode", "MTime", "LMTime", "LastModified", "Size", "Digest"]


def etag(_: str) -> Judge:
    """`set_etag_bits` (server/core.c)."""
    lower = {word.lower() for word in _ETAG}

    def judged(given: Arguments) -> Wrong | None:
        for index, word in enumerate(given.words):
            plain = word[1:] if word[:1] in ("+", "-") else word
            if unknown(word):
                continue
            if plain.lower() not in lower:
                return _not_taken(index, word, _ETAG)
            if plain != word and plain.lower() in ("none", "all"):
                return Wrong(index, f'takes {plain} without + or -, not "{word}"')
        return None

    return judged


_INDEXING = (
    "None AddAltClass Charset=… DescriptionWidth=… FancyIndexing FoldersFirst HTMLTable IconsAreLinks IconHeight "
    "IconWidth IgnoreCase IgnoreClient NameWidth=… ScanHTMLTitles ShowForbidden SuppressColumnSorting "
    "SuppressDescription SuppressHTMLPreamble SuppressIcon SuppressLastModified SuppressRules SuppressSize "
    "TrackModified Type=… UseOldDateFormat VersionSort XHTML"
).split()
_WIDTHS = {"namewidth": 5, "descriptionwidth": 12}


def indexing(_: str) -> Judge:
    """`add_opts` (mod_autoindex.c)."""
    plain_ones = {word.lower() for word in _INDEXING if not word.endswith("=…")} - {"none"}

    def judged(given: Arguments) -> Wrong | None:
        for index, word in enumerate(given.words):
            sign = word[:1] if word[:1] in ("+", "-") else ""
            name, equals, value = word[len(sign) :].lower().partition("=")
            if unknown(word) or (not word and index == len(given.words) - 1):
                continue
            if (name in plain_ones and not equals) or (name in ("type", "charset") and equals):
                continue
            says = _indexing(sign, name, value if equals else None, word)
            if says is None:
                return _not_taken(index, word, _INDEXING)
            if says:
                return Wrong(index, says)
        return None

    return judged


def _indexing(sign: str, name: str, value: str | None, word: str) -> str | None:
    """What is wrong with an option that has a value or may not have a sign: "" for nothing, None for no such option."""
    if name == "none" and value is None:
        return f'takes None without + or -, not "{word}"' if sign else ""
    least = _WIDTHS.get(name, 0 if name in ("iconwidth", "iconheight") and value is not None else None)
    if least is None:
        return None
    if sign == "-":
        return "" if value is None else f'takes no value behind a -, as in "{word}"'
    if value is None:
        return f'needs a value, {name}=number or {name}=*, not "{word}"'
    width = c_atoi(value)
    return "" if value.startswith("*") or width == 0 or width >= least else f'needs at least {least}, not "{word}"'


def exclusive(parameters: str) -> Judge:
    """Words of a list of which those of two groups, divided by a blank, exclude each other."""
    groups = [group.split("|") for group in parameters.split()]
    of = {word.lower(): number for number, group in enumerate(groups) for word in group}
    choices = [word for group in groups for word in group]

    def judged(given: Arguments) -> Wrong | None:
        if any(map(unknown, given.words)):
            return None
        before: dict[int, str] = {}
        for index, word in enumerate(given.words):
            group = of.get(word.lower())
            if group is None:
                return _not_taken(index, word, choices)
            other = next((there for number, there in before.items() if number != group), None)
            if other is not None:
                return Wrong(index, f'cannot have both "{other}" and "{word}"')
            before[group] = word
        return None

    return judged


_PROTOCOLS = ["all", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3", "SSLv3"]


def protocol(_: str) -> Judge:
    """`ssl_cmd_protocol_parse` (ssl_engine_config.c). SSLv3 depends on the OpenSSL that httpd is built with."""
    lower = {word.lower() for word in _PROTOCOLS}

    def judged(given: Arguments) -> Wrong | None:
        for index, word in enumerate(given.words):
            plain = word[1:] if word[:1] in ("+", "-") else word
            if plain.lower() == "sslv2":
                if not word.startswith("-"):
                    return Wrong(index, f'does not support SSLv2 ("{word}")', "Remove it.")
            elif plain.lower() not in lower and not unknown(word):
                return _not_taken(index, word, _PROTOCOLS)
        return None

    return judged


_STAGES = ("handshake", "header", "body")


def timeouts(_: str) -> Judge:
    """`set_reqtimeouts` and `set_reqtimeout_param` (mod_reqtimeout.c)."""

    def judged(given: Arguments) -> Wrong | None:
        for index, word in enumerate(given.words):
            if unknown(word):
                continue
            stage, equals, value = word.partition("=")
            if not equals:
                return Wrong(index, f'takes stage=timeout, not "{word}"')
            if stage.lower() not in _STAGES:
                return Wrong(
                    index, f'knows no stage "{stage}": it has {listed(_STAGES, "and")}', suggestion(stage, _STAGES)
                )
            problem = _timeout(value)
            if problem is not None:
                return Wrong(index, f'{problem}, in "{word}"')
        return None

    return judged


def _timeout(value: str) -> str | None:
    at = value.lower().find(",minrate=")
    first, rate = (value, None) if at < 0 else (value[:at], value[at + len(",minrate=") :])
    if rate is None:
        if "-" in value:
            return "needs MinRate behind a range of times"
        return None if _count(value) is not None else "needs a number of seconds"
    pace = _count(rate)
    if pace is None or pace == 0:
        return "needs a MinRate of at least 1"
    first, dash, last = first.partition("-")
    most = _count(last) if dash else 0
    least = _count(first)
    if most is None or least is None:
        return "needs a number of seconds"
    return "needs a longest time that is longer than the first" if most and least >= most else None


def _count(text: str) -> int | None:
    number, over, rest = strtol(text)
    return None if not text or over or rest or number < 0 else number


def ciphers(_: str) -> Judge:
    """`ssl_cmd_SSLCipherSuite` (ssl_engine_config.c): a protocol may stand before the ciphers."""
    protocols = ("SSL", "TLSv1.3")

    def judged(given: Arguments) -> Wrong | None:
        words = given.words
        if len(words) != 2 or not words[1] or words[0] in protocols or unknown(words[0]):
            return None
        return Wrong(0, f'takes {listed(protocols)} before the ciphers, not "{words[0]}"')

    return judged
