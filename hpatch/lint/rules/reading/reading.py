"""Problems met while reading the configuration, and the comments that silence findings."""

from __future__ import annotations

from collections.abc import Iterator

from hpatch.conf.tree import Problem
from hpatch.lint.context import Context
from hpatch.lint.found import Confidence, Found, Related, Severity
from hpatch.lint.rule import rule

_MANUAL = "https://httpd.apache.org/docs/2.4"


def _problems(context: Context, kind: str, *, otherwise: Severity = "warning") -> Iterator[Found]:
    """The problems of a kind; those that do not stop httpd have the severity `otherwise`."""
    for problem in context.configuration.problems:
        if problem.kind == kind:
            yield _found(problem, None if problem.fatal else otherwise)


def _found(problem: Problem, severity: Severity | None) -> Found:
    confidence: Confidence | None = "medium" if problem.conditions else None
    related = tuple(Related(place, message) for place, message in problem.related)
    return Found(
        place=problem.place,
        message=problem.message,
        related=related,
        help=problem.help,
        severity=severity,
        confidence=confidence,
    )


@rule("CF001", "file-unreadable", "error", references=(f"{_MANUAL}/mod/core.html#include",))
def file_unreadable(context: Context) -> Iterator[Found]:
    """A file cannot be read: the main file, or one that an Include names.

    httpd does not start without the file, and hpatch cannot check its content. The run ends with exit code 3, because
    hpatch did not lint everything.

    In a part of a configuration, such as a virtual host's file, a file that does not exist here is only an info: it may
    be on the server.

    If the file exists only on the server, silence the finding with a comment or with `--ignore file-unreadable`. If
    ServerRoot is elsewhere on this machine, give `--server-root`. If httpd may start without the file, use
    IncludeOptional.

    Fires on::

        Include conf/there-is-no-such-file.conf

    Write instead::

        IncludeOptional conf/there-is-no-such-file.conf

    Source: the Include documentation ("will fail if the file does not exist"), IncludeOptional; tested on httpd 2.4.71.
    """
    return _problems(context, "unreadable", otherwise="info")


@rule("CF002", "syntax-error", "error", references=(f"{_MANUAL}/configuring.html#syntax",))
def syntax_error(context: Context) -> Iterator[Found]:
    """httpd refuses a directive that it executes while reading the configuration.

    httpd executes Include, Define, LoadModule and similar directives before it looks at any other directive. If one of
    them has the wrong number of arguments, httpd stops there ("Syntax error on line N") and does not start.

    The rule also warns of a last line that httpd ignores: one that has no line feed and exactly 206 bytes.

    Fires on::

        Define upstream app.internal 8080

    Write instead::

        Define upstream app.internal:8080

    Source: the Define documentation (one or two arguments); `server/core.c` `set_define`; tested on httpd 2.4.71.
    """
    return _problems(context, "syntax")


@rule("CF003", "section-mismatch", "error", references=(f"{_MANUAL}/sections.html",))
def section_mismatch(context: Context) -> Iterator[Found]:
    """A section is not closed, is closed twice, or is closed in the wrong order.

    httpd does not start. Sections must nest, and each file must close the sections that it opens.

    There is one exception: at the end of a file, httpd accepts an open conditional whose condition holds (an info). If
    you later append lines to that file, they belong to the conditional. Where hpatch does not know whether the
    condition holds, it is a warning.

    Fires on::

        <Location "/app">
            ProxyPass "http://127.0.0.1:8080"
        </Directory>

    Write instead::

        <Location "/app">
            ProxyPass "http://127.0.0.1:8080"
        </Location>

    Silent on (names ignore case, and httpd ignores what follows a closing line)::

        <Location "/app">
            ProxyPass "http://127.0.0.1:8080"
        </LOCATION> # the application

    Source: `server/config.c` `ap_build_config`, `server/core.c` `unclosed_directive`; tested on httpd 2.4.71.
    """
    yield from _problems(context, "section", otherwise="info")
    yield from _problems(context, "unclosed")


@rule("CF004", "include-missing", "error", references=(f"{_MANUAL}/mod/core.html#include",))
def include_missing(context: Context) -> Iterator[Found]:
    """The wildcard of an Include matches no file, or an Include includes itself.

    httpd does not start: Include must match at least one file, and httpd stops with an error after 128 nested Includes.

    In a part of a configuration, such as a virtual host's file, it is only an info: the file may be on the server.

    Use IncludeOptional for files that may be missing.

    Fires on::

        Include conf/no-such-folder/*.conf

    Write instead::

        IncludeOptional conf/no-such-folder/*.conf

    Source: the Include documentation ("will fail if the wildcard expression does not match at least one file");
    `server/config.c` `ap_process_fnmatch_configs`; tested on httpd 2.4.71.
    """
    return _problems(context, "include", otherwise="info")


@rule("CF005", "macro-invalid", "error", references=(f"{_MANUAL}/mod/mod_macro.html",))
def macro_invalid(context: Context) -> Iterator[Found]:
    """mod_macro refuses the definition or use of a macro.

    httpd does not start. A macro must be defined above its use, must get as many arguments as it has parameters, and
    must not use itself.

    In a part of a configuration, such as a virtual host's file, an undefined macro is only an info, as another file
    may define it.

    If one parameter's name begins with another's, the finding is a warning: where both match, mod_macro uses the longer
    name.

    Fires on::

        <Macro backend $path $port>
            ProxyPass "$path" "http://127.0.0.1:$port/"
        </Macro>
        Use backend /app

    Write instead::

        <Macro backend $path $port>
            ProxyPass "$path" "http://127.0.0.1:$port/"
        </Macro>
        Use backend /app/ 8080

    Source: the mod_macro documentation; `modules/core/mod_macro.c` `use_macro`; tested on httpd 2.4.71.
    """
    yield from _problems(context, "macro")
    yield from _problems(context, "elsewhere", otherwise="info")


