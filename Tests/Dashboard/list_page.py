"""The list of workflows."""

import re

from playwright.sync_api import expect

from api import ask, ended, start, status, until
from browser import done
from checks import check, equal


def row(page, id):
    return page.locator(f'[role="row"][data-id="{id}"]')


@check
def empty(server, browser):
    """Without workflows the page teaches the next command."""
    page = browser.open(server)
    expect(page.get_by_role("heading", name="No workflows yet")).to_be_visible()
    expect(page.get_by_text("aether workflow start TYPE --input JSON")).to_be_visible()
    done(page)


@check
def live(server, browser):
    """A workflow appears by itself, and its state changes, without a reload."""
    page = browser.open(server)
    page.evaluate("window.notReloaded = true")
    start(server, "process-order", "live-1", {"item": "book", "quantity": 1, "needsApproval": True})
    expect(row(page, "live-1")).to_contain_text("Running")
    ask(server, "POST", "/workflows/live-1/signal", {"name": "approved", "payload": "Ada"})
    expect(row(page, "live-1")).to_contain_text("Completed")
    expect(page.get_by_role("button", name=re.compile("^Completed"))).to_contain_text("2")
    assert page.evaluate("window.notReloaded")
    done(page)


@check
def filters(server, browser):
    """Filters are in the address, and a reload shows the same."""
    for number in range(3):
        start(server, "process-order", f"fails-{number}", {"item": "book", "quantity": 500})
    start(server, "nobody-serves-it", "waits-1")
    ended(server, "fails-2", "FAILED")
    page = browser.open(server)
    page.get_by_role("group", name="States").get_by_role("button", name=re.compile("^Failed")).click()
    expect(row(page, "fails-0")).to_be_visible()
    expect(row(page, "waits-1")).to_have_count(0)
    assert "state=FAILED" in page.url, page.url
    page.reload()
    expect(row(page, "fails-0")).to_be_visible()
    expect(row(page, "live-1")).to_have_count(0)
    page.get_by_role("button", name="Clear filters").click()
    expect(row(page, "live-1")).to_be_visible()

    page.get_by_role("searchbox").fill("WAITS")
    expect(row(page, "waits-1")).to_be_visible()
    expect(row(page, "fails-0")).to_have_count(0)
    page.get_by_role("searchbox").fill("fails-*")
    expect(row(page, "fails-0")).to_be_visible()
    expect(row(page, "waits-1")).to_have_count(0)
    page.get_by_role("searchbox").fill("nothing like that")
    expect(page.get_by_role("heading", name="No workflow matches")).to_be_visible()
    page.go_back()
    done(page)
    page = browser.open(server, "/?type=nobody-serves-it")
    expect(row(page, "waits-1")).to_be_visible()
    expect(page.locator('[role="row"][data-id]')).to_have_count(1)
    done(page)


@check
def cancel_many(server, browser):
    """Many are cancelled at once, after a question that says how many."""
    for number in range(4):
        start(server, "nightly-report", f"bulk-{number}", "x")
    page = browser.open(server, "/?q=bulk-*")
    for number in range(3):
        page.get_by_role("checkbox", name=f"Select bulk-{number}").check()
    page.get_by_role("region", name="Selection").get_by_role("button", name=re.compile("^Cancel")).click()
    dialog = page.get_by_role("dialog", name="Cancel 3 workflows?")
    dialog.get_by_role("button", name="Keep them").click()
    equal(status(server, "bulk-0")["cancelRequested"], False)
    page.get_by_role("region", name="Selection").get_by_role("button", name=re.compile("^Cancel")).click()
    dialog.get_by_role("button", name="Cancel 3 workflows").click()
    for number in range(3):
        expect(row(page, f"bulk-{number}")).to_contain_text("Cancelled")
    expect(row(page, "bulk-3")).to_contain_text("Running")
    done(page)


@check
def start_dialog(server, browser):
    """A workflow is started from the page; what is no JSON can't be sent, and what the server refuses is said."""
    page = browser.open(server)
    page.get_by_role("button", name="Start workflow").click()
    dialog = page.get_by_role("dialog", name="Start a workflow")
    dialog.get_by_label("Type").fill("echo")
    dialog.get_by_label("Input").fill('{"no": ')
    expect(dialog.get_by_role("button", name="Start workflow")).to_be_disabled()
    dialog.get_by_label("Input").fill('"hello"')
    dialog.get_by_label("Id").fill("live-1")
    dialog.get_by_role("button", name="Start workflow").click()
    expect(dialog.get_by_role("alert")).to_contain_text("live-1 exists already")
    dialog.get_by_label("Id").fill("by hand")
    dialog.get_by_role("button", name="Start workflow").click()
    expect(page).to_have_url(re.compile(r"/workflows/by%20hand"))
    ended(server, "by hand")
    # The browser tells of every answer that is no success.
    done(page, "409")


@check
def keyboard(server, browser):
    """All of the list can be done with the keyboard."""
    page = browser.open(server)
    expect(row(page, "live-1")).to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("bulk")
    expect(row(page, "live-1")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.get_by_role("searchbox")).not_to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    active = page.locator('[role="row"][data-active="true"]')
    expect(active).to_have_count(1)
    id = active.get_attribute("data-id")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/workflows/{id}"))
    page.go_back()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.keyboard.type("Workers")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/workers$"))
    done(page)
