"""A `${name}` that mod_proxy replaces at each request is not undefined."""

import pytest

from hpatch.conf.load import load_text

ON = "ProxyPassInterpolateEnv On\n"
LINE = "ProxyPass /a http://h/${x} interpolate\n"


def undefined(text: str) -> list[int]:
    """The lines of the uses that are reported first."""
    return [problem.place.line for problem in load_text(text).problems if problem.kind == "variable"]


@pytest.mark.parametrize(
    "text",
    [
        ON + LINE,
        LINE + ON,
        'ProxyPassInterpolateEnv "on"\n' + LINE,
        ON + "  ProxyPass /a \\\n  http://h/${x} Interpolate\n",
        ON + "ProxyPassReverse /a http://h/${x}/ interpolate\n",
        ON + "ProxyPassReverseCookieDomain ${x} example.org interpolate\n",
        ON + "<VirtualHost *>\n" + LINE + "</VirtualHost>\n",
        "<VirtualHost *>\n" + ON + LINE + "</VirtualHost>\n",
    ],
)
def test_replaced_later(text: str) -> None:
    assert undefined(text) == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (LINE, 1),
        ("ProxyPassInterpolateEnv Off\n" + LINE, 2),
        (ON + "ProxyPass /a http://h/${x}\n", 2),
        (ON + "ProxyPass /a http://h/ timeout=${x} interpolate\n", 2),
        (ON + "Header set interpolate ${x}\n", 2),
        (ON + LINE + "ProxyTimeout ${x}\n", 3),
        (ON + "<VirtualHost *>\nProxyPassInterpolateEnv Off\n" + LINE + "</VirtualHost>\n", 4),
        ("<VirtualHost *>\n" + ON + "</VirtualHost>\n" + LINE, 4),
    ],
)
def test_left_in_the_text(text: str, line: int) -> None:
    assert undefined(text) == [line]
