"""Reading CSV files as they come: encodings, delimiters, quotes, headings and dates."""

import codecs
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.imports import cells
from app.imports.csv_files import columns, dates, records, storing
from app.imports.csv_files.records import Form, Place
from app.refusals import Invalid


def stored(tmp_path: Path, content: bytes, encoding: str = "") -> tuple[Path, str]:
    path = tmp_path / "stored.csv"
    return path, storing.store(io.BytesIO(content), path, encoding)


def read(tmp_path: Path, content: str, form: Form | None = None) -> list[records.Record]:
    path, _encoding = stored(tmp_path, content.encode())
    found, place = records.form_of(path)
    return list(records.read(path, form or found, place))


TEXTS = {
    "utf-8": "Größe, naïve, 日本語, 👩🏽‍🚀",
    "cp1252": "J’ai mal aux yeux, même le soir à la maison. Déjà vu, répété très souvent.",
    "cp1250": "Příliš žluťoučký kůň úpěl ďábelské ódy. Tmavý režim prosím.",
    "cp1251": "Тёмная тема нужна всем. Пожалуйста, добавьте экспорт.",
    "koi8_r": "Тёмная тема нужна всем. Пожалуйста, добавьте экспорт.",
    "cp932": "検索結果が出るまで十秒かかります。改善してください。",
    "gb18030": "搜索太慢了，请改进。希望增加深色主题，晚上很刺眼。",
    "cp949": "검색이 느립니다. 개선해 주세요. 어두운 테마를 원합니다.",
}


@pytest.mark.parametrize(("encoding", "text"), TEXTS.items(), ids=list(TEXTS))
def test_the_encoding_is_found_out(tmp_path: Path, encoding: str, text: str) -> None:
    path, _found = stored(tmp_path, f"title\n{text}\n".encode(encoding))
    assert path.read_text(encoding="utf-8") == f"title\n{text}\n"


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [(codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
     (codecs.BOM_UTF32_LE, "utf-32-le"), (b"", "utf-16-le"), (b"", "utf-16-be")],
)  # fmt: skip
def test_unicode_is_recognised_with_and_without_its_mark(tmp_path: Path, mark: bytes, encoding: str) -> None:
    path, _found = stored(tmp_path, mark + "title;body\r\nGröße;klein\r\n".encode(encoding))
    assert path.read_bytes().decode() == "title;body\r\nGröße;klein\r\n"


def test_a_few_broken_bytes_do_not_spoil_the_rest(tmp_path: Path) -> None:
    path, encoding = stored(tmp_path, "Größe\n".encode() * 50 + b"oops \xff\n")
    assert encoding == "utf-8"
    assert path.read_text(encoding="utf-8").endswith("Größe\noops \ufffd\n")


def test_a_named_encoding_goes_before_the_guess(tmp_path: Path) -> None:
    path, encoding = stored(tmp_path, "מצב כהה".encode("cp1255"), "windows-1255")
    assert (encoding, path.read_text(encoding="utf-8")) == ("cp1255", "מצב כהה")
    with pytest.raises(Invalid) as refused:
        stored(tmp_path, b"x", "klingon")
    assert set(refused.value.problems) == {"encoding"}


@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n  \r\n", b"\0" * 100, bytes(range(256)) * 8, b"PK\x03\x04 a workbook", b"%PDF-1.7", b"\x1f\x8b\x08"],
)
def test_what_is_no_table_of_text_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        stored(tmp_path, content)
    assert set(refused.value.problems) == {"file"}


def test_a_file_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storing, "BYTES_MOST", 10)
    with pytest.raises(Invalid):
        stored(tmp_path, b"title\nlonger than ten bytes")


