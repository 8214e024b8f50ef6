#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""What a person at a terminal has, in real pseudo-terminals, as root and as an ordinary user: --on-error=shell, progress that fits into the window
and follows its size, Ctrl-C that ends everything and leaves nothing behind."""
import fcntl, os, pty, re, select, signal, struct, subprocess, sys, termios, time

import builder

WAIT = 120  # seconds until something that must come is given up: not a measure of speed
BASE = "FROM base\n"


class Terminal:
    """A program at a terminal of its own."""

    all = []

    def __init__(self, argv, columns=80, rows=24, term="xterm"):
        Terminal.all.append(self)
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            # The window has its size before the program looks.
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.environ["TERM"] = term
            os.execvp(argv[0], argv)
        self.text, self.code = "", None

    def read(self, seconds):
        """One piece of what it prints; False when there is no more."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return True
        try:
            piece = os.read(self.fd, 65536)
        except OSError:
            return False
        self.text += piece.decode(errors="replace")
        return bool(piece)

    def expect(self, pattern, start=0):
        """Waits until the text has it; returns where it ends."""
        end = time.monotonic() + WAIT
        while not (found := re.search(pattern, self.text[start:])):
            if time.monotonic() > end or not self.read(1) and not re.search(pattern, self.text[start:]):
                raise AssertionError(f"{pattern!r} does not come:\n{self.text[start:]}")
        return start + found.end()

    def send(self, text):
        os.write(self.fd, text.encode())

    def resize(self, columns, rows=24):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def wait(self):
        """Its exit code."""
        end = time.monotonic() + WAIT
        while self.read(1):
            if time.monotonic() > end:
                os.kill(self.pid, signal.SIGKILL)
                raise AssertionError("it does not end:\n" + self.text)
        self.code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.code

    @classmethod
    def end_all(cls):
        """After a test that may have failed in the middle."""
        for t in cls.all:
            if t.code is None:
                os.kill(t.pid, signal.SIGKILL)
                os.waitpid(t.pid, 0)
            os.close(t.fd)
        cls.all.clear()


