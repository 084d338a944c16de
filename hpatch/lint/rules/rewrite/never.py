"""Conditions and patterns of mod_rewrite that never hold, or always do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from hpatch.conf.regexes import alternatives
from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.access import path
from hpatch.lint.rules._shared.effective import server_of
from hpatch.lint.rules._shared.rewriting import rewrites
from hpatch.lint.rules._shared.taking import taking

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context
    from hpatch.lint.rules._shared.rewriting import Rewrite
    from hpatch.proxy.rewrite import RewriteCond

_COND = "https://httpd.apache.org/docs/2.4/mod/mod_rewrite.html#rewritecond"
_RULE = "https://httpd.apache.org/docs/2.4/mod/mod_rewrite.html#rewriterule"
_MAP = "https://httpd.apache.org/docs/2.4/mod/mod_rewrite.html#rewritemap"
_LOOKUP = re.compile(r"\$\{([A-Za-z_][\w.-]*):")
_FILENAME = re.compile(r"%\{(?:REQUEST_FILENAME|SCRIPT_FILENAME)\}", re.I)
_ON_DISK = re.compile(r"!?-[dfslhLFx]")
_QUERY = re.compile(r"(?<!\\)\\\?[\w\[\]]+=|\[\?\]\w+=")
_EXACT = re.compile(r"=(.+)|\^((?:[\w/@ -]|\\[.\-/])+)\$")
_UPGRADE = re.compile(r"%\{(?:HTTP:Upgrade|HTTP_UPGRADE)\}", re.I)
_EVERY = re.compile(r"\^|\^?(?P<slash>/\??)?(?:\.\*|\(\.\*\))\$?")
_LAST = ("l", "last", "end", "p", "proxy", "r", "redirect", "f", "forbidden", "g", "gone")


@rule("RW018", "filename-in-server", "warning", references=(_COND,))
def filename_in_server(context: Context) -> Iterator[Found]:
    """`%{REQUEST_FILENAME}` is not the name of a file here: `-f` and `-d` never hold, and `!-f` always does.

    Rules of a server run before httpd has looked for the file. REQUEST_FILENAME and SCRIPT_FILENAME are the path of the
    URL there, as REQUEST_URI is. A rule that is to leave files to httpd sends their requests to the backend all the
    same. In a `<Directory>` the same lines work.

    The rule is silent if a rule above may have put the name of a file there, and about rules outside of a virtual host
    in a file without a Listen line: it may be a .htaccess file, or be included in a `<Directory>`.

    Write `%{DOCUMENT_ROOT}%{REQUEST_URI}`. Where an Alias leads elsewhere, write `%{LA-U:REQUEST_FILENAME}`.

    Fires on::

        <VirtualHost *:80>
            DocumentRoot "/srv/www"
            RewriteEngine On
            RewriteCond "%{REQUEST_FILENAME}" "!-f"
            RewriteRule "^/(.*)$" "http://10.0.0.5:8080/$1" [P]
            ProxyPassReverse "/" "http://10.0.0.5:8080/"
        </VirtualHost>

    Write instead::

        <VirtualHost *:80>
            DocumentRoot "/srv/www"
            RewriteEngine On
            RewriteCond "%{DOCUMENT_ROOT}%{REQUEST_URI}" "!-f"
            RewriteRule "^/(.*)$" "http://10.0.0.5:8080/$1" [P]
            ProxyPassReverse "/" "http://10.0.0.5:8080/"
        </VirtualHost>

    Silent on (the file is known)::

        <Directory "/srv/www">
            RewriteEngine On
            RewriteCond "%{REQUEST_FILENAME}" "!-f"
            RewriteRule "^(.*)$" "http://10.0.0.5:8080/$1" [P]
        </Directory>

    Source: "REQUEST_FILENAME" in the RewriteCond documentation; tested on httpd 2.4.71.
    """
    unsure = set()
    main = context.configuration.whole and "listen" in context.configuration.by_key
    for one in rewrites(context):
        if not one.in_server or one.section in unsure or (one.section is None and not main):
            continue
        for node, condition in one.conditions:
            if _FILENAME.fullmatch(condition.test) and _ON_DISK.fullmatch(condition.pattern):
                always = "always" if condition.pattern.startswith("!") else "never"
                yield Found(
                    node.word_place(0),
                    f'"{condition.test}" is the path of the URL here, and no file: the condition {always} holds',
                    help='Write "%{DOCUMENT_ROOT}%{REQUEST_URI}".',
                    node=node,
                )
        if one.rule.substitution != "-" and not one.rule.has(*_LAST):
            unsure.add(one.section)


@rule("RW019", "query-in-pattern", "warning", references=(_RULE,))
def query_in_pattern(context: Context) -> Iterator[Found]:
    """The pattern looks for a query string, but mod_rewrite compares it with the path alone.

    A request for `/page.php?id=7` has the path `/page.php`. The rule never runs for it.

    Look at the query in a RewriteCond; `%1` is what it captures.

    Fires on::

        RewriteEngine On
        RewriteRule "^/page\\.php\\?id=(\\d+)$" "/page/$1" [R=301,L]

    Write instead::

        RewriteEngine On
        RewriteCond "%{QUERY_STRING}" "^id=(\\d+)$"
        RewriteRule "^/page\\.php$" "/page/%1" [R=301,L,QSD]

    Silent on (a question mark that repeats)::

        RewriteEngine On
        RewriteRule "^/pages?/id=(\\d+)$" "/page/$1" [R=301,L]

    Source: "What is matched?" in the RewriteRule documentation; tested on httpd 2.4.71.
    """
    for one in rewrites(context):
        if _QUERY.search(one.rule.pattern) is not None:
            yield Found(
                one.node.word_place(0),
                f'"{one.rule.pattern}" looks for a query string, and the path that it is compared with has none',
                help='Put RewriteCond "%{QUERY_STRING}" above the rule.',
                node=one.node,
            )


@rule("RW020", "conditions-exclude", "error", references=(_COND,))
def conditions_exclude(context: Context) -> Iterator[Found]:
    """Two conditions want two different texts in the same place: the rule never runs.

    All conditions of a rule must hold. `[OR]` at the first of two makes one of them enough.

    Add `[OR]` to the first condition, or write one pattern: `^(a|b)$`.

    Fires on::

        RewriteEngine On
        RewriteCond "%{HTTP_HOST}" "^a\\.example$"
        RewriteCond "%{HTTP_HOST}" "^b\\.example$"
        RewriteRule "^" "https://c.example%{REQUEST_URI}" [R=301,L]

    Write instead::

        RewriteEngine On
        RewriteCond "%{HTTP_HOST}" "^a\\.example$" [OR]
        RewriteCond "%{HTTP_HOST}" "^b\\.example$"
        RewriteRule "^" "https://c.example%{REQUEST_URI}" [R=301,L]

    Silent on (neither of the two)::

        RewriteEngine On
        RewriteCond "%{HTTP_HOST}" "!^a\\.example$"
        RewriteCond "%{HTTP_HOST}" "!^b\\.example$"
        RewriteRule "^" "https://a.example%{REQUEST_URI}" [R=301,L]

    Source: the RewriteCond documentation; tested on httpd 2.4.71.
    """
    for one in rewrites(context):
        if any(_alternative(condition) for _, condition in one.conditions):
            continue
        for (upper, first), (node, second) in pairwise(one.conditions):
            texts = (_exact(first), _exact(second))
            if None in texts or texts[0] == texts[1] or first.test.lower() != second.test.lower():
                continue
            yield Found(
                node.place,
                f'"{first.test}" cannot be "{texts[0]}" and "{texts[1]}" at once: the rule never runs',
                related=(Related(upper.place, "the other condition"),),
                help="Add [OR] to the first condition.",
            )


def _alternative(condition: RewriteCond) -> bool:
    return "or" in condition.flags or "ornext" in condition.flags


def _exact(condition: RewriteCond) -> str | None:
    """The one text that a condition wants, in lower case; None if it may be content with others."""
    found = _EXACT.fullmatch(condition.pattern)
    if found is None or "%" in condition.pattern or "$" in condition.pattern[:-1]:
        return None
    return (found[1] or found[2].replace("\\", "")).strip('"').lower()


@rule("RW021", "websocket-case", "warning", references=(_COND, "RFC 6455, 4.1"))
def websocket_case(context: Context) -> Iterator[Found]:
    """The condition wants `WebSocket` with capitals, but browsers send `Upgrade: websocket`.

    The condition does not hold, and the request for a WebSocket goes to the page's backend.

    Add `[NC]`.

    Fires on::

        RewriteEngine On
        RewriteCond "%{HTTP:Upgrade}" "^WebSocket$"
        RewriteRule "^/(.*)" "ws://10.0.0.5:8072/$1" [P,L]

    Write instead::

        RewriteEngine On
        RewriteCond "%{HTTP:Upgrade}" "^WebSocket$" [NC]
        RewriteRule "^/(.*)" "ws://10.0.0.5:8072/$1" [P,L]

    Silent on::

        RewriteEngine On
        RewriteCond "%{HTTP:Upgrade}" "=websocket"
        RewriteRule "^/(.*)" "ws://10.0.0.5:8072/$1" [P,L]

    Source: RFC 6455, 4.1; the Fetch standard, "establish a WebSocket connection"; tested on httpd 2.4.71.
    """
    for one in rewrites(context):
        for node, condition in one.conditions:
            if _UPGRADE.fullmatch(condition.test) is None or {"nc", "nocase"} & set(condition.flags):
                continue
            wanted = condition.pattern.lstrip("=^").rstrip("$")
            if wanted.lower() == "websocket" and wanted != "websocket":
                yield Found(
                    node.word_place(1),
                    f'"{condition.pattern}" does not match "Upgrade: websocket", which browsers send',
                    help="Add [NC].",
                    node=node,
                )


@rule("RW022", "rewrite-map-undefined", "error", references=(_MAP,))
def rewrite_map_undefined(context: Context) -> Iterator[Found]:
    """No RewriteMap has this name: `${NAME:key|default}` is always the default, or nothing.

    httpd says nothing about it.

    The rule is silent about a part of a configuration: the RewriteMap may stand in another file.

    Add the RewriteMap, or correct the name.

    Fires on::

        Listen 80
        RewriteEngine On
        RewriteRule "^/(\\w+)/(.*)$" "http://${backends:$1|10.0.0.5}/$2" [P]

    Write instead::

        Listen 80
        RewriteEngine On
        RewriteMap backends "txt:/etc/apache2/backends.txt"
        RewriteRule "^/(\\w+)/(.*)$" "http://${backends:$1|10.0.0.5}/$2" [P]

    Silent on (a variable of Define)::

        Listen 80
        Define BACKEND 10.0.0.5
        RewriteEngine On
        RewriteRule "^/(.*)$" "http://${BACKEND}/$1" [P]

    Source: lookup_map (mod_rewrite.c); tested on httpd 2.4.71.
    """
    configuration = context.configuration
    if not configuration.whole or configuration.templates or "listen" not in configuration.by_key:
        return
    maps = {node.words[0] for node in configuration.find("rewritemap") if node.words}
    for one in rewrites(context):
        texts = [(one.node, one.rule.substitution), *((node, condition.test) for node, condition in one.conditions)]
        for node, text in texts:
            for name in dict.fromkeys(_LOOKUP.findall(text)):
                if name not in maps and name not in configuration.defines:
                    yield Found(
                        node.place,
                        f'no RewriteMap has the name "{name}": this is always the default, or nothing',
                        help="Add the RewriteMap, or correct the name.",
                        node=node,
                        subject=name,
                    )


@rule("RW023", "rewrite-unreached", "error", references=(_RULE,))
def rewrite_unreached(context: Context) -> Iterator[Found]:
    """A rule above takes every request and ends the rewriting: this rule never runs.

    A rule with a pattern that matches every path, no condition, and the flag P, F, G, END, or R with L, is the last one
    that httpd looks at. In a server, L alone ends the rules, too. A rule that is to forbid a path has no effect behind
    it.

    The rule is silent where a rule above has the flag C or S, which may pass over the one that ends.

    Put this rule above the other.

    Fires on::

        RewriteEngine On
        RewriteRule "^/(.*)$" "http://10.0.0.5:8080/$1" [P]
        RewriteRule "^/admin" "-" [F]

    Write instead::

        RewriteEngine On
        RewriteRule "^/admin" "-" [F]
        RewriteRule "^/(.*)$" "http://10.0.0.5:8080/$1" [P]

    Silent on (the rule has a condition)::

        RewriteEngine On
        RewriteCond %{HTTP:Upgrade} "=websocket" [NC]
        RewriteRule "^/(.*)$" "ws://10.0.0.5:8080/$1" [P]
        RewriteRule "^/admin" "-" [F]

    Source: apply_rewrite_list (mod_rewrite.c); tested on httpd 2.4.71.
    """
    ending: dict[Node | None, Rewrite] = {}
    unsure: set[Node | None] = set()
    for one in rewrites(context):
        last = ending.get(one.section)
        if last is not None:
            if one.section not in unsure and one.node.certain:
                unsure.add(one.section)  # one finding a section
                yield Found(
                    one.node.place,
                    f'this rule never runs: "{last.rule.pattern}" takes every request, and no rule runs after it',
                    related=(Related(last.node.place, "this rule ends the rewriting"),),
                    help="Put this rule above the other.",
                )
        elif one.rule.has("c", "chain", "s", "skip", "n", "next"):
            unsure.add(one.section)
        elif one.node.certain and not one.conditions and _takes_all(one) and _ends(one):
            ending[one.section] = one


def _takes_all(one: Rewrite) -> bool:
    """Whether a rule's pattern matches every path. In a folder, a path begins without a slash."""
    every = _EVERY.fullmatch(one.rule.pattern)
    return every is not None and not (every["slash"] == "/" and one.in_folder)


