"""Unit files: lines, sections, drop-ins, specifiers."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpatch.backends.systemd.read import root_of, unit
from hpatch.backends.systemd.service import Service, is_temporary, service_of
from hpatch.backends.systemd.unit import Unit, specifiers
from hpatch.errors import InputError
from hpatch.text import Source


def of(text: str, name: str = "app.service") -> Unit:
    found = Unit(name)
    found.add(Source(name, text))
    return found


def test_lines_that_go_on() -> None:
    found = of("[Service]\nExecStart=/bin/a one \\\n# a comment\n; another\n  two\nUser=x\n")
    assert [(one.key, one.value.split()) for one in found.assignments] == [
        ("ExecStart", ["/bin/a", "one", "two"]),
        ("User", ["x"]),
    ]
    start = found.last("Service", "ExecStart")
    assert start is not None
    assert (start.place.line, start.place.column, start.place.end_line, start.place.end_column) == (2, 11, 5, 6)


def test_an_empty_value_takes_back() -> None:
    found = of("[Service]\nA=1\nA=2\nA=\nA=3\n[Unit]\nA=4\n")
    assert [one.value for one in found.every("Service", "A")] == ["3"]
    assert found.last("Service", "B") is None


def test_what_is_no_line_of_a_unit() -> None:
    found = of("A=1\n[Service]\nwords\n=x\nB=2\n")
    assert [place.line for place, _ in found.problems] == [1, 3, 4]
    assert [one.key for one in found.assignments] == ["B"]


def test_a_file_of_another_program_is_one_fault() -> None:
    found = of("root:x:0:0\nbin:x:1:1\n")
    assert [message.partition(":")[0] for _, message in found.problems] == ["no unit of systemd"]
    assert not of("").problems


def test_a_byte_order_mark() -> None:
    found = of("\ufeff[Service]\nUser=x\n")
    assert not found.problems
    assert found.last("Service", "User") is not None


@pytest.mark.parametrize(
    ("value", "truth"),
    [("yes", True), ("On", True), ("1", True), ("no", False), ("off", False), ("disconnected", None)],
)
def test_flags(value: str, truth: bool | None) -> None:
    assert of(f"[Service]\nPrivateTmp={value}\n").flag("Service", "PrivateTmp") is truth


def test_specifiers_of_names() -> None:
    assert specifiers("my-app.service")["p"] == "my-app"
    table = specifiers("app@a-b.service")
    assert (table["i"], table["I"], table["n"], table["j"]) == ("a-b", "a/b", "app@a-b.service", "app")
    assert "i" not in specifiers("app@.service")
    assert of("[Service]\nUser=%i\n", "app@.service").word("Service", "User") is None
    assert of("[Service]\nUser=%p\n", "app@.service").word("Service", "User") == "app"


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def test_drop_ins_of_a_machine(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "lib/systemd/system/app@.service": "[Service]\nUser=a\nGroup=a\n",
            "lib/systemd/system/app@.service.d/10.conf": "[Service]\nUser=b\n",
            "etc/systemd/system/app@.service.d/20.conf": "[Service]\nGroup=c\n",
            "etc/systemd/system/app@.service.d/10.conf": "[Service]\nUser=d\n",
            "etc/systemd/system/app@.service.d/ignored.txt": "[Service]\nUser=e\n",
        },
    )
    found = unit(str(tmp_path / "lib/systemd/system/app@.service"))
    assert (found.word("Service", "User"), found.word("Service", "Group")) == ("d", "c")
    assert len(found.sources) == 3


def test_drop_ins_beside_a_unit(tmp_path: Path) -> None:
    write(tmp_path, {"app.service": "[Service]\nUser=a\n", "app.service.d/x.conf": "[Service]\nUser=b\n"})
    assert unit(str(tmp_path / "app.service")).word("Service", "User") == "b"


def test_roots() -> None:
    assert root_of("/etc/systemd/system/a.service") == "/"
    assert root_of("tree/usr/lib/systemd/system/a.service") == "tree/"
    assert root_of("/x/lib/systemd/system/a.service") == "/x/"
    assert root_of("deploy/a.service") is None


def test_a_service_and_its_socket(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "app.service": "[Service]\nExecStart=/bin/app\n",
            "app.socket": "[Socket]\nListenStream=/run/app.sock\nListenStream=8000\nListenStream=[::1]:81\n"
            "ListenStream=@abstract\nSocketMode=0660\nSocketUser=www-data\n",
        },
    )
    service = Service(str(tmp_path / "app.service"))
    path, port, six = service.listeners("http")
    assert (path.path, port.host, port.port, six.host, six.port) == ("/run/app.sock", "", 8000, "[::1]", 81)
    assert path.access is not None
    assert (path.access.owner, path.access.group, path.access.mode) == ("www-data", "root", 0o660)
    assert path.folder is None
    assert service_of(str(tmp_path / "app.socket")) == str(tmp_path / "app.service")
    assert service_of(str(tmp_path / "other.socket")) == str(tmp_path / "other.socket")


def test_variables(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "etc/systemd/system/app.service": "[Service]\nEnvironment=A=1 'B=two words'\n"
            "EnvironmentFile=-/etc/default/app\nExecStart=/bin/app $A ${B} $C $D $E $F\n",
            "etc/default/app": "# C=0\nC=three\nexport D='four'\nE=a\\ b\n",
        },
    )
    service = Service(str(tmp_path / "etc/systemd/system/app.service"))
    (start,) = service.starts()
    assert [(word.text, word.known) for word in start.line.words] == [
        ("1", True), ("two words", True), ("three", True), ("four", True), ("$E", False),
    ]  # fmt: skip
    (tmp_path / "etc/default/app").unlink()
    missing = Service(str(tmp_path / "etc/systemd/system/app.service"))
    assert [missing.variable(name) for name in "AF"] == [None, None]


def test_who_it_runs_as(tmp_path: Path) -> None:
    def service(text: str) -> Service:
        (tmp_path / "a.service").write_text(f"[Service]\n{text}")
        return Service(str(tmp_path / "a.service"))

    assert (service("").user, service("").group, service("").folder) == ("root", "root", "/")
    assert (service("User=a\n").user, service("User=a\n").group) == ("a", None)
    assert (service("User=a\nGroup=b\n").group, service("DynamicUser=yes\nUser=a\n").user) == ("b", None)
    assert service("WorkingDirectory=-/srv\n").folder == "/srv"
    assert service("WorkingDirectory=~\n").folder is None
    assert service("PrivateTmp=yes\n").hidden() is not None
    assert service("PrivateTmp=no\n").hidden() is None
    for line in ("PrivateTmp=disconnected", "DynamicUser=yes", "DynamicUser=yes\nPrivateTmp=no"):
        assert service(f"{line}\n").hidden() is not None, line
    assert service("DynamicUser=no\n").hidden() is None
    assert service("PrivateTmp=yes\n[Unit]\nJoinsNamespaceOf=apache2.service\n").hidden() is None


def test_temporary_folders() -> None:
    assert is_temporary("/tmp/a") and is_temporary("/var/tmp/b/c")
    assert not is_temporary("/run/tmp/a") and not is_temporary("/tmpfiles/a")


def test_what_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"the unit cannot be read: No such file"):
        unit(str(tmp_path / "none.service"))
    (tmp_path / "folder.service").mkdir()
    with pytest.raises(InputError, match="not a regular file"):
        unit(str(tmp_path / "folder.service"))
    (tmp_path / "big.service").write_bytes(b"#" * (1 << 20) + b"#")
    with pytest.raises(InputError, match="larger than 1 MiB"):
        unit(str(tmp_path / "big.service"))
