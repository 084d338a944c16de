"""Building: the copy, the increments, the prefix as a whole, errors, interruptions."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hpatch.build.folder import folder_of
from hpatch.build.httpd.build import build, planned
from hpatch.build.options import BuildOptions
from hpatch.build.outcome import BuildError, Built
from hpatch.errors import InputError, ToolError, UsageError
from tests.support.build.small import CONFIGURE, FILES, MAKEFILE, SMALL, make
from tests.support.patience import PATIENCE

ONE = BuildOptions(jobs=1)
SMALL_C = "modules/proxy/mod_small.c"


def snapshot(root: Path) -> dict[str, tuple[bytes, int]]:
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in root.rglob("*") if path.is_file()}


pytestmark = pytest.mark.toolchain


class Place:
    """A tree, and where it is built and installed."""

    def __init__(self, folder: Path, **files: str) -> None:
        self.tree = make(folder, **files)
        self.prefix = folder / "prefix"
        self.folder = folder / "build"

    def build(self, options: BuildOptions = ONE) -> Built:
        return build(self.tree, self.prefix, options, self.folder)

    def steps(self, options: BuildOptions = ONE) -> list[str]:
        plan = planned(self.tree, self.prefix, options, self.folder)
        return [" ".join((Path(step.command[0]).name, *step.command[1:2])) for step in plan.steps]

    def write(self, path: str, text: str) -> None:
        (self.tree / path).parent.mkdir(exist_ok=True)
        (self.tree / path).write_text(text)

    def compiled(self) -> list[str]:
        log = (self.folder / "build.log").read_text()
        return sorted(
            word for line in log.splitlines() if " -c -o " in line for word in line.split() if word[-2:] == ".c"
        )

    def result(self) -> int:
        return subprocess.run([self.prefix / "bin" / "httpd"], check=False).returncode


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_builds_and_leaves_the_tree_alone(place: Place) -> None:
    before = snapshot(place.tree)
    built = place.build()
    assert built.program == place.prefix / "bin" / "httpd"
    assert built.modules.is_dir()
    assert place.result() == 3
    assert set(built.seconds) == {"copy", "configure", "make", "install"}
    assert snapshot(place.tree) == before
    assert b"checking --prefix" in built.log.read_bytes()
    assert [path.name for path in place.prefix.parent.glob(".*")] == []


def test_a_second_build_compiles_what_has_changed(place: Place) -> None:
    place.build()
    place.build()
    assert place.compiled() == []
    place.write(SMALL_C, SMALL.replace("VALUE", "VALUE + 1"))
    place.build()
    assert place.compiled() == [SMALL_C]
    assert place.result() == 4


def test_a_file_that_gets_an_older_date_is_built_all_the_same(place: Place) -> None:
    place.build()
    place.write(SMALL_C, SMALL.replace("VALUE", "VALUE + 1"))
    os.utime(place.tree / SMALL_C, (1, 1))
    place.build()
    assert place.result() == 4


def test_a_header_rebuilds_what_includes_it_by_way_of_another(place: Place) -> None:
    place.build()
    place.write("include/smaller.h", "#define VALUE 7\n")
    place.build()
    assert place.compiled() == [SMALL_C]
    assert place.result() == 7


def test_only_a_new_date_builds_nothing(place: Place) -> None:
    place.build()
    os.utime(place.tree / SMALL_C)
    place.build()
    assert place.compiled() == []


def test_other_options_configure_again_and_build_all(place: Place) -> None:
    place.build()
    options = BuildOptions(arguments=("--other",), jobs=1)
    assert place.steps(options) == ["configure --prefix=" + str(place.prefix), "make clean", "make -j1", "make install"]
    place.build(options)
    assert len(place.compiled()) == 2


def test_a_changed_configure_runs_again(place: Place) -> None:
    place.build()
    place.write("configure", CONFIGURE + "echo again\n")
    place.build()
    assert b"again" in (place.folder / "build.log").read_bytes()
    assert len(place.compiled()) == 2


def test_what_an_in_place_build_made_is_not_taken_over(tmp_path: Path) -> None:
    place = Place(tmp_path, **{"modules/proxy/mod_small.o": "not an object", "Makefile": "all:\n\tfalse\n"})
    place.build()
    assert place.result() == 3


def test_a_build_in_the_tree_itself_configures_anew(place: Place) -> None:
    place.build()
    place.write("Makefile", "all:\n\tfalse\n")
    place.write("modules/proxy/mod_small.o", "not an object")
    place.build()
    assert place.result() == 3
    assert len(place.compiled()) == 2
    place.build()
    assert place.compiled() == []


def test_what_a_template_lies_beside_is_source_too(tmp_path: Path) -> None:
    small = '#include "made.h"\n' + SMALL
    place = Place(tmp_path, **{"include/made.h.in": "", "include/made.h": "#define MADE 1\n", SMALL_C: small})
    place.build()
    assert place.result() == 3


def test_removed_files_go(place: Place) -> None:
    place.write("modules/proxy/extra.h", "")
    place.build()
    assert (place.folder / "source/modules/proxy/extra.h").is_file()
    (place.tree / "modules/proxy/extra.h").unlink()
    place.build()
    assert not (place.folder / "source/modules/proxy/extra.h").exists()


def test_the_plan_changes_nothing(place: Place) -> None:
    assert place.steps()[-2:] == ["make -j1", "make install"]
    assert not place.folder.exists()
    assert not place.prefix.exists()


def test_without_documentation_only_the_server_is_installed(place: Place) -> None:
    assert place.steps(BuildOptions(jobs=1, documentation=False))[-2:] == ["make program-install", "make -C"]
    place.build(BuildOptions(jobs=1, documentation=False))
    assert place.result() == 3


def test_a_configuration_of_the_users_stays(place: Place) -> None:
    place.build()
    (place.prefix / "conf/httpd.conf").write_text("mine\n")
    place.write(SMALL_C, SMALL.replace("VALUE", "VALUE + 1"))
    place.build()
    assert (place.prefix / "conf/httpd.conf").read_text() == "mine\n"
    assert place.result() == 4


def test_a_compiler_error_has_its_place_and_leaves_the_prefix(place: Place) -> None:
    place.build()
    place.write(SMALL_C, SMALL + "int broken(void) { return undeclared; }\n")
    with pytest.raises(BuildError, match=r"^make failed: modules/proxy/mod_small\.c:4: .*undeclared") as caught:
        place.build()
    assert caught.value.failure.line == 4
    assert caught.value.exit_code == 4
    assert place.result() == 3
    place.write(SMALL_C, SMALL)
    place.build()
    assert place.compiled() == [SMALL_C]


def test_a_failing_configure_tells_what_is_missing(tmp_path: Path) -> None:
    said = "configure: error: mod_ssl has been requested but can not be built due to prerequisite failures"
    place = Place(tmp_path, configure=f"#!/bin/sh\n# pcre2-config\necho '{said}'\nexit 1\n")
    with pytest.raises(BuildError, match=r"^configure failed: .*mod_ssl.*; on Debian: apt-get install libssl-dev"):
        place.build()


@pytest.mark.autoconf
@pytest.mark.parametrize("code", [0, 2])
def test_a_buildconf_that_makes_no_configure_tells_why(tmp_path: Path, code: int) -> None:
    """httpd's own ends with 0 where autoconf has failed."""
    place = Place(tmp_path)
    (place.tree / "configure").unlink()
    place.write("buildconf", f"#!/bin/sh\necho 'm4 has no memory left'\necho\nexit {code}\n")
    (place.tree / "buildconf").chmod(0o755)
    with pytest.raises(BuildError, match=r"^buildconf failed: .*: m4 has no memory left \(the whole of it"):
        place.build()