def _ends(one: Rewrite) -> bool:
    """Whether no rule runs after this one if it matches."""
    rule = one.rule
    if rule.has("f", "forbidden", "g", "gone", "end") or rule.proxied:
        return True
    last = rule.has("l", "last")
    return last and (rule.has("r", "redirect") or (one.in_server and not rule.has("pt", "passthrough")))


_ABSOLUTE = re.compile(r"\^?(?:\.\*|\.\+|\(\.\*\)|\(\.\+\))\$?|\^?/\?(?:\.\*|\(\.\*\))\$?")
_GOING_ON = ("r", "redirect")


@rule(
    "RW024",
    "redirect-goes-on",
    "error",
    references=(_RULE, "https://httpd.apache.org/docs/2.4/rewrite/flags.html#flag_r"),
)
def redirect_goes_on(context: Context) -> Iterator[Found]:
    """The redirect has no `L`: a rule below takes its URL for a path, and nobody is redirected as this line says.

    `R` alone does not end the rules. The next ones are compared with the whole new URL, `https://www.example.com/new`.
    A pattern such as `^(.*)$` matches it: the backend is asked for it, or httpd looks for a host of that name.

    The rule is silent where the pattern below begins with `^/`, which no URL does, and where it has a condition.

    Add L to the flags of the redirect.

    Fires on::

        RewriteEngine On
        RewriteRule "^/old" "/new" [R=301]
        RewriteRule "^(.*)$" "http://10.0.0.5:8080$1" [P]

    Write instead::

        RewriteEngine On
        RewriteRule "^/old" "/new" [R=301,L]
        RewriteRule "^(.*)$" "http://10.0.0.5:8080$1" [P]

    Silent on (the pattern below matches paths only)::

        RewriteEngine On
        RewriteRule "^/old" "/new" [R=301]
        RewriteRule "^/(.*)$" "http://10.0.0.5:8080/$1" [P]

    Source: apply_rewrite_rule (mod_rewrite.c), the documentation of the flag R; tested on httpd 2.4.71.
    """
    going: dict[Node | None, Rewrite] = {}
    for one in rewrites(context):
        above = going.get(one.section)
        rule = one.rule
        if above is not None and _takes_urls(one):
            del going[one.section]
            yield Found(
                above.node.place,
                f'"{rule.pattern}" in a rule below takes the URL of this redirect for a path: nobody gets there',
                related=(Related(one.node.place, "this rule changes it again"),),
                help="Add L to the flags of the redirect.",
            )
            continue
        if rule.has("c", "chain", "s", "skip"):
            going.pop(one.section, None)
        elif one.in_server and rule.has(*_GOING_ON) and rule.substitution != "-" and not rule.has(*_ENDING):
            going.setdefault(one.section, one)


