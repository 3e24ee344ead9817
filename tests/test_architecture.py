"""The rules of the house that no other tool checks."""

import ast
import importlib.metadata
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import lint_imports
from jinja2 import meta, nodes

from app.config import Settings
from app.web import drawing

ROOT = Path(__file__).parents[1]
TEMPLATES = ROOT / "templates"
MODULES = sorted((ROOT / "app").rglob("*.py"))
FRAGMENTS = sorted(TEMPLATES.rglob("_*.html"))
ALL_TEMPLATES = sorted(path for path in TEMPLATES.rglob("*.*"))
PAGES = sorted(path for path in TEMPLATES.rglob("*.html") if path.parent.name != "mails")
KNOWN_TO_EVERY_PAGE = {"request", "site", "viewer", "now", "base_url", "theme", "asset", "drawn", "own", "page_path"}
LINES_MOST = 40
RARELY_NEEDED = ["PIL", "aiosmtpd", "alembic", "charset_normalizer", "cryptography", "httpx", "jwt", "obstore",
                 "prometheus_client", "psycopg", "quotequail", "tqdm"]  # fmt: skip
SET_BY_THE_PROGRAM = {"served_at"}


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_imports_go_downward_only(capsys: pytest.CaptureFixture[str]) -> None:
    outcome = lint_imports(config_filename=str(ROOT / "pyproject.toml"))
    assert outcome == 0, capsys.readouterr().out


def test_every_test_that_a_promise_of_security_names_is_there() -> None:
    named = re.findall(r"`(tests/[\w/.]+)(?:::(\w+))?`", (ROOT / "docs/security.md").read_text())
    assert named
    assert [pair for pair in named if f"def {pair[1] or 'test_'}" not in (ROOT / pair[0]).read_text()] == []


def test_a_server_does_not_hold_what_only_a_command_or_few_boards_need() -> None:
    held = f"import sys, app.__main__, app.main; print(sorted({set(RARELY_NEEDED)} & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", held], cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S603
    assert said == "[]\n"


def test_the_readme_documents_every_setting_in_its_own_words() -> None:
    documented = re.findall(
        r"^\| `(DAYLIGHT_\w+)` \| (.*?) \| (.*) \|$", (ROOT / "README.md").read_text(), re.MULTILINE
    )
    assert documented == [
        (f"DAYLIGHT_{name.upper()}", f"`{field.default}`" if str(field.default) else "", field.description)
        for name, field in Settings.model_fields.items()
        if name not in SET_BY_THE_PROGRAM
    ]


def test_every_package_says_what_it_is_for() -> None:
    rows = re.findall(r"^\| ([\w\[\], -]+) \|.+\|.+\|$", (ROOT / "docs/dependencies.md").read_text(), re.MULTILINE)
    explained = {name for row in rows if row != "package" for name in row.split(", ")}
    lines = [
        line for name in ("requirements.in", "requirements-dev.in") for line in (ROOT / name).read_text().splitlines()
    ]
    asked_for = {line.partition(";")[0].strip() for line in lines if line and line[0] not in "#-"}
    assert explained == asked_for


def test_functions_stay_short() -> None:
    lines = {
        f"{short(module)}: {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for module in MODULES
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: count for name, count in lines.items() if count > LINES_MOST} == {}


def named(fragment: Path) -> set[str]:
    """The variables that a fragment's first line says it needs."""
    first = fragment.read_text().partition("\n")[0]
    match = re.fullmatch(r"\{# (?:nothing|(\w+(?:, \w+)*)) #\}", first)
    assert match, f"The first line of {short(fragment)} must name its variables, like {{# item, voted #}}: {first}"
    return set((match[1] or "").split(", ")) - {""}


def included(tree: nodes.Template) -> list[Path]:
    """The fragments that a template draws within itself."""
    names = (node.template for node in tree.find_all(nodes.Include))
    return [TEMPLATES / name.value for name in names if isinstance(name, nodes.Const)]


def test_a_fragment_names_its_variables_and_extends_nothing() -> None:
    environment = drawing.environment()
    for fragment in FRAGMENTS:
        tree = environment.parse(fragment.read_text())
        assert list(tree.find_all(nodes.Extends)) == [], short(fragment)
        made_here = {name.name for name in tree.find_all(nodes.Name) if name.ctx == "store"}
        used = meta.find_undeclared_variables(tree) - made_here - set(environment.globals)
        assert used - named(fragment) - KNOWN_TO_EVERY_PAGE == set(), f"used, but not named in {short(fragment)}"
        passed_on = set().union(*(named(other) for other in included(tree)))
        assert named(fragment) - used - passed_on == set(), f"named, but not used in {short(fragment)}"


FORBIDDEN = {
    "inline script": r"<script(?![^>]*\bsrc=)",
    "inline style sheet": r"<style\b",
    "style attribute": r"\sstyle\s*=",
    "event attribute": r"\son\w+\s*=",
    "htmx handler, which needs eval": r"hx-on",
    "htmx attribute that no HTML checker knows": r"\s(?<!data-)hx-[a-z-]+\s*=",
    "htmx expression, which needs eval": r"data-hx-\w+\s*=\s*[\"']\s*(?:js|javascript):",
}


def test_a_template_holds_nothing_that_the_content_policy_forbids() -> None:
    for template in PAGES:
        markup = re.sub(r"\{([#{%]).*?[#}%]\}", "", template.read_text(), flags=re.DOTALL)
        odd = [what for what, pattern in FORBIDDEN.items() if re.search(pattern, markup, re.IGNORECASE)]
        assert odd == [], short(template)


def test_no_template_calls_a_text_safe() -> None:
    """What is safe was made so by `text.to_html` when it was written, and its type says so."""
    for template in ALL_TEMPLATES:
        filters = drawing.environment().parse(template.read_text()).find_all(nodes.Filter)
        assert [used.name for used in filters if used.name == "safe"] == [], short(template)


def test_the_program_imports_only_what_is_installed_to_run_it() -> None:
    locked = set(re.findall(r"^([\w.-]+)==", (ROOT / "requirements.txt").read_text(), re.MULTILINE))
    providers = importlib.metadata.packages_distributions()
    imported = {name for path in MODULES for name in imports_of(path)}
    foreign = {name for name in imported if name not in sys.stdlib_module_names and name != "app"}
    missing = {name for name in foreign if not locked & {canonical(found) for found in providers.get(name, [])}}
    assert missing == set()


def imports_of(path: Path) -> Iterator[str]:
    """The top-level names of all modules that a file imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
