"""Which sections cover a path: the index of many sections against going through few."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpatch.conf.load import load_text
from hpatch.lint.context import Context
from hpatch.lint.rules._shared import guards
from hpatch.proxy.build import build

SECTIONS = st.lists(
    st.sampled_from(
        [
            '<Location "/">\nRequire all granted\n</Location>',
            '<Location "/a">\nRequire ip 10.0.0.0/8\n</Location>',
            '<Location "/a/">\nRequire all denied\n</Location>',
            '<Location "/a">\nProxyPass "http://b/"\n</Location>',
            '<Location "/a*">\nRequire all denied\n</Location>',
            '<LocationMatch "^/a/">\nRequire all denied\n</LocationMatch>',
        ]
    ),
    max_size=6,
).map("\n".join)


@given(SECTIONS, SECTIONS, st.sampled_from(["/", "/a", "/a/", "/a/b", "/ab"]))
@settings(max_examples=40)
def test_an_index_finds_what_going_through_all_finds(main: str, host: str, path: str) -> None:
    configuration = load_text(f"{main}\n<VirtualHost *:80>\n{host}\n</VirtualHost>\n")
    proxy = build(configuration)
    for server in (None, *configuration.find("<virtualhost")):
        few = list(guards.covering(Context(configuration, proxy), server, path))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(guards, "_FEW", -1)
            assert list(guards.covering(Context(configuration, proxy), server, path)) == few
