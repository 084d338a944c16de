"""Gateways from texts of configurations."""

from __future__ import annotations

from pathlib import Path

from hpatch.conf.load import Options
from hpatch.lint.engine.lint import lint
from hpatch.lint.engine.root import Root
from hpatch.lint.engine.task import LintTask
from hpatch.lint.gateway.build import gateway
from hpatch.lint.gateway.model import GatewayMap
from hpatch.lint.registry import by_name

_HEAD = "ServerRoot /srv\nListen 80\nListen 192.0.2.1:443 https\n"
_RULES = ("slash-target-missing", "route-duplicate")


def made(folder: Path, text: str, **files: str) -> GatewayMap:
    """The gateway of a main file; of uWSGI's files, there is each by its name without the end."""
    main = folder / "apache2.conf"
    main.write_text(_HEAD + text)
    for name, content in files.items():
        (folder / f"{name}.ini").write_text(content)
    root = Root(str(main), Options(), uwsgi=tuple(str(folder / f"{name}.ini") for name in files))
    task = LintTask(tuple(by_name()[name] for name in _RULES))
    return gateway(root, lint([root], task).findings)
