"""The page of workers and queues."""

import re

from playwright.sync_api import expect

from api import start
from browser import done
from checks import check


@check
def connected(server, browser):
    """Who is connected is there, with what it offers; a worker that a workflow names is a link to it."""
    start(server, "nightly-report", "held", "x")
    page = browser.open(server, "/workflows/held")
    page.get_by_role("link", name="shop-1").click()
    expect(page).to_have_url(re.compile(r"/workers\?worker=shop-1"))
    row = page.get_by_role("table", name="Workers").get_by_role("row").filter(has_text="shop-1")
    expect(row).to_contain_text("swift")
    expect(row).to_contain_text("charge-card")
    expect(row.get_by_role("meter", name="Load")).to_have_attribute("aria-valuemax", re.compile(r"[1-9]\d*"))
    done(page)


@check
def unserved(server, browser):
    """What nobody serves is warned of as soon as something waits for it, with what to do and the way to what waits."""
    page = browser.open(server, "/workers")
    expect(page.get_by_role("table", name="Workers")).to_contain_text("shop-1")
    start(server, "forgotten-type", "forgotten-1")
    warning = page.get_by_role("region", name="Not served")
    expect(warning).to_contain_text("forgotten-type")
    expect(warning).to_contain_text("Start a worker that registers them")
    queue = page.get_by_role("table", name="Task queues").get_by_role("row").filter(has_text="forgotten-type")
    expect(queue).to_contain_text("nobody")
    warning.get_by_role("listitem").filter(has_text="forgotten-type").get_by_role("link").click()
    expect(page.locator('[data-id="forgotten-1"]')).to_be_visible()
    done(page)
