"""The settings file, and lists of modules."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.errors import UsageError
from hpatch.lint.settings import ALL_MODULES, Settings, find, load, modules, read


def written(folder: Path, text: str, name: str = "hpatch.toml") -> str:
    file = folder / name
    file.write_text(text)
    return str(file)


def test_every_key(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        """
        select = ["WK", "MP001"]
        ignore = "BE, reverse-missing"
        severity = "warning"
        min-confidence = "medium"
        fail-on = "never"
        httpd-version = "2.4.62"
        modules = ["proxy", "mod_proxy_http.so"]
        mpm = "event"
        define = ["SSL", "PORT=80"]
        env-file = "envvars"
        server-root = "/etc/apache2"
        uwsgi = ["vassals", "/etc/app.ini"]
        uwsgi-version = "2.0.21"
        root = "rootfs"
        outside = false
        exclude = ["old", "sites/x*"]

        [per-file-ignores]
        "sites/*" = ["MP", "WK001"]
        "a.conf" = "BE"

        [severity-of]
        WK = "info"
        """,
    )
    assert read(file) == Settings(
        select=("WK", "MP001"),
        ignore=("BE", "reverse-missing"),
        severity="warning",
        min_confidence="medium",
        fail_on="never",
        httpd_version="2.4.62",
        modules=("proxy_module", "proxy_http_module"),
        mpm="event",
        define=("SSL", "PORT=80"),
        env_file=str(tmp_path / "envvars"),
        server_root="/etc/apache2",
        uwsgi=(str(tmp_path / "vassals"), "/etc/app.ini"),
        uwsgi_version="2.0.21",
        root=str(tmp_path / "rootfs"),
        outside=False,
        exclude=("old", str(tmp_path / "sites/x*")),
        per_file_ignores=((str(tmp_path / "sites/*"), ("MP", "WK001")), ("a.conf", ("BE",))),
        severity_of=(("WK", "info"),),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('selct = ["WK"]', "unknown key 'selct'; did you mean 'select'?"),
        ("fail_on = 'error'", "did you mean 'fail-on'?"),
        ("severity = 'fatal'", "severity must be one of info, warning, error"),
        ("select = 5", "select must be a list of strings"),
        ("select = [5]", "select must be a list of strings"),
        ("mpm = true", "mpm must be a string"),
        ("outside = 'no'", "outside must be true or false"),
        ("per-file-ignores = ['MP']", "per-file-ignores must be a table"),
        ("modules = 'no-such-file'", "cannot be read"),
        ("select = ", ":1: select: not valid TOML: Invalid value"),
        ("\n\nselect = [", ":3: select: not valid TOML: "),
        ("mpm = 1\nmpm = 2\n", ":2:8: mpm: not valid TOML: Cannot overwrite"),
        ("\nmpm = 'evnt'", ":2: mpm must be one of event,"),
        ("httpd-version = '2.4'", ":1: httpd-version must be a complete version"),
        ("uwsgi-version = 'two'", ":1: uwsgi-version 'two' is not a version"),
        ("[severity-of]\nMP = 'info'\nWK = 'loud'", ":3: severity-of: 'WK' must be one of info, warning, error"),
        ("severity-of = 'info'", ":1: severity-of must be a table"),
        ("[per-file-ignores]\n\n'a b' = 1", ":3: per-file-ignores: 'a b' must be a list of strings"),
        ("extend = 1", ":1: extend must be a list of strings"),
        ("extend = 'none.toml'", "none.toml, and there is no such file"),
        ("\nextend = ['hpatch.toml']", ":2: extend leads back to"),
    ],
)
def test_mistakes(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UsageError) as error:
        read(written(tmp_path, text))
    assert message in str(error.value)
    assert str(tmp_path) in str(error.value)


def test_pyproject(tmp_path: Path) -> None:
    file = written(tmp_path, '[tool.hpatch]\nmpm = "event"\n', "pyproject.toml")
    assert read(file).mpm == "event"
    with pytest.raises(UsageError, match="must be a table"):
        read(written(tmp_path, "[tool]\nhpatch = 1\n", "pyproject.toml"))


def test_the_nearest_is_found(tmp_path: Path) -> None:
    sites = tmp_path / "etc" / "sites"
    sites.mkdir(parents=True)
    (sites / "a.conf").touch()
    top = written(tmp_path, "[tool.hpatch]\n", "pyproject.toml")
    assert find(str(sites / "a.conf")) == find(str(sites)) == find(str(sites / "missing.conf")) == top
    written(tmp_path / "etc", "[tool.other]\n", "pyproject.toml")
    assert find(str(sites)) == top
    near = written(tmp_path / "etc", "")
    assert find(str(sites)) == near


def test_below_the_working_folder_it_is_named_from_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "etc").mkdir()
    written(tmp_path / "etc", "")
    monkeypatch.chdir(tmp_path)
    assert find("etc/apache2.conf") == "etc/hpatch.toml"


def test_a_broken_pyproject_of_someone_else_is_passed_over(tmp_path: Path) -> None:
    written(tmp_path, "[project\n", "pyproject.toml")
    assert find(str(tmp_path)) != str(tmp_path / "pyproject.toml")


def test_over() -> None:
    assert Settings(mpm="event", ignore=()).over(Settings(mpm="worker", ignore=("WK",), severity="info")) == Settings(
        mpm="event", ignore=(), severity="info"
    )


def test_modules(tmp_path: Path) -> None:
    assert modules("all") == ALL_MODULES
    assert modules("proxy, mod_ssl,event.c,http_module") == ("proxy_module", "ssl_module", "event.c", "http_module")
    assert modules("event,php7,mod_security,mod_security2.c") == (
        "mpm_event_module", "php7_module", "security_module", "mod_security2.c",
    )  # fmt: skip
    listed = "Loaded Modules:\n core_module (static)\n proxy_module (shared)\n\n# a comment\nrewrite\n"
    file = written(tmp_path, listed, "modules.txt")
    assert modules(file) == ("core_module", "proxy_module", "rewrite_module")
    with pytest.raises(UsageError, match="cannot be read"):
        modules(str(tmp_path / "none"))
    with pytest.raises(UsageError, match="no such file"):
        modules("modules.txt")


@pytest.mark.parametrize(
    ("text", "near"), [("proxy,proxy_htpp", "'proxy_http'"), ("mpm_evnt", "mpm_event"), ("nonsense", "A file may")]
)
def test_modules_that_nobody_knows(tmp_path: Path, text: str, near: str) -> None:
    """A list with a misspelt module would make its directives unknown; a file may name modules of one's own."""
    with pytest.raises(UsageError, match=f"not a module that hpatch knows.*{near}"):
        modules(text)
    with pytest.raises(UsageError, match=f"hpatch.toml:1: modules names .*{near}"):
        read(written(tmp_path, f"modules = {text.split(',')}\n", "hpatch.toml"))
    assert modules(written(tmp_path, text, "modules.txt"))


