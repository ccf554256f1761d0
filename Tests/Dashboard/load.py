"""By hand: 100,000 workflows in the list and 50 changes a second; prints how long the page was deaf at most, and what the server spent.

    Tests/Dashboard/run.sh FOLDER-OF-THE-BUILT-PROGRAMS load.py
"""

import itertools
import os
import statistics
import subprocess
import threading
import time

from playwright.sync_api import expect

from api import start
from browser import Browser, done
from server import BINARY, serving

WORKER = os.path.join(os.path.dirname(BINARY), "dashboard-worker")
ROWS = 100_000
SECONDS = 10
ROUNDS = 3


def cpu(process):
    """Seconds of processor time."""
    with open(f"/proc/{process.pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def changes(server, stop, numbers):
    """Fifty workflows a second, each of which begins, runs and ends."""
    due = time.monotonic()
    while not stop.is_set():
        start(server, "echo", f"busy-{next(numbers)}", "x")
        due += 0.02
        time.sleep(max(0, due - time.monotonic()))


def spent(server, numbers, meanwhile):
    """The share of a core that the server spends while there are changes."""
    stop = threading.Event()
    thread = threading.Thread(target=changes, args=(server, stop, numbers))
    thread.start()
    before, begin = cpu(server.process), time.monotonic()
    while time.monotonic() - begin < SECONDS:
        meanwhile()
    share = (cpu(server.process) - before) / (time.monotonic() - begin)
    stop.set()
    thread.join()
    return share


def scroll(page):
    page.mouse.wheel(0, 3_000)
    page.wait_for_timeout(100)


def main():
    numbers = itertools.count()
    with serving() as server, Browser() as browser:
        environment = {**os.environ, "AETHER_SERVER": server.url}
        subprocess.run([WORKER, "fill", str(ROWS)], env=environment, check=True)
        worker = subprocess.Popen([WORKER], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            without, looked_at, longest = [], [], 0
            spent(server, numbers, lambda: time.sleep(0.1))
            # In turn, so that whatever else the machine does meets both.
            for _ in range(ROUNDS):
                without.append(spent(server, numbers, lambda: time.sleep(0.1)))
                page = browser.open(server)
                expect(page.locator('[role="row"][data-id]').first).to_be_visible()
                page.evaluate("window.longTasks.length = 0")
                looked_at.append(spent(server, numbers, lambda: scroll(page)))
                longest = max(longest, page.evaluate("Math.max(0, ...window.longTasks)"))
                done(page)
            shares = [statistics.median(shares) for shares in (without, looked_at)]
            print(f"{ROWS} workflows, 50 changes/s: longest task of the page {longest:.0f} ms (0: none over 50); "
                  f"server {shares[1]:.1%} of a core, {shares[0]:.1%} without the page: {shares[1] - shares[0]:.1%} for it")
        finally:
            worker.kill()
            worker.wait()


if __name__ == "__main__":
    main()
