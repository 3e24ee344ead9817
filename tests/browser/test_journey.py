"""The complete journey in real Chromium: by mouse or keyboard, with and without JavaScript, on a phone and a desk."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.hands import Visitor, Way
from tests.fixtures.mail import Post
from tests.fixtures.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.smtp]

WAYS = [
    Way(1280, keyboard=False, javascript=True),
    Way(390, keyboard=True, javascript=True),
    Way(390, keyboard=False, javascript=False),
    Way(1280, keyboard=True, javascript=False),
]
DEFECT = "The export stops at row 1000"
IDEA = "Play a sound when a report is ready"
TWIN = "Exporting gives only a thousand rows"

Enter = Callable[[str], Visitor]


@pytest.fixture(params=WAYS, ids=lambda way: way.name)
def way(request: pytest.FixtureRequest) -> Way:
    assert isinstance(request.param, Way)
    return request.param


@pytest.fixture
def enter(chromium: Browser, way: Way, serve: Callable[..., Server], smtp: Post) -> Iterator[Enter]:
    server = serve(DAYLIGHT_SMTP_URL=smtp.url)
    visitors: list[Visitor] = []

    def come(name: str) -> Visitor:
        visitors.append(Visitor(chromium, way, server, smtp, name))
        return visitors[-1]

    yield come
    for visitor in visitors:
        visitor.page.context.close()
        assert visitor.troubles == [], f"{visitor.name}’s browser complained"


def test_the_complete_journey(enter: Enter) -> None:
    mira, ada, ben = enter("Mira Okafor"), enter("Ada Lind"), enter("Ben Osei")
    becomes_owner(mira)
    posts_a_defect(ada)
    votes_from_the_list(ben)
    is_answered_and_asked(mira)
    answers(ada)
    is_planned_started_shipped(mira)
    is_declined_and_stays_votable(mira, ada, ben)
    are_merged_and_unmerged(mira, ben)


def becomes_owner(mira: Visitor) -> None:
    mira.open(mira.server.owner_link)
    mira.write("Your name", mira.name)
    mira.write("Your title", "CTO")
    mira.write("E-mail", mira.email)
    mira.write("Name of the board", "Lighthouse")
    mira.button("Open the board")
    expect(mira.page).to_have_title(re.compile("Lighthouse"))


def posts_a_defect(ada: Visitor) -> None:
    """A visitor finds nothing similar, posts, and is signed in on the way; nothing of what was typed is lost."""
    ada.open("/")
    ada.link("New item")
    ada.write("Title", DEFECT)
    if not ada.way.javascript:
        ada.button("Look for similar items")
    expect(ada.page.get_by_text("Nobody has asked for anything like this yet.")).to_be_visible()
    ada.choose(re.compile("A defect"))
    ada.write(re.compile("What happened"), "The file ends in the **middle** of a line.")
    ada.write(re.compile("expect"), "All 4,212 rows.")
    ada.write(re.compile("Steps"), "1. Open a report\n2. Press Export")
    ada.write(re.compile("Version"), "3.2.1")
    ada.button("Post the item")
    ada.sign_in()
    expect(ada.page.get_by_role("heading", level=1)).to_contain_text(DEFECT)
    for words in (
        "in the middle of a line",
        "All 4,212 rows.",
        "Press Export",
        "3.2.1",
        "Nobody has answered this yet",
    ):
        expect(ada.page.get_by_role("main")).to_contain_text(words)
    expect(ada.vote_button(DEFECT)).to_have_attribute("aria-pressed", "true")
    expect(ada.vote_button(DEFECT)).to_have_text(re.compile(r"\b1\b"))


def votes_from_the_list(ben: Visitor) -> None:
    """A visitor's vote counts after the sign-in; then it is taken back and given again in place."""
    ben.open("/")
    ben.press(ben.vote_button(DEFECT))
    ben.sign_in()
    expect(ben.vote_button(DEFECT)).to_have_attribute("aria-pressed", "true")
    expect(ben.vote_button(DEFECT)).to_have_text(re.compile(r"\b2\b"))
    for pressed, count in (("false", 1), ("true", 2)):
        ben.press(ben.vote_button(DEFECT))
        expect(ben.vote_button(DEFECT)).to_have_attribute("aria-pressed", pressed)
        expect(ben.vote_button(DEFECT)).to_have_text(re.compile(rf"\b{count}\b"))
        if ben.way.javascript:
            expect(ben.vote_button(DEFECT)).to_be_focused()
            expect(ben.page.locator("#live")).not_to_be_empty()


