"""The recognisers, one a kind of file. The first that recognises a file names it, so special kinds stand first.

Each asks for lines that a configuration of httpd does not have. Sources: the manuals of the programs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from hpatch.conf.foreign.model import Recogniser, Span, Start


def _line(pattern: str, *, least: int = 1, flags: re.RegexFlag = re.NOFLAG) -> Callable[[Start], Span | None]:
    """Shows the first line that matches, if at least some number of lines do."""
    compiled = re.compile(pattern, flags)

    def show(start: Start) -> Span | None:
        return start.first(compiled) if least == 1 or start.count(compiled) >= least else None

    return show


def _opening(pattern: str) -> Callable[[Start], Span | None]:
    """Shows the first line of the text, comments included, if the text starts with a match."""
    compiled = re.compile(rf"[\s\ufeff]*(?:{pattern})", re.I)

    def show(start: Start) -> Span | None:
        match = compiled.match(start.text)
        if match is None:
            return None
        at = len(start.text) - len(start.text.lstrip("\ufeff \t\r\n\f\v"))
        end = start.text.find("\n", at)
        return at, len(start.text) if end < 0 else end

    return show


def _mostly(pattern: str) -> Callable[[Start], Span | None]:
    """Shows the first line that matches, if more than half of the lines do."""
    compiled = re.compile(pattern)

    def show(start: Start) -> Span | None:
        return start.first(compiled) if start.count(compiled) * 2 > len(start.lines) else None

    return show


def _all(*shows: Callable[[Start], Span | None]) -> Callable[[Start], Span | None]:
    """Shows what the first of some recognisers shows, if all of them show something."""

    def show(start: Start) -> Span | None:
        spans = [one(start) for one in shows]
        return spans[0] if None not in spans else None

    return show


_ROW = re.compile(r"(?:\"(?:[^\"]|\"\")*\"|[^\s,;\"<>{}()=]*)[,;](?=\S)")
"""A line whose first column ends without a blank, and another follows: no directive begins so."""


def _csv(start: Start) -> Span | None:
    """Nearly all lines are rows, with equally many signs between the columns."""
    rows = [line for _, line in start.lines if _ROW.match(line)]
    if len(rows) < 2 or len(rows) * 10 < len(start.lines) * 9:
        return None
    bare = [re.sub(r'"(?:[^"]|"")*"', "", row) for row in rows]
    counts = (frozenset(row.count(sign) for row in bare) for sign in ",;")
    return start.first(_ROW) if any(len(count) == 1 and 0 not in count for count in counts) else None


_STRONG = re.compile(r"```\w*$|.*\[[^\[\]]+\]\((?:https?://|[\w./-]+\.md)|\*\*\w[^*]*\*\*|\|\s?:?-{3,}")
"""What only Markdown has: a fence, a link, strong text, a table."""
_MARKDOWN = re.compile(rf"(?:{_STRONG.pattern})|~~~|[-*+] (?:\w+[,.:]? ){{2,}}|\|.*\|$|(?:={{3,}}|-{{3,}})$")
"""That, or an item that is a sentence, or the line under a heading."""


def _markdown(start: Start) -> Span | None:
    """Every third line is Markdown's or a sentence, and one is surely Markdown's."""
    found = start.first(_STRONG)
    lines = sum(_MARKDOWN.match(line) is not None or _PROSE.match(line) is not None for _, line in start.lines)
    return found if found is not None and lines * 3 >= len(start.lines) else None


_DEFINITION = re.compile(
    r"import [\w.]+(?: as \w+)?(?:, *[\w.]+)*$|from [\w.]+ import [\w*(]|(?:async )?def \w+\(.*:$"
    r"|class \w+(?:\([\w., =]*\))?:$"
)
_PYTHON = re.compile(
    rf"(?:{_DEFINITION.pattern})|(?:if|for|while|with|elif|except)\b.*:$|(?:else|try|finally):|return\b|raise \w+"
    r"|\"\"\"|@\w[\w.]*(?:\(.*)?$|[a-z_][\w.]* = |[\w.]+\(.*\)$"
)


def _python(start: Start) -> Span | None:
    """A definition or an import, and every third line is Python's."""
    found = start.first(_DEFINITION)
    return found if found is not None and start.count(_PYTHON) * 3 >= len(start.lines) else None


_YAML_LINE = re.compile(r"(?:- )*[\w./\"'-]+:(?:\s|$)|- \S|---|\.\.\.$")


def _json(start: Start) -> Span | None:
    """An object or array. Only its beginning is read, as it may be longer than what is looked at."""
    at, line = start.lines[0]
    if line[0] not in "{[":
        return None
    text = start.text[at:]
    try:
        json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        if re.match(r"\{\s*\"(?:[^\"\\]|\\.)*\"\s*:|\[\s*[{\[\"]", text) is None:
            return None
    return at, at + len(line)


