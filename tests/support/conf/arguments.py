"""Generated arguments of directives: what the table of values says that they take, near misses, and everything else."""

from __future__ import annotations

import random
import re

from hpatch.facts.values import Values

_WORD = re.compile(r"<[^>]*>|[^<>|\s@.=]+")
_POOL = (
    # numbers, times and sizes
    "0 1 -1 7 16 25 300 404 451 499 599 600 65535 65536 99999999999 5abc +3 1k 2gb 5s 5min 5mi 2h 10ms 3d -5s "
    # words
    "abc on Off none all default unlimited early env=x env= env=! set unset echo edit add note always permanent gone "
    "from Allow,Deny warn debug:ssl ssl:warn trace8 trace9 int:toupper int:x dbm=x +Indexes Indexes +All Nonfatal "
    "Nonfatal=All -SSLv2 +TLSv1.2 TLSv1.4 NameWidth NameWidth=3 IconWidth=5 header=20-40,MinRate=500 body=5-40 foo=1 "
    # addresses, paths and URLs
    "http://a/ http://a:99999/ a://b:x /x /a/%0/x /% 1.2.3.4 10.0.0.0/8 10.0.0.0/33 10.0.0.0/255.0.0.0 10.1 1.2.3.999 "
    "a.b *:80 [::1]:80 [::1 *:0 host:80 _default_:443 fe80::/999 .example.com # x/y "
    # regular expressions, formats and flags
    "[ ( ^/(a|b)$ a** [z-a] (?i)x \\d+ x{3,1} s/a/b/ s/a/b/x s|a|b|ni s/(/b/ %h %{X}i %>s %Z %{X} % %% %^ti %^FB "
    "[R] [R=301,L] [R=999] [L [L,] [NC] [OR] [NC,OR] [F,XX] [BNE] [D] A3600 M1"
).split()
_QUOTED = (
    '"access plus 1 month"', '"now plus 1 year 2 mi"', '"access 1 m"', '"plus 2 weeks"', '"%M"', '"[%{u}t] %+M"',
    '"%5M"', '"%99M"', '""',
)  # fmt: skip
_OWN = {
    "<AuthnProviderAlias": "file|mine anon|mine dbm|mine file|file file|dbm file|FILE nosuch|mine file dbm",
    "<AuthzProviderAlias": "ip|mine|10.0.0.1 ip|mine|10.0.0.999 ip|mine all|mine|granted all|mine|x "
    "nosuch|mine host|mine|a",
    "AddOutputFilterByType": "DEFLATE|text/html deflate|text/css DEFLATE INFLATE;DEFLATE|a/b nosuch|a/b "
    ";;|a/b sed|a/b|c/d",
    "<ElseIf": "true|x",
    "<If": "true|x true|true|x 'a'|==|'a' \"true\"|x",
    "Alias": "/x /x|/y|/z /x|/srv",
    "AllowOverrideList": "None none|Redirect Redirect|None Redirect",
    "AllowMethods": "GET|POST reset RESET reset|GET get FOO GET|FOO HEAD|PATCH",
    "AuthBasicProvider": "file dbm|file ldap File anon|socache nosuch",
    "AuthDigestProvider": "file dbm|file ldap anon socache nosuch",
    "AuthFormProvider": "file dbm|file ldap File anon|socache nosuch",
    "AuthLDAPURL": "ldap://a/o=b ldaps://a ldapi://x ldap:x ldap://a/b?c?sub?d ldap://a/b?c?x?d http://a "
    "LDAP://a/b|TLS",
    "AuthnCacheSOCache": "shmcb shmcb:/x(9000) shmcb:/x(90 shmcb:/x(9) memcache redis:a dbm:/x none",
    "AuthnzFcgiCheckAuthnProvider": "none none|x mine|Authoritative|on mine|Authoritative|x mine|DefaultUser mine|x|y",
    "AuthnzFcgiDefineProvider": "authn|mine|fcgi://127.0.0.1:9000/ authz|mine|http://127.0.0.1/ authn|mine both|x|y",
    "CacheDirLength": "1 2 10 11 20",
    "CacheDirLevels": "1 2 10 11 20",
    "CacheDisable": "/ /x x http://x on off",
    "CacheEnable": "disk disk|/ disk|http://x/ /|disk socache|/x|y",
    "CacheSocache": "shmcb shmcb:/x(9) memcache nosuch none",
    "DAV": "on off filesystem Filesystem svn nosuch",
    "ExtFilterDefine": 'a|cmd=/x b|mode=input|cmd=/x c|mode=x d|cmd="/x|y"|intype=a/b e|x '
    'f|PreservesContentLength g|cmd="x',
    "FilterProtocol": "nosuch|change=yes",
    "FilterProvider": "a|DEFLATE|true b|nosuch|true",
    "FilterTrace": "nosuch|1",
    "H2PushDiarySize": "0 1 2 3 256 257 32768 65536",
    "H2PushPriority": "a/b|After a/b|Before|5 a/b|5 a/b|0 a/b|Interleaved|300 a/b|x *|before",
    "H2PushResource": "/x /x|critical add|/x add|/x|critical /x|y add|/x|y",
    "HeartbeatAddress": "239.0.0.1:27999 [::1]:80 :80",
    "HeartbeatListen": "239.0.0.1:27999 [::1]:80 :80",
    "LDAPTimeout": "0 5 5x -1",
    "LogLevel": "warn|proxxy:debug Proxy:info mod_proxy:info mod_proxy.c:info proxy_module:info http:info|core.c:warn "
    ":info so:info http_core.c:info event:info mpm_event:info event.c:info",
    "LogMessage": "a a|hook=all a|hook=x a|hook=Handler a|x a|hook=*",
    "LuaMapHandler": "^/x$|/y.lua ( (|/y.lua",
    "MDActivationDelay": "5d 5 5D 5m 5mi 5w",
    "MDCertificateAuthority": "LetsEncrypt letsencrypt|buypass nosuch https://a/b http: foo:bar buypass|x",
    "MDCheckInterval": "0 1 500ms 1000ms 1h x",
    "MDHttpProxy": "http://a HTTP://a:81 ftp://a http: http://a_b/ https://a:0 https://a:65354",
    "MDInitialDelay": "0 -1 5s x",
    "MDMember": "auto manual a.example auto|a.example",
    "MDMembers": "auto manual a.example auto|a.example",
    "MDPortMap": "80:81 http:81|https:82 81:80 http:- https:0 https:x http https:65536 443:8443",
    "MDPrivateKeys": "RSA RSA|2048 RSA|1024 RSA3072 rsa512 Default Default|RSA secp256r1|RSA RSA|RSA "
    "secp256r1|secp256r1",
    "MDRenewWindow": "33% 100% 99% -1% 30d 30 5%x 5m",
    "MDRetryDelay": "0 1 -1 1ms",
    "MDRetryFailover": "0 1 -1 5x",
    "MDStaplingKeepResponse": "33% 100% 200% -1% 7d",
    "MDStaplingRenewWindow": "33% 100% 99% 7d",
    "MDStoreLocks": "on off 5s 5m -1 x",
    "MDWarnWindow": "10% 100% 7d 5w",
    "MDomain": "a.example auto manual|a.example auto|manual",
    "MultiviewsMatch": "Any NegotiatedOnly Filters|Handlers Any|Filters NegotiatedOnly|Any x",
    "Mutex": "none default file:/tmp FILE nosuch yes|default|omitpid sem|nosuch none|default "
    "pthread|rewrite-map no|ssl-cache",
    "ProxyHCExpr": "a|true a b| a|{} a|{true}|b a|{true} a|{true||false}",
    "ProxyHCTemplate": "a a|hcmethod=HEAD b|x c|hcinterval=5",
    "ProxySourceAddress": "10.1 1.2.3.4 1.2.3.400 ::1 fe80::zz 10 1.2.3.4:80",
    "RemoteIPTrustedProxy": "10.0.0.1-10.0.0.9 “10.0.0.1” 10.0.0.* 10.0.0.1:80 http://10.0.0.1 localhost [::1]",
    "RewriteMap": "a|dbm=foo:/x a|dbm:/x a|dbm a|dbmfoo:/x",
    "SSIEndTag": 'x "a|b"',
    "SSIStartTag": 'x "a|b"',
    "Require": 'all|granted all|denied all|Granted all all|x all|"granted" granted ip ip|10.0.0.1|10.2 '
    "ip|10.0.0.0/33 ip|a.b host "
    "host|a.b method method|GET|HEAD method|get method|FOO valid-user Valid-User user|a group|a ssl "
    "ssl|x env|x nosuch|x "
    "local expr expr|true ldap-user|x forward-dns|a file-owner file-group not|nosuch not "
    "ssl-verify-client|x dbm-group|a",
    "SSLPassPhraseDialog": "builtin BUILTIN exec: | |/bin/true",
    "SSLSessionCache": "none NoneNotNull shmcb shmcb:/x(9000) shmcb:/x(9) shmcb:/x(9000 shmcb:/x9) "
    "shmcb:/x(a) dbm:/x dc memcache",
    "SSLStaplingCache": "none shmcb:/x(9000) shmcb:/x(9) redis memcache:a default",
    "ScriptAlias": "/x /x|/y|/z /x|/srv",
    "SessionCookieName": 'a a|path=/ a=b a&b a;b "a"',
    "SessionDBDCookieName": 'a a|path=/ a=b a&b a;b "a"',
    "SetEnvIfExpr": "true|x true",
    "VirtualDocumentRoot": "None none /x|y",
}
"""More cases for directives that judge their arguments together: divided by blanks, with `|` for a blank in one."""
_EMPTY = ('""', '"" x', 'x ""', '"" ""', 'x y ""', 'x "" y')
"""An empty word in each place."""
_COUNTS = {
    "TAKE2": (2, 2), "ITERATE": (1, 3), "ITERATE2": (2, 3), "FLAG": (1, 2), "TAKE12": (1, 2), "TAKE3": (3, 3),
    "TAKE23": (2, 3), "TAKE123": (1, 3), "TAKE13": (1, 3), "RAW_ARGS": (0, 5), "TAKE_ARGV": (0, 3),
}  # fmt: skip


