"""What was measured, as a table."""

import dataclasses
import json
import operator
import statistics

COMPARISONS = {"≥": operator.ge, "≤": operator.le}


@dataclasses.dataclass(frozen=True)
class Goal:
    """A bound on the median of one of a line's values."""

    value: str
    comparison: str
    bound: float
    text: str

    def is_met(self, median):
        return COMPARISONS[self.comparison](median, self.bound)


class Line:
    """One line of the table: named values, a sample of each a round.

    `value` is what the line is about, in `unit`; `limit` what it is held against, measured in the same round, and
    `ratio` the one over the other. `cpu_us` and `limit_cpu_us` are the server's CPU time a request, `p50_ms` and
    `p99_ms` latencies.
    """

    def __init__(self, row, work, unit, limit_name, goals):
        self.row, self.work, self.unit, self.limit_name, self.goals = row, work, unit, limit_name, goals
        self.samples = {}

    def add(self, **values):
        if values.get("limit") and "ratio" not in values:
            values["ratio"] = values["value"] / values["limit"]
        for name, value in values.items():
            self.samples.setdefault(name, []).append(value)

    def median(self, name):
        return statistics.median(self.samples[name]) if name in self.samples else None

    def is_met(self):
        return all(goal.is_met(self.median(goal.value)) for goal in self.goals)

    def to_json(self):
        return {
            "row": self.row,
            "work": self.work,
            "unit": self.unit,
            "limit": self.limit_name,
            "goals": [goal.text for goal in self.goals],
            "met": self.is_met(),
            "medians": {name: self.median(name) for name in self.samples},
            "samples": self.samples,
        }


def number(value):
    """Three significant digits, without an exponent."""
    if value is None:
        return "–"
    if abs(value) >= 999.5:
        return f"{value:,.0f}"
    return f"{value:#.3g}".rstrip(".")


def markdown(lines, facts):
    """The table, under what it was measured on."""
    rows = [["#", "work", "unit", "measured", "limit", "ratio", "CPU µs", "limit's CPU µs", "p50 ms", "p99 ms", "goal", "met"]]
    rows.append(["---"] * 3 + ["---:"] * 7 + ["---"] * 2)
    for line in lines:
        medians = [number(line.median(name))
                   for name in ("value", "limit", "ratio", "cpu_us", "limit_cpu_us", "p50_ms", "p99_ms")]
        goal = ", ".join(goal.text for goal in line.goals)
        work = f"{line.work} (limit: {line.limit_name})" if line.limit_name else line.work
        rows.append([str(line.row), work, line.unit, *medians, goal, "yes" if line.is_met() else "**no**"])
    head = "\n".join(f"- {name}: {value}" for name, value in facts.items())
    table = "\n".join("| " + " | ".join(row) + " |" for row in rows)
    met = sum(line.is_met() for line in lines)
    return f"# Benchmarks\n\n{head}\n- goals met: {met} of {len(lines)}\n\n{table}\n"


def to_json(lines, facts):
    return json.dumps({**facts, "lines": [line.to_json() for line in lines]}, indent=2, ensure_ascii=False) + "\n"
