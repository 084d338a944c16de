"""Balancers."""

import pytest

from tests.support.lint.find import find, grades, places

MEMBERS = "<Proxy balancer://x>\nBalancerMember http://h:1\nBalancerMember http://h:2\n{}</Proxy>\n"
MODULES = "proxy_module,proxy_balancer_module,lbmethod_byrequests_module"


def test_timeout() -> None:
    assert places("balancer-timeout-confusion", MEMBERS.format("ProxySet timeout=300\n")) == [(4, 10)]
    assert places("balancer-timeout-confusion", MEMBERS.format("") + "ProxyPass / balancer://x/ timeout=30") == [
        (5, 27)
    ]


@pytest.mark.parametrize(
    "text",
    [
        MEMBERS.format(""),
        MEMBERS.format("ProxySet timeout=29\n"),
        MEMBERS.format("ProxySet timeout=50\n").replace("h:1", "h:1 timeout=300"),
        "ProxyTimeout 300\n" + MEMBERS.format("ProxySet timeout=50\n"),
        "ProxyPass / http://h/ timeout=5",
    ],
)
def test_no_confusion(text: str) -> None:
    assert not find("balancer-timeout-confusion", text)


@pytest.mark.parametrize("name", ["balancer://x", "http://h/"])
def test_proxyset_undefined(name: str) -> None:
    assert [line for line, _ in places("proxyset-undefined", f"Timeout 5\nProxySet {name} timeout=5")] == [2]


@pytest.mark.parametrize(
    "text",
    [
        "<Proxy balancer://x>\nProxySet timeout=5\n</Proxy>",
        MEMBERS.format("") + "ProxySet balancer://x timeout=5",
        "ProxyPass / http://h/\nProxySet http://h/ timeout=5",
    ],
)
def test_proxyset_defined(text: str) -> None:
    assert not find("proxyset-undefined", text)


def test_method() -> None:
    text = MEMBERS.format("ProxySet lbmethod=bytraffic\n")
    (found,) = find("lb-module-missing", text, modules=MODULES)
    assert (found.place.line, found.place.column, found.confidence) == (4, 10, "high")
    assert not find("lb-module-missing", text, modules=MODULES + ",lbmethod_bytraffic_module")
    assert not find("lb-module-missing", text)


def test_method_in_capitals() -> None:
    assert places("lb-module-missing", MEMBERS.format("ProxySet lbmethod=ByRequests\n")) == [(4, 10)]


def test_default_method() -> None:
    assert places("lb-module-missing", MEMBERS.format(""), modules="proxy_module") == [(1, 1)]
    assert not find("lb-module-missing", MEMBERS.format(""), modules=MODULES)
    text = MEMBERS.format("ProxySet lbmethod=bytraffic\n")
    assert not find("lb-module-missing", text, modules="proxy_module,lbmethod_bytraffic_module")


def test_method_of_a_whole_configuration() -> None:
    text = "LoadModule proxy_module modules/mod_proxy.so\n" + MEMBERS.format("ProxySet lbmethod=bytraffic\n")
    (found,) = find("lb-module-missing", text)
    assert (found.place.line, found.confidence) == (5, "medium")


@pytest.mark.parametrize(
    ("text", "place", "confidence"),
    [
        ("ProxyPass / balancer://y/", (1, 13), "medium"),
        ("LoadModule proxy_module modules/mod_proxy.so\nProxyPass / balancer://y/", (2, 13), "high"),
        (MEMBERS.format("") + "ProxyPass / balancer://y/", (5, 13), "medium"),
        (f"<VirtualHost *:1>\n{MEMBERS.format('')}</VirtualHost>\nProxyPass / balancer://x/", (7, 13), "high"),
    ],
)
def test_undefined(text: str, place: tuple[int, int], confidence: str) -> None:
    (found,) = find("balancer-undefined", text)
    assert (found.place.line, found.place.column) == place
    assert found.confidence == confidence


def test_one_finding_for_an_undefined_balancer() -> None:
    text = "ProxyPass /a balancer://y/a\nProxyPass /b balancer://z/\n<VirtualHost *:1>\nProxyPass /c balancer://y/c\n"
    found = find("balancer-undefined", text + "</VirtualHost>")
    assert [(one.place.line, [other.place.line for other in one.related]) for one in found] == [(1, [4]), (2, [])]


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("ProxyPass / balancer://y/", "info"),
        ("<VirtualHost *:1>\nProxyPass / balancer://y/\n</VirtualHost>", "info"),
        (f"<VirtualHost *:1>\n{MEMBERS.format('')}</VirtualHost>\nProxyPass / balancer://x/", "error"),
    ],
)
def test_undefined_in_a_part(text: str, severity: str) -> None:
    (found,) = find("balancer-undefined", text, part=True)
    assert found.severity == severity