def cases(name: str, form: str, row: Values | None, number: int) -> list[str]:
    """Some `number` of arguments for a directive, the same ones each time, and those of its own.

    Each comes with an empty word in different places, too.
    """
    own = [case.replace("|", " ").strip() for case in _OWN.get(name, "").split(" ")]
    return sorted({*_random(name, form, row, number), *own, *(() if name.startswith("<") else _EMPTY)} - {""})


def _random(name: str, form: str, row: Values | None, number: int) -> list[str]:
    chance = random.Random(name)
    words = (
        [word for word in _WORD.findall(_words(row.arguments)) if not word.startswith("<")] if row else ["On", "Off"]
    )
    near = [change for word in words for change in (word, word.upper(), f"{word}x", word[:-1], f"+{word}", f"-{word}")]
    pool = [*_POOL, *_QUOTED]
    if form == "TAKE1":
        mine = chance.sample(near, min(len(near), number // 2))
        return sorted({*mine, *chance.sample(pool, number - len(mine))} - {""})
    least, most = _COUNTS[form]
    found = {
        " ".join(chance.choice(near if near and chance.random() < 0.5 else pool) for _ in range(size))
        for size in (chance.randint(least, most) for _ in range(number))
    }
    return sorted(found)


def _words(arguments: str) -> str:
    """The words in a row's notation, without the name of a function that judges all arguments."""
    return arguments.partition(" ")[2] if arguments.startswith("@") else arguments
