"""PHP behind FastCGI: which files run, and what a script gets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.effective import server_of
from hpatch.lint.rules._shared.passes import section_pattern
from hpatch.lint.rules._shared.rewriting import rewrites
from hpatch.paths.patterns import regex

if TYPE_CHECKING:
    from hpatch.conf.tree import Node
    from hpatch.lint.context import Context

_MIME = "https://httpd.apache.org/docs/2.4/mod/mod_mime.html"
_FCGI = "https://httpd.apache.org/docs/2.4/mod/mod_proxy_fcgi.html"
_PASS_AUTH = "https://httpd.apache.org/docs/2.4/mod/core.html#cgipassauth"
_PHP = r"(?i)^(?:proxy:.*(?:fcgi|balancer):|application/x-httpd-(?:ea-)?php(?!-source)|php\d*-(?:script|fcgi|cgi|fpm))"


@rule("BE010", "php-double-extension", "error", references=(f"{_MIME}#multipleext",))
def php_double_extension(context: Context) -> Iterator[Found]:
    """A file such as `photo.php.jpg` runs as PHP.

    AddHandler holds for `.php` anywhere in a name, not only at its end. A pattern without `$` holds for what comes
    after `.php`, too. Whoever may upload a picture can then run a script.

    AddType holds for `.php` anywhere in a name if no later ending has a type: `notes.php.bak` and `notes.php.gz` run,
    `photo.php.jpg` does not. This is a warning.

    Use `<FilesMatch "\\.php$">` with SetHandler.

    Fires on::

        AddHandler application/x-httpd-php .php

    Fires on (the type is the handler)::

        AddType application/x-httpd-php .php

    Fires on (a pattern without an end)::

        <FilesMatch "\\.php">
            SetHandler "proxy:unix:/run/php/fpm.sock|fcgi://localhost"
        </FilesMatch>

    Write instead::

        <FilesMatch "\\.php$">
            SetHandler "proxy:unix:/run/php/fpm.sock|fcgi://localhost"
        </FilesMatch>

    Silent on (the pattern ends with the name)::

        <FilesMatch ".+\\.ph(?:ar|p|tml)$">
            SetHandler "proxy:unix:/run/php/fpm.sock|fcgi://localhost"
        </FilesMatch>

    Source: "Files with Multiple Extensions" in the mod_mime documentation; tested on httpd 2.4.71.
    """
    for node in context.configuration.find("addhandler", "addtype"):
        words = node.words
        endings = [word for word in words[1:] if word.lower().lstrip(".").startswith("php")]
        inside = node.inside("<files", "<filesmatch")
        if words and endings and re.match(_PHP, words[0]) is not None and (inside is None or not _ends(inside)):
            ending = endings[0].lstrip(".")
            yield Found(
                node.place,
                f'a file such as "photo.{ending}.jpg" runs, too: AddHandler holds for the ending anywhere in a name'
                if node.key == "addhandler"
                else f'a file such as "notes.{ending}.bak" runs, too: AddType holds for the ending anywhere in a name, '
                "if no later one has a type",
                help='Use <FilesMatch "\\.php$"> with SetHandler.',
                severity=None if node.key == "addhandler" else "warning",
            )
    for node in context.configuration.find("sethandler", "forcetype"):
        section = node.inside("<filesmatch", "<files")
        if section is None or not node.words or re.match(_PHP, node.words[0]) is None or _ends(section):
            continue
        yield Found(
            section.word_place(len(section.words) - 1),
            f'"{section.words[-1]}" also matches "photo.php.jpg", which then runs: the pattern has no "$" at its end',
            related=(Related(node.place, "the handler"),),
            help='End the pattern with "$".',
        )


_SCRIPTS = ("photo.php", "photo.phtml", "photo.phar", "photo.php5")


def _ends(section: Node) -> bool:
    """Whether a section holds for names that end like its pattern, or for no ending of PHP, or for all names."""
    words = section.words
    if not words:
        return True
    pattern = words[-1]
    if section_pattern(section):
        compiled = regex(pattern)
        if compiled is not None:
            scripts = [name for name in _SCRIPTS if compiled.search(name)]
            runs = any(compiled.search(f"{name}.jpg") for name in scripts)
            return not runs or compiled.search("photo.jpg") is not None
    if section.key == "<files" and words[0] != "~":
        return not pattern.rstrip("*").lower().endswith(".php") or not pattern.endswith("*")
    if re.search(r"\\?\.\(?(?:\?:)?(?:php|ph\(|ph\[|phtml|phar)", pattern, re.IGNORECASE) is None:
        return True
    return "$" in pattern or "\\z" in pattern


@rule("BE011", "php-passmatch", "warning", confidence="medium", references=(_FCGI,))
def php_passmatch(context: Context) -> Iterator[Found]:
    """ProxyPassMatch hands every path that looks like a script to PHP, whether there is such a file or not.

    `/upload/photo.jpg/x.php` goes to PHP, which may then run `photo.jpg`: only `security.limit_extensions` of the pool
    keeps it from that. httpd asks no `<Directory>` and no .htaccess, and a path without a script is "File not found."
    of PHP instead of httpd's page.

    Use `<FilesMatch "\\.php$">` with SetHandler: httpd then looks for the file first.

    Fires on::

        ProxyPassMatch "^/(.*\\.php(/.*)?)$" "fcgi://127.0.0.1:9000/var/www/$1"

    Fires on (a pattern without a start)::

        ProxyPassMatch "\\.php$" "fcgi://127.0.0.1:9000/var/www"

    Write instead::

        <FilesMatch "\\.php$">
            SetHandler "proxy:fcgi://127.0.0.1:9000"
        </FilesMatch>

    Silent on (a condition looks for the file)::

        RewriteEngine On
        RewriteCond "%{DOCUMENT_ROOT}%{REQUEST_URI}" "-f"
        RewriteRule "^/(.*\\.php)$" "fcgi://127.0.0.1:9000/var/www/$1" [P]

    Silent on (one script)::

        ProxyPassMatch "^/index\\.php$" "fcgi://127.0.0.1:9000/var/www/index.php"

    Source: "PHP-FPM" in the mod_proxy_fcgi documentation; the security.limit_extensions setting of PHP-FPM; tested on
    httpd 2.4.71.
    """
    checked = {id(one.node) for one in rewrites(context) if any("-f" in cond.pattern for _, cond in one.conditions)}
    for mapping in context.mappings:
        if not mapping.pattern or mapping.target is None or mapping.target.scheme != "fcgi":
            continue
        # In a folder, a rule runs when httpd knows the file; a condition may look for it, too.
        if mapping.kind == "RewriteRule" and (
            id(mapping.node) in checked or mapping.node.parent is not mapping.server.node
        ):
            continue
        pattern = mapping.path
        # Without a group in the target, httpd appends the whole path.
        if not _any_path(pattern) or (re.match(_SCRIPT, pattern) and "$" in mapping.target.text):
            continue
        yield Found(
            mapping.place,
            f'"{pattern}" hands "/upload/photo.jpg/x.php" to PHP, too, and httpd asks no access rule of a folder',
            help='Use <FilesMatch "\\.php$"> with SetHandler.',
        )


_SCRIPT = r"\\?\.(?:php|ph\(|\(?php)"


def _any_path(pattern: str) -> bool:
    """Whether a pattern for scripts lets any path before them through: by a repeated dot, or as it has no start."""
    return re.search(rf"\.(?:\*|\+)\??\)?{_SCRIPT}", pattern) is not None or re.match(_SCRIPT, pattern) is not None


@rule("BE012", "authorization-dropped", "info", references=(_PASS_AUTH,), advice=True)
def authorization_dropped(context: Context) -> Iterator[Found]:
    """The FastCGI or SCGI application never sees the Authorization header.

    httpd leaves it out, so that passwords do not get into the environment of programs. An application that checks
    tokens or passwords itself answers with 401. Backends over HTTP and uwsgi get the header.

    The rule is silent if CGIPassAuth is on somewhere, and if a variable carries the header.

    Add `CGIPassAuth On` to a `<Location>` or `<Directory>`, if the application wants the header.

    Fires on::

        <FilesMatch "\\.php$">
            SetHandler "proxy:unix:/run/php/fpm.sock|fcgi://localhost"
        </FilesMatch>

    Write instead::

        <Location "/">
            CGIPassAuth On
        </Location>
        <FilesMatch "\\.php$">
            SetHandler "proxy:unix:/run/php/fpm.sock|fcgi://localhost"
        </FilesMatch>

    Silent on (a variable carries it)::

        SetEnvIf Authorization "(.*)" HTTP_AUTHORIZATION=$1
        ProxyPass "/app" "fcgi://127.0.0.1:9000/app"

    Source: ap_add_common_vars (server/util_script.c), the CGIPassAuth documentation; tested on httpd 2.4.71.
    """
    mappings = [one for one in context.mappings if one.target is not None and one.target.scheme in ("fcgi", "scgi")]
    if not mappings:
        return
    passed = context.configuration.find("cgipassauth")
    carried = context.configuration.find("setenvif", "setenvifnocase", "rewriterule", "requestheader")
    lines = [*passed, *(line for line in carried if "authorization" in line.args.lower())]
    seen: set[int] = set()
    for mapping in mappings:
        host = mapping.server.node
        if id(host) in seen or any(server_of(line) in (None, host) for line in lines):
            continue
        seen.add(id(host))
        yield Found(
            mapping.place,
            "the application behind this line never sees the Authorization header",
            help="Add CGIPassAuth On, if the application wants it.",
        )
