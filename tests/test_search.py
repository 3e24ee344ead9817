"""Finding items by words and by likeness: alike on both databases, in any language, only what the viewer may see."""

import csv
from collections.abc import Callable

import pytest
from sqlalchemy import Select, insert
from sqlmodel import Session, col

from app import items, listing, schema, search
from app.boards import Access
from app.db import Database
from app.items import Item
from app.listing import Sort, View
from app.people import Person
from app.search import Scope, words
from app.search.words import Asked
from app.statuses import Kind
from tests import factories, naughty
from tests.fixtures.needs import beside
from tests.looking import numbers_visible_to

Find = Callable[[str], list[str]]


def titles(session: Session, numbers: list[int]) -> list[str]:
    return [session.get_one(Item, number).title for number in numbers]


@pytest.fixture
def everything(visitor: None) -> Select[tuple[int]]:
    return numbers_visible_to(visitor)


@pytest.fixture
def find(session: Session, everything: Select[tuple[int]]) -> Find:
    """The titles that a query finds for a visitor."""
    return lambda query: titles(session, search.find(session, query, Scope(everything)))


@pytest.fixture
def similar(session: Session, everything: Select[tuple[int]]) -> Find:
    """The titles most like another, for a visitor."""
    return lambda title: titles(session, search.similar(session, title, Scope(everything)))


@pytest.mark.parametrize(
    ("title", "query"),
    [
        ("Upload my résumé", "resume"),
        ("Upload my resume", "RÉSUMÉ"),
        ("Straße fehlt im Adressfeld", "strasse"),
        ("Экспорт в таблицу", "экспорт"),
        ("Έκθεση σε αρχείο", "εκθεση"),
        ("Dark mode at night", "mode dark"),
        ("Dark mode at night", "dark mo"),
        ("Dark mode at night", "nig"),
        ("Wide ＡＢＣ letters", "abc"),
        ("StackOverflow in the parser", "overflow"),
        ("StackOverflow in the parser", "stackover"),
        ("PDFExport of an item", "pdf export"),
        ("Setting fs.s3a.endpoint is ignored", "s3a.endpoint"),
        ("Cannot sign in with OAuth2", "oauth2"),
        ("深色模式希望能跟随系统设置", "跟随系"),
        ("深色模式希望能跟随系统设置", "设置"),
        ("深色模式希望能跟随系统设置", "置"),
        ("ダークモードが欲しい", "モード"),
        ("ログを書き出す", "書き出"),
        ("다크모드를추가해주세요", "추가해"),
        ("إضافة الوضع الليلي للتطبيق", "ليل"),
        ("إضافة الوضع الليلي للتطبيق", "تطبيق"),
        ("إضافة الوَضْع الليلي", "الوضع"),
        ("הוספת מצב לילה", "ילה"),
        ("เพิ่มโหมดกลางคืน", "กลางคืน"),
        ("डार्क मोड जोड़ें", "मोड"),
        ("🚀 launch faster", "🚀"),
    ],
)
def test_a_title_is_found(session: Session, member: Person, find: Find, title: str, query: str) -> None:
    factories.item(session, member, title)
    factories.item(session, member, "Something else entirely")
    assert find(query) == [title]


def test_a_body_and_the_answers_about_a_defect_are_found(session: Session, member: Person, find: Find) -> None:
    body, steps = "Nothing in the quarterly ledger", "Press the purple button"
    factories.item(session, member, "It stops", kind=Kind.DEFECT, body=body, steps=steps)
    assert find("ledger") == ["It stops"]
    assert find("purple butt") == ["It stops"]


def test_titles_come_before_bodies(session: Session, member: Person, find: Find) -> None:
    factories.item(session, member, "Keyboard shortcuts", body="For the calendar.")
    factories.item(session, member, "The calendar begins on Sunday")
    factories.item(session, member, "Print it", body="The calendar, and again the calendar.")
    found = find("calendar")
    assert found[0] == "The calendar begins on Sunday"
    assert sorted(found[1:]) == ["Keyboard shortcuts", "Print it"]


def test_items_with_all_the_words_leave_out_those_with_some(session: Session, member: Person, find: Find) -> None:
    factories.item(session, member, "Export to a spreadsheet")
    factories.item(session, member, "Import a spreadsheet")
    assert find("export spreadsheet") == ["Export to a spreadsheet"]
    assert find("export spreadsheet quickly") == ["Export to a spreadsheet", "Import a spreadsheet"]


