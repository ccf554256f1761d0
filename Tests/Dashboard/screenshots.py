"""By hand: takes the pictures in docs/images, of every page, light and dark, on a desktop and on a phone.

    Tests/Dashboard/run.sh FOLDER-OF-THE-BUILT-PROGRAMS screenshots.py
"""

import os
import random
import subprocess
import threading
import time

from api import start
from browser import Browser, done
from server import BINARY, serving

WORKER = os.path.join(os.path.dirname(BINARY), "dashboard-worker")
IMAGES = os.path.join(os.path.dirname(__file__), "../../docs/images")
PAGES = {"workflows": "/", "workflow": "/workflows/order-1042", "workers": "/workers", "metrics": "/metrics"}
WINDOWS = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
ITEMS = ("book", "lamp", "kettle", "globe", "atlas")


def shop(server, stop):
    """What a shop has going on: orders, some of which fail, a few that wait."""
    random.seed(7)
    for number in range(3):
        start(server, "nightly-report", f"report-2026-11-{25 + number}", "sales")
    start(server, "ship-parcel", "parcel-311", "order-1001")
    number = 1000
    while not stop.wait(random.uniform(0.05, 0.6)):
        number += 1
        start(server, "process-order", f"order-{number}", {
            "item": random.choice(ITEMS), "quantity": 500 if number % 17 == 0 else random.randint(1, 9),
            "refusals": random.choice((0, 0, 0, 1, 3)) if number != 1042 else 2, "needsApproval": number % 11 == 0})


def main():
    os.makedirs(IMAGES, exist_ok=True)
    with serving() as server, Browser() as browser:
        workers = [
            subprocess.Popen([WORKER], env={**os.environ, "AETHER_SERVER": server.url, "AETHER_WORKER_ID": f"shop-{number}"})
            for number in (1, 2)
        ]
        stop = threading.Event()
        thread = threading.Thread(target=shop, args=(server, stop))
        thread.start()
        try:
            time.sleep(75)
            for window, viewport in WINDOWS.items():
                for scheme in ("light", "dark"):
                    for name, path in PAGES.items():
                        page = browser.open(
                            server, path, viewport=viewport, color_scheme=scheme, timezone_id="Europe/Berlin",
                            device_scale_factor=2 if window == "phone" else 1)
                        page.wait_for_timeout(2_500)
                        page.screenshot(path=os.path.join(IMAGES, f"{name}-{window}-{scheme}.png"))
                        done(page)
        finally:
            stop.set()
            thread.join()
            for worker in workers:
                worker.kill()
                worker.wait()


if __name__ == "__main__":
    main()
