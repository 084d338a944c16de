"""Directives that httpd does not have: no module has the name, or no module that has it is loaded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING

from hpatch.conf import vocabulary
from hpatch.conf.templates.presence import REASON as TEMPLATE
from hpatch.conf.walk.model import Refused, consequence, walked
from hpatch.facts import names

if TYPE_CHECKING:
    from hpatch.conf.tree import Configuration, Node

_PRINTABLE = re.compile(r"[!-~]+")
_SUGGESTED = 20
"""For how many unknown names a similar one is looked for. A file with more of them is not httpd's."""

_NEAR = 0.8

OFTEN_BUILT_IN = frozenset(("mod_so", "mod_log_config", "mod_logio", "mod_unixd", "mod_version", "mod_watchdog"))
"""Modules that Debian compiles in, and that a list of loaded modules may leave out."""


_MPMS = ("prefork", "worker", "event")

_MPM_DIRECTIVES = frozenset(
    (
        "asyncrequestworkerfactor", "maxspareservers", "maxsparethreads", "minspareservers", "minsparethreads",
        "threadlimit", "threadsperchild",
    )
)  # fmt: skip
"""The directives that some of these MPMs have and others do not."""

_ALWAYS = frozenset(("core_module", "http_module"))


def listed(configuration: Configuration) -> bool:
    """Whether the modules that httpd loads are all known.

    They are where they were given; otherwise, where the file is a main file or loads them, an MPM included, and every
    file that may load more could be read. Another file, such as a single virtual host, tells nothing about the modules
    of the httpd that will read it.
    """
    modules = configuration.modules
    if not modules.complete or any(
        problem.kind in ("unreadable", "include") and (problem.fatal or not modules.by_layout)
        for problem in configuration.problems
    ):
        return False
    if modules.names != modules.static:
        return True
    if configuration.templates:
        return False  # a loop or a piece of text may load more
    if configuration.main:
        return True
    return bool(modules.loaded_at) and any(name.startswith("mpm_") for name in chain(modules.names, modules.loaded_at))


def unknown(configuration: Configuration) -> Iterator[Refused]:
    """Directives and sections with a name that no module of any httpd 2.4, and no known other module, has.

    Names with characters that no directive name has are left out.
    """
    then = consequence(configuration)
    others = strangers(configuration)
    known = listed(configuration)
    suggested = 0
    for key, nodes in configuration.by_key.items():
        if names.spelling(key) is not None or _PRINTABLE.fullmatch(key) is None or _foreign(key):
            continue
        told = [node for node in nodes if walked(node)]
        if not told:
            continue
        near = _near(key) if suggested < _SUGGESTED else None
        suggested += 1
        certain = "${" not in key and not others and (near is not None or known)
        other = others[0] if others else "another module"
        unless = "" if certain else f"unless {other} provides it, "
        for node in told:
            if near is None and any(condition.reason == TEMPLATE for condition in node.conditions):
                continue  # the template may know an httpd that has it
            what = "section" if node.children is not None else "directive"
            name = node.name + ">" if node.children is not None and node.name != "<" else node.name
            yield Refused(
                node=node,
                kind="name",
                place=node.name_place,
                message=f'"{name}" is not a {what} of httpd: {unless}{then}',
                help=_help(node, near),
                certain=certain,
                near=near,
            )


def not_loaded(configuration: Configuration) -> Iterator[Refused]:
    """Directives and sections of modules of which none is loaded. None where the modules are not all known."""
    if not listed(configuration):
        return
    then = consequence(configuration)
    built_in = frozenset() if configuration.modules.static else OFTEN_BUILT_IN
    for key, nodes in configuration.by_key.items():
        word = vocabulary.find(key)
        modules = () if word is None else word[1]
        if not modules or not built_in.isdisjoint(modules):
            continue
        if any(configuration.modules.has(f"{module}.c") is not False for module in modules) or _foreign(key):
            continue
        owner = modules[-1]
        module = names.identifier(owner) or owner
        load = f"LoadModule {module} modules/{owner}.so, or on Debian a2enmod {owner.removeprefix('mod_')}"
        yield from _belonging(nodes, f"{owner}, which is not loaded: {then}", f"Load it: {load}.")


