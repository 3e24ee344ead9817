"""Attached files: what is taken, what is warned of, how a file waits for its post, and what is swept away."""

import io
import json
import os
import random
from datetime import timedelta
from pathlib import Path
from re import _parser as parser  # type: ignore[attr-defined]

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from sqlmodel import Session, select

from app import attachments, comments, db, pictures, wording
from app.attachments import Attachment, Kind, Sent, leaks, recognising, store
from app.db import Database
from app.events import Event, Happened
from app.exports import json_file
from app.exports.entries import Choice
from app.items import Item
from app.people import Person
from app.refusals import Invalid, NotAllowed, NotFound, TooMany
from app.statuses import Status
from tests import factories
from tests.effort import calls
from tests.pictures import claiming, drawn

AWS = "AKIA" + "Z7" * 8
ALLOWED = "attach pictures (PNG, JPEG, GIF, WebP) and plain text, such as a log, of up to 5 MB."


@pytest.fixture
def item(session: Session, member: Person) -> Item:
    return factories.item(session, member)


def refusal(name: str, sent: bytes) -> str:
    with pytest.raises(Invalid) as refused:
        recognising.recognise(name, sent)
    return refused.value.problems["files"]


@pytest.mark.parametrize(
    ("kind", "media_type", "name"),
    [
        ("PNG", "image/png", "see.png"), ("JPEG", "image/jpeg", "see.jpg"), ("WEBP", "image/webp", "see.webp"),
        ("GIF", "image/png", "see.png"),
    ],
)  # fmt: skip
def test_a_picture_is_known_by_its_content_and_named_by_it(kind: str, media_type: str, name: str) -> None:
    file = recognising.recognise("C:\\fakepath\\see.html", drawn(kind))
    assert (file.kind, file.media_type, file.name, file.width, file.height) == (
        Kind.PICTURE, media_type, name, 60, 30,
    )  # fmt: skip


def test_a_picture_is_kept_the_right_way_up_and_without_what_came_with_it() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010E] = "Ada's kitchen"
    exif.get_ifd(0x8825)[1] = "N"
    sent = drawn("JPEG", exif=exif, comment=b"secret words", icc_profile=b"profile of ada")
    for trailer in (b"", b"<script>alert(1)</script>", b"PK\x03\x04 a whole archive"):
        file = recognising.recognise("see.jpg", sent + trailer)
        kept = Image.open(io.BytesIO(file.content))
        assert (kept.size, dict(kept.getexif()), (file.width, file.height)) == ((30, 60), {}, (30, 60))
        found = [word for word in (b"Ada", b"secret", b"profile", b"script", b"archive") if word in file.content]
        assert found == []


def test_of_a_moving_picture_the_first_frame_is_kept() -> None:
    made = io.BytesIO()
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "lime", "blue")]
    frames[0].save(made, "GIF", save_all=True, append_images=frames[1:])
    kept = Image.open(io.BytesIO(recognising.recognise("a.gif", made.getvalue()).content))
    assert (kept.format, getattr(kept, "n_frames", 1), kept.convert("RGB").getpixel((3, 3))) == ("PNG", 1, (255, 0, 0))


def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_unpacked() -> None:
    for width, height in ((6_000, 5_001), (30_000, 30_000)):
        with pytest.raises(pictures.TooManyPixels):
            pictures.made_anew(claiming(width, height))
    words = "“bomb.png” has more than 30 million pixels; that is the limit."
    assert refusal("bomb.png", claiming(6_000, 5_001)) == words


