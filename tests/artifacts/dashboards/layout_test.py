"""Holds the dashboards to the rules of docs/dashboards.md."""
import json
import re
import unittest

import dashboards
from dashboards import PROMETHEUS, ROOT, SQLITE

UIDS = {
    "daemon-internals.json": "decision-replay-internals",
    "decision-lag-and-supervisor.json": "decision-replay-supervisor",
    "governance-overview.json": "decision-replay-governance",
    "registry-sql.json": "decision-replay-registry-sql",
}
VARIABLES = {PROMETHEUS: ["datasource", "job", "instance", "window", "daemon"], SQLITE: ["datasource", "daemon"]}
UNITS = {"Bps", "bytes", "cps", "ms", "none", "ops", "percentunit", "reqps", "s", "short", "string"}
OWN_MATCHERS = 'job=~"$job", instance=~"$instance"'
RUNBOOKS_ALERTS = {"HighDecisionLag", "ManyBlockedTasks", "SlowTraceAPI"}
SEVERITY_COLORS = {"warning": "orange", "critical": "red"}


def targets(panel):
    return [target["expr"] for target in panel["targets"] if "expr" in target]


def links(dashboard):
    """(where, URL) of every link of a dashboard."""
    for link in dashboard["links"]:
        yield "dashboard", link["url"]
    for panel in dashboards.panels(dashboard):
        config = panel["fieldConfig"]
        found = [*panel["links"], *config["defaults"]["links"]]
        for override in config["overrides"]:
            for each in override["properties"]:
                found += each["value"] if each["id"] == "links" else []
        for link in found:
            yield panel["title"], link["url"]


def api_paths():
    """The paths of the API as patterns: a parameter stands for anything."""
    paths = json.loads((ROOT / "daemon" / "api" / "openapi.json").read_text())["paths"]
    return [re.sub(r"\\?\{\w+\\?\}", "[^/]+", re.escape(path)) for path in paths]


