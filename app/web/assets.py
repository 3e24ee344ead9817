"""Static files, read once, packed once each way, served under a hash of their content and kept by browsers for good."""

import base64
import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import brotli
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from app import attachments
from app.web import accepting

STATIC = Path(__file__).parents[2] / "static"
STYLESHEET = "css/daylight.css"
OF_WIDGET = ("css/10-tokens.css", "css/50-mark.css", "embed/daylight.css")
OF_WIDGETS = re.compile(r"embed/daylight[^/]*\.js")
PACKERS = {"br": partial(brotli.compress, quality=10), "gzip": partial(gzip.compress, compresslevel=9, mtime=0)}
PACKED_ALREADY = (".png", ".ico")
FOREVER = "public, max-age=31536000, immutable"
mimetypes.add_type("text/javascript", ".js")


@dataclass(frozen=True)
class Script:
    """A script as other sites load it; its name holds a part of the digest by which a browser checks its integrity."""

    body: bytes

    @property
    def name(self) -> str:
        return f"daylight-{self._digest.hex()[:12]}"

    @property
    def integrity(self) -> str:
        return f"sha384-{base64.b64encode(self._digest).decode()}"

    @property
    def _digest(self) -> bytes:
        return hashlib.sha384(self.body).digest()


class Assets:
    """An ASGI application for `/static/{hash}/...`. The style sheets are joined into one, in order of their names.

    What the widget shares with the pages is joined into its own.
    """

    def __init__(self, folder: Path = STATIC) -> None:
        files = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        widget = [files[name] for name in OF_WIDGET]
        sheets = [files.pop(name) for name in list(files) if name.startswith("css/")]
        self.files = files | {STYLESHEET: _squeezed(b"\n".join(sheets)), OF_WIDGET[-1]: _squeezed(b"\n".join(widget))}
        self.files["js/leaks.json"] = attachments.leaks_for_browsers()
        self.hash = hashlib.sha256(
            b"".join(name.encode() + body for name, body in sorted(self.files.items()))
        ).hexdigest()[:12]
        self.packed: dict[tuple[str, str], bytes] = {}

    @cached_property
    def widget(self) -> Script:
        """The newest script of the widget."""
        return Script(self.files["embed/daylight.js"])

    @cached_property
    def widgets(self) -> dict[str, Script]:
        """This and every released one, for the pages that trust only that, by their names."""
        scripts = [Script(body) for name, body in self.files.items() if OF_WIDGETS.fullmatch(name)]
        return {script.name: script for script in scripts}

    def path(self, name: str) -> str:
        """The address of a file. Raises KeyError for one that does not exist."""
        if name not in self.files:
            raise KeyError(name)
        return f"/static/{self.hash}/{name}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a file by its name; the hash in the address only keeps old copies apart."""
        name = scope["path"].removeprefix(scope.get("root_path", "")).lstrip("/").partition("/")[2]
        await self._answer(name, Headers(scope=scope))(scope, receive, send)

    def _answer(self, name: str, headers: Headers) -> Response:
        if name not in self.files:
            return PlainTextResponse("Not found", 404)
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        answer = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding"}
        taken = accepting.encodings(headers.get("accept-encoding", ""))
        encoding = next((known for known in PACKERS if known in taken), None)
        if encoding is None or name.endswith(PACKED_ALREADY):
            return Response(self.files[name], media_type=kind, headers=answer)
        body = self._packed(name, encoding)
        return Response(body, media_type=kind, headers=answer | {"Content-Encoding": encoding})

    def _packed(self, name: str, encoding: str) -> bytes:
        """Packed as well as can be, when it is first asked for, which takes some hundredths of a second."""
        if (name, encoding) not in self.packed:
            self.packed[name, encoding] = PACKERS[encoding](self.files[name])
        return self.packed[name, encoding]


def _squeezed(sheet: bytes) -> bytes:
    """Without comments and white space that says nothing, which are a seventh of what browsers would load."""
    spaced = re.sub(rb"\s+", b" ", re.sub(rb"/\*.*?\*/", b"", sheet, flags=re.DOTALL))
    return re.sub(rb"(?<=[{};]) | (?=[{}])", b"", spaced)  # a space before the end of a declaration may be its value
