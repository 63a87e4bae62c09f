"""One line of JSON for every stage measured: its name, the peer and the median of its CPU seconds, warm."""

import importlib.metadata
import json
import pathlib
import resource
import statistics
import sys
import time

input_folder = pathlib.Path(sys.argv[1])


def seconds_of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(stage, peer, call, times=5, clock=time.process_time):
    """`times` = 1 is for calls of many seconds: no warm-up, measured once."""
    if times > 1:
        call()
    seconds = []
    while len(seconds) < times or (times > 1 and sum(seconds) < 1):
        start = clock()
        call()
        seconds.append(clock() - start)
    version = importlib.metadata.version(peer)
    print(json.dumps({"stage": stage, "peer": f"{peer} {version}", "seconds": statistics.median(seconds)}), flush=True)
