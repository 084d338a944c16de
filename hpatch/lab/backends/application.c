/* The lab's application for uWSGI: answers without reading the request's body.

   The answer is as many bytes as the query string says ("20000"), 11 by default: "hpatch lab\n", over and over.

   uWSGI's own header is not needed, and with it the headers of all libraries that it was built with: these five functions
   have had this form in every uWSGI 2.0. Source: uwsgi.h of 2.0.4, 2.0.21 and 2.0.31. */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct wsgi_request;
int uwsgi_parse_vars(struct wsgi_request *);
char *uwsgi_get_var(struct wsgi_request *, char *, uint16_t, uint16_t *);
int uwsgi_response_prepare_headers(struct wsgi_request *, char *, uint16_t);
int uwsgi_response_add_header(struct wsgi_request *, char *, uint16_t, char *, uint16_t);
int uwsgi_response_write_body_do(struct wsgi_request *, char *, size_t);

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
