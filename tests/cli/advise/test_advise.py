"""`hpatch advise` as a user calls it, as far as nothing is built."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.advise.advisories import fixed, osv
from tests.support.advise.known import known, only
from tests.support.cli.call import Answer, call
from tests.support.cli.tree import MODULE, catalog, snapshot
from tests.support.report.schema import valid

Run = Callable[..., Answer]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, tree: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Advise on a configuration that meets three problems of httpd 2.4.9: two have a set, two are later ones."""
    only(
        monkeypatch,
        known("PR 1", sets=("two",)),
        known("PR 2", sets=("three",)),
        known("PR 3", affected="<2.4.20"),
        known("PR 4", affected=">=2.4.20,<2.4.30"),
        known("PR 5", scheme="ajp"),
    )
    (tmp_path / "a.conf").write_text('ProxyPass "/a/" "fcgi://a:9000/"\n')
    catalog(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return lambda *arguments: call(capsys, "advise", "a.conf", *arguments)


def test_the_command_that_is_named_does_what_it_says(run: Run, tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = snapshot(tree)
    code, out, err = run("--tree", "tree", "--catalog", "sets", "--format", "json")
    assert (code, err) == (1, "")
    told = valid("advice-1", out)
    assert [(one["id"], one["verdict"], one["fixed"]) for one in told["problems"]] == [
        ("PR 1", "affected", "2.4.10"),
        ("PR 2", "affected", "2.4.10"),
        ("PR 3", "affected", "2.4.20"),
        ("PR 4", "not affected", "2.4.30"),
    ]
    assert told["problems"][0]["cures"] == [{"set": "two", "state": "applies", "why": "", "needs": ["one"]}]
    assert told["problems"][0]["places"][0]["line"] == 1
    assert told["sets"] == ["one", "three", "two"]
    assert told["command"] == [*shlex.split("hpatch verify two three --tree tree --in-place --catalog sets")]
    assert snapshot(tree) == before
    code, out, _ = call(capsys, *told["command"][1:], "--dry-run")
    assert code == 0
    assert "would be applied in a copy: one, three, two" in out
    assert f"the sets would be applied to {'tree'} if the proof holds" in out


def test_what_is_applied_is_no_problem_any_more(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "apply", "two", "--tree", "tree", "--catalog", "sets").code == 0
    told = valid("advice-1", run("--tree", "tree", "--catalog", "sets", "--format", "json").out)
    assert [one["id"] for one in told["problems"] if one["verdict"] == "affected"] == ["PR 2", "PR 3"]
    assert (told["sets"], told["command"][2:4]) == (["three"], ["three", "--tree"])


def test_what_the_code_has_is_no_problem_whatever_the_number_says(run: Run, tree: Path) -> None:
    (tree / MODULE).write_text((tree / MODULE).read_text().replace("line 20\n", "third 20\n"))
    told = valid("advice-1", run("--tree", "tree", "--catalog", "sets", "--format", "json").out)
    (one,) = (one for one in told["problems"] if one["id"] == "PR 2")
    assert (one["verdict"], one["because"]) == ("not affected", "The tree has the set three: the code shows it.")


def test_a_set_that_does_not_fit_is_left_out_of_the_command(run: Run, tree: Path) -> None:
    (tree / MODULE).write_text((tree / MODULE).read_text().replace("line 20\n", "another 20\n"))
    code, out, _ = run("--tree", "tree", "--catalog", "sets")
    assert code == 1
    assert f"three: does not apply: {MODULE} has other lines (1 place in the way)" in out
    assert out.splitlines()[-1] == "  hpatch verify two --tree tree --in-place --catalog sets"


def test_without_a_version_ranges_are_named_and_nothing_is_claimed(run: Run) -> None:
    code, out, err = run()
    assert (code, err) == (0, "")
    assert "meets 4 problems of httpd's releases. hpatch does not know which httpd runs it" in " ".join(out.split())
    assert re.search(r"^PR 4 .* >=2\.4\.20,<2\.4\.30 ", out, re.M)
    assert "hpatch verify" not in out


def test_a_release_without_the_problems(run: Run) -> None:
    code, out, _ = run("--httpd-version", "2.4.62")
    assert code == 0
    assert out.startswith(
        "In other releases this configuration would meet 4 problems that httpd 2.4.62 does not have.\n"
    )
    assert "Looked for 5 known problems of httpd in 1 file with 1 directive." in " ".join(out.split())


def test_a_vendor_s_build_is_not_called_affected_by_its_number(run: Run) -> None:
    code, out, _ = run("--package", "apache2 2.4.10-10+deb8u1", "--format", "json")
    told = valid("advice-1", out)
    assert (told["ok"], told["undecided"]) == (True, True)
    verdicts = {one["id"]: one["verdict"] for one in told["problems"]}
    assert (code, verdicts["PR 1"], verdicts["PR 3"]) == (0, "not affected", "unknown")


def test_what_cannot_be_read_is_never_called_clean(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_text("ServerName a\nListen 80\n<Broken\n")
    code, out, err = run("--httpd-version", "2.4.9")
    assert (code, out.splitlines()[0]) == (
        3,
        "Some of the configuration could not be read: this is not the whole answer.",
    )
    assert "none of the known problems" not in out
    assert "a.conf:3: " in err


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_tickets_and_pages_show_the_same_and_escape_what_they_show(run: Run, tmp_path: Path, form: str) -> None:
    (tmp_path / "b<i>.conf").write_text('ProxyPass "/a/" "fcgi://a:9000/"\n')
    (tmp_path / "a.conf").write_text('Include "b<i>.conf"\n')
    code, out, _ = run("--tree", "tree", "--catalog", "sets", "--format", form)
    assert code == 1
    assert "b<i>" not in out
    assert all(word in out for word in ("PR 1", "2.4.10", "two: applies, with one", "hpatch verify two three"))
    assert ("http-equiv" in out) is (form == "html")


def test_a_tree_tells_the_version(run: Run) -> None:
    code, out, err = run("--tree", "tree", "--httpd-version", "2.4.9")
    assert (code, out) == (2, "")
    assert "--tree excludes --httpd-version and --package" in err


def test_advisories_are_refused_where_nothing_would_heed_them(run: Run, tmp_path: Path) -> None:
    for options, said in (
        (("--tree", "tree"), "--tree excludes --advisories"),
        (("--httpd-version", "2.4.9"), "nothing tells which one it is"),
        ((), "nothing tells which one it is"),
    ):
        code, out, err = run(*options, "--advisories", str(tmp_path))
        assert (code, out) == (2, "")
        assert said in err


def test_what_is_not_decided_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_text('<IfModule mod_x.c>\nProxyPass "/a/" "fcgi://a:9000/"\n</IfModule>\n')
    out = " ".join(run("--httpd-version", "2.4.9").out.split())
    assert "meets none of the known problems of httpd 2.4.9. 1 conditional cannot be decided" in out
    assert "It is a part of a configuration" in out
    out = " ".join(run("--httpd-version", "2.4.9", "--modules", "all").out.split())
    assert "cannot be decided" not in out


def test_what_the_user_silences_is_not_called_absent(run: Run, tmp_path: Path) -> None:
    text = (tmp_path / "a.conf").read_text()
    (tmp_path / "a.conf").write_text(f"# hpatch: ignore[KP002,known-fault] tested\n{text}")
    out = " ".join(run("--httpd-version", "2.4.9").out.split())
    assert "none of the known problems of httpd 2.4.9 that were looked for and that no comment silences." in out
    assert "1 comment silences problems, which do not count; -v lists them." in out
    assert "Problems that comments silence" not in out
    more = run("--httpd-version", "2.4.9", "-v").out
    assert re.search(r"(?m)^Problems that comments silence\nproblem .*\nPR 1 .* a\.conf:2 ", more)
    assert "; -v lists them" not in more
    told = valid("advice-1", run("--httpd-version", "2.4.9", "--format", "json").out)
    assert (told["problems"], told["looked"]["silencing"]) == ([], 1)
    assert [one["places"][0]["line"] for one in told["silenced"]] == [2] * len(told["silenced"]) != []
    assert valid("advice-1", run("--httpd-version", "2.4.71", "--format", "json").out)["silenced"] == []
    assert "Looked for 5 known problems" in out
    (tmp_path / "a.conf").write_text(text)
    (tmp_path / "hpatch.toml").write_text('ignore = ["KP002"]\n')
    out = " ".join(run("--httpd-version", "2.4.9").out.split())
    assert "none of the known problems of httpd 2.4.9 that were looked for" in out
    assert "comment silences problems" not in out
    assert "Not looked for: 5 known problems of httpd whose rules the settings ignore." in out
    assert "Looked for 0 known problems" in out


def test_problems_of_the_uwsgi_behind_httpd_are_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "a.conf"
    path.write_text('ProxyPass "/a/" "uwsgi://a:9000/"\n')
    options = ("--httpd-version", "2.4.71", "--uwsgi-version")
    code, out, _ = call(capsys, "advise", str(path), *options, "2.0.28", "--format", "json")
    told = valid("advice-1", out)
    assert (code, told["ok"], told["uwsgi"]) == (1, False, {"name": "uWSGI 2.0.28", "version": "2.0.28"})
    assert ("uwsgi", "issue 1412", "affected") in [
        (one["product"], one["id"], one["verdict"]) for one in told["problems"]
    ]
    code, out, _ = call(capsys, "advise", str(path), *options, "2.0.28")
    assert code == 1
    assert "uWSGI 2.0.28 has 1 problem that this configuration meets." in out
    code, out, err = call(capsys, "advise", str(path), *options, "two")
    assert (code, out) == (2, "")
    assert err == "hpatch: --uwsgi-version: 'two' is not a version such as 2.4.62\n"


@pytest.mark.parametrize(
    ("package", "verdict", "vendors"),
    [
        ("apache2 2.4.48-1", "affected", "2.4.48-2"),
        ("apache2 2.4.48-3", "fixed by the vendor", "2.4.48-2"),
    ],
)
def test_the_vendor_s_first_version_without_a_problem(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, package: str, verdict: str, vendors: str
) -> None:
    (tmp_path / "a.conf").write_text('ProxyPass "/" "uwsgi://app.internal:9000/"\n')
    statement = osv("CVE-2021-36160", "Debian:12", "apache2", *fixed("2.4.48-2"))
    (tmp_path / "one.json").write_text(json.dumps(statement))
    options = ("--package", package, "--advisories", str(tmp_path / "one.json"), "--format", "json")
    found = valid("advice-1", call(capsys, "advise", str(tmp_path / "a.conf"), *options).out)["problems"]
    told = {one["id"]: (one["verdict"], one["fixed"], one["vendor_fixed"]) for one in found}
    assert told["CVE-2021-36160"] == (verdict, "2.4.49", vendors)
    assert told["CVE-2023-27522"][2] is None  # no advisory names it
    assert told["CVE-2020-11984"][1:] == ("2.4.46", None)  # its number is past it


@pytest.fixture
def uwsgi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small tree of uWSGI 2.0.31 to which none of hpatch's sets apply, and a configuration that hands it requests."""
    tree = tmp_path / "uwsgi"
    tree.mkdir()
    (tree / "uwsgiconfig.py").write_text("uwsgi_version = '2.0.31'\n")
    (tmp_path / "a.conf").write_text('ProxyPass "/a/" "uwsgi://127.0.0.1:9000/"\n')
    (tmp_path / "app.ini").write_text("[uwsgi]\nsocket = 127.0.0.1:9000\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tree


def test_a_tree_of_uwsgi_tells_its_version_and_not_httpd_s(capsys: pytest.CaptureFixture[str], uwsgi: Path) -> None:
    words = ("advise", "a.conf", "--uwsgi", "app.ini", "--tree", "uwsgi", "--httpd-version", "2.4.71")
    code, out, err = call(capsys, *words, "--format", "json")
    told = valid("advice-1", out)
    assert (code, err, told["uwsgi"]) == (1, "", {"name": "uWSGI 2.0.31", "version": "2.0.31"})
    assert told["httpd"]["version"] == "2.4.71"
    (one,) = (one for one in told["problems"] if one["id"] == "issue 614")
    assert one["cures"][0]["state"] == "blocked"
    assert (told["sets"], told["command"]) == ([], [])
    code, out, err = call(capsys, *words, "--apply", "--prefix", "prefix")
    assert (code, err) == (1, "hpatch: nothing was applied: no set cures anything here\n")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--uwsgi-version", "2.0.4"), "--tree excludes --uwsgi-version and a program in --uwsgi"),
        (("--apply", "--prefix", "p", "--module-only"), "--module-only does not apply to a tree of uWSGI"),
        (("--apply", "--prefix", "p", "--configure-arg=-x"), "--configure-arg does not apply to a tree of uWSGI"),
    ],
)
def test_options_that_a_tree_of_uwsgi_does_not_take(
    capsys: pytest.CaptureFixture[str], uwsgi: Path, more: tuple[str, ...], said: str
) -> None:
    code, out, err = call(capsys, "advise", "a.conf", "--tree", uwsgi, *more)
    assert (code, out) == (2, "")
    assert said in err
