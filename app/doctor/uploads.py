"""The place of attached files: whether it takes them and gives them back."""

import secrets
from collections.abc import Iterator

from app.attachments import store
from app.config import settings
from app.doctor import machine
from app.doctor.findings import Finding, fail, ok
from app.words import _

PROBE = b"Daylight looks whether a file can be stored here."


def place() -> Iterator[Finding]:
    """Nothing is made in a folder that is not there yet; of the data folder itself `machine` speaks."""
    if store.is_folder() and not (machine.is_usable() and store.uploads().is_dir()):
        return
    where = settings().uploads_url or str(store.uploads())
    try:
        is_good = _gives_back()
    except store.TROUBLE as trouble:
        said = str(trouble).partition("\n")[0]
        words = _("Attached files cannot be stored at %(place)s: %(trouble)s") % {"place": where, "trouble": said}
        yield fail(words, _("Look at DAYLIGHT_UPLOADS_URL and the AWS_* variables, or at the rights of the folder."))
        return
    if is_good:
        yield ok(_("Attached files can be stored at %s.") % where)
    else:
        yield fail(_("%s does not give back what was stored there.") % where, _("Choose another place for files."))


def _gives_back() -> bool:
    """Store something small, read it, and take it away again."""
    files, key = store.opened(), f"doctor-{secrets.token_hex(8)}"
    files.put(key, PROBE)
    try:
        return files.get(key) == PROBE
    finally:
        files.delete(key)
