"""What hpatch says of one request, and what it says that it does not know."""

from __future__ import annotations

import pytest

from hpatch.conf.load import Options, load_text
from hpatch.conf.modules import Modules
from hpatch.paths.model import ClientRequest, FileKind
from hpatch.paths.site import Site
from hpatch.paths.who import Who, who


class Disk:
    """Files and folders by their paths; a folder ends with a slash. `texts` are files by their paths."""

    def __init__(self, *names: str, **texts: str) -> None:
        self.texts = {name.replace("__", "/") + "/.htaccess": text for name, text in texts.items()}
        self.names = (*names, *self.texts)

    def text(self, path: str) -> str | None:
        """A file's text."""
        return self.texts.get(path)

    def odd(self, path: str) -> str | None:
        """Nothing of that kind."""
        del path
        return None

    def kind(self, path: str) -> FileKind | None:
        """What stands there."""
        if path == "/" or any(name.startswith(f"{path}/") for name in self.names):
            return FileKind.FOLDER
        return FileKind.FILE if path in self.names else FileKind.NOTHING


def _who(text: str, url: str = "/a", disk: Disk | None = None, **more: object) -> Who:
    modules = more.pop("modules", Modules(["dir_module", "autoindex_module"], complete=True))
    assert modules is None or isinstance(modules, Modules)
    before, mark, query = url.partition("?")
    request = ClientRequest(path=before, query=query if mark else None, host="h.test", client="192.0.2.1", **more)  # type: ignore[arg-type]
    return who(Site(load_text(f"DocumentRoot /w\n{text}", Options(modules=modules)), disk=disk), request)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("ProxyPass /a http://b:1\nAlias /a /x", 'the backend "http://b:1/"'),
        ("ProxyPass /b http://b:1\nAlias /a /x", 'the file "/x"'),
        ("ProxyPass /a !\nProxyPass / http://b:1/", 'the file "/w/a"'),
        ("Alias /a /x\nRedirect /a http://y/", 'a redirection (302) to "http://y/"'),
        ("Redirect gone /a", "httpd itself, with status 410"),
        ("<Location /a>\nRequire all denied\n</Location>\nProxyPass / http://b:1/", "httpd itself, with status 403"),
        ("<Directory /w>\nRequire all denied\n</Directory>\nProxyPass / http://b:1/", 'the backend "http://b:1/a"'),
        ("<Location />\nRequire ip 192.0.2.0/24\n</Location>", 'the file "/w/a"'),
        ("<Location />\nAuthType Basic\nRequire valid-user\n</Location>", "httpd itself, with status 401"),
        ("RewriteEngine On\nRewriteRule ^/(.*) http://b:1/x/$1 [P]", 'the backend "http://b:1/x/a"'),
        ("RewriteRule ^/(.*) http://b:1/x/$1 [P]", 'the file "/w/a"'),
        ("RewriteEngine On\nRewriteRule ^/a /b\nProxyPass /b http://b:1", 'the file "/w/b"'),
        ("RewriteEngine On\nRewriteRule ^/a /b [PT]\nProxyPass /b http://b:1", 'the backend "http://b:1/"'),
        ("RewriteEngine On\nRewriteRule ^/a /b [R=301,L]", 'a redirection (301) to "http://h.test/b"'),
        ("<Location /a>\nSetHandler server-status\n</Location>", 'the handler "server-status"'),
        ("ScriptAlias /a /cgi", 'the script "/cgi"'),
        (
            "<VirtualHost *:80>\nServerName h.test\nRedirect / http://v/\n</VirtualHost>",
            'a redirection (302) to "http://v/a"',
        ),
    ],
)
def test_who_answers(text: str, answer: str) -> None:
    assert _who(text).answer.described == answer


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("<Location />\nRequire env x\n</Location>", "access rule"),
        ("<Location />\nRequire host example.com\n</Location>", "access rule"),
        ("<IfDefine X>\nProxyPass /a http://b:1\n</IfDefine>", "whether httpd reads"),
        ("<IfDefine X>\n<Location /a>\nRequire all denied\n</Location>\n</IfDefine>", "access rule"),
        ("<IfDefine X>\n<VirtualHost *:80>\nServerName h.test\n</VirtualHost>\n</IfDefine>", "whether httpd reads"),
        ("RewriteEngine On\nRewriteCond %{TIME} ^1\nRewriteRule ^ /b [R]", "TIME"),
        ("RewriteEngine On\nRewriteCond %{DOCUMENT_ROOT}/x -f\nRewriteRule ^ /b [R]", "depends on a file"),
        ("RewriteEngine On\nRewriteRule ^/(?>a) /b [R]", "cannot tell"),
        ("RewriteEngine On\nRewriteRule ^ /${map:x} [R]", "does not know"),
        ("SetEnvIf X-Y z no-proxy\nProxyPass / http://b:1/", "no-proxy"),
        ("ProxyPass /${x} http://b:1", "variable"),
        ("VirtualDocumentRoot /w/%0", "by the request"),
        ("WSGIScriptAlias / /app.wsgi", "may answer"),
        ("JkMount /* w", "may answer"),
        ("<Location />\nAuthType openid-connect\nRequire valid-user\n</Location>", "openid-connect"),
        ('<If "%{TIME} == 1">\nRequire all denied\n</If>', "access rule"),
    ],
)
def test_what_hpatch_does_not_know(text: str, why: str) -> None:
    answer = _who(text).answer
    assert answer.kind == "unknown"
    assert why in answer.text


