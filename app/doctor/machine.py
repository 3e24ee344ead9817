"""The machine: programs, the folder for data, the clock, processors."""

import os
import platform
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from app import db
from app.config import settings
from app.doctor.findings import Finding, fail, ok, warn
from app.words import _, number

LEAST, LITTLE = 200_000_000, 1_000_000_000  # bytes
BUILT = datetime(2026, 11, 1, tzinfo=UTC)
SKEW_MOST = 5  # seconds
MOUNTS = Path("/proc/self/mounts")
OF_THE_NETWORK = {
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "fuse.sshfs",
    "9p",
    "afs",
    "ceph",
    "glusterfs",
    "fuse.glusterfs",
}


def uses_sqlite() -> bool:
    return settings().effective_database_url.startswith("sqlite")


def versions() -> Iterator[Finding]:
    yield ok(_("Python %s.") % platform.python_version())
    if not uses_sqlite():
        return
    try:
        yield ok(_("SQLite %s, which is safe.") % db.sqlite_module().sqlite_version)
    except db.TooOldSqlite as trouble:
        yield fail(str(trouble), _("Do that before Daylight stores anything."))


def data_folder() -> Iterator[Finding]:
    folder = settings().data_dir.absolute()
    if folder.is_file():
        yield fail(_("The data folder %s is a file.") % folder, _("Move it away, or set DAYLIGHT_DATA_DIR."))
        return
    if not folder.is_dir():
        yield fail(_("The data folder %s does not exist.") % folder, _("Make it, or set DAYLIGHT_DATA_DIR."))
        return
    yield _is_writable(folder)
    if os.name != "nt" and folder.stat().st_mode & (stat.S_IROTH | stat.S_IXOTH):
        yield warn(
            _("Everybody with an account on this machine can look into %s.") % folder,
            _("It holds e-mail addresses: chmod o-rwx %s") % folder,
        )
    yield _room(folder)
    if uses_sqlite() and (kind := _file_system(folder)) in OF_THE_NETWORK:
        yield fail(
            _("The data folder lies on a network file system (%s), on which SQLite can lose data.") % kind,
            _("Move it to a disk of this machine, or use PostgreSQL."),
        )


def _is_writable(folder: Path) -> Finding:
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"Daylight")
            file.flush()
            os.fsync(file.fileno())
    except OSError as trouble:
        words = _("The data folder %(folder)s cannot be written: %(trouble)s.")
        return fail(words % {"folder": folder, "trouble": trouble.strerror}, rights(folder))
    return ok(_("The data folder %s can be written.") % folder)


def is_usable() -> bool:
    """Whether there is anything to say of what lies in the data folder; else `data_folder` has said it."""
    return os.access(settings().data_dir, os.R_OK | os.W_OK | os.X_OK)


def rights(path: Path) -> str:
    """What to do about something that cannot be used, with whose it is."""
    try:
        owner = path.owner()
    except (KeyError, NotImplementedError):  # a user without a name, as in containers, or a system without owners
        owner = str(path.stat().st_uid)
    words = _("%(path)s belongs to %(owner)s (%(mode)s): give it to the user that Daylight runs as, or free the disk.")
    return words % {"path": path, "owner": owner, "mode": stat.filemode(path.stat().st_mode)}


def _room(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    sentence = _("%s MB are free on its disk.") % number(free // 1_000_000)
    if free < LEAST:
        return fail(sentence, _("Free some: when the disk is full, Daylight can only be read."))
    if free < LITTLE:
        return warn(sentence, _("Free some before it is full."))
    return ok(sentence)


def _file_system(folder: Path) -> str:
    """The kind of file system a folder lies on, where the system tells."""
    if not MOUNTS.exists():
        return ""
    mounts = [line.split(" ")[1:3] for line in MOUNTS.read_text().splitlines()]
    holding = [(place, kind) for place, kind in mounts if folder.resolve().is_relative_to(place)]
    return max(holding, key=lambda mount: len(mount[0]))[1] if holding else ""


def clock() -> Iterator[Finding]:
    now = datetime.now(UTC)
    if now < BUILT:
        yield fail(_("The clock says %s, which is past.") % now.date(), _("Set the clock, and let NTP keep it."))
        return
    yield ok(_("The clock says %s UTC.") % now.strftime("%Y-%m-%d %H:%M:%S"))
    if is_usable():
        with tempfile.NamedTemporaryFile(dir=settings().data_dir) as file:
            ahead = Path(file.name).stat().st_mtime - time.time()
        yield from skew(ahead, _("the disk of the data folder"))


def skew(seconds: float, whose: str) -> Iterator[Finding]:
    """What to say of another clock that is ahead of ours."""
    if abs(seconds) > SKEW_MOST:
        yield warn(
            _("The clock of %(whose)s differs by %(seconds)s seconds.") % {"whose": whose, "seconds": round(seconds)},
            _("Let NTP keep both clocks: sessions, codes and limits go by them."),
        )


def processors() -> Iterator[Finding]:
    count = os.cpu_count() or 1
    if uses_sqlite() or count == 1:
        yield ok(_("Processors: %s. One process serves well with SQLite.") % count)
    else:
        yield ok(_("Processors: %(count)s. “serve --workers %(count)s” uses them all.") % {"count": count})
    if sys.platform == "win32":
        yield warn(_("On Windows nothing replaces workers one by one."), _("Restart Daylight when few people read."))
