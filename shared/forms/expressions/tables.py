"""Compiles `instance('list')/root/item[condition]/column`: choice lists, codebooks, tables.

An equation in the condition, `column = value`, is looked up by the table's index; only what is
left of the condition is tried item by item. So a table of 100,000 items is not searched for one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias, cast

from shared.forms.expressions.grammar import (
    ANY,
    Answer,
    Binary,
    Call,
    Expression,
    Literal,
    Path,
    Place,
    Saved,
    Step,
)
from shared.forms.expressions.items import cell_of, rows_of_table
from shared.forms.expressions.paths import Closure, plain
from shared.forms.expressions.scope import Scope
from shared.forms.expressions.selecting import (
    Members,
    independent,
    looks_at_position,
    select,
)
from shared.forms.expressions.tokens import fail
from shared.forms.expressions.values import Value, is_list, numeric, shown, to_text
from shared.forms.expressions.world import Context, Table, TableRow

if TYPE_CHECKING:
    from shared.forms.expressions.compiling import Compiler

Items: TypeAlias = Callable[[Context], Sequence[TableRow]]
LAST_SAVED = "__last-saved"


def instance_of(tree: Expression) -> Call | None:
    """The call of instance() that a path begins with, or None."""
    start = tree.start if isinstance(tree, Path) else tree
    return start if isinstance(start, Call) and start.name == "instance" else None


def instance_path(compiler: Compiler, tree: Path, scope: Scope) -> Closure:
    """`instance('x')/root/item[...]/column`: the column's cells; without one, the items' keys."""
    call = cast(Call, tree.start)
    name = name_of(call)
    if name == LAST_SAVED:
        return last_saved_path(compiler, tree, scope)
    steps = [step for step in tree.steps if step.axis != "self" or step.predicates]
    if any(step.axis != "child" for step in steps) or len(steps) not in (2, 3):
        raise fail(
            tree.position,
            "expression.instance",
            "เขียน instance('รายการ')/root/item[เงื่อนไข]/คอลัมน์",
            "write instance('list')/root/item[condition]/column",
        )
    if tree.predicates or steps[0].predicates or any(step.predicates for step in steps[2:]):
        raise fail(
            tree.position,
            "expression.instance",
            "วงเล็บเหลี่ยมใส่ได้หลัง item เท่านั้น",
            "square brackets belong after item",
        )
    columns = compiler.scope.lists.get(name)
    if columns is None:
        compiler.codebooks.add(name)
    items = items_of(compiler, name, steps[1].predicates, scope)
    if len(steps) == 2:
        return lambda context: [item.key for item in items(context)]
    column = column_of(steps[2], columns)

    def cells(context: Context) -> Value:
        language = context.world.language
        return [cell_of(item, column, language) for item in items(context)]

    return cells


def name_of(call: Call) -> str:
    """The name of a table, which is written as a text."""
    name = call.arguments[0] if len(call.arguments) == 1 else None
    if not isinstance(name, Literal) or not isinstance(name.value, str):
        raise fail(
            call.position,
            "expression.instance",
            "instance() ต้องการชื่อรายการในเครื่องหมายคำพูด",
            "instance() takes the name of a list, in quotes",
        )
    return name.value


def column_of(step: Step, columns: frozenset[str] | None) -> str:
    """The column that a step names; an unknown one of the form's own list is a defect."""
    name = plain(step.name)
    known = columns is None or name in columns or name in STANDARD
    if name != ANY and known:
        return name
    raise fail(
        step.position,
        "expression.unknown_column",
        f"รายการตัวเลือกไม่มีคอลัมน์ {name!r}",
        f"the choices have no column {name!r}",
    )


STANDARD = frozenset({"name", "label", "key", "label_th", "label_en", "itextId"})


def items_of(
    compiler: Compiler, name: str, predicates: tuple[Expression, ...], scope: Scope
) -> Items:
    """The items of a table that pass the predicates."""
    inner = scope.in_items(compiler.scope.lists.get(name))
    lookup = None
    remaining = list(predicates)
    if predicates:
        lookup, rest = indexed(compiler, name, predicates[0], inner)
        if lookup is not None:
            remaining[:1] = rest
    members: Members[TableRow] = Members(look_at_item)
    selects = [select(compiler, one, inner, members) for one in remaining]
    found = lookup or all_items(name)

    def items(context: Context) -> Sequence[TableRow]:
        kept = found(context)
        for one in selects:
            kept = one(context, kept)
        return kept

    return items if selects else found


def look_at_item(context: Context, item: TableRow, position: int, size: int) -> Context:
    return Context(
        context.world, context.row, position=position, size=size, item=item, within=context
    )


def all_items(name: str) -> Items:
    """Every item of a table."""

    def items(context: Context) -> Sequence[TableRow]:
        table = context.world.table(name)
        if table is None:
            return ()
        context.spend(len(table))
        rows = rows_of_table(table)
        return rows if isinstance(rows, (list, tuple)) else tuple(rows)

    return items


def indexed(
    compiler: Compiler, name: str, predicate: Expression, scope: Scope
) -> tuple[Items | None, list[Expression]]:
    """A lookup for one equation of a condition, and what is left of the condition."""
    parts = conjuncts(predicate)
    for index, part in enumerate(parts):
        rest = parts[:index] + parts[index + 1 :]
        if any(map(looks_at_position, rest)):
            continue
        equation = column_equation(part)
        if equation is None:
            continue
        named, value, position = equation
        column = column_of(Step("child", named, (), position), scope.columns)
        compiled = compiler.compile(value, scope)
        text = isinstance(value, (Answer, Saved, Path))
        return lookup_of(name, column, compiled, node=text), rest
    return None, []