def test_a_failing_install_leaves_the_prefix_as_it_was(place: Place) -> None:
    place.build()
    before = snapshot(place.prefix)
    place.write("Makefile.in", MAKEFILE.replace("|| echo new", "|| echo new; false; true && false #"))
    with pytest.raises(BuildError, match="install failed"):
        place.build()
    assert snapshot(place.prefix) == before
    assert [path.name for path in place.prefix.parent.glob(".*")] == []


def test_what_would_go_elsewhere_is_refused(place: Place, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    place.write(
        "Makefile.in",
        MAKEFILE.replace("program-install: httpd\n", f"program-install: httpd\n\tmkdir -p $(DESTDIR){elsewhere}\n"),
    )
    with pytest.raises(ToolError, match=f"install to {elsewhere}, which is not in {place.prefix}"):
        place.build()
    assert not elsewhere.exists()
    assert not place.prefix.exists()


def test_the_program_and_the_modules_are_where_configure_says(place: Place) -> None:
    told = (
        "exec_prefix = ${prefix}\nsbindir = ${exec_prefix}/sbin\nlibexecdir = $(prefix)/lib/modules\nprogname = web\n"
    )
    place.write("build/config_vars.mk", told)
    built = place.build()
    assert built.program == place.prefix / "sbin" / "web"
    assert built.modules == place.prefix / "lib/modules"
    assert built.modules.is_dir()


def test_after_an_end_between_configure_and_make_all_is_made_anew(tmp_path: Path) -> None:
    stop = tmp_path / "stop"
    place = Place(tmp_path, **{"Makefile.in": MAKEFILE.replace("clean:\n", f"clean:\n\ttest ! -e {stop}\n")})
    place.build()
    stop.touch()
    other = BuildOptions(arguments=("--other",), jobs=1)
    with pytest.raises(BuildError, match="make failed"):
        place.build(other)
    stop.unlink()
    assert place.steps(other)[0] == "make clean"
    place.build(other)
    assert len(place.compiled()) == 2


@pytest.mark.parametrize("where", ["build", "prefix"])
def test_foreign_folders_are_refused(place: Place, where: str) -> None:
    folder = place.folder if where == "build" else place.prefix
    folder.mkdir()
    (folder / "precious").write_text("")
    with pytest.raises(UsageError, match="is not empty, and hpatch did not"):
        place.build()
    assert (folder / "precious").exists()


def test_places_in_the_tree_are_refused(place: Place) -> None:
    with pytest.raises(UsageError, match="in the source tree"):
        build(place.tree, place.tree / "prefix", BuildOptions(), place.folder)
    with pytest.raises(UsageError, match="in the source tree"):
        build(place.tree, place.prefix, BuildOptions(), place.tree / "build")


@pytest.mark.parametrize("name", ["a b", "a#b", "a$b", "a'b"])
def test_paths_that_make_takes_apart_are_refused(place: Place, name: str) -> None:
    with pytest.raises(UsageError, match="a build cannot handle"):
        build(place.tree, place.prefix / name, ONE, place.folder)
    with pytest.raises(UsageError, match="a build cannot handle"):
        build(place.tree, place.prefix, ONE, place.folder / name)


def test_a_tree_may_be_called_anything(place: Place) -> None:
    odd = place.tree.rename(place.tree.parent / "a tree's #1")
    assert build(odd, place.prefix, ONE, place.folder).program.is_file()
    assert folder_of(odd).name.startswith("a_tree_s__1-")


def test_no_source_is_no_source(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a source tree of httpd"):
        build(tmp_path, tmp_path / "prefix", BuildOptions(), tmp_path / "build")


def test_two_builds_in_a_folder_exclude_each_other(place: Place) -> None:
    from hpatch import files

    place.build()
    with files.lock(place.folder), pytest.raises(ToolError, match="another hpatch"):
        place.build()


# Interruptions: of the real command, in a process of its own.

SLOW = CONFIGURE + "if [ -e slow ]; then sh -c 'echo half > $TMPDIR/cc1.s; echo $$ > pid; exec sleep 600'; fi\n"


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_build_leaves_no_process_and_no_prefix(tmp_path: Path, number: signal.Signals) -> None:
    place = Place(tmp_path, configure=SLOW, slow="")
    command = [
        sys.executable,
        "-m",
        "hpatch",
        "build",
        place.tree,
        "--prefix",
        place.prefix,
        "--build-dir",
        place.folder,
    ]
    pid = place.folder / "source" / "pid"
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as running:
        limit = time.monotonic() + PATIENCE
        while not (pid.exists() and pid.read_text().strip()):
            assert time.monotonic() < limit and running.poll() is None
            time.sleep(0.02)
        sleeping = int(pid.read_text())
        assert (place.folder / "tmp/cc1.s").is_file()
        running.send_signal(number)
        said = running.communicate(timeout=PATIENCE)[1]
        code = running.returncode
    told = f"step 3 of 5, configure; {place.prefix} was not made; {place.folder} keeps what was compiled"
    assert said == ("" if number == signal.SIGKILL else f"hpatch: interrupted: {told}\n")
    assert code == {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGKILL: -signal.SIGKILL}[number]
    limit = time.monotonic() + PATIENCE
    while (_alive(sleeping) or (place.folder / "tmp").exists()) and time.monotonic() < limit:
        time.sleep(0.02)
    assert not _alive(sleeping)
    assert not (place.folder / "tmp").exists()
    assert not place.prefix.exists()
    (place.tree / "slow").unlink()
    assert place.build().program.is_file()
    assert place.result() == 3


def test_after_a_kill_within_make_nothing_half_written_is_used(place: Place) -> None:
    place.build()
    state = place.folder / "state.json"
    state.write_text(state.read_text().replace('"begun": null', '"begun": "make"'))
    (place.folder / "source/modules/proxy/mod_small.o").write_text("half an obj")
    place.build()
    assert place.result() == 3
    assert len(place.compiled()) == 2


def test_after_a_kill_within_the_first_copy_all_is_copied(place: Place) -> None:
    place.build()
    (place.folder / "source.json").unlink()
    (place.folder / "source/configure").unlink()
    place.build()
    assert all((place.folder / "source" / path).is_file() for path in FILES)
    assert place.result() == 3


@pytest.mark.autoconf
def test_after_a_kill_within_a_later_copy_buildconf_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place(tmp_path)
    (place.tree / "configure").rename(place.tree / "configure.in")
    place.write("buildconf", "#!/bin/sh\ncp configure.in configure; chmod +x configure\n")
    (place.tree / "buildconf").chmod(0o755)
    place.build()
    place.write("configure.in", f"{CONFIGURE}# another\n")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr("hpatch.build.copying._store", killed)
        place.build()
    place.build()
    assert (place.folder / "source/configure").read_text().endswith("# another\n")


def test_a_swap_that_was_interrupted_is_put_right(place: Place) -> None:
    place.build()
    (place.prefix / "conf/httpd.conf").write_text("mine\n")
    place.prefix.rename(place.prefix.parent / ".prefix.hpatch-old")
    place.build()
    assert place.result() == 3
    assert (place.prefix / "conf/httpd.conf").read_text() == "mine\n"
    assert not (place.prefix.parent / ".prefix.hpatch-old").exists()


def test_what_a_make_around_it_sets_is_not_taken_over(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAKEFLAGS", "n")
    monkeypatch.setenv("DESTDIR", str(tmp_path / "elsewhere"))
    place.build()
    assert place.result() == 3
    assert not (tmp_path / "elsewhere").exists()


def test_files_have_one_date_in_the_copy(place: Place) -> None:
    place.build()
    dates = {(place.folder / "source" / path).stat().st_mtime_ns for path in FILES}
    assert len(dates) == 1


def test_sanitizers_are_for_all_that_is_compiled_and_linked(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CFLAGS", "-O1")
    sanitized = ONE._replace(sanitize=("undefined",))
    plan = planned(place.tree, place.prefix, sanitized, place.folder)
    for step in plan.steps:
        assert step.settings["CFLAGS"] == "-O1 -fsanitize=undefined -fno-omit-frame-pointer"
        assert step.settings["LDFLAGS"] == "-fsanitize=undefined -fno-omit-frame-pointer"
        assert "detect_leaks=0" in step.settings["ASAN_OPTIONS"]
    place.build()
    assert place.steps(sanitized)[:2] == ["configure --prefix=" + str(place.prefix), "make clean"]
    assert place.steps() == ["make -j1", "make install"]
