"""Values that httpd refuses."""

from __future__ import annotations

import pytest

from tests.support.lint.find import find, grades, places

REFUSED = [
    # one a kind of value: the text, line and column, a word of the message
    ("KeepAlive maybe", (1, 11), "takes On or Off"),
    ("ServerSignature Emial", (1, 17), 'Did you mean "EMail"'),
    ("LimitRequestBody 10M", (1, 18), "at least 0"),
    ("MaxRanges 0", (1, 11), "none, default, unlimited"),
    ("KeepAliveTimeout 5m", (1, 18), "mi or h"),
    ("Listen abc", (1, 8), "needs a port"),
    ("Listen $PORT", (1, 8), "Write ${PORT}."),
    ("Listen 99999", (1, 8), "1 to 65535"),
    ("Listen [::1:80", (1, 8), "1 to 65535"),
    ("Listen", (1, 1), "1 or 2 arguments"),
    ("<VirtualHost 80>\n</VirtualHost>", (1, 14), '"*:80"'),
    ("<VirtualHost *:80 10.0.0.1:0>\n</VirtualHost>", (1, 19), "10.0.0.1:0"),
    ("ServerName *.example.com", (1, 12), "ServerAlias"),
    ("ServerName example.com:0", (1, 12), "1 to 65535"),
    ("ErrorDocument 499 /x", (1, 15), "status"),
    ("Options Indexes +FollowSymLinks", (1, 17), "+Indexes +FollowSymLinks"),
    ("Options FollowSymlink", (1, 9), 'Did you mean "FollowSymLinks"'),
    ("Options -All", (1, 9), "Write Options All"),
    ("Options Indexes None", (1, 17), "first option"),
    ("<Directory />\nAllowOverride FileInof\n</Directory>", (2, 15), 'Did you mean "FileInfo"'),
    ("<Directory />\nAllowOverride Nonfatal\n</Directory>", (2, 15), "Nonfatal=Override"),
    ("<DirectoryMatch ^/(a>\n</DirectoryMatch>", (1, 17), "parenthesis"),
    ("<Files ~ [a>\n</Files>", (1, 10), "["),
    ("FileETag +None", (1, 10), "without + or -"),
    ("IndexOptions FancyIndexin", (1, 14), 'Did you mean "FancyIndexing"'),
    ("IndexOptions NameWidth", (1, 14), "needs a value"),
    ("IndexOptions NameWidth=3", (1, 14), "at least 5"),
    ("<Directory />\nOrder allow\n</Directory>", (2, 7), "allow,deny"),
    ("<Directory />\nAllow 10.0.0.1 all\n</Directory>", (2, 7), '"from"'),
    ("<Directory />\nDeny from 10.0.0.0/33\n</Directory>", (2, 11), "network"),
    ("<Directory />\nDeny from example.com #x\n</Directory>", (2, 23), "comment"),
    ("Redirect 301 /a", (1, 1), "no URL"),
    ("Redirect /a b", (1, 13), "starts with /"),
    ("Redirect 410 /a /b", (1, 17), "no URL with the status"),
    ("Redirect permament /a /b", (1, 10), 'Did you mean "permanent"'),
    ("RedirectMatch ^/(a /b", (1, 15), "does not compile"),
    ("RewriteRule ^/(a /b", (1, 13), "does not compile"),
    ("RewriteRule ^/a", (1, 1), "a pattern and a substitution"),
    ("RewriteRule ^/a /b [L,R=999]", (1, 20), "999"),
    ("RewriteRule ^/a /b [QSA,LL]", (1, 20), '"LL"'),
    ("RewriteRule ^/a /b [R, L]", (1, 20), "without blanks"),
    ("RewriteRule ^/a /b [L,]", (1, 20), "comma"),
    ("RewriteCond %{HTTP_HOST} ^a [R]", (1, 29), "a flag of RewriteRule"),
    ("RewriteCond %{HTTP_HOST} (a", (1, 26), "does not compile"),
    ("RewriteMap lower int:tolow", (1, 18), "int:tolower"),
    ("Header sett X y", (1, 8), 'Did you mean "set"'),
    ("Header set X", (1, 1), "a header and a value"),
    ("Header always set X a b", (1, 23), "in quotes"),
    ('Header set X "100%x"', (1, 14), '"%x"'),
    ("Header set X y env=", (1, 16), "variable"),
    ("Header edit X (a b", (1, 15), "does not compile"),
    ("RequestHeader echo X", (1, 15), "belongs to Header"),
    ("SetEnvIf Referer", (1, 1), "a variable"),
    ("SetEnvIf Referer (a b", (1, 18), "does not compile"),
    ("BrowserMatch MSIE", (1, 1), "a variable"),
    ('ExpiresDefault "access plus 1 lightyear"', (1, 16), "minutes or seconds"),
    ('ExpiresDefault "access plus\u00a01 day"', (1, 16), "minutes or seconds"),
    ("SessionCookieName name\u00a0path=/", (1, 19), "a name without"),
    ("XBitHack ${X", (1, 10), "Full"),
    ("User root", (1, 6), "any user but root"),
    ("DBDriver mysqll", (1, 10), 'Did you mean "mysql"'),
    ("ExpiresByType html A60", (1, 15), "/"),
    ("LogLevel ssl:warning", (1, 10), 'Did you mean "warn"'),
    ('LogFormat "%h %"', (1, 11), "%%"),
    ('CustomLog logs/a "%h" env', (1, 23), "env=name"),
    ('ErrorLogFormat "%t %l"', (1, 16), "%M"),
    ("ErrorLogFormat requst %l", (1, 16), "connection or request"),
    ("SSLProtocol all -SSLv4", (1, 17), "TLSv1.3"),
    ("SSLProtocol +SSLv2", (1, 13), "SSLv2"),
    ("SSLVerifyClient required", (1, 17), 'Did you mean "require"'),
    ("SSLRandomSeed startup builtin 512", (1, 31), "takes no number of bytes for builtin"),
    ("SSLRandomSeed connect Builtin 0", (1, 31), "takes no number of bytes for builtin"),
    ("SSLRandomSeed starting builtin", (1, 15), 'takes startup or connect first, not "starting"'),
    ("SSLRandomSeed startup file:/dev/urandom -1", (1, 41), 'takes a number of bytes, not "-1"'),
    ("SSLOptions +StdEnvVar", (1, 12), 'Did you mean "StdEnvVars"'),
    ("SSLLog logs/ssl", (1, 1), "Use ErrorLog"),
    ("ProxyErrorOverride On 302", (1, 23), "400 to 599"),
    ("ProxyRemote * proxy:8080", (1, 15), "scheme://host"),
    ("RemoteIPInternalProxy 10.0.0.0/33", (1, 23), "network"),
    ("RequestReadTimeout header=20-40", (1, 20), "MinRate"),
    ("RequestReadTimeout headr=20", (1, 20), 'Did you mean "header"'),
    ("Substitute s/a/b/x", (1, 12), '"x"'),
    ("ForceLanguagePriority None Prefer", (1, 28), "both"),
]
TAKEN = [
    "KeepAlive ON",
    "KeepAlive On at last",
    "Timeout abc",
    "Listen 80",
    "Listen [::1]:80 https",
    "Listen ${PORT}",
    "<VirtualHost [00000:000:000:0000::00002]:80>\n</VirtualHost>",
    "<VirtualHost *>\n</VirtualHost>",
    "<VirtualHost _default_:443 [2001:db8::1]:443 example.com:*>\n</VirtualHost>",
    "ServerName https://example.com:443",
    "ErrorDocument 404 default",
    "Options All -Indexes",
    "Options +Indexes -MultiViews",
    "<Directory />\nAllowOverride AuthConfig Options=Indexes Nonfatal=All\n</Directory>",
    "Redirect /a http://b/",
    "Redirect gone /a",
    "<Location /a>\nRedirect 301 https://b/\n</Location>",
    "<Location /a>\nRedirect 410\n</Location>",
    "RedirectMatch 404 \\.bak$",
    'RewriteRule "^/a b" "/c d" "[R=301, L]"',
    "RewriteRule ^/a - [E=X:1,CO=a:b:c,S=2]",
    "RewriteCond expr (",
    "RewriteCond %{REQUEST_FILENAME} !-f [nocase,or] more",
    "Header unset X",
    "Header always edit* X a b early",
    'Header set X "%{HOST}e %t %%" "expr=true"',
    "Header set X expr=%",
    "SetEnvIf Remote_Addr ^10\\. a b=c !d",
    "ExpiresByType image/* M3600",
    'ExpiresDefault "access 1 month 2 days"',
    "LogLevel info ssl:warn mod_proxy_http.c:trace8",
    'LogFormat "%{X}i %>s %!200,304{Foo}i %{a}^ti %^FB %I"',
    "CustomLog logs/a combined env=!x",
    'ErrorLogFormat "%7{x}e %M"',
    "SSLProtocol all -SSLv2 -SSLv3",
    "ProxyErrorOverride On 404 503",
    "RemoteIPInternalProxy proxy.example.com 10.1",
    "RequestReadTimeout header=20-40,MinRate=500 body=20",
    "Substitute s|a|b",
    "MaxRanges none",
    "KeepAliveTimeout 5mi",
    "AllowCONNECT 443 8000-9000",
]


