"""What people write becomes HTML that does nothing, with no more work than its length asks for."""

import re
import unicodedata

import pytest

from app import text
from tests.effort import calls

LONG = 50_000  # all fields of the longest item together; 200 kB where each character takes four bytes
TANGLES = [
    "[", "](", "[a](", "![", "![[]()", "[[a](b)", "[a][b] ", "[x]: <\n", "*a_", "**a", "*a _b ", "_a__", "~~a~", "`",
    "` `` ", "<a", "<!--", "&#x;", "a\n> ", ">", "- ", "1. ", "|a", "\t- ", "(((", "[a](((((", "\\", "#", "=\n",
    "\n\n* ", "<![CDATA[", "https://", "\u202e", "a\u0301", "😀",
]  # fmt: skip
VECTORS = """
<script>alert(1)</script>
<img src=x onerror=alert(1)>
<svg onload=alert(1)>
<svg><a xlink:href='javascript:1'>
<math><mi//xlink:href='data:x,<script>'>
<iframe srcdoc='<script>1</script>'>
<style>*{color:red}</style>
<form action=//evil.example><button>
<a href='javascript:alert(1)'>x</a>
<base href=//evil.example>
<p style='color:red' onclick=1>
<b hx-on:click='1' data-hx-get='/'>
<object data=x><embed src=x><link rel=x>
<meta http-equiv=refresh>
<!--><img src=x onerror=1>-->
<![CDATA[<script>]]>
<template><script>1</script>
<noscript><p title='</noscript><img src=x onerror=1>'>
<textarea></textarea><script>1</script>
[x](javascript:alert(1))
[x](JaVaScRiPt:alert(1))
[x](java&Tab;script:alert(1))
[x](&#106;avascript:alert(1))
[x](javascript&colon;alert(1))
[x](&#1;javascript:alert(1))
[x](vbscript:x)
[x](data:text/html,<script>1</script>)
[x](file:///etc/passwd)
[x](//evil.example)
<javascript:alert(1)>
![x](javascript:alert(1))
![x](x" onerror=alert(1))
[x](https://a.example/" onclick=1)
[x](https://a.example 'y" onclick=1')
[x]: javascript:alert(1)
`</code><script>1</script>`
| <script> | [x](javascript:1) |
# <img src=x onerror=1>
&lt;script&gt;1&lt;/script&gt;
<scr<script>ipt>alert(1)</scr</script>ipt>
＜script＞1＜/script＞
"""
WHAT_MAY_STAND = re.compile(
    r"</?(?:p|strong|em|s|pre|blockquote|ul|li|h[3-6]|table|thead|tbody|tr|th|td)>|<[bh]r>"
    r'|<code(?: class="language-[^"<>]*")?>|</code>|<ol(?: start="[0-9]+")?>|</ol>|</a>'
    r'|<a(?: href="(?:https?:|mailto:|(?![A-Za-z][A-Za-z0-9+.-]*:))[^"<>]*")?(?: title="[^"<>]*")?'
    r' rel="nofollow ugc noopener">'
)


