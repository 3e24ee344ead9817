"""A process that has loaded the program, and forks a server of it for each line that it reads: it starts in a moment.

A line is an object: the port, the settings, and the file for what the server says. The answer is the server's process.
"""

import json
import os
import signal
import sys
from argparse import Namespace

import app.__main__ as daylight
import app.main  # noqa: F401 - loaded before the fork
from app.config import settings


def be_a_server(port: int, environment: dict[str, str], log: str) -> None:
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.environ.update(environment)
    settings.cache_clear()
    daylight.serve(Namespace(host="127.0.0.1", port=port, workers=1))


signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for line in sys.stdin:
    if (process := os.fork()) == 0:
        be_a_server(**json.loads(line))
        sys.exit()
    sys.stdout.write(f"{process}\n")
    sys.stdout.flush()
