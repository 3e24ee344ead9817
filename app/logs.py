"""Log lines: one a happening, for people (`plain`) or for machines (`json`). Trouble is told whatever is set."""

import json
import logging
from datetime import UTC, datetime
from typing import Any

from app.config import settings

REQUESTS = "daylight.requests"


class PlainLine(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = f"{_at(record)} {record.levelname.lower()} {record.getMessage()}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class JsonLine(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {"at": _at(record), "level": record.levelname.lower(), "from": record.name}
        line |= getattr(record, "facts", None) or {"message": record.getMessage()}
        if record.exc_info:
            line["trouble"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def _at(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def configuration() -> dict[str, Any]:
    """The set-up of Python's logging by `DAYLIGHT_LOG`, for this process and for those that it starts."""
    line = JsonLine if settings().log == "json" else PlainLine
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": f"{__name__}.{line.__name__}"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {REQUESTS: {"level": "ERROR" if settings().log == "off" else "INFO"}},
    }