def unsettled_modules(configuration: Configuration) -> dict[str, str]:
    """The modules of which only another file tells whether they are loaded, each with a directive of it here.

    Only where it is known what is compiled into httpd: whoever gave an httpd expects that modules are looked at.
    """
    modules = configuration.modules
    found: dict[str, str] = {}
    if not modules.static or listed(configuration):
        return found
    for key, nodes in configuration.by_key.items():
        word = vocabulary.find(key)
        owners = () if word is None else word[1]
        loaded = {modules.has(f"{owner}.c") for owner in owners}
        if nodes and None in loaded and True not in loaded and not _foreign(key):
            found.setdefault(owners[-1], f"{nodes[0].name}>" if key.startswith("<") else nodes[0].name)
    return found


def of_others(configuration: Configuration) -> Iterator[Refused]:
    """Directives of modules that are not httpd's, where no such module is loaded. None where that is not known."""
    if not listed(configuration):
        return
    from hpatch.facts import thirdparty

    loaded = {_stem(name) for name in strangers(configuration)}
    if not loaded <= {_stem(module) for module in thirdparty.modules()}:
        return  # a module of which nothing is known may have any directive
    then = consequence(configuration)
    for key, nodes in configuration.by_key.items():
        if names.spelling(key) is not None or not (others := thirdparty.find(key)):
            continue
        if any(_stem(other.module) in loaded for other in others):
            continue
        owners = " or ".join(sorted({other.module for other in others}))
        instead = f"Load the module, or put the directive into <IfModule {others[0].module}.c>."
        yield from _belonging(nodes, f"{owners}, which is not loaded: {then}", instead)


def _belonging(nodes: Iterable[Node], whose: str, help: str) -> Iterator[Refused]:
    """Directives that belong to what is not here; `whose` says to what, and what follows."""
    for node in filter(walked, nodes):
        message = f'"{node.name}" belongs to {whose}'
        yield Refused(node=node, kind="module", place=node.name_place, message=message, help=help)


def _stem(module: str) -> str:
    """What a module's name and its identifier have in common: `php` of mod_php, `php_module` and `php7_module`."""
    return module.removeprefix("mod_").removesuffix("_module").rstrip("0123456789")


def of_another_mpm(configuration: Configuration) -> Iterator[Refused]:
    """Directives that only other MPMs have. None where the MPM is not known."""
    if configuration.mpm is None:
        return
    here = names.source(f"mpm_{configuration.mpm}_module")
    then = consequence(configuration)
    for key, nodes in configuration.by_key.items():
        if key not in _MPM_DIRECTIVES:
            continue
        having = [module for module in names.modules(key) if module in _MPMS]
        if here is None or here in having:
            continue
        whose = f"the MPM {' or '.join(having)}, and httpd runs {here}: {then}"
        yield from _belonging(nodes, whose, f"Put it into <IfModule {having[-1]}.c>, or remove it.")


def _foreign(key: str) -> bool:
    from hpatch.facts import thirdparty  # only names that httpd does not have pay for it

    return bool(thirdparty.find(key))


def strangers(configuration: Configuration) -> list[str]:
    """The loaded modules that are not httpd's. Where one of them is not known, it may have any directive."""
    loaded = chain(configuration.modules.names, configuration.modules.loaded_at)
    return sorted({name for name in loaded if names.source(name) is None and name not in _ALWAYS})


def _near(key: str) -> str | None:
    from hpatch.facts import thirdparty
    from hpatch.suggest import closest

    section = key.startswith("<")
    choices = (
        name
        for name in (*names.everything(), *thirdparty.names())
        if name.startswith("<") == section and name.removeprefix("<").isalnum()
    )
    return closest(key, choices, _NEAR)


def _help(node: Node, near: str | None) -> str | None:
    if node.name.startswith(("{%", "{{", "{#", "<%")):
        return "This is a line of a template. Check the file that the template makes."
    if near is None:
        return None
    return f'Did you mean "{near}>"?' if near.startswith("<") else f'Did you mean "{near}"?'
