"""C text, as far as command tables need it: tokens, macros, and the bodies of functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from hpatch.records import NamedTuple

_COMMENT = re.compile(r'/\*.*?\*/|//[^\n]*|("(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\')', re.S)
_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|\w+|##|\S|\n')
_DEFINE = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)(?:\(([^)\n]*)\))?[ \t]*(.*)$", re.M)
_DEPTH = {"(": 1, "{": 1, "[": 1, ")": -1, "}": -1, "]": -1}

Tokens = list[str]


class CMacro(NamedTuple):
    """`parameters` is None for a macro without parentheses."""

    parameters: tuple[str, ...] | None
    body: tuple[str, ...]


def plain(text: str) -> str:
    """C text without comments, its continued lines joined."""
    return _COMMENT.sub(lambda match: match[1] or " ", text).replace("\\\r\n", " ").replace("\\\n", " ")


def tokens(text: str) -> Tokens:
    """The tokens of plain text. A preprocessor line is one token of its own, from its `#` on."""
    found = []
    for line in text.split("\n"):
        if line.lstrip().startswith("#"):
            found.append("#" + line.strip().lstrip("#").strip())
        else:
            found += [token for token in _TOKEN.findall(line) if token != "\n"]
    return found


def macros(text: str) -> dict[str, CMacro]:
    """The macros that plain text defines; of several definitions of one, the first that is not empty."""
    found: dict[str, CMacro] = {}
    for name, parameters, body in _DEFINE.findall(text):
        called = re.search(rf"define[ \t]+{name}\(", text) is not None
        names = tuple(word.strip() for word in parameters.split(",") if word.strip()) if called else None
        if name not in found or not found[name].body:
            found[name] = CMacro(names, tuple(_TOKEN.findall(body)))
    return found


def split(found: Sequence[str], separator: str = ",") -> list[Tokens]:
    """Tokens between the separators that stand outside all brackets."""
    parts: list[Tokens] = [[]]
    depth = 0
    for token in found:
        depth += _DEPTH.get(token, 0)
        if token == separator and not depth:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def closing(found: Sequence[str], start: int) -> int:
    """The index of the bracket that closes the one at `start`; the length where none does."""
    depth = 0
    for at in range(start, len(found)):
        depth += _DEPTH.get(found[at], 0)
        if not depth:
            return at
    return len(found)


def call(macro: CMacro, arguments: Sequence[Tokens]) -> Tokens:
    """A macro's body with its arguments in place, `#name` made a string and `a##b` one word."""
    bound = dict(zip(macro.parameters or (), arguments, strict=False))
    out: Tokens = []
    at = 0
    body = macro.body
    while at < len(body):
        token = body[at]
        if token == "#" and at + 1 < len(body) and body[at + 1] in bound:
            out.append('"' + "".join(bound[body[at + 1]]) + '"')
            at += 2
        elif token == "##" and out and at + 1 < len(body):
            right = bound.get(body[at + 1], [body[at + 1]])
            out[-1] += right[0] if right else ""
            out += right[1:]
            at += 2
        else:
            out += bound.get(token, [token])
            at += 1
    return out


def expand(found: Sequence[str], look_up: Callable[[str], CMacro | None], depth: int = 8) -> Tokens:
    """Tokens with every macro that `look_up` knows in place of its call."""
    out: Tokens = []
    at = 0
    while at < len(found):
        macro = look_up(found[at]) if depth else None
        if macro is None:
            out.append(found[at])
            at += 1
        elif macro.parameters is None:
            out += expand(macro.body, look_up, depth - 1)
            at += 1
        elif at + 1 < len(found) and found[at + 1] == "(":
            end = closing(found, at + 1)
            out += expand(call(macro, split(found[at + 2 : end])), look_up, depth - 1)
            at = end + 1
        else:
            out.append(found[at])
            at += 1
    return out


def string(found: Sequence[str]) -> str | None:
    """The text of adjacent string literals; None for anything else."""
    if not found or not all(token.startswith('"') for token in found):
        return None
    return "".join(token[1:-1] for token in found)


def function_body(text: str, name: str) -> str | None:
    """What stands between the braces of a function in plain text; None when it is not defined there."""
    for match in re.finditer(rf"{name}\s*\([^;{{}}]*\)\s*\{{", text):
        if re.match(r"[\w.>]", text[match.start() - 1]):
            continue
        depth, at = 1, match.end()
        while depth and at < len(text):
            depth += {"{": 1, "}": -1}.get(text[at], 0)
            at += 1
        return text[match.end() : at - 1]
    return None


def guarded(found: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each token that is no preprocessor line, with the conditions that it stands under."""
    open_conditions: list[str] = []
    for token in found:
        if not token.startswith("#") or token == "#" or token.startswith("##"):
            yield token, tuple(open_conditions)
            continue
        word, _, rest = token[1:].strip().partition(" ")
        match word:
            case "ifdef" | "if":
                open_conditions.append(rest.strip())
            case "ifndef":
                open_conditions.append("!" + rest.strip())
            case "else" if open_conditions:
                open_conditions[-1] = "!" + open_conditions[-1]
            case "elif" if open_conditions:
                open_conditions[-1] = rest.strip()
            case "endif" if open_conditions:
                open_conditions.pop()
            case _:
                pass