def conjuncts(tree: Expression) -> list[Expression]:
    """The parts of a condition that `and` joins."""
    if isinstance(tree, Binary) and tree.operator == "and":
        return conjuncts(tree.left) + conjuncts(tree.right)
    return [tree]


def column_equation(tree: Expression) -> tuple[str, Expression, int] | None:
    """`column = value`, either way round, where the value is the same for every item; and where
    the column stands."""
    if not isinstance(tree, Binary) or tree.operator != "=":
        return None
    for column, value in ((tree.left, tree.right), (tree.right, tree.left)):
        name = column_name(column)
        if name is not None and name != "label" and independent(value):
            return name, value, column.position
    return None


def column_name(tree: Expression) -> str | None:
    """The column that a bare name in a condition stands for."""
    if not isinstance(tree, Path) or tree.predicates:
        return None
    if not isinstance(tree.start, Place) or tree.start.kind != "here":
        return None
    steps = [step for step in tree.steps if step.axis != "self"]
    if len(steps) != 1 or any(step.predicates for step in tree.steps):
        return None
    step = steps[0]
    return plain(step.name) if step.axis == "child" and step.name != ANY else None


def lookup_of(name: str, column: str, value: Closure, *, node: bool) -> Items:
    """The items whose cell equals a value."""

    def items(context: Context) -> Sequence[TableRow]:
        table = context.world.table(name)
        if table is None:
            return ()
        wanted = value(context)
        if is_list(wanted):
            if not wanted:
                return ()
            if len(wanted) == 1:
                return equal_items(context, name, table, column, wanted[0], node)
            context.spend(len(wanted))
            found = {
                id(item): item
                for one in wanted
                for item in equal_items(context, name, table, column, one, node)
            }
            return [item for item in rows_of_table(table) if id(item) in found]
        return equal_items(context, name, table, column, wanted, node)

    return items


def equal_items(
    context: Context, name: str, table: Table, column: str, wanted: Value, node: bool
) -> Sequence[TableRow]:
    """The items whose cell equals one value: an answer as text, as XPath compares two nodes; a
    computed number as a number."""
    if isinstance(wanted, bool):
        context.spend(len(table))
        language = context.world.language
        return [
            item for item in rows_of_table(table) if bool(cell_of(item, column, language)) == wanted
        ]
    if isinstance(wanted, Decimal) and not (node and wanted == wanted.to_integral_value()):
        index = number_index(context, name, table, column)
        return index.get(shown(wanted), ()) if wanted.is_finite() else ()
    return table.matching(column, to_text(wanted))


def number_index(
    context: Context, name: str, table: Table, column: str
) -> dict[Decimal, list[TableRow]]:
    """Items by the number in a column, made once for a world."""
    mark = ("numbers", name, column)
    known = context.world.memo.get(mark)
    if isinstance(known, dict):
        return known
    context.spend(len(table))
    index: dict[Decimal, list[TableRow]] = {}
    language = context.world.language
    for item in rows_of_table(table):
        number = shown(numeric(cell_of(item, column, language)))
        if number.is_finite():
            index.setdefault(number, []).append(item)
    context.world.memo[mark] = index
    return index


def item_cell(scope: Scope, name: str, position: int) -> Closure:
    """A bare name in a condition over items: a column."""
    column = column_of(Step("child", name, (), position), scope.columns)

    def cell(context: Context) -> Value:
        item = context.item
        return "" if item is None else cell_of(item, column, context.world.language)

    return cell


def last_saved_path(compiler: Compiler, tree: Path, scope: Scope) -> Closure:
    """`instance('__last-saved')/data/a`, which is how XForms writes `${last-saved#a}`."""
    here = compiler.structure.root
    for step in tree.steps[1:]:
        below = here.children.get(plain(step.name))
        if below is None or step.axis != "child" or step.predicates:
            raise fail(
                step.position,
                "expression.last_saved",
                "อ้างคำตอบครั้งก่อนด้วย ${last-saved#ชื่อ}",
                "refer to the last answer as ${last-saved#name}",
            )
        here = below
    return saved_answer(here.record_type, here.key)


def saved_answer(record_type: str, key: str) -> Closure:
    """The answer of a question in the record that was saved last."""
    return lambda context: context.world.last_saved(record_type, key)


def call_pulldata(compiler: Compiler, tree: Call, scope: Scope) -> Closure:
    """`pulldata('table', 'column', 'key column', key)`: a cell of the first row that matches."""
    name = tree.arguments[0]
    known = name.value if isinstance(name, Literal) else None
    if isinstance(known, str) and known not in compiler.scope.lists:
        compiler.codebooks.add(known)
    parts = [compiler.compile(argument, scope) for argument in tree.arguments]
    book, column, key_column, key = parts
    node = isinstance(tree.arguments[3], (Answer, Saved, Path))

    def pulled(context: Context) -> Value:
        world = context.world
        named, wanted = to_text(book(context)), to_text(column(context))
        by, value = to_text(key_column(context)), key(context)
        table = world.table(named)
        if table is None or by in ("name", "key"):
            found_by_key = world.codebook_value(named, to_text(value), wanted)
            if table is None or by == "key" or found_by_key is not None:
                return found_by_key
        first = (value[0] if value else None) if is_list(value) else value
        if isinstance(first, str) and not first:
            return None
        found = equal_items(context, named, table, by, first, node)
        return cell_of(found[0], wanted, world.language) if found else None

    return pulled
