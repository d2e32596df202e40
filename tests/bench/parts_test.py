#!/usr/bin/env python3
"""The bench's own parts: what wrk says, and what a table makes of samples."""

import unittest

from load import parse_wrk
from table import Goal, Line, number

WRK = """Running 2s test @ http://127.0.0.1:41000/-/healthy
  1 threads and 8 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   121.00us  212.57us   8.15ms   98.91%
    Req/Sec    65.72k     6.04k   68.45k    90.91%
  Latency Distribution
     50%  102.00us
     75%    1.21ms
     90%    1.43ms
     99%    {p99}
  71836 requests in 1.10s, 13.91MB read
{trouble}Requests/sec:  65328.20
Transfer/sec:     12.65MB
"""


class ParseWrk(unittest.TestCase):
    def test_latencies_are_milliseconds_whatever_the_unit(self):
        for text, milliseconds in (("439.00us", 0.439), ("3.20ms", 3.2), ("1.50s ", 1500.0)):
            self.assertAlmostEqual(parse_wrk(WRK.format(p99=text, trouble="")).p99_ms, milliseconds)

    def test_requests_and_rate_are_not_those_of_the_thread(self):
        seen = parse_wrk(WRK.format(p99="1.00ms", trouble=""))
        self.assertEqual(seen.requests, 71836)
        self.assertEqual(seen.rate, 65328.2)
        self.assertAlmostEqual(seen.p50_ms, 0.102)

    def test_answers_that_are_no_success_are_no_figures(self):
        for trouble in ("  Non-2xx or 3xx responses: 15\n", "  Socket errors: connect 0, read 0, write 0, timeout 3\n"):
            with self.assertRaisesRegex(RuntimeError, "wrk met errors"):
                parse_wrk(WRK.format(p99="1.00ms", trouble=trouble))


class Table(unittest.TestCase):
    def test_a_ratio_is_formed_within_its_round(self):
        line = Line(1, "work", "requests/s", "limit", [Goal("ratio", "≥", 0.6, "≥ 60 %")])
        # The machine was slow in the second round; ratios of medians would say 0.5.
        for value, limit in ((50, 100), (7, 10), (80, 100)):
            line.add(value=value, limit=limit)
        self.assertAlmostEqual(line.median("ratio"), 0.7)
        self.assertTrue(line.is_met())

    def test_a_line_meets_its_goals_only_together(self):
        goals = [Goal("value", "≤", 50, "≤ 50"), Goal("p99_ms", "≤", 2, "p99 ≤ 2 ms")]
        line = Line(1, "work", "µs", "", goals)
        line.add(value=10, p99_ms=3)
        self.assertFalse(line.is_met())

    def test_numbers_have_three_digits(self):
        self.assertEqual([number(value) for value in (None, 65328.2, 999.7, 123.4, 12.34, 0.01234)],
                         ["–", "65,328", "1,000", "123", "12.3", "0.0123"])


if __name__ == "__main__":
    unittest.main()
