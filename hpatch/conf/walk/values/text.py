"""Values by what they start or end with, hold or look like."""

from __future__ import annotations

import re

from hpatch.conf.regexes import fault
from hpatch.conf.walk.values.model import Arguments, Judge, Kind, Wrong, listed, suggestion, unknown
from hpatch.conf.walk.values.numbers import c_atoi, strtol
from hpatch.conf.words import SPACE


def starting(parameters: str) -> Kind:
    """A word that starts with one of some texts, case ignored."""
    starts = tuple(parameters.split())
    lower = tuple(start.lower() for start in starts)
    return Kind(lambda word: word.lower().startswith(lower), f"a word that starts with {listed(starts)}")


def without(characters: str) -> Kind:
    """A word that is not empty and has none of some characters."""
    return Kind(
        lambda word: bool(word) and not any(character in word for character in characters),
        f"a word without {listed(tuple(characters))}",
    )


def containing(text: str) -> Kind:
    """A word with a text in it."""
    return Kind(lambda word: text in word, f"a word with {text}")


def shape(parameters: str) -> Kind:
    """A word of a shape: a name of `_SHAPES`."""
    pattern, takes = _SHAPES[parameters]
    return Kind(lambda word: re.fullmatch(pattern, word, re.S) is not None, takes)


_SHAPES = {
    # fcgi_define_provider, mod_authnz_fcgi.c
    "fcgi": (
        r"fcgi://.*:(?:[0-5]?[0-9]{1,4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])/?",
        "fcgi://host:port",
    ),
    # add_icon, mod_autoindex.c
    "icon": (r"(?!\().*|\(.*\).*", "a URL, or (text,URL)"),
    # ssl_cmd_SSLPassPhraseDialog, ssl_engine_config.c
    "dialog": (r"(?i:builtin)|exec:.+|\|.+", "builtin, exec: and a program, or | and a program"),
    # set_cookie_domain, mod_usertrack.c
    "cookie-domain": (r"\..*\..*", "a domain that starts with a dot and has another"),
    # vhost_alias_set, mod_vhost_alias.c
    "directory-template": (
        r"/(?:[^%]|%(?:[p%]|-?[0-9]\+?(?:\.-?[0-9]\+?)?))*|(?i:none)",
        "an absolute path, in which % is written %% or starts %p, %0, %-1 and the like",
    ),
    # set_allowed_ports, mod_proxy_connect.c
    "ports": (r"[0-9]+(?:-\s*[+-]?[0-9]+)?", "a port or a range of ports"),
    # set_default_start_tag, mod_include.c
    "unspaced": (r"[^ \t\n\v\f\r]*", "a tag without blanks"),
    # cmd_rewritebase, mod_rewrite.c
    "url-path": (r"/.*", "a path that starts with /"),
}


def size(_: str) -> Kind:
    """`set_max_line_length` (mod_substitute.c): a number with b, k, m or g behind it."""

    def fits(word: str) -> bool:
        number, over, rest = strtol(word)
        return not over and number >= 0 and rest.lower() in ("", "b", "k", "m", "g")

    return Kind(fits, "a number, with b, k, m or g behind it or nothing")


_TYPES = ("years", "months", "weeks", "days", "hours", "minutes", "seconds")
_SHORTEST = {"months": 2, "minutes": 2}


def expires(parameters: str) -> Kind:
    """`check_code` (mod_expires.c) and, with `cookie`, `set_cookie_exp` (mod_usertrack.c).

    httpd compares the first letter of most words alone: `access plus 1 yoghurt` is a year.
    """
    cookie = parameters == "cookie"
    takes = "a number of seconds, or " if cookie else "A or M and a number of seconds, or access, now or modification, "
    takes += "a number and a unit (years, months, weeks, days, hours, minutes or seconds), such as "
    takes += '"2 weeks"' if cookie else '"access plus 1 month"'

    def fits(value: str) -> bool:
        if cookie and value[:1].isdigit() and value[-1:].isdigit():
            return True
        if not cookie and value[:1] in ("A", "M"):
            return True
        if '"' in value or "'" in value or "\\" in value:
            return True  # words in quotes inside of quotes: not judged
        words = _words(value.lower())
        if not cookie:
            if not words or words[0][:1] not in ("n", "a", "m"):
                return False
            words = words[1:]
        if words and words[0].startswith("p"):
            words = words[1:]
        if len(words) % 2:
            return False
        return all(
            number[0] in "0123456789" and _unit(unit) for number, unit in zip(words[::2], words[1::2], strict=True)
        )

    return Kind(fits, takes)


