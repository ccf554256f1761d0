"""What holds for every page."""

import re

from playwright.sync_api import expect

from api import start, until
from browser import done
from checks import check, equal

PAGES = ["/", "/workers", "/metrics", "/workflows/live-1", "/open", "/nothing"]

# Every control has a name: https://www.w3.org/TR/accname-1.2/, as far as it is used here.
NAMELESS = """
() => [...document.querySelectorAll("a, button, input, select, textarea, [tabindex='0']")]
    .filter((element) => element.checkVisibility() && !(element.getAttribute("aria-label") || element.title
        || element.innerText.trim() || element.labels?.[0]?.innerText.trim() || element.getAttribute("aria-labelledby")))
    .map((element) => element.outerHTML)
"""

# Text against what is behind it: https://www.w3.org/TR/WCAG22/#contrast-minimum
FAINT = """
() => {
    const context = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    const rgba = (color) => {
        context.clearRect(0, 0, 1, 1);
        context.fillStyle = color;
        context.fillRect(0, 0, 1, 1);
        const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data;
        return [r, g, b, a / 255];
    };
    const over = (top, bottom) => [0, 1, 2].map((i) => top[i] * top[3] + bottom[i] * (1 - top[3])).concat(1);
    const luminance = (color) => {
        const [r, g, b] = color.map((value) => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const background = (element) => {
        const layers = [];
        for (let node = element; node; node = node.parentElement) layers.push(rgba(getComputedStyle(node).backgroundColor));
        return layers.reverse().reduce((bottom, top) => over(top, bottom), rgba(getComputedStyle(document.body).backgroundColor));
    };
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        if (!walker.currentNode.data.trim() || !element.checkVisibility({ checkOpacity: true }) || element.closest("svg, [disabled]")) continue;
        const style = getComputedStyle(element);
        const behind = background(element);
        const [light, dark] = [luminance(over(rgba(style.color), behind)), luminance(behind)].sort((a, b) => b - a);
        const ratio = (light + 0.05) / (dark + 0.05);
        const isLarge = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
        if (ratio < (isLarge ? 3 : 4.5)) found.push(`${ratio.toFixed(2)} "${walker.currentNode.data.trim().slice(0, 40)}"`);
    }
    return found;
}
"""


def settled(page):
    page.wait_for_load_state("load")
    expect(page.locator("main")).not_to_be_empty()
    page.wait_for_timeout(700)


@check
def readable(server, browser):
    """Every page fits a desktop, a phone and 400 % of zoom, in light and in dark: no sideways scrolling, no faint text, no nameless control."""
    for width, height in ((1440, 900), (390, 844), (320, 640)):
        for scheme in ("light", "dark"):
            for path in PAGES:
                page = browser.open(server, path, viewport={"width": width, "height": height}, color_scheme=scheme)
                settled(page)
                where = f"{path}, {width} px, {scheme}"
                wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                assert wide <= 0, f"{where}: {wide} px too wide"
                equal((where, page.evaluate(NAMELESS)), (where, []))
                equal((where, page.evaluate(FAINT)), (where, []))
                done(page, "404")


@check
def theme(server, browser):
    """The theme that was chosen stays."""
    page = browser.open(server, color_scheme="light")
    shade = "getComputedStyle(document.documentElement).backgroundColor"
    light = page.evaluate(shade)
    button = page.get_by_role("button", name=re.compile("^Theme:"))
    for _ in range(2):
        if button.get_attribute("aria-label").startswith("Theme: dark"):
            break
        button.click()
        page.wait_for_timeout(200)
    expect(button).to_have_accessible_name(re.compile("^Theme: dark"))
    dark = page.evaluate(shade)
    assert dark != light
    page.reload()
    equal(page.evaluate(shade), dark)
    done(page)


@check
def titles(server, browser):
    """Every page has a title of its own, and an address that shows the same again."""
    seen = set()
    for path in ("/", "/workers", "/metrics", "/workflows/live-1"):
        page = browser.open(server, path)
        settled(page)
        seen.add(page.title())
        done(page)
    equal(len(seen), 4)


@check
def hostile(server, browser):
    """What workflows are given is shown as text, whatever it is."""
    text = "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>\"'`\u202eabc" + "x" * 50_000
    start(server, "echo", "<b>hostile</b>", text)
    page = browser.open(server)
    expect(page.get_by_role("link", name="<b>hostile</b>")).to_be_visible()
    page.get_by_role("link", name="<b>hostile</b>").click()
    expect(page.get_by_text("<script>window.hacked = 1</script>").first).to_be_visible()
    assert page.evaluate("window.hacked === undefined")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    done(page)


@check
def restarted(server, browser):
    """When the server is gone the page says so; when it is back it catches up by itself."""
    page = browser.open(server)
    expect(page.get_by_role("status", name="Connection: Live")).to_be_visible()
    ports = dict(server.ports)
    server.kill()
    expect(page.get_by_role("alert")).to_contain_text("The server is gone")
    server.flags = (*server.flags, "--http-port", str(ports["http"]))
    server.start(ports["grpc"])
    start(server, "nobody-serves-it", "after-the-restart")
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator('[data-id="after-the-restart"]')).to_be_visible()
    # The browser tells of requests that fail.
    done(page, "Failed to load resource", "net::ERR")
