"""A host at work, for the tests: the built daemon with agents, and a real Prometheus that scrapes it."""
import contextlib
import json
import pathlib
import re
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

from dashboards import ROOT

RULES = ROOT / "rules" / "decision-replay.rules.yml"
JOB = "decision-replay"
API = "/api/governance"
READS = ["/stats/decision-lag?window=1h", "/stats/decision-types?window=1h", "/stats/blocked-reasons?window=24h"]


class TimedOut(AssertionError):
    pass


def wait_for(condition, what, seconds=60):
    """What the condition returns once that is true."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise TimedOut(f"waited {seconds} s in vain: {what}")
        time.sleep(0.1)


def get(url):
    """(status, text); no answer at all is (0, reason)."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError as error:
        return 0, str(error)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Host(contextlib.ExitStack):
    """Starts everything; leaving it ends the processes and removes the files."""

    def __init__(self, program):
        super().__init__()
        self.program = program
        self.folder = pathlib.Path(self.enter_context(tempfile.TemporaryDirectory(prefix="dashboards-")))
        self.registry = self.folder / "registry.sqlite"
        try:
            self.make_verified_registry()
            self.daemon = self.start_daemon("daemon")[1]
            self.start("agents", [ROOT / "scripts" / "demo", "--url", self.daemon, "--rate", "40", "--seed", "7"])
            self.start_reader()
            self.prometheus = self.start_prometheus()
            self.make_an_alert_fire()
        except BaseException:
            self.close()
            raise

    def start(self, name, arguments):
        log = self.enter_context((self.folder / f"{name}.log").open("w"))
        process = subprocess.Popen(arguments, stdout=log, stderr=subprocess.STDOUT, cwd=self.folder)
        self.callback(self.stop, process)
        return process

    @staticmethod
    def stop(process):
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def log(self, name):
        return (self.folder / f"{name}.log").read_text()

    def make_verified_registry(self):
        """A registry whose summaries were verified: the daemon reads at its start, then every 30 s, what that found."""
        self.stop(self.start_daemon("first-daemon")[0])
        subprocess.run([self.program, "summary", "verify", "--registry.path", self.registry], check=True,
                       stdout=subprocess.DEVNULL)

    def start_daemon(self, name):
        """(process, URL)."""
        process = self.start(name, [self.program, "serve", "--registry.path", self.registry,
                                    "--web.listen-address", "127.0.0.1:0"])

        def address():
            if process.poll() is not None:
                raise AssertionError(f"the daemon ended: {self.log(name)}")
            return re.search(r"msg=ready addresses=(\S+)", self.log(name))

        return process, "http://" + wait_for(address, "the daemon to be ready").group(1)

    def start_prometheus(self):
        (self.folder / "prometheus.yml").write_text(json.dumps({
            "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
            "rule_files": [str(RULES)],
            "scrape_configs": [{"job_name": JOB, "static_configs": [{"targets": [self.daemon[len("http://"):]]}]}],
        }))
        # A port that was free may be taken by the time it is used.
        for _ in range(3):
            port = free_port()
            process = self.start("prometheus", [
                "prometheus", "--config.file=prometheus.yml", f"--storage.tsdb.path=prometheus-{port}",
                f"--web.listen-address=127.0.0.1:{port}"])
            url = f"http://127.0.0.1:{port}"
            wait_for(lambda p=process, u=url: p.poll() is not None or get(u + "/-/ready")[0] == 200, "Prometheus")
            if process.poll() is None:
                return url
        raise AssertionError(f"Prometheus does not start: {self.log('prometheus')}")

    def start_reader(self):
        """Somebody who looks at traces and statistics, so that there are response times to show."""
        done = threading.Event()

        def read():
            while not done.wait(0.2):
                status, text = get(self.daemon + API + "/tasks?status=BLOCKED&limit=3")
                tasks = json.loads(text)["tasks"] if status == 200 else []
                for path in READS + [f"/tasks/{task['task_id']}/decision-trace" for task in tasks]:
                    get(self.daemon + API + path)

        reader = threading.Thread(target=read)
        reader.start()
        self.callback(reader.join)
        self.callback(done.set)

    def make_an_alert_fire(self):
        """An event of a task nobody knows is given up, which DecisionReplayEventsFailed tells at once."""
        wait_for(lambda: self.ask("query", query="decision_replay_failed_events_total"), "the first scrape")
        with contextlib.closing(sqlite3.connect(self.registry, timeout=10)) as registry, registry:
            registry.execute("INSERT INTO task_audits (task_id, event_type, payload, created_at)"
                             " VALUES ('of-another-registry', 'TASK_FAILED', '{}', '2026-01-28T10:30:00Z')")

    def ask(self, path, **parameters):
        """The result of one of Prometheus' queries; AssertionError where it refuses it."""
        status, text = get(f"{self.prometheus}/api/v1/{path}?{urllib.parse.urlencode(parameters)}")
        if status != 200:
            raise AssertionError(f"{parameters['query']}: {text}")
        return json.loads(text)["data"]["result"]
