"""By hand: records histories of scripts, for the tests that replay them in every language.

    AETHER_BINARY=.../aether PYTHONPATH=Tests/Interop/python python3 Tests/Fixtures/record.py WORKER LANGUAGE

What is recorded once is never recorded again: it is what older versions wrote. A new script gets a new name.
"""

import json
import os
import subprocess
import sys
import threading
import time

from server import BINARY, serving

HISTORIES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "histories")


def step(name, failures=0, attempts=1, retryable=True):
    return {"step": {"_0": name, "failures": failures, "attempts": attempts, "isRetryable": retryable}}


def sleep(milliseconds):
    return {"sleep": {"milliseconds": milliseconds}}


def activity(behaviour, attempts=3):
    return {"activity": {"_0": behaviour, "_1": {"attempts": attempts}, "cancellation": "try"}}


def child(name, operations, start=False, policy="cancel"):
    return {"startChild" if start else "child": {"_0": name, "_1": operations, "policy": policy}}


def nested(kind, *branches):
    return {kind: {"_0": list(branches)}}


DERIVED = {"derived": {}}
SUCCEED = {"succeed": {}}

# By name: the operations, and what is done to the run meanwhile.
SCRIPTS = {
    "steps": ([step("a"), step("a"), step("with/slash #1 100%: ü", 2, 5), DERIVED, step("b")], []),
    "parallel": ([
        nested("parallel", [step("a"), sleep(20), DERIVED], [step("a"), step("b")], [nested("parallel", [step("c")], [sleep(5), step("c")])]),
        nested("settled", [step("x", 9)], [sleep(5), step("y")]), DERIVED], []),
    "race": ([nested("race", [sleep(10), step("fast")], [sleep(60_000), step("slow")]),
              nested("race", [{"signal": {"_0": "never"}}], [step("now"), sleep(1)]), DERIVED], []),
    "remote": ([
        activity(SUCCEED), activity({"fail": {"times": 2, "isRetryable": True}}), {"set": {"_0": "v", "_1": "x"}},
        nested("rescue", activity({"fail": {"times": 9, "isRetryable": False}})), sleep(5), DERIVED], []),
    "children": ([
        child("CHILD-1", [step("in"), DERIVED]), child("CHILD-2", [step("out")], start=True, policy="wait"),
        nested("rescue", child("CHILD-3", [{"fail": {"_0": "no"}}])), DERIVED], []),
    "signals": ([{"signal": {"_0": "one"}}, {"signal": {"_0": "late", "timeoutMilliseconds": 5}}, {"signal": {"_0": "two"}}, DERIVED],
                [("signal", "two", "--payload", '"2"'), ("signal", "one", "--payload", '"1"')]),
    "versions": ([{"version": {"_0": "change", "_1": 3, "_2": [step("new")]}}, {"added": {"_0": "more", "_1": [step("new"), DERIVED]}}, step("old")], []),
    "failed": ([{"compensate": {"_0": "undo"}}, step("a"), {"compensate": {"_0": "undo"}}, {"fail": {"_0": "out of stock"}}], []),
    "failed-step": ([{"compensate": {"_0": "undo"}}, step("a", 9, 3)], []),
    "cancelled": ([{"compensate": {"_0": "undo"}}, nested("parallel", [sleep(600_000)], [step("a"), {"signal": {"_0": "never"}}])], [("cancel",)]),
    "continued": ([step("first"), {"continueAsNew": {"_0": [step("second"), DERIVED]}}], []),
    "terminated": ([step("a"), sleep(600_000)], [("terminate",)]),
}


def aether(server, *arguments, check=True):
    done = subprocess.run([BINARY, *arguments], env={**os.environ, "AETHER_SERVER": server.url}, capture_output=True, text=True)
    if check and done.returncode:
        raise RuntimeError(f"{arguments}: {done.stderr}")
    return done.stdout


def act(server, name, actions):
    time.sleep(0.5)
    for action, *rest in actions:
        aether(server, *(["workflow", action, name, *rest] if action != "cancel" else ["cancel", name]))


def main(worker, language):
    os.makedirs(HISTORIES, exist_ok=True)
    with serving() as server:
        process = subprocess.Popen([worker], env={**os.environ, "AETHER_SERVER": server.url, "WORKER_ID": f"{language}-1"}, stdout=subprocess.DEVNULL)
        try:
            for name, (operations, actions) in SCRIPTS.items():
                path = os.path.join(HISTORIES, f"{name}-{language}.jsonl")
                if os.path.exists(path):
                    continue
                text = json.dumps({"path": os.devnull, "operations": operations}).replace("CHILD", f"{name}-child")
                doing = threading.Thread(target=act, args=(server, name, actions))
                doing.start()
                aether(server, "workflow", "start", "script", "--id", name, "--input", text, "--wait", check=False)
                doing.join()
                with open(path, "w") as file:
                    file.write(aether(server, "workflow", "history", name, "--json"))
                print(name, language)
        finally:
            process.kill()
            process.wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