@pytest.mark.parametrize("query", ["{number}", "#{number}", "  {number} "])
def test_the_item_with_the_number_comes_first(session: Session, member: Person, find: Find, query: str) -> None:
    wanted = factories.item(session, member, "A dark mode")
    factories.item(session, member, f"It stops after {wanted.number} pages")
    assert find(query.format(number=wanted.number)) == ["A dark mode", f"It stops after {wanted.number} pages"]


def test_a_number_that_no_item_can_have_finds_nothing(find: Find) -> None:
    assert find("9" * 60) == find("#4294967296") == []


def test_an_edited_item_is_found_by_its_new_words_only(session: Session, member: Person, find: Find) -> None:
    item = factories.item(session, member, "A night theme", body="")
    items.edit(session, item, member, "A dark mode", "", {})
    assert find("dark") == ["A dark mode"]
    assert find("night") == find("theme") == []


def test_a_removed_item_is_not_in_the_index(session: Session, member: Person, find: Find) -> None:
    gone, stays = factories.item(session, member, "Dark mode"), factories.item(session, member, "Dark icons")
    search.remove(session, [gone.number])
    assert find("dark") == [stays.title]


@pytest.mark.parametrize("access", [Access.MEMBERS, Access.OWN_CASES])
def test_what_a_viewer_may_not_see_takes_no_place(
    session: Session, member: Person, find: Find, similar: Find, access: Access
) -> None:
    factories.board(session, "closed", access=access)
    factories.item(session, member, "A dark mode for charts")
    for _ in range(6):
        factories.item(session, member, "A dark mode", board="closed")
    assert find("dark mode") == similar("dark mode") == ["A dark mode for charts"]
    assert titles(session, search.find(session, "dark", Scope(numbers_visible_to(None)), most=1)) == find("dark")


def test_any_condition_narrows_what_is_found(session: Session, member: Person, everything: Select[tuple[int]]) -> None:
    factories.item(session, member, "A dark mode")
    defect = factories.item(session, member, "The dark mode is too dark", kind=Kind.DEFECT)
    only_defects = everything.where(col(Item.kind) == Kind.DEFECT)
    assert search.find(session, "dark", Scope(only_defects)) == [defect.number]


def test_what_matches_as_well_stands_in_one_order_on_all_pages(session: Session, member: Person) -> None:
    count = 2 * listing.PAGE + 5
    for _ in range(count):
        factories.item(session, member, "Light mode")
    found: list[int] = []
    view: View | None = View(sort=Sort.BEST, query="light mode zebra")
    while view is not None:
        page = listing.page(session, None, view)
        found += [row.number for row in page.rows]
        view = page.next
    assert found == list(range(count, 0, -1))


def test_the_best_few_begin_the_list_of_all(session: Session, member: Person, everything: Select[tuple[int]]) -> None:
    for title, body in [("Dark mode", ""), ("Icons", "In a dark mode."), ("Dark", "mode"), ("A mode that is dark", "")]:
        factories.item(session, member, title, body=body)
    found = search.find(session, "dark mode", Scope(everything))
    assert len(found) == 4
    assert [search.find(session, "dark mode", Scope(everything), most) for most in range(1, 5)] == [
        found[:most] for most in range(1, 5)
    ]


def test_similar_items_share_telling_words(session: Session, member: Person, similar: Find) -> None:
    factories.item(session, member, "Export the board to a spreadsheet", body="As CSV, once a month.")
    factories.item(session, member, "Let me print", body="A spreadsheet of my votes would do.")
    for night in range(5):
        factories.item(session, member, f"Dark mode {night}", body="The board that I need is too bright for the night.")
    found = similar("I need the spreadsheet export")
    assert found[:2] == ["Export the board to a spreadsheet", "Let me print"]


def test_similar_items_appear_from_the_third_character_on(session: Session, member: Person, similar: Find) -> None:
    factories.item(session, member, "Export the board")
    assert similar("ex") == similar("  ex  ") == []
    assert similar("exp") == similar("export th") == ["Export the board"]


def test_five_similar_items_are_enough(session: Session, member: Person, similar: Find) -> None:
    for _ in range(7):
        factories.item(session, member, "A dark mode")
    assert len(similar("dark mode")) == 5


