"""Rows 6 to 8 and 14: what deciding costs, and what it costs others."""

import json
import random
import sqlite3
import subprocess
import time

from load import Client
from server import wait_until
from stage import everyday_paths
from table import Goal, Line

CONNECTIONS = 8
BATCH = 100
READS_PER_SECOND = 200
SINGLES_PER_SECOND = 1_000
# Until the last decisions are summarised, which belongs to their cost; asking whether they are would add to it.
SUMMARISING_SECONDS = 1
STATS_PATH = "/stats/decision-types?window=1h"


def unique_prefix(name):
    return f"{name}-{time.time_ns():x}"


def last_audit(registry):
    """The row id of the newest audit: it grows with every decision, and asking costs nothing."""
    with sqlite3.connect(f"file:{registry}?mode=ro", uri=True) as connection:
        return connection.execute("SELECT max(rowid) FROM task_audits").fetchone()[0]


class Decisions:
    """Rows 6 and 14: a stream of events until all are decided, then one beside which others read."""

    rows = (6, 14)

    def __init__(self, stage):
        self.stage = stage
        self.rate = Line(6, f"events in batches of {BATCH} over {CONNECTIONS} connections, until decided", "decisions/s",
                         "the same statements, no daemon", [Goal("ratio", "≥", 0.60, "≥ 60 % of the limit")])
        self.reads = Line(14, f"reads at {READS_PER_SECOND}/s while row 6 runs: p99", "ms", "reads alone",
                          [Goal("ratio", "≤", 3.0, "≤ 3 ×")])
        self.lines = [self.rate, self.reads]
        self.bare_registry = None

    def measure(self, number):
        stage = self.stage
        daemon = stage.written_daemon()
        if self.bare_registry is None:
            adopted = stage.registries.adopted(stage.sizes.main)
            self.bare_registry = stage.registries.working_copy(adopted, "bare-writes")
        commits = daemon.metric("decision_replay_registry_commits_total")
        cpu = daemon.cpu_seconds()
        events = stage.sizes.events
        seconds = self.decide(daemon, events)
        time.sleep(SUMMARISING_SECONDS)
        cpu = daemon.cpu_seconds() - cpu
        commits = daemon.metric("decision_replay_registry_commits_total") - commits
        bare = self.bare(events, group=max(1, round(events / commits)))
        self.rate.add(value=events / seconds, limit=events / bare["seconds"], cpu_us=cpu * 1e6 / events,
                      limit_cpu_us=bare["cpu_seconds"] * 1e6 / events, events_per_commit=events / commits)
        self.measure_reads(daemon, rate=events / seconds)

    def decide(self, daemon, events):
        """Seconds from the first request to the last decision on disk."""
        goal = last_audit(daemon.registry) + events
        began = time.monotonic()
        posts = self.post(daemon, events)
        wait_until("every event was decided", lambda: last_audit(daemon.registry) >= goal, pause_seconds=0.005)
        seconds = time.monotonic() - began
        posts.wait()
        return seconds

    def post(self, daemon, events):
        return Client(self.stage.programs.client, "batches", daemon.address, "--connections", CONNECTIONS, "--batch", BATCH,
                      "--count", events, "--prefix", unique_prefix("batches"))

    def bare(self, events, group):
        done = subprocess.run([self.stage.programs.bare_writes, self.bare_registry, "--events", str(events), "--group",
                               str(group), "--prefix", unique_prefix("bare")], check=True, capture_output=True, text=True)
        return json.loads(done.stdout)

    def measure_reads(self, daemon, rate):
        alone = self.read(daemon)
        # Half as many again as are decided meanwhile, in whole batches of every connection.
        step = CONNECTIONS * BATCH
        posts = self.post(daemon, (int(1.5 * rate * self.stage.sizes.seconds) // step + 1) * step)
        beside = self.read(daemon)
        posts.wait()
        daemon.wait_until_settled()
        self.reads.add(value=beside["p99_ms"], limit=alone["p99_ms"], p50_ms=beside["p50_ms"], p99_ms=beside["p99_ms"])

    def read(self, daemon):
        return Client(self.stage.programs.client, "reads", daemon.address, "--connections", 4, "--rate", READS_PER_SECOND,
                      "--count", READS_PER_SECOND * self.stage.sizes.seconds, *everyday_paths(daemon, self.stage.sizes.main)).wait()


class SingleEvents:
    """Row 7."""

    rows = (7,)

    def __init__(self, stage):
        self.stage = stage
        self.line = Line(7, f"{SINGLES_PER_SECOND:,} single events a second, POST to decision: p50", "ms", "two fdatasyncs",
                         [Goal("ratio", "≤", 5.0, "p50 ≤ 5 ×"), Goal("p99_ms", "≤", 20.0, "p99 ≤ 20 ms")])
        self.lines = [self.line]

    def measure(self, number):
        stage = self.stage
        daemon = stage.written_daemon()
        disk = json.loads(subprocess.run([stage.programs.disk, stage.directory, str(stage.sizes.syncs)], check=True,
                                         capture_output=True, text=True).stdout)
        cpu = daemon.cpu_seconds()
        count = SINGLES_PER_SECOND * stage.sizes.seconds
        seen = Client(stage.programs.client, "singles", daemon.address, "--connections", 32, "--rate", SINGLES_PER_SECOND,
                      "--count", count, "--prefix", unique_prefix("singles")).wait()
        self.line.add(value=seen["p50_ms"], limit=2 * disk["p50_ms"], cpu_us=(daemon.cpu_seconds() - cpu) * 1e6 / count,
                      p50_ms=seen["p50_ms"], p99_ms=seen["p99_ms"])
        daemon.wait_until_settled()


class ForeignCommits:
    """Row 8: another process commits a decision, and asks until it is counted."""

    rows = (8,)

    def __init__(self, stage):
        self.stage = stage
        self.line = Line(8, "a foreign commit until it is counted in stats: p99", "ms", "the bell's 250 ms",
                         [Goal("value", "≤", 400.0, "p99 ≤ 400 ms")])
        self.lines = [self.line]

    def measure(self, number):
        daemon = self.stage.written_daemon()
        random_pause = random.Random(number)
        connection = sqlite3.connect(daemon.registry, isolation_level=None, timeout=10)
        delays = []
        for _ in range(self.stage.sizes.commits):
            time.sleep(random_pause.uniform(0.02, 0.12))
            delays.append(self.until_counted(daemon, connection))
        connection.close()
        delays.sort()
        p99 = delays[min(len(delays) - 1, int(0.99 * len(delays)))]
        self.line.add(value=p99, limit=250.0, p50_ms=delays[len(delays) // 2], p99_ms=p99)

    @staticmethod
    def until_counted(daemon, connection):
        before = daemon.ask(STATS_PATH)["total"]
        connection.execute(
            "INSERT INTO task_audits (task_id, level, event_type, payload, created_at) "
            "VALUES ('task-000001', 'info', 'SUPERVISOR_ALLOWED', '{}', strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))")
        committed = time.monotonic()
        wait_until("the decision was counted", lambda: daemon.ask(STATS_PATH)["total"] != before, pause_seconds=0.001)
        return (time.monotonic() - committed) * 1e3
