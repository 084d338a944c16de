"""The functions of httpd that the manuals name are in httpd's history."""

from __future__ import annotations

import os
import re
import subprocess

import pytest

from hpatch.lint.registry import rules

_FUNCTION = re.compile(r"\b(?!mod_)([a-z][a-z0-9]*(?:_[a-z0-9]+)+)\b(?!\.\w)")
_FAMILIES = ("reading", "startup", "paths", "workers", "access", "headers", "rewrite", "tls", "hosts", "capacity")
_OTHERS = frozenset({"uwsgi_ini_config", "ssl_cipher_process_rulestr", "ciphersuite_cb"})
"""Functions of uWSGI and OpenSSL."""


@pytest.mark.httpd_git
def test_every_function_of_a_source_exists() -> None:
    """A manual's last paragraph says where its claim can be checked."""
    named: dict[str, str] = {}
    for rule in rules():
        if rule.family in _FAMILIES:
            source = re.sub(r"https?://\S+", "", rule.manual[rule.manual.rindex("\nSource: ") :])
            named.update(dict.fromkeys(_FUNCTION.findall(source), rule.code))
    assert len(named) > 50
    words = "\n".join(sorted(named.keys() - _OTHERS))
    command = ["git", "-C", os.environ["HPATCH_HTTPD_GIT"], "grep", "-h", "-o", "-w", "-F", "-f", "-", "2.4.62", "--"]
    said = subprocess.run([*command, "*.c", "*.h"], input=words, capture_output=True, text=True, check=True).stdout
    missing = named.keys() - _OTHERS - set(said.split())
    assert not {name: named[name] for name in missing}
