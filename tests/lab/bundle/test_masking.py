"""What a bundle does not tell of the machine."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from hpatch.lab.bundle.masking import Mask


@pytest.fixture(autouse=True)
def _machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/export/people/carla")
    monkeypatch.setenv("USER", "carla")
    monkeypatch.setenv("LOGNAME", "proxy")
    monkeypatch.setattr(socket, "gethostname", lambda: "build7.example.net")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("/src/httpd-2.4.62", "TREE"),
        ("/src/httpd-2.4.62/modules/a.c:12: error", "TREE/modules/a.c:12: error"),
        ("/src/httpd-2.4.62.orig/a", "/src/httpd-2.4.62.orig/a"),
        ("/src/httpd-2.4.62-old", "/src/httpd-2.4.62-old"),
        ("in /src/httpd-2.4.62.", "in TREE."),
        ("gcc -I/src/httpd-2.4.62/include", "gcc -ITREE/include"),
        ("--prefix=/b/prefix -L/b/lib -I/b", "--prefix=BUILD/prefix -LBUILD/lib -IBUILD"),
        ("/usr/b/x a/b /bin", "/usr/b/x a/b /bin"),
        ("/export/people/carla/src", "~/src"),
        ("/home/otto/src and /home/otto", "~/src and ~"),
        ("/tmp/hpatch-0123456789ab/error.log", "SESSION/error.log"),
        ("/var/tmp/hpatch-0123456789ab/a.sock|fcgi", "SESSION/a.sock|fcgi"),
        ("carla@build7.example.net: Carla's", "USER@HOST: USER's"),
        ("server build7, build70", "server HOST, build70"),
        ("scarlatti and a proxy", "scarlatti and a proxy"),
    ],
)
def test_texts(text: str, masked: str) -> None:
    mask = Mask({Path("/src/httpd-2.4.62"): "TREE", Path("/b"): "BUILD"})
    assert mask.text(text) == masked
    assert mask.data({"carla": [text, 1, None, True, {"a": (text,)}]}) == {
        "carla": [masked, 1, None, True, {"a": [masked]}]
    }


def test_a_link_to_a_folder_is_as_private(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    mask = Mask({tmp_path / "link": "TREE"})
    assert mask.text(f"{tmp_path}/real/a {tmp_path}/link/a") == "TREE/a TREE/a"