def test_what_hpatch_does_not_look_at() -> None:
    assert "/w/a" in _who("").answer.unseen[0]
    assert "FallbackResource" in _who("FallbackResource /b").answer.unseen[1]
    assert "AllowOverride All" in _who("<Directory /w>\nAllowOverride All\n</Directory>").answer.unseen[0]
    assert "stored response" in _who("CacheEnable disk /\nProxyPass / http://b:1/").answer.unseen[0]
    assert not _who("ProxyPass / http://b:1/").answer.unseen


def test_files_decide() -> None:
    disk = Disk("/w/a/index.html", "/w/b")
    assert _who("", "/a", disk).answer.described == 'a redirection (301) to "/a/"'
    assert _who("", "/a/", disk).answer.described == 'the file "/w/a/index.html"'
    assert _who("", "/b/more", disk).answer.described == "httpd itself, with status 404"
    assert _who("AcceptPathInfo On", "/b/more", disk).answer.described == 'the file "/w/b"'
    assert _who("FallbackResource /b", "/c", disk).answer.described == 'the file "/w/b"'
    assert _who("DirectoryIndex x", "/a/", disk).answer.described == "httpd itself, with status 403"
    assert (
        _who("DirectoryIndex x\nOptions Indexes", "/a/", disk).answer.described == 'the handler "httpd/unix-directory"'
    )
    text = "<Directory /w>\nAllowOverride All\n</Directory>"
    assert _who(text, "/b", Disk("/w/b", "/w/.htaccess")).answer.kind == "unknown"
    assert _who(text, "/b", disk).answer.kind == "file"


def test_the_page_for_an_error() -> None:
    found = _who("ErrorDocument 403 /e\nProxyPass /e http://b:1\n<Location /a>\nRequire all denied\n</Location>")
    assert found.answer.status == 403
    assert found.page is not None and found.page.target == "http://b:1/"


def test_a_rule_for_the_page_for_an_error_answers_itself() -> None:
    text = "ErrorDocument 404 /e\nRedirect 404 /a\n{}"
    assert _who(text.format("Redirect 410 /e")).answer.status == 404
    assert _who(text.format("RewriteEngine On\nRewriteRule ^/e - [G]")).answer.status == 410
    assert _who(text.format("RewriteEngine On\nRewriteRule ^/e /f [R]")).answer.target == "http://h.test/f"


