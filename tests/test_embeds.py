"""What a widget says of an item or of the board, and how much room its words take."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from app import db, embeds, hiding, lettering, site, votes
from app.boards import Access
from app.embeds import Excerpt
from app.people import Person
from app.refusals import Invalid
from app.statuses import Kind, Status
from tests import factories


def test_an_item_says_who_answered_last_and_what_it_is_promised_for(
    session: Session, member: Person, maintainer: Person
) -> None:
    item = factories.item(session, member)
    at = db.now()
    factories.move(session, item, maintainer, Status.PLANNED, "In spring.", at=at, target="2027-Q1")
    widget = embeds.find(session, item.number)
    assert widget is not None
    later = at + timedelta(days=3)
    assert (widget.standing, widget.byline(later), widget.row.answer, widget.votes, widget.message(later)) == (
        "Planned · promised for Q1 2027", "Mira Okafor, CTO, 3 days ago", "In spring.", "1 vote", "Planned · 1 vote",
    )  # fmt: skip


def test_a_new_item_says_how_long_it_has_waited(session: Session, member: Person) -> None:
    at = db.now()
    widget = embeds.find(session, factories.item(session, member, kind=Kind.DEFECT, at=at).number)
    assert widget is not None
    later = at + timedelta(days=12)
    assert widget.byline(later) == "Nobody has answered this yet (12 days)."
    assert (widget.message(later), widget.voted_on) == ("New · waiting 12 days", "/items/1#vote-1")


def test_a_merged_item_says_where_it_went_and_counts_the_votes_there(
    session: Session, member: Person, other_member: Person, maintainer: Person
) -> None:
    kept, twin = factories.item(session, member, "Dark mode"), factories.item(session, other_member)
    factories.move(session, twin, maintainer, Status.DUPLICATE, duplicate_of=str(kept.number))
    widget = embeds.find(session, twin.number)
    assert widget is not None
    assert (widget.message(db.now()), widget.byline(db.now()), widget.votes, widget.voted_on) == (
        "Duplicate of #1", "#1 Dark mode", "2 votes", "/items/1#vote-1",
    )  # fmt: skip


def test_what_it_was_merged_into_out_of_sight_is_not_told(session: Session, member: Person, maintainer: Person) -> None:
    kept, twin = factories.item(session, member, "Secret"), factories.item(session, member)
    factories.move(session, twin, maintainer, Status.DUPLICATE, duplicate_of=str(kept.number))
    hiding.hide(session, kept, maintainer, "Advertising.")
    widget = embeds.find(session, twin.number)
    assert widget is not None
    assert (widget.went_to, widget.message(db.now()), widget.votes, widget.voted_on) == (
        None, "Duplicate", "", "/items/2",
    )  # fmt: skip


@pytest.mark.parametrize("access", [Access.MEMBERS, Access.OWN_CASES])
def test_private_hidden_and_absent_items_look_alike(
    session: Session, member: Person, maintainer: Person, access: Access
) -> None:
    factories.board(session, "other", access=access)
    private, hidden = factories.item(session, member, board="other"), factories.item(session, member)
    hiding.hide(session, hidden, maintainer, "Advertising.")
    assert [embeds.find(session, number) for number in (private.number, hidden.number, 0, 99)] == [None] * 4
    shown = embeds.stations(session, Excerpt((Status.NEW,)))
    assert [station.rows for station in shown] == [[]]


def test_a_section_has_the_most_wanted_of_a_kind_first_and_no_more_than_asked_for(
    session: Session, member: Person, other_member: Person
) -> None:
    low, high, defect = (
        factories.item(session, member, title, kind=kind)
        for title, kind in (("Low", Kind.IDEA), ("High", Kind.IDEA), ("Broken", Kind.DEFECT))
    )
    votes.cast(session, high, other_member)
    assert defect.number != low.number
    (one,) = embeds.stations(session, Excerpt.asked({"sections": "new", "kind": "idea", "limit": "1"}))
    assert ([row.title for row in one.rows], one.has_more) == (["High"], True)
    assert one.all_of_them.path == "/?sort=votes&kind=idea&status=new"


@pytest.mark.parametrize(("asked", "path"), [
    ({}, ""),
    ({"sections": "planned,in_progress,shipped", "limit": "5"}, ""),
    ({"sections": "shipped,new,shipped,duplicate,none", "limit": "3"}, "?sections=shipped,new&limit=3"),
    ({"limit": "99", "kind": "idea", "tag": "speed"}, "?limit=20&kind=idea&tag=speed"),
    ({"limit": "0"}, "?limit=1"),
    ({"limit": "-1", "kind": "x", "sections": ","}, ""),
    ({"limit": "٣"}, ""),
])  # fmt: skip
def test_an_excerpt_has_one_address_and_passes_over_what_means_nothing(asked: dict[str, str], path: str) -> None:
    assert Excerpt.asked(asked).query == path


def test_who_may_frame_is_the_board_itself_until_the_owner_says_more(session: Session) -> None:
    assert site.the(session).frame_ancestors == "'self'"
    site.let_frame(session, framers="HTTPS://Example.org/\n https://*.example.net:8443", by_all=False)
    assert site.the(session).frame_ancestors == "'self' https://example.org https://*.example.net:8443"
    site.let_frame(session, framers="https://example.org", by_all=True)
    assert (site.the(session).frame_ancestors, site.the(session).framers) == ("*", "https://example.org")


@pytest.mark.parametrize("odd", ["*", "'none'", "example.org", "https://a.example;", "https://a.example,b", "data:"])
def test_what_is_no_site_gets_into_no_policy(session: Session, odd: str) -> None:
    with pytest.raises(Invalid) as refusal:
        site.let_frame(session, framers=f"https://example.org {odd}", by_all=False)
    assert list(refusal.value.problems) == ["framers"]
    assert site.the(session).framers == ""


@pytest.mark.parametrize("words", ["", "Dark mode", "x" * 500, "暗いモード" * 40, "a\x01\ufffe b", "é" * 300])
def test_lines_fit_and_hold_nothing_that_xml_cannot(words: str) -> None:
    lines = lettering.lines(words, 14, 200, 2)
    assert 1 <= len(lines) <= 2
    assert max(lettering.width(line, 14) for line in lines) <= 200
    assert lettering.clean("".join(lines)) == "".join(lines)


def test_words_that_fit_stay_whole() -> None:
    assert lettering.lines("Dark mode for the map", 14, 100, 9) == ["Dark mode for", "the map"]
    assert lettering.lines("Dark mode for the map", 14, 100, 1) == ["Dark mode f…"]