@pytest.mark.parametrize(
    ("name", "sent", "kept_as", "content"),
    [
        ("crash.log", b"it stopped\n", "crash.log", b"it stopped\n"),
        ("data.json", b'{"a": 1}', "data.json", b'{"a": 1}'),
        ("power.txt", "Ähm\r\n".encode("utf-16"), "power.txt", "Ähm\r\n".encode()),
        ("mark.csv", b"\xef\xbb\xbfa;b", "mark.csv", b"a;b"),
        ("page.html", b"<html><script>alert(1)</script>", "page.html.txt", b"<html><script>alert(1)</script>"),
        ("logo.svg", b"<svg onload=alert(1)>", "logo.svg.txt", b"<svg onload=alert(1)>"),
        ("run.bat", b"del *.*", "run.bat.txt", b"del *.*"),
        ("../../etc/passwd", b"root", "passwd.txt", b"root"),
        ("a\r\nSet-Cookie: x", b"x", "a__Set-Cookie_ x.txt", b"x"),
        ("\u202egnp.exe", b"x", "_gnp.exe.txt", b"x"),
        ("...", b"x", "file.txt", b"x"),
        ("é" * 300 + ".log", b"x", "é" * 116 + ".log", b"x"),
    ],
)
def test_text_is_kept_as_text_whatever_it_says_and_is_called(
    name: str, sent: bytes, kept_as: str, content: bytes
) -> None:
    file = recognising.recognise(name, sent)
    assert (file.kind, file.media_type) == (Kind.TEXT, "text/plain; charset=utf-8")
    assert (file.name, file.content) == (kept_as, content)


@pytest.mark.parametrize(
    ("name", "sent", "words"),
    [
        ("a.pdf", b"%PDF-1.7\n\xe2\xe3\xcf\xd3", f"“a.pdf” is not taken: {ALLOWED}"),
        ("a.zip", b"PK\x03\x04\x14\x00\x00\x00", f"“a.zip” is not taken: {ALLOWED}"),
        ("a.exe", b"MZ\x90\x00\x03", f"“a.exe” is not taken: {ALLOWED}"),
        ("a.txt", b"a\0b", f"“a.txt” is not taken: {ALLOWED}"),
        ("a.txt", b"\xff\xfea\xd8", f"“a.txt” is not taken: {ALLOWED}"),
        ("old.txt", "Größe".encode("cp1252"), f"“old.txt” is not taken: {ALLOWED}"),
        ("a.log", b"", "“a.log” is empty."),
        ("a.log", b"x" * 5_000_001, "“a.log” has more than 5 MB; that is the limit."),
        ("a.png", b"\x89PNG\r\n\x1a\n<script>", "“a.png” is a damaged picture. Save it anew, as PNG for example."),
        ("a.gif", b"GIF89a=alert(1)//", "“a.gif” is a damaged picture. Save it anew, as PNG for example."),
    ],
)
def test_everything_else_is_refused_with_what_is_allowed(name: str, sent: bytes, words: str) -> None:
    assert refusal(name, sent) == words


@given(st.binary(min_size=1, max_size=300), st.sampled_from([b"", *pictures.MARKS, b"RIFF\x10\0\0\0WEBPVP8 "]))
@settings(max_examples=300, deadline=None)
def test_whatever_is_sent_is_taken_as_what_it_is_or_refused(sent: bytes, start: bytes) -> None:
    try:
        file = recognising.recognise("x", start + sent)
    except Invalid:
        return
    if file.kind is Kind.TEXT:
        assert "\0" not in file.content.decode()
    else:
        assert file.media_type == f"image/{str(Image.open(io.BytesIO(file.content)).format).lower()}"