def _words(text: str) -> list[str]:
    """The words of a text by C's white space: a no-break space is none."""
    return re.findall(rf"[^{SPACE}]+", text)


def _unit(word: str) -> bool:
    return any(word.startswith(name[: _SHORTEST.get(name, 1)]) for name in _TYPES)


_DATABASES = ("default", "sdbm", "gdbm", "ndbm", "db", "lmdb")
"""The types of databases that APR has, though a build may leave some out (`dbm_open_type`)."""


def mapped(_: str) -> Kind:
    """What `cmd_rewritemap` takes for a map, files and databases aside."""

    def fits(word: str) -> bool:
        lower = word.lower()
        if lower.startswith("int:"):
            return word[4:] in ("toupper", "tolower", "escape", "unescape")
        if lower.startswith("dbm"):
            kind, colon, _file = lower[len("dbm") :].partition(":")
            return bool(colon) and (not kind or kind[1:] in _DATABASES) and kind[:1] in ("", "=")
        return True

    return Kind(fits, "int:toupper, int:tolower, int:escape, int:unescape, or a map in a file, a program or a database")


def substitute(_: str) -> Judge:
    """`set_pattern` (mod_substitute.c): s/pattern/text/ and flags."""

    def judged(given: Arguments) -> Wrong | None:
        if not given.words or unknown(given.words[0]):
            return None
        line = given.words[0]
        parts = line[2:].split(line[1:2], 2) if len(line) > 2 else []
        if line[:1].lower() != "s" or len(parts) < 2 or not parts[0]:
            return Wrong(0, f'takes s/pattern/text/ and the flags i, n, f and q, not "{line}"')
        flags = parts[2].lower() if len(parts) == 3 else ""
        bad = flags.strip("infq")
        if bad:
            return Wrong(0, f'knows no flag "{bad[0]}": it has i, n, f and q')
        problem = None if "n" in flags else fault(parts[0])
        if problem is not None:
            return Wrong(0, f'has a regular expression, "{parts[0]}", that does not compile ({problem})')
        return None

    return judged


def never(parameters: str) -> Judge:
    """A directive that httpd knows only to refuse it, and what stands for it now."""
    return lambda given: Wrong(None, "is no longer supported", f"Use {parameters}." if parameters else None)


_HOOKS = (
    "log_transaction", "quick_handler", "handler", "translate_name", "map_to_storage", "fixups", "type_checker",
    "check_access", "check_access_ex", "check_authn", "check_authz", "insert_filter", "all",
)  # fmt: skip


def log_message(_: str) -> Judge:
    """`cmd_log_message` (mod_log_debug.c): a text, `hook=` and `expr=`."""

    def judged(given: Arguments) -> Wrong | None:
        for index, word in enumerate(given.words[1:], 1):
            key, equals, value = word.partition("=")
            if unknown(word) or (key.lower() == "expr" and equals):
                continue
            if key.lower() != "hook" or not equals:
                return Wrong(index, f'takes hook=name or expr=condition behind its text, not "{word}"')
            if value != "*" and value.lower() not in _HOOKS:
                return Wrong(index, f'knows no hook "{value}"', suggestion(value, _HOOKS))
        return None

    return judged


def cookie_name(characters: str) -> Judge:
    """A name, which may not be empty or hold some characters, and attributes. Quotes belong to it."""

    def judged(given: Arguments) -> Wrong | None:
        args = given.node.args
        if unknown(args):
            return None
        name = next(iter(_words(args)), "")
        if name and not any(character in name for character in characters):
            return None
        says = f'takes a name without {listed(tuple(characters))}, not "{name}"' if name else "needs a name"
        return Wrong(0 if name else None, says)

    return judged