def _yaml(start: Start) -> Span | None:
    """Mostly keys with a colon, and items with a dash."""
    found = start.first(_YAML_LINE)
    enough = start.count(_YAML_LINE) * 2 > len(start.lines)
    return found if enough and (len(start.lines) > 1 or start.lines[0][1].endswith(":")) else None


_KEY_VALUE = re.compile(r"(?:export\s+)?[\w.\-\[\]%@\"']+\s*=")
_TYPED = re.compile(r"[\w.\-\"']+\s*=\s*(?:\"[^\"]*\"|'[^']*'|\[.*|\{.*\}|true|false|[+-]?\d[\d_.:TZ-]*)\s*(?:#.*)?$")
_NOT_PLAIN = re.compile(r".*=\s*[\"'\[{]")
_TABLE = re.compile(r"\[\[?[^\[\]]+\]\]?\s*(?:[#;].*)?$")


def _ini(start: Start) -> Span | None:
    """A line in brackets, and under it mostly `key = value`."""
    found = start.first(_TABLE)
    return (
        found if found is not None and (start.count(_KEY_VALUE) + start.count(_TABLE)) * 2 > len(start.lines) else None
    )


def _toml(start: Start) -> Span | None:
    values = start.count(_KEY_VALUE)
    return _ini(start) if values and start.count(_TYPED) == values and start.count(_NOT_PLAIN) else None


def _properties(start: Start) -> Span | None:
    found = start.first(_KEY_VALUE)
    return found if start.count(_KEY_VALUE) * 2 > len(start.lines) else None


_DOTTED = re.compile(r"[a-z][\w-]*(?:\.[\w-]+(?:\[\d+\])?)+\s*[=:]\s*(?!(?:env|var|server)\.)[^\s\"(\d][^\"]*$")
_LIGHTTPD = re.compile(r"[\w.\-]+(?:\[[^\]]*\])?\s*(?:\+?=|=>|==|=~|!=)\s*(?:[\w.]+\s*\+\s*)?[\"(]")


def _dotted(start: Start) -> Span | None:
    """Properties of Java and the like: keys with dots as in lighttpd, but text without quotes."""
    lines = start.count(_KEY_VALUE)
    if lines * 2 <= len(start.lines) or start.first(_TABLE) or start.first(_LIGHTTPD):
        return None
    return start.first(_DOTTED)


_PROSE = re.compile(
    r"(?=.*\b(?:the|an?|of|to|is|are|be|that|this|it|you|your|which|not)\b)(?:[^\s\"<>=]+\s+){4,}[^\s\"<>=]+$", re.I
)
"""A line with five words or more, none of them quoted, one of them a small word of English."""


def _prose(start: Start) -> Span | None:
    """Every third line is a piece of a sentence: what documentation is made of, and lists in it."""
    found = start.first(_PROSE)
    return found if found is not None and start.count(_PROSE) * 3 >= len(start.lines) >= _TEXT else None


_TEXT = 6
"""Fewer lines are too few for a judgement about prose."""


_SHELL = (
    r"(?:if|elif|while) .*;\s*(?:then|do)$|(?:then|fi|do|done|esac|else)$|set -[a-zA-Z]|export \w+=|[A-Za-z_]\w*=\S*$"
    r"|echo |\w+\(\)\s*\{"
    r"|(?:apt-get|apt|yum|dnf|systemctl|service|sudo|mkdir|chmod|chown|exec|source|cd|cp|rm|ln) "
)