def test_settings_are_extended(tmp_path: Path) -> None:
    """Of several files, the later counts more, and the file itself most; paths belong to the file that has them."""
    (tmp_path / "base").mkdir()
    (tmp_path / "team").mkdir()
    text = '[tool.hpatch]\nmpm = "event"\nseverity = "error"\nenv-file = "vars"\n'
    text += '[tool.hpatch.severity-of]\nWK = "info"\nMP = "info"\n'
    written(tmp_path / "base", text, "pyproject.toml")
    written(tmp_path / "base", 'severity = "info"\nselect = ["WK"]\n', "b.toml")
    file = written(
        tmp_path / "team",
        'extend = ["../base/pyproject.toml", "../base/b.toml"]\nselect = ["MP"]\n[severity-of]\nMP = "error"\n',
    )
    found = load(file)
    base, other = (str(tmp_path / "team" / ".." / "base" / name) for name in ("pyproject.toml", "b.toml"))
    assert found.settings == Settings(
        select=("MP",),
        severity="info",
        mpm="event",
        env_file=str(tmp_path / "team" / ".." / "base" / "vars"),
        severity_of=(("WK", "info"), ("MP", "info"), ("MP", "error")),
    )
    assert found.origins == {
        "select": f"{file}:2",
        "severity": f"{other}:1",
        "mpm": f"{base}:2",
        "env_file": f"{base}:4",
        "severity_of": f"{file}:3",
    }
    assert found.rows == {("severity_of", "WK"): f"{base}:6", ("severity_of", "MP"): f"{file}:4"}


def test_files_that_extend_each_other(tmp_path: Path) -> None:
    written(tmp_path, 'extend = "b.toml"\n', "a.toml")
    written(tmp_path, 'mpm = "event"\nextend = ["a.toml"]\n', "b.toml")
    with pytest.raises(UsageError, match=r"b.toml:2: extend leads back to .*a.toml, and no file may extend itself"):
        load(str(tmp_path / "a.toml"))


@pytest.mark.parametrize("twice", [False, True])
def test_extending_without_end(tmp_path: Path, twice: bool) -> None:
    for number in range(150):
        next_one = f'"{number + 1}.toml"'
        written(tmp_path, f"extend = [{next_one}{f', {next_one}' if twice else ''}]\n", f"{number}.toml")
    written(tmp_path, "", "150.toml")
    with pytest.raises(UsageError, match=r"\.toml:1: extend leads to more than 100 files$"):
        load(str(tmp_path / "0.toml"))
    assert load(str(tmp_path / ("145.toml" if twice else "50.toml"))).settings == Settings()


def test_one_file_may_be_extended_twice(tmp_path: Path) -> None:
    written(tmp_path, 'mpm = "event"\n', "base.toml")
    written(tmp_path, 'extend = "base.toml"\n', "a.toml")
    assert load(written(tmp_path, 'extend = ["a.toml", "base.toml"]\n')).settings.mpm == "event"