@given(st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_a_picture_with_any_byte_changed_is_made_anew_or_refused(seed: int) -> None:
    chance = random.Random(seed)
    sent = bytearray(drawn(chance.choice(["PNG", "JPEG", "GIF", "WEBP"])))
    for _ in range(chance.randint(1, 8)):
        sent[chance.randrange(12, len(sent))] = chance.randrange(256)
    try:
        made = pictures.made_anew(bytes(sent))
    except (pictures.NoPicture, pictures.TooManyPixels):
        return
    assert Image.open(io.BytesIO(made.content)).size == (made.width, made.height)


SECRETS = {
    "private_key": "-----BEGIN RSA PRIVATE KEY-----",
    "aws": AWS,
    "github": "token ghp_" + "a1B2" * 9,
    "gitlab": "glpat-" + "a1B2" * 5,
    "slack": "xoxb-123456789012-abc",
    "stripe": "sk_live_" + "a1B2" * 4,
    "google": "AIza" + "a1B2c" * 7,
    "model": "sk-" + "a1B2" * 6,
    "jwt": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc",
    "authorization": "Authorization: Bearer abcdefgh12345678",
    "cookie": "Cookie: session=abcdef123456abcdef",
    "address": "postgresql://ada:hunter2@db.example.org/x",
    "password": 'DB_PASSWORD="hunter2hunter2"',
    "card": "paid with 4111 1111 1111 1111 today",
}
HARMLESS = [
    "password: ******", "password = ${DB_PASSWORD}", "the password is wrong", "Authorization: required",
    "postgresql://ada:***@db.example.org/x", "2026-11-27T10:00:00.123456 4111111111111112", "task-list",
    "request 4111.1111.1111.1111", "https://example.org/a:b@c",
    "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
]  # fmt: skip


@pytest.mark.parametrize("kind", SECRETS)
def test_each_secret_is_found_in_its_line(kind: str) -> None:
    assert leaks.find(f"fine\n{SECRETS[kind]}\nfine") == [(2, kind)]


def test_there_is_a_secret_for_each_pattern() -> None:
    assert list(SECRETS) == [leak.kind for leak in leaks.LEAKS]


@pytest.mark.parametrize("line", HARMLESS)
def test_what_is_no_secret_is_not_warned_of(line: str) -> None:
    assert leaks.find(line) == []


def test_a_secret_is_found_wherever_it_stands_in_a_long_line() -> None:
    for before in (9_990, 10_000, 10_290, 10_300, 25_000):
        assert leaks.find("x" * before + " " + AWS) == [(1, "aws")]


@pytest.mark.parametrize("line", ["", "a", "fine"])
def test_lines_cost_what_their_characters_cost(line: str) -> None:
    """A few calls for each of the lines of a file, if these are short, take half a minute."""
    log = f"{line}\n" * (1_000_000 // len(f"{line}\n"))
    assert calls(lambda: leaks.find(log)) < 1_000


@pytest.mark.parametrize("kind", SECRETS)
def test_nothing_is_found_across_the_end_of_a_line(kind: str) -> None:
    secret = SECRETS[kind]
    for place in range(len(secret) + 1):
        lines = secret[:place], secret[place:]
        alone = [(number, found) for number, line in enumerate(lines, 1) for _line, found in leaks.find(line)]
        assert leaks.find("\n".join(lines)) == alone


@pytest.mark.parametrize(("words", "kinds"), [(f"password={SECRETS['model']}", ["password"]), (f"{AWS}Z", [])])
def test_what_is_found_does_not_depend_on_where_a_text_is_cut_to_be_searched(words: str, kinds: list[str]) -> None:
    for cut in (leaks.PIECE, leaks.PIECE + leaks.LAP):
        for before in range(cut - len(words), cut + 1):
            assert leaks.find("\n" * before + words) == [(before + 1, kind) for kind in kinds]


def test_the_first_twenty_are_told() -> None:
    assert leaks.find(f"{AWS}\n" * 100) == [(line, "aws") for line in range(1, 21)]


@pytest.mark.parametrize("leak", leaks.LEAKS, ids=lambda leak: leak.kind)
def test_no_pattern_repeats_without_a_limit(leak: leaks.Leak) -> None:
    """So each place of a text costs a fixed amount at most."""
    most = [step[1][1] for step in steps(parser.parse(leak.pattern)) if "REPEAT" in str(step[0])]
    assert max(most, default=0) <= 100
    assert parser.parse(leak.pattern).getwidth()[1] < leaks.LAP


def steps(tree: object) -> list[tuple[object, tuple[object, ...]]]:
    """Every step of a pattern, also those within others."""
    found = []
    for step in tree if isinstance(tree, list | tuple | parser.SubPattern) else []:
        if isinstance(step, tuple) and len(step) == 2 and isinstance(step[1], tuple):
            found.append(step)
        found += steps(step)
    return found


def stage(database: Database, person: Person | None, *files: tuple[str, bytes]) -> attachments.Staged:
    sent = [Sent(name, io.BytesIO(content)) for name, content in files]
    return attachments.stage(database, person.key if person else None, sent)


def rows(session: Session) -> list[Attachment]:
    return list(session.exec(select(Attachment).order_by(Attachment.id)))


def test_a_file_is_in_the_store_before_it_is_a_row_and_waits(
    database: Database, session: Session, member: Person
) -> None:
    staged = stage(database, member, ("crash.log", b"it stopped"), ("see.png", drawn()), ("a.zip", b"PK\x03\x04\0"))
    assert staged.refused == {"a.zip": f"“a.zip” is not taken: {ALLOWED}"}
    assert [(row.key, row.name, row.item_number) for row in rows(session)] == [
        (staged.keys[0], "crash.log", None), (staged.keys[1], "see.png", None),
    ]  # fmt: skip
    assert store.opened().get(staged.keys[0]) == b"it stopped"
    assert len(set(map(len, staged.keys))) == 1
    assert len(staged.keys[0]) == 32


def test_five_files_are_enough(database: Database, session: Session, member: Person) -> None:
    staged = stage(database, member, *((f"{place}.log", b"x%d" % place) for place in range(6)))
    assert (len(staged.keys), staged.refused) == (5, {"5.log": "These are too many files; the limit is 5."})


def test_what_waits_is_attached_with_the_post(
    database: Database, session: Session, member: Person, maintainer: Person, item: Item
) -> None:
    comment = factories.comment(session, item, member)
    move = factories.move(session, item, maintainer, Status.PLANNED)
    for said, person in ((None, member), (comment, member), (move, maintainer)):
        attachments.add(session, person, stage(database, person, ("a.log", b"a")).keys, item, said)
    assert [(row.item_number, row.comment_id, row.status_change_id) for row in rows(session)] == [
        (item.number, None, None), (item.number, comment.id, None), (item.number, None, move.id),
    ]  # fmt: skip


def test_the_same_form_sent_twice_attaches_a_file_once(
    database: Database, session: Session, member: Person, item: Item
) -> None:
    first = stage(database, member, ("a.log", b"a")).keys
    for keys in (first, first, stage(database, member, ("a.log", b"a")).keys):
        attachments.add(session, member, keys, item)
    assert [row.key for row in rows(session) if row.item_number] == first


def test_nobody_attaches_what_waits_for_somebody_else(
    database: Database, session: Session, member: Person, other_member: Person, item: Item
) -> None:
    keys = stage(database, member, ("a.log", b"a")).keys
    for person, asked in ((other_member, keys), (member, ["x" * 32])):
        with pytest.raises(Invalid, match="no longer here"):
            attachments.add(session, person, asked, item)
        assert attachments.waiting(session, other_member, keys) == []
        assert attachments.waiting(session, None, keys) == []


def test_what_a_visitor_sent_is_whose_form_brings_it(
    database: Database, session: Session, member: Person, item: Item
) -> None:
    keys = stage(database, None, ("a.log", b"a")).keys
    attachments.add(session, member, keys, item)
    assert [row.person_id for row in rows(session)] == [member.id]


def test_a_secret_is_posted_only_by_who_has_looked(
    database: Database, session: Session, member: Person, item: Item
) -> None:
    keys = stage(database, member, ("a.log", f"fine\n{AWS}".encode())).keys
    with pytest.raises(Invalid) as refused:
        attachments.add(session, member, keys, item)
    assert refused.value.problems == {
        "files": "a.log, line 2: this looks like a key of Amazon Web Services. "
        "Others will be able to read it. Please look first."
    }
    attachments.add(session, member, keys, item, looked=True)
    assert [row.item_number for row in rows(session)] == [item.number]


def test_a_hidden_item_takes_no_files(
    database: Database, session: Session, member: Person, maintainer: Person, item: Item
) -> None:
    item.hidden_at = db.now()
    with pytest.raises(NotAllowed):
        attachments.add(session, member, stage(database, member, ("a.log", b"a")).keys, item)


def test_a_hidden_comment_hides_its_files(session: Session, member: Person, maintainer: Person, item: Item) -> None:
    comment = factories.comment(session, item, member)
    file = factories.attach(session, item, member, said=comment)
    assert attachments.find(session, file.key, None).is_public
    comments.hide(session, comment, maintainer, "It names a customer.")
    with pytest.raises(NotFound):
        attachments.find(session, file.key, member)
    assert not attachments.find(session, file.key, maintainer).is_public


def test_who_sent_a_file_and_maintainers_remove_it(
    session: Session, member: Person, other_member: Person, maintainer: Person, item: Item
) -> None:
    for person in (member, maintainer):
        file = factories.attach(session, item, member)
        with pytest.raises(NotAllowed):
            attachments.remove(session, file, other_member)
        attachments.remove(session, file, person)
        assert (file.is_removed, file.removed_by_id) == (True, person.id)
        with pytest.raises(NotFound):
            attachments.find(session, file.key, maintainer)


def test_mails_and_feeds_name_the_files(session: Session, member: Person, maintainer: Person, item: Item) -> None:
    comment = factories.comment(session, item, member, "See.")
    move = factories.move(session, item, maintainer, Status.PLANNED, "So.")
    factories.attach(session, item, member, "first.log")
    said = [factories.attach(session, item, member, name, said=comment) for name in ("crash.log", "gone.log")]
    attachments.remove(session, said[1], member)
    factories.attach(session, item, maintainer, "plan.csv", b"x" * 12_345, said=move)
    session.flush()
    told = {each.event.happened: each.words for each in wording.read(session, session.exec(select(Event)).all())}
    attached = {happened: words.partition("Attached: ")[2] for happened, words in told.items()}
    assert attached == {
        Happened.ITEM_CREATED: "`first.log` (11 B)", Happened.COMMENTED: "`crash.log` (11 B)",
        Happened.STATUS_CHANGED: "`plan.csv` (12 kB)",
    }  # fmt: skip


def test_an_export_names_the_files_where_they_belong(
    session: Session, database: Database, member: Person, item: Item, tmp_path: Path
) -> None:
    comment = factories.comment(session, item, member)
    for name, said in (("first.log", None), ("crash.log", comment)):
        factories.attach(session, item, member, name, said=said)
    session.flush()
    json_file.write(session, tmp_path / "board.json", Choice())
    (told,) = json.loads((tmp_path / "board.json").read_text())["items"]
    found = [told["attachments"], told["comments"][0]["attachments"]]
    assert [[file["name"] for file in files] for files in found] == [["first.log"], ["crash.log"]]
    assert found[0][0]["url"].startswith("http://localhost:8000/attachments/")


def test_too_many_files_are_refused_by_person_and_for_strangers_by_network(session: Session, member: Person) -> None:
    for person, most in ((member, 40), (None, 10)):
        for _ in range(most):
            attachments.admit(session, person, "here")
        with pytest.raises(TooMany):
            attachments.admit(session, person, "here")
    assert attachments.admit(session, None, "elsewhere") is None


def test_what_waited_in_vain_and_what_no_row_knows_is_swept(
    database: Database, session: Session, member: Person, item: Item
) -> None:
    """A file without a row is what a program leaves that is killed between the two."""
    late, fresh = stage(database, member, ("a.log", b"a")).keys[0], stage(database, member, ("b.log", b"b")).keys[0]
    posted, removed = factories.attach(session, item, member), factories.attach(session, item, member)
    attachments.remove(session, removed, member)
    files = store.opened()
    for key in ("killed-long-ago", "killed-just-now"):
        files.put(key, b"x")
    for row in rows(session):
        row.at = db.now() - timedelta(hours=25 if row.key == late else 1)
        session.add(row)
    for key in (late, "killed-long-ago", posted.key, removed.key):
        age(key, timedelta(hours=25))
    attachments.sweep(database)
    assert {row.key for row in rows(session)} == {fresh, posted.key, removed.key}
    there = {path.name for path in store.uploads().iterdir()}
    assert there & {late, "killed-long-ago", removed.key} == set()
    assert {fresh, posted.key, "killed-just-now"} <= there


def age(key: str, by: timedelta) -> None:
    then = (db.now() - by).timestamp()
    os.utime(store.uploads() / key, (then, then))


def test_sweeping_makes_no_folder(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "uploads", lambda: tmp_path / "uploads")
    attachments.sweep(database)
    assert list(tmp_path.iterdir()) == []
