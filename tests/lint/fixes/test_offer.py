"""What fixing could do."""

from __future__ import annotations

from hpatch.conf.load import load_text
from hpatch.lint.engine.lint import lint_configuration
from hpatch.lint.engine.task import LintTask
from hpatch.lint.fixes.offer import offer
from hpatch.lint.registry import by_name

TEXT = 'ProxyPass "/a/" "http://10.0.0.5"\nProxyPass "/b" "http://10.0.0.6" iobuffersize=8192\n'


def test_what_would_be_tried() -> None:
    rules = tuple(by_name()[name] for name in ("slash-target-missing", "iobuffer-inert"))
    result = lint_configuration(load_text(TEXT), LintTask(rules))
    safe = offer(result, unsafe=False, bar=lambda _: None)
    assert ([one.rule.code for one in safe.fixable], safe.more) == (["BE002"], 1)
    every = offer(result, unsafe=True, bar=lambda _: None)
    assert (len(every.fixable), every.more) == (2, 0)
    assert offer(result, unsafe=True, bar=lambda _: "outside") == (frozenset(), 0)
