"""The templates: where they are, and what all of them know."""

import re
from collections.abc import Callable, MutableMapping
from datetime import date, datetime
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, _escape_inner, escape  # type: ignore[attr-defined]

from app import policy, statuses, targets, votes, words
from app.marks import MARKS

QUICKLY = f"from {__name__} import quickly as escape\n"
OBJECTS = frozenset({"item"})  # which have attributes, and no entries
TOLD = frozenset({"asset", "drawn", "own"})  # functions
HTML = frozenset({"_", "ago", "drawn", "mark", "ngettext", "number", "on", "own", "since", "votes"})  # what these give
VALUE = re.compile(r"%\((\w+)\)s")  # in words
DAYS_MOST, NUMBERS_MOST = 5_000, 5_000
TEMPLATES = Path(__file__).parents[2] / "templates"

safe: Callable[[str], Markup] = partial(str.__new__, Markup)  # `Markup` itself first looks whether it is some already


class Directly(CodeGenerator):
    """Asks for an attribute, and calls what templates know or are told, without a look at what else they might be.

    What is HTML by its name is not looked at whether it must be escaped.
    """

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802 - as Jinja calls it
        if isinstance(node.node, nodes.Name) and node.node.name in OBJECTS:
            self.visit(node.node, frame)
            self.write(f".{node.attr}")
            return
        name = repr(node.attr)
        self.write("(found if (found := getattr((it := ")
        self.visit(node.node, frame)
        self.write(f"), {name}, missing)) is not missing else environment.getattr(it, {name}))")

    def _output_child_pre(self, node: nodes.Expr, *about: Any) -> None:
        if not _is_html(node):
            super()._output_child_pre(node, *about)

    def _output_child_post(self, node: nodes.Expr, *about: Any) -> None:
        if not _is_html(node):
            super()._output_child_post(node, *about)

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:  # noqa: N802 - the same
        if forward_caller or not node.args or not self._is_plain(node.node):
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        first, *rest = node.args
        self.visit(node.node, frame)
        self.write("(")
        self.visit(first, frame)
        self.signature(nodes.Call(node.node, rest, node.kwargs, node.dyn_args, node.dyn_kwargs), frame)
        self.write(")")

    def _is_plain(self, called: nodes.Expr) -> bool:
        """Whether it takes what it is given and nothing of the template: so do all methods, also macros of others."""
        if not isinstance(called, nodes.Name):
            return isinstance(called, nodes.Getattr)
        known = self.environment.globals.get(called.name)
        return called.name in TOLD or (known is not None and not hasattr(known, "jinja_pass_arg"))


def _is_html(node: nodes.Expr) -> bool:
    match node:
        case nodes.Filter(name=name) | nodes.Call(node=nodes.Name(name=name)):
            return name in HTML
    return False


class Templates(Environment):
    """Jinja, which does once, when a template is loaded, what would be the same each time that it is drawn."""

    code_generator_class = Directly

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """What all templates know is complete when the first one is loaded; to look in two places costs time."""
        return {**self.globals, **(d or {})}

    def _generate(self, source: nodes.Template, name: str | None, *about: Any, **options: Any) -> str:
        preparation = Preparation(self, name or "")
        prepared = preparation.visit(source)
        if preparation.is_fragment:
            prepared.body[:0] = [*preparation.imports.values(), _all_names(prepared)]
        return f"{super()._generate(prepared, name, *about, **options)}\n{QUICKLY}"


class Preparation(NodeTransformer):
    """Puts words into the language, which one instance has one of, and fragments where other fragments include them.

    A page includes each of its own when it is drawn: it has many, draws few, and draws each of those once.
    """

    def __init__(self, environment: Environment, name: str) -> None:
        self.environment = environment
        self.is_fragment = name.rpartition("/")[2].startswith("_")
        self.imports: dict[str, nodes.Import] = {}

    def visit_Include(self, node: nodes.Include) -> nodes.Node:  # noqa: N802 - as Jinja calls it
        name, loader = node.template, self.environment.loader
        if not self.is_fragment or not isinstance(name, nodes.Const) or loader is None:
            return node
        fragment = self.environment.parse(loader.get_source(self.environment, name.value)[0], name.value)
        return nodes.Scope(self.visit(fragment).body, lineno=node.lineno)

    def visit_Import(self, node: nodes.Import) -> nodes.Node | None:  # noqa: N802 - the same
        """What a fragment needs of another template is asked for once, and not in every turn of a loop."""
        if not self.is_fragment or not isinstance(node.template, nodes.Const):
            return node
        first = self.imports.setdefault(node.target, node)
        return None if first == node else node

    def visit_Output(self, node: nodes.Output) -> nodes.Node:  # noqa: N802 - the same
        self.generic_visit(node)
        node.nodes = [part for each in node.nodes for part in _parts(each)]
        return node

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - the same
        match node:
            case nodes.Call(node=nodes.Name(name="_"), args=[nodes.Const(value=message)], kwargs=[]):
                return nodes.Const(_say(message), lineno=node.lineno)
        return self.generic_visit(node)


