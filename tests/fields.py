"""Every form of the program and every field of it: what may be sent there, and what is refused in which words."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Field:
    """What an honest form sends, and for each thing that is refused what the page says then."""

    good: str = ""
    refused: Mapping[str, str] = field(default_factory=dict)
    is_list: bool = False


@dataclass(frozen=True)
class Form:
    path: str
    who: str = "member"
    fields: Mapping[str, Field] = field(default_factory=dict)
    has_files: bool = False

    @property
    def filled_in(self) -> dict[str, str]:
        return {name: field.good for name, field in self.fields.items()}


def text(label: str, most: int, good: str = "Ένα *δύο*", *, needed: bool = True) -> Field:
    """Words that a person writes."""
    refused = {"x" * (most + 1): f"{label}: {most + 1:,} characters are too many; the limit is {most:,}."}
    blanks = {" \u200b\n": f"{label}: please write something here."} if needed else {}
    return Field(good, refused | blanks)


def said(label: str) -> Field:
    """What somebody of the team says, which signs alone are not."""
    words = text(label, 10_000)
    return Field(words.good, {**words.refused, "---": f"{label}: please write something here."})


def choice(label: str, good: str) -> Field:
    return Field(good, {"none": f"{label}: choose one of those offered."})


def email(good: str = "nina@example.org") -> Field:
    words = "E-mail: write an address like mira@example.org."
    return Field(good, dict.fromkeys(["", "nina", f"{'x' * 250}@example.org"], words))


def day(label: str) -> Field:
    far = f"{label}: choose a day after today and within ten years."
    return Field("", {"soon": f"{label}: write a date like 2027-01-31.", "2020-01-01": far, "2090-01-01": far})


def move(to: str, path: str = "/items/{new}/status-changes", who: str = "maintainer", **more: Field) -> Form:
    label = "Question" if to == "needs_info" else "Explanation"
    status = Field(to, {"none": "Status: choose one of those offered."})
    return Form(path, who, {"to": status, "explanation": said(label), "seen": Field("new"), **more})


UNASKED = Field()  # a field that an honest form fills in by itself, and of which anything may be taken
TARGET = Field(
    "2027-Q1", dict.fromkeys(["soon", "2027-Q5"], "Target: write a month like 2026-12 or a quarter like 2027-Q1.")
)
CHECKLIST = Field("Έκδοση\nΑρχείο", {
    "x" * 81: "Each line of the checklist: 81 characters are too many; the limit is 80.",
    "\n".join("abcdefghi"): "Checklist: 9 lines are too many; the limit is 8.",
})  # fmt: skip
ANSWERS = {
    "asked": Field("Έκδοση", is_list=True),
    "given": Field("", {"x" * 10_000: "Comment: 10,023 characters are too many; the limit is 10,000."}, is_list=True),
}  # fmt: skip
ORIGINAL = Field("{planned}", {"none": "Duplicate of: give the number of the item it is the same as."})
CHOSEN = Field("{new}-new", {"none": "Choose items of the list."}, is_list=True)
TAGS = Field("αναζήτηση", {"none": "Tags: choose among those offered."}, is_list=True)
ACT = Field("/items", {"/nowhere": "What you were doing is not known here. Please go back and try again."})
CODE = Field("12", {"": "Code: this is not the one we sent.", "x" * 1000: "Code: this is not the one we sent."})
LOGO = Field("", {"": "Logo: choose a picture in PNG, JPEG or WebP."})
FRAMERS = Field(
    "https://www.example.org\nhttps://*.example.net:8443/",
    {
        "javascript:alert(1)": "Sites: “javascript:alert(1)” is none. Write each like https://www.example.org.",
        "https://example.org/path": "Sites: “https://example.org/path” is none. Write each like https://www.example.org.",
        "https://x.example; script-src *": "Sites: “https://x.example;” is none. Write each like https://www.example.org.",
        "https://example.org " * 101: "Sites: 2,019 characters are too many; the limit is 2,000.",
    },
)
FILE = Field("", {"": "File: choose the one to bring in."})
ITEM = {
    "title": text("Title", 200),
    "body": text("What happened", 20_000),
    "expected": text("What did you expect?", 10_000, needed=False),
    "steps": text("Steps to see it", 10_000, needed=False),
    "version": text("Version", 10_000, needed=False),
}
NEW_ITEM = {
    "kind": choice("Kind", "defect"), "board": choice("Board", "general"), "form": UNASKED, "show": UNASKED,
    "asked_by": UNASKED, "asked": Field("Έκδοση", is_list=True),
    "given": Field("", {
        "x" * 20_000: "What happened: 20,021 characters are too many; the limit is 20,000.",
    }, is_list=True),
}  # fmt: skip
BOARD = {
    "name": text("Name", 80), "description": text("Description", 300, needed=False),
    "access": choice("Who sees it", "members"),
}  # fmt: skip
WEBHOOK = {
    "url": Field("https://hooks.example.org/", {
        "": "Address: please write something here.",
        "ftp://x": "Address: give an address that begins with https:// or http://.",
    }),
    "happenings": Field("item.created", {"none": "What it hears of: choose one of those offered."}, is_list=True),
}  # fmt: skip
MERGE = {"into": Field("", {"none": "Merge into: choose one of those offered."})}
MAPPING = {
    "source": text("Source", 40, "παλιά"), "markup": choice("Markup", "plain"), "kind": choice("Kind", "idea"),
    "board": choice("Board", "general"), "dates": UNASKED, "then": Field("check"),
    **dict.fromkeys(
        (f"{what}_{end}" for what in ("column", "status", "kind", "board") for end in ("of", "to")),
        Field(is_list=True),
    ),
}  # fmt: skip

BEFORE_ANYBODY = [
    Form("/welcome/{welcome}", "", {
        "name": text("Your name", 80), "email": email(), "title": text("Title", 80, needed=False),
        "site_name": text("Name of the board", 80),
    }),
]  # fmt: skip

FORMS = [
    Form("/items", fields=NEW_ITEM | ITEM),
    Form("/items/{needs_info}/edit", fields=ITEM),
    Form("/items/{new}/comments", fields={"body": text("Comment", 10_000), "official": UNASKED} | ANSWERS),
    Form("/items/{planned}/comments/{comment}/edit", fields={"body": text("Comment", 10_000)}),
    Form("/items/{planned}/comments/{told}/hiding", "maintainer", {"because": text("Why it is hidden", 1000)}),
    Form("/items/{new}/hiding", "maintainer", {"because": text("Why it is hidden", 1000)}),
    Form("/items/{new}/vote/weight", fields={"weight": choice("How much it matters", "important")}),
    move("acknowledged"),
    move("needs_info", why=said("Why we ask"), due_on=day("Answer by"), checklist=CHECKLIST),
    move("planned", target=TARGET),
    move("shipped", shipped_in=text("Version", 80, needed=False), shipped_link=Field("https://example.org/", {
        "javascript:alert(1)": "Link: give an address that begins with https:// or http://.",
        "https://example.org/" + "x" * 500: "Link: 520 characters are too many; the limit is 500.",
    })),
    move("declined", reason=choice("Reason", "obsolete"), workaround=text("Workaround", 10_000, needed=False),
         review_on=day("Look again on")),
    move("duplicate", duplicate_of=ORIGINAL),
    move("acknowledged", "/triage/status-changes", chosen=CHOSEN, show=UNASKED, board=UNASKED, after=UNASKED),
    Form("/items/{planned}/target-moves", "maintainer",
         {"target": TARGET, "cause": said("Why the target moves")}),
    Form("/items/{new}/merge-proposals", "advocate",
         {"duplicate_of": ORIGINAL, "words": said("Why they are the same")}),
    Form("/items/{new}/tags", "advocate", {"tags": TAGS}),
    Form("/items/{new}/board", "maintainer", {"board": choice("Board", "kinito")}),
    Form("/status-changes/{change}/correction", "maintainer", {"explanation": said("Explanation")}),
    Form("/sign-in", "", {
        "email": email(), "name": text("Your name", 80, needed=False), "next_path": Field("/"),
        "act_path": ACT,
        "act_body": Field("title=x", {"x" * 700_001: "What you wrote is too long to be kept while you sign in."}),
    }),
    Form("/sign-in/{handle}", "", {"code": CODE}),
    Form("/me/profile", "maintainer", {"name": text("Your name", 80), "title": text("Title", 80, needed=False)}),
    Form("/me/hearing", fields={"hears": choice("Mails", "daily"), "comments": UNASKED, "team": UNASKED}),
    Form("/me/address", fields={"email": email()}),
    Form("/me/address/{address}", fields={"code": CODE}),
    Form("/me/tokens", fields={
        "name": text("Name", 80), "days": choice("Ends after", "30"),
        "scopes": Field("read", {"none": "What it may do: choose at least one of those offered."}, is_list=True),
    }),
    Form("/me/deletion", fields={"email": Field("x", {"": "E-mail: type the address of this account to delete it."})}),
    Form("/settings", "owner", {
        "name": text("Name", 80), "description": text("Description", 300, needed=False),
        "accent": Field("#334455", {"red": "Accent colour: write a colour like #3d4f9f."}), "indexed": UNASKED,
    }),
    Form("/settings/logo", "owner", {"logo": LOGO}, has_files=True),
    Form("/settings/embeds", "owner", {"framers": FRAMERS, "by_all": UNASKED}),
    Form("/settings/boards", "owner", BOARD),
    Form("/settings/boards/general", "owner", BOARD),
    Form("/settings/boards/general/defect-questions", "owner", {
        "question": Field("Έκδοση;", {
            "": "Question 1: please write something here.",
            "x" * 81: "Question 1: 81 characters are too many; the limit is 80.",
        }, is_list=True),
        "why": Field("Διαφέρουν.", {
            "": "Why 1: please write something here.",
            "x" * 201: "Why 1: 201 characters are too many; the limit is 200.",
        }, is_list=True),
    }),
    Form("/settings/people/{person}", "owner",
         {"role": choice("Role", "advocate"), "title": text("Title", 80, needed=False)}),
    Form("/settings/rota", "owner", {
        "order": Field("", {"none": "Order: choose one of those offered."}, is_list=True),
    }),
    Form("/settings/tags", "owner", {"name": text("Tag", 40)}),
    Form("/settings/tags/{tag}", "owner", {"name": text("Tag", 40)}),
    Form("/settings/tags/{tag}/merge", "owner", MERGE),
    Form("/settings/webhooks", "owner", WEBHOOK),
    Form("/settings/webhooks/{webhook}", "owner", WEBHOOK),
    Form("/settings/products", "owner", {
        "product": text("Product", 80),
        "public_key": Field("", {"x" * 501: "Public key: 501 characters are too many; the limit is 500.",
                                 "x": "Public key: paste an Ed25519 public key, with its first and last line."}),
    }),
    Form("/settings/import", "owner", {"file": FILE, "encoding": UNASKED}, has_files=True),
    Form("/settings/import/{import}", "owner", MAPPING),
]  # fmt: skip

# What may be sent there is taken or passed over, whatever it is: nothing of it is stored as it came.
EASY = [
    Form("/items/new", fields=NEW_ITEM | ITEM),
    Form("/me/seen", fields={"until": UNASKED}),
    Form("/theme", fields={"theme": UNASKED, "next": UNASKED}),
    Form("/sign-in/{handle}/link/{link}", "", {"act": UNASKED}),
    Form("/settings/import/{import}/removal", "owner", {"keep": UNASKED}),
]

# Of what is sent there nothing is read.
UNREAD = [Form("/mail/{seal}", "")]

BUTTONS = [
    Form("/mail/{seal}/items/{new}", ""),
    Form("/cases/{cases}/revocation", ""),
    Form("/me/case-link"),
    Form("/me/case-link/revocation"),
    *(Form(f"/items/{{new}}/{act}") for act in ("vote", "vote/withdrawal", "follow", "follow/withdrawal")),
    Form("/items/{planned}/comments/{own}/official", "maintainer"),
    Form("/items/{planned}/comments/{told}/hiding/withdrawal", "maintainer"),
    Form("/items/{hidden}/hiding/withdrawal", "maintainer"),
    Form("/merge-proposals/{proposal}/rejection", "maintainer"),
    Form("/attachments/{log}/removal", "maintainer"),
    Form("/me/arrival"),
    Form("/me/sessions/revocation"),
    Form("/me/sessions/none/revocation"),
    Form("/me/tokens/{token}/revocation"),
    Form("/sign-in/{handle}/again", ""),
    Form("/sign-out"),
    Form("/settings/logo/removal", "owner"),
    Form("/settings/boards/kinito/step-up", "owner"),
    Form("/settings/boards/kinito/removal", "owner"),
    Form("/settings/tags/{tag}/removal", "owner"),
    Form("/settings/mail/test", "owner"),
    Form("/settings/mail/{mail}/retry", "owner"),
    *(
        Form(f"/settings/webhooks/{{webhook}}/{act}", "owner")
        for act in ("test", "rotation", "pause", "pause/withdrawal", "deliveries/{delivery}/again", "removal")
    ),
    Form("/settings/products/1/removal", "owner"),
    Form("/settings/samples", "owner"),
    Form("/settings/samples/removal", "owner"),
]