@pytest.mark.parametrize(("text", "place", "says"), REFUSED)
def test_refused(text: str, place: tuple[int, int], says: str) -> None:
    (finding,) = find("directive-value", text)
    assert (finding.place.line, finding.place.column) == place
    assert says in f"{finding.message} {finding.help}"
    assert "httpd refuses to start" in finding.message
    assert finding.severity == "error"


@pytest.mark.parametrize("text", TAKEN)
def test_taken(text: str) -> None:
    assert places("directive-value", text) == []


def test_a_letter_that_another_module_may_have() -> None:
    assert grades(find("directive-value", 'LogFormat "%Z"')) == [("error", "medium")]
    assert grades(find("directive-value", 'LogFormat "%Z"', modules="mpm_event_module,log_config_module")) == [
        ("error", "high")
    ]


def test_one_fault_has_one_finding() -> None:
    """Not also where the number of arguments or the context is wrong, or the module is missing."""
    assert places("directive-value", "<Location />\nListen abc\n</Location>") == []
    assert places("directive-value", "HostnameLookups maybe not") == []
    assert places("directive-value", "SSLEngine maybe", modules="mpm_event_module,unixd_module") == []
    assert places("directive-value", "SSLEngine maybe") == [(1, 11)]


def test_another_modules_section_is_not_read() -> None:
    assert places("directive-value", "<Perl>\nKeepAlive maybe\n</Perl>") == []