def test_whether_a_rule_answers_for_the_page_for_an_error_may_be_unknown() -> None:
    text = "ErrorDocument 404 /e\nRedirect 404 /a\n<If true>\n<If true>\n{}\n</If>\n</If>"
    assert _who(text.format("RewriteEngine On\nRewriteRule ^ /f [R]")).answer.kind == "unknown"
    assert _who(text.format("RewriteEngine On\nRewriteRule ^ http://x.example/f")).answer.kind == "unknown"
    assert _who(text.format("RewriteEngine On\nRewriteRule ^ /f")).answer.status == 404
    assert _who(text.format("DirectoryIndex x")).answer.status == 404
    text = "ErrorDocument 404 /e\nRedirect 404 /a\nRewriteEngine On\n{}RewriteRule ^/f - [G]\n"
    assert _who(text.format("")).answer.status == 404
    # No rule takes the page, and only which file it is stays unknown.
    found = _who(f"CheckSpelling On\n{text.format('')}", disk=Disk("/w/x"))
    assert (found.answer.status, found.page and found.page.kind) == (404, "unknown")
    assert _who(text.format("RewriteCond %{TIME_SEC} 7\n").replace("/f", "/e")).answer.kind == "unknown"


def test_a_url_without_a_valid_port_is_left_as_it_is() -> None:
    rule = "<Location />\nRewriteEngine On\nRewriteRule a$ - [G]\n</Location>"
    assert _who(f"ProxyPass / http://b:1\n{rule}").answer.status == 410
    assert _who("ProxyPass / http://b:1").answer.status == 500


def test_an_endless_rewriting_ends() -> None:
    text = "<Location /a>\nRewriteEngine On\nRewriteRule .* /a/x$0 [L]\n</Location>"
    assert _who(text, "/a", Disk()).answer.status == 500
    assert _who("RewriteEngine On\nRewriteRule ^/a(.*) /a$1 [N=5]").answer.status == 500


def test_hostile_input_ends() -> None:
    deep = '<If "true">\n' * 3000 + "</If>\n" * 3000
    assert _who(deep).answer.kind == "unknown"
    rules = "<RequireAny>\n" * 3000 + "Require all granted\n" + "</RequireAny>\n" * 3000
    assert _who(f"<Location />\n{rules}</Location>").answer.kind == "unknown"
    assert _who("RewriteEngine On\nRewriteRule (a*)*b /x", f"/{'a' * 50}").answer.kind == "unknown"
    assert _who("ProxyPassMatch ^(.*)(.*)(.*)x$ http://b:1", f"/{'a' * 5000}").answer.kind == "unknown"


def test_the_steps_name_their_lines() -> None:
    steps = _who("RewriteEngine On\nRewriteRule ^/x /y\nProxyPass /a http://b:1").steps
    assert [(step.module, step.did, step.node.line if step.node else None) for step in steps] == [
        ("core", "takes", None),
        ("mod_rewrite", "declines", 3),
        ("mod_proxy", "takes", 4),
        ("mod_authz_core", "allows", None),
    ]


def test_the_longer_folder_counts_wherever_it_is_written() -> None:
    text = "<Directory /w/a>\nRequire all granted\n</Directory>\n<Directory />\nRequire all denied\n</Directory>"
    assert _who(text, "/a/x").answer.kind == "file"
    assert _who(text, "/b/x").answer.status == 403
    pattern = "<DirectoryMatch ^/w/a>\nRequire all denied\n</DirectoryMatch>\n"
    folder = "<Directory /w/a/b>\nRequire all granted\n</Directory>"
    assert _who(pattern + folder, "/a/b/x").answer.status == 403


def test_files_and_locations_come_after_folders() -> None:
    text = "<Files x.html>\nRequire all denied\n</Files>\n<Directory /w>\nRequire all granted\n</Directory>"
    assert _who(text, "/x.html").answer.status == 403
    text = "<Location /x.html>\nRequire all granted\n</Location>\n<Files x.html>\nRequire all denied\n</Files>"
    assert _who(text, "/x.html").answer.kind == "file"


