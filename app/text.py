"""What people write: checked when it comes in, turned from Markdown into safe HTML once, when it is written."""

import html
import itertools
import re
import unicodedata
from collections.abc import Callable, Container, Iterable
from functools import cache
from urllib.parse import urlsplit

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

from app.refusals import Invalid
from app.words import _, ngettext, number

TITLE_MOST = 200
BODY_MOST = 20_000
WORDS_MOST = 10_000
NAME_MOST = 80
LINK_MOST = 500
EFFORT_MOST = 4_000  # signs of Markdown, lines and cells; a text with more is a tangle that takes seconds to read
PILE_MOST = 30  # accents and other marks upon one letter; no language has more (Unicode, Stream-Safe Text Format)
BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # fillers of Hangul and of Braille, drawn as nothing

_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])
_meaning = re.compile(r"[\\\[\]*_~`<>&!#]")
_signs = re.compile(r"[\[\]*_~`<>&]")
_allowed_tags = set("p br hr strong em s code pre blockquote ul ol li a h3 h4 h5 h6 table thead tbody tr th td".split())
_drawn_tags = frozenset("hr li blockquote pre code th td".split())
_whole_address = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)


def _only_whole_addresses(_tag: str, attribute: str, value: str) -> str | None:
    """Drop a link that means something else in a mail or a feed than on the page."""
    return None if attribute == "href" and not _whole_address.match(value) else value


_cleaner = nh3.Cleaner(
    attribute_filter=_only_whole_addresses,
    tags=_allowed_tags,
    clean_content_tags={"script", "style"},
    attributes={"a": {"href", "title"}, "ol": {"start"}, "code": {"class"}},
    allowed_classes={},
    url_schemes={"http", "https", "mailto"},
    link_rel="nofollow ugc noopener",
    strip_comments=True,
)


def to_html(markdown: str) -> Markup:
    """CommonMark to safe HTML. Raw HTML shows as text, headings start below the page's, of pictures the words stay.

    What has more signs, lines or cells of tables than anybody writes stands as it was typed.
    """
    if _effort(markdown) > EFFORT_MOST:
        return Markup("<p>{}</p>\n").format(Markup("<br>\n").join(markdown.split("\n")))
    tokens = _markdown.parse(markdown)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + 2, 6)}"
        for child in token.children or ():
            if child.type == "image":
                child.type, child.tag = "text", ""
                child.content = child.content or str(child.attrs.get("src", ""))
    return Markup(_cleaner.clean(_markdown.renderer.render(tokens, _markdown.options, {})))  # noqa: S704


def _effort(markdown: str) -> int:
    """How much there is to read. A table, which a row of dashes makes, has cells in each row for its widest row."""
    blocks = (block.split("\n") for block in markdown.split("\n\n"))
    tables = (rows for rows in blocks if any(row.rstrip("|: \t").endswith("-") for row in rows))
    cells = sum(len(rows) * max(row.count("|") for row in rows) for rows in tables)
    return len(_signs.findall(markdown)) + markdown.count("\n") + cells


def composed(value: str) -> str:
    """The text in the one form that all of it is kept in (NFC); of a pile of marks upon a letter the first thirty.

    To put a pile in order takes the square of its height: a form that is one pile would stop everybody for minutes.
    """
    return value if value.isascii() else unicodedata.normalize("NFC", _pile().sub(r"\1", value))


@cache
def _pile() -> re.Pattern[str]:
    marks = "".join(chr(code) for code in range(0x300, 0x20000) if unicodedata.combining(chr(code)))
    return re.compile(f"([{marks}]{{{PILE_MOST}}})[{marks}]+")


def paragraphs(*parts: str) -> str:
    """Markdown of several parts, without those that say nothing."""
    return "\n\n".join(part.strip() for part in parts if part.strip())


def answers(typed: Iterable[tuple[str, str]], line: str = "**%s**") -> str:
    """Markdown of questions, each in a bold or other line, and of their answers; one that was left open is left out."""
    answered = ((question, answer) for question, answer in typed if not is_blank(answer))
    return paragraphs(*(f"{line % as_typed(question)}\n\n{answer}" for question, answer in answered))


def as_typed(line: str) -> str:
    """A line of Markdown that shows as these very characters."""
    return _meaning.sub(r"\\\g<0>", " ".join(line.split()))


