"""What open streams cost, in memory and on the processor time of a page: `python -m tests.bench.streams`."""

import shutil
import socket
import tempfile
from contextlib import ExitStack
from pathlib import Path

from app import db
from app.db import Database
from tests.bench import boards
from tests.bench.load import Server, drive, serving

ITEMS, STREAMS, A_NETWORK = 1_000, 500, 100


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="daylight-bench-"))
    url = f"sqlite:///{folder / 'daylight.sqlite3'}"
    database = Database(db.make_engine(url))
    boards.build(database, ITEMS)
    database.close()
    environment = {"DAYLIGHT_DATABASE_URL": url, "DAYLIGHT_DATA_DIR": str(folder), "DAYLIGHT_LOG": "off"}
    try:
        with serving(["app", "serve"], environment) as server:
            measure(server)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure(server: Server) -> None:
    alone, memory = drive(server, "/items/7"), server.memory_mb()
    with ExitStack() as stack:
        for number in range(STREAMS):
            stack.enter_context(opened(server, number))
        each = (server.memory_mb() - memory) / STREAMS * 1024
        beside = drive(server, "/items/7")
    print(f"{STREAMS} open streams: {each:.0f} kB each")
    for name, found in (("alone", alone), ("beside them", beside)):
        print(f"the page of an item, {name}: {found.per_second:,.0f}/s, {found.cpu_us:.0f} us of processor time each")


def opened(server: Server, number: int) -> socket.socket:
    """A stream of one of the items; a hundred come from each address of this machine's own network."""
    host, port = server.url.removeprefix("http://").split(":")
    source = (f"127.0.1.{number // A_NETWORK + 1}", 0)
    one = socket.create_connection((host, int(port)), source_address=source)
    one.sendall(f"GET /items/{number % 20 + 1}/live HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
    if b" 200 " not in one.recv(4096):
        raise RuntimeError("A stream was refused.")
    return one


if __name__ == "__main__":
    main()
