"""Changes of httpd's proxy modules that make them worse, each in its own way, and what the net must say to them."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from hpatch.build.httpd import apxs
from hpatch.lab.model import GatewaySpec

MODULES = ("fcgi", "http", "scgi", "uwsgi", "ajp", "wstunnel")
PROXY = "proxy"
"""mod_proxy itself, whose proxy_util.c all the others use."""
_FOLDERS = ("include", "os", "modules/proxy", "modules/core")


class Sabotage(NamedTuple):
    """A text of a module that is there once or first, what stands for it then, and what differs by that.

    `says` is a regular expression for the name of a trial or a figure. `where` is a part of the names of the ways that
    it is to be found by: "" is the module's own, and all for mod_proxy. `file` is the module's own file if it is "".
    `beside`: it may be tried together with others of its module, which change something else.
    """

    module: str
    name: str
    old: str
    new: str
    says: str
    where: str = ""
    file: str = ""
    beside: bool = False

    @property
    def path(self) -> str:
        """The file in a tree."""
        return f"modules/proxy/{self.file or f'mod_proxy_{self.module}.c'}"

    @property
    def alone(self) -> bool:
        """Whether it cannot be tried with others: a child that crashes takes their connections along."""
        return _CRASH in self.new or (self.module == PROXY and not self.beside)

    def concerns(self, where: str) -> bool:
        """Whether a way or a figure is one that it is to be found by."""
        return (self.where or ("" if self.module == PROXY else self.module)) in where


def _before(module: str, name: str, anchor: str, code: str, says: str, where: str = "", file: str = "") -> Sabotage:
    return Sabotage(module, name, anchor, code + "\n" + anchor, says, where, file)


def _proxy(name: str, anchor: str, code: str, says: str, where: str = "") -> Sabotage:
    return _before(PROXY, name, anchor, code, says, where, "proxy_util.c")


_START = {
    "fcgi": "    *err = NULL;\n    if (conn->worker->s->io_buffer_size_set)",
    "http": "    dconf = ap_get_module_config(r->per_dir_config, &proxy_module);\n\n    bb =",
    "scgi": "    sock_data = apr_palloc(r->pool, sizeof(*sock_data));",
    "uwsgi": "    bb = apr_brigade_create(r->pool, c->bucket_alloc);",
    "ajp": "    /*\n     * Send the AJP request to the remote server\n     */",
}
"""Where each module begins to treat a request's response."""
_CRASH = "*(volatile int *)8 = 1;"
_THREAD = (
    "{ pthread_t t; void *burn(void *x) { %s return x; } pthread_create(&t, NULL, burn, NULL); pthread_detach(t); }"
)
"""A thread that does something beside the request: the client does not wait for it."""
_MILLISECOND = (
    "struct timespec at; do clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at); while (!at.tv_sec && at.tv_nsec < 1500000);"
)
_SPIN = (
    "{ apr_time_t end = apr_time_now() + timeout; do rv = apr_poll(&pfd, 1, &n, 0);"
    " while (APR_STATUS_IS_TIMEUP(rv) && apr_time_now() < end); }"
)
_BUSY = (
    "{ static int busy; apr_status_t less(void *x) { __sync_sub_and_fetch(&busy, 1); return 0; }"
    " apr_pool_cleanup_register(r->pool, NULL, less, apr_pool_cleanup_null);"
    " if (__sync_add_and_fetch(&busy, 1) > 20) return HTTP_SERVICE_UNAVAILABLE; }"
)
_THIRD = (
    '{ const char *e = getenv("HPATCH_TIMES"); int n = e ? atoi(e) : 0; if (n > 1) abort();'
    ' setenv("HPATCH_TIMES", n ? "2" : "1", 1); }'
)
"""A program reads its configuration twice as it starts: the third time is a restart."""
_FLIP = (
    "{ const char *d; apr_size_t l; if (apr_bucket_read(APR_BRIGADE_FIRST(bb_i), &d, &l, APR_NONBLOCK_READ) =="
    " APR_SUCCESS && l > 100) ((char *)d)[50] ^= 1; }"
)
_EOS = (
    "APR_BRIGADE_INSERT_TAIL(output_brigade, apr_bucket_eos_create(r->connection->bucket_alloc));"
    " ap_pass_brigade(r->output_filters, output_brigade); data_sent = request_ended = 1;"
    " result = CMD_AJP13_END_RESPONSE;"
)
_UPLOAD = "{ static apr_size_t all; all += %s; if (all %% 300000 > 151552) %s = 0; }"
_UNREAD = "            ap_log_rerror(APLOG_MARK, APLOG_DEBUG, status, r, APLOGNO(00889)"
_RELEASE = "    /* Sanity check: Did we already return"
_VARS = "    ap_add_common_vars(r);"