KINDS: tuple[Recogniser, ...] = (
    Recogniser("a shell script", _opening(r"\#!.*\b(?:ba|da|z|k)?sh\b")),
    Recogniser("a Python script", _opening(r"\#!.*\bpython")),
    Recogniser("a Perl script", _opening(r"\#!.*\bperl")),
    Recogniser("a script", _opening(r"\#!\s*/")),
    Recogniser("PHP code", _opening(r"<\?(?:php|=)")),
    Recogniser(
        "a Tomcat server.xml", _all(_line(r"<Server\s[^>]*port="), _line(r"<(?:Service|Connector|Engine|Listener)\s"))
    ),
    Recogniser("an HTML page", _opening(r"<!doctype html|<html[\s>]|<head[\s>]|<body[\s>]")),
    Recogniser(
        "an XML document", _opening(r"<\?xml\s|<!doctype\s|<[\w:.-]+(?:\s+[\w:.-]+=(?:\"[^\"]*\"|'[^']*'))+\s*/?>\s*<")
    ),
    Recogniser("a PEM file (a certificate or key)", _line(r"-----BEGIN [A-Z0-9 ]+-----$")),
    Recogniser("a diff", _line(r"diff --git |@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@|--- \S+.*\d{4}-\d\d-\d\d")),
    Recogniser(
        "a log",
        _mostly(
            r"(?:\S+ ){1,5}\[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:|\[[A-Z][a-z]{2} [A-Z][a-z]{2} [\d ]\d \d\d:\d\d:\d\d"
            r"|[A-Z][a-z]{2} [\d ]\d \d\d:\d\d:\d\d \S|\[?\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d:\d\d"
        ),
    ),
    Recogniser(
        "a file of passwords (htpasswd)",
        _mostly(
            r"[^\s:]+:(?!//)(?:\$(?:apr1|1|2[aby]|5|6)\$\S+|\{SHA\}\S+|[./0-9A-Za-z]{13})$|[^\s:]+:[^:]+:[0-9a-f]{32}$"
        ),
    ),
    Recogniser(
        "a list of hosts (hosts)", _mostly(r"(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-fA-F]*:[\da-fA-F:]+(?:%\w+)?)\s+[A-Za-z]")
    ),
    Recogniser("a JSON document", _json),
    Recogniser("a CSV file", _csv),
    Recogniser("Python code", _python),
    Recogniser(
        "a Terraform configuration",
        _line(
            r"(?:(?:resource|data)(?:\s+\"[\w-]+\"){2}|(?:variable|provider|module|output)\s+\"[\w-]+\"|terraform|locals)\s*\{"
        ),
    ),
    Recogniser("a VCL file of Varnish", _line(r"vcl \d+\.\d+;|sub vcl_\w+\s*\{?$")),
    Recogniser(
        "an nginx configuration",
        _line(
            r"(?:server|http|events|stream|mail|upstream\s+\S+|location\s+(?:(?:=|~\*?|\^~)\s*)?\S+|map\s+\S+\s+\S+|geo\s+\S+"
            r"|types|if\s+\(\$\w+(?:\)|\s*(?:!?=|!?~\*?)\s.*))\s*\{"
            r"|(?:server_name|proxy_pass|fastcgi_pass|uwsgi_pass|scgi_pass|grpc_pass|proxy_set_header|fastcgi_param|add_header"
            r"|worker_processes|worker_connections|ssl_certificate(?:_key)?|proxy_http_version|return\s+30[1278]"
            r"|try_files|client_max_body_size|access_log|error_log|include\s+\S+|ssl_protocols|upstream)\s.*;\s*(?:\#.*)?$"
        ),
    ),
    Recogniser(
        "a logrotate configuration",
        _all(
            _line(
                r"(?:daily|weekly|monthly|yearly|missingok|notifempty|ifempty|sharedscripts|delaycompress|nocompress|compress"
                r"|copytruncate|dateext|rotate\s+\d+|postrotate|prerotate|lastaction|firstaction|maxage\s+\d+|size\s+\d+\w?)$",
                least=2,
            ),
            _line(r"(?:\"?/\S+\"?\s*)+\{?$|\{$|include\s+/\S+$"),
        ),
    ),
    Recogniser(
        "a configuration of OpenSSH",
        _line(
            r"(?:PermitRootLogin|PasswordAuthentication|PubkeyAuthentication|ChallengeResponseAuthentication|HostKey"
            r"|AuthorizedKeysFile|X11Forwarding|PermitEmptyPasswords|KbdInteractiveAuthentication|UsePAM|StrictModes"
            r"|StrictHostKeyChecking|UserKnownHostsFile|Subsystem\s+sftp|AuthenticationMethods|ClientAliveInterval"
            r"|TrustedUserCAKeys|GSSAPIAuthentication|HostbasedAuthentication)\s+\S",
        ),
    ),
    Recogniser(
        "a configuration of OpenSSH",
        _line(
            r"(?:AllowUsers|AllowGroups|DenyUsers|DenyGroups|LoginGraceTime|MaxAuthTries|MaxSessions|MaxStartups|AcceptEnv"
            r"|ClientAliveCountMax|TCPKeepAlive|IgnoreRhosts|PrintMotd|PrintLastLog|Banner|Ciphers|MACs|KexAlgorithms"
            r"|HostKeyAlgorithms|SyslogFacility|ListenAddress|AddressFamily|AllowTcpForwarding|AllowAgentForwarding"
            r"|GatewayPorts|PermitTunnel|UseDNS|Match\s+(?:User|Group|Address|all)|IdentityFile|HostName|ProxyJump"
            r"|ForwardAgent|IdentitiesOnly|ServerAliveInterval|SendEnv)(?:\s+\S|$)",
            least=2,
        ),
    ),
    Recogniser(
        "a configuration of the resolver (resolv.conf)",
        _all(
            _line(r"nameserver\s+[\da-fA-F:.]+(?:%\w+)?$"),
            _mostly(
                r"(?:nameserver\s+[\da-fA-F:.]+(?:%\w+)?|search(?:\s+[\w.-]+)+|domain\s+[\w.-]+|sortlist\s+[\d./ ]+"
                r"|options(?:\s+(?:ndots|timeout|attempts):\d+|\s+(?:rotate|edns0|trust-ad|use-vc|single-request(?:-reopen)?))+)$"
            ),
        ),
    ),
    Recogniser(
        "a configuration of Nagios or Icinga",
        _line(r"define\s+(?:host|service|contact|command|timeperiod)(?:group|escalation|dependency|extinfo)?\s*\{"),
    ),
    Recogniser(
        "a haproxy configuration",
        _all(
            _line(r"(?:global|defaults|frontend|backend|listen|userlist|peers|resolvers)(?:\s+[^\s;{]+)*$"),
            _line(
                r"(?:bind|mode|balance|default_backend|use_backend|option|server\s+\S+\s+\S+|timeout\s+\w+|maxconn|acl|http-request"
                r"|http-response|log|stats|daemon|nbthread|user|group|chroot|errorfile|option)\b(?!.*[;{]$)"
            ),
        ),
    ),
    Recogniser(
        "a part of a haproxy configuration",
        _line(
            r"(?:server\s+\S+\s+\S+:\d+\b(?!.*;$)|use_backend\s+\S+(?:\s+(?:if|unless)\s|$)|default_backend\s+\S+$"
            r"|acl\s+\S+\s+(?:hdr|path|src|dst|url|ssl_fc|req|method|nbsrv|always)\w*|balance\s+(?:roundrobin|leastconn|source)"
            r"|option\s+(?:httplog|tcplog|forwardfor|httpchk|http-server-close|redispatch|dontlognull|tcpka)\b"
            r"|timeout\s+(?:client|server|connect|check|queue|tunnel|http-request|http-keep-alive)\s+\d"
            r"|mode\s+(?:http|tcp)$|http-(?:request|response)\s+(?:set|add|del|replace|deny|redirect|use-service)|bind\s+\S*:\d+)",
            least=2,
        ),
    ),
    Recogniser("a file of settings (key=value)", _dotted),
    Recogniser(
        "a lighttpd configuration",
        _line(
            r"(?:server|ssl|url|auth|proxy|fastcgi|mimetype|index-file|alias|accesslog|dir-listing|static-file|setenv|cgi|scgi"
            r"|simple-vhost|evhost|deflate|compress|status|\$HTTP|var)[\w.\-]*(?:\[\"[^\"]*\"\])?\s*(?:\+?=|==|=~|!=|!~)\s*"
            r"(?:\"|\(|\d|env\.|var\.|server\.)"
        ),
    ),
    Recogniser(
        "a Caddyfile",
        _all(
            _line(
                r"(?:(?:https?://)?[\w.*:\-\[\]{$}]+(?:\s*,\s*(?:https?://)?[\w.*:\-]+)*\s*\{|\{|\([\w.-]+\)\s*\{|:\d+$|[\w-]+(?:\.[\w-]+)+$)$"
            ),
            _line(
                r"(?:reverse_proxy|file_server|encode|root|tls|php_fastcgi|respond|redir|handle(?:_path)?|route|import|log|header"
                r"|rewrite|basicauth|basic_auth|try_files|templates|email|auto_https|admin|debug|proxy|gzip|forward_auth)\b[^;]*$"
            ),
        ),
    ),
    Recogniser(
        "a Dockerfile", _all(_line(r"FROM\s+\S+"), _line(r"(?:RUN|COPY|ADD|CMD|ENTRYPOINT|ENV|EXPOSE|WORKDIR)\s"))
    ),
    Recogniser("a systemd unit", _all(_line(r"\[(?:Unit|Service|Socket|Timer|Install)\]$"), _line(r"\w+="))),
    Recogniser("a uWSGI ini file", _line(r"\[uwsgi(?::[^\]]*)?\]", flags=re.I)),
    Recogniser(
        "a Traefik configuration",
        _all(
            _line(
                r"(?:entryPoints|providers|certificatesResolvers|http|tcp):$|\[(?:entryPoints|providers|http)[\w.]*\]"
            ),
            _line(
                r"(?:routers|middlewares|services|address|providers|docker|loadBalancer|file):|\[(?:http\.|entryPoints\.|providers\.)",
            ),
        ),
    ),
    Recogniser("a TOML file", _toml),
    Recogniser("an ini file", _ini),
    Recogniser("a Markdown text", _markdown),
    Recogniser("a YAML file", _yaml),
    Recogniser("a shell script", _line(_SHELL, least=3)),
    Recogniser("a file of settings (key=value)", _properties),
    Recogniser("a text for people", _prose),
)