class Layout(unittest.TestCase):
    def setUp(self):
        self.dashboards = {path.name: dashboards.load(path) for path in dashboards.files()}

    def expressions(self):
        return [expression for dashboard in self.dashboards.values()
                for panel in dashboards.panels(dashboard) for expression in targets(panel)]

    def test_files_are_in_the_one_form_that_diffs_well(self):
        for path in dashboards.files():
            text = json.dumps(dashboards.load(path), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
            self.assertEqual(path.read_text(), text, path.name)

    def test_uids_are_fixed(self):
        self.assertEqual({name: each["uid"] for name, each in self.dashboards.items()}, UIDS)

    def test_dashboards_say_what_they_are(self):
        for name, each in self.dashboards.items():
            with self.subTest(dashboard=name):
                self.assertGreaterEqual(each["schemaVersion"], 37)
                self.assertIs(each["editable"], False)
                self.assertIsNone(each["id"])
                self.assertEqual(each["timezone"], "utc")
                self.assertIn(each["refresh"], {"30s", "1m"})
                self.assertIn(each["time"], [{"from": "now-6h", "to": "now"}, {"from": "now-24h", "to": "now"}])
                self.assertRegex(each["title"], r"^Decision Replay / \w")
                self.assertRegex(each["description"], r"\.$")
                self.assertEqual(each["tags"][0], "decision-replay")
                self.assertRegex(each["tags"][1], r"^version:\d+\.\d+\.\d+$")

    def test_ids_and_titles_are_unique_in_a_dashboard(self):
        for name, dashboard in self.dashboards.items():
            for key in ("id", "title"):
                values = [panel[key] for panel in dashboard["panels"]]
                self.assertEqual(len(values), len(set(values)), f"{name}: {key}")

    def test_panels_fill_their_lines_without_overlap(self):
        for name, dashboard in self.dashboards.items():
            taken = {}
            for panel in dashboard["panels"]:
                at = panel["gridPos"]
                for y in range(at["y"], at["y"] + at["h"]):
                    for x in range(at["x"], at["x"] + at["w"]):
                        self.assertNotIn((x, y), taken, f"{name}: {panel['title']} lies on {taken.get((x, y))}")
                        taken[(x, y)] = panel["title"]
            height = 1 + max(y for _, y in taken)
            self.assertEqual(set(taken), {(x, y) for x in range(24) for y in range(height)}, name)

    def test_panels_explain_themselves(self):
        for name, dashboard in self.dashboards.items():
            for panel in dashboards.panels(dashboard):
                with self.subTest(dashboard=name, panel=panel["title"]):
                    defaults = panel["fieldConfig"]["defaults"]
                    self.assertRegex(panel["title"], r"^[A-Z]")
                    self.assertRegex(panel["description"], r"\.$")
                    self.assertTrue(defaults["noValue"])
                    self.assertIn(defaults["unit"], UNITS)

    def test_queries_use_the_chosen_source_and_have_legends(self):
        for name, dashboard in self.dashboards.items():
            source = {"type": dashboards.source_type(dashboard), "uid": "${datasource}"}
            for panel in dashboards.panels(dashboard):
                with self.subTest(dashboard=name, panel=panel["title"]):
                    self.assertEqual(panel["datasource"], source)
                    self.assertTrue(panel["targets"])
                    letters = [each["refId"] for each in panel["targets"]]
                    self.assertEqual(letters, list("ABCDEFGH")[:len(letters)])
                    for target in panel["targets"]:
                        self.assertEqual(target["datasource"], source)
                        if "expr" in target and target["format"] != "table":
                            self.assertTrue(target["legendFormat"])
                        if "queryText" in target:
                            self.assertEqual(target["rawQueryText"], target["queryText"])

    def test_single_numbers_are_of_now(self):
        for dashboard in self.dashboards.values():
            for panel in dashboards.panels(dashboard):
                if panel["type"] == "stat" and panel["options"]["reduceOptions"]["calcs"] != ["max"]:
                    self.assertTrue(all(target["instant"] for target in panel["targets"]), panel["title"])

    def test_variables_are_those_that_links_carry_over(self):
        for name, dashboard in self.dashboards.items():
            with self.subTest(dashboard=name):
                found = dashboards.variables(dashboard)
                self.assertEqual(list(found), VARIABLES[dashboards.source_type(dashboard)])
                self.assertEqual(found["datasource"]["label"], "Data source")
                text = json.dumps([dashboard["panels"], dashboard["links"]])
                for variable in found:
                    self.assertRegex(text, r"\$\{?" + variable + r"\b", "defined and not used")
                for variable in ("job", "instance") if "job" in found else ():
                    each = found[variable]
                    self.assertEqual(each["label"], variable)
                    self.assertEqual(each["datasource"], {"type": PROMETHEUS, "uid": "${datasource}"})
                    choice = [each[key] for key in ("type", "refresh", "multi", "includeAll", "allValue")]
                    self.assertEqual(choice, ["query", 2, True, True, ".+"])

    def test_selectors_keep_to_the_chosen_instances(self):
        for expression in self.expressions():
            for selector in dashboards.selectors(expression):
                self.assertTrue(selector.matchers.startswith(OWN_MATCHERS), expression)
            rest = re.sub(r"[a-zA-Z_:][\w:]*\{[^}]*\}|\[[^\]]*\]|\b(by|without) \([^)]*\)", "", expression)
            rest = re.sub(r"\w+\s*\(", "", rest)
            self.assertNotRegex(rest, r"[a-zA-Z_]", f"a selector without matchers: {expression}")

    def test_counters_are_read_as_rates_over_the_rate_interval(self):
        for expression in self.expressions():
            for function, counter, interval in re.findall(
                    r"(?:(\w+)\()?\b([\w:]+_(?:total|bucket|sum|count))\{[^}]*\}(\[[^\]]*\])?", expression):
                if counter != "blocked_tasks_count":
                    self.assertIn(function, {"rate", "irate", "increase"}, expression)
                    self.assertEqual(interval, "[$__rate_interval]", expression)

    def test_metrics_are_documented_or_recorded(self):
        documented = set(re.findall(r"`([a-z0-9_]+)", (ROOT / "docs" / "metrics.md").read_text()))
        known = documented | set(dashboards.rule_file()[1]) | {"ALERTS"}
        for expression in self.expressions():
            for selector in dashboards.selectors(expression):
                family = re.sub(r"(_seconds)_(bucket|sum|count)$", r"\1", selector.metric)
                self.assertIn(family, known)

    def test_links_lead_somewhere(self):
        headings = dashboards.anchors((ROOT / "docs" / "runbook.md").read_text())
        paths = api_paths()
        for name, dashboard in self.dashboards.items():
            for where, url in links(dashboard):
                with self.subTest(dashboard=name, where=where, url=url):
                    page, _, anchor = url.partition("#")
                    path = re.sub(r"\$\{__data[^}]*\}", "value", page.split("?")[0].replace("${daemon:raw}", ""))
                    if page.startswith("/d/"):
                        self.assertIn(path[len("/d/"):], UIDS.values())
                    elif path == "/docs/runbook":
                        self.assertTrue(not anchor or anchor in headings, "no such section of the runbook")
                    else:
                        self.assertTrue(page.startswith("${daemon:raw}/"))
                        self.assertTrue(any(re.fullmatch(pattern, path) for pattern in paths), "no such route")

    def test_links_do_not_carry_a_source_into_a_dashboard_of_another_kind(self):
        for name, dashboard in self.dashboards.items():
            for link in dashboard["links"]:
                if link["url"].startswith("/d/"):
                    crosses = (name == "registry-sql.json") != ("registry-sql" in link["url"])
                    self.assertEqual(link["includeVars"], not crosses, f"{name}: {link['title']}")
                    self.assertTrue(link["keepTime"])


class Thresholds(unittest.TestCase):
    """A panel that shows what an alert compares draws that alert's thresholds, and no panel draws any other."""

    def setUp(self):
        self.alerts, self.records = dashboards.rule_file()
        self.drawn = set()

    def bare(self, expression):
        """What is measured, however a panel or a rule chooses instances, ranges and intervals."""
        for name, recorded in self.records.items():
            expression = re.sub(re.escape(name) + r"\{[^}]*\}", lambda _, text=recorded: text, expression)
        expression = re.sub(r"\[[^\]]*\]", "", expression.replace(OWN_MATCHERS, ""))
        expression = re.sub(r"\{(, )?", "{", expression).replace("{}", "")
        expression = re.sub(r" >= 0$", "", expression)
        return re.sub(r"^max_over_time\((.*)\)$", r"\1", expression)

    def alerts_on(self, panel):
        measured = {self.bare(expression) for expression in targets(panel)}
        for alert in self.alerts:
            found = re.fullmatch(r"(.*) (>|==) ([\d.]+)", alert.expression)
            if found and self.bare(found.group(1)) in measured:
                self.drawn.add(alert.name)
                yield found.group(2), float(found.group(3)), alert.severity

    def steps(self, alerts):
        # A step begins at its value, so that "more than 0" of a count is drawn at 1.
        limits = sorted((limit or 1, severity) for operator, limit, severity in alerts if operator == ">")
        return [("green", None), *((SEVERITY_COLORS[severity], limit) for limit, severity in limits)]

    def test_thresholds_are_those_of_the_rules(self):
        for path in dashboards.files():
            for panel in dashboards.panels(dashboards.load(path)):
                with self.subTest(dashboard=path.name, panel=panel["title"]):
                    defaults = panel["fieldConfig"]["defaults"]
                    alerts = list(self.alerts_on(panel))
                    steps = [(step["color"], step["value"]) for step in defaults["thresholds"]["steps"]]
                    self.assertEqual(steps, self.steps(alerts))
                    if any(operator == "==" for operator, _, _ in alerts):
                        self.assertEqual(defaults["mappings"][0]["options"]["0"]["color"], "red")
                    lines = defaults.get("custom", {}).get("thresholdsStyle", {"mode": "off"})["mode"]
                    if panel["type"] == "timeseries":
                        self.assertEqual(lines, "line" if len(steps) > 1 else "off")
        self.assertLessEqual(RUNBOOKS_ALERTS, self.drawn)


if __name__ == "__main__":
    unittest.main()
