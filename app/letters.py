"""Letters: the words of a mail, written once, as CommonMark: the text part as it is, the HTML part made from it."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from app import text, words
from app.config import settings

BEGIN, END = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
APART = re.compile(f"{BEGIN}[^{END}]*{END}")
TEMPLATES = Path(__file__).parents[1] / "templates" / "mails"


class Letter(NamedTuple):
    """What `outbox.put` takes after the recipient."""

    subject: str
    body: str


def write(template: str, **about: Any) -> Letter:
    """Fill in `templates/mails/<template>.txt`, which sets its own subject."""
    known = {"base_url": settings().effective_base_url, **about}
    filled = environment().get_template(f"{template}.txt").make_module(known)
    return Letter(str(filled.subject), str(filled).strip() + "\n")  # type: ignore[attr-defined]


def as_html(letter: Letter) -> str:
    """The same words as a page."""
    frame = environment().get_template("frame.html")
    body = APART.sub(lambda named: text.as_typed(named[0]), letter.body)
    return frame.render(subject=letter.subject, words=text.to_html(body), locale=words.locale())


@cache
def environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=select_autoescape(["html"]), undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.i18n"],
    )  # fmt: skip
    env.install_gettext_translations(words.translations(), newstyle=True)  # type: ignore[attr-defined]
    env.filters |= {"day": words.day, "span": words.span, "quoted": quoted, "listed": listed,
                    "apart": apart}  # fmt: skip
    return env


def apart(name: str) -> str:
    """A line that somebody chose, amid words of ours: shown as these very characters, in its own direction."""
    return f"{BEGIN}{name.replace(BEGIN, '').replace(END, '')}{END}"


def quoted(said: str) -> str:
    """Somebody's words, each line marked as theirs."""
    return "\n".join(f"> {line}".rstrip() for line in said.splitlines())


def listed(lines: Iterable[str]) -> str:
    """Somebody's lines as a list, marked as theirs."""
    return quoted("\n".join(f"- {line}" for line in lines))
