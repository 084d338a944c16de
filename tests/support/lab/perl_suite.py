"""A small suite in the form of httpd's test framework: Makefile.PL makes t/TEST, which starts httpd."""

from __future__ import annotations

from pathlib import Path

_MAKEFILE = """\
use strict;
use Apache::TestMM qw(test clean);
use Apache::TestRun ();
use ExtUtils::MakeMaker;
Apache::TestMM::filter_args();
Apache::TestRun->generate_script();
WriteMakefile(NAME => 'Small', VERSION => '1');
"""
_ONE = """\
use strict;
use Apache::Test;
use Apache::TestUtil;
use Apache::TestRequest qw(GET);
plan tests => 4;
t_debug("testing : a page");
ok GET('/page.txt')->content eq "a page\\n";
my $reply = GET('/page.txt');
print "# testing : a header\\n";
ok !defined $reply->header('X-Small');
print "# testing : what never passes\\n";
ok 0;
skip "not here", 1;
"""


def make(root: Path, **tests: str) -> Path:
    """Write the suite to a folder; `tests` are further files of tests, by name."""
    files = {
        "Makefile.PL": _MAKEFILE,
        "t/conf/extra.conf.in": "",
        "t/htdocs/page.txt": "a page\n",
        "t/modules/one.t": _ONE,
        **{f"t/modules/{name}.t": text for name, text in tests.items()},
    }
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root
