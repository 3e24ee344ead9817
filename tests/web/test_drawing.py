"""Templates are prepared when they are loaded, and say the same as those that are not."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from babel import Locale
from jinja2 import DictLoader, Environment, UndefinedError
from markupsafe import Markup, escape

from app import words
from app.statuses import Kind, Status
from app.web import drawing
from app.web.drawing import Templates

AT = datetime(2026, 5, 3, 14, 2, 7, 120, UTC)


@pytest.fixture
def templates() -> Templates:
    """With the functions of the program, and the fragments of this file."""
    fragments = {
        "_row": "{% set name = name ~ '!' %}<i>{{ name }}{% include '_end' %}</i>",
        "_end": "{% if last %}.{% endif %}",
    }
    made = Templates(loader=DictLoader(fragments), autoescape=True, undefined=drawing.environment().undefined)
    made.globals |= drawing.environment().globals
    return made


def said(templates: Environment, source: str, **about: object) -> str:
    """By a fragment, and by a page, which says the same."""
    assert isinstance(templates.loader, DictLoader)
    templates.loader.mapping = {**templates.loader.mapping, "_": source, "page": source}
    by_fragment, by_page = (templates.get_template(name).render(about) for name in ("_", "page"))
    assert by_fragment == by_page
    return by_fragment


def test_a_fragment_is_drawn_where_it_is_included_and_leaves_nothing_behind(templates: Templates) -> None:
    source = "{% for name in names %}{% with last = loop.last %}{% include '_row' %}{% endwith %}{{ name }}{% endfor %}"
    assert said(templates, source, names=["a", "<b>"]) == "<i>a!</i>a<i>&lt;b&gt;!.</i>&lt;b&gt;"


def test_a_fragment_that_lacks_what_it_needs_still_fails(templates: Templates) -> None:
    with pytest.raises(UndefinedError):
        said(templates, "{% include '_row' %}", name="a")


@pytest.mark.parametrize(
    "value",
    ["", "Dark mode", "<b>", "a & b", "it's", 'say "no"', "Ω", Markup("<b>"), Markup(""), 0, 1234, -7, True, None, 1.5,
     Status.NEEDS_INFO, Locale("en"), escape("<"), b"<"],
)  # fmt: skip
def test_a_value_is_written_as_it_would_be_escaped(templates: Templates, value: object) -> None:
    assert drawing.quickly(value) == escape(value)
    assert said(templates, "<p>{{ value }}</p>", value=value) == f"<p>{escape(value)}</p>"


def test_markup_within_words_stays_and_all_else_is_escaped(templates: Templates) -> None:
    source = "{{ _('Same as %(link)s, says %(who)s.', link=link, who=who) }}"
    about = {"link": Markup('<a href="/items/1">#1</a>'), "who": "<Ada> & 'Ben'"}
    assert said(templates, source, **about) == (
        'Same as <a href="/items/1">#1</a>, says &lt;Ada&gt; &amp; &#39;Ben&#39;.'
    )


def test_words_are_said_in_the_language_of_the_instance(templates: Templates, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "_", lambda message: message.replace("votes", "Stimmen"))
    about = "{{ _('%(count)s votes of %(who)s', count=3, who=who) }} {{ _('100%% votes') }}"
    source = f"<p title=\"{{{{ _('votes & more') }}}}\">{about}</p>"
    assert said(templates, source, who="<Ada>") == '<p title="Stimmen & more">3 Stimmen of &lt;Ada&gt; 100% Stimmen</p>'


def test_values_stand_where_the_language_has_them(templates: Templates, monkeypatch: pytest.MonkeyPatch) -> None:
    order = {"%(who)s wrote %(what)s": "%(what)s, 100%%: %(who)s (%(who)s)"}
    monkeypatch.setattr(words, "_", order.get)
    source = "{{ _('%(who)s wrote %(what)s', who=who, what=what) }}"
    assert said(templates, source, who="<Ada>", what=Markup("<b>")) == "<b>, 100%: &lt;Ada&gt; (&lt;Ada&gt;)"


def test_words_that_ask_for_a_value_that_is_not_there_fail(templates: Templates) -> None:
    with pytest.raises(KeyError):
        said(templates, "{{ _('%(who)s wrote', whom='Ada') }}")


def test_what_is_html_by_its_name_is_html_or_is_escaped_by_it(
    templates: Templates, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing looks at it again; words and numbers of a language may have any sign in them."""
    monkeypatch.setattr(words, "number", lambda value: f"{value}'000")
    monkeypatch.setattr(words, "day", lambda _value: "3rd o' May")
    monkeypatch.setattr(words, "span", lambda _passed: "<1 day")
    templates.filters |= drawing.environment().filters
    for remembered in (drawing._number, drawing._votes, drawing._day):
        remembered.cache_clear()
    shown = {"number": 7, "votes": 7, "on": AT, "since": AT, "ago": AT}
    calls = {"mark": (Status.NEW, Kind.IDEA), "_": ("<b>",), "ngettext": ("<i>", "<b>", 2)}
    assert {"own", "drawn"} | shown.keys() | calls.keys() == drawing.HTML
    for name, value in shown.items():
        arguments = "" if name in {"number", "votes", "on"} else "(now)"
        page = said(templates, f"{{{{ value | {name}{arguments} }}}}", value=value, now=AT)
        assert page == drawing.environment().filters[name](value, *[AT] * bool(arguments))
        assert "&#39;" in page
    for name, arguments in calls.items():
        made = drawing.environment().globals[name](*arguments)
        assert said(templates, f"{{{{ {name}(*given) }}}}", given=arguments) == made
        assert isinstance(made, Markup)
    for remembered in (drawing._number, drawing._votes, drawing._day):
        remembered.cache_clear()