@pytest.mark.parametrize(
    "query",
    [
        "", " ", "%", "\\", "'", '"', '""', "*", "-", "!", "(", "a AND", "NOT", "NEAR(a b)", "title:", "a:b", "^a",
        "a*", "'a' & !b | (c <-> d):*", "…", "☃", "\u200f\u200e", "\ud7ff\uf8ff", "a" * 10_000, "a " * 10_000,
        "深" * 10_000, "Ａ\u0301\u0302" * 100, "\U0010ffff", "\x01\x1f", "--; DROP TABLE item", "99999999999999999999",
    ],
)  # fmt: skip
def test_any_string_is_a_query(session: Session, member: Person, find: Find, similar: Find, query: str) -> None:
    search.index(session, factories.item(session, member, "Plain").number, query, query)
    find(query)
    similar(query)


@pytest.mark.thorough
def test_hostile_strings_are_queries_and_titles(session: Session, find: Find, similar: Find) -> None:
    hostile = [text.replace("\0", "") for text in naughty.strings()]
    search.index_all(session, [(1_000_000 + place, text, text) for place, text in enumerate(hostile)])
    for text in hostile:
        find(text)
        similar(text)


@pytest.mark.thorough
def test_known_duplicates_are_among_the_first_five(
    session: Session, member: Person, everything: Select[tuple[int]]
) -> None:
    with beside("gitbugs/hadoop-bugs.csv").open(encoding="utf-8", newline="") as file:
        reports = {row["Issue id"]: row for row in csv.DictReader(file)}
    with beside("gitbugs/hadoop-duplicates.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    pairs = [(row["Issue id"], other) for row in rows for other in row["Duplicate id"].split(", ")]
    pairs = [(one, other) for one, other in pairs if one in reports and other in reports]
    numbers = {issue: number for number, issue in enumerate(reports, 1_000)}
    rows = [(numbers[issue], report["Summary"][:200], report["Description"]) for issue, report in reports.items()]
    like = factories.item(session, member).model_dump()
    session.execute(insert(Item), [{**like, "number": number, "root": number} for number in numbers.values()])
    search.index_all(session, rows)

    def is_found(one: str, other: str) -> bool:
        title = reports[one]["Summary"]
        like = search.similar(session, title, Scope(everything), most=6)
        return numbers[other] in [number for number in like if number != numbers[one]][:5]

    found = sum(is_found(one, other) for one, other in pairs)
    assert len(pairs) == 127
    assert found / len(pairs) >= 0.62


def test_items_that_were_there_before_the_index_are_found(database_to_alter: Database) -> None:
    with database_to_alter.session() as session:
        factories.item(session, factories.person(session), "A dark mode", kind=Kind.DEFECT, steps="Wait until dusk")
    schema.migrate(database_to_alter, "0001", back=True)
    schema.migrate(database_to_alter)
    with database_to_alter.session(writes=False) as session:
        everything = numbers_visible_to(None)
        assert search.find(session, "dark", Scope(everything)) == search.find(session, "dusk", Scope(everything)) != []


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("Crème brûlée, please!", ["creme", "brulee", "please"]),
        ("getUserById fails", ["getuserbyid", "fails", "get", "user", "by", "id"]),
        ("iPhone充電器", ["iphone", "充電", "電器", "器", "i", "phone", "充電", "電器", "器"]),
        ("الليل", ["الل", "للي", "ليل", "يل", "ل"]),
        ("ガガーリン", ["ガガ", "ガー", "ーリ", "リン", "ン"]),
        ("a_b-c/d", ["a", "b", "c", "d"]),
        ("½ ① ﬁ", ["1", "2", "1", "fi"]),
        ("👍🏽 ok", ["👍", "ok"]),
        ("x" * 100, ["x" * 40]),
        ("\ud800 ?!", []),
    ],
)
def test_text_is_cut_into_words(text: str, cut: list[str]) -> None:
    assert words.of(text) == cut


def test_long_text_is_cut_into_so_many_words() -> None:
    assert len(words.of("word " * 20_000)) == 5_000


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("Dark Mo", [Asked("dark", False), Asked("mo", False)]),
        ("dark mod", [Asked("dark", False), Asked("mod", True)]),
        ("dark mod ?", [Asked("dark", False), Asked("mod", True)]),
        ("on and on", [Asked("on", False), Asked("and", False)]),
        ("StackOver", [Asked("stackover", True)]),
        ("深色", [Asked("深色", False)]),
        ("深", [Asked("深", True)]),
        ("ليلي", [Asked("ليل", False), Asked("يلي", False)]),
        ("لي", [Asked("لي", True)]),
        ("?!", []),
    ],
)
def test_a_query_asks_for_words_and_a_beginning(query: str, asked: list[Asked]) -> None:
    assert words.asked(query) == asked
