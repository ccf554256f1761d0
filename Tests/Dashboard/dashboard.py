"""The dashboard, in a real browser, of a real server with a real worker."""

import os
import subprocess
import sys

from playwright.sync_api import expect

import list_page
import metrics_page
import whole
import workers_page
import workflow_page
from browser import Browser
from checks import run
from server import BINARY, serving

WORKER = os.path.join(os.path.dirname(BINARY), "dashboard-worker")

# The checks of these modules, in their order.
assert list_page and metrics_page and workers_page and workflow_page and whole
expect.set_options(timeout=15_000)


def main():
    with serving() as server, Browser() as browser:
        environment = {**os.environ, "AETHER_SERVER": server.url}
        worker = subprocess.Popen([WORKER], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            return run(server, browser)
        finally:
            worker.kill()
            worker.wait()


if __name__ == "__main__":
    sys.exit(main())