@pytest.mark.parametrize("delimiter", list(",;\t|"))
def test_the_delimiter_is_found_out_although_texts_hold_the_others(tmp_path: Path, delimiter: str) -> None:
    lines = [["title", "body"], ["One", '"a, b; c | d\nnext ""line"""'], ["Two", '"x; y, z"']]
    content = "\n".join(delimiter.join(line) for line in lines)
    assert [record.cells for record in read(tmp_path, content)] == [
        ["title", "body"], ["One", 'a, b; c | d\nnext "line"'], ["Two", "x; y, z"],
    ]  # fmt: skip


def test_a_single_column_is_no_table_with_commas(tmp_path: Path) -> None:
    found = read(tmp_path, "Title\nDark mode, please\nSearch\nExport, import\n")
    assert [record.cells for record in found] == [["Title"], ["Dark mode, please"], ["Search"], ["Export, import"]]


def test_a_spreadsheet_may_name_its_delimiter(tmp_path: Path) -> None:
    assert [record.cells for record in read(tmp_path, "sep=|\ntitle|body\nA|b,c,d\n")] == [
        ["title", "body"],
        ["A", "b,c,d"],
    ]


def test_quotes_may_be_escaped_with_a_backslash(tmp_path: Path) -> None:
    content = 'title,body\n"Say \\"hi\\"","it, too"\n"Two","x"\n'
    assert read(tmp_path, content)[1].cells == ['Say "hi"', "it, too"]


def test_line_ends_of_every_kind(tmp_path: Path) -> None:
    for end in ("\n", "\r\n", "\r"):
        found = read(tmp_path, end.join(["title,body", 'A,"x', 'y"', "B,z", ""]))
        assert [record.cells[0] for record in found] == ["title", "A", "B"]


def test_a_broken_quote_costs_its_line_only_and_is_told(tmp_path: Path) -> None:
    content = (
        'title,body,more\nOne,"fine",1\nTwo,"never closed,2\nThree,fine,3\nFour,"a "b" c",4\nFive,"two\nlines",5\n'
    )
    found = read(tmp_path, content)
    assert [(record.line, record.cells[0], bool(record.trouble)) for record in found] == [
        (1, "title", False), (2, "One", False), (3, "Two", True),
        (4, "Three", False), (5, "Four", True), (6, "Five", False),
    ]  # fmt: skip
    assert found[-1].cells == ["Five", "two\nlines", "5"]


def test_a_record_that_never_ends_is_cut_at_its_first_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "RECORD_MOST", 100)
    content = 'title,body\nOpen,"never closed\n' + "Row,text\n" * 30 + "Long," + "x" * 500 + "\nLast,one\n"
    found = read(tmp_path, content)
    troubled = [(record.line, record.cells) for record in found if record.trouble]
    assert troubled == [(2, ["Open", "never closed\n"]), (33, ["…"])]
    assert (len(found), found[-1].line, found[-1].cells) == (34, 34, ["Last", "one"])


def test_reading_goes_on_from_any_place(tmp_path: Path) -> None:
    content = "title,body\n" + "".join(f'Nr {number},"ä\n{number}"\n\n' for number in range(20))
    path, _encoding = stored(tmp_path, content.encode())
    whole = list(records.read(path, Form()))
    for index, record in enumerate(whole):
        assert list(records.read(path, Form(), record.after)) == whole[index + 1 :]
    assert whole[0].after == Place(11, 2)


def test_a_field_of_five_megabytes_is_read(tmp_path: Path) -> None:
    assert len(read(tmp_path, 'title,body\nHuge,"' + "lorem ipsum\n" * 430_000 + '"\n')[1].cells[1]) == 12 * 430_000


MOMENTS = {
    "30/Sep/21 17:20": "2021-09-30T17:20",
    "2021-09-30T17:20:11.123+0200": "2021-09-30T15:20:11",
    "2021-09-30 17:20:11 UTC": "2021-09-30T17:20:11",
    "30.09.2021 17:20": "2021-09-30T17:20",
    "Sep 30, 2021 5:20 PM": "2021-09-30T17:20",
    "Thu, 30 Sep 2021 17:20:00 +0000": "2021-09-30T17:20",
    "30. September 2021": "2021-09-30",
    "1er octobre 2021": "2021-10-01",
    "30 de septiembre de 2021": "2021-09-30",
    "15/мая/21 10:10": "2021-05-15T10:10",
    "2021年9月30日 17:20": "2021-09-30T17:20",
    "1633022400": "2021-09-30T17:20",
    "1633022400000": "2021-09-30T17:20",
    "44469.75": "2021-09-30T18:00",
    "3/4/2021": "2021-04-03",
}


