"""What an open page of an item is told: that there is something new. What was said is for the page to show."""

from functools import partial

from fastapi import Request, Response
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from app import db, live, sight
from app.live import News
from app.web import item_page, kit
from app.web.kit import ItemInPath, Viewer
from app.web.route import area as new_area
from app.web.streams import Said, Stream

area = new_area()


@area.get("/items/{number:int}/live")
def tell_live(request: Request, viewer: Viewer, item: ItemInPath, after: str = "") -> Response:
    """News of this item since the event `after`, for as long as the reader may see it."""
    item_page.need_readable(viewer, item)
    state = request.app.state
    return Stream(
        state.streams, partial(state.lookout.watching, item.number), Reader(request, item.number, db.row_id(after)),
        person=f"person {viewer.key}" if viewer else "", network=f"network {kit.network(request)}",
    )  # fmt: skip


class Reader:
    """One open page: what its story tells (`after`), and what it was told since (`told`)."""

    def __init__(self, request: Request, number: int, after: int) -> None:
        self.request, self.number, self.after = request, number, after
        self.told = max(after, db.row_id(request.headers.get("last-event-id", "")))
        self.revision: object = None

    async def __call__(self) -> Said | None:
        """All that is new on the page, when there is more than it was told. Raises NotFound."""
        database = self.request.app.state.database
        try:
            revision = await database.revision()
            if revision == self.revision:
                return None
            self.request.state.revision = revision
            news: list[News] = await database.run(self._look, writes=False)
        except SQLAlchemyError:
            return None  # it is away; there is another look at the next sign of life
        self.revision = revision
        if not news or news[-1].number <= self.told:
            return None
        self.told = news[-1].number
        return self.told, live.in_words(news)

    def _look(self, session: Session) -> list[News]:
        """What others did, if the reader may still see it. Readers who see the same and wait for the same share it."""
        self.request.state.session = session
        viewer = kit.identify(self.request)

        def read() -> list[News]:
            item_page.need_readable(viewer, sight.find(session, self.number, viewer))
            return live.since(session, self.number, self.after)

        key = ("live", self.number, self.after, kit.audience(self.request, session, viewer))
        news = kit.recalled(self.request, key, read)
        return [one for one in news if viewer is None or one.person_id != viewer.id]
