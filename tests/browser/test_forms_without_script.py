"""Every form works on a phone without JavaScript: sent by its button, and drawn again with all that was typed."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import tour
from tests.browser import sights
from tests.fixtures.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.server]
MOVABLE = "item, planned, with the forms of the team"

# Where a form stands, its button, what is written in the fields with these labels, and what the next page says.
WALK = [
    ("item, new, of its reporter", "Post the comment", {"Comment": "Κι εγώ."}, "Your comment is posted."),
    ("item, new, for an advocate", "Follow", {}, "You follow this now"),
    (
        "item, question to answer",
        "Send the answer",
        {"Έκδοση": "4", "Anything else": "Σήμερα."},
        "Your answer is posted.",
    ),
    ("editing an item", "Save the item", {"Title": "Άλλος τίτλος"}, "The item is changed."),
    ("editing a comment", "Save the comment", {"Comment": "Άλλα λόγια."}, "Your words are changed."),
    ("profile", "Save", {"Your name": "Δάφνη"}, "Others now see you as"),
    ("correcting an explanation", "Save the correction", {"Explanation": "Αλλιώς."}, "The explanation is corrected."),
    ("hiding a comment", "Hide the comment", {"Why it is hidden": "Διαφήμιση."}, "The comment is hidden."),
    (MOVABLE, "Move the target", {"New target": "2028-Q1", "Why it moves": "Αργεί."}, "The target is moved"),
    (MOVABLE, "Save the tags", {}, "The tags are saved."),
    (MOVABLE, "Put it there", {}, "The item is on its new board."),
    (MOVABLE, "Move it", {"In progress": "", "Explanation": "Ξεκινά."}, "is “In progress” now."),
    ("item, duplicate, to be parted", "Undo the merge", {"Explanation": "Είναι άλλο."}, "is “Acknowledged” now."),
    ("item, proposed to be merged", "Keep them apart", {}, "The two stay apart."),
    (
        "triage",
        "Move all that are chosen",
        {"Choose “Ζητώ": "", "Planned": "", "Explanation": "Ναι."},
        "is “Planned” now.",
    ),
    ("hiding an item", "Hide the item", {"Why it is hidden": "Διαφήμιση."}, "The item is hidden."),
    ("settings", "Save", {"Name": "Άλλος πίνακας"}, "The settings are saved."),
    ("one board, with its questions", "Save the questions", {"Question 2": "Πού;", "Why 2": "Αλλάζει."}, "is saved."),
    ("boards", "Add the board", {"Name": "Νέος"}, "The board “Νέος” is there."),
    ("tags", "Add the tag", {"Tag": "νέα"}, "The tag “νέα” is there."),
    ("one person", "Save", {"Title": "Φίλος"}, "Βασίλης Ρήγας, Φίλος"),
    ("import, mapping", "Discard the file", {}, "Nothing was brought in."),
    ("deletion", "Delete my account", {"E-mail": "member@example.org"}, "Your account is deleted."),
]


@pytest.fixture
def page(chromium: Browser) -> Page:
    page = sights.context_of(chromium, 390, java_script_enabled=False).new_page()
    page.set_default_timeout(5000)
    return page


def test_every_form_is_taken_without_script(page: Page, live_server: Server) -> None:
    full = sights.fill(live_server)
    for name, button, fields, said in WALK:
        stop = next(stop for stop in tour.STOPS if stop.name == name)
        sights.go(page, live_server, full, stop)
        hand_in(page, button, fields)
        expect(page.get_by_role("main"), f"{name}: {button}").to_contain_text(said)


def hand_in(page: Page, button: str, fields: dict[str, str]) -> None:
    """Fill in the form of this button as a person would, who unfolds it first where it is folded."""
    with_button = page.locator(f"button:text-is('{button}')")
    folded = page.locator("details:not([open])").filter(has=with_button)
    if folded.count():
        folded.locator("summary").first.click()
    form = page.get_by_role("main").locator("form").filter(has=with_button).first
    for label, words in fields.items():
        field = form.get_by_label(label).locator("visible=true").first
        field.fill(words) if words else field.check()
    form.locator(f"button:text-is('{button}')").click()
