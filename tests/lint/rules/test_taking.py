"""Which lines take the requests for a path: the index against going through all lines."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hpatch.conf.load import load_text
from hpatch.lint.context import Context
from hpatch.lint.rules._shared.access import below
from hpatch.lint.rules._shared.passes import covers
from hpatch.lint.rules._shared.taking import taken_before, taking
from hpatch.proxy.build import build

LINES = st.lists(
    st.sampled_from(
        [
            'ProxyPass "/" "http://a/"',
            'ProxyPass "/a" "http://a/a"',
            'ProxyPass "/a/" "!"',
            'ProxyPassMatch "^/a/b(/.*)?$" "http://c$1"',
            'ProxyPassMatch "^/a/(.*)$" "http://b/$1"',
            '<Location "/a/b">\nProxyPass "http://d/"\n</Location>',
            'RewriteRule "^/a/(.*)" "http://e/$1" [P]',
            'SetHandler "proxy:http://f/"',
        ]
    ),
    max_size=12,
).map("\n".join)


@given(LINES, LINES, st.sampled_from(["/", "/a", "/a/", "/a/b", "/a/b/c", "/ab"]))
def test_it_finds_what_going_through_all_finds(main: str, host: str, path: str) -> None:
    configuration = load_text(f"RewriteEngine On\n{main}\n<VirtualHost *:80>\n{host}\n</VirtualHost>\n")
    context = Context(configuration, build(configuration))
    for server in (None, *configuration.find("<virtualhost")):
        lines = [(one, covers(one)) for one in context.mappings_of(server) if one.kind != "SetHandler"]
        takers = [(one, taken) for one, taken in lines if taken is None or below(path, taken)]
        assert [(one.mapping, one.taken) for one in taking(context, server, path)] == takers
        for index, (mapping, _) in enumerate(lines):
            earlier = [one.kind for one, taken in lines[:index] if taken is not None and below(path, taken)]
            if mapping.server.node is server:
                assert taken_before(context, mapping, path) is any(kind != "RewriteRule" for kind in earlier)
