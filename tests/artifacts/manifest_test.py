"""scripts/update-manifest: what it writes, and what it refuses."""

import hashlib
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

TOOL = pathlib.Path(__file__).resolve().parents[2] / "scripts/update-manifest"


class UpdateManifest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = pathlib.Path(directory.name)
        (self.root / "scripts").mkdir()
        (self.root / "rules").mkdir()
        (self.root / "grafana/dashboards").mkdir(parents=True)
        shutil.copy(TOOL, self.root / "scripts")
        self.write("rules/a.yml", "# version: 1.9.0\na: 1\n")
        self.write("grafana/dashboards/d.json", '{"tags": ["governance", "version:1.0.0"]}\n')
        self.assertEqual(self.run_tool().returncode, 0)

    def write(self, name, text):
        (self.root / name).write_text(text, encoding="utf-8")

    def read(self, name):
        return (self.root / name).read_text(encoding="utf-8")

    def run_tool(self, *options):
        command = [sys.executable, str(self.root / "scripts/update-manifest"), *options]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    def test_lists_hash_version_and_path(self):
        sha256 = hashlib.sha256((self.root / "rules/a.yml").read_bytes()).hexdigest()
        self.assertEqual(self.read("rules/MANIFEST"), f"{sha256}  1.9.0  a.yml\n")
        self.assertRegex(self.read("grafana/MANIFEST"), r"\A[0-9a-f]{64}  1\.0\.0  dashboards/d\.json\n\Z")
        self.assertEqual(self.run_tool("--check").returncode, 0)

    def test_a_higher_version_is_appended_and_the_old_line_stays(self):
        before = self.read("rules/MANIFEST")
        self.write("rules/a.yml", "# version: 1.10.0\na: 2\n")
        self.assertEqual(self.run_tool("--check").returncode, 1)
        self.assertEqual(self.read("rules/MANIFEST"), before)
        self.assertEqual(self.run_tool().returncode, 0)
        self.assertTrue(self.read("rules/MANIFEST").startswith(before))
        self.assertEqual(self.read("rules/MANIFEST").count("\n"), 2)
        self.assertEqual(self.run_tool("--check").returncode, 0)

    def test_a_change_without_a_higher_version_is_refused_in_one_sentence(self):
        before = self.read("rules/MANIFEST")
        for text in ("# version: 1.9.0\na: 2\n", "# version: 1.8.0\na: 2\n"):
            self.write("rules/a.yml", text)
            for options in ((), ("--check",)):
                result = self.run_tool(*options)
                self.assertEqual(result.returncode, 1)
                self.assertEqual(result.stderr, "rules/a.yml has changed since version 1.9.0; give it a higher one.\n")
        self.assertEqual(self.read("rules/MANIFEST"), before)

    def test_a_changed_dashboard_is_refused_too(self):
        self.write("grafana/dashboards/d.json", '{"title": "New", "tags": ["governance", "version:1.0.0"]}\n')
        self.assertEqual(self.run_tool().returncode, 1)

    def test_an_artifact_without_a_version_is_refused(self):
        self.write("rules/b.yml", "b: 1\n# version: 1.0.0\n")
        self.write("grafana/dashboards/d.json", '{"tags": []}\n')
        self.assertIn("rules/b.yml", self.run_tool().stderr)
        (self.root / "rules/b.yml").unlink()
        self.assertIn("grafana/dashboards/d.json", self.run_tool().stderr)

    def test_a_manifest_that_was_rewritten_is_refused(self):
        self.write("rules/MANIFEST", self.read("rules/MANIFEST") * 2)
        self.assertIn("versions of a.yml must rise", self.run_tool("--check").stderr)
        self.write("rules/MANIFEST", "rubbish\n")
        self.assertIn("rules/MANIFEST:1", self.run_tool("--check").stderr)

    def test_nothing_is_written_where_one_folder_is_refused(self):
        self.write("rules/a.yml", "# version: 2.0.0\na: 2\n")
        self.write("grafana/dashboards/d.json", '{"tags": ["version:0.9.0"]}\n')
        before = self.read("rules/MANIFEST")
        self.assertEqual(self.run_tool().returncode, 1)
        self.assertEqual(self.read("rules/MANIFEST"), before)


if __name__ == "__main__":
    unittest.main()
