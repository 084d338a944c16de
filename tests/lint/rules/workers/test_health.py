"""Health checks."""

import pytest

from tests.support.lint.find import find, places

MEMBER = "<Proxy balancer://x>\nBalancerMember http://h {}\n</Proxy>\n"


def test_no_module() -> None:
    text = MEMBER.format("hcmethod=GET")
    (found,) = find("hc-no-module", text, modules="proxy_module")
    assert (found.place.line, found.place.column, found.confidence) == (2, 25, "high")
    (found,) = find("hc-no-module", "LoadModule proxy_module modules/mod_proxy.so\n" + text)
    assert (found.place.line, found.confidence) == (3, "medium")


def test_module() -> None:
    text = MEMBER.format("hcmethod=GET")
    assert not find("hc-no-module", text)
    assert not find("hc-no-module", text, modules="proxy_module,proxy_hcheck_module")
    assert not find("hc-no-module", MEMBER.format("timeout=5"), modules="proxy_module")


@pytest.mark.parametrize(("version", "count"), [("2.4.20", 0), ("2.4.21", 1), ("2.4.22", 1)])
def test_a_parameter_that_is_too_new_is_not_the_modules_fault(version: str, count: int) -> None:
    """Without the module, httpd 2.4.20 does not know it either: param-too-new reports it."""
    assert len(find("hc-no-module", MEMBER.format("hcmethod=GET"), version, "proxy_module")) == count


TEMPLATE = "ProxyHCTemplate T hcmethod=GET\n"
EXPR = "ProxyHCExpr Ok {%{REQUEST_STATUS} =~ /^2/}\n"


@pytest.mark.parametrize(
    ("text", "line", "related"),
    [
        (MEMBER.format("hctemplate=t") + TEMPLATE, 2, [4]),
        (MEMBER.format("hcexpr=ok") + EXPR, 2, [4]),
        (TEMPLATE + f"<VirtualHost *:1>\n{MEMBER.format('hctemplate=t')}</VirtualHost>", 4, [1]),
        (MEMBER.format("hctemplate=t"), 2, []),
        (EXPR + MEMBER.format("hctemplate=ok"), 3, []),
    ],
)
def test_order(text: str, line: int, related: list[int]) -> None:
    (found,) = find("hc-order", text)
    assert (found.place.line, found.place.column) == (line, 25)
    assert [one.place.line for one in found.related] == related
    assert found.confidence == ("high" if related else "medium")


@pytest.mark.parametrize(
    "text",
    [
        TEMPLATE + MEMBER.format("hctemplate=T"),
        TEMPLATE + MEMBER.format("hctemplate=t"),
        EXPR + MEMBER.format("hcexpr=OK"),
        f"<VirtualHost *:1>\n{TEMPLATE}{MEMBER.format('hctemplate=t')}</VirtualHost>",
        MEMBER.format("hctemplate=t").replace("BalancerMember", TEMPLATE + "BalancerMember"),
        EXPR + "ProxyHCTemplate T hcexpr=ok",
    ],
)
def test_in_order(text: str) -> None:
    assert not find("hc-order", text)


@pytest.mark.parametrize(
    ("method", "version"), [("POST", None), ("PROVIDER", None), ("GET11", "2.4.54"), ("CPING", "2.4.48")]
)
def test_method(method: str, version: str | None) -> None:
    assert places("hc-method", MEMBER.format(f"hcmethod={method}"), version) == [(2, 25)]
    assert places("hc-method", f"ProxyHCTemplate T hcmethod={method}", version) == [(1, 19)]


@pytest.mark.parametrize(
    ("method", "version"),
    [
        ("get", None),
        ("GET11", None),
        ("GET11", "2.4.55"),
        ("HEAD11", "2.4.55"),
        ("OPTIONS11", "2.4.55"),
        ("CPING", "2.4.49"),
        ("TCP", "2.4.21"),
    ],
)
def test_known_method(method: str, version: str | None) -> None:
    assert not find("hc-method", MEMBER.format(f"hcmethod={method}"), version)


