"""A small tree that passes for httpd's source and really builds: a configure of a few lines, a makefile, C files."""

from __future__ import annotations

from pathlib import Path

RELEASE = """\
#define AP_SERVER_MAJORVERSION_NUMBER 2
#define AP_SERVER_MINORVERSION_NUMBER 4
#define AP_SERVER_PATCHLEVEL_NUMBER   62
#define AP_SERVER_DEVBUILD_BOOLEAN    0
"""
CONFIGURE = """\
#!/bin/sh
# pcre2-config
for argument in "$@"; do
    case $argument in --prefix=*) prefix=${argument#--prefix=} ;; esac
done
echo "checking $*"
sed "s:@prefix@:$prefix:" Makefile.in > Makefile
cp modules/Makefile.in modules/Makefile
"""
MAKEFILE = """\
prefix = @prefix@
OBJECTS = modules/proxy/mod_small.o modules/proxy/mod_other.o
all: httpd
httpd: $(OBJECTS)
	$(CC) -o $@ $(OBJECTS)
.c.o:
	$(CC) -Iinclude -c -o $@ $<
install: program-install install-conf
program-install: httpd
	mkdir -p $(DESTDIR)$(prefix)/bin && cp httpd $(DESTDIR)$(prefix)/bin/httpd
install-conf:
	mkdir -p $(DESTDIR)$(prefix)/conf && test -e $(DESTDIR)$(prefix)/conf/httpd.conf \\
	|| echo new > $(DESTDIR)$(prefix)/conf/httpd.conf
clean:
	rm -f httpd $(OBJECTS)
"""
SMALL = '#include "small.h"\nextern int other(void);\nint main(void) { return VALUE + other(); }\n'
FILES = {
    "include/ap_release.h": RELEASE,
    "include/small.h": '#include "smaller.h"\n',
    "include/smaller.h": "#define VALUE 3\n",
    "modules/proxy/mod_small.c": SMALL,
    "modules/proxy/mod_other.c": "int other(void) { return 0; }\n",
    "modules/Makefile.in": "install:\n\ttrue\n",
    "Makefile.in": MAKEFILE,
    "configure": CONFIGURE,
}


def make(folder: Path, **more: str) -> Path:
    """A tree; `more` are further files, or others in place of its own."""
    root = folder / "httpd-2.4.62"
    for path, text in {**FILES, **more}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    (root / "configure").chmod(0o755)
    return root
