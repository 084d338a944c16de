"""Changes of httpd's proxy modules that make them worse, each in its own way, and what the net must say to them."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from hpatch.build.httpd import apxs
from hpatch.lab.model import GatewaySpec

MODULES = ("fcgi", "http", "scgi", "uwsgi")
_FOLDERS = ("include", "os", "modules/proxy", "modules/core")


class Sabotage(NamedTuple):
    """A text of a module that is there once or first, what stands for it then, and what differs by that.

    `says` is a regular expression for the name of a trial or a figure of the module's own ways.
    """

    module: str
    name: str
    old: str
    new: str
    says: str


def _before(module: str, name: str, anchor: str, code: str, says: str) -> Sabotage:
    return Sabotage(module, name, anchor, code + "\n" + anchor, says)


_START = {
    "fcgi": "    *err = NULL;\n    if (conn->worker->s->io_buffer_size_set)",
    "http": "    dconf = ap_get_module_config(r->per_dir_config, &proxy_module);\n\n    bb =",
    "scgi": "    sock_data = apr_palloc(r->pool, sizeof(*sock_data));",
    "uwsgi": "    bb = apr_brigade_create(r->pool, c->bucket_alloc);",
}
"""Where each module begins to treat a request's response."""
_CRASH = "*(volatile int *)8 = 1;"
_UPLOAD = "{ static apr_size_t all; all += %s; if (all %% 300000 > 151552) %s = 0; }"
_READ = "            readlen = ap_get_client_block(r, buf, AP_IOBUFSIZE);\n        }"
_VARS = "    ap_add_common_vars(r);"


def _start(module: str, name: str, code: str, says: str) -> Sabotage:
    return _before(module, name, _START[module], f"    {code}", says)


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
)  # fmt: skip


def rounds() -> list[tuple[Sabotage, ...]]:
    """All of them, up to one for each module in a round: they are tried together.

    What crashes a child has a round of its own: the child's other connections, of other modules, end with it.
    """
    alone = [one for one in SABOTAGES if _CRASH in one.new]
    by_module = {module: [one for one in SABOTAGES if one.module == module and one not in alone] for module in MODULES}
    longest = max(map(len, by_module.values()))
    together = [tuple(ones[at] for ones in by_module.values() if at < len(ones)) for at in range(longest)]
    return [*((one,) for one in alone), *together]


def gateway(tree: Path, folder: Path, sabotages: Sequence[Sabotage] = ()) -> GatewaySpec:
    """The installed httpd with the four modules of a tree, some of them sabotaged; built in a new folder."""
    copy = folder / "tree"
    for name in _FOLDERS:
        shutil.copytree(tree / name, copy / name)
    shutil.copy(tree / "configure.in", copy)
    for one in sabotages:
        path = copy / f"modules/proxy/mod_proxy_{one.module}.c"
        text = path.read_text()
        assert one.old in text, one
        path.write_text(text.replace(one.old, one.new, 1))
    found = apxs.find()
    made: Mapping[str, Path] = apxs.module(
        copy, [f"proxy_{name}" for name in MODULES], found, folder / "modules", lambda line: None
    ).files
    return GatewaySpec("httpd", found.httpd, made)
