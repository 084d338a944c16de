"""Rules of mod_rewrite that never run, or never match, in the place where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared import edits
from hpatch.lint.rules._shared.addresses import answering_servers, hosts_answer
from hpatch.lint.rules._shared.answering import all_taken
from hpatch.lint.rules._shared.effective import may_lack, server_of
from hpatch.lint.rules._shared.rewriting import every_rewrite, rewrites, switched_on, switches_of

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context
    from hpatch.lint.rules._shared.rewriting import Rewrite

_ENGINE = "https://httpd.apache.org/docs/2.4/mod/mod_rewrite.html#rewriteengine"
_OPTIONS = "https://httpd.apache.org/docs/2.4/mod/mod_rewrite.html#rewriteoptions"
_RULE = "https://httpd.apache.org/docs/2.4/mod/mod_rewrite.html#rewriterule"
_INHERITING = ("inherit", "inheritbefore")
_OF_REWRITE = ("rewriteengine", "rewriteoptions", "rewriterule", "rewritecond", "rewritemap")
_HANDING_DOWN = ("inheritdown", "inheritdownbefore")


@rule("RW001", "rewrite-engine-off", "error", references=(_ENGINE,), fix="unsafe")
def rewrite_engine_off(context: Context) -> Iterator[Found]:
    """Nothing switches mod_rewrite on here: the rules do nothing, and httpd says nothing.

    `RewriteEngine On` holds for the server that it stands in and for its sections. Virtual hosts take it from the main
    server, `<Directory>` sections from the server and from the folders above.

    It is an info where `RewriteEngine Off` stands beside the rules, and in a part of a configuration, because another
    file may switch mod_rewrite on.

    Add `RewriteEngine On`.

    Fires on::

        RewriteCond "%{HTTP:Upgrade}" "websocket" [NC]
        RewriteRule "^/(.*)" "ws://10.0.0.5:8072/$1" [P,L]

    Write instead::

        RewriteEngine On
        RewriteCond "%{HTTP:Upgrade}" "websocket" [NC]
        RewriteRule "^/(.*)" "ws://10.0.0.5:8072/$1" [P,L]

    Silent on (the main server's line holds)::

        RewriteEngine On
        <VirtualHost "*:80">
            RewriteRule "^/old$" "/new" [R]
        </VirtualHost>

    Source: cmd_rewriteengine, config_server_merge and config_perdir_merge (mod_rewrite.c); tested on httpd 2.4.71.
    """
    seen: set[int] = set()
    for one in every_rewrite(context):
        place = id(one.section)
        if place in seen:
            continue
        seen.add(place)
        switches = list(switches_of(context, one))
        if any(map(switched_on, switches)) or may_lack(context, one.node):
            continue
        off = next((switch for switch in switches if switch.parent is one.section), None)
        part = not context.configuration.whole
        yield Found(
            one.node.place,
            '"RewriteEngine Off" switches this rule off'
            if off is not None
            else "this rule does nothing: nothing switches mod_rewrite on here",
            related=() if off is None else (Related(off.place, "it is switched off here"),),
            help="Add RewriteEngine On.",
            fix=None if off is not None else edits.fix("add RewriteEngine On", _switch(one)),
            severity="info" if off is not None or part else None,
            confidence="medium" if part else None,
        )


def _switch(one: Rewrite) -> edits.Edits:
    first = one.conditions[0][0] if one.conditions else one.node
    return edits.line_beside(first, "RewriteEngine On", above=True)


@rule("RW002", "rewrite-not-inherited", "warning", references=(_OPTIONS,))
def rewrite_not_inherited(context: Context) -> Iterator[Found]:
    """No virtual host uses the main server's rules of mod_rewrite.

    A virtual host inherits whether mod_rewrite is on, but not the rules. `RewriteOptions Inherit` in the virtual host
    adds them; so does `RewriteOptions InheritDown` in the main server, but only for a virtual host that has a line of
    mod_rewrite itself.

    The rule is silent if httpd listens on a port for which there is no virtual host: the main server answers there.

    Add `RewriteOptions Inherit` to the virtual hosts, or move the rules there.

    Fires on::

        Listen 80
        RewriteEngine On
        RewriteRule "^/old$" "/new" [R]
        <VirtualHost "*:80">
            ServerName a.example
        </VirtualHost>

    Write instead::

        Listen 80
        RewriteEngine On
        RewriteRule "^/old$" "/new" [R]
        <VirtualHost "*:80">
            ServerName a.example
            RewriteOptions Inherit
        </VirtualHost>

    Silent on (the main server answers at port 8080)::

        Listen 80
        Listen 8080
        RewriteEngine On
        RewriteRule "^/old$" "/new" [R]
        <VirtualHost "*:80">
            ServerName a.example
        </VirtualHost>

    Source: config_server_merge (mod_rewrite.c), the RewriteOptions documentation; tested on httpd 2.4.71.
    """
    hosts = context.configuration.by_key.get("<virtualhost")
    if not hosts:
        return
    first = next((one for one in rewrites(context) if one.section is None), None)
    if first is None:
        return
    if any(_inherits(context, host) or may_lack(context, host) for host in hosts) or not hosts_answer(
        context.configuration
    ):
        return
    yield Found(
        first.node.place,
        "no virtual host uses this rule: they do not inherit the main server's rules",
        related=(Related(hosts[0].place, "the first virtual host"),),
        help="Add RewriteOptions Inherit to the virtual hosts, or move the rules there.",
    )


def _inherits(context: Context, host: Node) -> bool:
    """Whether a virtual host has the main server's rules. One without a line of mod_rewrite never has them."""
    if not any(child.key in _OF_REWRITE for child in host.children or ()):
        return False
    own, main = _options(context, host), _options(context, None)
    if (own or main).intersection(_INHERITING):
        return True
    return "ignoreinherit" not in (own or main) and bool(main.intersection(_HANDING_DOWN))


def _options(context: Context, host: Node | None) -> frozenset[str]:
    lines = [line for line in context.configuration.by_key.get("rewriteoptions", ()) if line.parent is host]
    return frozenset(word.lower() for line in lines for word in line.words)


@rule("RW003", "rewrite-leading-slash", "error", references=(_RULE,), fix="unsafe")
def rewrite_leading_slash(context: Context) -> Iterator[Found]:
    """The pattern never matches: a path begins with a slash in a server, and without one in a `<Directory>`.

    In a server or virtual host, mod_rewrite compares the URL's path, which begins with a slash. In a `<Directory>` or
    .htaccess it takes the folder away first, with its slash.

    The rule reports `^` before a letter or digit in a server, and `^/` in a `<Directory>`. It is silent where another
    rule may make a path without a slash, such as `%{HTTP_HOST}$1`.

    Write `^/api/` in a server, and `^api/` in a `<Directory>`.

    Fires on::

        RewriteEngine On
        RewriteRule "^api/(.*)" "http://10.0.0.5:8080/$1" [P]

    Fires on (in a folder)::

        <Directory "/var/www">
            RewriteEngine On
            RewriteRule "^/old$" "/new" [R]
        </Directory>

    Write instead::

        RewriteEngine On
        RewriteRule "^/api/(.*)" "http://10.0.0.5:8080/$1" [P]

    Silent on (both are meant)::

        RewriteEngine On
        RewriteRule "^/?api/(.*)" "http://10.0.0.5:8080/$1" [P]

    Source: hook_uri2file and hook_fixup (mod_rewrite.c), the RewriteRule documentation; tested on httpd 2.4.71.
    """
    if any(map(_forward, context.configuration.find("proxyrequests"))):
        return
    every = list(rewrites(context))
    changed = {id(one.section) for one in every if one.changes_start}
    for one in every:
        pattern = one.rule.pattern
        if _alternatives(pattern) or id(one.section) in changed:
            continue
        # Another file may hold an Include of a part in any section.
        certain = one.section is not None or context.configuration.main
        if one.in_server and certain and _starts(pattern, r"[A-Za-z0-9](?![?*{])"):
            yield Found(
                one.node.word_place(0),
                f'"{pattern}" never matches in a server: the path begins with a slash',
                help=f'Write "^/{pattern[1:]}".',
                fix=edits.fix("begin with a slash", edits.word(one.node, 0, f"^/{pattern[1:]}")),
            )
        elif one.in_folder and _starts(pattern, r"/(?![?*{])"):
            yield Found(
                one.node.word_place(0),
                f'"{pattern}" never matches in a <Directory>: mod_rewrite takes the folder and its slash away',
                help=f'Write "{pattern.replace("/", "", 1)}".',
                fix=edits.fix("remove the slash", edits.word(one.node, 0, f"^{pattern[2:]}"))
                if pattern[1] == "/"
                else None,
            )


def _starts(pattern: str, start: str) -> bool:
    """Whether a pattern begins with `^` and such a text, or with a group of which each alternative does."""
    if re.match(rf"\^{start}", pattern) is not None:
        return True
    match = re.match(r"\^\((?:\?:)?([^()]+)\)(?![?*{])", pattern)
    return match is not None and all(re.match(start, part) for part in match[1].split("|"))


def _forward(node: Node) -> bool:
    return "".join(node.words[:1]).lower() == "on"


def _alternatives(pattern: str) -> bool:
    """Whether a `|` may stand outside of every group."""
    return "|" in pattern and "|" in re.sub(r"\\.|\([^()]*\)", "", pattern)


@rule("RW004", "rewrite-dir-proxied", "warning", references=(_RULE,))
def rewrite_dir_proxied(context: Context) -> Iterator[Found]:
    """The rules in a `<Directory>` never run: ProxyPass takes every request of the virtual host.

    mod_rewrite asks the rules of a `<Directory>` or .htaccess when httpd has found a file. A proxied request has none.
    In a `<Location>` and in the virtual host itself rules run for proxied paths, too.

    The rule is silent where a rule of the server, which mod_rewrite asks before mod_proxy, may lead to a file.

    Move the rules into the virtual host, and begin the patterns with a slash.

    Fires on::

        <VirtualHost "*:80">
            DocumentRoot "/var/www"
            ProxyPass "/" "http://10.0.0.5:8080/"
            <Directory "/var/www">
                RewriteEngine On
                RewriteRule "^old$" "/new" [R]
            </Directory>
        </VirtualHost>

    Write instead::

        <VirtualHost "*:80">
            ProxyPass "/" "http://10.0.0.5:8080/"
            RewriteEngine On
            RewriteRule "^/old$" "/new" [R]
        </VirtualHost>

    Silent on (a part of the paths is not proxied)::

        <VirtualHost "*:80">
            DocumentRoot "/var/www"
            ProxyPass "/static" "!"
            ProxyPass "/" "http://10.0.0.5:8080/"
            <Directory "/var/www">
                RewriteEngine On
                RewriteRule "^old$" "/new" [R]
            </Directory>
        </VirtualHost>

    Silent on (a rule of the server leads to files)::

        <VirtualHost "*:80">
            DocumentRoot "/var/www"
            ProxyPass "/" "http://10.0.0.5:8080/"
            RewriteEngine On
            RewriteRule "^/static/(.*)" "/var/www/static/$1" [L]
            <Directory "/var/www/static">
                RewriteRule "^old$" "/new" [R]
            </Directory>
        </VirtualHost>

    Source: hook_fixup (mod_rewrite.c); tested on httpd 2.4.71.
    """
    seen: set[int] = set()
    for one in rewrites(context):
        host = server_of(one.node)
        section = one.section
        if not one.in_folder or section is None or id(section) in seen:
            continue
        seen.add(id(section))
        takers = [
            None if _names_files(context, server) else all_taken(context, one.node, "/", server)
            for server in ([host] if host is not None else answering_servers(context.configuration))
        ]
        taking = takers[0] if all(takers) else None
        if taking is not None:
            yield Found(
                one.node.place,
                f'this rule never runs: the ProxyPass for "{taking.path}" takes every request',
                related=(Related(taking.place, "it takes every request"),),
                help="Move the rules into the virtual host, and begin the patterns with a slash.",
            )


@lru_cache(maxsize=1)
def _naming_files(context: Context) -> frozenset[int]:
    """The servers in which a rule may lead to a file, by identity: ProxyPass is not asked then."""
    return frozenset(
        id(server_of(one.node))
        for one in rewrites(context)
        if one.in_server
        and one.rule.substitution != "-"
        and not one.rule.has("p", "proxy", "pt", "passthrough", "r", "redirect", "f", "forbidden", "g", "gone")
        and re.match("[a-z]+://", one.rule.substitution) is None
    )


def _names_files(context: Context, host: Node | None) -> bool:
    """Whether a rule of a server, or of the main server, may lead to a file."""
    return not _naming_files(context).isdisjoint((id(None), id(host)))
