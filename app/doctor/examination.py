"""The whole examination. What cannot be looked at does not keep the doctor from the rest."""

from collections.abc import Callable, Iterator

from app.doctor import address, machine, mail, storage, uploads
from app.doctor.findings import Finding, fail
from app.words import _

Check = Callable[[], Iterator[Finding]]


def examine(url: str = "", mail_to: str = "") -> Iterator[Finding]:
    """All findings. `url` is where Daylight runs, to be asked too; to `mail_to` a mail is sent."""
    checks: list[Check] = [
        machine.versions, machine.data_folder, machine.clock, machine.processors, storage.database, storage.backlog,
        uploads.place, address.base_url, address.proxies, mail.server,
    ]  # fmt: skip
    if url:
        checks.append(lambda: address.running(url))
    if mail_to:
        checks.append(lambda: mail.trial(mail_to))
    for check in checks:
        try:
            yield from check()
        except Exception as trouble:  # noqa: BLE001 - whatever is wrong with a set-up, it is told
            words = _("This could not be looked at: %s") % f"{type(trouble).__name__}: {trouble}"
            yield fail(words, _("Mend what the message names, then ask the doctor again."))
