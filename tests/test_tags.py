"""Tags: the owner keeps the list, advocates put them on items."""

import pytest
from sqlmodel import Session

from app import tags
from app.items import Item
from app.people import Person
from app.refusals import Invalid, NotAllowed, NotFound
from app.tags import Tag
from tests import factories


@pytest.fixture
def item(session: Session, member: Person) -> Item:
    return factories.item(session, member)


@pytest.fixture
def some(session: Session, owner: Person) -> list[Tag]:
    return [tags.add(session, owner, name) for name in ("Export", "Import", "Maps")]


def carried(session: Session, item: Item) -> list[str]:
    return [tag.name for tag in tags.of_items(session, [item.number])[item.number]]


def test_an_item_carries_the_tags_that_were_put_on_it_and_no_others(
    session: Session, advocate: Person, item: Item, some: list[Tag]
) -> None:
    for slugs, names in ((["maps", "export"], ["Export", "Maps"]), (["maps", "import"], ["Import", "Maps"]), ([], [])):
        tags.put(session, item.number, advocate, slugs)
        assert carried(session, item) == names


def test_only_tags_of_the_list_are_put_on_items(
    session: Session, advocate: Person, item: Item, some: list[Tag]
) -> None:
    with pytest.raises(Invalid) as refusal:
        tags.put(session, item.number, advocate, ["maps", "teapots"])
    assert (refusal.value.problems, carried(session, item)) == ({"tags": "Tags: choose among those offered."}, [])


def test_members_put_no_tags_on_items(session: Session, member: Person, item: Item, some: list[Tag]) -> None:
    with pytest.raises(NotAllowed):
        tags.put(session, item.number, member, ["maps"])


def test_only_an_owner_keeps_the_list(session: Session, maintainer: Person, some: list[Tag]) -> None:
    for act in (
        lambda: tags.add(session, maintainer, "New"),
        lambda: tags.rename(session, some[0], maintainer, "New"),
        lambda: tags.merge(session, some[0], maintainer, "maps"),
        lambda: tags.remove(session, some[0], maintainer),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert [tag.name for tag in tags.every(session)] == ["Export", "Import", "Maps"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (" ", "Tag: please write something here."),
        ("x" * 41, "Tag: 41 characters are too many; the limit is 40."),
        ("  mAPS ", "Tag: there is one with this name."),
    ],
)
def test_a_tag_has_a_short_name_of_its_own(
    session: Session, owner: Person, some: list[Tag], name: str, words: str
) -> None:
    for act in (lambda: tags.add(session, owner, name), lambda: tags.rename(session, some[0], owner, name)):
        with pytest.raises(Invalid) as refusal:
            act()
        assert refusal.value.problems == {"name": words}


def test_names_that_read_alike_in_an_address_get_addresses_of_their_own(session: Session, owner: Person) -> None:
    made = [tags.add(session, owner, name) for name in ("C", "C++", "C#", "地图", "🗺")]
    assert [tag.slug for tag in made] == ["c", "c-2", "c-3", "地图", "-"]


def test_a_renamed_tag_keeps_its_address(session: Session, owner: Person, some: list[Tag]) -> None:
    tags.rename(session, some[2], owner, "Charts")
    assert (tags.find(session, "maps").name, some[2].slug) == ("Charts", "maps")


def test_merging_tags_leaves_one_on_every_item(
    session: Session, owner: Person, advocate: Person, member: Person, item: Item, some: list[Tag]
) -> None:
    both = factories.item(session, member)
    tags.put(session, item.number, advocate, ["export"])
    tags.put(session, both.number, advocate, ["export", "maps"])
    tags.merge(session, some[0], owner, "maps")
    assert (carried(session, item), carried(session, both)) == (["Maps"], ["Maps"])
    assert tags.counts(session) == {some[2].id: 2}
    with pytest.raises(NotFound):
        tags.find(session, "export")


@pytest.mark.parametrize("into", ["", "teapots", "export"])
def test_a_tag_is_merged_into_another_one(session: Session, owner: Person, some: list[Tag], into: str) -> None:
    with pytest.raises(Invalid) as refusal:
        tags.merge(session, some[0], owner, into)
    assert refusal.value.problems == {"into": "Merge into: choose one of those offered."}


def test_a_removed_tag_is_taken_off_every_item(
    session: Session, owner: Person, advocate: Person, item: Item, some: list[Tag]
) -> None:
    tags.put(session, item.number, advocate, ["export", "maps"])
    tags.remove(session, some[2], owner)
    assert (carried(session, item), [tag.name for tag in tags.every(session)]) == (["Export"], ["Export", "Import"])