def _start(module: str, name: str, code: str, says: str) -> Sabotage:
    return _before(module, name, _START[module], f"    {code}", says)


_HEADED = "                            /* FCGI has its own body"
_VIA = "            /* handle Via header in response */"
_SCGI = "    conf = ap_get_module_config(r->per_dir_config, &proxy_scgi_module);"
_UTIL, _MAIN = "proxy_util.c", "mod_proxy.c"
_TIMEOUT = (
    "        if (worker->s->timeout_set) {\n            apr_socket_timeout_set(newsock, worker->s->timeout);\n"
    "        }\n        else if"
)
_STDERR = "                if (clen) {\n                    ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, APLOGNO(01071)"
_UNLOGGED = "ap_log_rerror(APLOG_MARK, APLOG_%s, rv, r, APLOGNO(01075)"
_TE = "            if (te && !apr_table_get(backend->r->headers_in"
_TYPE = '    apr_table_unset(r->headers_in, "Content-Type");'
_LOCATION = "            if (l2 > 0 && l1 >= l2 && strncasecmp(real, part, l2) == 0) {"
_NOBODY = "        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, APLOGNO(10101)"
_DATE = '    apr_table_unset(r->headers_out, "Last-Modified");'
_GONE = "    } while (!PROXY_WORKER_IS_USABLE(worker) &&"
BESIDE: Sequence[Sabotage] = tuple(one._replace(beside=True) for one in (
    _before("fcgi", "a body's type is lost", _VARS, _TYPE, "of a body$"),
    _before("fcgi", "one status of many", _HEADED, "if (r->status == 403) r->status = 200;", "all statuses"),
    _before("fcgi", "a page's tag is lost", _HEADED, 'apr_table_unset(r->headers_out, "ETag");', "of a page"),
    Sabotage("fcgi", "messages are not logged", _STDERR, _STDERR.replace("if (clen)", "if (0)"), "and a message"),
    _start("fcgi", "POST loses a file", "if (r->method_number == M_POST) dup(2);", "^lost files of fcgi"),
    Sabotage("fcgi", "error pages are not httpd's", "if (ap_proxy_should_override(conf, r->status) &&", "if (0 &&",
             "an error page"),
    _before("fcgi", "SetEnv is lost", _VARS, "    r->subprocess_env = apr_table_make(r->pool, 20);", "^settings: var"),
    Sabotage("fcgi", "parts are kept back", "conn->worker->s->flush_packets == flush_on",
             "conn->worker->s->flush_packets == 99", "at once"),
    _before("fcgi", "a size is cut", "            to_send = writebuflen;",
            "            if (writebuflen == 1024) writebuflen--;", "42 sizes"),
    Sabotage("fcgi", "an error is not logged", _UNLOGGED % "ERR", _UNLOGGED % "DEBUG", "^logged by fcgi"),
    _start("fcgi", "warnings fill the log", 'ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, r, APLOGNO(09998) "x");',
           "AH09998"),
    Sabotage("fcgi", "a directive is another", 'AP_INIT_TAKE1("ProxyFCGIBackendType"',
             'AP_INIT_TAKE1("ProxyFCGIBackendKind"', "ProxyFCGIBackendType"),
    Sabotage("fcgi", "PATH_INFO is not asked for",
             'pathinfo_type = apr_table_get(r->subprocess_env, "proxy-fcgi-pathinfo");', "pathinfo_type = NULL;",
             "PATH_INFO"),
    _before("http", "what a page is coded in is lost", _VIA, 'apr_table_unset(r->headers_out, "Content-Encoding");',
            "of a page"),
    _before("http", "how to log in is lost", _VIA, 'apr_table_unset(r->headers_out, "WWW-Authenticate");',
            "of a refusal"),
    Sabotage("http", "one status of many", "            r->status = proxy_status;",
             "            if (proxy_status == 429) { proxy_status = 500; proxy_status_line = NULL; }\n"
             "            r->status = proxy_status;", "all statuses"),
    Sabotage("http", "chunks on a connection that stays", _TE,
             '            if (te && origin->keepalives > 2) backend->r->headers_in = apr_table_make(r->pool, 1);\n'
             "            else if (te && !apr_table_get(backend->r->headers_in", "in chunks", "http tcp"),
    _start("http", "HEAD loses a file", "if (r->header_only) dup(2);", "^lost files of http"),
    Sabotage("uwsgi", "error pages are not httpd's", "    if (ap_proxy_should_override(dconf, r->status)) {",
             "    if (0) {", "an error page"),
    _before("uwsgi", "a file is lost where nobody is", _NOBODY, "        dup(2);", "^lost files of uwsgi"),
    _before("scgi", "one status of many", _SCGI, "    if (r->status == 405) r->status = 500;", "all statuses"),
    _before("scgi", "a page's date is lost", _SCGI, _DATE, "of a page"),
    _start("ajp", "variables are lost", "r->subprocess_env = apr_table_make(r->pool, 5);", "^settings: variables"),
    Sabotage(PROXY, "addresses are not mapped back", _LOCATION, "            if (0) {", "mapped back", "http",
             _UTIL),
    Sabotage(PROXY, "other proxies are forgotten", 'apr_table_mergen(r->headers_in, "X-Forwarded-For",',
             'apr_table_setn(r->headers_in, "X-Forwarded-For",', "of another proxy", "http", _UTIL),
    Sabotage(PROXY, "nobody takes a lost member's place", _GONE, _GONE.replace("while (", "while (0 && "),
             "members in turns", "tcp", _MAIN),
    Sabotage(PROXY, "a name is exported no more", "PROXY_DECLARE(void) ap_proxy_c2hex(",
             '__attribute__((visibility("hidden"))) void ap_proxy_c2hex(', "ap_proxy_c2hex", "", _UTIL),
    Sabotage(PROXY, "a worker's timeout is not used", _TIMEOUT, "        if (0) {\n        }\n        else if",
             "later than ProxyTimeout", "unix", _UTIL),
    Sabotage(PROXY, "what is excluded is passed on", "        if (len != 0) {\n            if ((real[0] == '!')",
             "        if (len != 0) {\n            if ((real[0] == '?')", "not passed on$", "", _MAIN),
))  # fmt: skip
"""Each changes something of its own, and none hides another: all are tried in one round."""


