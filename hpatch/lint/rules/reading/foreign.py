"""Files that are not configurations of httpd, and templates of configurations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hpatch.lint.found import Found
from hpatch.lint.rule import rule

if TYPE_CHECKING:
    from hpatch.lint.context import Context

_MANUAL = "https://httpd.apache.org/docs/2.4"


@rule("CF040", "file-foreign", "error", references=(f"{_MANUAL}/configuring.html#syntax",))
def file_foreign(context: Context) -> Iterator[Found]:
    """The file is not a configuration of httpd, but for example one of nginx.

    httpd refuses it. hpatch reads nothing in the file, and the run ends with exit code 3.

    hpatch recognises:

    - configurations of nginx, haproxy, Caddy, lighttpd, Varnish, Traefik, Tomcat, uWSGI, systemd, logrotate, OpenSSH
      and Nagios
    - YAML, JSON, TOML, XML and ini files
    - scripts, PHP and HTML
    - files that are not text, such as archives

    The rule is silent if half the first 100 lines begin with a directive of httpd or of a known module.

    Fires on::

        server {
            listen 80;
            server_name www.example.com;
            location / {
                proxy_pass http://10.0.0.5:8080;
            }
        }

    Write instead::

        <VirtualHost *:80>
            ServerName www.example.com
            ProxyPass "/" "http://10.0.0.5:8080/"
        </VirtualHost>

    Source: the manuals of these programs; httpd 2.4.71 refuses the examples that the tests have of each kind.
    """
    yield from _problems(context, "foreign")


@rule("CF041", "template-unjudged", "error", references=("docs/cli.md",))
def template_unjudged(context: Context) -> Iterator[Found]:
    """The template has no line that tells anything before the template is filled in.

    hpatch looked at nothing, so the run ends with exit code 3. Lint the file that the template makes.

    Of a template with lines that can be read, hpatch judges those lines, and says how many it left out.

    Fires on::

        {{ vhost_text }}

    Write instead::

        ServerName "{{ vhost_name }}"
        {{ vhost_text }}

    Source: hpatch itself; see its documentation of templates.
    """
    yield from _problems(context, "template")


@rule("CF042", "template-code", "error", references=("docs/cli.md",))
def template_code(context: Context) -> Iterator[Found]:
    """The file has template code, but its name is not a template's.

    If httpd reads the file, it refuses a line such as `{% if tls %}` and does not start. If the code only stands for
    words, httpd takes it as it is, and the finding is a warning.

    hpatch reads the file as a template: both arms of a condition, and words that are not known. If the file is a
    template, give it a template's name (`.j2`, `.erb`, `.epp`, `.tmpl`, `.in` ...), or ignore this rule.

    Fires on::

        {% if tls %}
        SSLEngine on
        {% endif %}

    Fires on::

        ServerName @HOSTNAME@

    Write instead::

        ServerName www.example.com

    Silent on (the name of a variable of httpd's own)::

        LogFormat "%h %{User-Agent}i %{%Y-%m-%d}t" short

    Source: server/config.c ("Invalid command"); tested on httpd 2.4.71.
    """
    for file in context.configuration.templates.values():
        if file.named or file.unjudged >= file.lines:
            continue
        if file.code is not None:
            yield Found(
                file.code,
                "this is template code: httpd refuses to start if it reads this file",
                help="Lint the file that the template makes, or give the template a name such as .conf.j2.",
            )
        else:
            yield Found(
                file.first,
                "this looks like a word that a template fills in: httpd takes it as it is",
                help="Lint the file that the template makes, or give the template a name such as .conf.j2.",
                severity="warning",
            )


def _problems(context: Context, kind: str) -> Iterator[Found]:
    for problem in context.configuration.problems:
        if problem.kind == kind:
            yield Found(problem.place, problem.message, help=problem.help)
