"""A person at a browser: with a mouse or only a keyboard, with or without JavaScript."""

import re
from dataclasses import dataclass

from playwright.sync_api import Browser, Locator, Page, expect

from tests.fixtures.mail import Post
from tests.fixtures.server import Server

TABS_MOST = 150
FOCUS_SHOWS = """element => {
  const style = getComputedStyle(element);
  return style.outlineStyle !== "none" || style.boxShadow !== "none";
}"""


@dataclass(frozen=True)
class Way:
    """How the board is used."""

    width: int
    keyboard: bool
    javascript: bool

    @property
    def name(self) -> str:
        return f"{self.width}px-{'keyboard' if self.keyboard else 'mouse'}-{'js' if self.javascript else 'nojs'}"


class Visitor:
    """Somebody with a browser of their own."""

    def __init__(self, browser: Browser, way: Way, server: Server, post: Post, name: str) -> None:
        self.way, self.server, self.post, self.name = way, server, post, name
        self.email = f"{name.partition(' ')[0].lower()}@example.org"
        context = browser.new_context(
            viewport={"width": way.width, "height": 844}, java_script_enabled=way.javascript, reduced_motion="reduce"
        )
        self.page: Page = context.new_page()
        self.page.set_default_timeout(30_000)
        self.troubles: list[str] = []
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("console", lambda message: self._hear(message.type, message.text))

    def _hear(self, kind: str, words: str) -> None:
        """Keep what the browser complains of; that a visitor is asked to sign in (401) is none."""
        if kind == "error" and "401 (Unauthorized)" not in words:
            self.troubles.append(words)

    def open(self, path: str) -> None:
        self.page.goto(path if path.startswith("http") else self.server.url + path)

    def press(self, target: Locator) -> None:
        """Click it, or reach it with Tab and press the key that works it."""
        if not self.way.keyboard:
            target.click()
            return
        self._reach(target)
        kind = target.evaluate("element => element.type || element.localName")
        self.page.keyboard.press("Space" if kind in {"radio", "checkbox"} else "Enter")

    def button(self, name: str | re.Pattern[str], within: Locator | None = None) -> None:
        self.press((within or self.page).get_by_role("button", name=name).first)

    def link(self, name: str | re.Pattern[str]) -> None:
        self.press(self.page.get_by_role("link", name=name).first)

    def write(self, label: str | re.Pattern[str], words: str) -> None:
        field = self.page.get_by_label(label).locator("visible=true").first
        if not self.way.keyboard:
            field.fill(words)
            return
        self._reach(field)
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.type(words)

    def choose(self, label: str | re.Pattern[str]) -> None:
        """Choose one of several radio buttons; the arrow keys move among them."""
        radio = self.page.get_by_role("radio", name=label).first
        if not self.way.keyboard:
            radio.check()
            return
        group = self.page.locator(f'input[type=radio][name="{radio.get_attribute("name")}"]')
        chosen = group.and_(self.page.locator(":checked"))
        self._reach(chosen.first if chosen.count() else group.first)
        for _step in range(group.count()):
            if radio.is_checked():
                return
            self.page.keyboard.press("Space" if not chosen.count() else "ArrowDown")
        expect(radio).to_be_checked()

    def pick(self, label: str, value: str) -> None:
        select = self.page.get_by_label(label).first
        if self.way.keyboard:
            self._reach(select)
        select.select_option(value)

    def _reach(self, target: Locator) -> None:
        """Tab to it as a person would, and see that the focus shows."""
        expect(target).to_be_visible()
        element = target.element_handle()  # to look for it by its words after each step takes longer than the step
        for _step in range(TABS_MOST):
            if element.evaluate("element => element === document.activeElement"):
                assert element.evaluate(FOCUS_SHOWS), f"{target} has the focus, and nothing shows it"
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{target} cannot be reached with Tab")

    def sign_in(self) -> None:
        """From the question for an e-mail to the page after the code."""
        known = len(self.post.to(self.email))
        self.write("E-mail", self.email)
        self.write("Your name, as shown in public", self.name)
        self.button("Send the code")
        expect(self.page.get_by_label(re.compile("Code"))).to_be_visible()
        self.post.wait_for(len(self.post.messages) + 1 if len(self.post.to(self.email)) == known else 0)
        body = self.post.to(self.email)[-1].get_body(("plain",))
        assert body is not None
        code = re.search(r"\b\d{6}\b", body.get_content())
        assert code is not None
        self.write(re.compile("Code"), code[0])
        self.button("Sign in", self.page.get_by_role("main"))

    def row(self, title: str) -> Locator:
        return self.page.get_by_role("listitem").filter(has=self.page.get_by_role("link", name=title))

    def vote_button(self, title: str) -> Locator:
        return self.page.get_by_role("button", name=re.compile(f"^Vote for “{re.escape(title)}”"))

    def story(self) -> Locator:
        return self.page.locator("#story")
