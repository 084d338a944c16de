"""Times for requests, and for what browsers keep."""

from __future__ import annotations

import pytest

from tests.support.lint.find import find, places


def test_an_upload_that_takes_its_time() -> None:
    assert places("upload-cut", "RequestReadTimeout header=20 body=20\nRequestReadTimeout Body=120\n") == [
        (1, 30),
        (2, 20),
    ]
    sound = ("body=20,MinRate=500", "body=0", "body=300", "body=10-60,MinRate=500", "header=20")
    assert not find("upload-cut", "".join(f"RequestReadTimeout {one}\n" for one in sound))


PROXIED = "ExpiresActive On\nProxyPass / http://10.0.0.5/\n"


@pytest.mark.parametrize(
    "line", ['ExpiresDefault "access plus 1 day"', "ExpiresDefault A86400", 'ExpiresByType text/html "now 2 weeks"']
)
def test_pages_that_browsers_keep(line: str) -> None:
    assert places("pages-expire-late", f"{PROXIED}{line}\n") == [(3, 1)]


@pytest.mark.parametrize(
    "text",
    [
        f"{PROXIED}ExpiresDefault A3600\n",
        f'{PROXIED}ExpiresDefault "access plus 1 hour"\n',
        f'{PROXIED}ExpiresByType image/png "access plus 1 year"\n',
        f"{PROXIED}<Location /static>\nExpiresDefault A86400\n</Location>\n",
        f"{PROXIED}<IfDefine X>\nExpiresDefault A86400\n</IfDefine>\n",
        "ProxyPass / http://10.0.0.5/\nExpiresDefault A86400\n",
        "ExpiresActive On\nProxyPass /app http://10.0.0.5/app\nExpiresDefault A86400\n",
    ],
)
def test_pages_that_they_do_not(text: str) -> None:
    assert not find("pages-expire-late", text)
