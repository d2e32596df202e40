"""Row 13: one event against many rules."""

import json
import subprocess

from table import Goal, Line


class Evaluation:
    rows = (13,)

    def __init__(self, stage):
        self.stage = stage
        self.line = Line(13, "default policy and 100 more rules, 1 KB payload", "µs", "RE2::Set over the same strings",
                         [Goal("ratio", "≤", 3.0, "≤ 3 ×"), Goal("value", "≤", 50.0, "≤ 50 µs")])
        self.lines = [self.line]

    def measure(self, number):
        done = subprocess.run([self.stage.programs.policy, str(self.stage.sizes.evaluations)], check=True,
                              capture_output=True, text=True)
        seen = json.loads(done.stdout)
        self.line.add(value=seen["decide_us"], limit=seen["set_us"])
