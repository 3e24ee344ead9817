"""For owners: whether mails leave, which do not, and why."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response

from app import letters, outbox, site
from app.config import settings
from app.outbox import Mail
from app.web import kit, pages
from app.web.forms import Pressed
from app.web.kit import Db, Owner
from app.web.route import area as new_area
from app.words import _

PATH = "/settings/mail"
SHOWN_MOST = 50

area = new_area()


async def _mail(session: Db, _owner: Owner, key: int) -> Mail:
    return outbox.find(session, key)


MailInPath = Annotated[Mail, Depends(_mail)]


@area.get(PATH)
def show_mail(request: Request, session: Db, _owner: Owner) -> Response:
    return pages.page(
        request, "settings/mail.html", queue=outbox.queue(session), mails=outbox.troubled(session, SHOWN_MOST),
        server=urlsplit(settings().smtp_url).hostname, folder=settings().data_dir / "mail",
    )  # fmt: skip


@area.post(f"{PATH}/test")
def send_test(session: Db, owner: Owner, _form: Pressed) -> Response:
    letter = letters.write("test", site_name=site.the(session).name)
    if owner.email:
        outbox.put(session, owner.email, letter.subject, letter.body)
    return kit.see_other(PATH, _("A test is on its way to %s. If it fails, it is named below.") % owner.email)


@area.post(f"{PATH}/{{key:int}}/retry")
def retry_mail(session: Db, _owner: Owner, mail: MailInPath, _form: Pressed) -> Response:
    outbox.retry(session, mail)
    return kit.see_other(PATH, _("The mail to %s is tried again now.") % mail.recipient)
