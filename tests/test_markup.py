"""Texts of other trackers as Markdown."""

import pytest

from app import text
from app.markup import Markup, guess, to_markdown

JIRA = {
    "h2. A title": "## A title",
    "*bold* and _emphasis_ and -struck- and +under+": "**bold** and _emphasis_ and ~~struck~~ and under",
    "{{code *stays*}} and a*b*c": "`code *stays*` and a*b*c",
    "[the docs|https://example.com/a_(b)]": "[the docs](<https://example.com/a_(b)>)",
    "[https://example.com/x]": "<https://example.com/x>",
    "see https://example.com/x_y_z.": "see <https://example.com/x_y_z>.",
    "[~mira] look at [^log.txt] and !shot.png|thumbnail!": "@mira look at `log.txt` and `shot.png`",
    "* one\n** two\n# three\n- four": "- one\n    - two\n1. three\n- four",
    "text\n* one\nmore": "text\n\n- one  \nmore",
    "||a||b||\n|1|2|": "| a | b |\n| --- | --- |\n| 1 | 2 |",
    "|1|2|": "|  |  |\n| --- | --- |\n| 1 | 2 |",
    "bq. said": "> said",
    "{quote}said\n*loud*{quote}": "> said  \n> **loud**",
    "before\n----\nafter": "before\n\n***\n\nafter",
    "text\n=====": "text  \n\\=====",
    "{color:red}red{color} {panel:title=x}inside{panel}": "red inside",
    "__init__ of it": "\\_\\_init\\_\\_ of it",
    "one\ntwo": "one  \ntwo",
    "{code:java}\nint *a*;\n{code}": "```java\nint *a*;\n```",
    "{code:title=x.py|language=python}x{code}": "```\nx\n```",
    "{noformat}\n```\n{noformat}": "````\n```\n````",
    "{code}\nnever closed": "```\nnever closed\n```",
    "a\u00a0b": "a b",
}


@pytest.mark.parametrize(("written", "markdown"), JIRA.items())
def test_jira_markup_becomes_markdown(written: str, markdown: str) -> None:
    assert to_markdown(written, Markup.JIRA) == markdown


def test_plain_text_keeps_its_lines() -> None:
    assert to_markdown("one\r\ntwo\n\nthree\n---", Markup.PLAIN) == "one  \ntwo\n\nthree  \n\\---"


def test_html_keeps_its_words_links_and_paragraphs() -> None:
    html = '<p>See <a href="https://example.com">this</a> &amp; that</p><ul><li>one</li></ul><script>bad()</script>'
    assert to_markdown(html, Markup.HTML) == "See [this](https://example.com) & that\n\n- one"


def test_markdown_stays_as_it_is() -> None:
    assert to_markdown("# Title\none\ntwo\n", Markup.MARKDOWN) == "# Title\none\ntwo"


@pytest.mark.parametrize(
    ("text", "markup"),
    [("h1. Title\n{code}x{code}", Markup.JIRA), ("see {{x}}", Markup.JIRA), ("<p>words</p>", Markup.HTML),
     ("```\ncode\n```", Markup.MARKDOWN), ("[a](https://example.com)", Markup.MARKDOWN), ("words", Markup.PLAIN)],
)  # fmt: skip
def test_the_markup_of_a_source_is_told_by_some_of_its_texts(text: str, markup: Markup) -> None:
    assert guess(["nothing special"] * 40 + [text]) is markup


@pytest.mark.parametrize("piece", ["{{", "[", "*a", "{quote}", "!a.", "-x-", "||", "https://", "{code}", "_", "[a|b"])
def test_no_text_costs_more_than_its_length(piece: str) -> None:
    assert len(to_markdown(piece * 20_000, Markup.JIRA)) < 400_000


def test_hostile_markup_stays_harmless() -> None:
    html = text.to_html(to_markdown("[x|javascript:alert(1)] {html}<script>alert(1)</script>{html}", Markup.JIRA))
    assert "<script" not in html
    assert "href" not in html
