"""rules/alertmanager.yml: who gets what, and that its commented examples are right."""

import pathlib
import re
import subprocess
import tempfile
import unittest

CONFIG = pathlib.Path(__file__).resolve().parents[2] / "rules/alertmanager.yml"
PAGERS = ["pagerduty", "opsgenie", "slack", "email", "webhook"]


def amtool(*arguments):
    return subprocess.run(["amtool", *arguments], capture_output=True, text=True, timeout=60, check=False)


def receiver(**labels):
    pairs = [f"{name}={value}" for name, value in labels.items()]
    return amtool("config", "routes", "test", f"--config.file={CONFIG}", *pairs).stdout.strip()


def examples():
    """The commented receivers, each under a name of its own."""
    text = CONFIG.read_text(encoding="utf-8").partition("# Receivers for common pagers.")[2]
    lines = [line[1:] for line in text.splitlines() if re.match(r"#(?:  |$)", line)]
    numbers = iter(range(100))
    return re.sub(r"- name: (?:page|ticket)", lambda _: f"- name: example-{next(numbers)}", "\n".join(lines))


class Alertmanager(unittest.TestCase):
    def test_it_is_valid(self):
        result = amtool("check-config", str(CONFIG))
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_severity_decides_who_hears_of_it(self):
        self.assertEqual(receiver(alertname="HighDecisionLag", severity="critical"), "page")
        self.assertEqual(receiver(alertname="HighDecisionLag", severity="warning"), "ticket")
        self.assertEqual(receiver(alertname="HighDecisionLag", severity="info"), "silent")

    def test_an_alert_without_a_known_severity_is_not_dropped(self):
        self.assertEqual(receiver(alertname="Foreign"), "default")
        self.assertEqual(receiver(alertname="Foreign", severity="page"), "default")

    def test_there_is_an_example_for_each_common_pager_and_all_are_valid(self):
        text = CONFIG.read_text(encoding="utf-8").partition("# Receivers for common pagers.")[0] + examples()
        for pager in PAGERS:
            self.assertIn(f"    {pager}_configs:", examples())
        with tempfile.NamedTemporaryFile("w", suffix=".yml", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            result = amtool("check-config", file.name)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn(f"{4 + len(PAGERS)} receivers", result.stdout)

    def test_no_secret_stands_in_the_file(self):
        text = CONFIG.read_text(encoding="utf-8")
        inline = r"\b(routing_key|service_key|api_key|api_url|auth_password|credentials|password):"
        self.assertIsNone(re.search(inline, text))


if __name__ == "__main__":
    unittest.main()
