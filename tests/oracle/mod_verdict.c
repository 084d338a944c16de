/* Tells what httpd says of directives.
 *
 * Loaded last, it prints the directives that httpd knows, as [name, module, contexts, form], and then takes
 * configurations from stdin: a line "override length", then as many bytes. Each is read and executed by httpd's own code
 * in a process of its own, after the modules' own preparations, so that none sees what another did. An override of -1 is
 * a server's configuration; any other is a .htaccess file's where AllowOverride leaves these bits. The answer is one JSON
 * line: null where httpd accepts it, else [line, message]. Bytes over 127 are sent as they are.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <unistd.h>
#include <sys/wait.h>
#include "apr_strings.h"
#include "httpd.h"
#include "http_config.h"
#include "http_core.h"
#include "http_main.h"

static const char *text;
static apr_size_t left;

static apr_status_t next_char(char *ch, void *param)
{
    if (!left)
        return APR_EOF;
    *ch = *text++, left--;
    return APR_SUCCESS;
}

static apr_status_t next_line(void *buf, apr_size_t size, void *param)
{
    apr_size_t n = 0;
    char *to = buf;

    if (!left)
        return APR_EOF;
    while (left && n + 1 < size) {
        left--;
        if ((to[n++] = *text++) == '\n')
            break;
    }
    to[n] = 0;
    return APR_SUCCESS;
}

static void string(FILE *to, const char *s)
{
    putc('"', to);
    for (; *s; s++)
        fprintf(to, *s == '"' || *s == '\\' || (unsigned char)*s < 32 ? "\\u%04x" : "%c", *s);
    putc('"', to);
}

static void answer(FILE *to, int override, apr_pool_t *pool, apr_pool_t *temp)
{
    cmd_parms parms;
    ap_directive_t *tree = NULL;
    ap_conf_vector_t *context = ap_server_conf->lookup_defaults;
    const char *error;

    memset(&parms, 0, sizeof parms);
    parms.pool = pool;
    parms.temp_pool = temp;
    parms.server = ap_server_conf;
    parms.override = (RSRC_CONF | OR_ALL) & ~(OR_AUTHCFG | OR_LIMIT);
    parms.override_opts = OPT_ALL | OPT_SYM_OWNER | OPT_MULTI;
    parms.limited = -1;
    if (override != -1) {
        parms.override = override;
        parms.path = "/var/empty/";
        context = ap_create_per_dir_config(pool);
    }
    parms.config_file = ap_pcfg_open_custom(pool, "httpd.conf", NULL, next_char, next_line, NULL);
    error = ap_build_config(&parms, pool, temp, &tree);
    if (error)
        fprintf(to, "[%d,", parms.config_file->line_number), string(to, error), fputs("]", to);
    else if ((error = ap_walk_config(tree, &parms, context)) != NULL)
        fprintf(to, "[%d,", parms.err_directive ? parms.err_directive->line_num : 0), string(to, error), fputs("]", to);
    else
        fputs("null", to);
}

static void commands(void)
{
    const module *each;
    const command_rec *cmd;

    for (each = ap_top_module; each; each = each->next)
        for (cmd = each->cmds; cmd && cmd->name; cmd++) {
            putchar('['), string(stdout, cmd->name);
            putchar(','), string(stdout, each->name);
            printf(",%d,%d]\n", cmd->req_override, cmd->args_how);
        }
    putchar('\n'), fflush(stdout);
}

static int serve(apr_pool_t *pool, apr_pool_t *log, apr_pool_t *temp)
{
    int override, status, out[2];
    unsigned long length;
    char answered[65536];

    commands();
    while (scanf("%d %lu", &override, &length) == 2 && getchar() == '\n') {
        char *given = malloc(length + 1);
        size_t n, got = 0;
        FILE *to;
        pid_t child;

        if (fread(given, 1, length, stdin) != length || pipe(out))
            _exit(1);
        if ((child = fork()) == 0) {
            alarm(20);
            close(out[0]);
            close(0), open("/dev/null", O_RDONLY);
            dup2(open("/dev/null", O_WRONLY), 1);
            to = fdopen(out[1], "w");
            text = given, left = length;
            answer(to, override, pool, temp);
            fflush(to);
            _exit(0);
        }
        close(out[1]);
        while (got < sizeof answered - 1 && (n = read(out[0], answered + got, sizeof answered - 1 - got)) > 0 && n != (size_t)-1)
            got += n;
        close(out[0]);
        waitpid(child, &status, 0);
        answered[got] = 0;
        puts(got ? answered : "[0,\"httpd ended\"]"), fflush(stdout);
        free(given);
    }
    _exit(0);
}

static void hooks(apr_pool_t *pool)
{
    ap_hook_pre_config(serve, NULL, NULL, APR_HOOK_REALLY_LAST + 1);
}

AP_DECLARE_MODULE(verdict) = {STANDARD20_MODULE_STUFF, NULL, NULL, NULL, NULL, NULL, hooks};