@rule("CF006", "variable-undefined", "warning", references=(f"{_MANUAL}/configuring.html#syntax",))
def variable_undefined(context: Context) -> Iterator[Found]:
    """Nothing defines the variable, so `${NAME}` remains in the text.

    httpd warns (AH00111) and continues with the text `${NAME}` as part of a host name, a path or a number. Variables
    come from Define, from `-D`, and from the environment of the process that starts httpd.

    The severity is only info when that environment is not known. hpatch reads a file `envvars` beside the main file by
    itself.

    Define the variable, or give the environment with `--env-file`.

    Fires on::

        ProxyPass "/app/" "http://${APP_HOST}:8080/"

    Write instead::

        Define APP_HOST app.internal
        ProxyPass "/app/" "http://${APP_HOST}:8080/"

    Silent on (`$1` without braces is not a variable)::

        ProxyPassMatch "^/app/(.*)$" "http://10.0.0.5:8080/$1"

    Silent on (mod_proxy replaces it at each request)::

        ProxyPassInterpolateEnv On
        SetEnvIf Host "^([a-z]+)\\." tenant=$1
        ProxyPass "/app/" "http://10.0.0.5:8080/${tenant}/" interpolate

    Source: the documentation, "Syntax of the Configuration Files"; `server/core.c` `ap_resolve_env`; tested on httpd
    2.4.71.
    """
    return _problems(context, "variable", otherwise="warning" if context.environment else "info")


@rule("CF007", "conditional-invalid", "error", references=(f"{_MANUAL}/sections.html",))
def conditional_invalid(context: Context) -> Iterator[Found]:
    """httpd cannot parse the condition of a conditional section.

    httpd does not start. `<IfVersion>` needs a space between the operator and the version, and a version that consists
    of numbers. The other conditionals need an argument and a closing `>`.

    Fires on::

        <IfVersion >=2.4>
            ProxyTimeout 60
        </IfVersion>

    Write instead::

        <IfVersion >= 2.4>
            ProxyTimeout 60
        </IfVersion>

    Source: the mod_version documentation; `modules/metadata/mod_version.c` `start_ifversion`; tested on httpd 2.4.71.
    """
    return _problems(context, "conditional")


@rule("CF008", "suppression-unused", "warning", references=("docs/cli.md",), fix="safe")
def suppression_unused(context: Context) -> Iterator[Found]:
    """The comment silences a rule that reports nothing there.

    The fault has been mended or has moved. If the comment stays, it will hide the next finding of that rule.

    hpatch checks a comment only if all its rules ran.

    Remove the comment, or the code of that rule in it.

    Fires on::

        # hpatch: ignore[slash-target-missing] the backend wants it so
        ProxyPass "/app/" "http://127.0.0.1:8080/"

    Write instead::

        ProxyPass "/app/" "http://127.0.0.1:8080/"

    Source: hpatch itself; see its documentation of suppression comments.
    """
    return iter(())


@rule("CF009", "suppression-invalid", "warning", references=("docs/cli.md",), fix="unsafe")
def suppression_invalid(context: Context) -> Iterator[Found]:
    """The comment is meant to silence a rule, but does not.

    The comment has one of these faults:

    - It names a rule that does not exist.
    - It does not have the form `# hpatch: ignore[CODE] reason`.
    - No directive follows directly below it.
    - It is an `ignore-file` below the first directive of the file.

    Fires on::

        # hpatch: ignore[slash-target-misssing] the backend wants it so
        ProxyPass "/app/" "http://127.0.0.1:8080"

    Write instead::

        # hpatch: ignore[slash-target-missing] the backend wants it so
        ProxyPass "/app/" "http://127.0.0.1:8080"

    Source: hpatch itself; see its documentation of suppression comments.
    """
    return iter(())


@rule(
    "CF010",
    "uwsgi-unreadable",
    "warning",
    references=("https://uwsgi-docs.readthedocs.io/en/latest/Configuration.html",),
)
def uwsgi_unreadable(context: Context) -> Iterator[Found]:
    """A uWSGI file, or a line in it, cannot be read.

    hpatch does not know what the file or line says, so the rules that compare httpd with uWSGI cannot use it. If it is
    the whole file, the run ends with exit code 3.

    Fires on::

        ProxyPass "/app/" "unix:/run/app.sock|uwsgi://app/"
        # file: app.ini
        [uwsgi]
        socket = /run/app.sock
        include = there-is-no-such-file.ini

    Write instead::

        ProxyPass "/app/" "unix:/run/app.sock|uwsgi://app/"
        # file: app.ini
        [uwsgi]
        socket = /run/app.sock

    Source: uWSGI `core/ini.c` `uwsgi_ini_config`; tested on uWSGI 2.0.21.
    """
    for instance in context.uwsgi:
        for place, message in instance.problems:
            yield Found(place, message, severity=None if place.file in instance.sources else "error")
