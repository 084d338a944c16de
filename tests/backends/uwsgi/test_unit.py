"""Instances that a systemd service starts."""

from __future__ import annotations

from pathlib import Path

from hpatch.backends.listening import of_instance
from hpatch.backends.uwsgi import emperor, unit
from hpatch.lint.rules._shared.instances import rights


def tree(folder: Path, **texts: str) -> Path:
    """A root with a unit `app.service` and files by name; `__` stands for a slash, `_` for a dot."""
    for name, text in texts.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder / "etc/systemd/system/app.service"


def test_a_command_line_and_its_environment(tmp_path: Path) -> None:
    path = tree(
        tmp_path,
        etc__systemd__system__app_service="[Service]\nUser=shop\nGroup=web\nEnvironment=UWSGI_THREADS=4 NAME=x\n"
        "ExecStart=/usr/bin/uwsgi --ini /etc/uwsgi/app.ini \\\n  -s /run/$NAME.sock --http-socket :${PORT}\n"
        "Environment=PORT=80\n",
        etc__uwsgi__app_ini="[uwsgi]\nprocesses = 2\nfastcgi-socket = /run/$(NAME).sock\nchmod-socket = 660\n",
    )
    (instance,) = unit.instances(str(path))
    assert not instance.problems
    assert instance.whole
    assert [(one.address, one.protocol) for one in instance.sockets if one.known] == [
        ("/run/x.sock", "fastcgi"), ("/run/$NAME.sock", "uwsgi"), (":80", "http"),
    ]  # fmt: skip
    assert instance.threads is not None
    assert instance.threads.number == 4
    assert instance.threads.place.file == str(path)
    assert str(tmp_path / "etc/uwsgi/app.ini") in instance.sources
    found = rights(instance)
    assert found is not None
    assert found[:3] == ("shop", "web", 0o660)


def test_an_emperor_of_a_root(tmp_path: Path) -> None:
    path = tree(
        tmp_path,
        etc__systemd__system__app_service="[Service]\nExecStart=/usr/bin/uwsgi --emperor /etc/uwsgi/vassals "
        "--vassals-inherit /etc/uwsgi/base.yaml\n",
        etc__uwsgi__vassals__a_ini="[uwsgi]\nsocket = /run/%n.sock\n",
        etc__uwsgi__base_yaml="uwsgi:\n  threads: 2\n",
    )
    (instance,) = unit.instances(str(path))
    (vassal,) = emperor.vassals(instance)
    assert vassal.sockets[0].address == "/run/a.sock"
    assert vassal.threads is not None
    assert not instance.problems + vassal.problems
    assert instance.whole
    assert vassal.whole


def test_files_that_are_elsewhere_are_no_problem(tmp_path: Path) -> None:
    path = tmp_path / "uwsgi@.service"
    for start in ("--ini /etc/uwsgi/%i.ini", "--ini /etc/uwsgi/none.ini", "--emperor /none/none"):
        path.write_text(f"[Service]\nExecStart=/usr/bin/uwsgi {start}\n")
        (instance,) = unit.instances(str(path))
        assert not emperor.vassals(instance)
        assert not instance.problems
        assert not instance.whole


def test_other_programs_are_none(tmp_path: Path) -> None:
    path = tmp_path / "app.service"
    path.write_text("[Service]\nExecStart=/usr/bin/gunicorn app\nExecStart=/bin/echo uwsgi\n")
    assert not unit.instances(str(path))
    path.write_text("[Service]\nExecStart=/usr/bin/env A=1 /opt/venv/bin/uwsgi_python3 -M\n")
    (instance,) = unit.instances(str(path))
    assert instance.last("master") is not None


def test_the_tmp_of_its_own(tmp_path: Path) -> None:
    unit_text = "[Service]\nExecStart=/usr/bin/uwsgi -s {}\nPrivateTmp=yes\n"
    for socket, private in (("/tmp/app.sock", True), ("/run/app.sock", False)):
        path = tree(tmp_path, etc__systemd__system__app_service=unit_text.format(socket))
        (instance,) = unit.instances(str(path))
        (listener,) = of_instance(instance).listeners
        assert (listener.private is not None) is private
