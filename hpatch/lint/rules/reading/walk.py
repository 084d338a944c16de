"""Directives that httpd does not have, or refuses where they stand or for the number of their arguments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.conf.templates.placeholders import has_placeholder
from hpatch.conf.walk import arguments, contexts, names, sections
from hpatch.lint.found import Fix, Found
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared import edits
from hpatch.lint.rules.reading.refused import LEAST

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.conf.walk.model import Refused
    from hpatch.lint.context import Context

_MANUAL = "https://httpd.apache.org/docs/2.4"
_NAME = re.compile(r"[!-~]+")


def found_of(refused: Refused) -> Found:
    """What a rule reports of a refusal: with medium confidence where it is not certain."""
    return Found(
        refused.place,
        refused.message,
        help=refused.help,
        confidence=None if refused.certain else "medium",
        node=refused.node,
    )


@rule("CF012", "directive-unknown", "error", references=(f"{_MANUAL}/mod/quickreference.html",), fix="unsafe")
def directive_unknown(context: Context) -> Iterator[Found]:
    """httpd does not know this directive or section: its name is misspelt or garbled.

    httpd refuses to start. A byte order mark, or another character that no directive name contains, makes a directive
    unknown; so does a file in UTF-16. The lines of a template, such as `{% if tls %}`, are unknown directives too.

    The rule knows the directives of all httpd 2.4 releases and of widespread other modules. Where another module may
    provide the name, the confidence is medium. If the configuration loads a module that hpatch does not know, the
    finding is a warning. The rule is silent inside an `<IfModule>` for such a module.

    Fires on::

        ServerNam www.example.com

    Fires on::

        ProxyPas "/" "http://10.0.0.5:8080/"

    Write instead::

        ServerName www.example.com
        ProxyPass "/" "http://10.0.0.5:8080/"

    Silent on (a directive of another module)::

        SecRuleEngine On

    Source: server/config.c ("Invalid command"); tested on httpd 2.4.71.
    """
    garbled: dict[str, list[Node]] = {}
    for key, nodes in context.configuration.by_key.items():
        if _NAME.fullmatch(key) is None and not has_placeholder(key):
            for node in nodes:
                garbled.setdefault(node.source.name, []).append(node)
    others = names.strangers(context.configuration)
    for refused in names.unknown(context.configuration):
        yield found_of(refused)._replace(severity="warning" if others else None, fix=_meant(refused))
    for nodes in garbled.values():
        yield _garbled(nodes)


@rule("CF013", "module-not-loaded", "error", references=(f"{_MANUAL}/mod/mod_so.html#loadmodule",))
def module_not_loaded(context: Context) -> Iterator[Found]:
    """The module that provides this directive is not loaded.

    httpd does not know the directive and refuses to start.

    The rule is silent if hpatch does not know all modules that httpd loads. It knows them from `--modules`, from a main
    file with `--httpd`, and from a Debian tree with its `mods-enabled`. A single virtual host file does not tell them.

    A directive of another MPM is reported where the MPM is known: from `--mpm`, `--httpd` or a LoadModule line.

    Fires on::

        # options: --modules mpm_event,proxy,proxy_http
        SSLEngine On

    Fires on (a module that is not httpd's)::

        # options: --modules mpm_event,proxy,proxy_http
        php_admin_flag engine off

    Write instead::

        # options: --modules mpm_event,proxy,proxy_http
        <IfModule mod_ssl.c>
            SSLEngine On
        </IfModule>

    Silent on (the modules are not known)::

        SSLEngine On

    Source: server/config.c ("perhaps misspelled or defined by a module not included"); tested on httpd 2.4.71.
    """
    yield from map(found_of, names.not_loaded(context.configuration))
    yield from map(found_of, names.of_others(context.configuration))
    yield from map(found_of, names.of_another_mpm(context.configuration))


@rule("CF014", "directive-arguments", "error", references=(f"{_MANUAL}/mod/directive-dict.html#Syntax",), fix="safe")
def directive_arguments(context: Context) -> Iterator[Found]:
    """The directive has too many or too few arguments.

    httpd refuses to start. A comment behind the arguments is a usual cause: httpd reads its words as further arguments.
    So are blanks in an argument without quotes.

    The rule is silent where the value of an undefined variable decides, and about directives that count their arguments
    themselves. Rules for proxy directives report those.

    Fires on::

        ServerName www.example.com # the shop

    Fires on::

        DocumentRoot /srv/my site

    Write instead::

        # the shop
        ServerName www.example.com
        DocumentRoot "/srv/my site"

    Silent on (without a number of its own)::

        ServerAlias example.com example.org example.net

    Source: server/config.c `invoke_cmd`; tested on httpd 2.4.71.
    """
    elsewhere = {id(refusal.node) for refusal in context.proxy.refusals}
    for refused in arguments.refused(context.configuration):
        node = refused.node
        if id(node) not in elsewhere and (node.key not in LEAST or node.words):
            comment = edits.comment_moved(node)
            yield found_of(refused)._replace(fix=edits.fix("move the comment to its own line", comment, safe=True))


@rule("CF015", "directive-context", "error", references=(f"{_MANUAL}/mod/directive-dict.html#Context",))
def directive_context(context: Context) -> Iterator[Found]:
    """httpd does not accept the directive or section in the place where it stands.

    httpd refuses to start. Each directive may stand in some contexts only: outside of sections, in virtual hosts, in
    sections such as `<Directory>` and `<Location>`, in .htaccess files. Sections may not stand in one another at
    random: `<Directory>` and `<Location>` never do.

    The rule reads a .htaccess file as if AllowOverride allowed everything.

    Fires on::

        <Location "/api/">
            ServerName api.example.com
        </Location>

    Fires on::

        AuthType Basic

    Write instead::

        <Location "/api/">
            AuthType Basic
        </Location>

    Silent on (sections for requests may stand in a virtual host)::

        <VirtualHost *:80>
            <Location "/api/">
                Require all granted
            </Location>
        </VirtualHost>

    Source: server/config.c `invoke_cmd` and server/core.c `ap_check_cmd_context`; each directive in each context tested
    on httpd 2.4.71.
    """
    elsewhere = {id(refusal.node) for refusal in context.proxy.refusals}
    for refused in contexts.refused(context.configuration):
        if id(refused.node) not in elsewhere:
            yield found_of(refused)


@rule("CF017", "section-refused", "error", references=(f"{_MANUAL}/sections.html",))
def section_refused(context: Context) -> Iterator[Found]:
    """httpd refuses the section for the line that opens it, or for what is missing around it.

    httpd refuses to start. The usual causes:

    - The line that opens the section does not end in `>`, or has no argument.
    - An `<Else>` or `<ElseIf>` has no `<If>` before it in the same section.
    - A `<RequireAll>`, `<RequireAny>` or `<RequireNone>` contains no Require.
    - A `Require not` or a `<RequireNone>` stands outside of `<RequireAll>`. It can only deny access.

    Other rules report a section that is not closed, or that stands where it is not allowed.

    Fires on::

        <VirtualHost *:80
            ServerName www.example.com
        </VirtualHost>

    Fires on::

        <Location "/admin/">
            Require not ip 192.0.2.7
        </Location>

    Write instead::

        <VirtualHost *:80>
            ServerName www.example.com
        </VirtualHost>
        <Location "/admin/">
            <RequireAll>
                Require all granted
                Require not ip 192.0.2.7
            </RequireAll>
        </Location>

    Silent on (only the last `>` counts)::

        <Location "/admin/"> # internal
            Require ip 192.0.2.7
        </Location>

    Source: the sections' functions in server/core.c and mod_authz_core.c; each tested on httpd 2.4.71.
    """
    refusals = list(sections.refused(context.configuration))
    if refusals:
        misplaced = {id(other.node) for other in contexts.refused(context.configuration)}
        misplaced.update(id(other.node) for other in context.proxy.refusals)
        yield from (found_of(refused) for refused in refusals if id(refused.node) not in misplaced)


def _meant(refused: Refused) -> Fix | None:
    """The name that a misspelt one is surely meant to be. A section would need its end, too."""
    from hpatch.suggest import sure  # only failures pay for it

    if refused.near is None or refused.node.children is not None or not sure(refused.node.name, refused.near):
        return None
    return edits.fix(f'write "{refused.near}"', edits.named(refused.node, refused.near))


def _garbled(nodes: list[Node]) -> Found:
    first = min(nodes, key=lambda node: node.start)
    place = first.name_place
    more = f" ({len(nodes)} such lines in this file)" if len(nodes) > 1 else ""
    if first.name.startswith("\ufeff"):
        return Found(
            place,
            f'httpd reads the byte order mark as part of the name "{first.name}" and refuses to start{more}',
            help="Save the file as UTF-8 without a byte order mark.",
            fix=edits.fix("remove the byte order mark", edits.mark_removed(first), safe=True),
        )
    return Found(
        place,
        f'"{first.name}" contains characters that no directive name has: httpd refuses to start{more}',
        help="Check that this is a text file, in UTF-8 or ASCII.",
    )
