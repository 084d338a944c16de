"""`interpolate` on proxy lines."""

import pytest

from tests.support.lint.find import find, places

_LINE = 'ProxyPass /a "http://h/${x}" interpolate\n'


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (_LINE, (1, 30)),
        ("ProxyPassInterpolateEnv Off\n" + _LINE, (2, 30)),
        ('ProxyPassReverse /a "http://h/${x}" interpolate\n', (1, 37)),
        ("<VirtualHost *>\nProxyPassInterpolateEnv On\n</VirtualHost>\n" + _LINE, (4, 30)),
    ],
)
def test_alone(text: str, place: tuple[int, int]) -> None:
    assert places("interpolate-alone", text) == [place]


@pytest.mark.parametrize(
    "text",
    [
        "ProxyPassInterpolateEnv On\n" + _LINE,
        "<VirtualHost *>\nProxyPassInterpolateEnv on\n" + _LINE + "</VirtualHost>",
        "ProxyPassInterpolateEnv On\n<VirtualHost *>\n" + _LINE + "</VirtualHost>",
        "ProxyPass /interpolate http://h/interpolate",
    ],
)
def test_together(text: str) -> None:
    assert find("interpolate-alone", text) == []
