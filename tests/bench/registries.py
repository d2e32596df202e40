"""Registries made once and kept, and copies of them to work on."""

import contextlib
import datetime
import pathlib
import shutil
import sqlite3
import subprocess
import time

from server import Daemon

FORMAT = 1  # of what bench_make_registry writes: raise it with a change there
SEED = 1
# Thirty days "ending now": one that ended hours ago has too little in its last day.
FRESH_SECONDS = 6 * 3600


class Registries:
    """`raw` is as an installation without a daemon leaves it, `adopted` has the daemon's tables, indexes, summaries."""

    def __init__(self, programs, directory, hot_items, say):
        self.programs, self.directory, self.hot_items, self.say = programs, directory, hot_items, say
        directory.mkdir(parents=True, exist_ok=True)

    def raw(self, audits):
        path = self._path(audits, "raw")
        if not is_fresh(path):
            self.say(f"writing a registry of {audits:,} audits")
            remove(path)
            subprocess.run([self.programs.make_registry, path, "--audits", str(audits), "--seed", str(SEED),
                            "--hot-items", str(self.hot_items)], check=True)
        return path

    def adopted(self, audits, keep_raw=True):
        """Without `keep_raw` the raw one becomes it, for registries of which a disk does not hold two."""
        path = self._path(audits, "adopted")
        if not is_fresh(path):
            made = self._path(audits, "adopting")
            if keep_raw:
                copy(self.raw(audits), made)
            else:
                self.raw(audits).rename(made)
            self.say(f"adopting the registry of {audits:,} audits")
            self.add_indexes(made)
            with Daemon(self.programs.daemon, made, self.directory) as daemon:
                daemon.wait_until_settled()
            remove(path)
            made.rename(path)
        return path

    def add_indexes(self, path):
        """Those that a start leaves out, since making them on large tables keeps other writers waiting. Doctor's own
        exit code 1 says that something else is wrong, as with a registry that is not summarised yet there is."""
        done = subprocess.run([self.programs.daemon, "doctor", "--fix", "--json", "--registry.path", path],
                              capture_output=True, text=True, check=False)
        if not done.stdout or "missing_indexes" in done.stdout:
            raise RuntimeError(f"doctor did not make every index of {path}: {done.stderr}")

    def working_copy(self, original, name):
        path = self.directory / f"{name}.sqlite"
        copy(original, path)
        return path

    def _path(self, audits, state):
        return self.directory / f"registry-{audits}-{self.hot_items}-seed{SEED}-v{FORMAT}-{state}.sqlite"


def is_fresh(path):
    """By its newest audit: the file itself is written to at each start of a daemon."""
    if not path.exists():
        return False
    with contextlib.closing(sqlite3.connect(f"file:{path}?immutable=1", uri=True)) as registry:
        newest, = registry.execute("SELECT created_at FROM task_audits ORDER BY rowid DESC LIMIT 1").fetchone()
    return time.time() - datetime.datetime.fromisoformat(newest).timestamp() < FRESH_SECONDS


def remove(path):
    for suffix in ("", "-wal", "-shm"):
        pathlib.Path(f"{path}{suffix}").unlink(missing_ok=True)


def copy(original, path):
    remove(path)
    shutil.copyfile(original, path)
    # Written back now, so that the copy does not slow down what is measured next.
    subprocess.run(["sync", path], check=True)
