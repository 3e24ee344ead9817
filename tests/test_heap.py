"""Memory that is free goes back to the system, where the system takes it."""

import subprocess
import sys

import pytest

from app import heap

MEASURED = """
import re, threading
from app import heap

def resident():
    return int(re.search(r"VmRSS:\\s+(\\d+)", open("/proc/self/status").read())[1]) // 1024

heap.be_sparing()
held = []
thread = threading.Thread(target=lambda: held.extend(bytes(5000) for _ in range(20_000)))
thread.start()
thread.join()
full, last = resident(), held.pop()
held.clear()
heap.give_back()
print(full - resident())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Only the C library of Linux keeps what is free.")
def test_what_a_thread_has_let_go_of_goes_back() -> None:
    said = subprocess.run([sys.executable, "-c", MEASURED], capture_output=True, text=True, check=True).stdout  # noqa: S603
    assert int(said) > 80


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_elsewhere_nothing_happens(monkeypatch: pytest.MonkeyPatch, system: str) -> None:
    monkeypatch.setattr(sys, "platform", system)
    heap._library.cache_clear()
    heap.be_sparing()
    heap.give_back()
    heap._library.cache_clear()
