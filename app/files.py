"""Files that are there for good once they are said to be."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.refusals import Refused
from app.words import _


@contextmanager
def appearing(path: Path) -> Iterator[Path]:
    """A file that only its owner may read and that is there only when it is whole. Write it to the path given here.

    Raises Refused when there is such a file already, or when it cannot be written.
    """
    if path.exists():
        raise Refused(_("There is a file %s already. Choose another name.") % path)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        yield unfinished
        settle(unfinished)
        unfinished.rename(path)
        settle(path.parent)
    except OSError as trouble:
        raise Refused(
            _("%(file)s cannot be written: %(trouble)s.") % {"file": path, "trouble": trouble.strerror}
        ) from trouble
    finally:
        unfinished.unlink(missing_ok=True)


def settle(path: Path) -> None:
    """Wait until it is on the disk."""
    if path.is_dir() and os.name == "nt":
        return  # Windows opens no folder
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
