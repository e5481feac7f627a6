"""Collects from a fleet with asyncssh: one login per device, one prompt loop, all commands in one shell.

Usage: asyncssh_collect.py PLAN.json OUT_DIR; prints one line of JSON about the run.
"""
import asyncio
import json
import os
import re
import resource
import sys
import time

import asyncssh

PROMPT = re.compile(r"(?:^|\n)([\w.\-]+[>#]) ?$")


async def read_until(process, ends):
    text = ""
    while not ends(text):
        piece = await asyncio.wait_for(process.stdout.read(65536), 60)
        if piece == "":
            raise ConnectionError("the device hung up")
        text += piece.replace("\r", "")
    return text


async def collect(device, out):
    folder = os.path.join(out, device["name"])
    os.makedirs(folder)
    async with asyncssh.connect(device["address"], device["port"], username=device["username"], password=device["password"], known_hosts=None, client_keys=None, agent_path=None) as connection:
        process = await connection.create_process(term_type="vt100", term_size=(512, 1000))
        greeting = await read_until(process, lambda text: PROMPT.search(text) is not None)
        prompt = PROMPT.search(greeting).group(1)
        end = re.compile(r"(?:^|\n)" + re.escape(prompt) + r" ?$")
        for kind, command in [(None, "terminal length 0"), *device["commands"].items()]:
            process.stdin.write(command + "\n")
            text = await read_until(process, lambda so_far: end.search(so_far[-80:]) is not None)
            if kind is not None:
                body = text.split("\n", 1)[1]
                with open(os.path.join(folder, kind + ".txt"), "w") as file:
                    file.write(body[: body.rindex(prompt)])
        process.stdin.write("exit\n")


async def main():
    plan = json.load(open(sys.argv[1]))
    gate = asyncio.Semaphore(plan["workers"])
    failures, latencies = [], []
    began = time.monotonic()

    async def one(device):
        async with gate:
            start = time.monotonic()
            try:
                await collect(device, sys.argv[2])
                latencies.append(time.monotonic() - start)
            except Exception as error:
                failures.append({"device": device["name"], "error": repr(error)})

    await asyncio.gather(*(one(device) for device in plan["devices"]))
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({"wall_s": time.monotonic() - began, "cpu_s": usage.ru_utime + usage.ru_stime, "rss_mb": usage.ru_maxrss / 1024, "failures": failures, "latencies_s": latencies, "version": asyncssh.__version__}))


asyncio.run(main())
