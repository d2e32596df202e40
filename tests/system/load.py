#!/usr/bin/env python3
"""Asks for a URL again and again until standard input ends; prints what came of it, exits 1 if anything failed.

load.py URL --keep-alive N   connections that stay open
            --fresh N        clients that connect anew for each request
"""
import argparse
import http.client
import sys
import threading
import urllib.parse

options = argparse.ArgumentParser()
options.add_argument("url")
options.add_argument("--keep-alive", type=int, default=0)
options.add_argument("--fresh", type=int, default=0)
options = options.parse_args()
url = urllib.parse.urlsplit(options.url)
ended = threading.Event()
lock = threading.Lock()
answered = 0
failures = []


def ask(connection):
    connection.request("GET", url.path)
    answer = connection.getresponse()
    answer.read()
    if answer.status != 200:
        raise RuntimeError(f"status {answer.status}")


def client(fresh):
    global answered
    connection = http.client.HTTPConnection(url.netloc, timeout=30)
    while not ended.is_set():
        try:
            ask(connection)
            with lock:
                answered += 1
        except Exception as error:
            with lock:
                failures.append(f"{'fresh' if fresh else 'keep-alive'}: {type(error).__name__}: {error}")
            connection.close()
        if fresh:
            connection.close()
        ended.wait(0.002)


kinds = [False] * options.keep_alive + [True] * options.fresh
threads = [threading.Thread(target=client, args=(fresh,)) for fresh in kinds]
for thread in threads:
    thread.start()
sys.stdin.read()
ended.set()
for thread in threads:
    thread.join()
print(f"{answered} answered, {len(failures)} failed", *failures[:5], sep="\n")
sys.exit(1 if failures or not answered else 0)
