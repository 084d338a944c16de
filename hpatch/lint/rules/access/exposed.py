"""Handlers and switches that open more than they should."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.backends.addresses import is_loopback
from hpatch.lint.found import Fix, Found
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared import edits
from hpatch.lint.rules._shared.access import admits, grants_all, lines, restricts
from hpatch.lint.rules._shared.addresses import address, hosts_answer, listeners
from hpatch.lint.rules._shared.effective import in_server, may_lack, server_of
from hpatch.lint.rules._shared.guards import covering, folder_kept, kept, literal_start, start, url_sections
from hpatch.lint.rules._shared.passes import section_pattern
from hpatch.lint.rules._shared.rewriting import rewrites, switched_on
from hpatch.lint.rules._shared.taking import taking

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context
    from hpatch.proxy.rewrite import RewriteRule

_MANUAL = "https://httpd.apache.org/docs/2.4/mod/"
_CIS = "CIS Apache HTTP Server 2.4 Benchmark"
_HANDLERS = {
    "balancer-manager": "it changes where requests go",
    "server-info": "it shows the whole configuration",
    "server-status": "it shows the requests of all clients, with their addresses",
    "ldap-status": "it shows the names in the LDAP cache",
    "md-status": "it shows the certificates and their domains",
}


@rule(
    "AC035", "manager-exposed", "error", references=(f"{_MANUAL}mod_status.html", f"{_MANUAL}mod_proxy_balancer.html")
)
def manager_exposed(context: Context) -> Iterator[Found]:
    """A page for administrators is open to everybody.

    `balancer-manager` changes the balancers, `server-info` shows the configuration, `server-status` the requests of
    other clients. Without a `Require`, whoever knows the path gets them. `AddHandler` hands out the page for every path
    with that extension, whether there is such a file or not; `[H=...]` of a RewriteRule for what its pattern matches.

    The rule is silent if a section that covers the path restricts it, or may, if ProxyPass takes the path, and about
    servers at loopback addresses.

    Add `Require local`, or a `Require` for the administrators.

    Fires on::

        <Location "/balancer-manager">
            SetHandler balancer-manager
        </Location>

    Fires on (every path that ends in `.status`)::

        AddHandler server-status .status

    Write instead::

        <Location "/balancer-manager">
            SetHandler balancer-manager
            Require local
        </Location>

    Silent on (a section above restricts it)::

        <Location "/admin">
            Require ip 10.0.0.0/8
        </Location>
        <Location "/admin/status">
            SetHandler server-status
        </Location>

    Source: the documentation of the modules ("Access control"); CIS 5.x; tested on httpd 2.4.71.
    """
    for node in context.configuration.find("sethandler"):
        handler = "".join(node.words[:1]).lower()
        section = node.parent
        if handler not in _HANDLERS or section is None or section.key == "<virtualhost":
            continue
        if node is not [one for one in section.children or () if one.key == "sethandler"][-1]:
            continue
        if any(admits(outer) in ("some", "none") or _conditional(outer) for outer in node.ancestors()):
            continue
        if _restricted(context, section) or may_lack(context, node) or _within(context, server_of(node)):
            continue
        yield Found(
            node.place,
            f'everybody gets the page of "{handler}": {_HANDLERS[handler]}',
            help="Add Require local, or a Require for the administrators.",
        )
    yield from _added(context)
    yield from _by_rule(context)


def _added(context: Context) -> Iterator[Found]:
    """The pages that an extension gives."""
    for node in context.configuration.find("addhandler"):
        handler = "".join(node.words[:1]).lower()
        if handler not in _HANDLERS or len(node.words) < 2:
            continue
        if any(admits(outer) in ("some", "none") or _conditional(outer) for outer in node.ancestors()):
            continue
        host = server_of(node)
        if may_lack(context, node) or _within(context, host) or _files_kept(context, host):
            continue
        section = node.parent
        where = "/" if section is None or section.key == "<virtualhost" else start(section)
        if where is None or not _open_path(context, host, where):
            continue
        extension = node.words[1]
        yield Found(
            node.place,
            f'everybody gets the page of "{handler}" by a path with "{extension}": {_HANDLERS[handler]}',
            help="Use SetHandler in a <Location> with a Require.",
        )


def _by_rule(context: Context) -> Iterator[Found]:
    """The pages that a RewriteRule gives."""
    for one in rewrites(context):
        flags = (flag.partition("=") for flag in one.rule.flags)
        handler = next((value for key, _, value in flags if key in ("h", "handler")), "")
        if handler not in _HANDLERS or one.conditions or not one.in_server or one.rule.substitution != "-":
            continue
        where = literal_start(one.rule.pattern)
        host = server_of(one.node)
        if where is None or may_lack(context, one.node) or _within(context, host) or _files_kept(context, host):
            continue
        if _open_path(context, host, where):
            yield Found(
                one.node.place,
                f'everybody gets the page of "{handler}": {_HANDLERS[handler]}',
                help="Use SetHandler in a <Location> with a Require.",
            )


def _files_kept(context: Context, host: Node | None) -> bool:
    """Whether a section for file names may keep somebody from the page."""
    sections = context.lines_of(host, "<files", "<filesmatch")
    hidden = (".ht", "^.ht")
    return any(restricts(one) for one in sections if not one.words[-1].replace("\\", "").startswith(hidden))


def _open_path(context: Context, host: Node | None, where: str) -> bool:
    """Whether everybody may ask httpd for a path, and for what lies below it."""
    if any(not one.mapping.exclusion for one in taking(context, host, where)):
        return False
    if kept(context, host, where):
        return False
    spoken = next(covering(context, host, where), None) is not None
    return spoken or not folder_kept(context, host, where)


def _within(context: Context, host: Node | None) -> bool:
    """Whether only the machine itself reaches a server."""
    found = listeners(context.configuration)
    if found.known and found.complete and all(is_loopback(one.host or "") for one in found.known):
        return True
    here = [] if host is None else [address(host, index, word) for index, word in enumerate(host.words)]
    return bool(here) and all(one is not None and is_loopback(one.host or "") for one in here)


def _conditional(section: Node) -> bool:
    return section.key in ("<if", "<elseif", "<else")


def _restricted(context: Context, section: Node) -> bool:
    """Whether another section restricts the path of a section, or may, or ProxyPass takes it."""
    host = server_of(section)
    where = start(section)
    if where is None:
        return not any(map(grants_all, lines(section))) and any(restricts(one) for one in url_sections(context, host))
    first = next((one for one in taking(context, host, where) if one.mapping.kind != "RewriteRule"), None)
    if first is not None and not first.mapping.exclusion and first.taken is not None:
        return True
    if kept(context, host, where):
        return True
    # Without access lines for URLs, those for the file count to which the path would lead.
    spoken = next(covering(context, host, where), None) is not None
    return not spoken and folder_kept(context, host, where)


@rule("AC036", "unsafe-rewrite-flags", "error", references=(f"{_MANUAL}mod_rewrite.html#rewriteflags",), fix="unsafe")
def unsafe_rewrite_flags(context: Context) -> Iterator[Found]:
    """The flag switches a protection off, and httpd is open again to a published vulnerability.

    `UnsafePrefixStat` reopens CVE-2024-38475: a client reaches files outside of the DocumentRoot. `UnsafeAllow3F`
    reopens CVE-2024-38474: an encoded question mark in the path leads to files and scripts that no URL should reach.

    The rule is silent where `RewriteEngine Off` switches mod_rewrite off. It is also silent about `UnsafeAllow3F`
    beside `P` and a URL without a query: no file is reached there, and the client may choose the query anyway.

    Remove the flag, and let the substitution begin with a slash or the name of a folder.

    Fires on::

        RewriteEngine On
        RewriteRule "^/files/(.*)$" "$1" [UnsafePrefixStat]

    Fires on (for all rules)::

        RewriteEngine On
        RewriteOptions UnsafePrefixStat

    Write instead::

        RewriteEngine On
        RewriteRule "^/files/(.*)$" "/srv/files/$1"

    Source: the records of both CVEs, "RewriteRule flags" in the documentation; tested on httpd 2.4.71.
    """
    for node in context.configuration.find("rewriteoptions"):
        for index, word in enumerate(node.words):
            if word.lower() == "unsafeprefixstat" and _may_rewrite(context, node):
                yield Found(
                    node.word_place(index),
                    f'"{word}" reopens CVE-2024-38475 in every rule here',
                    help="Remove it, and let substitutions begin with a slash or the name of a folder.",
                    fix=edits.fix(
                        f"remove {word}",
                        edits.line_removed(node) if len(node.words) == 1 else edits.without(node, index),
                    ),
                )
    for one in rewrites(context):
        for flag in one.rule.flags:
            cve = _UNSAFE.get(flag)
            if cve is not None and not (flag == "unsafeallow3f" and _to_backend(one.rule)):
                yield Found(
                    one.node.place,
                    f'"{cve[0]}" reopens {cve[1]}',
                    help="Remove the flag, and let the substitution begin with a slash or the name of a folder.",
                    fix=edits.fix(f"remove {cve[0]}", edits.flags(one.node, drop=(flag,))),
                )


def _to_backend(rule: RewriteRule) -> bool:
    """Whether a rule leads to a backend and to no file: a client may ask it any query without the flag, too."""
    return rule.proxied and "://" in rule.substitution and "?" not in rule.substitution


def _may_rewrite(context: Context, options: Node) -> bool:
    """Whether mod_rewrite is on, or may be, somewhere where these options hold: virtual hosts inherit both."""
    host = server_of(options)
    find = context.configuration.find_in
    switches = context.configuration.find("rewriteengine") if host is None else find(host, "rewriteengine")
    if host is not None and not switches:
        switches = find(None, "rewriteengine")
    return not switches or any(map(switched_on, switches))


_UNSAFE = {
    "unsafeallow3f": ("UnsafeAllow3F", "CVE-2024-38474"),
    "unsafeprefixstat": ("UnsafePrefixStat", "CVE-2024-38475"),
}


@rule("AC037", "trace-on", "info", references=(f"{_MANUAL}core.html#traceenable", _CIS), fix="unsafe")
def trace_on(context: Context) -> Iterator[Found]:
    """`TraceEnable` is on: httpd sends a TRACE request's headers back, cookies and passwords included.

    On a proxied path httpd hands TRACE on to the backend.

    The rule is silent about a line of the main server if virtual hosts answer at all ports that httpd listens on, and
    each has a TraceEnable of its own.

    Write `TraceEnable off`.

    Fires on::

        TraceEnable on

    Write instead::

        TraceEnable off

    Silent on (no request uses it)::

        Listen 80
        TraceEnable on
        <VirtualHost "*:80">
            ServerName shop.example
            TraceEnable off
        </VirtualHost>

    Source: the TraceEnable documentation; CIS Apache HTTP Server 2.4 Benchmark, "Ensure the HTTP TRACE method is
    disabled"; tested on httpd 2.4.71.
    """
    for node in context.configuration.find("traceenable"):
        on = "".join(node.words[:1]).lower() in ("on", "extended")
        if on and _counts(context, node) and not _replaced(context, node):
            yield Found(
                node.place,
                f'"{node.name} {node.args}" sends a client\'s headers back, and hands TRACE on to backends',
                help="Write TraceEnable off.",
                fix=edits.fix('write "off"', edits.word(node, 0, "off")),
            )


def _counts(context: Context, node: Node) -> bool:
    """Whether a line sets a server's value: no later one of the same server sets it, too."""
    return in_server(context, node.key, node.parent) is node or not node.certain