FOLDERS = Disk("/w/a/x.html", "/w/x.html", "/y/x.html", "/w/index.html")


@pytest.mark.parametrize(
    ("text", "url", "answer"),
    [
        # A pattern is no path: the rule sees the whole file's path, and a relative target gets the pattern before it.
        (
            "<LocationMatch ^/a>\nRewriteEngine On\nRewriteRule ^/w/a/x /x.html\n</LocationMatch>",
            "/a/x.html",
            'the file "/w/x.html"',
        ),
        (
            "<LocationMatch ^/a>\nRewriteEngine On\nRewriteRule x y.html\n</LocationMatch>",
            "/a/x.html",
            "httpd itself, with status 400",
        ),
        (
            "<DirectoryMatch ^/w/a>\nRewriteEngine On\nRewriteRule ^/w/a/x /x.html\n</DirectoryMatch>",
            "/a/x.html",
            'the file "/w/x.html"',
        ),
        ("<Files x.html>\nRewriteEngine On\nRewriteRule . - [F]\n</Files>", "/x.html", "httpd itself, with status 403"),
        ("<Files y.html>\nRewriteEngine On\nRewriteRule . - [F]\n</Files>", "/x.html", 'the file "/w/x.html"'),
        (
            "<If \"%{QUERY_STRING} == 'q'\">\nRewriteEngine On\nRewriteRule . http://b:1/z [P]\n</If>",
            "/x.html?q",
            'the backend "http://b:1/z?q"',
        ),
        (
            "<If \"%{QUERY_STRING} == 'q'\">\nRewriteEngine On\nRewriteRule . http://b:1/z [P]\n</If>",
            "/x.html",
            'the file "/w/x.html"',
        ),
        # A rule in an If takes a request from mod_proxy, over the backend's URL.
        (
            'ProxyPass /a http://b:1\n<If "true">\nRewriteEngine On\nRewriteRule ^proxy: /x.html\n</If>',
            "/a/x.html",
            'the file "/w/x.html"',
        ),
        # Rules of an Alias' folder lead to its path.
        (
            "Alias /z /y\n<Directory /y>\nRewriteEngine On\nRewriteRule ^old x.html\n</Directory>",
            "/z/old",
            'the file "/y/x.html"',
        ),
        # The kinds of sections are merged by themselves first.
        (
            "<Directory /w>\nRewriteEngine On\nRewriteRule x - [G]\n</Directory>\n"
            "<Files x.html>\nRewriteOptions Inherit\nRewriteRule y /\n</Files>",
            "/x.html",
            "httpd itself, with status 410",
        ),
        (
            "<Directory /w>\nRewriteEngine On\nRewriteRule x - [G]\n</Directory>\n"
            "<Files x.html>\nRewriteRule y /\n</Files>",
            "/x.html",
            'the file "/w/x.html"',
        ),
        # An If in an If comes after the other sections of the outer one's kind.
        (
            '<If "true">\n<If "true">\nSetHandler one\n</If>\n</If>\n<If "true">\nSetHandler two\n</If>',
            "/x.html",
            'the handler "one"',
        ),
        ("<Directory /w/x.html>\nRequire all denied\n</Directory>", "/x.html", "httpd itself, with status 403"),
        (
            "Options None\n<Directory /w/x.html>\nRequire all denied\n</Directory>",
            "/x.html",
            'the file "/w/x.html"',
        ),
        ("<Directory /w/*>\nRequire all denied\n</Directory>", "/", 'the file "/w/index.html"'),
        ("<Location /x.html>\nRedirect 301 /y\nRedirect /z\n</Location>", "/x.html", 'a redirection (302) to "/z"'),
        ("<Location /x.html>\nAlias /v\nAlias /y/x.html\n</Location>", "/x.html", 'the file "/y/x.html"'),
        ("SetEnv no-proxy 1\nProxyPass /index.html http://b:1", "/", 'the file "/w/index.html"'),
    ],
)
def test_sections_hold_rules_and_handlers(text: str, url: str, answer: str) -> None:
    assert _who(text, url, FOLDERS).answer.described == answer


