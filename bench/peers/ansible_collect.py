"""Collects from a fleet with Ansible's *_command modules over network_cli.

Usage: ansible_collect.py PLAN.json OUT_DIR; prints one line of JSON about the run.
"""
import json
import os
import resource
import subprocess
import sys
import time

SYSTEMS = {"cisco_ios": ("cisco.ios.ios", "cisco.ios.ios_command"), "cisco_nxos": ("cisco.nxos.nxos", "cisco.nxos.nxos_command"), "arista_eos": ("arista.eos.eos", "arista.eos.eos_command")}
PLAN = json.load(open(sys.argv[1]))
OUT = sys.argv[2]

hosts = {}
for device in PLAN["devices"]:
    system, _ = SYSTEMS[device["platform"]]
    hosts[device["name"]] = {"ansible_host": device["address"], "ansible_port": device["port"], "ansible_user": device["username"], "ansible_password": device["password"], "ansible_network_os": system, "ansible_connection": "ansible.netcommon.network_cli", "lab_commands": list(device["commands"].values())}
groups = {platform: {"hosts": {device["name"]: {} for device in PLAN["devices"] if device["platform"] == platform}} for platform in SYSTEMS}
with open(os.path.join(OUT, "hosts.json"), "w") as file:
    json.dump({"all": {"hosts": hosts, "children": groups}}, file)
tasks = [{"name": platform, module: {"commands": "{{ lab_commands }}"}, "when": "inventory_hostname in groups['%s']" % platform} for platform, (_, module) in SYSTEMS.items()]
with open(os.path.join(OUT, "play.json"), "w") as file:
    json.dump([{"hosts": "all", "gather_facts": False, "strategy": "free", "tasks": tasks}], file)

environment = {**os.environ, "ANSIBLE_STDOUT_CALLBACK": "json", "ANSIBLE_HOST_KEY_CHECKING": "False", "ANSIBLE_FORKS": str(PLAN["workers"]), "ANSIBLE_PERSISTENT_COMMAND_TIMEOUT": "60", "ANSIBLE_DEPRECATION_WARNINGS": "False", "ANSIBLE_RETRY_FILES_ENABLED": "False", "ANSIBLE_HOME": OUT, "ANSIBLE_LOCAL_TEMP": OUT, "ANSIBLE_PERSISTENT_CONTROL_PATH_DIR": os.path.join(OUT, "pc"), "HOME": OUT}
began = time.monotonic()
done = subprocess.run(["ansible-playbook", "-i", os.path.join(OUT, "hosts.json"), os.path.join(OUT, "play.json")], env=environment, capture_output=True, text=True)
wall = time.monotonic() - began
failures = []
got = set()
try:
    report = json.loads(done.stdout[done.stdout.index("{") :])
except ValueError:
    report = {"plays": []}
    failures.append({"device": "*", "error": (done.stderr or done.stdout)[-300:]})
kinds = {device["name"]: list(device["commands"]) for device in PLAN["devices"]}
for play in report["plays"]:
    for task in play["tasks"]:
        for name, result in task["hosts"].items():
            if "stdout" in result:
                got.add(name)
                os.makedirs(os.path.join(OUT, name), exist_ok=True)
                for kind, text in zip(kinds[name], result["stdout"]):
                    with open(os.path.join(OUT, name, kind + ".txt"), "w") as file:
                        file.write(text if isinstance(text, str) else json.dumps(text))
            elif result.get("failed") or result.get("unreachable"):
                failures.append({"device": name, "error": str(result.get("msg"))[:300]})
failures += [{"device": name, "error": "no result"} for name in kinds if name not in got and not any(failure["device"] in (name, "*") for failure in failures)]
children = resource.getrusage(resource.RUSAGE_CHILDREN)
version = subprocess.run(["ansible", "--version"], capture_output=True, text=True, env=environment).stdout.split("\n")[0]
print(json.dumps({"wall_s": wall, "cpu_s": children.ru_utime + children.ru_stime, "rss_mb": children.ru_maxrss / 1024, "failures": failures, "latencies_s": [], "version": version}))