def _replaced(context: Context, node: Node) -> bool:
    """Whether a line of the main server is used by none: virtual hosts answer everywhere, and each has its own line."""
    hosts = context.configuration.by_key.get("<virtualhost", ())
    if node.parent is not None or not hosts or not hosts_answer(context.configuration):
        return False
    return all((own := in_server(context, node.key, host, inherited=False)) and own.certain for host in hosts)


@rule("AC038", "http-unsafe", "error", references=(f"{_MANUAL}core.html#httpprotocoloptions", _CIS), fix="unsafe")
def http_unsafe(context: Context) -> Iterator[Found]:
    """`HttpProtocolOptions Unsafe` lets malformed requests through to the backends.

    httpd then accepts control characters in headers, lines that end with a bare line feed, and more that RFC 9112
    forbids. Two servers that read such a request differently can be made to see two requests where there is one.

    Remove `Unsafe`: `Strict` is the default.

    Fires on::

        HttpProtocolOptions Unsafe

    Write instead::

        HttpProtocolOptions Strict

    Silent on (the default for control characters)::

        HttpProtocolOptions Allow0.9

    Source: the HttpProtocolOptions documentation; CVE-2016-8743; tested on httpd 2.4.71.
    """
    for node in context.configuration.find("httpprotocoloptions"):
        for index, word in enumerate(node.words if _counts(context, node) else ()):
            if word.lower() == "unsafe":
                yield Found(
                    node.word_place(index),
                    f'"{word}" lets malformed requests through to the backends',
                    help="Remove it: Strict is the default.",
                    fix=edits.fix('write "Strict"', edits.word(node, index, "Strict")),
                )