SABOTAGES: Sequence[Sabotage] = (
    # FastCGI
    _before("fcgi", "an upload is cut", "            to_send = writebuflen;", _UPLOAD % ("writebuflen", "writebuflen"),
            "a body of 300,000"),
    _before("fcgi", "a byte is flipped", "            switch (type) {",
            "if (type == AP_FCGI_STDOUT && readbuflen > 4000) iobuf[3999] ^= 1;", "a response of 8,19"),
    Sabotage("fcgi", "a cut response looks whole", '"Failed to read FastCGI header");\n                break;',
             '"Failed to read FastCGI header");\n                rv = APR_SUCCESS; done = 1; break;', "^faults: "),
    _start("fcgi", "DELETE crashes", f"if (r->method_number == M_DELETE) {_CRASH}", "DELETE"),
    _start("fcgi", "memory leaks", "memset(malloc(1000), 1, 1000);", "^growth of"),
    _start("fcgi", "100 ms a request", "apr_sleep(100000);", "^median of"),
    _before("fcgi", "the query is lost", _VARS, "    r->args = NULL;", "the target"),
    _before("fcgi", "a header is lost", _VARS, '    apr_table_unset(r->headers_in, "Cookie");', "request, twice"),
    _before("fcgi", "a status changes", "                            /* FCGI has its own body",
            "if (r->status == 404) r->status = 200;", "status 404"),
    Sabotage("fcgi", "small records are lost", "                if (clen != 0) {", "                if (clen > 3) {",
             "single byte"),
    _start("fcgi", "connections are not kept", "c->keepalive = AP_CONN_CLOSE;", "^connections: |^bodies: "),
    _start("fcgi", "the log fills", 'ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, APLOGNO(09999) "x");', "AH09999"),
    Sabotage("fcgi", "a wait that does not sleep", "        rv = apr_poll(&pfd, 1, &n, timeout);", f"        {_SPIN}",
             "^processor time of .*waiting"),
    _before("fcgi", "a backend that is not there crashes",
            "        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, APLOGNO(01079)", _CRASH, "not there"),
    # HTTP
    _start("http", "DELETE crashes", f"if (r->method_number == M_DELETE) {_CRASH}", "DELETE"),
    _start("http", "memory leaks", "memset(malloc(600), 1, 600);", "^growth of"),
    _start("http", "20 ms a request", "apr_sleep(20000);", "^median of"),
    _before("http", "a header is added", "            /* handle Via header in response */",
            'apr_table_set(r->headers_out, "X-Extra", "1");', "a body of"),
    Sabotage("http", "a status changes", "            r->status = proxy_status;",
             "            if (proxy_status == 503) proxy_status = 200, proxy_status_line = NULL;\n"
             "            r->status = proxy_status;", "status 503"),
    Sabotage("http", "a cut response looks whole", "                    ap_proxy_backend_broke(r, bb);\n"
             "                    ap_pass_brigade(r->output_filters, bb);\n                    backend_broke = 1;",
             "                    backend_broke = 0;", "^faults: "),
    _start("http", "connections are not kept", "c->keepalive = AP_CONN_CLOSE;", "^connections: |^bodies: "),
    _start("http", "processor time", "{ apr_time_t t = apr_time_now() + 3000; while (apr_time_now() < t); }",
           "^median of"),
    _before("http", "https is another", "            /* handle Via header in response */",
            'if (backend->is_ssl) apr_table_set(r->headers_out, "X-Extra", "1");', "a body of", "https"),
    _before("http", "HTTP/2 is another", "            /* handle Via header in response */",
            'if (r->proto_num >= HTTP_VERSION(2, 0)) apr_table_set(r->headers_out, "X-Extra", "1");',
            "^streams: a body of", "HTTP/2"),
    Sabotage("http", "another upgrade", '"Upgrade: ", req->upgrade, CRLF', '"Upgrade: another", CRLF', "^upgrades: ",
             "WebSocket"),
    Sabotage("http", "early hints are lost", "                ap_send_interim_response(r, 1);",
             "                if (proxy_status < 102) ap_send_interim_response(r, 1);", "early hints"),
    # SCGI
    Sabotage("scgi", "an upload is cut", "sendall(conn, buf, (apr_size_t)readlen, r);",
             "sendall(conn, buf, (apr_size_t)readlen - (readlen == AP_IOBUFSIZE), r);", "a body of 8,192"),
    Sabotage("scgi", "a wrong length", "APR_OFF_T_FMT, r->remaining)", "APR_OFF_T_FMT, r->remaining / 2)", "a body of"),
    _before("scgi", "the query is lost", _VARS, "    r->args = NULL;", "the target"),
    _start("scgi", "HEAD crashes", f"if (r->header_only) {_CRASH}", "HEAD"),
    _before("scgi", "a status changes", "    conf = ap_get_module_config(r->per_dir_config, &proxy_scgi_module);",
            "    if (r->status == 500) r->status = 200;", "status 500"),
    _start("scgi", "memory leaks", "memset(malloc(700), 1, 700);", "^growth of"),
    _start("scgi", "30 ms a request", "apr_sleep(30000);", "^median of"),
    _start("scgi", "processor time beside requests", _THREAD % _MILLISECOND, "^processor time of scgi tcp$"),
    # uwsgi
    Sabotage("uwsgi", "an upload is cut", "uwsgi_send(conn, buf, (apr_size_t)readlen, r);",
             "uwsgi_send(conn, buf, (apr_size_t)readlen - (readlen == AP_IOBUFSIZE), r);", "a body of 8,192"),
    Sabotage("uwsgi", "headers come once", "        apr_table_add(r->headers_out, buffer, value);",
             "        apr_table_set(r->headers_out, buffer, value);", "response, twice"),
    Sabotage("uwsgi", "large heads are refused", "    if (pktsize > APR_UINT16_MAX) {", "    if (pktsize > 8000) {",
             "request, large"),
    Sabotage("uwsgi", "the reason is lost", "    r->status_line = apr_pstrdup(r->pool, &buffer[status_start]);",
             "    r->status_line = NULL;", "status 418"),
    Sabotage("uwsgi", "a cut response looks whole", "            ap_proxy_backend_broke(r, bb);\n"
             "            ap_pass_brigade(r->output_filters, bb);\n            backend_broke = 1;",
             "            backend_broke = 0;", "^faults: "),
    _start("uwsgi", "memory leaks", "memset(malloc(900), 1, 900);", "^growth of"),
    _start("uwsgi", "100 ms a request", "apr_sleep(100000);", "^median of"),
    _start("uwsgi", "many at once are refused", _BUSY, "^crowds: "),
    # AJP
    Sabotage("ajp", "an upload is cut", "                    status = ajp_send_data_msg(conn->sock, msg, bufsiz);",
             "                    status = ajp_send_data_msg(conn->sock, msg, bufsiz - (bufsiz > 8000));",
             "a body of 65,53"),
    _start("ajp", "the query is lost", "uri->query = NULL;", "the target"),
    _start("ajp", "DELETE crashes", f"if (r->method_number == M_DELETE) {_CRASH}", "DELETE"),
    _start("ajp", "memory leaks", "memset(malloc(800), 1, 800);", "^growth of"),
    _start("ajp", "30 ms a request", "apr_sleep(30000);", "^median of"),
    Sabotage("ajp", "headers come once", "        apr_table_add(r->headers_out, stringname, value);",
             "        apr_table_set(r->headers_out, stringname, value);", "response, twice", file="ajp_header.c"),
    Sabotage("ajp", "a cut response looks whole",
             f"            backend_failed = 1;\n{_UNREAD}", f"            {_EOS}\n{_UNREAD}", "^faults: "),
    _before("ajp", "a client that leaves crashes", "        if (r->connection->aborted) {",
            f"        if (r->connection->aborted) {_CRASH}", "^crashed|^connections: "),
    # WebSockets
    _before("wstunnel", "a header is lost", "    header_brigade = apr_brigade_create(p, backconn->bucket_alloc);",
            '    apr_table_unset(r->headers_in, "Sec-WebSocket-Key");', "^upgrades: ", "ws "),
    # mod_proxy
    _proxy("memory leaks", _RELEASE, "    memset(malloc(1000), 1, 1000);", "^growth of"),
    _proxy("a thread that never sleeps", _RELEASE,
           "    { static int once; if (!once++) " + _THREAD % "for (;;);" + " }", "at rest"),
    _proxy("a tunnel flips a byte",
           "        ap_proxy_buckets_lifetime_transform(r, bb_i, bb_o);\n        if (flush_each)", _FLIP, "^upgrades: ",
           "WebSocket"),
    Sabotage(PROXY, "the client's address is lost", 'apr_table_mergen(r->headers_in, "X-Forwarded-For",',
             'apr_table_mergen(r->headers_in, "X-Forwarded",', "a body of", "http", "proxy_util.c"),
    _proxy("a cut response looks whole", "    r->no_cache = 1;\n    /*\n     * If this is a subrequest",
           "    if (1) { APR_BRIGADE_INSERT_TAIL(brigade, apr_bucket_eos_create(c->bucket_alloc)); return; }",
           "^faults: ", "http"),
    Sabotage(PROXY, "what comes unasked is the next response", "                rv = APR_ENOTEMPTY;",
             "                rv = APR_SUCCESS;", "^reuse: one that the backend uses unasked", "http", "proxy_util.c"),
    _proxy("50 ms a connection", "    rv = ap_proxy_check_connection(proxy_function, conn, s, 0, 0);",
           "    apr_sleep(50000);", "^median of"),
    _proxy("a backend that is not there crashes", "ap_log_error(APLOG_MARK, loglevel, rv, s, APLOGNO(00957)", _CRASH,
           "not there", "scgi"),
    Sabotage(PROXY, "a Host that is to stay", "    if (dconf->preserve_host == 0) {", "    if (1) {",
             "^settings: GET", "http", "proxy_util.c"),
    Sabotage("fcgi", "padding is not read", "            if (plen) {", "            if (0) {", "padded records"),
    Sabotage("fcgi", "a restart crashes", "    proxy_hook_scheme_handler(proxy_fcgi_handler",
             f"    {_THIRD}\n    proxy_hook_scheme_handler(proxy_fcgi_handler", "graceful restart", "http unix"),
    *BESIDE,
)  # fmt: skip


