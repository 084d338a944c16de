"""Units that httpd drops or refuses."""

import pytest

from tests.support.lint.find import find, places

PASS = "ProxyPass / http://h/ {}"


@pytest.mark.parametrize(
    ("param", "says", "fixed"),
    [
        ("timeout=500ms", '"timeout=500ms" means 500 seconds', "timeout=1"),
        ("retry=5m", '"retry=5m" means 5 seconds', "retry=300"),
        ("ttl=1.5", '"ttl=1.5" means 1 second:', "ttl=2"),
        ("Timeout=2min", '"Timeout=2min" means 2 seconds', "Timeout=120"),
        ("flushwait=1s", '"flushwait=1s" means 1 millisecond', "flushwait=1000"),
    ],
)
def test_dropped(param: str, says: str, fixed: str) -> None:
    (found,) = find("param-unit-dropped", PASS.format(param))
    assert (found.place.line, found.place.column) == (1, 23)
    assert found.message.startswith(says)
    assert found.fix is not None
    assert found.fix.edits[0].replacement == fixed


def test_dropped_by_old_versions_only() -> None:
    text = "<Proxy balancer://x>\nBalancerMember http://h hcinterval=500ms\n</Proxy>"
    assert places("param-unit-dropped", text, "2.4.27") == [(2, 25)]
    assert not find("param-unit-dropped", text, "2.4.28")


def test_dropped_elsewhere() -> None:
    assert places("param-unit-dropped", "ProxyTimeout 500ms") == [(1, 14)]
    text = "<Proxy balancer://x>\nBalancerMember http://h\nProxySet timeout=100ms\n</Proxy>"
    assert places("param-unit-dropped", text) == [(3, 10)]


@pytest.mark.parametrize(
    "text",
    [
        PASS.format("timeout=30"),
        PASS.format("timeout=30s"),
        PASS.format("timeout=30sec"),
        PASS.format("timeout=30.0"),
        PASS.format("timeout=30;"),
        PASS.format("flushwait=10ms"),
        PASS.format("acquire=500ms ping=2mi connectiontimeout=1h"),
        PASS.format("timeout=0.5"),
        "ProxyTimeout 300",
        "ProxyTimeout 300s",
    ],
)
def test_not_dropped(text: str) -> None:
    assert not find("param-unit-dropped", text)


@pytest.mark.parametrize("param", ["acquire=5m", "ping=1m", "connectiontimeout=2M", "addressttl=5m"])
def test_minute(param: str) -> None:
    (found,) = find("param-unit-minute", PASS.format(param))
    assert found.place.column == 23
    assert found.fix is not None
    assert found.fix.edits[0].replacement == f"{param[:-1]}mi"
    assert not find("param-range", PASS.format(param))


@pytest.mark.parametrize("param", ["acquire=5mi", "acquire=5ms", "acquire=5min", "timeout=5m", "acquire=5x"])
def test_no_minute(param: str) -> None:
    assert not find("param-unit-minute", PASS.format(param))


@pytest.mark.parametrize(
    ("param", "says", "fixed"),
    [
        ("iobuffersize=64K", "httpd refuses to start with", "iobuffersize=65536"),
        ("iobuffersize=8192K", "httpd ignores the unit of", "iobuffersize=8388608"),
        ("receivebuffersize=1m", "httpd refuses to start with", "receivebuffersize=1048576"),
        ("responsefieldsize=16kB", "httpd ignores the unit of", "responsefieldsize=16384"),
    ],
)
def test_bytes(param: str, says: str, fixed: str) -> None:
    (found,) = find("bytes-suffix", PASS.format(param))
    assert found.place.column == 23
    assert found.message.startswith(says)
    assert found.fix is not None
    assert found.fix.edits[0].replacement == fixed


@pytest.mark.parametrize(
    ("line", "says", "fixed"),
    [
        ('ProxyIOBufferSize "64K"', "httpd refuses to start with", '"65536"'),
        ("ProxyReceiveBufferSize 8192K", "httpd ignores the unit of", "8388608"),
    ],
)
def test_bytes_of_a_server(line: str, says: str, fixed: str) -> None:
    (found,) = find("bytes-suffix", line)
    assert found.place.column == line.index(" ") + 2
    assert found.message.startswith(says)
    assert found.fix is not None
    assert found.fix.edits[0].replacement == fixed


@pytest.mark.parametrize("line", ["ProxyIOBufferSize 65536", "ProxyIOBufferSize ${size}K", "ProxyIOBufferSize 0K"])
def test_no_bytes_of_a_server(line: str) -> None:
    assert not find("bytes-suffix", line)


@pytest.mark.parametrize("param", ["iobuffersize=65536", "iobuffersize=0", "iobuffersize=8192b", "max=5K"])
def test_no_bytes(param: str) -> None:
    assert not find("bytes-suffix", PASS.format(param))


@pytest.mark.parametrize(("size", "what"), [("511K", "refuses to start with"), ("512K", "ignores the unit of")])
def test_least_buffer(size: str, what: str) -> None:
    (found,) = find("bytes-suffix", f"ProxyIOBufferSize {size}")
    assert found.message.startswith(f'httpd {what} "ProxyIOBufferSize {size}"')
