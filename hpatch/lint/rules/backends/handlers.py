"""Handlers that do not exist, so that httpd sends the scripts themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.conf.walk.names import strangers
from hpatch.lint.found import Found
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared import edits
from hpatch.lint.rules._shared.loaded import httpd_only

if TYPE_CHECKING:
    from hpatch.conf.tree import Configuration, Node
    from hpatch.lint.context import Context

_HANDLER = "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#handler"
_CORE = "https://httpd.apache.org/docs/2.4/mod/core.html#sethandler"
_URL = re.compile(r"(?:fcgi|scgi|uwsgi|ajp|https?|wss?)://|unix:", re.I)
_PHP = re.compile(r"application/x-httpd-php\d*|php\d*-script|x-httpd-php\d*", re.I)


@rule("BE064", "handler-no-proxy", "error", references=(_HANDLER,), fix="unsafe")
def handler_no_proxy(context: Context) -> Iterator[Found]:
    """The handler is a URL without `proxy:` before it: httpd sends the scripts themselves.

    No module has a handler of that name. httpd says nothing, and hands every client the source of the program, with the
    passwords in it.

    Put `proxy:` before the URL.

    Fires on::

        <FilesMatch "\\.php$">
            SetHandler "fcgi://127.0.0.1:9000"
        </FilesMatch>

    Fires on (a Unix socket)::

        <FilesMatch "\\.php$">
            SetHandler "unix:/run/php/fpm.sock|fcgi://localhost"
        </FilesMatch>

    Write instead::

        <FilesMatch "\\.php$">
            SetHandler "proxy:unix:/run/php/fpm.sock|fcgi://localhost"
        </FilesMatch>

    Silent on (no URL)::

        <Location "/server-status">
            SetHandler server-status
            Require local
        </Location>

    Source: proxy_handler and proxy_fixup (mod_proxy.c), ap_invoke_handler (server/config.c); tested on httpd 2.4.71.
    """
    for node in context.configuration.find("sethandler", "addhandler"):
        if node.words and _URL.match(node.words[0]) is not None:
            yield Found(
                node.word_place(0),
                f'"{node.words[0]}" is no handler: httpd sends the scripts themselves',
                help=f'Write "proxy:{node.words[0]}".',
                fix=edits.fix("add proxy:", edits.word(node, 0, f"proxy:{node.words[0]}")),
                node=node,
            )


@rule("BE065", "php-no-module", "error", references=(_CORE,))
def php_no_module(context: Context) -> Iterator[Found]:
    """The line leaves scripts to mod_php, which is not loaded: httpd sends the scripts themselves.

    It is often left over from a server with mod_php. httpd says nothing, and hands every client the source of the
    program, with the passwords in it.

    The rule is silent if it does not know all modules, if a line hands scripts to a FastCGI backend, and if an Action
    names a program for them.

    Hand the scripts to PHP-FPM, or load mod_php.

    Fires on::

        # options: --modules mpm_event,mime
        AddType application/x-httpd-php .php

    Write instead::

        # options: --modules mpm_event,mime,proxy,proxy_fcgi
        <FilesMatch "\\.php$">
            SetHandler "proxy:unix:/run/php/fpm.sock|fcgi://localhost"
        </FilesMatch>

    Silent on (only with mod_php)::

        # options: --modules mpm_event,mime
        <IfModule mod_php.c>
            AddType application/x-httpd-php .php
        </IfModule>

    Source: ap_invoke_handler (server/config.c); tested on httpd 2.4.71.
    """
    configuration = context.configuration
    lines = [
        node
        for node in configuration.find("sethandler", "addhandler", "addtype")
        if node.certain and node.words and _PHP.fullmatch(node.words[0]) is not None
    ]
    if not lines or not configuration.whole or not httpd_only(configuration):
        return
    if "action" in configuration.by_key or any(context.targets.get("fcgi", ())):
        return
    for node in lines:
        yield Found(
            node.place,
            f'no module that is loaded has the handler "{node.words[0]}": httpd sends the scripts themselves',
            help="Hand the scripts to PHP-FPM, or load mod_php.",
        )


_HANDLERS = {
    "cgi-script": ("cgi", "cgid"), "send-as-is": ("asis",), "type-map": ("negotiation",), "imap-file": ("imagemap",),
    "server-parsed": ("include",), "server-status": ("status",), "server-info": ("info",), "lua-script": ("lua",),
    "balancer-manager": ("proxy_balancer",), "ldap-status": ("ldap",), "md-status": ("md",),
}  # fmt: skip
"""Handlers of httpd's modules, each with the modules that have it."""
_PAGES = frozenset(("server-status", "server-info", "balancer-manager", "ldap-status", "md-status"))
_CGI = "https://httpd.apache.org/docs/2.4/howto/cgi.html"


