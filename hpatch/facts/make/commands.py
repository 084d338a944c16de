"""httpd's command tables, read from its C text: every directive of a source tree or of a git tag."""

from __future__ import annotations

import io
import re
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from hpatch.facts.directives import Context, Directive
from hpatch.facts.make import ctext
from hpatch.records import NamedTuple
from hpatch.versions import Version

FORMS = "RAW_ARGS TAKE1 TAKE2 ITERATE ITERATE2 FLAG NO_ARGS TAKE12 TAKE3 TAKE23 TAKE123 TAKE13 TAKE_ARGV".split()
"""`enum cmd_how` of http_config.h, in its order."""
FLAGS = (
    "RSRC_CONF ACCESS_CONF PROXY_CONF OR_ALL OR_AUTHCFG OR_FILEINFO OR_INDEXES OR_LIMIT OR_OPTIONS OR_NONE EXEC_ON_READ"
).split()
_REFUSED: dict[str, set[Context]] = {
    "NOT_IN_VIRTUALHOST": {"virtualhost"},
    "NOT_IN_LIMIT": {"limit"},
    "NOT_IN_DIRECTORY": {"directory", "limit"},
    "NOT_IN_LOCATION": {"location", "limit"},
    "NOT_IN_FILES": {"files", "limit"},
    "NOT_IN_HTACCESS": {"htaccess"},
    "NOT_IN_PROXY": {"proxy", "limit"},
    "NOT_IN_DIR_LOC_FILE": {"directory", "location", "files", "proxy", "limit"},
    "NOT_IN_DIR_CONTEXT": {"directory", "location", "files", "proxy", "limit"},
    "MD_LOC_NOT_MD": {"md"},
    "GLOBAL_ONLY": {"virtualhost", "directory", "location", "files", "proxy", "limit"},
}
"""What `ap_check_cmd_context` refuses, by flag. Before 2.4.30 it knew no `<Proxy>`, which is no difference here:
nothing that such a flag guards was allowed there."""
_PLATFORMS = {
    "netware": "netware",
    "win32": "windows",
    "winnt": "windows",
    "mpmt_os2": "os2",
    "mod_privileges.c": "solaris",
}
"""By the folder that a module's source is in, or its file."""
_RELEASE = "include/ap_release.h"
_NUMBERS = ("MAJORVERSION", "MINORVERSION", "PATCHLEVEL")
_READERS = {
    "set_worker_param": "modules/proxy/mod_proxy.c",
    "set_balancer_param": "modules/proxy/mod_proxy.c",
    "add_pass": "modules/proxy/mod_proxy.c",
    "set_worker_hc_param": "modules/proxy/mod_proxy_hcheck.c",
}
"""The functions that know the keys of parameters, and their files."""
_KEY = re.compile(r'casecmp\s*\(\s*(?:key|word|f)\s*,\s*"(\w+)"')
_FOLDERS = ("server", "modules", "os", "include")
_TABLE = re.compile(r"\bcommand_rec\s+(\w+)\s*\[\s*\]\s*=\s*\{")
_MODULE = re.compile(
    r"(?:\bmodule\s+(?:AP_MODULE_DECLARE_DATA\s+|\w+_DATA\s+|MODULE_VAR_EXPORT\s+)*(\w+)|AP_DECLARE_MODULE\((\w+)\))"
    r"\s*=\s*\{([^}]*)\}"
)
_OLD_OPENSSL = re.compile(r"#\s*ifndef SSL_OP_NO_COMPRESSION\n.*?#\s*endif", re.S)
"""What is compiled only with an OpenSSL before 1.0.0."""
_MD_CHECK = re.compile(r"\bmd_conf_check_location\s*\(\s*cmd\s*,\s*(MD_LOC_NOT_MD)\s*\)")
_CHECK = re.compile(r"ap_check_cmd_context\s*\(\s*\w+\s*,\s*([\w\s|()]+?)\)\s*[;)!]")
_OTHERWISE: dict[tuple[str, str], set[Context]] = {
    ("MDRequireHttps", "mod_md"): {"directory", "location", "limit"},
    ("RewriteBase", "mod_rewrite"): {"server", "virtualhost"},
    ("ServerAlias", "core"): {"server"},
}
"""What handlers refuse by other means than a check of their own, in every release that allows it; tried on 2.4.71."""
_MD = frozenset(("<MDomainSet", "<MDomain", "<ManagedDomain"))
_INSIDE = {(name, "mod_md"): _MD for name in ("MDCertificateFile", "MDCertificateKeyFile")}
"""The sections that handlers demand, in every release; tried on 2.4.71."""
_CALLED = re.compile(r"\b((?!ap_)\w+)\s*\(\s*(?:cmd|parms|params)\s*,(?!\s*[A-Z])")
"""A call of a function that may do the checking; not one that is told by a constant what to check."""