@pytest.mark.parametrize(
    ("before", "after", "grade", "said"),
    [
        ("", "", ("info", "medium"), " in the files that were read: "),
        ("<VirtualHost *:1>\n", "\n</VirtualHost>", ("error", "high"), "line: httpd refuses to start"),
    ],
)
def test_proxyset_in_a_part(before: str, after: str, grade: tuple[str, str], said: str) -> None:
    text = f"{before}ProxySet balancer://x timeout=5{after}"
    (found,) = find("proxyset-undefined", text, part=True)
    assert grades([found]) == [grade]
    assert said in found.message
    assert grades(find("proxyset-undefined", text)) == [("error", "high")]


@pytest.mark.parametrize("members", ["BalancerMember", "BalancerMember http://h timeout = 5", "BalancerMember nowhere"])
def test_a_refused_member_is_one_finding(members: str) -> None:
    for lines in (
        f"<Proxy balancer://x>\n{members}\n</Proxy>",
        f"<Proxy balancer://x>\n{members}\nProxySet nonce=1\n</Proxy>",
    ):
        text = f"{lines}\nProxyPass / balancer://x/"
        assert not find("balancer-empty", text)
        assert not find("balancer-undefined", text)


def test_one_finding_for_a_module() -> None:
    """However many balancers and mappings need it."""
    hosts = "".join(f"<VirtualHost *:{n}>\nProxyPass / balancer://x/\n</VirtualHost>\n" for n in range(1, 4))
    (found,) = find("lb-module-missing", MEMBERS.format("") + hosts, modules="proxy_module")
    assert (found.place.line, found.related) == (1, ())
    two = MEMBERS.format("") + MEMBERS.format("").replace("//x", "//y")
    (found,) = find("lb-module-missing", two, modules="proxy_module")
    assert (found.place.line, [related.place.line for related in found.related]) == (1, [5])
    chosen = MEMBERS.format("ProxySet lbmethod=bytraffic\n")
    (found,) = find("lb-module-missing", chosen + chosen.replace("//x", "//y"), modules=MODULES)
    assert (found.place.line, [related.place.line for related in found.related]) == (4, [9])
    explicit = MEMBERS.format("ProxySet lbmethod=byrequests\n") + MEMBERS.format("").replace("//x", "//y")
    assert places("lb-module-missing", explicit, modules="proxy_module") == [(4, 10)]


@pytest.mark.parametrize(
    "text",
    [
        MEMBERS.format("") + "ProxyPass / balancer://x/",
        MEMBERS.format("") + "ProxyPass / balancer://X/app",
        "ProxyPass / balancer://x/\n" + MEMBERS.format(""),
        MEMBERS.format("") + "<VirtualHost *:1>\nProxyPass / balancer://x/\n</VirtualHost>",
        "BalancerMember balancer://x http://h\nProxyPass / balancer://x/",
        "ProxyPass / balancer://x/ growth=5",
        "ProxyPass / balancer://x/\nEnableMCPMReceive",
        "ProxyPass / http://h/",
    ],
)
def test_defined(text: str) -> None:
    assert not find("balancer-undefined", text)


def test_empty() -> None:
    text = "<Proxy balancer://x>\nProxySet lbmethod=byrequests\n</Proxy>\n"
    use = "ProxyPass /{} balancer://x/\n"
    (found,) = find("balancer-empty", text + use.format("a") + use.format("b"))
    assert (found.place.line, [related.place.line for related in found.related]) == (1, [4])


@pytest.mark.parametrize(
    "text",
    [
        "<Proxy balancer://x>\nProxySet growth=5\n</Proxy>\nProxyPass / balancer://x/",
        "BalancerPersist On\n<Proxy balancer://x>\nProxySet timeout=5\n</Proxy>\nProxyPass / balancer://x/",
        MEMBERS.format("") + "ProxyPass / balancer://x/",
        "<Proxy balancer://x>\nBalancerMember nowhere\n</Proxy>\nProxyPass / balancer://x/",
        "ProxyPass / balancer://x/",
    ],
)
def test_not_empty(text: str) -> None:
    assert not find("balancer-empty", text)


@pytest.mark.parametrize(
    ("manager", "severity"), [("<Location /m>\nSetHandler balancer-manager\n</Location>", "warning"), ("", "info")]
)
def test_nonce(manager: str, severity: str) -> None:
    (found,) = find("nonce-none", MEMBERS.format("ProxySet nonce=none\n") + manager)
    assert (found.place.line, found.place.column, found.severity) == (4, 10, severity)


def test_a_nonce() -> None:
    assert not find("nonce-none", MEMBERS.format("ProxySet nonce=nonesuch\n"))
