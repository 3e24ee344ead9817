"""Boards: who sees what is on them, and how an owner keeps them."""

from itertools import product

import pytest
from sqlmodel import Session

from app import boards, items, sight
from app.boards import Access, Board
from app.people import Person
from app.refusals import Invalid, NotAllowed, NotFound, Refused
from app.statuses import Status
from tests import factories


def made(session: Session, owner: Person, name: str, access: str = "public", description: str = "") -> Board:
    return boards.add(session, owner, name=name, description=description, access=access)


def names(session: Session) -> list[str]:
    return [board.name for board in boards.every(session)]


def sees(session: Session, viewer: Person | None, number: int) -> bool:
    try:
        sight.find(session, number, viewer)
    except NotFound:
        return False
    return True


def test_who_sees_what_is_on_a_board(
    session: Session, owner: Person, maintainer: Person, advocate: Person, member: Person, other_member: Person
) -> None:
    numbers = {
        access: factories.item(session, member, board=made(session, owner, access.label, access).slug).number
        for access in Access
    }
    viewers = {"visitor": None, "reporter": member, "other": other_member, "advocate": advocate, "team": maintainer}
    seen = {
        access.value: {name for name, viewer in viewers.items() if sees(session, viewer, number)}
        for access, number in numbers.items()
    }
    everybody = set(viewers)
    assert seen == {
        "public": everybody, "members": everybody - {"visitor"}, "own_cases": {"reporter", "team"},
    }  # fmt: skip


def test_visitors_hear_of_public_boards_only(session: Session, owner: Person, member: Person) -> None:
    for access in Access:
        made(session, owner, access.value, access)
    assert [board.name for board in boards.offered_to(session, None)] == ["General", "public"]
    assert [board.name for board in boards.offered_to(session, member)] == names(session)


def test_access_is_wider_or_narrower() -> None:
    wide = {(one.value, other.value) for one, other in product(Access, Access) if one.is_as_wide_as(other)}
    assert wide == {
        ("public", "public"), ("public", "members"), ("public", "own_cases"),
        ("members", "members"), ("members", "own_cases"), ("own_cases", "own_cases"),
    }  # fmt: skip


def test_a_new_board_stands_last_with_an_address_of_its_own(session: Session, owner: Person) -> None:
    some = [made(session, owner, name) for name in ("Maps", "Maps!", "地图")]
    assert [board.slug for board in some] == ["maps", "maps-2", "地图"]
    assert names(session) == ["General", "Maps", "Maps!", "地图"]


def test_a_board_says_what_is_wrong_with_all_of_its_fields(session: Session, owner: Person) -> None:
    with pytest.raises(Invalid) as refusal:
        made(session, owner, " ", "secret", "x" * 301)
    assert refusal.value.problems == {
        "name": "Name: please write something here.",
        "description": "Description: 301 characters are too many; the limit is 300.",
        "access": "Who sees it: choose one of those offered.",
    }


def test_a_changed_board_keeps_its_address(session: Session, owner: Person) -> None:
    board = made(session, owner, "Maps")
    boards.change(session, board, owner, name="Charts", description="All charts.", access="members")
    assert (board.slug, board.name, board.description, board.access) == (
        "maps", "Charts", "All charts.", Access.MEMBERS,
    )  # fmt: skip


def test_boards_move_up(session: Session, owner: Person) -> None:
    some = [made(session, owner, name) for name in ("Maps", "Tickets")]
    for board, order in (
        (some[1], ["General", "Tickets", "Maps"]),
        (some[1], ["Tickets", "General", "Maps"]),
        (some[1], ["Tickets", "General", "Maps"]),
        (some[0], ["Tickets", "Maps", "General"]),
    ):
        boards.move_up(session, board, owner)
        assert names(session) == order


def test_a_board_goes_only_when_it_is_empty(session: Session, owner: Person, member: Person) -> None:
    board = made(session, owner, "Maps")
    item = factories.item(session, member, board="maps")
    with pytest.raises(Refused) as refusal:
        boards.remove(session, board, owner)
    assert refusal.value.words == "“Maps” still holds items. Move them to another board first."
    items.move_to_board(session, item, owner, "general")
    boards.remove(session, board, owner)
    assert names(session) == ["General"]


def test_the_last_board_stays(session: Session, owner: Person) -> None:
    (last,) = boards.every(session)
    with pytest.raises(Refused) as refusal:
        boards.remove(session, last, owner)
    assert refusal.value.words == "The last board stays. Add another one first."


def test_only_an_owner_keeps_boards(session: Session, maintainer: Person, owner: Person) -> None:
    board = made(session, owner, "Maps")
    for act in (
        lambda: made(session, maintainer, "New"),
        lambda: boards.change(session, board, maintainer, name="New", description="", access="public"),
        lambda: boards.move_up(session, board, maintainer),
        lambda: boards.remove(session, board, maintainer),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert names(session) == ["General", "Maps"]


def test_a_maintainer_puts_an_item_on_another_board(
    session: Session, maintainer: Person, advocate: Person, owner: Person, member: Person
) -> None:
    board, item = made(session, owner, "Maps"), factories.item(session, member)
    with pytest.raises(NotAllowed):
        items.move_to_board(session, item, advocate, "maps")
    with pytest.raises(Invalid) as refusal:
        items.move_to_board(session, item, maintainer, "teapots")
    assert refusal.value.problems == {"board": "Board: choose one of those offered."}
    items.move_to_board(session, item, maintainer, "maps")
    assert item.board_id == board.id


MERGED = "Board: people who see what was merged would not see what it was merged into. Undo the merge first."


@pytest.mark.parametrize("access", [Access.MEMBERS, Access.OWN_CASES])
def test_an_item_stays_where_those_see_it_who_see_what_was_merged_into_it(
    session: Session, maintainer: Person, owner: Person, member: Person, other_member: Person, access: Access
) -> None:
    made(session, owner, "Inside", access)
    root, duplicate = factories.item(session, member), factories.item(session, other_member)
    factories.move(session, duplicate, maintainer, Status.DUPLICATE, duplicate_of=str(root.number))
    board_id = root.board_id
    with pytest.raises(Invalid) as refusal:
        items.move_to_board(session, root, maintainer, "inside")
    assert (refusal.value.problems, root.board_id) == ({"board": MERGED}, board_id)


def test_a_duplicate_goes_to_a_private_board_first_and_comes_back_last(
    session: Session, maintainer: Person, owner: Person, member: Person
) -> None:
    inside = made(session, owner, "Inside", Access.MEMBERS)
    root, duplicate = factories.item(session, member), factories.item(session, member)
    factories.move(session, duplicate, maintainer, Status.DUPLICATE, duplicate_of=str(root.number))
    for item in (duplicate, root):
        items.move_to_board(session, item, maintainer, "inside")
    with pytest.raises(Invalid) as refusal:
        items.move_to_board(session, duplicate, maintainer, "general")
    assert (refusal.value.problems, duplicate.board_id) == ({"board": MERGED}, inside.id)
