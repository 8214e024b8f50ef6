# SPDX-License-Identifier: BSL-1.0
"""A file system that can be made anew, or as it once was: ext4 in a sparse file. Needs root and loop devices."""
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
        self.place, self.size, self.file, self.kept = place, size, place + ".ext4", place + ".kept.ext4"
        os.makedirs(place)
        self.mounted = False

    def renew(self):
        self.remove()
        quiet("truncate", "-s", self.size, self.file)
        # Nothing is left for the kernel to initialize while others are measured.
        quiet("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=1,lazy_journal_init=1", self.file)
        self.mount()

    def mount(self):
        quiet("mount", "-o", "loop,noinit_itable", self.file, self.place)
        self.mounted = True

    def keep(self):
        """What restore() brings back; unmounts."""
        self.unmount()
        os.rename(self.file, self.kept)

    def restore(self):
        quiet("cp", "--sparse=always", self.kept, self.file)
        self.mount()

    def drop(self):
        """All but what restore() brings back."""
        self.unmount()
        os.unlink(self.file)

    def remove(self):
        self.unmount()
        for file in (self.file, self.kept):
            if os.path.exists(file):
                os.unlink(file)

    def unmount(self):
        if self.mounted:
            quiet("umount", self.place)
            self.mounted = False