@rule("BE066", "handler-no-module", "error", references=(_CGI, _CORE))
def handler_no_module(context: Context) -> Iterator[Found]:
    """No module that is loaded has this handler: httpd sends the scripts themselves, or answers with 404.

    ScriptAlias needs mod_cgid or mod_cgi. Without one of them httpd says nothing, and hands every client the source of
    the program, with the passwords in it. A page such as server-status is not found.

    The rule is silent where the modules are not known: in a part of a configuration, if no MPM is loaded, and if a
    module is loaded that is not httpd's. Without `--httpd` a module may be compiled in. It is an info for pages, and
    for the folder `cgi-bin` of httpd itself, which stands in its stock configuration.

    Load the module, or remove the line.

    Fires on::

        # options: --modules mpm_event,alias,mime
        ScriptAlias "/cgi/" "/srv/cgi/"

    Fires on (a page)::

        # options: --modules mpm_event,alias,mime
        <Location "/server-status">
            SetHandler server-status
            Require local
        </Location>

    Write instead::

        # options: --modules mpm_event,alias,mime,cgid
        ScriptAlias "/cgi/" "/srv/cgi/"

    Silent on (only with the module)::

        # options: --modules mpm_event,alias,mime
        <IfModule cgid_module>
            ScriptAlias "/cgi/" "/srv/cgi/"
        </IfModule>

    Source: ap_invoke_handler (server/config.c), mod_alias.c; tested on httpd 2.4.71.
    """
    configuration = context.configuration
    lines = configuration.find("scriptalias", "scriptaliasmatch", "sethandler", "addhandler")
    if not lines or not configuration.whole or not _loads(configuration):
        return
    sure = httpd_only(configuration)
    loaded = configuration.modules.names.union(configuration.modules.loaded_at)
    handled = {word.lower() for node in configuration.find("action") for word in node.words[:1]}
    for node in lines:
        handler = "cgi-script" if node.key.startswith("script") else "".join(node.words[:1]).lower()
        modules = _HANDLERS.get(handler, ())
        if not modules or not node.certain or handler in handled:
            continue
        if any(f"{one}_module" in loaded for one in modules):
            continue
        page = handler in _PAGES
        yield Found(
            node.place,
            f'no module that is loaded has the handler "{handler}": '
            + ("httpd finds no such page" if page else "httpd sends the files themselves, scripts too"),
            help=f"Load mod_{modules[-1]}, or remove the line.",
            confidence=None if sure else "medium",
            severity="info" if page or _stock(context, node) else None,
        )


def _loads(configuration: Configuration) -> bool:
    """Whether httpd loads the modules that are not compiled in, all from this configuration, and knows only its own."""
    if httpd_only(configuration):
        return True
    loaded = configuration.modules.loaded_at
    return configuration.main and any(one.startswith("mpm_") for one in loaded) and not strangers(configuration)


def _stock(context: Context, node: Node) -> bool:
    """Whether it is the line of httpd's stock configuration for its own folder of samples."""
    root: str = context.configuration.server_root.rstrip("/")
    return node.key == "scriptalias" and node.words[1:2] == [f"{root}/cgi-bin/"]
