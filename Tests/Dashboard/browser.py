"""A browser, and pages in it that notice every error."""

from playwright.sync_api import sync_playwright

CHROMIUM = "/usr/bin/chromium"

# Says how long the page was deaf to its user: https://w3c.github.io/longtasks/
LONG_TASKS = """
window.longTasks = [];
new PerformanceObserver((list) => list.getEntries().forEach((entry) => window.longTasks.push(entry.duration)))
    .observe({ type: "longtask", buffered: true });
"""


class Browser:
    def __enter__(self):
        self.playwright = sync_playwright().start()
        self.browser = self.playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        return self

    def __exit__(self, *_):
        self.browser.close()
        self.playwright.stop()

    def open(self, server, path="/", **options):
        """A page of the server in a window of its own; close it with `done`."""
        context = self.browser.new_context(
            base_url=f"http://localhost:{server.ports['http']}", viewport=options.pop("viewport", {"width": 1440, "height": 900}),
            reduced_motion="reduce", **options)
        context.add_init_script(LONG_TASKS)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.problems = []
        page.on("console", lambda message: message.type in ("error", "warning") and page.problems.append(message.text))
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on("request", lambda request: foreign(request, server) and page.problems.append(f"asked for {request.url}"))
        page.on("dialog", lambda dialog: page.problems.append(f"a dialog: {dialog.message}"))
        page.goto(path)
        return page


def foreign(request, server):
    return not request.url.startswith((f"http://localhost:{server.ports['http']}/", "blob:"))


def done(page, *expected):
    """Closes a page, on which nothing went wrong but what is expected: parts of messages."""
    problems = [problem for problem in page.problems if not any(part in problem for part in expected)]
    page.context.close()
    assert not problems, problems