def test_an_if_that_is_not_known_leaves_the_request_open() -> None:
    text = '<If "%{req:Cookie} =~ /x/">\nRewriteEngine On\nRewriteRule . - [F]\n</If>'
    assert "RewriteEngine" in _who(text, "/x.html", FOLDERS).answer.text
    text = "RewriteEngine On\n" + text.replace("RewriteEngine On\n", "")
    assert '<If "%{req:Cookie}' in _who(text, "/x.html", FOLDERS).answer.text


def test_an_if_in_an_if_is_open_for_an_inner_request() -> None:
    text = '<If "true">\n<If "true">\nSetHandler none\n</If>\n</If>'
    assert _who(text, "/x.html", FOLDERS).answer.kind == "file"
    assert "inner request" in _who(text, "/", FOLDERS).answer.text


def test_a_redirection_that_a_later_rule_makes_a_path_of_is_open() -> None:
    text = "RewriteEngine On\nRewriteRule ^/x /y [R]\nRewriteRule y /x.html"
    assert "goes on to others" in _who(text, "/x.html", FOLDERS).answer.text
    text = "RewriteEngine On\nRewriteRule ^/x http://h/y\nRewriteRule y /x.html"
    assert "goes on to others" in _who(text, "/x.html", FOLDERS).answer.text


def test_a_fallback_that_redirects_is_open() -> None:
    assert "leads to a redirection" in _who("FallbackResource /a", "/none", FOLDERS).answer.text


def test_an_inner_request_in_the_same_folder_keeps_its_sections() -> None:
    text = "<DirectoryMatch /none>\nRewriteEngine On\nRewriteRule . /x.html\n</DirectoryMatch>"
    assert _who(text, "/none", FOLDERS).answer.status == 500
    assert _who(text, "/a/none", FOLDERS).answer.described == 'the file "/w/x.html"'


ROLE = "RewriteEngine On\nRewriteCond %{HTTP:X-Role} =admin\nRewriteRule ^ http://b:1/ [P]\n"


@pytest.mark.parametrize(
    ("headers", "answer"),
    [
        ((("x-role", "admin"),), 'the backend "http://b:1/"'),
        ((("x-role", ""),), 'the file "/w/a"'),
        ((("other", "admin"),), "hpatch does not know who"),
    ],
)
@pytest.mark.parametrize(
    "text",
    [
        ROLE,
        ROLE.replace("%{HTTP:X-Role} =admin", "expr \"%{req:X-Role} == 'admin'\""),
        "SetEnvIf X-Role ^(?!admin) no-proxy\nProxyPass / http://b:1/\nAlias /a /w/a",
    ],
)
def test_a_header_decides(text: str, headers: tuple[tuple[str, str], ...], answer: str) -> None:
    told = _who(text, disk=Disk("/w/a"), headers=headers).answer.described
    assert told.replace("/1/a", "/1/").replace("b:1/a", "b:1/") == answer


def test_an_inner_request_keeps_the_request_line() -> None:
    text = "RewriteEngine On\nRewriteCond %{THE_REQUEST} /index\nRewriteRule ^ - [F]\n"
    disk = Disk("/w/d/index.html")
    assert _who(text, "/d/", disk).answer.described == 'the file "/w/d/index.html"'
    assert _who(text, "/d/index.html", disk).answer.status == 403


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        ("server-%{req:X-Page}", 'the handler "server-status"'),
        ("proxy:http://b:1/%{REQUEST_METHOD}", 'the backend "http://b:1/get/w/a"'),
        ("%{req:Missing}", "hpatch does not know who"),
        ("%{req:None}", 'the file "/w/a"'),
        ("a$1", "hpatch does not know who"),
        ("%{req:X-Page", "hpatch does not know who"),
    ],
)
def test_a_handler_with_variables(value: str, answer: str) -> None:
    headers = (("x-page", "STATUS"), ("missing", ""), ("none", "none"))
    told = _who(f'<Location />\nSetHandler "{value}"\n</Location>', disk=Disk("/w/a"), headers=headers)
    assert told.answer.described == answer


