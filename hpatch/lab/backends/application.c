/* The lab's applications for uWSGI.

   `hpatch_lab` answers without reading the request's body. The answer is as many bytes as the query string says ("20000"), 11 by default: "hpatch lab\n", over and over.

   uWSGI's own header is not needed, and with it the headers of all libraries that it was built with: these functions
   have had this form in every uWSGI 2.0. Source: uwsgi.h of 2.0.4, 2.0.21 and 2.0.31.

   `hpatch_echo` reads the body, unless the query string has `read=no`. It answers with what it was told of the request
   and with the body, or with `down=N` bytes of text instead of it; `status=CODE` is the status. */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

struct wsgi_request;
int uwsgi_parse_vars(struct wsgi_request *);
char *uwsgi_get_var(struct wsgi_request *, char *, uint16_t, uint16_t *);
int uwsgi_response_prepare_headers(struct wsgi_request *, char *, uint16_t);
int uwsgi_response_add_header(struct wsgi_request *, char *, uint16_t, char *, uint16_t);
int uwsgi_response_write_body_do(struct wsgi_request *, char *, size_t);
char *uwsgi_request_body_read(struct wsgi_request *, ssize_t, ssize_t *);

#define TEXT "hpatch lab\n"
#define LENGTH (sizeof(TEXT) - 1)
#define LARGEST (64L * 1024 * 1024)

int hpatch_lab(struct wsgi_request *request)
{
    char name[] = "QUERY_STRING", status[] = "200 OK", type[] = "Content-Type", plain[] = "text/plain";
    char length_name[] = "Content-Length", number[24] = "", *query, *body;
    uint16_t size = 0;
    long bytes = LENGTH, at;
    int failed;

    if (uwsgi_parse_vars(request))
        return -1;
    query = uwsgi_get_var(request, name, sizeof(name) - 1, &size);
    if (query && size > 0 && size < sizeof(number)) {
        memcpy(number, query, size);
        bytes = atol(number);
        if (bytes < 0 || bytes > LARGEST)
            return -1;
    }
    body = malloc(bytes + 1);
    if (!body)
        return -1;
    for (at = 0; at < bytes; at++)
        body[at] = TEXT[at % LENGTH];
    size = (uint16_t) snprintf(number, sizeof(number), "%ld", bytes);
    failed = uwsgi_response_prepare_headers(request, status, sizeof(status) - 1)
        || uwsgi_response_add_header(request, type, sizeof(type) - 1, plain, sizeof(plain) - 1)
        || uwsgi_response_add_header(request, length_name, sizeof(length_name) - 1, number, size)
        || uwsgi_response_write_body_do(request, body, bytes);
    free(body);
    return failed ? -1 : 0;
}

struct text {
    char *bytes;
    size_t length, room;
};

static int add(struct text *to, const char *bytes, size_t length)
{
    char *more;

    if (to->length + length > to->room) {
        more = realloc(to->bytes, 2 * (to->length + length));
        if (!more)
            return -1;
        to->bytes = more;
        to->room = 2 * (to->length + length);
    }
    if (length)
        memcpy(to->bytes + to->length, bytes, length);
    to->length += length;
    return 0;
}

static long wish(const char *query, const char *name, long usual)
{
    const char *found = strstr(query, name);

    return found ? atol(found + strlen(name)) : usual;
}

static int echo(struct wsgi_request *request, struct text *answer)
{
    static char *told[] = { "REQUEST_METHOD", "REQUEST_URI", "CONTENT_LENGTH", "CONTENT_TYPE", "HTTP_X_TRY", "HTTP_COOKIE" };
    char status[] = "200 Tried", type[] = "Content-Type", plain[] = "text/plain", name[] = "QUERY_STRING";
    char length_name[] = "Content-Length", number[24], query[256] = "", *value;
    uint16_t size = 0;
    ssize_t came = 0;
    size_t at;
    long down, code;

    if (uwsgi_parse_vars(request))
        return -1;
    value = uwsgi_get_var(request, name, sizeof(name) - 1, &size);
    if (value && size < sizeof(query))
        memcpy(query, value, size);
    for (at = 0; at < sizeof(told) / sizeof(told[0]); at++) {
        size = 0;
        value = uwsgi_get_var(request, told[at], (uint16_t) strlen(told[at]), &size);
        if (add(answer, value, value ? size : 0) || add(answer, "\n", 1))
            return -1;
    }
    down = wish(query, "down=", -1);
    if (!strstr(query, "read=no"))
        do {
            came = 0; /* it adds to what it finds there */
            value = uwsgi_request_body_read(request, 0, &came);
            if (!value || came < 0 || (down < 0 && add(answer, value, (size_t) came)))
                return -1;
        } while (came > 0);
    for (; down > 0 && down <= LARGEST; down -= came) {
        came = down < (long) LENGTH ? down : (long) LENGTH;
        if (add(answer, TEXT, (size_t) came))
            return -1;
    }
    code = wish(query, "status=", 200);
    if (code >= 200 && code <= 599) {
        snprintf(number, sizeof(number), "%ld", code);
        memcpy(status, number, 3);
    }
    size = (uint16_t) snprintf(number, sizeof(number), "%lu", (unsigned long) answer->length);
    if (uwsgi_response_prepare_headers(request, status, sizeof(status) - 1)
        || uwsgi_response_add_header(request, type, sizeof(type) - 1, plain, sizeof(plain) - 1))
        return -1;
    if (code == 204 || code == 304)
        return 0;
    if (uwsgi_response_add_header(request, length_name, sizeof(length_name) - 1, number, size))
        return -1;
    return uwsgi_response_write_body_do(request, answer->bytes, answer->length) ? -1 : 0;
}

int hpatch_echo(struct wsgi_request *request)
{
    struct text answer = { NULL, 0, 0 };
    int failed = echo(request, &answer);

    free(answer.bytes);
    return failed;
}
