"""What pools of PHP-FPM can take and reach: their processes, their folder, bodies, and what they write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found, Related
from hpatch.lint.rule import rule
from hpatch.lint.rules._shared.effective import in_server, number
from hpatch.lint.rules._shared.mpm import mpm, requests
from hpatch.lint.rules._shared.pools import Meeting, every_pool, meetings
from hpatch.text import whole_number

if TYPE_CHECKING:
    from hpatch.backends.phpfpm.model import Pool, PoolSetting
    from hpatch.lint.context import Context

_FPM = "https://www.php.net/manual/en/install.fpm.configuration.php"
_INI = "https://www.php.net/manual/en/ini.core.php"
_SETENV = "https://httpd.apache.org/docs/2.4/mod/mod_proxy_fcgi.html#proxyfcgisetenvif"
_FACTORS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


@rule("BE041", "fpm-few-children", "info", advice=True, confidence="medium", references=(_FPM,))
def fpm_few_children(context: Context) -> Iterator[Found]:
    """PHP serves far fewer requests at once than httpd: the others wait, each in a worker of httpd.

    A request beyond `pm.max_children` waits in the socket's queue. A page that takes 10 milliseconds then takes as long
    as the slow pages before it, and a few slow scripts fill all workers of httpd.

    The rule reports a pool with fewer children than a tenth of MaxRequestWorkers. It is silent if the MPM is not known.

    Raise `pm.max_children` as far as memory allows, and lower MaxRequestWorkers.

    Fires on::

        # options: --mpm event
        MaxRequestWorkers 150
        ProxyPass "/app/" "unix:/run/php/www.sock|fcgi://app/"
        # file: www.conf
        [www]
        listen = /run/php/www.sock
        pm.max_children = 5

    Write instead::

        # options: --mpm event
        MaxRequestWorkers 150
        ProxyPass "/app/" "unix:/run/php/www.sock|fcgi://app/"
        # file: www.conf
        [www]
        listen = /run/php/www.sock
        pm.max_children = 50

    Source: the pm.max_children directive of PHP-FPM; tested on httpd 2.4.71 and PHP-FPM 8.2.
    """
    pools = every_pool(context)
    workers = requests(context) if pools and mpm(context) is not None else None
    if workers is None:
        return
    for meeting in _each_pool(context):
        children = meeting.pool.get("pm.max_children")
        if children is None or children.number is None or children.number * 10 >= workers:
            continue
        yield Found(
            children.place,
            f'pool "{meeting.pool.name}" serves {children.number} requests at once, and httpd {workers}: the others '
            "wait",
            related=(Related(meeting.mapping.place, "httpd leads there"),),
            help="Raise pm.max_children, or lower MaxRequestWorkers.",
        )


def _each_pool(context: Context) -> Iterator[Meeting]:
    """The first line that leads to each pool."""
    seen: set[str] = set()
    for meeting in meetings(context):
        if meeting.pool.name not in seen:
            seen.add(meeting.pool.name)
            yield meeting


@rule("BE042", "fpm-chroot", "warning", references=(f"{_FPM}#chroot", _SETENV))
def fpm_chroot(context: Context) -> Iterator[Found]:
    """The pool does not find the scripts: it looks for httpd's path below its own root, and answers with 404.

    httpd sends the script's path as SCRIPT_FILENAME. For a pool with `chroot = /srv/www`, `/srv/www/page.php` is the
    file `/srv/www/srv/www/page.php`. httpd logs "Primary script unknown" (AH01071).

    The rule is silent if ProxyFCGISetEnvIf changes SCRIPT_FILENAME.

    Send the path as the pool sees it: `ProxyFCGISetEnvIf "true" SCRIPT_FILENAME "%{reqenv:SCRIPT_NAME}"`, or a
    ProxyPassMatch without the pool's root.

    Fires on::

        <FilesMatch "\\.php$">
            SetHandler "proxy:unix:/run/php/shop.sock|fcgi://shop"
        </FilesMatch>
        # file: shop.conf
        [shop]
        listen = /run/php/shop.sock
        chroot = /srv/shop

    Fires on (the target has the pool's root)::

        ProxyPassMatch "^/(.*\\.php)$" "unix:/run/php/shop.sock|fcgi://shop/srv/shop/$1"
        # file: shop.conf
        [shop]
        listen = /run/php/shop.sock
        chroot = /srv/shop

    Write instead::

        ProxyPassMatch "^/(.*\\.php)$" "unix:/run/php/shop.sock|fcgi://shop/$1"
        # file: shop.conf
        [shop]
        listen = /run/php/shop.sock
        chroot = /srv/shop

    Silent on (the path is changed)::

        <FilesMatch "\\.php$">
            SetHandler "proxy:unix:/run/php/shop.sock|fcgi://shop"
            ProxyFCGISetEnvIf "true" SCRIPT_FILENAME "%{reqenv:SCRIPT_NAME}"
        </FilesMatch>
        # file: shop.conf
        [shop]
        listen = /run/php/shop.sock
        chroot = /srv/shop

    Source: the chroot directive of PHP-FPM; tested on httpd 2.4.71 and PHP-FPM 8.2.
    """
    changed: bool | None = None
    for mapping, _, pool in meetings(context):
        root = pool.get("chroot")
        if root is None or not root.value.startswith("/") or root.value.strip("/") == "":
            continue
        handed = mapping.kind == "SetHandler"
        path = "" if mapping.target is None else mapping.target.path
        if not handed and not f"{path}/".startswith(f"{root.value.rstrip('/')}/"):
            continue
        if changed is None:
            changed = any(
                "script_filename" in node.args.lower() for node in context.configuration.find("proxyfcgisetenvif")
            )
        if changed:
            return
        yield Found(
            mapping.place,
            f'pool "{pool.name}" looks for the script below "{root.value}" once more, and answers with 404',
            related=(Related(root.place, "the pool's root"),),
            help='Add ProxyFCGISetEnvIf "true" SCRIPT_FILENAME "%{reqenv:SCRIPT_NAME}".'
            if handed
            else f'Write the target without "{root.value}".',
        )


@rule("BE043", "fpm-upload-lost", "info", references=(f"{_INI}#ini.post-max-size", _FPM))
def fpm_upload_lost(context: Context) -> Iterator[Found]:
    """A body above `post_max_size` loses all its fields: the script runs with empty forms, and answers with 200.

    An `upload_max_filesize` that is not below `post_max_size` lets nobody upload so much: the whole form is lost, not
    the file alone. A LimitRequestBody above `post_max_size` promises more than PHP takes; httpd does not apply it to
    requests that it proxies.

    The rule looks at the values that the pool itself sets.

    Set `post_max_size` above `upload_max_filesize`, and above what httpd is to let through.

    Fires on::

        ProxyPass "/app/" "unix:/run/php/www.sock|fcgi://app/"
        # file: www.conf
        [www]
        listen = /run/php/www.sock
        php_admin_value[upload_max_filesize] = 64M
        php_admin_value[post_max_size] = 8M

    Fires on (httpd's limit)::

        LimitRequestBody 67108864
        ProxyPass "/app/" "unix:/run/php/www.sock|fcgi://app/"
        # file: www.conf
        [www]
        listen = /run/php/www.sock
        php_value[post_max_size] = 8M

    Write instead::

        LimitRequestBody 67108864
        ProxyPass "/app/" "unix:/run/php/www.sock|fcgi://app/"
        # file: www.conf
        [www]
        listen = /run/php/www.sock
        php_admin_value[upload_max_filesize] = 64M
        php_admin_value[post_max_size] = 65M

    Silent on (without a limit)::

        ProxyPass "/app/" "unix:/run/php/www.sock|fcgi://app/"
        # file: www.conf
        [www]
        listen = /run/php/www.sock
        php_admin_value[upload_max_filesize] = 64M
        php_admin_value[post_max_size] = 0

    Source: the post_max_size directive of PHP; tested on httpd 2.4.71 and PHP-FPM 8.2.
    """
    for meeting in _each_pool(context):
        post, upload = _value(meeting.pool, "post_max_size"), _value(meeting.pool, "upload_max_filesize")
        most = None if post is None else _bytes(post)
        if post is None or not most:
            continue
        size = None if upload is None else _bytes(upload)
        if upload is not None and size is not None and size >= most:
            yield Found(
                post.place,
                f'pool "{meeting.pool.name}" loses all fields of a form above {post.value}, and so never takes a file '
                f"of {upload.value}",
                related=(Related(upload.place, "the limit for a file"),),
                help="Set post_max_size above upload_max_filesize.",
            )
            continue
        line = in_server(context, "limitrequestbody", meeting.mapping.server.node)
        limit = number(line, 0)
        if line is not None and limit and limit > most:
            yield Found(
                post.place,
                f'pool "{meeting.pool.name}" loses all fields of a form above {post.value}, and httpd lets {limit} '
                "bytes and more through",
                related=(Related(line.place, "httpd's limit, which it does not apply here"),),
                help="Set post_max_size above LimitRequestBody.",
            )


def _value(pool: Pool, name: str) -> PoolSetting | None:
    """A setting of PHP in a pool. `php_admin_value` wins."""
    return pool.get(f"php_admin_value[{name}]") or pool.get(f"php_value[{name}]")


def _bytes(setting: PoolSetting) -> int | None:
    match = re.fullmatch(r"(\d+)([kmg]?)", setting.value.lower())
    return None if match is None else whole_number(match[1]) * _FACTORS[match[2]]


@rule("BE044", "fpm-output-lost", "info", advice=True, references=(f"{_FPM}#catch-workers-output",))
def fpm_output_lost(context: Context) -> Iterator[Found]:
    """What scripts write to their standard error is lost.

    FPM sends it to /dev/null, unless the pool has `catch_workers_output = yes`. Messages of PHP's `error_log` are not
    concerned: they arrive in httpd's error log (AH01071).

    Set `catch_workers_output = yes`, which puts it into FPM's own log.

    Fires on::

        ProxyPass "/app/" "unix:/run/php/www.sock|fcgi://app/"
        # file: www.conf
        [www]
        listen = /run/php/www.sock

    Write instead::

        ProxyPass "/app/" "unix:/run/php/www.sock|fcgi://app/"
        # file: www.conf
        [www]
        listen = /run/php/www.sock
        catch_workers_output = yes

    Source: the catch_workers_output directive of PHP-FPM; tested on PHP-FPM 8.2.
    """
    for meeting in _each_pool(context):
        caught = meeting.pool.directives.get("catch_workers_output")
        if caught is None or (caught.known and caught.value.lower() not in ("yes", "true", "on", "1")):
            yield Found(
                meeting.pool.place if caught is None else caught.place,
                f'what scripts of pool "{meeting.pool.name}" write to their standard error is lost',
                help="Set catch_workers_output = yes.",
            )


@rule("BE045", "fpm-user-shared", "info", advice=True, references=(f"{_FPM}#user",))
def fpm_user_shared(context: Context) -> Iterator[Found]:
    """The scripts run as httpd's user: they can read what httpd reads, and open every socket that httpd opens.

    A fault in one application then opens the files, sessions and backends of all others on the machine.

    Give each application a user, and let httpd's group read its files and open its socket.

    Fires on::

        User www-data
        ProxyPass "/app/" "unix:/run/php/www.sock|fcgi://app/"
        # file: www.conf
        [www]
        listen = /run/php/www.sock
        user = www-data

    Write instead::

        User www-data
        ProxyPass "/app/" "unix:/run/php/www.sock|fcgi://app/"
        # file: www.conf
        [www]
        listen = /run/php/www.sock
        user = shop

    Source: the user directive of PHP-FPM, unix(7).
    """
    owner = in_server(context, "user", None) if every_pool(context) else None
    if owner is None or not owner.words or "${" in owner.words[0]:
        return
    for meeting in _each_pool(context):
        user = meeting.pool.get("user")
        if user is not None and user.value == owner.words[0]:
            yield Found(
                user.place,
                f'the scripts of pool "{meeting.pool.name}" run as "{user.value}", as httpd does',
                related=(Related(owner.place, "httpd's user"),),
                help="Give the application a user.",
            )