@pytest.mark.parametrize("tangle", TANGLES)
def test_no_tangle_takes_more_than_its_length(tangle: str) -> None:
    """Twice the words take about twice the calls; what takes the square of the length takes four times as many."""
    whole = (tangle * LONG)[:LONG]
    half = calls(lambda: text.to_html(whole[: LONG // 2]))
    assert calls(lambda: text.to_html(whole)) < 2.5 * half
    assert "<" not in WHAT_MAY_STAND.sub("", text.to_html(whole))


def test_a_tangle_stands_as_it_was_typed() -> None:
    lines = "<br>\n".join(["[[[&lt;b&gt;"] * 1000)
    assert text.to_html("\n".join(["[[[<b>"] * 1000)) == f"<p>{lines}</p>\n"


@pytest.mark.parametrize(
    "block",
    ["|a" * 900 + "\n" + "|-" * 900 + "\n" + "|\n" * 900, "|a\n|-\n" + "|\n" * 5_000, "#\n" * 5_000, "- a\n" * 5_000],
)
def test_more_lines_and_cells_than_anybody_writes_stand_as_they_were_typed(block: str) -> None:
    """A short row is filled up to the width of its table: 4 kB of them would be a million cells."""
    assert set(re.findall("<[a-z]+", text.to_html(block))) == {"<p", "<br"}


def test_a_table_and_a_log_that_somebody_may_write_are_drawn() -> None:
    assert text.to_html("|a|b|c|d\n|-|-|-|-\n" + "|1|2|3|4\n" * 300).count("<td>") == 1200
    assert "<pre>" in text.to_html("```\n" + "12:01:07 | app | [info] <started> in 3 s - a_b -\n" * 200 + "```")


def test_of_a_pile_of_marks_upon_a_letter_only_as_many_stay_as_a_language_may_have() -> None:
    """To put the whole pile in order would take the square of its height, and stop everybody meanwhile."""
    pile = "\u0301\u0316"
    assert text.composed(f"a{pile * 15}b") == unicodedata.normalize("NFC", f"a{pile * 15}b")
    assert text.composed(f"a{pile * 500_000}b") == text.composed(f"a{pile * 15}b")
    assert text.composed("e\u0301 " * 40) == "\u00e9 " * 40


@pytest.mark.parametrize("vector", VECTORS.strip().splitlines())
def test_nothing_is_left_but_what_may_stand(vector: str) -> None:
    for words in (vector, f"a {vector} b", f"> - {vector}", f"**{vector}**", f"[{vector}](https://a.example)",
                  f"```{vector}\n{vector}\n```", f"{vector}\n\n[x]", f"| a |\n|---|\n{vector}"):  # fmt: skip
        assert "<" not in WHAT_MAY_STAND.sub("", text.to_html(words)), words


@pytest.mark.parametrize("address", ["/items/1", "//example.com/", "items/1", "#top", "ftp://example.com/"])
def test_only_a_whole_address_of_the_web_or_a_mail_is_a_link(address: str) -> None:
    assert "href" not in text.to_html(f"[here]({address})")
    assert 'href="https://example.com/"' in text.to_html("[here](https://example.com/)")
    assert 'href="mailto:mira@example.org"' in text.to_html("<mira@example.org>")


def test_answers_stand_below_their_questions_and_what_was_left_open_is_left_out() -> None:
    typed = [("The version?", "4.10\n"), ("The log", " \u200b\n"), ("Steps", "1. Open\n2. Look")]
    assert text.answers(typed) == "**The version?**\n\n4.10\n\n**Steps**\n\n1. Open\n2. Look"
    assert text.answers([("Which C #", "11")], "# %s") == "# Which C \\#\n\n11"
    assert text.paragraphs(text.answers(typed[1:2]), "", "Thanks") == "Thanks"


@pytest.mark.parametrize(
    "question", [*VECTORS.strip().splitlines(), *TANGLES, "a*b", "*.log", "C:\\temp\\_x_", "a | b"]
)
def test_a_question_shows_as_it_was_written(question: str) -> None:
    shown = " ".join(question.split())
    assert text.to_html(text.answers([(question, "x")])) == f"<p><strong>{escaped(shown)}</strong></p>\n<p>x</p>\n"


def escaped(words: str) -> str:
    """As the sanitiser writes text."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@pytest.mark.parametrize(
    "unseen", ["&nbsp;", "&#8203;\n\n&shy;", "[](https://example.org)", "[a]: https://example.org", "#", "![]()"]
)
def test_words_that_are_drawn_as_nothing_are_none(unseen: str) -> None:
    check = text.Checks()
    for say in (check.words, check.said):
        say(say.__name__, unseen, label="Comment")
    assert check.problems == dict.fromkeys(("words", "said"), "Comment: please write something here.")


@pytest.mark.parametrize("sign", ["---", "-", ">", "***", "…", "?!", "`--`", "\\\\", "| |\n|-|"])
def test_signs_alone_are_words_of_people_but_not_what_the_team_says(sign: str) -> None:
    check = text.Checks()
    assert check.words("words", sign, label="Comment") == sign
    check.said("said", sign, label="Explanation")
    assert check.problems == {"said": "Explanation: please write something here."}


@pytest.mark.parametrize("said", ["ok", "42", "好", "👍", "€", "- a", "[1](https://example.org)", "&lt;", "&nbsp"])
def test_a_letter_a_digit_or_a_symbol_says_something(said: str) -> None:
    check = text.Checks()
    assert check.said("said", said, label="Explanation") == said
    check.done()
