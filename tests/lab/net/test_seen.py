"""What the backend saw, as facts."""

from __future__ import annotations

from hpatch.lab.backends.exchange import Seen
from hpatch.lab.net.seen import facts


def test_the_order_of_ends_does_not_matter() -> None:
    first = Seen(variables=((b"REQUEST_LINE", b"GET /a HTTP/1.1"),), body=3, digest="ab" * 32)
    second = Seen(variables=((b"REQUEST_LINE", b"GET /b HTTP/1.1"),))
    assert facts((first, second), {}) == facts((second, first), {})


def test_what_changes_from_run_to_run_is_left_out_or_masked() -> None:
    one, other = (
        Seen(variables=((b"HTTP_HOST", b"localhost:" + port), (b"REMOTE_PORT", port), (b"A", b"1")))
        for port in (b"4001", b"4002")
    )
    assert facts((one,), {":4001": ":PORT"}) == facts((other,), {":4002": ":PORT"})
    assert facts((one,), {}) != facts((other,), {})


def test_errors_and_bodies_are_facts() -> None:
    plain = Seen(body=3, digest="ab" * 32)
    assert facts((plain,), {}) != facts((plain._replace(body=4),), {})
    assert facts((plain,), {}) != facts((plain._replace(digest="cd" * 32),), {})
    assert facts((plain,), {}) != facts((plain._replace(error="broken off"),), {})
    assert facts((plain,), {}) != facts((plain, plain), {})
