"""A small tree that passes for nginx's source and really builds: a configure of a few lines, a makefile, C files."""

from __future__ import annotations

from pathlib import Path

OPTIONS = """\
        --with-http_ssl_module)   HTTP_SSL=YES ;;
        --with-http_v2_module)    HTTP_V2=YES ;;
"""
CONFIGURE = """\
#!/bin/sh
for argument in "$@"; do
    case $argument in --prefix=*) prefix=${argument#--prefix=} ;; --bad*) bad=$argument ;; esac
done
test -z "$bad" || { echo "$0: error: invalid option \\"$bad\\""; exit 1; }
test ! -e objs || { echo "$0: error: objs is there"; exit 1; }
mkdir objs
printf 'default:\\n\\t$(MAKE) -f objs/Makefile\\ninstall:\\n\\t$(MAKE) -f objs/Makefile install\\n' > Makefile
cat > objs/Makefile <<END
CC = $CC
objs/nginx: objs/one.o objs/two.o
	\\$(CC) -o objs/nginx objs/one.o objs/two.o
objs/one.o: src/core/one.c
	\\$(CC) -DASKED='"$*"' -c -o objs/one.o src/core/one.c
objs/two.o: src/core/two.c
	\\$(CC) -c -o objs/two.o src/core/two.c
install: objs/nginx
	test -d '\\$(DESTDIR)$prefix/sbin' || mkdir -p '\\$(DESTDIR)$prefix/sbin'
	test ! -f '\\$(DESTDIR)$prefix/sbin/nginx' \\
	|| mv '\\$(DESTDIR)$prefix/sbin/nginx' '\\$(DESTDIR)$prefix/sbin/nginx.old'
	cp objs/nginx '\\$(DESTDIR)$prefix/sbin/nginx'
END
"""
FILES = {
    "src/core/nginx.h": '#define nginx_version 1022001\n#define NGINX_VERSION      "1.22.1"\n',
    "src/core/one.c": "#include <stdio.h>\nextern int two;\nint main(void) { puts(ASKED); return two; }\n",
    "src/core/two.c": "int two = 2;\n",
    "auto/options": OPTIONS,
    "auto/lib/pcre/conf": "#include <pcre2.h>\n",
    "configure": CONFIGURE,
}


def make(folder: Path, **more: str) -> Path:
    """A tree; `more` are further files, or others in place of its own."""
    root = folder / "nginx-1.22.1"
    for path, text in {**FILES, **more}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    (root / "configure").chmod(0o755)
    return root


def without(folder: Path, *headers: str) -> str:
    """A compiler that does not find these headers."""
    path = folder / "cc"
    cases = "".join(f"*'<{name}>'*) exit 1 ;; " for name in headers)
    path.write_text(
        f'#!/bin/sh\ntest "$1" != -E || {{ text=$(cat); case $text in {cases}esac; '
        'printf "%s\\n" "$text" | exec cc "$@"; exit; }\nexec cc "$@"\n'
    )
    path.chmod(0o755)
    return str(path)