ALLOWED = "<Directory /w>\nAllowOverride {}\n</Directory>\n"


@pytest.mark.parametrize(
    ("override", "own", "answer"),
    [
        ("All", "Require all denied", "httpd itself, with status 403"),
        ("None", "Require all denied", 'the file "/w/a"'),
        ("FileInfo", "Require all denied", "httpd itself, with status 500"),
        ("FileInfo Nonfatal=Override", "Require all denied", 'the file "/w/a"'),
        ("All Nonfatal=Override", "ProxyPass / http://b/", 'the file "/w/a"'),
        ("All", "ProxyPass / http://b/", "httpd itself, with status 500"),
        ("AuthConfig", "RewriteEngine On", "httpd itself, with status 500"),
        ("FileInfo", "RewriteEngine On\nRewriteRule ^a$ http://b:1/ [P]", 'the backend "http://b:1/"'),
        ("All", "<Files a>\nRequire all denied\n</Files>", "httpd itself, with status 403"),
        ("All", "Unheard Of", "hpatch does not know who"),
        ("All", "<IfModule mod_nothing.c>\nUnheard Of\n</IfModule>", "hpatch does not know who"),
        ("All", "<Files a>", "hpatch does not know who"),
        ("Options=Indexes", "Options +Indexes", "hpatch does not know who"),
        ("All", "", 'the file "/w/a"'),
    ],
)
def test_a_htaccess_file(override: str, own: str, answer: str) -> None:
    told = _who(ALLOWED.format(override), disk=Disk("/w/a", __w=own), modules=None)
    assert told.answer.described == answer
    assert not told.answer.unseen


@pytest.mark.parametrize(
    ("own", "status"), [("Require all granted", 500), ("<IfModule x.c>\n</IfModule>", 500), ("", None)]
)
def test_without_allowoverride_nothing_is_allowed(own: str, status: int | None) -> None:
    assert _who("", disk=Disk("/w/a", __w=own)).answer.status == status


def test_a_folder_in_the_place_of_the_htaccess_file_is_refused() -> None:
    disk = Disk("/w/a", "/w/.htaccess/x")
    told = _who(ALLOWED.format("All"), disk=disk)
    assert told.answer.status == 403
    assert told.steps[-1].text == '"/w/.htaccess" is a folder, not a file'
    assert _who(ALLOWED.format("None"), disk=disk).answer.kind == "file"


def test_htaccess_files_count_by_their_folders() -> None:
    text = "<Directory /w/d>\nRequire all granted\n</Directory>\n" + ALLOWED.format("All")
    disk = Disk("/w/d/a", "/w/e/a", "/w/f/a", __w="Require all denied", __w__f="Require all granted")
    answers = [_who(text, f"/{name}/a", disk, modules=None).answer.status for name in "def"]
    assert answers == [None, 403, None]


@pytest.mark.parametrize(
    "text", [ALLOWED.format("All") + "AccessFileName .own", ALLOWED.format("None\nAllowOverrideList Redirect")]
)
def test_what_is_not_followed(text: str) -> None:
    assert _who(text, disk=Disk("/w/a", __w="Require all denied")).answer.kind == "unknown"


def test_htaccess_files_that_nobody_looked_for() -> None:
    assert any(".htaccess" in text for text in _who(ALLOWED.format("All")).answer.unseen)
    assert not any(".htaccess" in text for text in _who(ALLOWED.format("None")).answer.unseen)


def test_a_login_without_a_rule() -> None:
    assert _who("<Location />\nAuthType Basic\n</Location>", disk=Disk("/w/a")).answer.status == 500
