"""The file of a backup: what it says of itself, and the check that it is what it says."""

import hashlib
import json
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile
from zlib import error as Damaged  # noqa: N812 - a class, whatever its name

from app import schema
from app.refusals import Refused
from app.words import _

FORMAT = 1
MANIFEST = "manifest.json"
TABLES, FILES = "tables/", "files/"
FOLDERS = ("imports", "uploads")  # of the data folder
MANIFEST_MOST = 50_000_000  # bytes
BLOCK = 1 << 20


@dataclass
class Part:
    """One file in the archive; `rows` for a table."""

    sha256: str
    size: int
    rows: int | None = None


@dataclass
class Manifest:
    daylight: str
    revision: str
    made_at: str
    format: int = FORMAT
    parts: dict[str, Part] = field(default_factory=dict)

    @property
    def tables(self) -> dict[str, int]:
        """The number of rows of each table."""
        return {
            name.removeprefix(TABLES).removesuffix(".jsonl"): part.rows
            for name, part in self.parts.items()
            if part.rows is not None
        }

    @property
    def files(self) -> list[str]:
        return [name for name in self.parts if name.startswith(FILES)]


class Writer:
    """Puts parts into a new archive, and the manifest behind them."""

    def __init__(self, path: Path, manifest: Manifest) -> None:
        self.zip = ZipFile(path, "w", ZIP_DEFLATED, compresslevel=3)
        self.manifest = manifest

    def put(self, name: str, pieces: Iterator[bytes], *, counts_rows: bool = False) -> None:
        digest, size, lines = hashlib.sha256(), 0, 0
        with self.zip.open(name, "w", force_zip64=True) as part:
            for piece in pieces:
                part.write(piece)
                digest.update(piece)
                size, lines = size + len(piece), lines + piece.count(b"\n")
        self.manifest.parts[name] = Part(digest.hexdigest(), size, lines - 1 if counts_rows else None)

    def close(self) -> None:
        self.zip.writestr(MANIFEST, json.dumps(asdict(self.manifest), indent=1))
        self.zip.close()


def table_part(name: str) -> str:
    return f"{TABLES}{name}.jsonl"


def files_in(data_dir: Path) -> Iterator[tuple[str, Path]]:
    """The files that a backup holds, each with its name there. What begins with a dot is not whole yet."""
    for path in sorted(path for folder in FOLDERS for path in (data_dir / folder).rglob("[!.]*")):
        if path.is_file():
            yield FILES + path.relative_to(data_dir).as_posix(), path


# What reading a damaged archive raises; a RuntimeError says that a part is encrypted, or packed in an unknown way.
BROKEN = (BadZipFile, Damaged, EOFError, KeyError, ValueError, TypeError, OSError, RuntimeError, zlib.error)


@contextmanager
def opened(path: Path) -> Iterator[tuple[ZipFile, Manifest]]:
    """A backup that was checked from its first to its last byte. Raises Refused, saying what is wrong with it."""
    try:
        with ExitStack() as stack:
            archive = stack.enter_context(ZipFile(path))
            manifest = _manifest(archive)
            for name, part in manifest.parts.items():
                _check(archive, name, part)
            whole = stack.pop_all()
    except FileNotFoundError:
        raise Refused(_("There is no file %s.") % path) from None
    except BROKEN as trouble:
        words = _("%(file)s is no backup of Daylight, or it is damaged: %(trouble)s")
        raise Refused(words % {"file": path, "trouble": trouble}) from trouble
    with whole:
        yield archive, manifest


def _manifest(archive: ZipFile) -> Manifest:
    if archive.getinfo(MANIFEST).file_size > MANIFEST_MOST:
        raise ValueError(MANIFEST)
    said: dict[str, Any] = json.loads(archive.read(MANIFEST))
    if said["format"] != FORMAT or said["revision"] not in schema.revisions():
        raise Refused(
            _("This backup was made by Daylight %(made)s, which is newer than this one. Restore it with that version.")
            % {"made": said["daylight"]}
        )
    said["parts"] = {name: Part(**part) for name, part in said["parts"].items()}
    manifest = Manifest(**said)
    names = archive.namelist()
    if sorted(names) != sorted([MANIFEST, *manifest.parts]):
        raise ValueError(_("its parts are not those that it names"))
    if any(not _is_plain(name) for name in names):
        raise ValueError(_("a part has a name that leads elsewhere"))
    return manifest


def _is_plain(name: str) -> bool:
    path = PurePosixPath(name)
    inside = name == MANIFEST or name.startswith((TABLES, *(f"{FILES}{folder}/" for folder in FOLDERS)))
    return inside and not path.is_absolute() and ".." not in path.parts and "\\" not in name and ":" not in name


def _check(archive: ZipFile, name: str, part: Part) -> None:
    digest, size, lines = hashlib.sha256(), 0, 0
    with archive.open(name) as content:
        while block := content.read(BLOCK):
            digest.update(block)
            size, lines = size + len(block), lines + block.count(b"\n")
    if (digest.hexdigest(), size) != (part.sha256, part.size):
        raise ValueError(_("“%s” was changed after it was written") % name)
    if part.rows is not None and part.rows != lines - 1:
        raise ValueError(_("“%s” does not have the rows that it should have") % name)