def _parts(node: nodes.Expr) -> list[nodes.Expr]:
    """Words with values in them, where they are put out: words and values in turn, which nothing needs to join then."""
    match node:
        case nodes.Call(node=nodes.Name(name="_"), args=[nodes.Const(value=message)], kwargs=given):
            values = {each.key: each.value for each in given}
            between = VALUE.split(words._(message))
            return [values[each] if at % 2 else nodes.TemplateData(each % ()) for at, each in enumerate(between)]
    return [node]


def _all_names(fragment: nodes.Template) -> nodes.ExprStmt:
    """Asks for each name that is not made here once, at the beginning, and not in every turn of a loop."""
    by_use: dict[str, set[str]] = {"load": set(), "store": set(), "param": set()}
    for name in fragment.find_all(nodes.Name):
        by_use[name.ctx].add(name.name)
    asked = sorted(by_use["load"] - by_use["store"] - by_use["param"] - {"loop", "caller", "varargs", "kwargs"})
    return nodes.ExprStmt(nodes.Tuple([nodes.Name(name, "load") for name in asked], "load"), lineno=1)


def quickly(value: Any) -> Any:
    """What `escape` makes of a value, sooner: most are plain words, and need not say that they are escaped now."""
    kind = type(value)
    if kind is str:
        return _escape_inner(value)
    if kind is Markup:
        return value
    return str(value) if kind is int else escape(value)


def _say(message: str, /, **about: Any) -> Markup:
    return _filled(words._(message), about)


def _say_number(one: str, many: str, count: int, /, **about: Any) -> Markup:
    about["num"] = count
    return _filled(words.ngettext(one, many, count), about)


def _filled(message: str, about: dict[str, Any]) -> Markup:
    """As `Markup` would do it, which takes its time to look for other shapes than `%(name)s`."""
    for name, value in about.items():
        about[name] = quickly(value)
    return safe(message % about)


@cache
def environment() -> Environment:
    env = Templates(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, auto_reload=False, extensions=["jinja2.ext.i18n"],
    )  # fmt: skip
    env.install_gettext_translations(words.translations(), newstyle=True)  # type: ignore[attr-defined]
    env.filters |= {"ago": _ago, "since": _since, "on": _on, "day": words.day, "moment": words.moment,
                    "span": words.span, "number": _number, "size": words.size,
                    "target": targets.shown, "votes": _votes}  # fmt: skip
    env.globals |= {"Status": statuses.Status, "Reason": statuses.Reason, "Kind": statuses.Kind, "Weight": votes.Weight,
                    "marks": MARKS, "mark": _marked(env), "policy": policy, "locale": words.locale(),
                    "_": _say, "ngettext": _say_number}  # fmt: skip
    return env


@cache
def loaded(name: str) -> Template:
    return environment().get_template(name)


def _marked(env: Environment) -> Callable[[statuses.Status, statuses.Kind], Markup]:
    """A status with its mark, as it is called for this kind of item. Every row of every list has one of a few."""

    @cache
    def mark(status: statuses.Status, kind: statuses.Kind) -> Markup:
        html = env.get_template("statuses/_mark.html").render(status=status, kind=kind)
        return Markup(html)  # noqa: S704 - escaped by it

    return mark


@lru_cache(NUMBERS_MOST)
def _number(value: int) -> Markup:
    return escape(words.number(value))


@lru_cache(NUMBERS_MOST)
def _votes(count: int) -> Markup:
    return _filled(words.ngettext("%(count)s vote", "%(count)s votes", count), {"count": _number(count)})


def _ago(at: datetime, now: datetime) -> Markup:
    return _time(at, words.ago(at, now))


def _since(at: datetime, now: datetime) -> Markup:
    return _time(at, words.span(now - at))


def _on(at: datetime) -> Markup:
    return _time(at, words.day(at))


def _time(at: datetime, in_words: str) -> Markup:
    """A time in words, the exact one on hover, as `words.moment` says it."""
    at = words.in_utc(at)
    (begins, goes_on), clock = _day(at.toordinal()), words.clock(at)
    return safe(f'{begins}{clock}{goes_on}{clock} UTC">{quickly(in_words)}</time>')


@lru_cache(DAYS_MOST)
def _day(ordinal: int) -> tuple[str, str]:
    """What comes before the minute in a time of this day, and before that on hover.

    Lists have few days, and to put one together takes longer than all else about a time.
    """
    day = date.fromordinal(ordinal)
    return f'<time datetime="{day.isoformat()}T', f'Z" title="{escape(words.day(day))}, '