def excerpt(markdown: str, most: int = 240) -> str:
    """The first words of a Markdown text as plain text of at most `most` characters."""
    plain = " ".join(_seen(markdown[: most * 8]).split())
    if len(plain) <= most:
        return plain
    cut = plain[: most - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[most // 2 :] else cut).rstrip(",;:") + "…"


def shows_nothing(markdown: str) -> bool:
    """Whether nothing of a Markdown text can be seen, neither words nor what is drawn without any, as a line is."""
    return is_blank(_seen(markdown, _drawn_tags))


def says_nothing(markdown: str) -> bool:
    """Whether what can be seen of a Markdown text has no letter, no digit and no symbol."""
    return all(is_blank(letter) or unicodedata.category(letter)[0] not in "LNS" for letter in _seen(markdown))


def _seen(markdown: str, tags: frozenset[str] = frozenset()) -> str:
    """What a text shows, without its signs but for these tags."""
    return html.unescape(nh3.clean(str(to_html(markdown)), tags=set(tags)))


def slug(name: str) -> str:
    """A short name for URLs: Latin letters, digits and hyphens where there are any, else the name itself."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    return words[:60] or re.sub(r"[\W_]+", "-", name.lower()).strip("-")[:60] or "-"


def free_slug(name: str, taken: Container[str]) -> str:
    """The slug of a name, or the first with a number after it that is not taken."""
    plain = slug(name)
    numbered = (f"{plain[:56]}-{number}" for number in itertools.count(2))
    return next(each for each in itertools.chain([plain], numbered) if each not in taken)


def need_begin(after: str, *, is_first: bool) -> None:
    """Raise Invalid if a page was asked for `after` something that means nothing, so that it is the first all the same.

    A program that follows from page to page would go round and round.
    """
    if after and is_first:
        raise Invalid({"after": _("after: no page of this list ended there. Begin again without it.")})


Missing = Callable[[str], bool]


class Checks:
    """Collects what is wrong with the fields of one form, so that a person hears it all at once.

    >>> check = Checks()
    >>> title = check.line("title", "  Dark mode ", most=TITLE_MOST)
    >>> check.done()
    """

    def __init__(self) -> None:
        self.problems: dict[str, str] = {}

    def wrong(self, field: str, words: str) -> None:
        self.problems.setdefault(field, words)

    def done(self) -> None:
        """Raise Invalid if anything was wrong."""
        if self.problems:
            raise Invalid(self.problems)

    def line(self, field: str, value: str, *, label: str, most: int, needed: bool = True) -> str:
        """One line of text: white space folded, at most `most` characters."""
        return self._text(field, " ".join(value.split()), label, most, is_blank if needed else None)

    def words(self, field: str, value: str, *, label: str, most: int = WORDS_MOST, needed: bool = True) -> str:
        """Text of several lines: line ends made alike, blank edges cut, at most `most` characters."""
        return self._words(field, value, label, most, shows_nothing if needed else None)

    def said(self, field: str, value: str, *, label: str) -> str:
        """What somebody of the team says in their own words, in which punctuation alone is none."""
        return self._words(field, value, label, WORDS_MOST, says_nothing)

    def choice(self, field: str, value: str, among: object, *, label: str) -> str:
        if value not in among:  # type: ignore[operator]
            self.wrong(field, _("%(label)s: choose one of those offered.") % {"label": label})
        return value

    def link(self, field: str, value: str, *, label: str) -> str:
        """An http(s) address, or nothing."""
        value = self.line(field, value, label=label, most=LINK_MOST, needed=False)
        if value and not is_web_address(value):
            self.wrong(field, _("%(label)s: give an address that begins with https:// or http://.") % {"label": label})
        return value

    def _words(self, field: str, value: str, label: str, most: int, is_missing: Missing | None) -> str:
        return self._text(field, value.replace("\r\n", "\n").replace("\r", "\n").strip(), label, most, is_missing)

    def _text(self, field: str, value: str, label: str, most: int, is_missing: Missing | None) -> str:
        value = composed(value)
        if len(value) > most:
            self.wrong(field, _too_long(label, len(value), most))
        elif is_missing is not None and is_missing(value):
            self.wrong(field, _("%(label)s: please write something here.") % {"label": label})
        return "" if is_blank(value) else value


def _too_long(label: str, length: int, most: int) -> str:
    return ngettext(
        "%(label)s: %(length)s characters are too many; the limit is %(most)s.",
        "%(label)s: %(length)s characters are too many; the limit is %(most)s.",
        length,
    ) % {"label": label, "length": number(length), "most": number(most)}


def is_blank(value: str) -> bool:
    """Whether nothing in it can be seen: white space, controls, fillers and format characters only."""
    unseen = {"Zs", "Zl", "Zp", "Cc", "Cf"}
    return all(letter in BLANK_LETTERS or unicodedata.category(letter) in unseen for letter in value)


def is_web_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
