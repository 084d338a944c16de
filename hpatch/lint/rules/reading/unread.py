"""Words that httpd accepts without a word, and that mean something else than they seem to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.conf.walk.names import listed, strangers
from hpatch.lint.found import Found
from hpatch.lint.rule import rule

if TYPE_CHECKING:
    from hpatch.lint.context import Context

_LOG = "https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#customlog"
_PROTOCOLS = "https://httpd.apache.org/docs/2.4/mod/core.html#protocols"
_SPOKEN = frozenset(("h2", "h2c", "http/1.1", "http/1.0", "http/0.9", "acme-tls/1"))


@rule("CF054", "log-format-unknown", "warning", references=(_LOG,))
def log_format_unknown(context: Context) -> Iterator[Found]:
    """No LogFormat has this name: httpd writes the name itself into the log, once for each request.

    A format without `%` is a text. `httpd -t` says nothing about it, and the log has nothing of the requests.

    The rule is silent about a part of a configuration (no Listen line, or neither a LogFormat nor all modules): the
    LogFormat may stand in another file.

    Add a LogFormat with this name, or write the format.

    Fires on::

        Listen 80
        LogFormat "%h %l %u %t \\"%r\\" %>s %O" combined
        CustomLog "logs/access_log" combinded

    Write instead::

        Listen 80
        LogFormat "%h %l %u %t \\"%r\\" %>s %O" combined
        CustomLog "logs/access_log" combined

    Silent on (the format of httpd itself)::

        Listen 80
        CustomLog "logs/access_log" CLF

    Source: open_config_log and make_config_log_state (mod_log_config.c); tested on httpd 2.4.71.
    """
    configuration = context.configuration
    if not configuration.whole or configuration.templates or "listen" not in configuration.by_key:
        return
    lines = [node for node in configuration.find("customlog", "globallog") if len(node.words) > 1 and node.certain]
    if not lines:
        return
    formats = configuration.find("logformat")
    if not formats and not listed(configuration):
        return
    names = {node.words[1] for node in formats if len(node.words) > 1} | {"CLF"}
    if any("$" in name for name in names):
        return
    for node in lines:
        name = node.words[1]
        if name not in names and name.replace("_", "").replace("-", "").isalnum():
            yield Found(
                node.word_place(1),
                f'no LogFormat has the name "{name}": httpd writes "{name}" into the log for each request',
                help="Add the LogFormat, or write the format itself.",
                node=node,
            )


@rule("CF055", "protocol-unknown", "warning", references=(_PROTOCOLS,))
def protocol_unknown(context: Context) -> Iterator[Found]:
    """No module of httpd speaks a protocol of this name: the word does nothing.

    Blanks divide the names, and HTTP/2 is called `h2` (over TLS) or `h2c`. httpd accepts any name, and clients go on
    with HTTP/1.1.

    The rule is silent if a module is loaded that is not httpd's.

    Fires on::

        Protocols h2,http/1.1

    Write instead::

        Protocols h2 http/1.1

    Silent on::

        Protocols h2 h2c HTTP/1.1 acme-tls/1

    Source: set_protocols (server/core.c), ap_select_protocol (server/protocol.c); tested on httpd 2.4.71.
    """
    if "protocols" not in context.configuration.by_key or strangers(context.configuration):
        return
    for node in context.configuration.by_key["protocols"]:
        for index, word in enumerate(node.words):
            name = word.lstrip("+-") or word
            if name.lower() not in _SPOKEN and "$" not in name and "%" not in name:
                yield Found(
                    node.word_place(index),
                    f'no module of httpd speaks "{word}": the word does nothing',
                    help="Write h2, h2c or http/1.1, with blanks between them.",
                    node=node,
                    subject=word,
                )
