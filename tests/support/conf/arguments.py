"""Generated arguments of directives: what the table of values says that they take, near misses, and everything else."""

from __future__ import annotations

import random
import re

from hpatch.facts.values import Values

_WORD = re.compile(r"<[^>]*>|[^<>|\s@.=]+")
_POOL = (
    # numbers, times and sizes
    "0 1 -1 7 16 25 300 404 451 499 599 600 65535 65536 99999999999 5abc +3 1k 2gb 5s 5min 5mi 2h 10ms 3d -5s "
    # words
    "abc on Off none all default unlimited early env=x env= env=! set unset echo edit add note always permanent gone "
    "from Allow,Deny warn debug:ssl ssl:warn trace8 trace9 int:toupper int:x dbm=x +Indexes Indexes +All Nonfatal "
    "Nonfatal=All -SSLv2 +TLSv1.2 TLSv1.4 NameWidth NameWidth=3 IconWidth=5 header=20-40,MinRate=500 body=5-40 foo=1 "
    # addresses, paths and URLs
    "http://a/ http://a:99999/ a://b:x /x /a/%0/x /% 1.2.3.4 10.0.0.0/8 10.0.0.0/33 10.0.0.0/255.0.0.0 10.1 1.2.3.999 "
    "a.b *:80 [::1]:80 [::1 *:0 host:80 _default_:443 fe80::/999 .example.com # x/y "
    # regular expressions, formats and flags
    "[ ( ^/(a|b)$ a** [z-a] (?i)x \\d+ x{3,1} s/a/b/ s/a/b/x s|a|b|ni s/(/b/ %h %{X}i %>s %Z %{X} % %% %^ti %^FB "
    "[R] [R=301,L] [R=999] [L [L,] [NC] [OR] [NC,OR] [F,XX] [BNE] [D] A3600 M1"
).split()
_QUOTED = (
    '"access plus 1 month"', '"now plus 1 year 2 mi"', '"access 1 m"', '"plus 2 weeks"', '"%M"', '"[%{u}t] %+M"',
    '"%5M"', '"%99M"', '""',
)  # fmt: skip
_COUNTS = {
    "TAKE2": (2, 2), "ITERATE": (1, 3), "ITERATE2": (2, 3), "FLAG": (1, 2), "TAKE12": (1, 2), "TAKE3": (3, 3),
    "TAKE23": (2, 3), "TAKE123": (1, 3), "TAKE13": (1, 3), "RAW_ARGS": (0, 5), "TAKE_ARGV": (0, 3),
}  # fmt: skip


def cases(name: str, form: str, row: Values | None, number: int) -> list[str]:
    """Some `number` of arguments for a directive, the same ones each time."""
    chance = random.Random(name)
    words = [word for word in _WORD.findall(row.arguments) if not word.startswith("<")] if row else ["On", "Off"]
    near = [change for word in words for change in (word, word.upper(), f"{word}x", word[:-1], f"+{word}", f"-{word}")]
    pool = [*_POOL, *_QUOTED]
    if form == "TAKE1":
        mine = chance.sample(near, min(len(near), number // 2))
        return sorted({*mine, *chance.sample(pool, number - len(mine))} - {""})
    least, most = _COUNTS[form]
    found = {
        " ".join(chance.choice(near if near and chance.random() < 0.5 else pool) for _ in range(size))
        for size in (chance.randint(least, most) for _ in range(number))
    }
    return sorted(found)
