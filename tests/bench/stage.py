"""What the rows share: programs, sizes, registries, and daemons that serve through all rounds."""

import dataclasses
import os
import pathlib

from load import wrk
from registries import Registries
from server import API, Daemon

HOT_TASK = "task-hot"
HEALTHY = "/-/healthy"


@dataclasses.dataclass(frozen=True)
class Programs:
    daemon: pathlib.Path
    make_registry: pathlib.Path
    client: pathlib.Path
    bare_trace: pathlib.Path
    bare_writes: pathlib.Path
    scan: pathlib.Path
    disk: pathlib.Path
    policy: pathlib.Path

    @classmethod
    def of_build(cls, build):
        names = [field.name for field in dataclasses.fields(cls) if field.name != "daemon"]
        return cls(daemon=build / "daemon/decision-replay", **{name: build / f"tests/bench/bench_{name}" for name in names})


@dataclasses.dataclass(frozen=True)
class Sizes:
    """How much is measured."""

    small: int = 10_000  # audits
    main: int = 1_000_000
    large: int | None = None
    hot_items: int = 5_000
    seconds: int = 2  # of each load
    events: int = 20_000  # of row 6, a round
    commits: int = 40  # of row 8, a round
    syncs: int = 1_000
    evaluations: int = 2_000

    @property
    def compared(self):
        """What is held against the small one."""
        return [self.main, self.large] if self.large else [self.main]


TINY = Sizes(small=1_000, main=3_000, hot_items=600, seconds=1, events=1_000, commits=5, syncs=100, evaluations=20)


class Stage:
    def __init__(self, programs, sizes, directory, say):
        self.programs, self.sizes, self.directory, self.say = programs, sizes, directory, say
        self.registries = Registries(programs, directory, sizes.hot_items, say)
        self._daemons = {}

    def daemon(self, audits):
        """The one that serves a registry of that size from now on, in which nobody writes."""
        return self._serving(f"serving-{audits}", audits)

    def written_daemon(self):
        """Another one of the main size, for rows that write: what they leave would change what reading costs."""
        return self._serving("written", self.sizes.main)

    def _serving(self, name, audits):
        if name not in self._daemons:
            is_large = audits == self.sizes.large
            registry = self.registries.adopted(audits, keep_raw=not is_large)
            if not is_large:
                registry = self.registries.working_copy(registry, name)
            self._daemons[name] = Daemon(self.programs.daemon, registry, self.directory)
            self._daemons[name].wait_until_settled()
        return self._daemons[name]

    def load(self, server, path, connections=8, headers=()):
        """One load on one path: what wrk saw, and the server's CPU time a request in microseconds."""
        before = server.cpu_seconds()
        seen = wrk(server.url + path, self.sizes.seconds, connections, headers)
        return seen, (server.cpu_seconds() - before) * 1e6 / seen.requests

    def load_single(self, server, path):
        """The same over a single connection, server and load on a CPU each (on one where there is but one)."""
        cpus = sorted(os.sched_getaffinity(0))
        with server.pinned(cpus[0]):
            before = server.cpu_seconds()
            seen = wrk(server.url + path, self.sizes.seconds, 1, cpu=cpus[-1])
            return seen, (server.cpu_seconds() - before) * 1e6 / seen.requests

    def stop(self):
        for daemon in self._daemons.values():
            daemon.stop()
        self._daemons = {}


def ordinary_task(audits):
    """One in the middle: about as many audits as the average task, fifty, has."""
    return f"task-{audits // 100:06d}"


def statistics_paths():
    return {
        f"{what}, {window}": f"{API}/stats/{what}?window={window}"
        for what in ("decision-types", "decision-lag", "blocked-reasons")
        for window in ("24h", "30d")
    }


def trace_path(task, cursor=None):
    return f"{API}/tasks/{task}/decision-trace?limit=200" + (f"&cursor={cursor}" if cursor else "")


def newest_decision(daemon):
    """The id of a decision of the hot task."""
    items = daemon.ask(f"/tasks/{HOT_TASK}/decision-trace?limit=50")["trace_items"]
    return next(item["decision_id"] for item in items if item["kind"] == "audit")


def everyday_paths(daemon, audits):
    """What dashboards and agents ask all day."""
    decision = newest_decision(daemon)
    return [
        f"{API}/stats/decision-types?window=24h",
        f"{API}/stats/decision-lag?window=24h",
        f"{API}/tasks/{ordinary_task(audits)}/summary",
        f"{API}/tasks/{HOT_TASK}/decision-trace?limit=50",
        f"{API}/decisions/{decision}",
    ]
