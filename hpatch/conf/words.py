"""httpd's own rules for words, white space and variables (`server/util.c`, `server/core.c`)."""

import re
from collections.abc import Callable

SPACE = " \t\n\v\f\r"
"""White space by C's isspace in the C locale."""

_PLAIN = re.compile(r"[^ \t\n\v\f\r]+")
_BLANKS = re.compile(r"[ \t\n\v\f\r]*")
_WORD = re.compile(r""""([^"]*)"?|'([^']*)'?|([^ \t\n\v\f\r]+)""")
_VARIABLE = re.compile(r"\$\{([^}]*)\}", re.S)


_UPPER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def lower(text: str) -> str:
    """Lower case as in C: ASCII letters only."""
    return text.lower() if text.isascii() else text.translate(_UPPER)


def _word_end(line: str, at: int) -> tuple[int, int, int, str]:
    """The inner start and end, the outer end and the quote of the word at `at` (not white space)."""
    quote = line[at]
    if quote in "\"'":
        end = at + 1
        length = len(line)
        while end < length and line[end] != quote:
            end += 2 if line[end] == "\\" else 1
        end = min(end, length)
        return at + 1, end, min(end + 1, length), quote
    match = _PLAIN.match(line, at)
    assert match is not None
    return at, match.end(), match.end(), ""


def _unescape(text: str, quote: str) -> str:
    if "\\" not in text:
        return text
    if quote:
        return re.sub(rf"\\([\\{quote}])", r"\1", text)
    return text.replace("\\\\", "\\")


def get_word(line: str, at: int = 0) -> tuple[str, int]:
    """The first word from `at` and where the next one starts, as `ap_getword_conf` has it.

    A quote counts only at a word's start; inside it a backslash escapes that quote and itself, outside only
    itself. An unterminated quote runs to the end of the line. At the end of the line the word is empty.
    """
    match = _BLANKS.match(line, at)
    assert match is not None
    at = match.end()
    if at >= len(line):
        return "", at
    start, end, after, quote = _word_end(line, at)
    match = _BLANKS.match(line, after)
    assert match is not None
    return _unescape(line[start:end], quote), match.end()


def offsets(word: str) -> list[int]:
    """Where each character of a word's value stands in the word as it is written, with its quotes and escapes."""
    start, end, _, quote = _word_end(word, 0)
    found, at = [], start
    while at < end:
        if word[at] == "\\" and at + 1 < end and word[at + 1] in ("\\", quote):
            at += 1
        found.append(at)
        at += 1
    return found


def get_braced(line: str, at: int) -> str:
    """The word from `at`, which may stand in braces instead of quotes, as `ap_getword_conf2` has it."""
    match = _BLANKS.match(line, at)
    assert match is not None
    start = match.end()
    if line[start : start + 1] != "{":
        return get_word(line, start)[0]
    depth, at = 0, start
    while at < len(line):
        if line[at] == "}" and depth == 1:
            break
        depth += (line[at] == "{") - (line[at] == "}")
        at += 1
    return _unescape(line[start + 1 : at], "")


def rewrite_argument(line: str, at: int) -> tuple[str, int]:
    """The argument from `at` and where the next begins, as mod_rewrite's `parseargline` has it.

    A backslash keeps white space in an argument, and stays.
    """
    while at < len(line) and line[at] in SPACE:
        at += 1
    quote = line[at : at + 1] if line[at : at + 1] in ('"', "'") else ""
    at += len(quote)
    start = at
    while at < len(line):
        if line[at] == quote or (not quote and line[at] in SPACE):
            break
        if line[at] == "\\" and line[at + 1 : at + 2] and line[at + 1] in SPACE:
            at += 1
        at += 1
    return line[start:at], at + 1


def split(line: str) -> list[str]:
    """All words of a line. An empty quoted word counts as a word here; callers that stop at one say so."""
    if "\\" in line:
        return [word for word, _, _ in spans(line)]
    # Most lines have no white space but blanks, and no quotes or only around their first words.
    if "'" not in line and line.isascii() and line.isprintable():
        if '"' not in line:
            return line.split()[:]  # as small as it can be: `split` leaves room for twelve
        parts = line.split('"')
        if not parts[0] and len(parts) == 3:
            return [parts[1], *parts[2].split()]
        if not parts[0] and len(parts) == 5 and parts[2] == " ":
            return [parts[1], parts[3], *parts[4].split()]
    # One regular expression is enough for a line without escapes.
    return [quoted or apostrophed or plain for quoted, apostrophed, plain in _WORD.findall(line)]


def plain_spans(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The places in a text of the words of one of its lines, `text[start:end]` without a backslash; quotes included."""
    return list(map(re.Match.span, _WORD.finditer(text, start, end)))


def spans(line: str) -> list[tuple[str, int, int]]:
    """All words of a line with their places in it, quotes included."""
    if "\\" not in line:  # as for `split`
        return [(word[word.lastindex or 0], word.start(), word.end()) for word in _WORD.finditer(line)]
    found: list[tuple[str, int, int]] = []
    at = 0
    while True:
        match = _BLANKS.match(line, at)
        assert match is not None
        at = match.end()
        if at >= len(line):
            return found
        start, end, after, quote = _word_end(line, at)
        found.append((_unescape(line[start:end], quote), at, after))
        at = after


def spans_joined(raw: str) -> list[tuple[str, int, int]]:
    """As `spans`, for a line with its continuations as written. A word that a continuation cuts counts as one word."""
    kept: list[int] = []
    for at, character in enumerate(raw):
        if character == "\n" and kept:
            tail = kept[-2:] if raw[kept[-1]] == "\r" else kept[-1:]
            if raw[tail[0]] == "\\":
                del kept[-len(tail) :]
                continue
        kept.append(at)
    joined = "".join([raw[at] for at in kept])
    return [(word, kept[start], kept[end - 1] + 1) for word, start, end in spans(joined)]


def expand(text: str, lookup: Callable[[str], str | None]) -> str:
    """`ap_resolve_env`: every `${name}` replaced once. A name that `lookup` does not know stays as it is."""
    if "${" not in text:
        return text
    end = text.rfind("}") + 1  # behind it, a search would run to the text's end from each `${`
    return _VARIABLE.sub(lambda match: _value(match, lookup), text[:end]) + text[end:]


def _value(match: "re.Match[str]", lookup: Callable[[str], str | None]) -> str:
    value = lookup(match.group(1))
    return match.group(0) if value is None else value
