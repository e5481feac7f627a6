"""Collects from a fleet with rancid's clogin: one expect and one ssh process per device, as many at a time as are told.

Usage: rancid_collect.py PLAN.json OUT_DIR; prints one line of JSON about the run. Cuts each transcript at the echoes of
the commands: what rancid itself stores is edited by its own filters and cannot be compared.
"""
import concurrent.futures
import json
import os
import re
import resource
import subprocess
import sys
import time

CLOGIN = "/usr/lib/rancid/bin/clogin"
PLAN = json.load(open(sys.argv[1]))
OUT = sys.argv[2]
LOGIN_FILE = os.path.join(OUT, ".cloginrc")
SSH = os.path.join(OUT, "ssh-any-key")


def write_login_file():
    lines = ["add method * {ssh:%d}" % PLAN["devices"][0]["port"], "add autoenable * 1", "add cyphertype * {aes128-ctr}", "add sshcmd * {%s}" % SSH]
    for device in PLAN["devices"]:
        lines += ["add user %(address)s {%(username)s}" % device, "add password %(address)s {%(password)s}" % device]
    with open(LOGIN_FILE, "w") as file:
        file.write("\n".join(lines) + "\n")
    os.chmod(LOGIN_FILE, 0o600)
    with open(SSH, "w") as file:
        file.write('#!/bin/sh\nexec ssh -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR "$@"\n')
    os.chmod(SSH, 0o700)


def collect(device):
    start = time.monotonic()
    folder = os.path.join(OUT, device["name"])
    os.makedirs(folder)
    commands = ["terminal length 0", *device["commands"].values()]
    done = subprocess.run([CLOGIN, "-f", LOGIN_FILE, "-t", "60", "-c", ";".join(commands), device["address"]], stdin=subprocess.DEVNULL, capture_output=True)
    text = done.stdout.decode("latin-1").replace("\r", "")
    pieces = re.split(r"(?m)^%s[>#] ?" % re.escape(device["name"]), text)
    found = 0
    for kind, command in device["commands"].items():
        answer = next((piece[len(command) + 1 :] for piece in pieces if piece.startswith(command + "\n")), None)
        if answer is not None:
            found += 1
            with open(os.path.join(folder, kind + ".txt"), "w") as file:
                file.write(answer)
    if done.returncode != 0 or found < len(device["commands"]):
        raise RuntimeError("clogin ended with %d, %d of %d answers: %s" % (done.returncode, found, len(device["commands"]), text[-120:]))
    return time.monotonic() - start


write_login_file()
failures, latencies = [], []
began = time.monotonic()
with concurrent.futures.ThreadPoolExecutor(PLAN["workers"]) as pool:
    running = {pool.submit(collect, device): device for device in PLAN["devices"]}
    for done in concurrent.futures.as_completed(running):
        try:
            latencies.append(done.result())
        except Exception as error:
            failures.append({"device": running[done]["name"], "error": repr(error)[:300]})
wall = time.monotonic() - began
own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({"wall_s": wall, "cpu_s": own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime, "rss_mb": children.ru_maxrss / 1024, "failures": failures, "latencies_s": latencies, "version": "3.13"}))
