"""Text of other trackers as Markdown, so far as it occurs: headings, lists, tables, quotes, code, links and emphasis.

Of Jira's markup, colours, panels and underlining are dropped and their words stay; pictures and files that came with an
item are named, because they are not in the export.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from html import unescape

from app.words import N_, _


class Markup(StrEnum):
    """How a source writes its texts."""

    MARKDOWN = "markdown"
    PLAIN = "plain"
    JIRA = "jira"
    HTML = "html"

    @property
    def label(self) -> str:
        return _(LABELS[self])


LABELS = {
    Markup.MARKDOWN: N_("Markdown"),
    Markup.PLAIN: N_("Plain text"),
    Markup.JIRA: N_("Jira’s markup"),
    Markup.HTML: N_("HTML"),
}


FEW = 50  # one sign in so many texts tells the markup of all
_SIGNS = {
    Markup.JIRA: re.compile(r"\{(?:code|noformat|quote)[:}]|^h[1-6]\. |\{\{.+?\}\}", re.MULTILINE),
    Markup.HTML: re.compile(r"</(?:p|div|a|li)>|<br ?/?>"),
    Markup.MARKDOWN: re.compile(r"^```|^#{1,4} \S|\]\(https?://|\*\*\S", re.MULTILINE),
}
_BLOCK = re.compile(
    r"\{(?P<kind>code|noformat|quote)(?::(?P<how>[^}\n]*))?\}(?P<inside>.*?)(?:\{(?P=kind)\}|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_DROPPED = re.compile(
    r"\{(?:color|panel|anchor|section|column|align|tip|info|note|warning)(?::[^}\n]*)?\}", re.IGNORECASE
)
_LIST = re.compile(r"\s*([*#-]+)\s+(?=\S)")
_HEADING = re.compile(r"\s*h([1-6])\.\s+(?=\S)")
_UNDERLINING = re.compile(r"\s*(?:=+|-{1,3})\s*")
_RULE = re.compile(r"\s*-{4,}\s*")
_INLINE = re.compile(  # every length is bounded, so that no text costs more than its length
    r"""\{\{(?P<mono>.{1,2000}?)\}\}
    | \[(?P<text>[^\]|\n]{1,500})\|(?P<address>[^\]|\s]{1,1000})(?:\|[^\]\n]{0,200})?\]
    | \[(?P<lone>(?:https?://|mailto:)[^\]\s|]{1,1000})\]
    | \[~(?:accountid:)?(?P<person>[^\]\n]{1,100})\]
    | \[\^(?P<file>[^\]\n]{1,200})\]
    | (?<![\w!])!(?P<picture>[\w][^!|\n]{0,200}\.\w{2,5})(?:\|[^!\n]{0,200})?!(?!\w)
    | (?P<url>https?://[^\s<>|\]\[{}"]+[^\s<>|\]\[{}".,;:!?')*_])
    | (?<![\w*\\])\*(?P<bold>[^\s*](?:[^*\n]{0,1000}[^\s*])?)\*(?![\w*])
    | (?<![\w+\\])\+(?P<under>[^\s+](?:[^+\n]{0,1000}[^\s+])?)\+(?![\w+])
    | (?<![\w\\-])-(?P<strike>[^\s-](?:[^-\n]{0,1000}[^\s-])?)-(?![\w-])
    | (?P<dunder>(?<!\\)__+)
    """,
    re.VERBOSE,
)

_UNSEEN = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-z][a-z0-9:]*)\b(?P<more>[^<>]*)>|<[!?][^<>]*>", re.IGNORECASE)
_ITEM = re.compile(r"(?<!\s)\s*<li\b[^<>]*>\s*", re.IGNORECASE)
_HREF = re.compile(r"\bhref\s*=\s*[\"']?(https?://[^\"'\s>]+)", re.IGNORECASE)
_PARAGRAPHS = frozenset("p div ul ol h1 h2 h3 h4 h5 h6 blockquote pre table tr".split())


def to_markdown(text: str, markup: Markup) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    match markup:
        case Markup.JIRA:
            text = _from_jira(text)
        case Markup.HTML:
            text = _from_html(text)
        case Markup.PLAIN:
            text = _from_plain(text)
    return text.strip()


def quoted(markdown: str) -> str:
    """The same words as a quotation."""
    return "\n".join(f"> {line}" if line else ">" for line in markdown.split("\n"))


def guess(texts: list[str]) -> Markup:
    """The markup that these texts of one source are written in."""
    counts = {markup: sum(bool(sign.search(text)) for text in texts) for markup, sign in _SIGNS.items()}
    best = max(counts, key=lambda markup: counts[markup])
    return best if counts[best] * FEW > len(texts) else Markup.PLAIN


def _from_plain(text: str) -> str:
    return "\n".join(_joined(_escaped(line) for line in text.split("\n")))


def _from_html(text: str) -> str:
    """The words only; paragraphs, items and links keep their place. No tag is looked at twice, however hostile."""
    address = ""

    def mark(tag: re.Match[str]) -> str:
        nonlocal address
        name = (tag["name"] or "").lower()
        if name == "a":
            before, link = address, _HREF.search(tag["more"])
            address = link[1] if link and not tag["end"] else ""
            return (f"]({before})" if before else "") + ("[" if address else "")
        if name == "br":
            return "  \n"
        return "\n\n" if name in _PARAGRAPHS else ""

    text = _ITEM.sub("\n- ", _UNSEEN.sub("", text))
    text = _TAG.sub(mark, text) + (f"]({address})" if address else "")
    return re.sub(r"\n{3,}", "\n\n", unescape(text))


def _from_jira(text: str) -> str:
    """Blocks of code and quotes, and between them line by line."""
    parts, begin = [], 0
    text = text.replace("\u00a0", " ")
    for match in _BLOCK.finditer(text):
        parts.append(_lines(text[begin : match.start()]))
        parts.append(_quoted(match["inside"]) if match["kind"].lower() == "quote" else _fenced(match))
        begin = match.end()
    parts.append(_lines(text[begin:]))
    return "\n\n".join(part for part in parts if part.strip())


def _fenced(match: re.Match[str]) -> str:
    code = match["inside"].strip("\n").rstrip()
    language = next((word for word in re.split(r"[|:]", match["how"] or "") if word.isalnum()), "")
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", code))])
    return f"{fence}{language.lower()}\n{code}\n{fence}" if code.strip() else ""


def _quoted(text: str) -> str:
    return quoted(_from_jira(text).strip())


def _lines(text: str) -> str:
    text = re.sub(r"\n\s*\n\s*\n", "\n\n", _DROPPED.sub("", text).strip("\n"))
    return "\n".join(_joined(_tables(_line(line) for line in text.split("\n"))))


def _line(line: str) -> str:
    line = line.rstrip()
    if _RULE.fullmatch(line):
        return "***"
    if heading := _HEADING.match(line):
        return "#" * int(heading[1]) + " " + _inline(line[heading.end() :])
    if marks := _LIST.match(line):
        indent = "    " * min(len(marks[1]) - 1, 5)
        return indent + ("1. " if marks[1][-1] == "#" else "- ") + _inline(line[marks.end() :])
    if line.lstrip().startswith("bq. "):
        return "> " + _inline(line.lstrip()[4:])
    return _inline(_escaped(line))


def _escaped(line: str) -> str:
    """Keep a line of dashes or equals signs from making a heading of the line above."""
    return "\\" + line.strip() if line.strip() and _UNDERLINING.fullmatch(line) else line


def _tables(lines: Iterator[str]) -> Iterator[str]:
    """Rows of `||heading||` and `|cell|` with the line between that Markdown wants."""
    inside = False
    for line in lines:
        is_row = line.startswith("|") and line.rstrip().endswith("|") and len(line) > 1
        if not is_row:
            yield line
        elif line.startswith("||") or inside:
            yield _row(line)
        else:
            yield "|  " * (len(_cells(line))) + "|"
        if is_row and not inside:
            yield "| --- " * len(_cells(line)) + "|"
            if not line.startswith("||"):
                yield _row(line)
        inside = is_row


def _cells(line: str) -> list[str]:
    return re.split(r"\|\|?", line.strip().strip("|"))


def _row(line: str) -> str:
    return "| " + " | ".join(cell.strip() for cell in _cells(line)) + " |"


def _joined(lines: Iterator[str]) -> Iterator[str]:
    """Lines with what Markdown needs between them: blanks around blocks, a break after each line of plain text."""
    held: str | None = None
    for line in lines:
        if held is not None:
            breaks = _is_text(line) and bool(held.strip()) and (_is_text(held) or bool(_item(held)))
            yield held + "  " if breaks else held
            if _needs_blank(held, line):
                yield ""
        held = line
    if held is not None:
        yield held


def _needs_blank(before: str, after: str) -> bool:
    if not before.strip() or not after.strip():
        return False
    return _block(before) != _block(after) and not (_block(before) == "item" and _is_text(after))


def _block(line: str) -> str:
    if line.startswith(("|", ">")):
        return line[0]
    if line.startswith("#") or line == "***":
        return line  # each of these stands alone
    return "item" if _item(line) else "text"


def _is_text(line: str) -> bool:
    return bool(line.strip()) and _block(line) == "text"


def _item(line: str) -> re.Match[str] | None:
    return re.match(r" *(?:[-*+]|\d+[.)]) +\S", line)


def _inline(text: str) -> str:
    return _INLINE.sub(_span, text)


def _span(match: re.Match[str]) -> str:
    kind = match.lastgroup or ""
    if kind == "address":
        return _link(match["text"], match["address"])
    inside = match[kind]
    match kind:
        case "mono" | "file" | "picture":
            return _code(inside)
        case "lone" | "url":
            return f"<{inside}>"
        case "person":
            return f"@{inside}"
        case "bold":
            return f"**{_inline(inside)}**"
        case "strike":
            return f"~~{_inline(inside)}~~"
        case "dunder":
            return inside.replace("_", "\\_")
        case _:
            return _inline(inside)


def _code(text: str) -> str:
    fence = "``" if "`" in text else "`"
    return f"{fence}{text.strip()}{fence}"


def _link(text: str, address: str) -> str:
    if not address.startswith(("http://", "https://", "mailto:")):
        return f"{_inline(text)} ({_code(address)})"
    return f"[{text.strip()}](<{address}>)"
