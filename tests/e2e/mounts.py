#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""RUN --mount between processes and towards the outside, as root and as an ordinary user: cache mounts that are shared, locked or private, their
source and owner; secrets that are nowhere but in the step; a real ssh agent."""
import os, re, shutil, subprocess, sys, time

import builder

SECRET = "correct horse battery staple"
BASE = "FROM base\n"


class Check:
    def __init__(self, work, user):
        self.b = builder.Builder(work, user or "root", user)
        self.count = 0

    def words(self, dockerfile, *more, **files):
        """A build of its own context."""
        self.count += 1
        context = f"{self.b.work}/mounts-{self.b.user or 'root'}-{self.count}"
        os.makedirs(context)
        for name, text in {"Dockerfile": dockerfile, **files}.items():
            with open(f"{context}/{name}", "w") as f:
                f.write(text)
        return ["build", "--progress", "plain", "--store", self.b.store, "--build-context", f"base=oci-layout://{self.b.work}/base", *more, context]

    def start(self, dockerfile, *more):
        return subprocess.Popen(self.b.command(*self.words(dockerfile, *more)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True)

    def build(self, dockerfile, *more, fails=False):
        code, text = self.b.run(*self.words(dockerfile, *more))
        assert (code != 0) == fails, f"exit code {code}:\n{text}"
        return text

    def together(self, *dockerfiles):
        """In one process each, at the same time."""
        running = [self.start(d) for d in dockerfiles]
        done = [(p, p.communicate(timeout=300)[0]) for p in running]
        for process, text in done:
            assert process.returncode == 0, f"exit code {process.returncode}:\n{text}"
        return [text for _, text in done]

    # Both sides make a file in a mount that they share and wait until they see the other's: only then are both inside.
    def meet(self, flags, me, other, command):
        return BASE + (f"RUN --mount=type=cache,target=/meet,id=meet {flags} touch /meet/{me} && "
                       f"for i in $(seq 600); do busybox test -e /meet/{other} && break; busybox usleep 100000; done; "
                       f"busybox test -e /meet/{other} && {command}\n")

    def shared_cache(self):
        flags = "--mount=type=cache,target=/c,sharing=shared,id=shared"
        self.together(*(self.meet(flags, me, other, f"echo {me} > /c/{me}") for me, other in ("ab", "ba")))
        self.build(BASE + f"RUN {flags} cat /c/a /c/b\n")

    def private_cache(self):
        flags = "--mount=type=cache,target=/c,sharing=private,id=private"
        self.together(*(self.meet(flags, me, other, f"touch /c/{me} /meet/{me}2 && for i in $(seq 600); do busybox test -e /meet/{other}2 && break; "
                                  f"busybox usleep 100000; done; busybox test ! -e /c/{other}") for me, other in ("cd", "dc")))

    def locked_cache(self):
        # Both want it at once: whoever has it keeps it for a while and would see the other's mark.
        one = ("RUN --mount=type=cache,target=/c,sharing=locked,id=locked mkdir /c/busy && busybox sleep 2 && busybox rmdir /c/busy "
               "&& echo {} >> /c/log && wc -l < /c/log\n")
        texts = self.together(*(BASE + one.format(n) for n in (1, 2, 3)))
        lines = sorted(re.findall(r"^#\d+ [\d.]+ (\d)$", "".join(texts), re.M))
        assert lines == ["1", "2", "3"], "".join(texts)

    def locked_caches_crosswise(self):
        # One RUN that has the same cache twice, and RUNs that want two in either order: nobody waits for itself or in a circle.
        flag = "--mount=type=cache,target=/{0},sharing=locked,id={0} "
        self.build(BASE + f"RUN {flag.format('t')} --mount=type=cache,target=/u,sharing=locked,id=t echo both > /t/f && busybox grep both /u/f\n")
        runs = [BASE + "".join(f"RUN {flag.format(a)}{flag.format(b)} echo {n} > /x/f\n" for n in range(8)) for a, b in ("xy", "yx")]
        self.together(*runs)

    def cache_of_a_stage(self):
        text = self.build(BASE + ("RUN mkdir -p /from/in && echo text > /from/in/f && chown 5:6 /from/in/f\n" + BASE +
                          "RUN --mount=type=cache,target=/c,from=0,source=/from/in,id=f busybox stat -c %n:%u:%g /c/f && echo more >> /c/f\n"
                          "RUN --mount=type=cache,target=/c,from=0,source=/from/in,id=f cat /c/f\n"
                          "RUN --mount=type=cache,target=/o,uid=7,gid=8,mode=0711 busybox stat -c %u:%g:%a /o\n"
                          "RUN --mount=type=cache,target=/c,from=0,source=/from/in,readonly,id=g busybox touch /c/g || echo is read-only\n"))
        for line in ("/c/f:5:6", "text", "more", "7:8:711", "is read-only"):
            assert re.search(rf"^#\d+ [\d.]+ {line}$", text, re.M), f"no {line} in\n{text}"
        self.build(BASE + "RUN --mount=type=cache,target=/c,from=base,source=/no/where echo unreachable\n", fails=True)

    def in_store(self, text):
        found = subprocess.run(["grep", "-rlF", text, self.b.store], stdout=subprocess.PIPE).stdout.decode()
        return found.split()

    def secrets(self):
        for name, text in (("file", SECRET + "\nsecond line of it\n"), ("big", "b" * (500 * 1024 + 1)), ("just", "j" * 500 * 1024)):
            with open(f"{self.b.place}/{name}", "w") as f:
                f.write(text)
        file, env = f"id=file,src={self.b.place}/file", "id=env,env=CONSTAGE_TEST_SECRET"
        os.environ["CONSTAGE_TEST_SECRET"] = "hunter2 of " + SECRET
        dockerfile = BASE + ("RUN --mount=type=secret,id=file --mount=type=secret,id=env,env=TOKEN --mount=type=secret,id=env,target=/e,mode=0444,uid=9 "
                             "cat /run/secrets/file /e; echo \"it is $TOKEN!\"; busybox stat -c '%a %u' /run/secrets/file /e; busybox sleep 3; "
                             "busybox test \"$TOKEN\" = \"$(cat /e)\" && echo same >&2\n"
                             "RUN busybox test ! -e /run/secrets -a ! -e /e -a -z \"$TOKEN\" && echo gone\n")
        process = self.start(dockerfile, "--secret", file, "--secret", env, "-o", f"type=oci,dest={self.b.place}/secret.tar")
        text = ""
        while "444 9" not in text and (line := process.stdout.readline()):
            text += line
        during = self.in_store(SECRET)
        text += process.communicate()[0]
        assert process.returncode == 0, text
        assert not during, f"while the step runs, the secret is in {during}"
        assert SECRET not in text and "second line" not in text and "hunter2" not in text, "a secret is in the log:\n" + text
        for line in (r"\*\*\*\*", r"\*\*\*\*it is \*\*\*\*!", "400 0", "444 9", "same", "gone"):
            assert re.search(rf"^#\d+ [\d.]+ {line}$", text, re.M), f"no {line} in\n{text}"
        for place in (self.b.store, self.b.place + "/secret.tar"):
            found = subprocess.run(["grep", "-rlaF", SECRET, place], stdout=subprocess.PIPE).stdout.decode()
            assert not found, "the secret is in " + found
        subprocess.run(["tar", "-xf", self.b.place + "/secret.tar", "-C", self.b.place], check=True)
        layers = subprocess.run(f"cat {self.b.place}/blobs/sha256/* | gzip -dcf 2>/dev/null | grep -acF '{SECRET}'", shell=True, stdout=subprocess.PIPE)
        assert layers.stdout.strip() in (b"0", b""), "the secret is in a layer"
        with open(self.b.place + "/file", "w") as f:
            f.write("another\n")
        code, text = self.b.run(*self.words(dockerfile, "--secret", file, "--secret", env))
        assert code == 0 and text.count(" CACHED") >= 2, "a secret is part of the key:\n" + text
        text = self.build(BASE + "RUN --mount=type=secret,id=big true\n", "--secret", f"id=big,src={self.b.place}/big", fails=True)
        assert "500 KiB" in text, text
        self.build(BASE + "RUN --mount=type=secret,id=just true\n", "--secret", f"id=just,src={self.b.place}/just")
        text = self.build(BASE + "RUN --mount=type=secret,id=none,required=true true\n", fails=True)
        assert "secret none: not found" in text and "--secret id=none" in text, text
        text = self.build(BASE + "RUN --mount=type=secret,id=file cat /run/secrets/file; exit 1\n", "--secret", file, fails=True)
        assert "another" not in text, "a secret is in the message of a failed step:\n" + text

    def ssh(self):
        if not shutil.which("ssh-agent"):
            print("without ssh: ssh-agent is not installed")
            return
        become = self.b.command()[:-1]  # all words but the tool's
        key, socket = self.b.place + "/id", self.b.place + "/agent"
        subprocess.run([*become, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "key of the test", "-f", key], check=True)
        agent = subprocess.Popen([*become, "ssh-agent", "-D", "-a", socket], stdout=subprocess.DEVNULL)
        try:
            while not os.path.exists(socket):
                time.sleep(0.05)
            subprocess.run([*become, "ssh-add", "-q", key], env={**os.environ, "SSH_AUTH_SOCK": socket}, check=True)
            # The real client, with its libraries.
            words = self.words(BASE + "COPY root /\nRUN --mount=type=ssh ssh-add -L && echo $SSH_AUTH_SOCK\n"
                               "RUN --mount=type=ssh,id=other,target=/agent,uid=3,mode=0660 SSH_AUTH_SOCK=/agent ssh-add -l\n"
                               "RUN busybox test -z \"$SSH_AUTH_SOCK\" && echo only where it is asked for\n", "--ssh", "default", "--ssh", f"other={socket}")
            files = ["/usr/bin/ssh-add", *re.findall(r"(/\S+) \(0x", subprocess.run(["ldd", "/usr/bin/ssh-add"], stdout=subprocess.PIPE).stdout.decode())]
            for file in files:
                to = words[-1] + "/root" + (file.replace("/usr", "") if file.endswith("ssh-add") else file)
                os.makedirs(os.path.dirname(to), exist_ok=True)
                shutil.copy(file, to)
            os.environ["SSH_AUTH_SOCK"] = socket
            code, text = self.b.run(*words)
            assert code == 0, text
            public = open(key + ".pub").read().split()[1]
            for line in (public, "/run/buildkit/ssh_agent.0", "ED25519", "only where it is asked for"):
                assert line in text, f"no {line} in\n{text}"
            text = self.build(BASE + "RUN --mount=type=ssh,required=true true\n", fails=True)
            assert "ssh agent default" in text and "--ssh default" in text, text
            assert not self.in_store(open(key).read().splitlines()[1]), "the private key is in the store"
        finally:
            agent.terminate()
            agent.wait()


def run(work):
    user, bad = builder.make_user(), 0
    for who in [None, user] if user else [None]:
        c = Check(work, who)
        bad += builder.run_tests(c, ["shared_cache", "private_cache", "locked_cache", "locked_caches_crosswise", "cache_of_a_stage", "secrets", "ssh"])
        if problems := c.b.check():
            bad += 1
            print(problems)
    return 1 if bad else 0


builder.main(run)
