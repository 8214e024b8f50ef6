// SPDX-License-Identifier: BSL-1.0
// walk DIRECTORY: statx of every entry below a directory. What no build can avoid that must know whether a file has changed.
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void walk(int fd) {
    DIR* const directory = fdopendir(fd);
    if (!directory) _exit(1);
    for (struct dirent* e; (e = readdir(directory));) {
        if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..")) continue;
        struct statx s;
        if (statx(fd, e->d_name, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &s) != 0) _exit(1);
        if (S_ISDIR(s.stx_mode)) walk(openat(fd, e->d_name, O_RDONLY | O_DIRECTORY));
    }
    closedir(directory);
}

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    walk(open(argv[1], O_RDONLY | O_DIRECTORY));
    return 0;
}