def test_a_time_says_the_minute_of_utc_wherever_it_was_read() -> None:
    elsewhere = AT.astimezone(timezone(timedelta(hours=14)))
    for at in (AT, elsewhere):
        assert drawing.environment().filters["ago"](at, AT + timedelta(days=3)) == (
            '<time datetime="2026-05-03T14:02Z" title="3 May 2026, 14:02 UTC">3 days ago</time>'
        )


def test_numbers_of_things_are_said_as_they_are_counted(templates: Templates) -> None:
    source = "{% for count in (1, 2) %}{{ ngettext('%(num)s vote', '%(num)s votes', count) }};{% endfor %}"
    assert said(templates, source) == "1 vote;2 votes;"


def test_what_is_asked_of_a_value_is_its_attribute_or_its_entry_or_fails(templates: Templates) -> None:
    about = {"one": {"name": {"first": "<Ada>"}}, "two": Markup("Ben")}
    assert said(templates, "{{ one.name.first }} {{ two.upper() }} {{ one.none is defined }}", **about) == (
        "&lt;Ada&gt; BEN False"
    )
    with pytest.raises(UndefinedError):
        said(templates, "{{ one.none }}", **about)


def test_what_all_templates_know_is_called_as_it_would_be(templates: Templates) -> None:
    macro = "{% macro bold(words) %}<b>{{ words }}{{ caller() }}</b>{% endmacro %}"
    source = macro + "{% call bold(_('%(n)s', n='<')) %}>{% endcall %}{{ dict() }}{{ range(*[2], **{}) | join }}"
    assert said(templates, source) == "<b>&lt;></b>{}01"


MACROS = "{% macro name(who, loud=false) %}<b>{{ who }}{{ '!' if loud }}</b>{% endmacro %}"


def test_what_another_template_offers_escapes_what_it_is_given_and_is_html(templates: Templates) -> None:
    assert isinstance(templates.loader, DictLoader)
    templates.loader.mapping = {**templates.loader.mapping, "macros": MACROS}
    source = (
        "{% import 'macros' as say %}{% for who in all %}{{ say.name(who) }}{{ say.name(who, loud=true) }}{% endfor %}"
    )
    assert said(templates, source, all=["<i>", Markup("<u>")]) == (
        "<b>&lt;i&gt;</b><b>&lt;i&gt;!</b><b><u></b><b><u>!</b>"
    )


def test_a_fragment_asks_for_another_template_once(templates: Templates, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where it includes others that ask for the same, in every turn of a loop. What differs stays apart."""
    assert isinstance(templates.loader, DictLoader)
    templates.loader.mapping = {
        "macros": MACROS,
        "others": "{% macro name(who) %}{{ who }}?{% endmacro %}",
        "_one": "{% import 'macros' as say %}{{ say.name(who) }}",
        "_other": "{% import 'others' as say %}{{ say.name(who) }}",
        "_all": "{% for who in all %}{% include '_one' %}{% include '_other' %}{% endfor %}",
    }
    asked: list[str] = []
    find = Templates.get_template
    monkeypatch.setattr(
        Templates, "get_template", lambda self, name, *about: asked.append(name) or find(self, name, *about)
    )
    assert templates.get_template("_all").render(all=["a", "b", "c"]) == "<b>a</b>a?<b>b</b>b?<b>c</b>c?"
    assert asked.count("macros") == 1


def test_a_method_is_called_with_what_it_is_given_and_an_absent_one_fails(templates: Templates) -> None:
    assert (
        said(templates, "{{ word.replace(old, new) }} {{ word.upper() }}", word="<a>", old="a", new="b")
        == "&lt;b&gt; &lt;A&gt;"
    )
    with pytest.raises(UndefinedError):
        said(templates, "{{ word.shout(1) }}", word="a")
