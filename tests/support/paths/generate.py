"""Configurations and requests by chance: virtual hosts in which directives that map, deny and redirect meet.

@FILES stands for a folder with files (`tree`), A and B for backends.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

FILES = (
    "index.html",
    "a/index.html",
    "a/b/x.html",
    "a/x.html",
    "b/y.txt",
    "ab/x.html",
    "d/x.html",
    "d/e/index.html",
    "x.html",
    "a/b/c/x.html",
    "up/h.html",
    "page.html",
)
ROOTS = ("one", "two")
HEADERS = {
    "X-Role": ("admin", "user", "", "admin, user"),
    "User-Agent": ("curl/8", "Mozilla", ""),
    "Referer": ("http://h1.test/a", ""),
    "X-Page": ("status", "Status"),
    "X-Handler": ("server-status", "none", "default-handler"),
}
"""What clients send; an empty one is not sent."""
PATHS = ("/", "/a", "/a/", "/a/b", "/a/b/", "/b", "/ab", "/d", "/a/x.html", "/x.html", "/d/e", "/up", "/page.html")
ASKED = (
    "/",
    "/a",
    "/a/",
    "/a/b",
    "/a/b/x.html",
    "/a/x.html",
    "/b/y.txt",
    "/ab/x.html",
    "/ab",
    "/d",
    "/d/",
    "/d/e/",
    "/x.html",
    "/none",
    "/a/none",
    "/b/",
    "/up/h.html",
    "/page.html",
    "/a/b/c/x.html",
    "/a//x.html",
    "//a/x.html",
    "/a/%78.html",
    "/a/../x.html",
    "/d/x.html",
    "/a%2Fx.html",
    "/a/b?q=1",
    "/x.html?q=1",
    "/a/%62/x.html",
    "/a;p=1/x.html",
    "/a/x%20y",
    "/x.html/more",
    "/up/",
    "/a/b/c/",
    "/a/.",
    "/A/x.html",
)


def tree(root: Path) -> None:
    """Write the files; each one has its path in it."""
    for top in ROOTS:
        for name in FILES:
            file = root / top / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"{file}\n")


class Generator:
    """One virtual host after the other."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def pick(self, *choices: str) -> str:
        """One of them."""
        return self.random.choice(choices)

    def own_files(self, root: Path) -> str:
        """Write .htaccess files by chance; what is in them."""
        told: list[str] = []
        for folder in ("one", "one/a", "one/a/b", "one/d", "two", "two/a", "two/b", "two/d/e"):
            if self.random.random() < 0.7:
                text = "\n".join(self.own_line() for _ in range(self.random.choice([1, 1, 2])))
                (root / folder / ".htaccess").write_text(f"{text}\n")
                told.append(f"# {folder}/.htaccess:\n{text}")
        return "\n".join(told)

    def own_line(self) -> str:
        """Lines of a .htaccess file; now and then one that is refused there."""
        return self.pick(
            self.held(),
            self.held(),
            self.held(),
            f"Redirect {self.path()} http://other.test/own",
            "ErrorDocument 404 /page.html",
            "ErrorDocument 403 /a/x.html",
            f"<Files {self.pick('x.html', '*.html', 'index.html')}>\n{self.require()}\n</Files>",
            "<IfModule mod_rewrite.c>\nRewriteEngine On\nRewriteRule x /page.html\n</IfModule>",
            "<IfModule !mod_rewrite.c>\nRequire all denied\n</IfModule>",
            "SetEnvIf X-Role admin no-proxy",
            self.pick("Options None", "ProxyPass http://A/", "Nonsense On", "# nothing"),
        )

    def headers(self) -> dict[str, str]:
        """The headers of a request."""
        return {name: self.random.choice(values) for name, values in HEADERS.items()}

    def path(self) -> str:
        """The path of a directive."""
        return self.random.choice(PATHS)

    def folder(self) -> str:
        """A folder or file on the disk."""
        return f"@FILES/{self.pick(*ROOTS)}" + self.pick("", "/", "/a", "/a/", "/d", "/b", "/d/e/")

    def backend(self) -> str:
        """A backend's URL."""
        return f"http://{self.pick('A', 'B')}" + self.pick("", "/", "/app", "/app/", "/a")

    def pattern(self) -> str:
        """A regular expression."""
        path = self.path()
        return self.pick(
            f"^{path}", f"^{path}$", f"^{path}(.*)", f"^{path}/(.*)$", "(.*)\\.html$", "^/([a-z])/(.*)", "b"
        )

    # Lines of a server.

    def alias(self) -> str:
        return self.pick(f"Alias {self.path()} {self.folder()}", f"AliasMatch {self.pattern()} {self.folder()}/$1")

    def redirect(self) -> str:
        return self.pick(
            f"Redirect {self.path()} http://other.test/{self.pick('', 'x', 'x/')}",
            f"Redirect {self.pick('permanent', 'temp', 'seeother', '307')} {self.path()} {self.path()}x",
            f"Redirect {self.pick('gone', '404', '410')} {self.path()}",
            f"RedirectMatch {self.pattern()} http://other.test/$1",
            f"RedirectMatch {self.pick('gone', '403')} {self.pattern()}",
            f"RedirectPermanent {self.path()} http://other.test/",
        )

    def proxy_pass(self) -> str:
        target = self.pick(self.backend(), self.backend(), "!")
        return self.pick(
            f"ProxyPass {self.path()} {target}",
            f"ProxyPass {self.path()} {target}",
            f"ProxyPassMatch {self.pattern()} {target}",
            f"ProxyPassMatch ^({self.path()}.*)$ http://A$1",
            f"ProxyPass {self.path()} {self.backend()} {self.pick('nocanon', 'mapping=encoded')}",
        )

    def condition(self) -> str:
        test, pattern = self.random.choice(
            [
                ("%{REQUEST_URI}", self.pattern()),
                ("%{REQUEST_URI}", "!" + self.pattern()),
                ("%{QUERY_STRING}", "q=1"),
                ("%{REQUEST_METHOD}", "^GET$"),
                ("%{HTTP_HOST}", "^h1"),
                ("%{REQUEST_FILENAME}", "!-f"),
                ("%{REQUEST_FILENAME}", "-d"),
                ("%{DOCUMENT_ROOT}%{REQUEST_URI}", "-f"),
                ("%{HTTPS}", "=off"),
                ("%{HTTP:X-Role}", "^admin$"),
                ("%{HTTP:x-role}", "!^$"),
                ("%{HTTP_USER_AGENT}", "curl"),
                ("%{HTTP_REFERER}", "^$"),
                ("%{THE_REQUEST}", '"^[A-Z]+ /+a"'),
                ("%{THE_REQUEST}", "q=1"),
                ("%{DOCUMENT_ROOT}/$1", "!-f"),
                ("expr", '"%{REQUEST_URI} =~ m#^/a#"'),
            ]
        )
        return f"RewriteCond {test} {pattern}{self.pick('', '', ' [NC]', ' [OR]')}"

    def flags(self) -> str:
        """The flags of a rule."""
        flags = self.pick(
            "", "L", "PT", "R", "R=301,L", "P", "L,NC", "N=3,L", "C", "S=1", "END", "QSA,L", "R,L,NE", "B,L", "P,NE"
        )
        return f" [{flags}]" if flags else ""

    def rule(self) -> str:
        target = self.pick(
            self.path(),
            f"{self.path()}$1",
            "/$1",
            "-",
            f"http://A{self.path()}",
            f"http://other.test{self.path()}$1",
            f"{self.path()}?r=2",
            f"{self.folder()}/x.html",
            "/a/x.html",
            "/page.html?",
        )
        flags = self.pick(self.flags(), self.flags(), " [F]", " [G]", " [R=404]", " [E=no-proxy:1]")
        if "P" in flags and "T" not in flags and not target.startswith("http://A"):
            target = f"http://A{self.path()}"
        lines = [self.condition() for _ in range(self.random.choice([0, 0, 1, 2]))]
        return "\n".join([*lines, f"RewriteRule {self.pattern()} {target}{flags}"])

    def rewriting(self) -> str:
        lines = [self.pick("RewriteEngine On", "RewriteEngine On", "RewriteEngine On", "RewriteEngine Off", "")]
        lines += [
            self.pick("", "", "RewriteOptions Inherit", "RewriteOptions InheritBefore", "RewriteOptions IgnoreInherit")
        ]
        lines += [self.rule() for _ in range(self.random.randint(1, 3))]
        return "\n".join(lines)

    def setting(self) -> str:
        return self.pick(
            "AllowEncodedSlashes On",
            "AllowEncodedSlashes NoDecode",
            "MergeSlashes Off",
            "DirectorySlash Off",
            f"FallbackResource {self.path()}",
            f"DirectoryIndex {self.pick('x.html', 'index.html', 'none.html', '/page.html')}",
            "DirectoryIndex disabled",
            f"SetEnvIf Request_URI {self.pattern()} no-proxy",
            "SetEnv no-proxy 1",
            "SetEnvIf X-Role admin no-proxy",
            "SetEnvIf X-Role ^$ no-proxy",
            "SetEnvIfNoCase User-Agent CURL no-proxy",
            "BrowserMatch curl no-proxy",
            "SetEnvIf Request_Protocol HTTP/1.1 no-proxy",
            "AcceptPathInfo On",
            "DirectoryIndex none.html x.html",
            "ErrorDocument 404 /page.html",
            "Options +Indexes",
        )

    # Sections.

    def require(self) -> str:
        lone = [
            "Require all granted",
            "Require all denied",
            "Require ip 127.0.0.1",
            "Require ip 10.0.0.0/8",
            "Require local",
            "Require valid-user\nAuthType Basic\nAuthName x\nAuthUserFile /dev/null",
            "Require method GET",
            "Require expr %{REQUEST_URI} =~ m#^/a#",
            "AuthMerging And\nRequire all granted",
            "AuthMerging Or\nRequire all denied",
            "<Limit GET>\nRequire all denied\n</Limit>",
            "<LimitExcept GET>\nRequire all denied\n</LimitExcept>",
            "<RequireAll>\nRequire all granted\nRequire not ip 127.0.0.1\n</RequireAll>",
            "<RequireAny>\nRequire ip 10.0.0.1\nRequire method POST\n</RequireAny>",
            "<RequireAll>\nRequire all granted\n<RequireNone>\nRequire ip 127.0.0.1\n</RequireNone>\n</RequireAll>",
            "Order allow,deny\nAllow from all",
            "Order deny,allow\nDeny from all",
            "Order allow,deny\nAllow from 10.0.0.0/8",
            "Order deny,allow\nDeny from all\nAllow from 127.0.0.1",
            "Satisfy Any\nOrder allow,deny\nAllow from all\nRequire all denied",
            "Satisfy Any\nDeny from all\nRequire all granted",
            "AuthMerging Off",
        ]
        return self.pick(*lone)

    def handler(self) -> str:
        return self.pick(
            "SetHandler server-status",
            "SetHandler none",
            "SetHandler default-handler",
            'SetHandler "proxy:http://A"',
            'SetHandler "server-%{req:X-Page}"',
            'SetHandler "proxy:http://A/%{REQUEST_METHOD}"',
            'SetHandler "%{req_novary:X-Handler}"',
        )

    def location(self) -> str:
        lines: list[str] = []
        choices: list[Callable[[], str]] = [
            self.require,
            self.require,
            self.require,
            self.handler,
            lambda: f"ProxyPass {self.pick(self.backend(), '!')}",
            lambda: self.pick(
                "Redirect http://other.test/z", "Redirect 301 /z", "Redirect gone", "Redirect 302 /a http://other.test/"
            ),
            lambda: f"RewriteEngine On\n{self.rule()}",
            lambda: f"Alias {self.folder()}",
            lambda: "RewriteEngine Off",
            self.condition_section,
            lambda: f"FallbackResource {self.path()}",
            lambda: "Options +Indexes",
            lambda: "RewriteEngine On",
            self.options_inside,
        ]
        name = self.pick(
            f"Location {self.path()}",
            f"Location {self.path()}",
            f'Location "{self.path()}*"',
            f"LocationMatch {self.pattern()}",
        )
        for _ in range(self.random.choice([1, 1, 2])):
            lines.append(self.random.choice(choices)())
        return f"<{name}>\n" + "\n".join(lines) + f"\n</{name.split()[0]}>"

    def expression(self) -> str:
        """A condition, often two of them joined."""
        one, other = self.test(), self.test()
        return self.pick(
            one,
            one,
            one,
            f"! ({one})",
            f"{one} && {other}",
            f"{one} || {other}",
            f"({one} or not {other}) and {other}",
            "%{REQUEST_URI} =~ m#^/(.)# && $1 == 'a'",
            "%{REQUEST_URI} =~ m#^/([a-z]+)/# || %{QUERY_STRING} == '$1'",
        )

    def test(self) -> str:
        return self.pick(
            "%{REQUEST_URI} =~ m#^/a#",
            "%{REQUEST_METHOD} == 'POST'",
            "%{QUERY_STRING} == 'q=1'",
            "true",
            "%{HTTP_HOST} =~ /h[0-4]/ && ! %{REQUEST_URI} =~ /x/",
            "-f %{REQUEST_FILENAME}",
            "%{REMOTE_ADDR} -ipmatch '10.0.0.0/8'",
            "-R '127.0.0.0/8'",
            "-R '10.0.0.0/8'",
            "-n %{QUERY_STRING}",
            "-z %{QUERY_STRING}",
            "%{REQUEST_METHOD} in {'GET', 'HEAD'}",
            "%{REQUEST_URI} -strmatch '/a/*'",
            "%{REQUEST_URI} -fnmatch '/a/*'",
            "tolower(%{REQUEST_URI}) == '/a/x.html'",
            "%{HTTPS} == 'on'",
            "%{SERVER_PORT} -gt 80",
            "%{req:Host} =~ /^h[0-9]/",
            "%{DOCUMENT_ROOT} . %{REQUEST_URI} == %{REQUEST_FILENAME}",
            "-d '%{DOCUMENT_ROOT}%{REQUEST_URI}'",
            "%{REQUEST_URI} < '/b'",
            "%{REQUEST_FILENAME} =~ /html$/",
            "%{IS_SUBREQ} == 'true'",
            "-z %{PATH_INFO}",
            "-T %{HTTPS}",
            "%{req:X-Role} == 'admin'",
            "-n %{HTTP:X-Role}",
            "http('X-Role') in {'admin', 'user'}",
            "%{HTTP_USER_AGENT} =~ /curl/",
            "-z %{HTTP_REFERER}",
            "%{THE_REQUEST} =~ m#^GET /+a#",
        )

    def directory(self) -> str:
        choices: list[Callable[[], str]] = [
            self.require,
            self.require,
            self.setting_inside,
            self.files,
            lambda: f"RewriteEngine On\n{self.rule_inside()}",
            lambda: f"Redirect {self.path()} http://other.test/",
            self.condition_section,
            self.handler,
            self.options_inside,
            self.own_allowed,
            self.own_allowed,
        ]
        name = self.pick(
            f"Directory {self.folder()}",
            f"Directory {self.folder()}",
            f"Directory @FILES/{self.pick('*', 'one', '*/a', 'o?e/*')}",
            f"DirectoryMatch {self.pick('/a', 'two', '^@FILES/[a-z]+/(a|d)', '/b/$', '/d$')}",
            'Directory ~ "/(a|b)/"',
        )
        lines = [self.random.choice(choices)() for _ in range(self.random.choice([1, 1, 2]))]
        return f"<{name}>\n" + "\n".join(lines) + f"\n</{name.split()[0]}>"

    def own_allowed(self) -> str:
        """What .htaccess files may hold."""
        return "AllowOverride " + self.pick(
            "All", "All", "All", "FileInfo", "AuthConfig Limit", "FileInfo Indexes Options", "None",
            "FileInfo Nonfatal=Override", "All Nonfatal=Unknown", "AuthConfig Nonfatal=All",
        )  # fmt: skip

    def options_inside(self) -> str:
        words = self.pick("Inherit", "InheritBefore", "InheritDown", "IgnoreInherit", "MergeBase", "AllowNoSlash")
        return f"RewriteOptions {words}\nRewriteEngine On\n{self.rule_inside()}"

    def rule_inside(self) -> str:
        pattern = self.pick("^(.*)$", "^x", "^b/(.*)", "^/?a", "html$", "^$")
        target = self.pick("/page.html", "x.html", "b/$1", "-", "http://A/app", "http://other.test/$1", "/a/$1?z=1")
        flags = self.pick("", " [L]", " [R]", " [F]", " [END]", " [R=301,L]") if target != "http://A/app" else " [P]"
        base = self.pick("", "", "RewriteBase /\n", "RewriteBase /a\n")
        lines = [self.condition() for _ in range(self.random.choice([0, 0, 1]))]
        return base + "\n".join([*lines, f"RewriteRule {pattern} {target}{flags}"])

    def setting_inside(self) -> str:
        return self.pick(
            "DirectorySlash Off",
            f"FallbackResource {self.path()}",
            "DirectoryIndex x.html",
            "Options +Indexes",
            "Options None",
            "DirectoryIndex disabled",
            "AcceptPathInfo On",
            "AllowOverride None",
        )

    def files(self) -> str:
        name = self.pick(
            "Files x.html", "Files *.html", 'FilesMatch "\\.(html|txt)$"', "Files index.html", 'Files ~ "^[a-y]"'
        )
        return f"<{name}>\n{self.held()}\n</{name.split()[0]}>"

    def held(self, depth: int = 0) -> str:
        """What a section for files, or for a condition, holds."""
        return self.pick(
            self.require(),
            self.require(),
            self.handler(),
            f"RewriteEngine On\n{self.rule_inside()}",
            f"RewriteEngine On\n{self.rule_inside()}",
            f"RewriteEngine On\n{self.rule()}",
            self.options_inside(),
            "RewriteEngine Off",
            "RewriteEngine On",
            "Redirect http://other.test/if",
            f"Redirect {self.path()} http://other.test/if",
            "AddHandler server-status .html .txt",
            self.setting_inside(),
            self.require() if depth > 1 else self.condition_section(depth + 1),
        )

    def condition_section(self, depth: int = 0) -> str:
        other = self.pick(
            "",
            "",
            f"<Else>\n{self.held(depth)}\n</Else>",
            f'<ElseIf "{self.expression()}">\n{self.held(depth)}\n</ElseIf>',
            f'<ElseIf "{self.expression()}">\n{self.held(depth)}\n</ElseIf>\n<Else>\n{self.held(depth)}\n</Else>',
        )
        return f'<If "{self.expression()}">\n{self.held(depth)}\n</If>\n{other}'

    def proxy_section(self) -> str:
        name = self.pick("Proxy *", "Proxy http://A/*", "Proxy http://A", "ProxyMatch a")
        return f"<{name}>\n{self.require()}\n</{name.split()[0]}>"

    def server(self) -> str:
        """The lines of a virtual host."""
        choices = [
            self.alias,
            self.redirect,
            self.proxy_pass,
            self.proxy_pass,
            self.proxy_pass,
            self.rewriting,
            self.rewriting,
            self.setting,
            self.location,
            self.location,
            self.location,
            self.directory,
            self.directory,
            self.files,
            self.condition_section,
            self.condition_section,
            self.proxy_section,
        ]
        lines = [f"DocumentRoot @FILES/{self.pick(*ROOTS)}"]
        lines += [self.random.choice(choices)() for _ in range(self.random.randint(1, 6))]
        return "\n".join(lines)

    def main(self) -> str:
        """Lines of the main server, which hold for all."""
        choices = [
            self.alias,
            self.redirect,
            self.rewriting,
            self.location,
            self.directory,
            self.proxy_pass,
            self.setting,
        ]
        # Without any AllowOverride, httpd reads .htaccess files and refuses what is in them.
        every = ["All"] * 6 + ["None"] * 6 + ["FileInfo", "AuthConfig Indexes", "All Nonfatal=All", ""]
        allowed = self.random.choice(every)
        first = [f"<Directory @FILES>\nAllowOverride {allowed}\n</Directory>"] if allowed else []
        return "\n".join([*first, *(self.random.choice(choices)() for _ in range(self.random.choice([0, 0, 1, 1, 2])))])
