"""Folding: a picture stays small, and no finding is left out before what is sound."""

from __future__ import annotations

from hpatch.lint.gateway.model import GatewayHost, GatewayMap, GatewayPath, GatewayTarget, Marks, fold, of_host
from hpatch.text import Place

PLACE = Place("a.conf", 1, 1, 1, 2)


def large(hosts: int, paths: int, wrong: tuple[int, int] = (0, 0)) -> GatewayMap:
    """A gateway; one path of one host has an error. Each path leads to a worker of its own."""
    made = []
    targets = {}
    for at in range(hosts):
        rows = []
        for number in range(paths):
            key = f"t{at}-{number}"
            targets[key] = GatewayTarget(key, "worker", key, (), PLACE)
            rows.append(
                GatewayPath(
                    number=number + 1,
                    kind="ProxyPass",
                    path=f"/{number}",
                    target=key,
                    leads=key,
                    access="",
                    verdict=None,
                    place=PLACE,
                    marks=Marks(1, "error") if (at, number) == wrong else Marks(),
                )
            )
        made.append(
            GatewayHost(
                id=f"h{at}",
                title=f"h{at}.example",
                names=(f"h{at}.example", f"Alias{at}"),
                addresses=("*:80",),
                listeners=(),
                paths=tuple(rows),
                place=PLACE,
            )
        )
    return GatewayMap(name="a.conf", listeners=(), hosts=tuple(made), targets=targets, backends={})


def test_a_small_gateway_stays_as_it_is() -> None:
    given = large(10, 6)
    assert fold(given) is given


def test_many_paths_are_folded_but_not_those_with_findings() -> None:
    folded = fold(large(10, 20, wrong=(3, 19)))
    assert [len(host.paths) for host in folded.hosts] == [6] * 10
    assert [host.folded for host in folded.hosts] == [14] * 10
    assert [path.number for path in folded.hosts[3].paths] == [1, 2, 3, 4, 5, 20]
    assert len(folded.targets) == 60
    assert folded.paths == 200


def test_many_hosts_are_folded_but_not_those_with_findings() -> None:
    folded = fold(large(200, 1, wrong=(150, 0)))
    assert len(folded.hosts) == 30
    assert folded.hosts[-1].title == "h150.example"
    assert folded.folded == 170


def test_one_host_is_found_by_any_of_its_names() -> None:
    given = large(10, 20)
    assert [host.id for host in of_host(given, "H3.Example").hosts] == ["h3"]
    (host,) = of_host(given, "alias4").hosts
    assert len(host.paths) == 20
    assert of_host(given, "none").hosts == ()
