"""Asks a real Prometheus, and the registry, what every panel asks: nothing may be refused, and nothing may be empty.

    live_test.py PROGRAM      PROGRAM is the built decision-replay; prints each panel's answer
"""
import math
import re
import sqlite3
import sys
import time
import unittest

import dashboards
from dashboards import PROMETHEUS, SQLITE
from live_host import Host, TimedOut, wait_for

PROGRAM = sys.argv[1]
# What is rightly empty here, and why. Everything else must have an answer.
RIGHTLY_EMPTY = {
    ("Decision Replay / Daemon internals", "Share of 5xx"): "no request has failed",
}


def with_values(expression):
    """The expression as Grafana would send it, everything chosen."""
    values = {"$__rate_interval": "10s", "$job": ".+", "$instance": ".+", "$window": "24h"}
    for variable, value in values.items():
        expression = expression.replace(variable, value)
    assert "$" not in expression, expression
    return expression


def with_times(sql, now):
    """The query as the SQLite data source would run it, over the last day."""
    return sql.replace("$__from", str((now - 86400) * 1000)).replace("$__to", str((now + 60) * 1000))


def each_query(source, key):
    """(dashboard's title, panel's title, target) of every query to that kind of source."""
    for path in dashboards.files():
        dashboard = dashboards.load(path)
        if dashboards.source_type(dashboard) == source:
            for panel in dashboards.panels(dashboard):
                for target in panel["targets"]:
                    yield dashboard["title"], panel["title"], target


def samples(result):
    """The numbers of an answer, newest last, without NaN."""
    numbers = [float(value) for series in result for _, value in series.get("values", [series.get("value")])]
    return [number for number in numbers if not math.isnan(number)]


def report(*columns):
    print(*columns, sep="\t")


class LiveDashboards(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.began = time.time()
        cls.host = cls.enterClassContext(Host(PROGRAM))

    def ask(self, target):
        expression = with_values(target["expr"])
        if target["instant"]:
            return self.host.ask("query", query=expression)
        return self.host.ask("query_range", query=expression, start=self.began, end=time.time(), step=1)

    def test_prometheus_answers_every_panel(self):
        waiting = {}
        for dashboard, panel, target in each_query(PROMETHEUS, "expr"):
            waiting[(dashboard, panel, target["refId"])] = target
        answers = {}

        def all_answered():
            for key, target in list(waiting.items()):
                result = self.ask(target)
                if samples(result) or key[:2] in RIGHTLY_EMPTY:
                    answers[key] = (target["expr"], result)
                    del waiting[key]
            return not waiting

        try:
            wait_for(all_answered, "every expression to have an answer")
        except TimedOut:
            self.fail(f"no answer to {[(*key, target['expr']) for key, target in waiting.items()]}")
        for (dashboard, panel, _), (expression, result) in answers.items():
            found = samples(result)
            report(dashboard, panel, expression, len(result), found[-1] if found else "empty")

    def test_registry_answers_every_sql_panel(self):
        registry = sqlite3.connect(f"file:{self.host.registry}?mode=ro", uri=True)
        self.addCleanup(registry.close)
        blocked = "SELECT 1 FROM decision_stats_hourly WHERE json_extract(decision_types, '$.BLOCKED') > 0"
        wait_for(lambda: registry.execute(blocked).fetchall(), "a block in the hour's summary")
        for dashboard, panel, target in each_query(SQLITE, "queryText"):
            with self.subTest(panel=panel):
                query = with_times(target["queryText"], int(time.time()))
                self.assertNotIn("$", re.sub(r"'\$\.[^']*'", "", query))
                for (*_, step) in registry.execute("EXPLAIN QUERY PLAN " + query):
                    if re.search(r" (task_)?audits\b", step):
                        self.assertIn("USING INDEX idx_task_audits_created_at (created_at>? AND created_at<?)", step)
                answer = registry.execute(query)
                columns = [column[0] for column in answer.description]
                rows = answer.fetchall()
                self.assertTrue(rows, "no rows")
                for column in target["timeColumns"]:
                    # The data source reads whole seconds or RFC 3339 as a time, and nothing else.
                    self.assertRegex(str(rows[0][columns.index(column)]), r"^(\d{10}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)$")
                report(dashboard, panel, " ".join(target["queryText"].split()), len(rows), rows[0])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
