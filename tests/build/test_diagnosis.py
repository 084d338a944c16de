"""What logs of builds tell: the first error, its place in the tree, the packages that are missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.build.diagnosis import Failure, diagnose


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