def rounds() -> list[tuple[Sabotage, ...]]:
    """All of them, up to one for each module in a round, and those beside others in another: they are tried together.

    Those that cannot be tried with others have rounds of their own.
    """
    alone = [one for one in SABOTAGES if one.alone]
    rest = [one for one in SABOTAGES if one not in alone and not one.beside]
    by_module = {module: [one for one in rest if one.module == module] for module in MODULES}
    longest = max(map(len, by_module.values()))
    together = [tuple(ones[at] for ones in by_module.values() if at < len(ones)) for at in range(longest)]
    return [*((one,) for one in alone), *together, tuple(BESIDE)]


def gateway(
    tree: Path, folder: Path, sabotages: Sequence[Sabotage] = (), sound: GatewaySpec | None = None
) -> GatewaySpec:
    """The installed httpd with modules of a tree, some of them sabotaged; built in a new folder.

    Only these are built where a `sound` one brings the others.
    """
    copy = folder / "tree"
    for name in _FOLDERS:
        shutil.copytree(tree / name, copy / name)
    shutil.copy(tree / "configure.in", copy)
    for one in sabotages:
        path = copy / one.path
        text = path.read_text()
        assert one.old in text, one
        path.write_text(text.replace(one.old, one.new, 1))
    names = {one.module for one in sabotages} if sound else {PROXY, *MODULES}
    found = apxs.find()
    made: Mapping[str, Path] = apxs.module(
        copy,
        [PROXY if name == PROXY else f"proxy_{name}" for name in sorted(names)],
        found,
        folder / "modules",
        lambda line: None,
    ).files
    return GatewaySpec("httpd", found.httpd, {**(sound.modules if sound else {}), **made})