class CommandRow(NamedTuple):
    """A row of a command table.

    `module` is the source file that defines the module, without `.c`; `where` the flags of its `req_override`;
    `not_in` the contexts that these allow and that its handler refuses, `inside` the sections of which it demands one;
    `condition` what the preprocessor must find.
    """

    name: str
    module: str
    form: str
    where: frozenset[str]
    not_in: frozenset[str] = frozenset()
    inside: frozenset[str] = frozenset()
    condition: str = ""


class SourceModule(NamedTuple):
    """A module: its source file without `.c`, its identifier, and the platform that it is for ("" for all)."""

    source: str
    identifier: str
    platform: str


class SourceRelease(NamedTuple):
    """What the C files of a release define.

    `keys` are the parameters of workers, balancers and mappings, each with the function that knows it.
    """

    version: Version
    commands: tuple[CommandRow, ...]
    modules: tuple[SourceModule, ...]
    keys: frozenset[tuple[str, str]]


def of_folder(folder: Path) -> SourceRelease:
    """The commands and modules of a source tree."""
    paths = [path for top in _FOLDERS for path in (folder / top).rglob("*.[ch]")]
    return read({str(path.relative_to(folder)): path.read_text(encoding="latin-1") for path in sorted(paths)})


def of_tag(repository: Path, tag: str) -> SourceRelease:
    """The commands and modules of a revision in a git repository of httpd. Raises ValueError where git cannot tell."""
    listed = subprocess.run(["git", "-C", repository, "archive", tag, *_FOLDERS], check=False, capture_output=True)
    if listed.returncode:
        said = listed.stderr.decode(errors="replace").strip().split("\n")[-1]
        raise ValueError(f'git cannot read "{tag}" in {repository}: {said}')
    texts = {}
    with tarfile.open(fileobj=io.BytesIO(listed.stdout)) as archive:
        for member in archive:
            file = archive.extractfile(member) if member.name.endswith((".c", ".h")) else None
            if file is not None:
                texts[member.name] = file.read().decode("latin-1")
    return read(texts)


def read(texts: Mapping[str, str]) -> SourceRelease:
    """What C files define, by their paths. Raises ValueError where they are not httpd's."""
    tree = _Tree(texts)
    return SourceRelease(
        version=_version(texts.get(_RELEASE, "")),
        commands=tuple(tree.commands()),
        modules=tuple(tree.modules()),
        keys=frozenset(tree.keys()),
    )


def _version(text: str) -> Version:
    numbers = [re.search(rf"#define\s+AP_SERVER_{name}_NUMBER\s+(\d+)", text) for name in _NUMBERS]
    if None in numbers:
        raise ValueError(f"this is not a source of httpd: {_RELEASE} does not tell a version")
    return Version(*(int(number[1]) for number in numbers if number))


