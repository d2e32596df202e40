"""The daemon, and what stands in for it, as child processes whose CPU time and memory are read."""

import contextlib
import http.client
import json
import os
import pathlib
import re
import signal
import subprocess
import threading
import time

API = "/api/governance"
PATIENCE_SECONDS = 600
CPUCLOCK_SCHED = 2  # of a process's CPU clock in the kernel's numbering, which glibc's clock_getcpuclockid uses


def wait_until(what, condition, pause_seconds):
    """Asks again and again; what never comes is an error, not a bench that hangs."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"waited {PATIENCE_SECONDS} s in vain until {what}")
        time.sleep(pause_seconds)


class Server:
    """A process that answers on `address`."""

    def __init__(self, command, **options):
        self.process = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL, text=True, **options)
        self.address = None

    @property
    def url(self):
        return f"http://{self.address}"

    def cpu_seconds(self):
        """User and system, of all threads there were: clock_getcpuclockid(3), for /proc has hundredths of a second."""
        return time.clock_gettime(~self.process.pid << 3 | CPUCLOCK_SCHED)

    @contextlib.contextmanager
    def pinned(self, cpu):
        """All threads on one CPU: a single connection's speed depends on where the two processes run."""
        everywhere = os.sched_getaffinity(0)
        self._run_on({cpu})
        try:
            yield
        finally:
            self._run_on(everywhere)

    def _run_on(self, cpus):
        for task in pathlib.Path(f"/proc/{self.process.pid}/task").iterdir():
            os.sched_setaffinity(int(task.name), cpus)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.stop()


class BareTrace(Server):
    """bench_bare_trace: the first page of a task's trace, without a daemon."""

    def __init__(self, program, registry, task):
        super().__init__([program, registry, task], stdout=subprocess.PIPE)
        self.address = f"127.0.0.1:{json.loads(self.process.stdout.readline())['port']}"


class Daemon(Server):
    """`decision-replay serve` on a port of its own, ready when constructed."""

    def __init__(self, program, registry, directory):
        self.registry = pathlib.Path(registry)
        self.log = directory / f"{self.registry.stem}.log"
        config = directory / f"{self.registry.stem}.yml"
        config.write_text(
            f"registry: {{path: {self.registry}}}\n"
            'web: {listen_addresses: ["127.0.0.1:0"]}\n'
            "supervisor: {max_backlog: 10000000}\n"
            "api: {rate_limit: {requests_per_minute: 0}}\n"
        )
        self._said = threading.Condition()
        self._lines = []
        began = time.monotonic()
        super().__init__([program, "serve", "--config.file", config], stderr=subprocess.PIPE)
        threading.Thread(target=self._read_log, daemon=True).start()
        ready, line = self.wait_for_log("msg=ready ")
        self.seconds_to_ready = ready - began
        self.address = re.search(r"addresses=(\S+)", line)[1]

    def _read_log(self):
        with self.log.open("a") as log:
            for line in self.process.stderr:
                with self._said:
                    self._lines.append((time.monotonic(), line))
                    self._said.notify_all()
                log.write(line)
        with self._said:
            self._lines.append((time.monotonic(), ""))
            self._said.notify_all()

    def wait_for_log(self, text):
        """When the first line with `text` came, and the line."""
        def found():
            return next(((when, line) for when, line in self._lines if text in line or not line), None)

        with self._said:
            if not self._said.wait_for(found, PATIENCE_SECONDS) or not found()[1]:
                raise RuntimeError(f"the daemon did not say {text!r}; see {self.log}")
            return found()

    def get(self, path):
        with contextlib.closing(http.client.HTTPConnection(self.address, timeout=PATIENCE_SECONDS)) as connection:
            connection.request("GET", path)
            response = connection.getresponse()
            body = response.read()
        if response.status != 200:
            raise RuntimeError(f"{path}: {response.status} {body[:200]!r}")
        return response.headers, body

    def ask(self, path):
        return json.loads(self.get(API + path)[1])

    def metric(self, name):
        found = re.search(rf"^{re.escape(name)} (\S+)$", self.get("/metrics")[1].decode(), re.MULTILINE)
        return float(found[1])

    def wait_until_settled(self):
        """Until everything is decided and summarised."""
        def settled():
            inbox = self.ask("/inbox")
            return not (inbox["pending"] or inbox["processing"] or self.ask("/integrity")["summary"]["rows_behind"])

        wait_until(f"the daemon came to rest; see {self.log}", settled, pause_seconds=0.1)

    def rss_anon_bytes(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"^RssAnon:\s+(\d+) kB$", status, re.MULTILINE)[1]) * 1024