@rule("AC039", "root-granted", "warning", references=(f"{_MANUAL}core.html#directory", _CIS))
def root_granted(context: Context) -> Iterator[Found]:
    """`<Directory "/">` lets clients have every file of the machine to which a URL leads.

    A wrong Alias, a link or a rewritten path then shows any file that httpd's user can read. Where the root is denied,
    such a mistake ends with 403. A pattern that every folder meets, such as `<Directory ~ "^/">`, opens them all, even
    where `<Directory "/">` denies them.

    Deny the root, and grant the folders that are served.

    Fires on::

        <Directory "/">
            Require all granted
        </Directory>

    Fires on (as before 2.4)::

        # options: --modules all
        <Directory />
            Order allow,deny
            Allow from all
        </Directory>

    Write instead::

        <Directory "/">
            Require all denied
        </Directory>
        <Directory "/var/www">
            Require all granted
        </Directory>

    Source: "Protect Server Files by Default" in the security tips; CIS Apache HTTP Server 2.4 Benchmark, "Ensure access
    to OS root directory is denied by default".
    """
    for section in context.configuration.find("<directory", "<directorymatch"):
        if not _every_folder(section) or admits(section) != "all":
            continue
        granting = next(filter(grants_all, lines(section)), None)
        if granting is not None and not _closed_again(context, section):
            yield Found(
                granting.place,
                f'{_opening(section)} with "{granting.name} {granting.args}" opens every file to which a URL leads',
                help="Write Require all denied here, and grant the folders that are served.",
            )


