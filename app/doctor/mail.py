"""The mail server: whether it answers, encrypts and lets us in. A mail is sent only to whom the host names."""

import smtplib
import ssl
from collections.abc import Iterator
from email.utils import parseaddr
from urllib.parse import urlsplit

from app import db, delivery, people
from app.config import settings
from app.doctor.findings import Finding, fail, ok, warn
from app.outbox import Mail
from app.words import _


def server() -> Iterator[Finding]:
    if people.clean_email(parseaddr(settings().sender)[1]) is None:
        yield warn(
            _("Mails come from %s, which many servers will refuse.") % settings().sender,
            _("Set DAYLIGHT_MAIL_FROM to an address of your domain."),
        )
    if not settings().smtp_url:
        yield warn(
            _("No mail server is set: mails are saved as files in %s, and nobody gets them.")
            % (settings().data_dir / "mail"),
            _("Set DAYLIGHT_SMTP_URL, like smtp://user:password@mail.example.org:587"),
        )
        return
    host = urlsplit(settings().smtp_url).hostname
    try:
        connected = delivery.connect(settings().smtp_url)
    except smtplib.SMTPAuthenticationError as trouble:
        said = (
            trouble.smtp_error.decode(errors="replace") if isinstance(trouble.smtp_error, bytes) else trouble.smtp_error
        )
        yield fail(_("The mail server %(host)s does not let us in: %(said)s") % {"host": host, "said": said},
                   _("Correct user and password in DAYLIGHT_SMTP_URL; write “@” in them as %40."))  # fmt: skip
    except (OSError, ValueError) as trouble:
        yield fail(_("The mail server %(host)s cannot be used: %(trouble)s") % {"host": host, "trouble": trouble},
                   _("Correct DAYLIGHT_SMTP_URL, or let this machine reach that port."))  # fmt: skip
    else:
        yield _security(connected, host or "")
        connected.close()


def _security(connected: smtplib.SMTP, host: str) -> Finding:
    if isinstance(connected.sock, ssl.SSLSocket):
        return ok(_("The mail server %s answers, encrypts and lets us in.") % host)
    return warn(
        _("The mail server %s answers, but does not encrypt.") % host,
        _("Fine on this machine; else use smtps:// or a server that offers STARTTLS."),
    )


def trial(address: str) -> Iterator[Finding]:
    """Send a mail to the host's own address."""
    recipient = people.clean_email(address)
    if not settings().smtp_url:
        return  # `server` has said it
    if recipient is None:
        yield fail(_("“%s” is no address.") % address, _("Write one like mira@example.org."))
        return
    now = db.now()
    mail = Mail(id=0, recipient=recipient, subject=_("Mail from Daylight works"), put_at=now,
                body=_("The doctor of Daylight has sent this, because it was asked to."))  # fmt: skip
    try:
        with delivery.carrier() as send:
            send(mail, "Daylight")
    except OSError as trouble:
        yield fail(_("The mail to %(address)s was not taken: %(trouble)s") % {"address": recipient, "trouble": trouble},
                   _("Look at what the mail server says of sender and recipient."))  # fmt: skip
    else:
        yield ok(_("A mail to %s was taken. Look whether it arrives, and not among spam.") % recipient)