def visible(text):
    """Lines as they are seen: no control sequences."""
    return [re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", line) for line in text.split("\n")]


class Check:
    def __init__(self, work, user):
        self.b = builder.Builder(work, user or "root", user)
        self.context = f"{work}/context-{user or 'root'}"
        os.makedirs(self.context)

    def words(self, dockerfile, *more):
        with open(self.context + "/Dockerfile", "w") as f:
            f.write(dockerfile)
        return ["build", "--store", self.b.store, "--secret", f"id=key,src={self.b.work}/key", "--build-context",
                f"base=oci-layout://{self.b.work}/base", *more, self.context]

    def start(self, dockerfile, *more, **how):
        return Terminal(self.b.command(*self.words(dockerfile, *more)), **how)

    def alone(self, mounts):
        left = builder.left_behind(self.b.place, mounts)
        assert not left, "left behind: " + left

    def shell(self):
        mounts = builder.mounts()
        dockerfile = BASE + ("ENV GREETING=hello\nWORKDIR /w\nRUN --mount=type=cache,target=/c --mount=type=tmpfs,target=/t "
                             "--mount=type=secret,id=key echo left > file && echo kept > /c/x && exit 3\nRUN echo never\n")
        t = self.start(dockerfile, "--on-error=shell", "-t", "x", columns=100)
        t.expect("This shell is in its place")
        t.expect(r"[#$] ")
        at = len(t.text)
        t.send("echo $GREETING-$(pwd)-$(cat file)-$(cat /c/x)-$(cat /run/secrets/key)-$(id -u)-$$-$TERM\r")
        at = t.expect(r"hello-/w-left-kept-secret-0-\d+-xterm\r", at)
        t.send("echo $(grep -c ' /t tmpfs' /proc/mounts) $(busybox tty)\r".replace("grep", "busybox grep"))
        at = t.expect(r"1 /dev/(console|pts/\d+)\r", at)
        t.send("busybox stty size\r")
        at = t.expect("24 100\r", at)
        t.send("sleep 100\r")  # Ctrl-C is for what runs in the shell
        time.sleep(0.5)
        t.send("\x03")
        t.send("echo still-$((1 + 1))\r")
        at = t.expect("still-2\r", at)
        t.send("exit\r")
        code = t.wait()
        assert code == 1 and "exit code: 3" in t.text[at:], f"exit code {code}:\n{t.text}"
        assert not re.search("^never\r", t.text, re.M), t.text
        self.alone(mounts)
        assert not self.b.check(), self.b.check()
        t = self.start(BASE + "RUN true\n", "--on-error=shell")
        assert t.wait() == 0 and "shell" not in t.text, t.text

    def shell_needs_a_terminal(self):
        code, text = self.b.run(*self.words(BASE + "RUN exit 3\n", "--on-error=shell"))
        assert code == 2 and "--on-error=shell needs a terminal" in text, f"exit code {code}: {text}"
        code, text = self.b.run("build", "--on-error=nothing", ".")
        assert code == 2 and "shell is the only one" in text, f"exit code {code}: {text}"
        code, text = self.b.run("build", "--help")
        assert "--on-error" in text, text

    def progress(self):
        long = "x" * 300
        dockerfile = BASE + f"RUN echo begin; for i in $(seq 60); do echo $i {long}; busybox usleep 100000; done\n"
        t = self.start(dockerfile, "--no-cache", columns=40, rows=10)
        t.expect("RUN")
        at = t.expect(r"\x1b\[\d+A")  # a second frame, drawn over the first
        t.resize(25, 6)
        narrow = len(t.text)
        for _ in range(8):
            narrow = t.expect(r"\x1b\[J\x1b\[\?7h", narrow)
        t.expect(r"\x1b\[J\x1b\[\?7h", narrow)
        assert t.wait() == 0, t.text
        assert all(len(l) <= 40 for l in visible(t.text[:at])), max(visible(t.text[:at]), key=len)
        frames = t.text[narrow:t.text.rindex("\x1b[J")]
        assert all(len(l) <= 25 for l in visible(frames)), max(visible(frames), key=len)
        ups = [int(n) for n in re.findall(r"\x1b\[(\d+)A", frames)]
        assert ups and max(ups[:-1]) <= 6, f"a frame of {max(ups)} lines in a window of 6"
        assert t.text.count("\x1b[?7l") == t.text.count("\x1b[?7h"), "wrapping is switched off and stays so"
        t = self.start(BASE + "RUN echo a line\n", "--no-cache", term="dumb")
        assert t.wait() == 0 and "\x1b" not in t.text, "control sequences for a dumb terminal: " + t.text

    def interrupt(self):
        mounts = builder.mounts()
        dockerfile = BASE + ("RUN --mount=type=cache,target=/c trap '' INT TERM HUP; echo go; sleep 1000 & while true; do sleep 1; done\n"
                             "FROM base\nRUN echo go2; exec sleep 1000\nCOPY --from=0 / /x\n")
        t = self.start(dockerfile, "--no-cache")
        t.expect("go2?\\b")
        t.send("\x03")
        code = t.wait()
        assert code == 1 and "cancelled" in t.text, f"exit code {code}:\n{t.text}"
        self.alone(mounts)
        for how in (signal.SIGINT, signal.SIGTERM):
            process = subprocess.Popen(self.b.command(*self.words(dockerfile, "--progress", "plain", "--no-cache")), stdin=subprocess.DEVNULL,
                                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
            text = b""
            while b" go\n" not in text and (piece := process.stdout.readline()):
                text += piece
            process.send_signal(how)  # this process alone, as `kill` does
            text += process.communicate(timeout=WAIT)[0]
            assert process.returncode == 1 and b"cancelled" in text, f"{how}: exit code {process.returncode}: {text.decode()}"
            self.alone(mounts)
        assert not self.b.check(), self.b.check()


def run(work):
    user, bad = builder.make_user(), 0
    for who in [None, user] if user else [None]:
        c = Check(work, who)
        bad += builder.run_tests(c, ["shell_needs_a_terminal", "shell", "progress", "interrupt"], Terminal.end_all)
    return 1 if bad else 0


builder.main(run)