_ENDING = ("l", "last", "end", "p", "proxy", "f", "forbidden", "g", "gone", "n", "next", "c", "chain", "s", "skip")


def _takes_urls(one: Rewrite) -> bool:
    """Whether a rule surely changes a whole URL that it is compared with."""
    if one.conditions or not one.node.certain or not one.in_server or _ABSOLUTE.fullmatch(one.rule.pattern) is None:
        return False
    return one.rule.proxied or "://" in one.rule.substitution[:12]


_ANCHORED = re.compile(r"\^\(*(?:/(?![?*{])|/\?(?!p)\w\w|(?!p)\w[\w-]+(?:/|\$|\\\.|\)|$))")
_LOCATION = "https://httpd.apache.org/docs/2.4/mod/mod_rewrite.html#rewriterule"


@rule("RW025", "location-pattern-anchored", "error", references=(_LOCATION,))
def location_pattern_anchored(context: Context) -> Iterator[Found]:
    """The rule in this `<Location>` never runs: for what ProxyPass takes, a pattern is compared with the backend's URL.

    In a section, mod_rewrite compares the name that the request has got so far. ProxyPass has made that
    `proxy:http://10.0.0.5:8080/app/old`, so that no pattern matches which begins with `^` and a path.

    The rule reports sections for paths that ProxyPass surely takes. It is silent about patterns without `^`.

    Put the rule into the virtual host, outside of sections, or look at the path in a condition:
    `RewriteCond "%{REQUEST_URI}" "^/app/old"`.

    Fires on::

        RewriteEngine On
        ProxyPass "/app" "http://10.0.0.5:8080/app"
        <Location "/app">
            RewriteEngine On
            RewriteRule "^/app/old" "-" [F]
        </Location>

    Write instead::

        RewriteEngine On
        ProxyPass "/app" "http://10.0.0.5:8080/app"
        <Location "/app">
            RewriteEngine On
            RewriteCond "%{REQUEST_URI}" "^/app/old"
            RewriteRule "^" "-" [F]
        </Location>

    Silent on (it may match anywhere)::

        RewriteEngine On
        ProxyPass "/app" "http://10.0.0.5:8080/app"
        <Location "/app">
            RewriteEngine On
            RewriteRule "/app/old" "-" [F]
        </Location>

    Source: hook_fixup (mod_rewrite.c), proxy_trans (mod_proxy.c); tested on httpd 2.4.71.
    """
    for one in rewrites(context):
        section = one.section
        if section is None or section.key != "<location" or _ANCHORED.match(one.rule.pattern) is None:
            continue
        where = path(section)
        if where is None or not one.node.certain:
            continue
        found = next(iter(taking(context, server_of(section), where)), None)
        if found is None or found.taken is None or found.mapping.exclusion or found.mapping.kind == "RewriteRule":
            continue
        yield Found(
            one.node.place,
            f'"{one.rule.pattern}" never matches: here the request has the name "proxy:" and the URL of the backend',
            related=(Related(found.mapping.place, "this line takes the requests"),),
            help='Write the rule outside of sections, or RewriteCond "%{REQUEST_URI}" for the path.',
        )


