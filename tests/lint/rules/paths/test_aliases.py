"""Alias, held against httpd."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.gateways.httpd import running
from tests.support.lint.find import find


@pytest.mark.httpd
def test_slashes(httpd: str, tmp_path: Path) -> None:
    """A file below the Alias is found just where the rule is silent."""
    (tmp_path / "files").mkdir()
    (tmp_path / "files/a").write_text("file")
    texts = {
        f"h{number}": f'Alias "{url}" "{tmp_path}/{folder}"\n'
        for number, (url, folder) in enumerate((a, b) for a in ("/s", "/s/") for b in ("files", "files/"))
    }
    hosts = (f"<VirtualHost *>\nServerName {name}\n{text}</VirtualHost>\n" for name, text in texts.items())
    with running(httpd, tmp_path, "".join(hosts)) as server:
        answers = {name: server.get("/s/a", host=name) for name in texts}
    assert set(answers.values()) == {"file", "404"}
    for name, text in texts.items():
        assert bool(find("alias-slash", text)) is (answers[name] == "404"), text


@pytest.mark.parametrize(
    "text",
    [
        'Alias "/s/" "/srv/s-"',
        'Alias "/" "/srv"',
        'Alias "/s/" "/srv/%{HTTP_HOST}"',
        'Alias "/s/" "${FOLDER}"',
        'Alias "/s/"',
    ],
)
def test_what_is_not_known(text: str) -> None:
    assert not find("alias-slash", text)


def test_the_place() -> None:
    (found,) = find("alias-slash", '<VirtualHost *>\nScriptAlias "/cgi/" "/srv/cgi"\n</VirtualHost>\n')
    assert (found.place.line, found.place.column) == (2, 21)
    assert found.help == 'Write ScriptAlias "/cgi" "/srv/cgi".'
