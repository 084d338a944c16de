"""Handlers that do not exist, so that httpd sends the scripts themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared import edits
from hpatch.lint.rules._shared.loaded import httpd_only

if TYPE_CHECKING:
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
