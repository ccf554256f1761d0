"""The page of metrics."""

import re

from playwright.sync_api import expect

from api import start, until
from browser import done
from checks import check, equal


def chart(page, name):
    return page.get_by_role("region", name=name, exact=True)


@check
def moves(server, browser):
    """Charts go on by themselves, and the crosshair shows one time in all of them."""
    page = browser.open(server, "/metrics")
    expect(page.get_by_role("heading", name="Memory")).to_be_visible()
    for number in range(30):
        start(server, "echo", f"measured-{number}", "x")
    line = chart(page, "Workflows").locator("path.chart-line").first
    until(lambda: line.get_attribute("d"))
    before = line.get_attribute("d")
    until(lambda: line.get_attribute("d") != before)
    expect(chart(page, "Memory").locator("dd").first).to_have_text(re.compile(r"\d MB"))

    plot = chart(page, "Workflows").locator(".chart-plot")
    box = plot.bounding_box()
    page.mouse.move(box["x"] + box["width"] - 20, box["y"] + 60)
    expect(page.locator(".crosshair-time")).to_have_count(12)
    equal(len(set(page.locator(".crosshair-time").all_inner_texts())), 1)
    page.mouse.move(5, 5)
    expect(page.locator(".crosshair-time")).to_have_count(0)
    done(page)


@check
def ranges(server, browser):
    """The time that is shown is in the address."""
    page = browser.open(server, "/metrics")
    page.get_by_role("radio", name="24 h").click()
    expect(page).to_have_url(re.compile("range=24h"))
    page.reload()
    expect(page.get_by_role("radio", name="24 h")).to_be_checked()
    page.keyboard.press("Tab")
    page.get_by_role("radio", name="24 h").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("radio", name="15 min")).to_be_checked()
    expect(page).to_have_url(re.compile("/metrics$"))
    done(page)
