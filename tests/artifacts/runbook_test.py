"""The commands of the alerts' sections of docs/runbook.md, as pasted, beside a daemon on port 8080.

    runbook_test.py PATH_OF_DECISION_REPLAY
"""

import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

SOURCE = pathlib.Path(__file__).resolve().parents[2]
URL = "http://localhost:8080"
# There is no service manager in a test; these say what they were asked.
STUBS = ["systemctl", "journalctl"]
CONFIG = "supervisor:\n  enabled: true\n"
SCRAPING = """
scrape_configs:
  - job_name: decision-replay
    static_configs: [{targets: ["127.0.0.1:8080"]}]
"""


def commands():
    """(section, line) of each line of the shell blocks under '## Alerts'."""
    text = (SOURCE / "docs/runbook.md").read_text(encoding="utf-8")
    section, inside, found = "Alerts", False, []
    for line in re.split(r"^## Alerts$", text, flags=re.MULTILINE)[1].partition("\n## ")[0].splitlines():
        if line.startswith("### "):
            section = line[4:]
        elif line.strip().startswith("```"):
            inside = not inside and line.strip() == "```bash"
        elif inside:
            found.append((section, line.strip()))
    return found


def port_is_free(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_ready(url):
    deadline = time.monotonic() + 60
    while True:
        try:
            return urllib.request.urlopen(f"{url}/-/ready", timeout=5).read()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


class Runbook(unittest.TestCase):
    daemon_path = ""

    def setUp(self):
        if not port_is_free(8080):
            self.skipTest("port 8080 is taken by another program")
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)
        for folder in ("bin", "store/backups", "alertmanager"):
            (self.directory / folder).mkdir(parents=True)
        (self.directory / "bin/decision-replay").symlink_to(self.daemon_path)
        for name in STUBS:
            stub = self.directory / "bin" / name
            stub.write_text('#!/bin/sh\necho "$0 $*"\n', encoding="utf-8")
            stub.chmod(0o755)
        (self.directory / "decision-replay.yml").write_text(CONFIG, encoding="utf-8")
        (self.directory / "prometheus.yml").write_text(SCRAPING, encoding="utf-8")
        self.environment = dict(os.environ, PATH=f"{self.directory}/bin:{os.environ['PATH']}")
        self.start_daemon()
        self.start_alertmanager()
        backup = "sqlite3 store/registry.sqlite \".backup 'store/backups/registry-1.sqlite'\" && gzip store/backups/*"
        self.assertEqual(self.run_line(backup).returncode, 0)

    def start(self, *command):
        # Into files, since nobody reads pipes while the commands run.
        log = (self.directory / f"{pathlib.Path(command[0]).name}.log").open("w", encoding="utf-8")
        self.addCleanup(log.close)
        process = subprocess.Popen(command, cwd=self.directory, stdout=log, stderr=log)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)

    def start_daemon(self):
        self.start(self.daemon_path, "serve", "--registry.path=store/registry.sqlite")
        wait_until_ready(URL)
        events = [
            {"event_id": f"evt-{number}", "task_id": f"task-{number}", "event_type": "TASK_CREATED", "payload": payload}
            for number, payload in enumerate([{"command": "ls"}, {"command": "rm -rf /etc"}])
        ]
        request = urllib.request.Request(
            f"{URL}/api/governance/events?wait=30s",
            data=json.dumps(events).encode(),
            headers={"Content-Type": "application/json"},
        )
        decisions = json.load(urllib.request.urlopen(request, timeout=60))["decisions"]
        self.assertEqual([decision["decision_type"] for decision in decisions], ["ALLOW", "BLOCK"])

    def start_alertmanager(self):
        self.alertmanager_port = free_port()
        self.start(
            "prometheus-alertmanager",
            f"--config.file={SOURCE}/rules/alertmanager.yml",
            f"--storage.path={self.directory}/alertmanager",
            f"--web.listen-address=127.0.0.1:{self.alertmanager_port}",
            "--cluster.listen-address=",
        )
        wait_until_ready(f"http://127.0.0.1:{self.alertmanager_port}")

    def run_line(self, line):
        for pasted, here in (
            ("{task_id}", "task-1"),
            ("/etc/decision-replay/", f"{self.directory}/"),
            ("/etc/prometheus/", f"{self.directory}/"),
            ("localhost:9093", f"127.0.0.1:{self.alertmanager_port}"),
        ):
            line = line.replace(pasted, here)
        command = ["bash", "-o", "pipefail", "-c", line]
        return subprocess.run(
            command, cwd=self.directory, env=self.environment, capture_output=True, text=True, timeout=60, check=False
        )

    def test_every_command_works_as_pasted(self):
        lines = commands()
        self.assertGreater(len(lines), 50)
        for section, line in lines:
            with self.subTest(section=section, line=line):
                result = self.run_line(line)
                # doctor's 1 says that it found something, find's 1 that a process of /proc ended meanwhile.
                known = [0, 1] if re.match(r"decision-replay doctor|find /proc", line) else [0]
                self.assertIn(result.returncode, known, result.stdout + result.stderr)
                self.assertNotIn('{"detail"', result.stdout)


if __name__ == "__main__":
    Runbook.daemon_path = os.path.abspath(sys.argv.pop(1))
    unittest.main()