def needed(parameters: str) -> Judge:
    """Arguments that may not be missing or empty: how many, and what they are."""
    number, _, what = parameters.partition(" ")
    count = int(number)

    def judged(given: Arguments) -> Wrong | None:
        found = given.words[:count]
        return None if len(found) == count and all(found) else Wrong(None, f"needs {what}")

    return judged


def hc_condition(_: str) -> Judge:
    """`set_hc_condition` (mod_proxy_hcheck.c): a name and an expression, which may stand in braces."""
    both = needed("2 a name and an expression")

    def judged(given: Arguments) -> Wrong | None:
        wrong = both(given)
        if wrong is not None or unknown(given.node.args) or not given.words[1].startswith("{"):
            return wrong
        if given.words[1] == "{}":
            return Wrong(1, "needs an expression between the braces")
        behind = given.node.args.rpartition("}")[2].strip()
        return Wrong(None, f'takes nothing behind the expression, not "{behind}"') if behind else None

    return judged


def seed(_: str) -> Judge:
    """`ssl_cmd_SSLRandomSeed`: when, from where, and how many bytes, which the source "builtin" does not take."""
    times = ("startup", "connect")

    def judged(given: Arguments) -> Wrong | None:
        when, source, *count = (*given.words, "", "")[: max(2, len(given.words))]
        if unknown(when) or unknown(source):
            return None
        if when.lower() not in times:
            return Wrong(0, f'takes {listed(times)} first, not "{when}"', suggestion(when, times))
        if count and source.lower() == "builtin":
            return Wrong(2, "takes no number of bytes for builtin")
        if count and not unknown(count[0]) and c_atoi(count[0]) < 0:
            return Wrong(2, f'takes a number of bytes, not "{count[0]}"')
        return None

    return judged


def template(_: str) -> Judge:
    """`set_hc_template` (mod_proxy_hcheck.c): a name and parameters, which have a check of their own."""

    def judged(given: Arguments) -> Wrong | None:
        found = given.words
        if not found or not found[0]:
            return Wrong(None, "needs a name and parameters")
        for index, word in enumerate(found[1:], 1):
            if "=" not in word and not unknown(word):
                return Wrong(index, f'takes key=value behind its name, not "{word}"')
        return None

    return judged


def stopping(_: str) -> Judge:
    """`generate_message` (server/core.c): Error, unless a conditional that is not decided may leave it out."""

    def judged(given: Arguments) -> Wrong | None:
        if given.node.conditions:
            return None
        return Wrong(None, f'ends httpd with the message "{" ".join(given.words)}"')

    return judged


def runner(_: str) -> Judge:
    """`unixd_set_user` (mod_unixd.c): any user but root. What is no number behind the # is 0, which is root."""

    def judged(given: Arguments) -> Wrong | None:
        word = given.words[0] if given.words else ""
        if unknown(word) or not (word == "root" or (word[:1] == "#" and c_atoi(word[1:]) == 0)):
            return None
        says = f'takes any user but root, unless httpd is built with BIG_SECURITY_HOLE, not "{word}"'
        return Wrong(0, says, "Name a user of httpd's own, such as www-data or apache.", certain=False)

    return judged


_DRIVERS = ("pgsql", "mysql", "sqlite2", "sqlite3", "oracle", "freetds", "odbc")
"""The drivers of databases that APR has. A build may leave some out, and others may be added to it."""


def driver(_: str) -> Judge:
    """`dbd_param` (mod_dbd.c), which loads the driver at once."""

    def judged(given: Arguments) -> Wrong | None:
        word = given.words[0] if given.words else ""
        if not word or unknown(word) or word in _DRIVERS:
            return None
        return Wrong(0, f'takes {listed(_DRIVERS)}, not "{word}"', suggestion(word, _DRIVERS), certain=False)

    return judged
