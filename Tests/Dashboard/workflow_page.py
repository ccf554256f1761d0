"""The page of one workflow."""

import json
import re

from playwright.sync_api import expect

from api import ended, start, status, until
from browser import done
from checks import check, equal


def operation(page, name):
    return page.get_by_role("list", name="Operations").get_by_role("button", name=re.compile(name))


@check
def lives(server, browser):
    """A run that goes on under one's eyes shows its steps, its attempts and its end, without a reload."""
    start(server, "process-order", "seen", {"item": "book", "quantity": 2, "refusals": 2})
    page = browser.open(server, "/workflows/seen")
    page.evaluate("window.notReloaded = true")
    expect(page.get_by_role("heading", name="seen")).to_be_visible()
    expect(page.locator(".reason")).to_contain_text("Completed after")
    expect(operation(page, "charge-card")).to_contain_text("×3")
    expect(operation(page, "check-inventory")).to_be_visible()
    expect(page.get_by_role("region", name="Timeline")).to_contain_text("charge-card")
    assert page.evaluate("window.notReloaded")
    operation(page, "charge-card").click()
    expect(page.get_by_text("the bank did not answer in time").first).to_be_visible()
    assert "entry=" in page.url, page.url
    page.reload()
    expect(page.get_by_text("the bank did not answer in time").first).to_be_visible()
    done(page)


@check
def signals(server, browser):
    """What waits for a signal says so, and goes on when it is sent from here."""
    start(server, "process-order", "50 % off, approved", {"item": "book", "quantity": 1, "needsApproval": True})
    page = browser.open(server, "/workflows/50%20%25%20off%2C%20approved")
    expect(page.locator(".reason")).to_contain_text('Waiting for signal "approved"')
    page.get_by_role("button", name="Send it").click()
    dialog = page.get_by_role("dialog", name="Send a signal")
    expect(dialog.get_by_label("Name")).to_have_value("approved")
    dialog.get_by_label("Payload").fill('"me')
    expect(dialog.get_by_role("button", name="Send signal")).to_be_disabled()
    dialog.get_by_label("Payload").fill('"me"')
    dialog.get_by_role("button", name="Send signal").click()
    expect(page.locator(".reason")).to_contain_text("Completed after")
    done(page)


@check
def cancels(server, browser):
    """A workflow is cancelled after a question; one that can't clean up is terminated once that was typed."""
    for id in ("sleeper", "stuck"):
        start(server, "nightly-report", id, "x")
    page = browser.open(server, "/workflows/sleeper")
    expect(page.locator(".reason")).to_contain_text("timer")
    page.get_by_role("button", name="Cancel", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Keep it").click()
    page.get_by_role("button", name="Cancel", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel workflow").click()
    expect(page.locator(".reason")).to_contain_text("Cancelled after")
    equal(status(server, "sleeper")["state"], "CANCELLED")
    done(page)
    page = browser.open(server, "/workflows/stuck")
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Terminate…").click()
    dialog = page.get_by_role("dialog", name="Terminate this workflow?")
    expect(dialog.get_by_role("button", name="Terminate workflow")).to_be_disabled()
    dialog.get_by_role("textbox").fill("terminate")
    dialog.get_by_role("button", name="Terminate workflow").click()
    expect(page.locator(".reason")).to_contain_text("Cancelled after")
    done(page)


@check
def fails(server, browser):
    """What failed says in which step and why, and leads there."""
    start(server, "process-order", "fails", {"item": "unobtainium", "quantity": 500})
    page = browser.open(server, "/workflows/fails")
    expect(page.locator(".reason")).to_contain_text("in check-inventory: unobtainium is out of stock")
    page.get_by_role("button", name="Show where").click()
    assert "entry=" in page.url or "operation=" in page.url, page.url
    done(page)
    page = browser.open(server, "/workflows/no-such-workflow")
    expect(page.get_by_role("heading", name="There is no workflow with this id")).to_be_visible()
    done(page, "404")


@check
def exports(server, browser):
    """A history is saved, and shown again from its file alone."""
    ended(server, "seen")
    page = browser.open(server, "/workflows/seen", accept_downloads=True)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Export").click()
    path = saved.value.path()
    with open(path) as file:
        equal(json.load(file)["workflow"]["id"], "seen")
    page.goto("/open")
    page.locator("input[type=file]").set_input_files(path)
    expect(page.get_by_role("heading", name=re.compile("seen"))).to_be_visible()
    expect(operation(page, "charge-card")).to_contain_text("×3")
    expect(page.get_by_role("button", name="Cancel", exact=True)).to_have_count(0)
    page.goto("/open")
    page.locator("input[type=file]").set_input_files({"name": "x.json", "mimeType": "application/json", "buffer": b'{"a": 1}'})
    expect(page.get_by_role("alert")).to_contain_text("no exported history of Aether")
    done(page)


@check
def families(server, browser):
    """Children are links to their pages, and theirs lead back."""
    page = browser.open(server, "/workflows/seen?tab=children")
    child = page.get_by_role("link", name="seen/child:invoice#1").first
    child.click()
    expect(page.get_by_role("heading", name="seen/child:invoice#1")).to_be_visible()
    page.get_by_role("navigation", name="Where this is").get_by_role("link", name="seen").click()
    expect(page.get_by_role("heading", name="seen", exact=False)).to_be_visible()
    done(page)


@check
def long(server, browser):
    """A history of many steps is shown, and its views change, without keeping anyone waiting."""
    start(server, "count", "long", 1_500)
    ended(server, "long")
    page = browser.open(server, "/workflows/long")
    expect(page.locator(".reason")).to_contain_text("Completed after")
    expect(operation(page, "count").first).to_be_visible()
    assert page.locator(".history-row").count() < 200
    page.get_by_role("button", name="Full").or_(page.get_by_role("radio", name="Full")).first.click()
    expect(page.get_by_role("list", name="Entries")).to_be_visible()
    page.get_by_role("button", name="JSON").or_(page.get_by_role("radio", name="JSON")).first.click()
    expect(page.get_by_text("STEP_COMPLETED").first).to_be_visible()
    done(page)