class _Tree:
    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = {path: ctext.plain(text) for path, text in texts.items() if _matters(path, text)}
        self.headers = self._headers()
        self.definitions = self._definitions()
        self._order: dict[str, list[str]] = {}

    def _headers(self) -> dict[str, dict[str, ctext.CMacro]]:
        """The macros of every header, by the header's folder; those of all folders under ""."""
        found: dict[str, dict[str, ctext.CMacro]] = {"": {}}
        for path, text in self.texts.items():
            if path.endswith(".h"):
                defined = ctext.macros(text)
                found.setdefault(path.rpartition("/")[0], {}).update(defined)
                for name, macro in defined.items():
                    found[""].setdefault(name, macro)
        return found

    def _definitions(self) -> list[tuple[str, str, frozenset[str]]]:
        """Each file that defines a module, with its identifier and the words of its definition."""
        return [
            (path, match[1] or f"{match[2]}_module", frozenset(re.findall(r"\w+", match[3])))
            for path, text in self.texts.items()
            for match in _MODULE.finditer(text)
            if "MODULE_STUFF" in match[3]
        ]

    def _module(self, path: str, table: str) -> str | None:
        """The module that a table belongs to: one of its own file, else one of its folder."""
        folder = path.rpartition("/")[0]
        for near in (path, folder + "/"):
            for file, _, words in self.definitions:
                if file.startswith(near) and table in words:
                    return Path(file).stem
        return None

    def modules(self) -> Iterator[SourceModule]:
        for path, identifier, _ in self.definitions:
            platforms = [_PLATFORMS[folder] for folder in path.split("/") if folder in _PLATFORMS]
            yield SourceModule(Path(path).stem, identifier, "".join(platforms[-1:]))

    def keys(self) -> Iterator[tuple[str, str]]:
        for function, path in _READERS.items():
            body = ctext.function_body(self.texts.get(path, ""), function) or ""
            for key in _KEY.findall(body):
                yield function, key.lower()

    def commands(self) -> Iterator[CommandRow]:
        for path, text in self.texts.items():
            for match in _TABLE.finditer(text):
                module = self._module(path, match[1])
                if module is not None:
                    yield from self._table(path, text, match.end() - 1, module)

    def _table(self, path: str, text: str, start: int, module: str) -> Iterator[CommandRow]:
        own = ctext.macros(text)
        near = self.headers.get(path.rpartition("/")[0], {})

        def look_up(name: str) -> ctext.CMacro | None:
            if name in FLAGS or name in FORMS:
                return None
            return own.get(name) or near.get(name) or self.headers[""].get(name)

        end = _end(text, start)
        for conditions, found in groupby(ctext.guarded(ctext.tokens(text[start + 1 : end])), key=itemgetter(1)):
            for row in ctext.split(ctext.expand([token for token, _ in found], look_up)):
                command = self._row(path, row, module)
                if command is not None:
                    yield command._replace(condition=" && ".join(conditions))

    def _row(self, path: str, row: ctext.Tokens, module: str) -> CommandRow | None:
        """One `{ name, handler, data, where, form, help }`."""
        if "{" not in row:
            return None
        start = row.index("{")
        fields = ctext.split(row[start + 1 : ctext.closing(row, start)])
        name = ctext.string(fields[0])
        if name is None or len(fields) < len(("name", "handler", "data", "where", "form")):
            return None
        handler = [word for word in fields[1] if word.isidentifier()]
        flags = frozenset(word for word in fields[3] if word.isidentifier())
        command = CommandRow(name=name, module=module, form=fields[4][-1], where=flags)
        return command._replace(
            not_in=_refused(command, self._checks(path, handler[-1])),
            inside=_INSIDE.get((name, module), frozenset()),
        )

    def _checks(self, path: str, handler: str, depth: int = 3) -> frozenset[str]:
        """What a handler gives to `ap_check_cmd_context`, or else the functions that it hands its `cmd` to."""
        body = self._body(path, handler)
        body = _OLD_OPENSSL.sub("", body)
        checks = [match[1] for match in _CHECK.finditer(body) if _leaves(body, match)]
        found = frozenset(word for flags in [*checks, *_MD_CHECK.findall(body)] for word in re.findall(r"\w+", flags))
        if found or not depth:
            return found
        return frozenset().union(*(self._checks(path, called, depth - 1) for called in set(_CALLED.findall(body))))

    def _body(self, path: str, function: str) -> str:
        """A function of the table's file, of its folder, or of any; "" when there is none."""
        if path not in self._order:
            folder = path.rpartition("/")[0] + "/"
            files = (file for file in self.texts if file.endswith(".c"))
            self._order[path] = sorted(files, key=lambda file: (file != path, not file.startswith(folder)))
        for file in self._order[path]:
            if function in self.texts[file]:
                body = ctext.function_body(self.texts[file], function)
                if body is not None:
                    return body
        return ""


def _leaves(body: str, check: re.Match[str]) -> bool:
    """Whether a handler refuses what it checks: some do no more than warn, in a branch without a `return`."""
    if re.search(r"\bif\s*\(\s*$", body[: check.start()]) is None:
        return True
    block = re.match(r"\)?\s*(?:\{[^{}]*\}|[^;{}]*;)", body[check.end() - 1 :])
    return block is not None and "return" in block[0]


def _refused(command: CommandRow, checks: frozenset[str]) -> frozenset[str]:
    """The contexts that a handler refuses, those aside that the flags refuse already.

    One that is executed on read never finds itself in a section.
    """
    row = Directive(*command[:4], not_in=frozenset(), inside=frozenset(), since=None, until=None, condition="")
    refused = {context for check in checks for context in _REFUSED[check]}
    refused |= _OTHERWISE.get((command.name, command.module), set())
    if row.exec_on_read:
        refused &= {"htaccess"}
    return frozenset(context for context in refused if row.allowed_in(context))


def _matters(path: str, text: str) -> bool:
    return path.endswith(".h") or "command_rec" in text or "MODULE_STUFF" in text or "ap_check_cmd_context" in text


def _end(text: str, start: int) -> int:
    """The offset of the brace that closes the one at `start`, strings aside."""
    depth = 0
    for match in re.compile(r'"(?:\\.|[^"\\])*"|[{}]').finditer(text, start):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if not depth:
            return match.start()
    return len(text)