def moves(mira: Visitor, number: int, status: str, explanation: str, **fields: str) -> None:
    mira.open(f"/items/{number}")
    mira.choose(status)
    mira.write(re.compile("Question|Explanation"), explanation)
    for label, words in fields.items():
        mira.write(label.replace("_", " "), words)
    mira.button("Move it")
    expect(mira.page.get_by_role("main")).to_contain_text(explanation)
    expect(mira.story().get_by_role("heading", name=status).last).to_be_visible()
    expect(mira.story()).to_contain_text("Mira Okafor, CTO")


def is_answered_and_asked(mira: Visitor) -> None:
    moves(mira, 1, "Acknowledged", "I can see it too, on every export.")
    moves(mira, 1, "Needs information", "Which database do you use?", Why_we_ask="The limit differs between them.",
          Checklist="The version\nThe system")  # fmt: skip


def answers(ada: Visitor) -> None:
    """The reporter sees what is asked and why, at the top, and answers there."""
    ada.open("/items/1")
    standing = ada.page.locator("#standing")
    expect(standing).to_contain_text("Which database do you use?")
    expect(standing).to_contain_text("The limit differs between them.")
    ada.write("The version", "PostgreSQL 15")
    ada.write("Anything else", "It is on Debian.")
    ada.button("Send the answer")
    expect(ada.story()).to_contain_text(re.compile(r"The version\s*PostgreSQL 15\s*It is on Debian\."))
    expect(ada.page.get_by_label("The version")).to_have_count(0)
    ada.open("/items/1")
    expect(ada.page.locator("#standing")).to_contain_text("It is the team’s turn")


def is_planned_started_shipped(mira: Visitor) -> None:
    moves(mira, 1, "Planned", "We stream the rows instead.", Target="2027-Q1")
    expect(mira.page.locator("#standing")).to_contain_text("Q1 2027")
    moves(mira, 1, "In progress", "The first half works on my machine.")
    moves(mira, 1, "Fixed", "All rows arrive, whatever their number.", Version="3.3", Link="https://example.com/3.3")
    expect(mira.page.locator("#standing")).to_contain_text("3.3")
    mira.open("/?status=shipped")
    expect(mira.row(DEFECT)).to_contain_text("All rows arrive, whatever their number.")
    mira.open("/roadmap")
    expect(mira.page.get_by_role("main")).to_contain_text(DEFECT)


def posts_an_idea(person: Visitor, title: str) -> None:
    person.open("/items/new")
    person.write("Title", title)
    person.write(re.compile("What do you want to do"), "So that I can look away.")
    person.button("Post the item")
    expect(person.page.get_by_role("heading", level=1)).to_contain_text(title)


def is_declined_and_stays_votable(mira: Visitor, ada: Visitor, ben: Visitor) -> None:
    posts_an_idea(ada, IDEA)
    mira.open("/items/2")
    mira.choose("Won’t do")
    mira.write(re.compile("Question|Explanation"), "A tool in an open office should be quiet.")
    mira.pick("Reason", "out_of_scope")
    mira.write("Workaround", "Let the system notify you: *Settings*, *Notices*.")
    mira.button("Move it")
    for words in (
        "A tool in an open office should be quiet.",
        "Out of scope",
        "What you can do today",
        "Let the system notify you",
    ):
        expect(mira.page.locator("#standing")).to_contain_text(words)
    ben.open("/items/2")
    ben.press(ben.vote_button(IDEA))
    expect(ben.vote_button(IDEA)).to_have_attribute("aria-pressed", "true")
    expect(ben.vote_button(IDEA)).to_have_text(re.compile(r"\b2\b"))


def are_merged_and_unmerged(mira: Visitor, ben: Visitor) -> None:
    """The votes of both count as a union, and go back when the merge is undone."""
    posts_an_idea(ben, TWIN)
    mira.open("/items/3")
    mira.choose("Duplicate")
    mira.write(re.compile("Question|Explanation"), "The same limit, seen from the other side.")
    mira.write("Number of the item it is the same as", "1")
    mira.button("Move it")
    expect(mira.page.locator("#standing")).to_contain_text(DEFECT)
    mira.open("/items/1")
    expect(mira.vote_button(DEFECT)).to_have_text(re.compile(r"\b2\b"))
    expect(mira.story()).to_contain_text("#3")
    mira.open("/items/3")
    mira.write("Explanation", "It is another limit after all.")
    mira.button("Undo the merge")
    expect(mira.story()).to_contain_text("It is another limit after all.")
    expect(mira.vote_button(TWIN)).to_have_text(re.compile(r"\b1\b"))
