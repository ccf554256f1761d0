"""By hand: 100,000 workflows in the list and 50 changes a second; prints how long the page was deaf at most, and what the server spent.

    Tests/Dashboard/run.sh FOLDER-OF-THE-BUILT-PROGRAMS load.py
"""

import os
import subprocess
import threading
import time

from playwright.sync_api import expect

from api import start
from browser import Browser, done
from server import BINARY, serving

WORKER = os.path.join(os.path.dirname(BINARY), "dashboard-worker")
ROWS = 100_000
SECONDS = 20


def cpu(process):
    """Seconds of processor time."""
    with open(f"/proc/{process.pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def changes(server, stop):
    """Fifty workflows a second, each of which begins, runs and ends."""
    due, number = time.monotonic(), 0
    while not stop.is_set():
        start(server, "echo", f"busy-{number}", "x")
        number += 1
        due += 0.02
        time.sleep(max(0, due - time.monotonic()))


def spent(server, seconds, busy=True):
    """The share of a core that the server spends."""
    stop = threading.Event()
    thread = threading.Thread(target=changes, args=(server, stop)) if busy else None
    if thread:
        thread.start()
    before, begin = cpu(server.process), time.monotonic()
    time.sleep(seconds)
    share = (cpu(server.process) - before) / (time.monotonic() - begin)
    stop.set()
    if thread:
        thread.join()
    return share


def main():
    with serving() as server, Browser() as browser:
        environment = {**os.environ, "AETHER_SERVER": server.url}
        subprocess.run([WORKER, "fill", str(ROWS)], env=environment, check=True)
        worker = subprocess.Popen([WORKER], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            without = spent(server, SECONDS)
            page = browser.open(server)
            expect(page.locator('[role="row"][data-id]').first).to_be_visible()
            page.evaluate("window.longTasks.length = 0")
            stop = threading.Event()
            thread = threading.Thread(target=changes, args=(server, stop))
            thread.start()
            before, begin = cpu(server.process), time.monotonic()
            while time.monotonic() - begin < SECONDS:
                page.mouse.wheel(0, 3_000)
                page.wait_for_timeout(100)
            share = (cpu(server.process) - before) / (time.monotonic() - begin)
            stop.set()
            thread.join()
            longest = page.evaluate("Math.max(0, ...window.longTasks)")
            done(page)
            print(f"{ROWS} workflows, 50 changes/s: longest task of the page {longest:.0f} ms; server {share:.1%} of a core, "
                  f"{without:.1%} without the page: {share - without:.1%} for it")
        finally:
            worker.kill()
            worker.wait()


if __name__ == "__main__":
    main()
