"""What logs of builds tell: the first error, its place in the tree, the packages that are missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.build.diagnosis import Failure, diagnose, last_words


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for path in ("modules/proxy/mod_a.c", "server/core.c", "server/mpm/event/event.c", "os/unix/core.c"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    return tmp_path


def told(copy: Path, *lines: str) -> Failure | None:
    return diagnose("".join(f"{line}\n" for line in lines).replace("COPY", str(copy)).encode(), copy)


def test_the_first_error_counts_and_its_file_is_named_from_the_tree(copy: Path) -> None:
    assert told(
        copy,
        "make[3]: Entering directory 'COPY/modules/proxy'",
        "mod_a.c:7:3: warning: unused variable 'x' [-Wunused-variable]",
        "mod_a.c:12:5: error: 'y' undeclared (first use in this function)",
        "mod_a.c:13:5: error: 'z' undeclared (first use in this function)",
        "make[3]: *** [COPY/build/rules.mk:212: mod_a.slo] Error 1",
    ) == Failure("'y' undeclared (first use in this function)", "modules/proxy/mod_a.c", 12)


def test_folders_of_parallel_makes_do_not_mislead(copy: Path) -> None:
    failure = told(copy, "make[4]: Entering directory 'COPY/server'", "event.c:3:1: fatal error: broken")
    assert failure == Failure("broken", "server/mpm/event/event.c", 3)


def test_a_name_that_two_files_have_is_left_as_it_is(copy: Path) -> None:
    assert told(copy, "core.c:3:1: error: broken") == Failure("broken", "core.c", 3)


@pytest.mark.parametrize(
    ("line", "packages"),
    [
        ("configure: error: APR not found.  Please read the documentation.", ("libapr1-dev",)),
        ("configure: error: APR-util not found.  Please read the documentation.", ("libaprutil1-dev",)),
        ("configure: error: pcre(2)-config for libpcre not found. PCRE is required", ("libpcre2-dev",)),
        ("configure: error: pcre-config for libpcre not found. PCRE is required", ("libpcre3-dev",)),
        ("configure: error: mod_http2 has been requested but can not be built due to x", ("libnghttp2-dev",)),
        (
            "checking whether to enable mod_ssl... configure: error: mod_ssl has been requested but can not be built",
            ("libssl-dev",),
        ),
        ("configure: error: something else", ()),
        ("mod_a.c:1:10: fatal error: openssl/ssl.h: No such file or directory", ("libssl-dev",)),
        ("mod_a.c:1:10: fatal error: apr_strings.h: No such file or directory", ("libapr1-dev",)),
        ("mod_a.c:1:10: fatal error: unheard_of.h: No such file or directory", ()),
        ("/usr/bin/ld: cannot find -lexpat: No such file or directory", ("libexpat1-dev",)),
    ],
)
def test_packages(copy: Path, line: str, packages: tuple[str, ...]) -> None:
    failure = told(copy, line)
    assert failure is not None
    assert failure.packages == packages


def test_autoconf_says_where_in_one_line_and_why_in_the_next(copy: Path) -> None:
    failure = told(copy, "configure: error: in `/x':", "configure: error: C compiler cannot create executables")
    assert failure == Failure("C compiler cannot create executables", "configure", packages=("gcc", "libc6-dev"))


CHECK = """\
configure:12: checking for something before
configure:13: gcc conftest.c >&5
conftest.c:1:10: fatal error: other.h: No such file or directory
configure:20: checking whether the C compiler works
configure:21: gcc -foo conftest.c >&5
gcc: error: unrecognized command-line option '-foo'
configure:22: $? = 1
configure: failed program was:
| #define PACKAGE_NAME ""
configure:30: error: in '/x':
configure:31: error: C compiler cannot create executables
"""


@pytest.mark.parametrize("quote", ["`", "'"])
def test_what_the_compiler_said_to_configure_is_told(copy: Path, quote: str) -> None:
    """autoconf's quotes differ between its versions."""
    (copy / "config.log").write_text(CHECK)
    failure = told(copy, f"configure: error: in {quote}/x':", "configure: error: C compiler cannot create executables")
    cause = "gcc: error: unrecognized command-line option '-foo'"
    assert failure == Failure(f"C compiler cannot create executables ({cause})", "configure")


def test_a_check_that_says_nothing_gets_no_cause_of_another(copy: Path) -> None:
    (copy / "config.log").write_text(CHECK.replace("gcc: error: unrecognized", "gcc unrecognized"))
    failure = told(copy, "configure: error: mod_x has been requested but can not be built")
    assert failure == Failure("mod_x has been requested but can not be built", "configure")


def test_the_library_that_the_linker_did_not_find_for_configure_is_told(copy: Path) -> None:
    (copy / "config.log").write_text(CHECK.replace("gcc: error: unrecognized", "/usr/bin/ld: cannot find -lexpat:"))
    failure = told(copy, "configure: error: C compiler cannot create executables")
    assert failure is not None and failure.packages == ("libexpat1-dev",)


@pytest.mark.parametrize(
    ("line", "failure"),
    [
        ("configure.in:34: error: undefined macro: AC_X", Failure("undefined macro: AC_X", "configure.in", 34)),
        ("./buildconf: 201: autoheader: not found", Failure("autoheader: not found", "buildconf", 201)),
        ("./configure: line 9: syntax error near `('", Failure("syntax error near `('", "configure", 9)),
        ("./configure: 77: test: x: unexpected operator", None),
    ],
)  # fmt: skip
def test_what_a_script_fails_with(copy: Path, line: str, failure: Failure | None) -> None:
    assert told(copy, "checking for gcc... gcc", line) == failure


def test_without_an_error_the_last_words_are_told() -> None:
    assert last_words(b"$ ./buildconf\nrebuilding configure\n  no m4 \n\n") == "no m4"
    assert last_words(b"$ ./buildconf\n") == "it said nothing"


def test_the_linker(copy: Path) -> None:
    line = "/usr/bin/ld: modules/proxy/.libs/libmod_a.a(mod_a.o): in function `f':"
    failure = told(
        copy, line, "mod_a.c:(.text+0x1): undefined reference to `nowhere'", "collect2: error: ld returned 1"
    )
    assert failure is not None
    assert failure.what == "undefined reference to `nowhere'"
    assert failure.file is not None and failure.file.endswith("mod_a.c")


def test_make_has_the_last_word(copy: Path) -> None:
    assert told(copy, "make: *** No rule to make target 'x'.  Stop.") == Failure("No rule to make target 'x'.  Stop.")


def test_a_log_without_an_error(copy: Path) -> None:
    assert told(copy, "all is well") is None


def test_the_text_is_one_line() -> None:
    assert Failure("broken", "a.c", 3, ("x", "y")).text == "a.c:3: broken; on Debian: apt-get install x y"
    assert Failure("broken").text == "broken"
