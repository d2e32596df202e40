"""Rows 1 to 5 and 10: what reading costs, and whether it grows."""

from server import API, BareTrace
from stage import HEALTHY, HOT_TASK, newest_decision, ordinary_task, statistics_paths, trace_path
from table import Goal, Line

ENOUGH_RATE = Goal("ratio", "≥", 0.60, "≥ 60 % of the limit")


class Statistics:
    """Rows 1 and 2: each statistic at every size, and the same work's CPU time at 10 k."""

    rows = (1, 2)

    def __init__(self, stage):
        self.stage = stage
        sizes = stage.sizes
        quick = Goal("p99_ms", "≤", 2.0, "p99 ≤ 2 ms")
        flat = Goal("ratio", "≤", 1.3, "≤ 1.3")
        self.rates = {work: Line(1, work, "requests/s", HEALTHY, [ENOUGH_RATE, quick]) for work in statistics_paths()}
        self.growth = {
            (audits, work): Line(2, f"{work}: CPU at {audits:,} audits", "µs/request", f"at {sizes.small:,}", [flat])
            for audits in sizes.compared
            for work in statistics_paths()
        }

    @property
    def lines(self):
        return [*self.rates.values(), *self.growth.values()]

    def measure(self, number):
        stage, sizes = self.stage, self.stage.sizes
        for position, (work, path) in enumerate(statistics_paths().items()):
            if position % 2 == 0:  # beside each statistic, for both its windows
                healthy, healthy_cpu = stage.load(stage.daemon(sizes.main), HEALTHY)
            _, small_cpu = stage.load(stage.daemon(sizes.small), path)
            for audits in sizes.compared:
                seen, cpu = stage.load(stage.daemon(audits), path)
                self.growth[audits, work].add(value=cpu, limit=small_cpu)
                if audits == sizes.main:
                    self.rates[work].add(value=seen.rate, limit=healthy.rate, cpu_us=cpu, limit_cpu_us=healthy_cpu,
                                         p50_ms=seen.p50_ms, p99_ms=seen.p99_ms)


class Lookups:
    """Row 3."""

    rows = (3,)

    def __init__(self, stage):
        self.stage = stage
        self.lines = [Line(3, work, "requests/s", HEALTHY, [ENOUGH_RATE])
                      for work in ("task summary", f"task summary of {HOT_TASK}", "decision by id")]

    def measure(self, number):
        audits = self.stage.sizes.main
        daemon = self.stage.daemon(audits)
        paths = [f"{API}/tasks/{ordinary_task(audits)}/summary", f"{API}/tasks/{HOT_TASK}/summary",
                 f"{API}/decisions/{newest_decision(daemon)}"]
        healthy, healthy_cpu = self.stage.load(daemon, HEALTHY)
        for line, path in zip(self.lines, paths):
            seen, cpu = self.stage.load(daemon, path)
            line.add(value=seen.rate, limit=healthy.rate, cpu_us=cpu, limit_cpu_us=healthy_cpu, p50_ms=seen.p50_ms,
                     p99_ms=seen.p99_ms)


class Traces:
    """Rows 4 and 5: the first page against a bare program, and the last page against the first."""

    rows = (4, 5)

    def __init__(self, stage):
        self.stage = stage
        self.page = Line(4, "trace page of 200 items", "µs CPU/request", "SQLite, memcpy and Beast alone",
                         [Goal("ratio", "≤", 1.7, "≤ 1.7 × its CPU")])
        self.unchanged = Line(4, "the same with If-None-Match", "requests/s", HEALTHY,
                              [Goal("ratio", "≥", 0.50, "≥ 50 % of the limit")])
        self.depth = Line(5, "last page: CPU", "µs/request", "first page", [Goal("ratio", "≤", 1.2, "≤ 1.2")])
        self.lines = [self.page, self.unchanged, self.depth]

    def measure(self, number):
        daemon = self.stage.daemon(self.stage.sizes.main)
        first = trace_path(HOT_TASK)
        with BareTrace(self.stage.programs.bare_trace, daemon.registry, HOT_TASK) as bare:
            _, bare_cpu = self.stage.load(bare, "/")
        seen, cpu = self.stage.load(daemon, first)
        self.page.add(value=cpu, limit=bare_cpu, p50_ms=seen.p50_ms, p99_ms=seen.p99_ms)

        etag = daemon.get(first)[0]["ETag"]
        healthy, healthy_cpu = self.stage.load(daemon, HEALTHY)
        seen, cpu = self.stage.load(daemon, first, headers=[f"If-None-Match: {etag}"])
        self.unchanged.add(value=seen.rate, limit=healthy.rate, cpu_us=cpu, limit_cpu_us=healthy_cpu,
                           p50_ms=seen.p50_ms, p99_ms=seen.p99_ms)

        _, first_cpu = self.stage.load_single(daemon, first)
        _, last_cpu = self.stage.load_single(daemon, self.last_full_page(daemon))
        self.depth.add(value=last_cpu, limit=first_cpu)

    @staticmethod
    def last_full_page(daemon):
        path = trace_path(HOT_TASK)
        while True:
            cursor = daemon.ask(path.removeprefix(API))["next_cursor"]
            following = trace_path(HOT_TASK, cursor)
            if cursor is None or daemon.ask(following.removeprefix(API))["count"] < 200:
                return path
            path = following


class Scrapes:
    """Row 10."""

    rows = (10,)

    def __init__(self, stage):
        self.stage = stage
        goals = [Goal("value", "≤", 1_500, "≤ 1.5 ms"), Goal("ratio", "≤", 1.1, "≤ 1.1 of it")]
        self.by_size = {audits: Line(10, f"/metrics at {audits:,} audits", "µs CPU/request",
                                     f"at {stage.sizes.small:,}", goals)
                        for audits in stage.sizes.compared}
        self.lines = list(self.by_size.values())

    def measure(self, number):
        _, small = self.stage.load_single(self.stage.daemon(self.stage.sizes.small), "/metrics")
        for audits, line in self.by_size.items():
            _, cpu = self.stage.load_single(self.stage.daemon(audits), "/metrics")
            line.add(value=cpu, limit=small)
