"""The templates: where they are, and what all of them know."""

import re
from collections.abc import Callable, MutableMapping
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from app import policy, statuses, targets, votes, words
from app.marks import MARKS

QUICKLY = f"from {__name__} import quickly as escape\n"
UNSAFE = re.compile("[&<>'\"]").search
TOLD = frozenset({"asset", "drawn", "own"})  # functions
TEMPLATES = Path(__file__).parents[2] / "templates"

safe: Callable[[str], Markup] = partial(str.__new__, Markup)  # `Markup` itself first looks whether it is some already


class Directly(CodeGenerator):
    """Asks for an attribute, and calls what templates know or are told, without a look at what else they might be."""

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802 - as Jinja calls it
        name = repr(node.attr)
        self.write("(found if (found := getattr((it := ")
        self.visit(node.node, frame)
        self.write(f"), {name}, missing)) is not missing else environment.getattr(it, {name}))")

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:  # noqa: N802 - the same
        name = node.node.name if isinstance(node.node, nodes.Name) else ""
        known = self.environment.globals.get(name)
        is_plain = name in TOLD or (known is not None and not hasattr(known, "jinja_pass_arg"))
        if not is_plain or not node.args:
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        first, *rest = node.args
        self.visit(node.node, frame)
        self.write("(")
        self.visit(first, frame)
        self.signature(nodes.Call(node.node, rest, node.kwargs, node.dyn_args, node.dyn_kwargs), frame)
        self.write(")")


class Templates(Environment):
    """Jinja, which does once, when a template is loaded, what would be the same each time that it is drawn."""

    code_generator_class = Directly

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """What all templates know is complete when the first one is loaded; to look in two places costs time."""
        return {**self.globals, **(d or {})}

    def _generate(self, source: nodes.Template, name: str | None, *about: Any, **options: Any) -> str:
        prepared = Preparation(self, name or "").visit(source)
        return f"{super()._generate(prepared, name, *about, **options)}\n{QUICKLY}"


class Preparation(NodeTransformer):
    """Puts words into the language, which one instance has one of, and fragments where other fragments include them.

    A page includes each of its own when it is drawn: it has many, draws few, and draws each of those once.
    """

    def __init__(self, environment: Environment, name: str) -> None:
        self.environment = environment
        self.is_fragment = name.rpartition("/")[2].startswith("_")

    def visit_Include(self, node: nodes.Include) -> nodes.Node:  # noqa: N802 - as Jinja calls it
        name, loader = node.template, self.environment.loader
        if not self.is_fragment or not isinstance(name, nodes.Const) or loader is None:
            return node
        fragment = self.environment.parse(loader.get_source(self.environment, name.value)[0], name.value)
        return nodes.Scope(self.visit(fragment).body, lineno=node.lineno)

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - the same
        match node:
            case nodes.Call(node=nodes.Name(name="_"), args=[nodes.Const(value=message)], kwargs=[]):
                return nodes.Const(_say(message), lineno=node.lineno)
        return self.generic_visit(node)


def quickly(value: Any) -> Any:
    """What `escape` makes of a value, sooner: most have nothing that must be escaped."""
    kind = type(value)
    if kind is Markup or (kind is str and not UNSAFE(value)):
        return value
    return str(value) if kind is int else escape(value)


def _say(message: str, /, **about: Any) -> Markup:
    return _filled(words._(message), about)


def _say_number(one: str, many: str, count: int, /, **about: Any) -> Markup:
    return _filled(words.ngettext(one, many, count), {"num": count, **about})


def _filled(message: str, about: dict[str, Any]) -> Markup:
    """As `Markup` would do it, which takes its time to look for other shapes than `%(name)s`."""
    return safe(message % {name: quickly(value) for name, value in about.items()})


@cache
def environment() -> Environment:
    env = Templates(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, auto_reload=False, extensions=["jinja2.ext.i18n"],
    )  # fmt: skip
    env.install_gettext_translations(words.translations(), newstyle=True)  # type: ignore[attr-defined]
    env.filters |= {"ago": _ago, "since": _since, "on": _on, "day": words.day, "moment": words.moment,
                    "span": words.span, "number": words.number, "size": words.size,
                    "target": targets.shown}  # fmt: skip
    env.globals |= {"Status": statuses.Status, "Reason": statuses.Reason, "Kind": statuses.Kind, "Weight": votes.Weight,
                    "marks": MARKS, "mark": _marked(env), "policy": policy, "locale": words.locale(),
                    "_": _say, "ngettext": _say_number}  # fmt: skip
    return env


def _marked(env: Environment) -> Callable[[statuses.Status, statuses.Kind], Markup]:
    """A status with its mark, as it is called for this kind of item. Every row of every list has one of a few."""

    @cache
    def mark(status: statuses.Status, kind: statuses.Kind) -> Markup:
        html = env.get_template("statuses/_mark.html").render(status=status, kind=kind)
        return Markup(html)  # noqa: S704 - escaped by it

    return mark


def _ago(at: datetime, now: datetime) -> Markup:
    return _time(at, words.ago(at, now))


def _since(at: datetime, now: datetime) -> Markup:
    return _time(at, words.span(now - at))


def _on(at: datetime) -> Markup:
    return _time(at, words.day(at))


def _time(at: datetime, in_words: str) -> Markup:
    """A time in words, the exact one on hover."""
    exactly, hover = at.isoformat(timespec="seconds"), quickly(words.moment(at))
    return safe(f'<time datetime="{exactly}" title="{hover}">{quickly(in_words)}</time>')
