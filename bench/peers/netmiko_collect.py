"""Collects from a fleet with netmiko in threads.

Usage: netmiko_collect.py PLAN.json OUT_DIR [fast]; prints one line of JSON about the run.
"""
import concurrent.futures
import json
import os
import resource
import sys
import time

import netmiko

DRIVERS = {"cisco_ios": "cisco_ios", "cisco_nxos": "cisco_nxos", "arista_eos": "arista_eos"}
PLAN = json.load(open(sys.argv[1]))
OUT = sys.argv[2]
FAST = len(sys.argv) > 3 and sys.argv[3] == "fast"


def collect(device):
    start = time.monotonic()
    folder = os.path.join(OUT, device["name"])
    os.makedirs(folder)
    connection = netmiko.ConnectHandler(device_type=DRIVERS[device["platform"]], host=device["address"], port=device["port"], username=device["username"], password=device["password"], fast_cli=FAST)
    try:
        for kind, command in device["commands"].items():
            text = connection.send_command(command)
            with open(os.path.join(folder, kind + ".txt"), "w") as file:
                file.write(text)
    finally:
        connection.disconnect()
    return time.monotonic() - start


failures, latencies = [], []
began = time.monotonic()
with concurrent.futures.ThreadPoolExecutor(PLAN["workers"]) as pool:
    running = {pool.submit(collect, device): device for device in PLAN["devices"]}
    for done in concurrent.futures.as_completed(running):
        try:
            latencies.append(done.result())
        except Exception as error:
            failures.append({"device": running[done]["name"], "error": repr(error)[:200]})
usage = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"wall_s": time.monotonic() - began, "cpu_s": usage.ru_utime + usage.ru_stime, "rss_mb": usage.ru_maxrss / 1024, "failures": failures, "latencies_s": latencies, "version": netmiko.__version__}))
