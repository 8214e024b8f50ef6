// SPDX-License-Identifier: BSL-1.0
// launch RESULT PROGRAM ARGUMENT...: runs a program and writes what it cost into a file: seconds of wall clock and CPU, peak memory in
// KiB (of the largest process), blocks of 512 bytes written. A program begins with the peak memory of the one that starts it, and Python's
// is several times that of what is measured: hence this small one.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double seconds(struct timeval t) { return (double)t.tv_sec + (double)t.tv_usec / 1e6; }

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    double const begin = now();
    pid_t const child = vfork();
    if (child == 0) {
        execvp(argv[2], argv + 2);
        _exit(127);
    }
    int status = 0;
    struct rusage used;
    if (child < 0 || wait4(child, &status, 0, &used) < 0) return 126;
    double const wall = now() - begin;
    FILE* const out = fopen(argv[1], "w");
    if (!out) return 126;
    fprintf(out, "%.6f %.6f %ld %ld\n", wall, seconds(used.ru_utime) + seconds(used.ru_stime), used.ru_maxrss, used.ru_oublock);
    fclose(out);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
