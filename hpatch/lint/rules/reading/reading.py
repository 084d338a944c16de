"""What was wrong while reading, and the comments that silence findings."""

from __future__ import annotations

from collections.abc import Iterator

from hpatch.conf.tree import Problem
from hpatch.lint.context import Context
from hpatch.lint.found import Confidence, Found, Related, Severity
from hpatch.lint.rule import rule

_MANUAL = "https://httpd.apache.org/docs/2.4"


def _problems(context: Context, kind: str, *, otherwise: Severity = "warning") -> Iterator[Found]:
    """The problems of a kind; those that httpd does not stop at weigh less."""
    for problem in context.configuration.problems:
        if problem.kind == kind:
            yield _found(problem, None if problem.fatal else otherwise)


def _found(problem: Problem, severity: Severity | None) -> Found:
    confidence: Confidence | None = "medium" if problem.conditions else None
    related = tuple(Related(place, message) for place, message in problem.related)
    return Found(problem.place, problem.message, related, problem.help, severity, confidence)


@rule("CF001", "file-unreadable", "error", references=(f"{_MANUAL}/mod/core.html#include",))
def file_unreadable(context: Context) -> Iterator[Found]:
    """A file that cannot be read: the main file, or one that an Include names.

    httpd does not start without it, and nothing can be said about what is in it. A run that has this finding ends
    with exit code 3, because what was not read was not linted. Where the file exists only on the server, silence it
    with a comment or `--ignore file-unreadable`; where ServerRoot is another place here, give `--server-root`.

    Fires on::

        Include conf/there-is-no-such-file.conf

    Write instead::

        IncludeOptional conf/there-is-no-such-file.conf

    Source: manual, Include ("will fail if the file does not exist") and IncludeOptional; tried on httpd 2.4.71.
    """
    return _problems(context, "unreadable")


@rule("CF002", "syntax-error", "error", references=(f"{_MANUAL}/configuring.html#syntax",))
def syntax_error(context: Context) -> Iterator[Found]:
    """A directive that httpd executes while it reads, and refuses.

    Include, Define, LoadModule and the like act before any other directive is looked at. When one of them has the
    wrong number of arguments, httpd stops there with "Syntax error on line N" and does not start.

    The rule also warns of a last line that httpd ignores: one that has no line feed and exactly 206 bytes.

    Fires on::

        Define upstream app.internal 8080

    Write instead::

        Define upstream app.internal:8080

    Source: manual, Define (one or two arguments); `server/core.c` `set_define`; tried on httpd 2.4.71.
    """
    return _problems(context, "syntax")


@rule("CF003", "section-mismatch", "error", references=(f"{_MANUAL}/sections.html",))
def section_mismatch(context: Context) -> Iterator[Found]:
    """A section that is never closed, closed twice, or closed in the wrong order.

    Sections must nest, and every file must close what it opens. httpd does not start otherwise. It does accept, at
    the end of a file, that a conditional that holds is still open; what follows when the file grows is then lost.

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

    Source: `server/config.c` `ap_build_config`, `server/core.c` `unclosed_directive`; tried on httpd 2.4.71.
    """
    return _problems(context, "section")


@rule("CF004", "include-missing", "error", references=(f"{_MANUAL}/mod/core.html#include",))
def include_missing(context: Context) -> Iterator[Found]:
    """An Include whose wildcard matches nothing, or that goes round in a circle.

    Include must match at least one file, or httpd does not start. IncludeOptional is for what may be absent. An
    Include that leads back to its own file ends after 128 steps with an error.

    Fires on::

        Include conf/no-such-folder/*.conf

    Write instead::

        IncludeOptional conf/no-such-folder/*.conf

    Source: manual, Include ("will fail if the wildcard expression does not match at least one file");
    `server/config.c` `ap_process_fnmatch_configs`; tried on httpd 2.4.71.
    """
    return _problems(context, "include", otherwise="info")


@rule("CF005", "macro-invalid", "error", references=(f"{_MANUAL}/mod/mod_macro.html",))
def macro_invalid(context: Context) -> Iterator[Found]:
    """A macro that is defined or used in a way that mod_macro refuses.

    It must be defined before it is used, used with as many arguments as it has parameters, and must not use itself.
    Parameters of which one begins with the other are only warned about: the longer name wins where both match.

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

    Source: manual, mod_macro; `modules/core/mod_macro.c` `use_macro`; tried on httpd 2.4.71.
    """
    return _problems(context, "macro")