@pytest.mark.parametrize(("version", "subject"), [(None, "httpd"), ("2.4.62", "httpd 2.4.62")])
def test_the_message_names_the_version_if_it_is_known(version: str | None, subject: str) -> None:
    (found,) = find("hc-method", MEMBER.format("hcmethod=POST"), version)
    assert found.message.startswith(f'{subject} refuses to start with "hcmethod=POST": ')


@pytest.mark.parametrize(
    ("method", "version", "since"),
    [
        ("CPING", "2.4.48", "2.4.49"),
        ("OPTIONS11", "2.4.54", "2.4.55"),
        ("HEAD11", "2.4.54", "2.4.55"),
        ("GET11", "2.4.54", "2.4.55"),
    ],
)
def test_method_that_came_later(method: str, version: str, since: str) -> None:
    (found,) = find("hc-method", MEMBER.format(f"hcmethod={method}"), version)
    assert found.help == f"{method} came with httpd {since}."


@pytest.mark.parametrize(
    ("params", "column", "severity"),
    [
        ("hcmethod=CPING", 25, "error"),
        ("hcmethod=cping hcinterval=5", 25, "error"),
        ("hcmethod=TCP hcuri=/x", 38, "warning"),
        ("hcuri=/x hcmethod=tcp", 25, "warning"),
        ("hcmethod=NONE hcuri=/x", 39, "warning"),
        ("hcuri=/x", 25, "warning"),
    ],
)
def test_unfit(params: str, column: int, severity: str) -> None:
    (found,) = find("hc-method-unfit", MEMBER.format(params))
    assert (found.place.line, found.place.column, found.severity) == (2, column, severity)


def test_unfit_by_a_template() -> None:
    tcp = "ProxyHCTemplate T hcmethod=TCP hcuri=/x\n"
    assert places("hc-method-unfit", tcp + MEMBER.format("hctemplate=t")) == [(1, 32)]
    assert places("hc-method-unfit", TEMPLATE.replace("GET", "TCP") + MEMBER.format("hctemplate=T hcuri=/x")) == [
        (3, 38)
    ]
    cping = TEMPLATE.replace("GET", "CPING")
    assert places("hc-method-unfit", cping + MEMBER.format("hctemplate=T")) == [(3, 25)]
    assert places("hc-method-unfit", cping + MEMBER.format("hctemplate=T hcmethod=GET")) == []
    assert places("hc-method-unfit", EXPR + MEMBER.format("hcmethod=TCP hcexpr=ok")) == [(3, 38)]


@pytest.mark.parametrize(
    "text",
    [
        MEMBER.format("hcmethod=GET hcuri=/x"),
        MEMBER.format("hcmethod=TCP hcinterval=5"),
        MEMBER.format("hcmethod=CPING").replace("http:", "ajp:"),
        TEMPLATE + MEMBER.format("hctemplate=T hcuri=/x"),
        MEMBER.format("hctemplate=elsewhere hcuri=/x"),
        MEMBER.format("hcmethod=POST hcuri=/x"),
        MEMBER.format("hcmethod=${M} hcuri=/x"),
        TEMPLATE.replace("GET", "CPING"),
        "ProxyHCTemplate T hcuri=/x\n" + MEMBER.format("hctemplate=T hcmethod=GET"),
        "ProxyPass / http://h/ hcuri=/x",
    ],
)
def test_fit(text: str) -> None:
    assert not find("hc-method-unfit", text)


def test_cping_of_an_old_httpd_is_refused_only() -> None:
    assert not find("hc-method-unfit", MEMBER.format("hcmethod=CPING"), "2.4.48")
    assert find("hc-method-unfit", MEMBER.format("hcmethod=CPING"), "2.4.49")


@pytest.mark.parametrize(
    ("before", "after", "severity"),
    [("", "", "info"), ("<VirtualHost *:1>\n", "</VirtualHost>", "error")],
)
def test_order_in_a_part(before: str, after: str, severity: str) -> None:
    (found,) = find("hc-order", before + MEMBER.format("hctemplate=t") + after, part=True)
    assert found.severity == severity
