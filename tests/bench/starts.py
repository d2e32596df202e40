"""Rows 9, 11 and 12: adopting a registry, starting on one, and what stays in memory."""

import json
import subprocess

from load import Client
from registries import remove
from server import Daemon
from stage import HOT_TASK, everyday_paths, statistics_paths, trace_path
from table import Goal, Line

READS_PER_SECOND = 200
READS_BEFORE_REST = 50  # of each kind


class Backfill:
    """Row 9: summarising every audit there is, while others read."""

    rows = (9,)

    def __init__(self, stage):
        self.stage = stage
        self.line = Line(9, f"first backfill of {stage.sizes.main:,} audits; reads at {READS_PER_SECOND}/s meanwhile: p99", "s",
                         "one SELECT of the same columns",
                         [Goal("ratio", "≤", 2.5, "≤ 2.5 ×"), Goal("p99_ms", "≤", 20.0, "reads' p99 ≤ 20 ms")])
        self.lines = [self.line]

    def measure(self, number):
        stage = self.stage
        registry = stage.registries.working_copy(stage.registries.raw(stage.sizes.main), "backfill")
        stage.registries.add_indexes(registry)
        scan = json.loads(subprocess.run([stage.programs.scan, registry], check=True, capture_output=True, text=True).stdout)
        with Daemon(stage.programs.daemon, registry, stage.directory) as daemon:
            began, _ = daemon.wait_for_log("summary backfill started")
            # For as long as the scan takes, which no backfill can be faster than.
            count = max(20, int(READS_PER_SECOND * scan["seconds"]))
            reads = Client(stage.programs.client, "reads", daemon.address, "--connections", 4, "--rate", READS_PER_SECOND,
                           "--count", count, *everyday_paths(daemon, stage.sizes.main)).wait()
            ended, _ = daemon.wait_for_log("summary backfill finished")
            cpu = daemon.cpu_seconds()
        self.line.add(value=ended - began, limit=scan["seconds"], cpu_us=cpu * 1e6 / scan["rows"],
                      limit_cpu_us=scan["cpu_seconds"] * 1e6 / scan["rows"], p50_ms=reads["p50_ms"], p99_ms=reads["p99_ms"])
        remove(registry)


def by_size(stage, row, work, unit, goal):
    """A line for each size that is compared."""
    return {audits: Line(row, f"{work}, {audits:,} audits", unit, "", [goal]) for audits in stage.sizes.compared}


class Start:
    """Row 11: on a registry that was adopted before."""

    rows = (11,)

    def __init__(self, stage):
        self.stage = stage
        self.by_size = by_size(stage, 11, "start to ready", "ms", Goal("value", "≤", 300.0, "≤ 300 ms"))
        self.lines = list(self.by_size.values())

    def measure(self, number):
        for audits, line in self.by_size.items():
            registry = self.stage.registries.adopted(audits, keep_raw=audits != self.stage.sizes.large)
            with Daemon(self.stage.programs.daemon, registry, self.stage.directory) as daemon:
                line.add(value=daemon.seconds_to_ready * 1e3)


class Memory:
    """Row 12: after the rows that write in this round, and fifty more of every read."""

    rows = (12,)

    def __init__(self, stage):
        self.stage = stage
        self.by_size = by_size(stage, 12, "private memory at rest", "MiB", Goal("value", "≤", 64.0, "≤ 64 MiB"))
        self.lines = list(self.by_size.values())

    def measure(self, number):
        for audits, line in self.by_size.items():
            is_main = audits == self.stage.sizes.main
            daemon = self.stage.written_daemon() if is_main else self.stage.daemon(audits)
            paths = [*everyday_paths(daemon, audits), *statistics_paths().values(), trace_path(HOT_TASK), "/metrics"]
            Client(self.stage.programs.client, "reads", daemon.address, "--connections", 8, "--rate", 0,
                   "--count", READS_BEFORE_REST * len(paths), *paths).wait()
            daemon.wait_until_settled()
            line.add(value=daemon.rss_anon_bytes() / 2**20)
