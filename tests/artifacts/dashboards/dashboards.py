"""What the tests of the dashboards read: the dashboards, the rules and the papers they point to."""
import collections
import json
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[3]
FOLDER = ROOT / "grafana" / "dashboards"
PROMETHEUS = "prometheus"
SQLITE = "frser-sqlite-datasource"

Alert = collections.namedtuple("Alert", "name expression severity")
Selector = collections.namedtuple("Selector", "metric matchers")


def files():
    return sorted(FOLDER.glob("*.json"))


def load(path):
    return json.loads(path.read_text())


def panels(dashboard):
    """Every panel with content, so without the rows' titles."""
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def source_type(dashboard):
    return next(each["query"] for each in variables(dashboard).values() if each["type"] == "datasource")


def variables(dashboard):
    return {each["name"]: each for each in dashboard["templating"]["list"]}


def selectors(expression):
    return [Selector(*found) for found in re.findall(r"([a-zA-Z_:][\w:]*)\{([^}]*)\}", expression)]


def rule_file():
    """(alerts, {recorded name: expression}). Reads the layout our rule file has, not YAML at large."""
    alerts, records = [], {}
    for block in re.split(r"\n +- (?=alert:|record:)", (ROOT / "rules" / "decision-replay.rules.yml").read_text())[1:]:
        kind, name = re.match(r"(alert|record): (\S+)", block).groups()
        expression = re.search(r"\n( +)expr: (?:>-\n((?:\1 +.*\n?)+)|(.*))", block)
        text = " ".join((expression.group(2) or expression.group(3)).split())
        if kind == "record":
            records[name] = text
        else:
            alerts.append(Alert(name, text, re.search(r"severity: (\w+)", block).group(1)))
    return alerts, records


def anchors(markdown):
    """The anchors of a page's headings, by GitHub's rules."""
    text = re.sub(r"^```.*?^```", "", markdown, flags=re.MULTILINE | re.DOTALL)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
            for heading in re.findall(r"^#+ +(.+?) *$", text, flags=re.MULTILINE)}
