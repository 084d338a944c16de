/* Tells which tree httpd builds from a file.
 *
 * Loaded last, it prints the modules there are, each name as one JSON string, and then takes one absolute file name a
 * line from stdin. Each file is read by httpd's own code in a process of its own, so that definitions, macros and the
 * server root of one are not seen by the next; the server root is the file's folder until the file sets another. The
 * answer is one JSON line a node, [depth, directive, arguments, file, line], or one JSON string, httpd's message, where it
 * builds no tree. An empty line ends each answer. Bytes over 127 are sent as they are.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>
#include "apr_strings.h"
#include "httpd.h"
#include "http_config.h"
#include "http_main.h"

static void string(const char *text)
{
    putchar('"');
    for (; *text; text++)
        if (*text == '"' || *text == '\\' || (unsigned char)*text < 32)
            printf("\\u%04x", *text);
        else
            putchar_unlocked(*text);
    putchar('"');
}

static void dump(const ap_directive_t *node, int depth)
{
    for (; node; node = node->next) {
        printf("[%d,", depth), string(node->directive);
        putchar(','), string(node->args);
        putchar(','), string(node->filename);
        printf(",%d]\n", node->line_num);
        dump(node->first_child, depth + 1);
    }
}

static void answer(const char *file, apr_pool_t *pool, apr_pool_t *temp)
{
    ap_directive_t *tree = NULL;
    const char *error;

    ap_server_root = apr_pstrmemdup(pool, file, strrchr(file, '/') - file);
    error = ap_process_resource_config(ap_server_conf, file, &tree, pool, temp);
    if (error)
        string(error), putchar('\n');
    else
        dump(tree, 0);
}

static int serve(apr_pool_t *pool, apr_pool_t *log, apr_pool_t *temp)
{
    char file[8192];
    int status = 0;
    const module *each;

    for (each = ap_top_module; each; each = each->next)
        string(each->name), putchar('\n');
    putchar('\n'), fflush(stdout);
    while (fgets(file, sizeof file, stdin)) {
        file[strcspn(file, "\n")] = 0;
        if (fork() == 0) {
            answer(file, pool, temp);
            fflush(stdout);
            _exit(0);
        }
        wait(&status);
        puts(status ? "\"httpd crashed\"\n" : ""), fflush(stdout);
    }
    _exit(0);
}

static void hooks(apr_pool_t *pool)
{
    ap_hook_pre_config(serve, NULL, NULL, APR_HOOK_REALLY_FIRST);
}

AP_DECLARE_MODULE(tree) = {STANDARD20_MODULE_STUFF, NULL, NULL, NULL, NULL, NULL, hooks};
