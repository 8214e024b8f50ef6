#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""constage doctor where something is missing: the line that says so, the one-line fix, exit code 1; and no complaint where nothing is."""
import os, shutil, subprocess

import builder

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def hide(*programs):
    """Words before a command that must not find these programs: its mount namespace has something else in their places."""
    places = sorted({f"{directory}/{name}" for directory in PATH.split(":") for name in programs if os.path.exists(f"{directory}/{name}")})
    script = "".join(f"mount --bind /dev/null $(readlink -f {place}) && " for place in places if not os.path.islink(os.path.dirname(place)))
    return ["unshare", "--mount", "sh", "-c", script + 'exec "$@"', "sh"]


class Doctor:
    def __init__(self, work, user):
        self.work, self.user, self.bad = work, user, []

    def ask(self, *words, user=None, wrap=()):
        become = ["setpriv", "--reuid", user, "--regid", user, "--clear-groups"] if user else []
        done = subprocess.run([*wrap, *become, "env", "PATH=" + PATH, builder.TOOL, "doctor", *words], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout.decode()

    def wants(self, title, answer, name, found, fix):
        """The finding `name` is missing, the lines say why and what to do, and the exit code is 1."""
        code, text = answer
        lines = text.splitlines()
        at = next((i for i, l in enumerate(lines) if l.startswith("MISSING") and name in l), None)
        if code != 1 or at is None or found not in lines[at] or at + 1 == len(lines) or "fix: " not in lines[at + 1] or fix not in lines[at + 1]:
            self.bad.append(f"{title}: exit code {code}, expected \"{name}: …{found}…\" and \"fix: …{fix}…\" in\n{text}")

    def well(self, title, answer, *names):
        code, text = answer
        for name in names:
            if not any(l.startswith("ok") and name in l for l in text.splitlines()):
                self.bad.append(f"{title}: no \"ok {name}\" in\n{text}")
        if (code == 0) != ("MISSING" not in text) or code > 1:
            self.bad.append(f"{title}: exit code {code} with\n{text}")


def overlay_on_overlay(work):
    """A directory on a file system that no overlay can write to, in a mount namespace that `wrap` enters; or nothing."""
    for name in ("low", "up", "w", "merged"):
        os.makedirs(f"{work}/o/{name}")
    script = f'mount -t overlay o -o lowerdir={work}/o/low,upperdir={work}/o/up,workdir={work}/o/w {work}/o/merged && exec "$@"'
    return ["unshare", "--mount", "sh", "-c", script, "sh"], f"{work}/o/merged/store"


def run(work):
    d = Doctor(work, builder.make_user())
    d.well("root", d.ask("--store", work + "/store"), "privilege: root", "overlay", "OCI runtime", "cgroups", "gzip")
    d.wants("no runtime", d.ask(wrap=hide("crun", "runc")), "OCI runtime", "neither crun nor runc", "apt-get install crun")
    d.wants("a runtime that is not there", d.ask("--oci-runtime", "no-such"), "OCI runtime", "no-such", "--oci-runtime")
    d.wants("no pasta", d.ask(wrap=hide("pasta")), "network", "no pasta", "apt-get install passt")
    if "(gzip: ISA-L" in subprocess.run([builder.TOOL, "version"], stdout=subprocess.PIPE).stdout.decode():
        os.makedirs(work + "/lib")
        open(work + "/lib/libisal.so.2", "w").close()
        d.wants("no ISA-L", d.ask(wrap=["env", "LD_LIBRARY_PATH=" + work + "/lib"]), "gzip", "cannot load ISA-L", "apt-get install libisal2")
    wrap, place = overlay_on_overlay(work)
    d.wants("a store on an overlay", d.ask("--store", place, wrap=wrap), "overlay", "refused in", "--store DIR")
    if os.listdir(f"{work}/o/up"):
        d.bad.append(f"left in the store's place: {os.listdir(f'{work}/o/up')}")
    # Root of a namespace without CAP_SYS_ADMIN in which no further namespaces are allowed.
    script = 'echo 0 > /proc/sys/user/max_user_namespaces && exec setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin "$@"'
    d.wants("no user namespaces", d.ask(wrap=["unshare", "--user", "--map-root-user", "sh", "-c", script, "sh"]),
            "user namespaces", "max_user_namespaces is 0", "sysctl user.max_user_namespaces")

    nobody = "54321"  # no name, no subordinate ids
    for file in ("/etc/subuid", "/etc/subgid"):
        d.wants("no subordinate ids", d.ask("--store", "/tmp", user=nobody), file, f"{nobody} is not in it", "usermod --add-subuids")
    if d.user:
        home = work + "/home"
        os.makedirs(home)
        shutil.chown(home, d.user)
        d.well("an ordinary user", d.ask("--store", home, user=d.user), "user namespaces", "/etc/subuid", "newuidmap", "overlay")
        d.wants("no newuidmap", d.ask("--store", home, user=d.user, wrap=hide("newuidmap")), "newuidmap", "not installed", "apt-get install uidmap")
        d.wants("a store of somebody else", d.ask("--store", "/proc", user=d.user), "overlay", "/proc", "--store DIR")
    print("\n".join(d.bad) or "doctor names what is missing, and its fix")
    return 1 if d.bad else 0


builder.main(run)
