"""Expressions for httpd and hpatch to agree on: made by the grammar, and then damaged."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from hpatch.facts import expressions as facts

_VALUES = ["a", "", "a b", "/x", "é", "\\'", "\\n", "\\101", "\\8", "\\400", "%", "}", "$1", "x%{HTTP_HOST}y", "$x"]
_SUBNETS = [
    "10.0.0.1",
    "10.1",
    "10.0.0.0/8",
    "::1",
    "2001:db8::/32",
    "0.0.0.0/0",
    "10.0.0.0/33",
    "a.example",
    "1.2.3.4/",
    "",
]
_SUBNETS += ["10.0.0.0/255.0.0.0", "::ffff:1.2.3.4", "1.2.3.4.5", "010.1", "1.2.3.256", "10.1/8", "fe80::1%lo", " 10.1"]
_REGEXES = ["^/a", "a|b", "(a)(b)", "a\\.b", "(", "[", "a{2,1}", "*a", "a)", "[b-a]", "", "(?i)a", "a+?", "\\d"]
_DELIMITERS = ["/", "m#", "m,", "m!", "m|", "m_", "m'", 'm"', "m.", "m:", "m%", "m$", "m;", "m?", "m-", "m^"]
_COMPARISONS = "= == != < <= > >= -eq -ne -lt -le -gt -ge eq ne lt le gt ge".split()
_JUNK = [
    "",
    " ",
    "(",
    ")",
    "{",
    "}",
    '"',
    "'",
    "%{",
    "\\",
    "$",
    "/",
    "m",
    "-",
    "-x",
    "AND",
    "foo",
    "é",
    "_",
    ":",
    ",",
    "%",
    "!",
    "=~",
    ".",
]


class Maker:
    """Makes expressions at random, each a list of pieces; `text` joins them."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.names = {
            kind: [one.name.replace("*", "CIPHER") for one in facts.everything() if one.kind == kind]
            for kind in ("variable", "function", "list", "unary", "binary")
        }

    def condition(self) -> str:
        """A condition, perhaps damaged."""
        return self.joined(self._condition(3))

    def string(self) -> str:
        """A string with variables, perhaps damaged."""
        pieces = [piece for _ in range(self.random.randint(1, 4)) for piece in self._part()]
        return self.joined(pieces, "")

    def joined(self, pieces: list[str], blank: str | None = None) -> str:
        """The pieces as text, after up to two of them were lost, doubled, swapped or replaced."""
        for _ in range(self.random.choice((0, 0, 1, 1, 2))):
            at = self.random.randrange(len(pieces) or 1)
            damage = self.random.randrange(4)
            if damage == 0:
                pieces[at : at + 1] = []
            elif damage == 1:
                pieces[at:at] = pieces[at : at + 1]
            elif damage == 2:
                pieces[at : at + 2] = pieces[at : at + 2][::-1]
            else:
                pieces[at : at + self.random.randrange(2)] = [self.one(_JUNK)]
        if blank is None:
            blank = self.one([" ", " ", " ", "", "  "])
        return blank.join(pieces)

    def one(self, choices: Sequence[str]) -> str:
        return self.random.choice(choices)

    def _name(self, kind: str) -> str:
        name = self.one(self.names[kind])
        chance = self.random.random()
        return name.swapcase() if chance < 0.1 else name + "x" if chance < 0.15 else name

    def _condition(self, depth: int) -> list[str]:
        kinds: list[Callable[[int], list[str]]] = [
            self._comparison,
            self._match,
            self._unary,
            self._binary,
            self._among,
        ]
        if depth > 0:
            kinds += [self._both, self._not, self._braced, self._constant]
        return self.random.choice(kinds)(depth - 1)

    def _constant(self, _: int) -> list[str]:
        return [self.one(["true", "false"])]

    def _both(self, depth: int) -> list[str]:
        return [*self._condition(depth), self.one(["and", "or", "&&", "||"]), *self._condition(depth)]

    def _not(self, depth: int) -> list[str]:
        return [self.one(["!", "not"]), *self._condition(depth)]

    def _braced(self, depth: int) -> list[str]:
        return ["(", *self._condition(depth), ")"]

    def _comparison(self, depth: int) -> list[str]:
        return [*self._word(depth), self.one(_COMPARISONS), *self._word(depth)]

    def _match(self, depth: int) -> list[str]:
        delimiter = self.one(_DELIMITERS)
        regex = delimiter + self.one(_REGEXES) + delimiter[-1] + self.one(["", "i"])
        return [*self._word(depth), self.one(["=~", "!~"]), regex]

    def _among(self, depth: int) -> list[str]:
        which = self.one(["in", "-in"])
        if self.random.random() < 0.3:
            return [*self._word(depth), which, self._name("list"), "(", *self._word(depth), ")"]
        more = [piece for _ in range(self.random.randrange(3)) for piece in (",", *self._word(0))]
        return [*self._word(depth), which, "{", *self._word(depth), *more, "}"]

    def _unary(self, depth: int) -> list[str]:
        name = self._name("unary")
        return ["-" + name, *(self._subnet() if name == "R" else self._word(depth))]

    def _binary(self, depth: int) -> list[str]:
        name = self._name("binary")
        return [*self._word(depth), "-" + name, *(self._subnet() if "ip" in name else self._word(depth))]

    def _subnet(self) -> list[str]:
        if self.random.random() < 0.1:
            return self._word(0)
        quote = self.one(["'", '"'])
        return [quote + self.one(_SUBNETS) + quote]

    def _word(self, depth: int) -> list[str]:
        kinds: list[Callable[[int], list[str]]] = [
            self._quoted,
            self._quoted,
            self._variable,
            self._number,
            self._capture,
        ]
        if depth > 0:
            kinds += [self._function, self._concatenated]
        return self.random.choice(kinds)(depth - 1)

    def _number(self, _: int) -> list[str]:
        return [self.one(["0", "12", "-3"])]

    def _capture(self, _: int) -> list[str]:
        return ["$1"]

    def _quoted(self, _: int) -> list[str]:
        quote = self.one(["'", '"'])
        return [quote, self.one(_VALUES), quote] if self.random.random() < 0.3 else [quote + self.one(_VALUES) + quote]

    def _function(self, depth: int) -> list[str]:
        return [self._name("function"), "(", *self._word(depth), ")"]

    def _concatenated(self, depth: int) -> list[str]:
        return [*self._word(depth), ".", *self._word(depth)]

    def _variable(self, depth: int) -> list[str]:
        if self.random.random() < 0.6:
            return ["%{" + self._name("variable") + "}"]
        argument = "".join(self._part() if depth > 0 else [self.one(["Host", "a b", "x\\}y", "$1", "a'b"])])
        return ["%{" + self._name("function") + ":" + argument + "}"]

    def _part(self) -> list[str]:
        return [self.one(_VALUES)] if self.random.random() < 0.5 else self._variable(self.random.randrange(2))