@pytest.mark.parametrize(("written", "meant"), MOMENTS.items())
def test_dates_are_read_as_the_world_writes_them(written: str, meant: str) -> None:
    assert dates.read(written, day_first=True) == datetime.fromisoformat(meant).replace(tzinfo=UTC)


def test_the_month_may_stand_first() -> None:
    assert dates.read("3/4/2021", day_first=False) == datetime(2021, 3, 4, tzinfo=UTC)


@pytest.mark.parametrize("written", ["", "soon", "31/Feb/21 10:00", "2021-13-01", "3.4.0", "12", "99999", "March 2021"])
def test_what_is_no_date_is_none(written: str) -> None:
    assert dates.read(written, day_first=True) is None


def proposed(tmp_path: Path, content: str) -> dict[str, str]:
    first, *others = read(tmp_path, content)
    named = columns.has_headings(first, others[0])
    found = columns.of(first, named=named)
    columns.look(found, others if named else [first, *others])
    return {field.value: column.name for field, column in columns.propose(found).items()}


@pytest.mark.parametrize(
    "headings",
    ["Summary,Description,Created,Status", "Titel,Beschreibung,Erstellt am,Zustand", "Titre,Description,Créé le,Statut",
     "Título,Descripción,Fecha de creación,Estado", "Заголовок,Описание,Дата создания,Статус", "件名,説明,作成日,状態",
     "제목,설명,작성일,상태", "العنوان,الوصف,التاريخ,الحالة"],
)  # fmt: skip
def test_headings_are_understood_in_many_languages(tmp_path: Path, headings: str) -> None:
    content = f"{headings}\nDark mode,My eyes hurt,2021-09-30,Open\nSearch,Too slow,2021-10-01,Done\n"
    assert proposed(tmp_path, content) == dict(
        zip(["title", "body", "posted_at", "status"], headings.split(","), strict=True)
    )


def test_without_headings_the_values_tell(tmp_path: Path) -> None:
    content = "".join(
        f"{number},Search is slow {number},It takes ten seconds to find anything in here.,{status},2021-09-30,"
        f"a{number}@example.org\n"
        for number, status in enumerate(["Open", "Done", "Open", "Planned"] * 3, 100)
    )
    assert proposed(tmp_path, content) == {
        "source_id": "Column 1", "title": "Column 2", "body": "Column 3", "status": "Column 4", "posted_at": "Column 5",
        "email": "Column 6",
    }  # fmt: skip


def test_a_heading_that_the_values_belie_is_not_believed(tmp_path: Path) -> None:
    assert proposed(tmp_path, "Title,Created,Votes\nDark mode,by hand,many\nSearch,in May,few\n") == {"title": "Title"}


def test_columns_of_the_same_name_are_one(tmp_path: Path) -> None:
    first, second = read(tmp_path, "Title,Labels,Labels\nDark mode,ui,night\n")
    found = columns.of(first, named=True)
    assert [(column.name, columns.value(second.cells, column.places)) for column in found] == [
        ("Title", "Dark mode"), ("Labels", "ui, night"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+49 30",
        "-1",
        "@home",
        "'=1",
        "''-1",
        "it's",
        "'quoted'",
        "",
        "'",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1+1",
        "＋49",
        "－1",
        "＠home",
        "'＝1",
    ],
)
def test_a_neutralised_cell_comes_back_as_it_was(text: str) -> None:
    cell = cells.neutralised(text)
    assert not cell.startswith(tuple("=+-@\t\r\n＝＋－＠"))
    assert cells.restored(cell) == text