@rule("CF006", "variable-undefined", "warning", references=(f"{_MANUAL}/configuring.html#syntax",))
def variable_undefined(context: Context) -> Iterator[Found]:
    """A variable that nothing defines: `${NAME}` stays in the text as it is.

    httpd warns (AH00111) and goes on with the name in the place of its value: as a part of a host name, a path or a
    number. Variables come from Define, from `-D`, and from the environment of the process that starts httpd. Where
    that environment is not known, this is a note only; give it with `--env-file`. A file `envvars` beside the main
    file is read by itself.

    Fires on::

        ProxyPass "/app/" "http://${APP_HOST}:8080/"

    Write instead::

        Define APP_HOST app.internal
        ProxyPass "/app/" "http://${APP_HOST}:8080/"

    Silent on (`$1` without braces is not a variable)::

        ProxyPassMatch "^/app/(.*)$" "http://10.0.0.5:8080/$1"

    Source: manual, "Syntax of the Configuration Files"; `server/core.c` `ap_resolve_env`; tried on httpd 2.4.71.
    """
    return _problems(context, "variable", otherwise="warning" if context.environment else "info")


@rule("CF007", "conditional-invalid", "error", references=(f"{_MANUAL}/sections.html",))
def conditional_invalid(context: Context) -> Iterator[Found]:
    """A conditional section whose condition httpd cannot read.

    `<IfVersion>` needs a space between the operator and the version, and a version that is made of numbers; the
    others need an argument and a closing `>`. httpd does not start otherwise.

    Fires on::

        <IfVersion >=2.4>
            ProxyTimeout 60
        </IfVersion>

    Write instead::

        <IfVersion >= 2.4>
            ProxyTimeout 60
        </IfVersion>

    Source: manual, mod_version; `modules/metadata/mod_version.c` `start_ifversion`; tried on httpd 2.4.71.
    """
    return _problems(context, "conditional")


@rule("CF008", "suppression-unused", "warning", references=("docs/cli.md",))
def suppression_unused(context: Context) -> Iterator[Found]:
    """A comment that silences a rule which has nothing to say there.

    What it once silenced was cured or has moved. Left behind, it will hide the next finding of that rule. Only
    comments whose rules did all run are judged.

    Fires on::

        # hpatch: ignore[slash-target-missing] the backend wants it so
        ProxyPass "/app/" "http://127.0.0.1:8080/"

    Write instead::

        ProxyPass "/app/" "http://127.0.0.1:8080/"

    Source: hpatch's own; see its documentation of suppression comments.
    """
    return iter(())


@rule("CF009", "suppression-invalid", "warning", references=("docs/cli.md",))
def suppression_invalid(context: Context) -> Iterator[Found]:
    """A comment that is meant to silence a rule, and cannot.

    It names a rule that does not exist, has another form than `# hpatch: ignore[CODE] reason`, has no directive
    directly below it, or is an `ignore-file` that does not stand before the file's first directive.

    Fires on::

        # hpatch: ignore[slash-target-misssing] the backend wants it so
        ProxyPass "/app/" "http://127.0.0.1:8080"

    Write instead::

        # hpatch: ignore[slash-target-missing] the backend wants it so
        ProxyPass "/app/" "http://127.0.0.1:8080"

    Source: hpatch's own; see its documentation of suppression comments.
    """
    return iter(())


@rule(
    "CF010",
    "uwsgi-unreadable",
    "warning",
    references=("https://uwsgi-docs.readthedocs.io/en/latest/Configuration.html",),
)
def uwsgi_unreadable(context: Context) -> Iterator[Found]:
    """A uWSGI file, or a line in one, that cannot be read.

    What it says is not known to the rules that hold httpd's side against uWSGI's. When it is the whole file, the run
    ends with exit code 3.

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

    Source: uWSGI `core/ini.c` `uwsgi_ini_config`; tried on uWSGI 2.0.21.
    """
    for instance in context.uwsgi:
        for place, message in instance.problems:
            yield Found(place, message, severity=None if place.file in instance.sources else "error")
