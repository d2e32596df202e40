"""Load: wrk as fast as it can, and the bench's own client at a rate."""

import dataclasses
import json
import re
import subprocess

UNITS_MS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 60e3}


@dataclasses.dataclass(frozen=True)
class Load:
    """What one run of wrk saw."""

    requests: int
    rate: float
    p50_ms: float
    p99_ms: float


def parse_wrk(text):
    """The output of `wrk --latency`. An answer that is no success, or a broken connection, is an error of the bench."""
    for trouble in ("Non-2xx", "Socket errors"):
        if trouble in text:
            raise RuntimeError(f"wrk met errors:\n{text}")

    def find(pattern):
        found = re.search(pattern, text, re.MULTILINE)
        if found is None:
            raise RuntimeError(f"wrk said something else than expected:\n{text}")
        return found

    def latency(percent):
        found = find(rf"^ +{percent}% +([0-9.]+)([a-z]+) *$")
        return float(found[1]) * UNITS_MS[found[2]]

    return Load(
        requests=int(find(r"^ +(\d+) requests in ")[1]),
        rate=float(find(r"^Requests/sec: +([0-9.]+)$")[1]),
        p50_ms=latency(50),
        p99_ms=latency(99),
    )


def wrk(url, seconds, connections, headers=(), cpu=None):
    """One thread of load over so many connections; `cpu` pins it."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "10s"]
    for header in headers:
        command += ["-H", header]
    if cpu is not None:
        command = ["taskset", "-c", str(cpu), *command]
    return parse_wrk(subprocess.run([*command, url], check=True, capture_output=True, text=True).stdout)


class Client:
    """The program bench_client under way: one line of JSON at its end."""

    def __init__(self, program, *arguments):
        self.process = subprocess.Popen([program, *map(str, arguments)], stdout=subprocess.PIPE, text=True)

    def wait(self):
        out, _ = self.process.communicate()
        if self.process.returncode != 0:
            raise RuntimeError(f"{self.process.args} failed")
        result = json.loads(out)
        if result["failed"]:
            raise RuntimeError(f"{result['failed']} requests of {self.process.args} failed")
        return result
