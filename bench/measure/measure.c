/*
 * spike-bench-measure [--first TEXT] PROGRAM [ARGUMENT...]: runs a program with its standard output
 * thrown away and prints, as one line of JSON on its own, what that took:
 *   {"status":0,"wall_s":1.2,"cpu_s":1.1,"rss_mb":20.5,"first_ms":12.3}
 * first_ms: when TEXT first appeared in the output (-1: never); only then the output goes through
 * a pipe. A program of its own because the peak of a process counts what its parent had in memory
 * when it forked: that must be small.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void die(const char *what)
{
    perror(what);
    exit(2);
}

static pid_t start(char **words, int out)
{
    pid_t pid = fork();
    if (pid < 0)
        die("bench-measure: fork");
    if (pid == 0) {
        dup2(out, STDOUT_FILENO);
        execvp(words[0], words);
        perror(words[0]);
        _exit(127);
    }
    return pid;
}

/* Reads to the end; the time when `text` was first seen, or 0. */
static double drain(int fd, const char *text)
{
    static char block[65536];
    size_t overlap = strlen(text) - 1, kept = 0;
    double seen = 0;
    ssize_t got;
    while ((got = read(fd, block + kept, sizeof(block) - kept)) > 0) {
        size_t len = kept + (size_t)got;
        if (seen == 0 && memmem(block, len, text, overlap + 1))
            seen = now_s();
        kept = len < overlap ? len : overlap;
        memmove(block, block + len - kept, kept);
    }
    return seen;
}

int main(int argc, char **argv)
{
    const char *first = NULL;
    int at = 1, status = 0, ends[2] = {-1, -1};
    struct rusage usage = {0};
    if (argc > 3 && strcmp(argv[1], "--first") == 0 && argv[2][0]) {
        first = argv[2];
        at = 3;
    }
    if (at >= argc) {
        fprintf(stderr, "usage: spike-bench-measure [--first TEXT] PROGRAM [ARGUMENT...]\n");
        return 2;
    }
    if (first ? pipe2(ends, O_CLOEXEC) : (ends[1] = open("/dev/null", O_WRONLY | O_CLOEXEC)) < 0)
        die("bench-measure: output");
    double began = now_s(), seen = 0;
    pid_t pid = start(argv + at, ends[1]);
    close(ends[1]);
    if (first)
        seen = drain(ends[0], first);
    if (wait4(pid, &status, 0, &usage) < 0)
        die("bench-measure: wait");
    double wall = now_s() - began;
    double cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                 (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    printf("{\"status\":%d,\"wall_s\":%.6f,\"cpu_s\":%.6f,\"rss_mb\":%.3f,\"first_ms\":%.3f}\n",
           WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), wall, cpu,
           (double)usage.ru_maxrss / 1024, seen > 0 ? (seen - began) * 1000 : -1);
    return 0;
}