_OTHER_THAN = re.compile(r"!\^((?:[\w/@ -]|\\[.\-/])+)(?P<next>[?*{]?).*")


@rule("RW026", "conditions-always", "error", references=(_COND,))
def conditions_always(context: Context) -> Iterator[Found]:
    """Of these two conditions one always holds, and `[OR]` makes one enough: they leave nothing out.

    `not /api` or `not /static` holds for every path, also for `/api`: it is not `/static`. The requests that the
    conditions are to leave out go to the backend all the same.

    Remove `[OR]`: conditions without it must all hold.

    Fires on::

        RewriteEngine On
        RewriteCond "%{REQUEST_URI}" "!^/api" [OR]
        RewriteCond "%{REQUEST_URI}" "!^/static"
        RewriteRule "^/(.*)$" "http://10.0.0.5:8080/$1" [P]

    Write instead::

        RewriteEngine On
        RewriteCond "%{REQUEST_URI}" "!^/api"
        RewriteCond "%{REQUEST_URI}" "!^/static"
        RewriteRule "^/(.*)$" "http://10.0.0.5:8080/$1" [P]

    Silent on (what is not in the one folder, or not in the folder below it)::

        RewriteEngine On
        RewriteCond "%{REQUEST_URI}" "!^/api" [OR]
        RewriteCond "%{REQUEST_URI}" "!^/api/v2"
        RewriteRule "^/(.*)$" "http://10.0.0.5:8080/$1" [P]

    Source: the RewriteCond documentation; tested on httpd 2.4.71.
    """
    for one in rewrites(context):
        for (upper, first), (node, second) in pairwise(one.conditions):
            if not _alternative(first) or first.test.lower() != second.test.lower() or first.test.lower() == "expr":
                continue
            left, right = _left_out(first), _left_out(second)
            if left is None or right is None or left.startswith(right) or right.startswith(left):
                continue
            yield Found(
                node.place,
                f'one of the two always holds: what begins with "{left}" does not begin with "{right}"',
                related=(Related(upper.place, "the other condition"),),
                help="Remove [OR] from the condition above.",
            )


def _left_out(condition: RewriteCond) -> str | None:
    """The beginning of all texts for which a negated condition does not hold, in lower case; None for others."""
    if condition.pattern.startswith("!="):
        text = condition.pattern[2:].strip('"')
        return text.lower() if text and "%" not in text else None
    found = _OTHER_THAN.fullmatch(condition.pattern)
    if found is None or len(alternatives(condition.pattern[1:])) > 1:
        return None
    text = found[1][:-1] if found["next"] else found[1]
    return text.replace("\\", "").lower() or None
