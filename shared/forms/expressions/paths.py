"""Compiles paths over the form: `${name}`, `/data/visit/t_in`, `../t_in`, predicates, unions.

A path is walked twice. While it is compiled it goes from element to element of the form; the
closure that comes out of it goes from record to record. Only repeats make a difference between
the two: all other elements lie in the record that holds them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from shared.forms.expressions.grammar import ANY, Answer, Call, Expression, Path, Place, Step, Union
from shared.forms.expressions.scope import Dependency, Scope
from shared.forms.expressions.selecting import Members, Select, select
from shared.forms.expressions.structure import Element
from shared.forms.expressions.tokens import ExpressionError, fail
from shared.forms.expressions.values import Value
from shared.forms.expressions.world import Context, Row

if TYPE_CHECKING:
    from shared.forms.expressions.compiling import Compiler

Closure: TypeAlias = Callable[[Context], Value]
Rows: TypeAlias = Callable[[Context], Sequence[Row]]
One: TypeAlias = Callable[[Context], Row]


@dataclass(frozen=True, slots=True)
class Nodes:
    """Where a path has come to: an element, and the records that hold it.

    `across` is the outermost record type that the path went through; `one` is there when it is
    always exactly one record.
    """

    element: Element
    across: str
    rows: Rows
    one: One | None = None


# Stands for a value that lies nowhere in the form.
VALUE = Element("question", "", "", "", None)


def climb(row: Row, levels: int) -> Row:
    """The record so many levels above a row."""
    for _ in range(levels):
        parent = row.parent
        assert parent is not None
        row = parent
    return row


def single(element: Element, across: str, one: One) -> Nodes:
    """Nodes of exactly one record."""
    return Nodes(element, across, lambda context: (one(context),), one)


class PathCompiler:
    """Resolves the paths of one expression."""

    def __init__(self, compiler: Compiler) -> None:
        self.compiler = compiler
        self.structure = compiler.structure

    # -- where paths begin -------------------------------------------------------------------

    def fixed(self, element: Element) -> Nodes:
        """An element of the rule's own record, or of one that it lies in."""
        levels = self.compiler.scope.record_type.count("/") - element.record_type.count("/")
        if levels == 0:
            return single(element, element.record_type, lambda context: context.outer)
        return single(element, element.record_type, lambda context: climb(context.outer, levels))

    def current(self) -> Nodes:
        """The node that the whole expression belongs to."""
        scope = self.compiler.scope
        element = self.structure.at(scope.record_type, scope.key) if scope.key else None
        if element is None or element.kind == "repeat":
            parent = element.parent if element is not None else None
            parent = parent or self.structure.rows.get(scope.record_type) or self.structure.root
            element = Element("question", "", scope.record_type, "", parent)
        return self.fixed(element)

    def here(self, scope: Scope) -> Nodes:
        """The node looked at: in a predicate the one under test."""
        if not scope.predicate or scope.looked is None:
            return self.current()
        return single(scope.looked, scope.across, lambda context: context.row)

    def resolve(self, tree: Expression, scope: Scope) -> list[Nodes] | None:
        """What a path leads to: one set of nodes an element. None when it is no path of the
        form's own elements."""
        if isinstance(tree, Answer):
            return self.named(tree, (), scope)
        if not isinstance(tree, Path):
            return None
        start = tree.start
        if isinstance(start, Answer):
            found = self.named(start, tree.predicates, scope)
            return self.walk(found, tree.steps, scope)
        if isinstance(start, Place) and start.kind == "root":
            return self.absolute(tree.steps[1:], scope)
        if isinstance(start, Place):
            return self.walk([self.here(scope)], tree.steps, scope)
        if isinstance(start, Call) and start.name == "current" and not start.arguments:
            return self.walk([self.current()], tree.steps, scope)
        if isinstance(start, Path):
            below = self.resolve(start, scope)
            if below is None:
                return None
            filtered = [self.filtered(nodes, tree.predicates, scope) for nodes in below]
            return self.walk(filtered, tree.steps, scope)
        return None

    def named(self, tree: Answer, predicates: tuple[Expression, ...], scope: Scope) -> list[Nodes]:
        """`${name}`, which is the whole path to the name's element."""
        target = scope.find(tree.name, tree.position)
        record_type = target.record_type or self.structure.root.record_type
        if target.kind == "repeat":
            element = self.structure.rows.get(record_type)
        else:
            element = self.structure.at(record_type, target.key)
        if element is None:
            raise unknown_path(target.name, self.structure.root, tree.position)
        chain = element.chain()
        steps = [Step("child", one.name, (), tree.position) for one in chain]
        steps[-1:] = [Step("child", one.name, predicates, tree.position) for one in chain[-1:]]
        return self.absolute(tuple(steps), scope)

    def absolute(self, steps: tuple[Step, ...], scope: Scope) -> list[Nodes]:
        """A path from the root. Repeats that the rule itself lies in stay at its own rows, as in
        all clients of ODK, but for the last step and for one with a predicate."""
        own = self.compiler.scope.record_type + "/"
        here, taken = self.structure.root, 0
        for index, step in enumerate(steps):
            if step.axis != "child" or step.predicates or step.name == ANY:
                break
            following = here.children.get(plain(step.name))
            if following is None:
                break
            if following.kind == "repeat" and (
                index == len(steps) - 1 or not own.startswith(following.record_type + "/")
            ):
                break
            here, taken = following, index + 1
        return self.walk([self.fixed(here)], steps[taken:], scope)

    # -- steps -------------------------------------------------------------------------------

    def walk(self, sets: list[Nodes], steps: tuple[Step, ...], scope: Scope) -> list[Nodes]:
        """The nodes that the steps lead to, one step after the other."""
        for step in steps:
            found: list[Nodes] = []
            for nodes in sets:
                found += self.step(nodes, step, scope)
            sets = found
        return sets

    def step(self, nodes: Nodes, step: Step, scope: Scope) -> list[Nodes]:
        if step.axis == "parent":
            return [self.filtered(self.parent(nodes, step.position), step.predicates, scope)]
        if step.axis == "self":
            return [self.filtered(nodes, step.predicates, scope)]
        if step.name == ANY:
            children = list(nodes.element.children.values())
            return [self.child(nodes, child, step.predicates, scope) for child in children]
        child = self.find_child(nodes.element, step, scope)
        return [self.child(nodes, child, step.predicates, scope)]

    def find_child(self, element: Element, step: Step, scope: Scope) -> Element:
        """The child of an element by its name; of a row also what lies in groups of the row."""
        name = plain(step.name)
        child = element.children.get(name)
        if child is not None:
            return child
        if element.kind == "question" and element is not scope.looked:
            raise fail(
                step.position,
                "expression.bare_name",
                f"เขียน {name!r} เฉย ๆ ไม่ได้ ให้เขียน ${{{name}}} หรือใส่เครื่องหมายคำพูด",
                f"the bare name {name!r} has no meaning here; write ${{{name}}}, or quote it",
            )
        if element.kind == "repeat":
            deep = [
                one
                for one in element.walk()
                if one.name == name and one.record_type == element.record_type
            ]
            if len(deep) == 1:
                return deep[0]
            scope.find(name, step.position)
            raise fail(
                step.position,
                "expression.not_in_repeat",
                f"{name!r} ไม่ใช่คำถามในกลุ่มซ้ำนี้",
                f"{name!r} is not a question of this repeat",
            )
        raise unknown_path(name, element, step.position)

    def parent(self, nodes: Nodes, position: int) -> Nodes:
        above = nodes.element.parent
        if above is None:
            raise fail(
                position,
                "expression.unsupported",
                "เส้นทาง .. นี้ขึ้นไปเกินส่วนบนสุดของแบบฟอร์ม",
                "this '..' leads above the form",
            )
        if nodes.element.kind != "repeat":
            return replace(nodes, element=above)
        across = min(nodes.across, above.record_type, key=len)
        if nodes.one is not None:
            one = nodes.one
            return single(above, across, lambda context: climb(one(context), 1))
        rows = nodes.rows

        def parents(context: Context) -> Sequence[Row]:
            return list({id(row): row for row in (climb(row, 1) for row in rows(context))}.values())

        return Nodes(above, across, parents)

    def child(
        self, nodes: Nodes, child: Element, predicates: tuple[Expression, ...], scope: Scope
    ) -> Nodes:
        if child.kind != "repeat":
            return self.filtered(replace(nodes, element=child), predicates, scope)
        row_type, across = child.record_type, nodes.across
        self.compiler.dependencies.add(Dependency("rows", row_type, "", across))
        selects = self.selects(child, across, predicates, scope)
        if nodes.one is not None:
            one = nodes.one
            if not selects:
                return Nodes(child, across, lambda context: one(context).children.get(row_type, ()))
            return Nodes(
                child,
                across,
                lambda context: chosen(context, selects, one(context).children.get(row_type, ())),
            )
        rows = nodes.rows

        def gather(context: Context) -> Sequence[Row]:
            found: list[Row] = []
            for row in rows(context):
                below = row.children.get(row_type, ())
                context.spend(len(below))
                found.extend(chosen(context, selects, below))
            return found

        return Nodes(child, across, gather)

    def filtered(self, nodes: Nodes, predicates: tuple[Expression, ...], scope: Scope) -> Nodes:
        """The nodes for which predicates hold, counted in one row."""
        if not predicates:
            return nodes
        rows = nodes.rows
        selects = self.selects(nodes.element, nodes.across, predicates, scope)
        return Nodes(
            nodes.element, nodes.across, lambda context: chosen(context, selects, rows(context))
        )

    def selects(
        self, element: Element, across: str, predicates: tuple[Expression, ...], scope: Scope
    ) -> list[Select[Row]]:
        inner = scope.in_nodes(element, across)
        key = element.key if element.kind == "question" else None
        if predicates and key is not None:
            self.depend(element, across)

        def look(context: Context, row: Row, position: int, size: int) -> Context:
            value = None if key is None else row.effective.get(key)
            return Context(context.world, row, value, position=position, size=size, within=context)

        members = Members(look)
        return [select(self.compiler, one, inner, members) for one in predicates]

    # -- values ------------------------------------------------------------------------------

    def depend(self, element: Element, across: str) -> None:
        self.compiler.dependencies.add(
            Dependency("value", element.record_type, element.key, across)
        )

    def value(self, sets: list[Nodes], position: int) -> Closure:
        """The value of a path: one answer, or a list of them."""
        if len(sets) != 1:
            kept = [one for one in sets if one.element.kind in ("question", "repeat")]
            parts = [self.value([one], position) for one in kept]
            return lambda context: [value for part in parts for value in as_list(part(context))]
        nodes = sets[0]
        element, rows = nodes.element, nodes.rows
        if element.kind == "repeat" and nodes.one is None:
            return lambda context: [True for _ in rows(context)]
        if element.kind != "question":
            raise group_has_no_value(element, position)
        key = element.key
        self.depend(element, nodes.across)
        if nodes.one is not None:
            one = nodes.one
            return lambda context: one(context).effective.get(key)
        return lambda context: [row.effective.get(key) for row in rows(context)]

    def union(self, tree: Union, scope: Scope) -> Closure:
        """All nodes of several paths, each once, in the order of the form."""
        sets: list[Nodes] = []
        for part in tree.parts:
            found = self.resolve(part, scope)
            if found is None:
                raise fail(
                    part.position,
                    "expression.union",
                    "เครื่องหมาย | ใช้เชื่อมได้เฉพาะเส้นทางของคำถาม",
                    "'|' joins paths to questions of the form only",
                )
            sets += found
        for nodes in sets:
            if nodes.element.kind == "question":
                self.depend(nodes.element, nodes.across)
            elif nodes.element.kind != "repeat":
                raise group_has_no_value(nodes.element, tree.position)
        order = self.structure.order
        repeats = self.structure.rows

        def place(row: Row, element: Element) -> list[int]:
            found = [order.get(element, 0)] if element.kind == "question" else []
            record_type, here = element.record_type, row
            while "/" in record_type and here.parent is not None:
                found += [here.position, order[repeats[record_type]]]
                record_type, here = record_type.rpartition("/")[0], here.parent
            return found[::-1]

        def united(context: Context) -> Value:
            found: dict[tuple[int, int], tuple[list[int], Value]] = {}
            for nodes in sets:
                element = nodes.element
                rows = nodes.rows(context)
                context.spend(len(rows))
                for row in rows:
                    question = element.kind == "question"
                    value = row.effective.get(element.key) if question else True
                    found.setdefault((id(row), id(element)), (place(row, element), value))
            return [value for _, value in sorted(found.values(), key=lambda one: one[0])]

        return united


def chosen(context: Context, selects: list[Select[Row]], rows: Sequence[Row]) -> Sequence[Row]:
    """The rows that pass one predicate after the other."""
    for one in selects:
        rows = one(context, rows)
    return rows


def as_list(value: Value) -> Sequence[object]:
    return value if isinstance(value, (list, tuple)) else (value,)


def plain(name: str) -> str:
    """A name without its namespace prefix: `orx:meta` is `meta`."""
    return name.rpartition(":")[2]


def group_has_no_value(element: Element, position: int) -> ExpressionError:
    name = element.name or "/"
    return fail(
        position,
        "expression.group",
        f"{name!r} เป็นกลุ่ม ไม่มีค่า ให้อ้างคำถามในกลุ่ม",
        f"{name!r} is a group and has no value; refer to a question in it",
    )


def unknown_path(name: str, element: Element, position: int) -> ExpressionError:
    """The defect for a step that leads nowhere, with the children there are."""
    listed = ", ".join(list(element.children)[:8]) or "-"
    return fail(
        position,
        "expression.unknown_name",
        f"ไม่มี {name!r} ใต้ {element.path()} ที่นั่นมี: {listed}",
        f"there is no {name!r} below {element.path()}; there are: {listed}",
    )
