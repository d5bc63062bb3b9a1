"""Served nodes and Chromium: what a person sees. The nodes are real; their network and their clock are the tests'."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from starlette.applications import Starlette

from sepakat.web.site import routes
from tests.integration.web.browser import PASSWORD
from tests.integration.web.conftest import add_everybody, filled
from tests.support.served import served
from tests.support.simulator import Simulation, simulation

CHROMIUM = shutil.which("chromium")
SHOTS = Path(__file__).parents[3] / "build" / "screenshots"
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


@dataclass
class Person:
    """One person at one node, in a browser of its own; what the console says is kept."""

    page: Page
    address: str
    said: list[str]

    def open(self, path: str) -> Page:
        """Open a page; it must be there."""
        answer = self.page.goto(self.address + path)
        assert answer is not None
        assert answer.status == 200, (path, answer.status)
        return self.page

    def press(self, name: str) -> None:
        """Press the button of this name and wait for the page that follows."""
        self.page.get_by_role("button", name=name, exact=True).first.click()
        self.page.wait_for_load_state()


@dataclass
class Stage:
    """Nodes that are served, and who can sit down before them."""

    world: Simulation
    addresses: dict[str, str]
    chromium: Browser

    @contextmanager
    def person(
        self,
        node: str = "us",
        name: str = "releaser",
        *,
        width: int = 1440,
        scripts: bool = True,
        locale: str = "en",
        scheme: str = "light",
        zone: str = "UTC",
    ) -> Iterator[Person]:
        """Somebody signed in."""
        with self.stranger(node, width=width, scripts=scripts, locale=locale, scheme=scheme, zone=zone) as person:
            person.open("/sign-in")
            person.page.locator("#name").fill(name)
            person.page.locator("#password").fill(PASSWORD)
            person.page.locator("form[action='/sign-in'] button").click()
            person.page.wait_for_load_state()
            yield person

    @contextmanager
    def stranger(
        self,
        node: str = "us",
        *,
        width: int = 1440,
        scripts: bool = True,
        locale: str = "en",
        scheme: str = "light",
        zone: str = "UTC",
    ) -> Iterator[Person]:
        """Somebody before the sign-in."""
        context: BrowserContext = self.chromium.new_context(
            viewport={"width": width, "height": 900},
            locale=locale,
            timezone_id=zone,
            color_scheme="dark" if scheme == "dark" else "light",
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        context.set_default_timeout(15_000)
        page = context.new_page()
        said: list[str] = []

        def hear(message: ConsoleMessage) -> None:
            said.append(f"{message.type}: {message.text}")

        page.on("console", hear)
        page.on("pageerror", lambda error: said.append(str(error)))
        try:
            yield Person(page, self.addresses[node], said)
        finally:
            context.close()


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The system's Chromium. It ends with this folder: as long as it lives, an event loop runs in the tests' thread."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        browser.close()


@contextmanager
def staged(world: Simulation, chromium: Browser, *nodes: str) -> Iterator[Stage]:
    """Serve nodes of a world."""
    with ExitStack() as stack:
        addresses = {}
        for name in nodes:
            application = Starlette(routes=routes(world[name]))
            addresses[name] = stack.enter_context(served(application))
        yield Stage(world, addresses, chromium)


@pytest.fixture(scope="package")
def stage(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A node on which much happened; only looked at."""
    with simulation(tmp_path_factory.mktemp("shown"), "us", "ru", "fr") as world:
        filled(world)
        with staged(world, chromium, "us") as made:
            yield made


@pytest.fixture
def fresh(chromium: Browser, tmp_path: Path) -> Iterator[Stage]:
    """Two nodes that know each other, on which nothing happened."""
    with simulation(tmp_path, "us", "ru") as world:
        world.introduce(("us", "ru"))
        for name in ("us", "ru"):
            add_everybody(world[name])
        with staged(world, chromium, "us", "ru") as made:
            yield made
