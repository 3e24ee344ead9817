"""What search engines are told of."""

from sqlmodel import Session

from app import hiding, site, sitemap
from app.boards import Access
from app.people import Person
from app.statuses import Status
from tests import factories


def test_only_what_everybody_may_see_is_told(session: Session, member: Person, maintainer: Person) -> None:
    shown = factories.item(session, member, "Shown")
    factories.board(session, "inside", access=Access.MEMBERS)
    factories.item(session, member, "Inside", board="inside")
    hiding.hide(session, factories.item(session, member, "Hidden"), maintainer, "It names a customer.")
    twin = factories.item(session, member, "Twin")
    factories.move(session, twin, maintainer, Status.DUPLICATE, duplicate_of=str(shown.number))
    assert [entry.number for entry in sitemap.page(session, 1)] == [shown.number]


def test_a_file_holds_so_many_numbers(session: Session, member: Person) -> None:
    the = site.the(session)
    the.last_item_number = sitemap.PAGE
    assert sitemap.page_count(session) == 1
    item = factories.item(session, member)
    session.refresh(the)
    assert (item.number, sitemap.page_count(session)) == (sitemap.PAGE + 1, 2)
    assert [entry.number for entry in sitemap.page(session, 1)] == []
    assert [entry.number for entry in sitemap.page(session, 2)] == [sitemap.PAGE + 1]
