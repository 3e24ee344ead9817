"""The memory that the C library of Linux keeps for itself, which would be a fifth of what a process has."""

import ctypes
import sys
from functools import cache

M_ARENA_MAX = -8  # as malloc.h numbers it


def be_sparing() -> None:
    """Have one heap for all threads, before there are any: where one works at a time, several only grow apart."""
    if mallopt := getattr(_library(), "mallopt", None):
        mallopt(M_ARENA_MAX, 1)


def give_back() -> None:
    """Let the system have what is free again, after templates and pictures were made of it."""
    if malloc_trim := getattr(_library(), "malloc_trim", None):
        malloc_trim(0)


@cache
def _library() -> ctypes.CDLL | None:
    return ctypes.CDLL(None) if sys.platform == "linux" else None