def _every_folder(section: Node) -> bool:
    """Whether a section for folders holds for all of them."""
    if section_pattern(section):
        return section.words[-1] in ("^/", "/", "^", ".*", "^.*", "^/.*", "^/.*$", ".*$", "^.*$", "/.*", ".")
    return section.words in (["/"], ["/*"], ["*"])


def _closed_again(context: Context, section: Node) -> bool:
    """Whether other sections keep clients from the folders that a section opens, or may."""
    host = server_of(section)
    if section.words == ["/"]:
        return folder_kept(context, host, "/")
    # httpd asks patterns after the plain sections, and in the order of lines.
    found = context.lines_of(host, "<directory", "<directorymatch")
    later = found[found.index(section) + 1 :] if section in found else []
    return any(section_pattern(one) and restricts(one) for one in later)


def _opening(section: Node) -> str:
    words = section.words
    sign = "~ " if words[0] == "~" else ""
    return f'<{section.name} {sign}"{words[-1]}">'


@rule("AC040", "folder-listing", "info", references=(f"{_MANUAL}core.html#options", _CIS), advice=True, fix="unsafe")
def folder_listing(context: Context) -> Iterator[Found]:
    """httpd lists the files of a folder that has no index page.

    The list shows copies, exports and whatever else lies there.

    Remove `Indexes`, unless the list is wanted.

    Fires on::

        <Directory "/var/www">
            Options Indexes FollowSymLinks
        </Directory>

    Write instead::

        <Directory "/var/www">
            Options FollowSymLinks
        </Directory>

    Silent on (it takes the option away)::

        <Directory "/var/www">
            Options -Indexes
        </Directory>

    Source: the Options documentation; CIS Apache HTTP Server 2.4 Benchmark, "Ensure the Options for the web root
    directory are restricted".
    """
    for node in context.configuration.find("options"):
        for index, word in enumerate(node.words):
            if re.fullmatch(r"\+?(indexes|all)", word, re.IGNORECASE):
                yield Found(
                    node.word_place(index),
                    f'"{word}" shows clients the list of a folder that has no index page',
                    help="Remove it, unless the list is wanted.",
                    fix=_unlisted(node, index),
                )


def _unlisted(node: Node, index: int) -> Fix | None:
    """The removal of Indexes. What All stands for beside it, only the user knows."""
    word = node.words[index]
    if word.lower().endswith("all"):
        return None
    if word.startswith("+"):
        return edits.fix('write "-Indexes"', edits.word(node, index, "-Indexes"))
    if len(node.words) == 1:
        return edits.fix('write "None"', edits.word(node, index, "None"))
    change = edits.removed(node, index) if index == 0 else edits.without(node, index)
    return edits.fix(f"remove {word}", change)


@rule(
    "AC041",
    "server-signature",
    "info",
    references=(f"{_MANUAL}core.html#servertokens", _CIS),
    advice=True,
    fix="unsafe",
)
def server_signature(context: Context) -> Iterator[Found]:
    """httpd tells every client its version, modules or system.

    It saves somebody who looks for old versions the work. It does not make an old version any safer to hide it.

    Write `ServerTokens Prod` and `ServerSignature Off`.

    Fires on::

        ServerTokens Full

    Fires on (below error pages)::

        ServerSignature On

    Write instead::

        ServerTokens Prod
        ServerSignature Off

    Source: the documentation of both directives; CIS Apache HTTP Server 2.4 Benchmark, section 8.
    """
    for node in context.configuration.find("servertokens", "serversignature"):
        word = "".join(node.words[:1]).lower()
        quiet = ("prod", "productonly") if node.key == "servertokens" else ("off",)
        if word and word not in quiet:
            yield Found(
                node.place,
                f'"{node.name} {node.args}" tells clients what httpd is made of',
                help=f"Write {node.name} {quiet[0].capitalize()}.",
                fix=edits.fix(f'write "{quiet[0].capitalize()}"', edits.word(node, 0, quiet[0].capitalize())),
            )
