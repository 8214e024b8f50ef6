# SPDX-License-Identifier: BSL-1.0
"""A file system that can be made anew: ext4 in a sparse file. Needs root and loop devices."""
import os
import subprocess

from measure import Failed


def quiet(*argv, **more):
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more)
    if done.returncode:
        raise Failed(f"{argv[0]}: {done.stdout[-600:].decode(errors='replace')}")
    return done.stdout.decode(errors="replace")


class Disk:
    def __init__(self, place, size="40G"):
        self.place, self.size, self.file = place, size, place + ".ext4"
        os.makedirs(place)
        self.mounted = False

    def renew(self):
        self.remove()
        quiet("truncate", "-s", self.size, self.file)
        # Nothing is left for the kernel to initialize while others are measured.
        quiet("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=1,lazy_journal_init=1", self.file)
        quiet("mount", "-o", "loop,noinit_itable", self.file, self.place)
        self.mounted = True

    def remove(self):
        if self.mounted:
            quiet("umount", self.place)
            self.mounted = False
        if os.path.exists(self.file):
            os.unlink(self.file)
