#!/usr/bin/env python3
"""Stops threads, as a deadlock would, until they are killed: freeze.py TID...  Says "frozen" once they stand.

Lets go of them after two minutes.
"""
import ctypes
import os
import signal
import sys

PTRACE_SEIZE, PTRACE_INTERRUPT, WALL = 0x4206, 0x4207, 0x40000000
libc = ctypes.CDLL(None, use_errno=True)
signal.alarm(120)
for thread in map(int, sys.argv[1:]):
    for request in (PTRACE_SEIZE, PTRACE_INTERRUPT):
        if libc.ptrace(request, thread, None, None) != 0:
            sys.exit(f"thread {thread}: errno {ctypes.get_errno()}")
print("frozen", flush=True)
try:
    while True:  # a traced thread is gone only once its tracer has been told
        os.waitpid(-1, WALL)
except ChildProcessError:
    pass
