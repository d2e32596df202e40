#!/usr/bin/env python3
"""Measures the daemon against limits measured in the same minutes, and writes a table.

Rows are those of docs/benchmarks.md, which says what each measures and how to read it:
   1  statistics over 24h and 30d            8  a foreign commit until it is counted
   2  their CPU as the registry grows        9  first backfill of summaries
   3  task summary, decision by id          10  /metrics
   4  a trace page, and with If-None-Match  11  start to ready
   5  deep pages                            12  private memory at rest
   6  durable decisions a second            13  policy evaluation
   7  one event at a time                   14  reads while row 6 runs

Each round measures every row once, a limit right before or after what is held against it; the table has the medians.
The figures of a busy machine are lower, their ratios much less so. Registries are made once (seconds for a million
audits) and kept for six hours in DIR.

  scripts/bench                       all rows, five rounds, registries of 10 k and 1 M audits: about ten minutes
  scripts/bench --rows 1,4 --rounds 3 these rows
  scripts/bench --large               also 10 M audits: ten times the disk and the time of the main registry
  scripts/bench --tiny                whether every row still works, in seconds; its figures mean nothing
"""

import argparse
import datetime
import os
import pathlib
import platform
import subprocess
import sys

import table
from policies import Evaluation
from reads import Lookups, Scrapes, Statistics, Traces
from stage import TINY, Programs, Sizes, Stage
from starts import Backfill, Memory, Start
from writes import Decisions, ForeignCommits, SingleEvents

SOURCE = pathlib.Path(__file__).resolve().parents[2]
# In the order in which they run: memory after everything that may use it, but for rows with daemons of their own.
GROUPS = (Statistics, Lookups, Traces, Scrapes, Decisions, SingleEvents, ForeignCommits, Memory, Evaluation, Start, Backfill)
ROWS = sorted(row for group in GROUPS for row in group.rows)


def row_list(text):
    rows = {int(part) for part in text.split(",")}
    if not rows <= set(ROWS):
        raise argparse.ArgumentTypeError(f"there are rows 1 to {ROWS[-1]}")
    return rows


def whole(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def parse(arguments):
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=row_list, default=set(ROWS), metavar="N,N", help="only these (default: all)")
    parser.add_argument("--rounds", type=whole, metavar="N", help="default: 5, with --tiny 1")
    sizes = parser.add_mutually_exclusive_group()
    sizes.add_argument("--audits", type=whole, metavar="N", help="of the main registry (default: 1000000)")
    sizes.add_argument("--large", action="store_true", help="also a registry of 10,000,000 audits")
    sizes.add_argument("--tiny", action="store_true", help="smallest sizes and shortest loads")
    parser.add_argument("--out", type=pathlib.Path, default=SOURCE / "build/bench", metavar="DIR",
                        help="for results.md, results.json and the registries (default: build/bench)")
    parser.add_argument("--build", type=pathlib.Path, default=SOURCE / "build/release", metavar="DIR",
                        help="where the programs are (default: build/release)")
    options = parser.parse_args(arguments)
    options.rounds = options.rounds or (1 if options.tiny else 5)
    return options


def sizes_of(options):
    if options.tiny:
        return TINY
    if options.large:
        return Sizes(large=10_000_000)
    return Sizes(main=options.audits) if options.audits else Sizes()


def say(text):
    print(f"\r\033[K{text}" if sys.stderr.isatty() else text, end="" if sys.stderr.isatty() else "\n",
          file=sys.stderr, flush=True)


def processor():
    models = [line.partition(":")[2].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")]
    return f"{os.cpu_count()} × {models[0] if models else platform.machine()}"


def commit():
    described = subprocess.run(["git", "-C", SOURCE, "describe", "--always", "--dirty"], capture_output=True, text=True,
                               check=False)
    return described.stdout.strip() or "unknown"


def facts(sizes):
    started = datetime.datetime.now(datetime.timezone.utc)
    return {
        "date": started.isoformat(timespec="seconds"),
        "commit": commit(),
        "machine": f"{processor()}, {platform.system()} {platform.release()}",
        "load before": " ".join(f"{load:.1f}" for load in os.getloadavg()),
        "registries": ", ".join(f"{audits:,} audits" for audits in (sizes.small, *sizes.compared)),
    }


def measure(options, sizes, finished):
    """Calls `finished` with the number of rounds there were, and the wanted rows' lines, after each."""
    stage = Stage(Programs.of_build(options.build.resolve()), sizes, options.out.resolve(), say)
    groups = [group(stage) for group in GROUPS if options.rows & set(group.rows)]
    try:
        for number in range(1, options.rounds + 1):
            for group in groups:
                names = ", ".join(str(row) for row in group.rows)
                say(f"round {number} of {options.rounds}: rows {names}")
                group.measure(number)
            lines = [line for group in groups for line in group.lines if line.row in options.rows]
            finished(number, sorted(lines, key=lambda line: line.row))
    finally:
        say("")
        stage.stop()


def main(arguments):
    options = parse(arguments)
    sizes = sizes_of(options)
    about = facts(sizes)
    results = options.out / "results.md"

    def write(rounds, lines):
        about["rounds"] = rounds
        results.write_text(table.markdown(lines, about))
        (options.out / "results.json").write_text(table.to_json(lines, about))

    measure(options, sizes, write)
    print(results.read_text())


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit("bench: interrupted; the results are those of the rounds before")
    except subprocess.CalledProcessError as error:
        sys.exit(f"bench: {error}\n{error.stderr or ''}")
    except (RuntimeError, OSError) as error:
        sys.exit(f"bench: {error}")
