"""A status as a picture: its colour by day and by night, and its mark, a small piece of the sky."""

from dataclasses import dataclass

from app.statuses import Status


@dataclass(frozen=True)
class Mark:
    """Drawn on a square of 16: `line` is a path that is stroked, `solid` one that is filled too."""

    day: str
    night: str
    line: str
    solid: str = ""


_RING = "M1.8 8a6.2 6.2 0 1 0 12.4 0 6.2 6.2 0 1 0-12.4 0Z"
MARKS = {
    Status.NEW: Mark("#3b4199", "#a6acf7", "M13.2 9.9A5.8 5.8 0 0 1 6.1 2.8a5.8 5.8 0 1 0 7.1 7.1Z"),
    Status.ACKNOWLEDGED: Mark("#7c3a9c", "#cfa0f0", "M1.5 10.5h13M4 10.5a4 4 0 0 1 8 0M5 13.5h6"),
    Status.NEEDS_INFO: Mark("#b0245c", "#f58fb2", f"{_RING}M6.2 6.3A1.9 1.9 0 1 1 8 8.6v.6M8 11.5v.1"),
    Status.PLANNED: Mark(
        "#b1440b", "#f7a36b", "M1.5 12h13M8 1.5v2M2.6 4.6l1.3 1.3M13.4 4.6l-1.3 1.3", "M4 12a4 4 0 0 1 8 0Z"
    ),
    Status.IN_PROGRESS: Mark("#846000", "#ebc65f", _RING, "M8 4.2a3.8 3.8 0 0 1 0 7.6Z"),
    Status.SHIPPED: Mark(
        "#0a669c", "#7cc9f4",
        "M8 .9v1.3M8 13.8v1.3M.9 8h1.3M13.8 8h1.3M3 3l.9.9M12.1 12.1l.9.9M3 13l.9-.9M12.1 3.9l.9-.9",
        "M4.8 8a3.2 3.2 0 1 0 6.4 0 3.2 3.2 0 1 0-6.4 0Z",
    ),
    Status.DECLINED: Mark("#505b6b", "#a7b2c3", f"{_RING}M3.8 12.2l8.4-8.4"),
    Status.DUPLICATE: Mark(
        "#67645f", "#b3afa8",
        "M1.5 8a4.4 4.4 0 1 0 8.8 0 4.4 4.4 0 1 0-8.8 0ZM5.7 8a4.4 4.4 0 1 0 8.8 0 4.4 4.4 0 1 0-8.8 0Z",
    ),
}  # fmt: skip
