"""Chromium at work on a tenant's pages, and everything it complains of on the way."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    Request,
    Response,
    ViewportSize,
    sync_playwright,
)

EXECUTABLE = Path("/usr/bin/chromium")
HOST = "acme.unison.test"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP *.unison.test 127.0.0.1",
)
AXE = Path(__file__).with_name("axe.min.js")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1440, "height": 900}


class Visitor:
    """Somebody in front of a screen. What goes wrong meanwhile is remembered."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.complaints: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("request", self._follow)
        page.on("response", self._read)

    def go(self, path: str) -> None:
        """Open a page and wait until it is quiet."""
        self.page.goto(f"{self.address}{path}")
        self.settle()

    def settle(self) -> None:
        """Wait until the page asks for nothing more."""
        self.page.wait_for_load_state("networkidle")

    def sign_in(self, email: str, password: str) -> None:
        """Fill in the sign-in form and send it."""
        self.page.get_by_label("E-mail address").fill(email)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        self.settle()

    def barriers(self) -> list[str]:
        """What on this page keeps people out, by the automated part of WCAG 2.2 AA."""
        self.page.evaluate(AXE.read_text())
        found = self.page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
        return [
            f"{violation['id']}: {node['target']} {node['html'][:150]}"
            for violation in found["violations"]
            for node in violation["nodes"]
        ]

    def overflows(self) -> bool:
        """Whether the page is wider than its window."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.type}: {message.text}")

    def _follow(self, request: Request) -> None:
        if not request.url.startswith((f"{self.address}/", "data:", "blob:")):
            self.complaints.append(f"a request to another host: {request.url}")

    def _read(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status}: {response.url}")


def at_the_tenant(address: str) -> str:
    """The same server by the tenant's host name."""
    return f"http://{HOST}:{urlsplit(address).port}"


@contextmanager
def chromium(address: str) -> Iterator[Browser]:
    """A browser, closed again. It trusts the address as if it were https, which tests cannot speak."""
    trusting = f"--unsafely-treat-insecure-origin-as-secure={address}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(EXECUTABLE), args=[*QUIET, trusting])
        yield browser
        browser.close()
