"""Mutation operators for array code: each maps a node of a syntax tree to wrong versions of it.

The operators that every program needs (arithmetic, comparisons, numbers, loops) are cosmic-ray's.
These are the slips of people who write with arrays: an axis, a transpose, a factor, a slice.
"""

import ast
import itertools
from collections.abc import Callable, Iterator

Operator = Callable[[ast.AST], Iterator[ast.AST]]

TRANSPOSING = {"transpose", "swapaxes", "matrix_transpose"}
REDUCTIONS = ("sum", "mean", "max", "min", "prod")
UNWRAPPED = {"abs", "absolute", "inv", "sqrt", "square", "exp", "negative", "softmax"}
ORDERED = {"matmul", "dot", "outer", "solve", "subtract", "divide", "kron", "tensordot"}
FILLS = {"zeros": "ones", "ones": "zeros", "zeros_like": "ones_like", "ones_like": "zeros_like"}

SIBLINGS = (
    ("w_q", "w_k", "w_v", "w_o"),
    ("xs", "ys"),
    ("x_query", "y_query"),
    ("tokens", "context"),
    ("queries", "keys", "values"),
    ("n_context", "d_x", "d_y"),
    ("n_heads", "d_key", "d_value", "d_token"),
    ("keep_x", "keep_y"),
    ("on_x", "on_y"),
    ("key_a", "key_b"),
    ("a", "b"),
    ("w_0", "w_1"),
)
"""Names that stand for things of one kind, so that one is easily written for another."""

SCALARS = {"learning_rate", "learning_rates", "n_context"}
"""Arguments that are numbers, or that broadcast as numbers do."""


def transpose_dropped(node: ast.AST) -> Iterator[ast.AST]:
    """`w.T` -> `w`, `swapaxes(w, 1, 2)` -> `w`."""
    match node:
        case ast.Attribute(value=value, attr="T" | "mT"):
            yield value
        case ast.Call(func=ast.Attribute(value=value, attr=name), args=args):
            if name in TRANSPOSING:
                is_method = len(args) != (3 if name == "swapaxes" else 1)
                yield value if is_method else args[0]


def transpose_added(node: ast.AST) -> Iterator[ast.AST]:
    """`a @ b` -> `a.T @ b` and `a @ b.T`."""
    match node:
        case ast.BinOp(left=left, op=ast.MatMult(), right=right):
            for name in ("T", "mT"):
                yield ast.BinOp(ast.Attribute(left, name, ast.Load()), ast.MatMult(), right)
                yield ast.BinOp(left, ast.MatMult(), ast.Attribute(right, name, ast.Load()))


def operands_swapped(node: ast.AST) -> Iterator[ast.AST]:
    """`a - b` -> `b - a`, `a @ b` -> `b @ a`, `matmul(a, b)` -> `matmul(b, a)`."""
    match node:
        case ast.BinOp(
            left=left, op=ast.Sub() | ast.Div() | ast.MatMult() | ast.Pow(), right=right
        ):
            yield ast.BinOp(right, node.op, left)
        case ast.Call(args=[first, second, *rest]) if _called(node) in ORDERED:
            yield ast.Call(node.func, [second, first, *rest], node.keywords)


def operand_dropped(node: ast.AST) -> Iterator[ast.AST]:
    """`a * b` -> `a` and `b`, and so for sums, quotients, powers and matrix products."""
    match node:
        case ast.BinOp(left=left, op=op, right=right):
            yield left
            if not isinstance(op, ast.Pow):
                yield right


def sign_flipped(node: ast.AST) -> Iterator[ast.AST]:
    """Turn the sign of a sum's first term, of a factor, of a keyword's value, of what returns."""
    match node:
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.Mult() | ast.MatMult() as op):
            yield ast.BinOp(ast.UnaryOp(ast.USub(), left), op, node.right)
        case ast.keyword(arg=str(), value=value) if not isinstance(value, ast.Constant):
            yield ast.keyword(node.arg, ast.UnaryOp(ast.USub(), value))
        case ast.Return(value=ast.expr() as value):
            yield ast.Return(ast.UnaryOp(ast.USub(), value))


def value_scaled(node: ast.AST) -> Iterator[ast.AST]:
    """`f(w=a)` -> `f(w=0 * a)` and `f(w=2 * a)`; what returns, likewise."""
    for factor in (0, 2):
        match node:
            case ast.keyword(arg=str(), value=value) if not isinstance(value, ast.Constant):
                yield ast.keyword(node.arg, ast.BinOp(ast.Constant(factor), ast.Mult(), value))
            case ast.Return(value=ast.expr() as value):
                yield ast.Return(ast.BinOp(ast.Constant(factor), ast.Mult(), value))


def keyword_values_swapped(node: ast.AST) -> Iterator[ast.AST]:
    """`f(w_q=a, w_k=b)` -> `f(w_q=b, w_k=a)`."""
    match node:
        case ast.Call(keywords=keywords):
            for one, other in itertools.combinations(range(len(keywords)), 2):
                swapped = list(keywords)
                swapped[one] = ast.keyword(keywords[one].arg, keywords[other].value)
                swapped[other] = ast.keyword(keywords[other].arg, keywords[one].value)
                yield ast.Call(node.func, node.args, swapped)


def slice_moved(node: ast.AST) -> Iterator[ast.AST]:
    """`a[:-1]` -> `a[:]`, `a[1:]`, `a[:-2]`; `a[1:]` -> `a[:]`, `a[2:]`; steps are dropped."""
    match node:
        case ast.Slice(lower=lower, upper=upper, step=step):
            if step is not None:
                yield ast.Slice(lower, upper, None)
            if lower is not None or upper is not None:
                yield ast.Slice(None, None, step)
            if upper is not None and lower is None:
                yield ast.Slice(ast.Constant(1), None, step)
            for by in (1, -1):
                if upper is not None:
                    yield ast.Slice(lower, ast.BinOp(upper, ast.Add(), ast.Constant(by)), step)
                if lower is not None:
                    yield ast.Slice(ast.BinOp(lower, ast.Add(), ast.Constant(by)), upper, step)


def reduction_replaced(node: ast.AST) -> Iterator[ast.AST]:
    """`mean` -> `sum`, `max`, `min`; an `axis` is dropped, so that all are reduced."""
    match node:
        case ast.Call(func=ast.Attribute(value=value, attr=name)) if name in REDUCTIONS:
            for other in REDUCTIONS:
                if other != name:
                    yield ast.Call(ast.Attribute(value, other), node.args, node.keywords)
            without = [keyword for keyword in node.keywords if keyword.arg != "axis"]
            if len(without) < len(node.keywords):
                yield ast.Call(node.func, node.args, without)


def call_unwrapped(node: ast.AST) -> Iterator[ast.AST]:
    """`abs(a)` -> `a`, `inv(a)` -> `a`."""
    match node:
        case ast.Call(args=[argument, *_]) if _called(node) in UNWRAPPED:
            yield argument


def einsum_indices_moved(node: ast.AST) -> Iterator[ast.AST]:
    """Permute the letters of one term of `"hkd,jd->hjk"`, or drop one from the result."""
    match node:
        case ast.Call(args=[ast.Constant(value=str(subscripts)), *rest]) if "->" in subscripts:
            inputs, _, output = subscripts.partition("->")
            terms = [*inputs.split(","), output]
            for number, term in enumerate(terms):
                for changed in _neighbours_swapped(term):
                    moved = [*terms[:number], changed, *terms[number + 1 :]]
                    yield _einsum(node, moved, rest)
            for letter in output:
                yield _einsum(node, [*terms[:-1], output.replace(letter, "")], rest)


def sibling_written(node: ast.AST) -> Iterator[ast.AST]:
    """Write `w_k` for `w_q`, `ys` for `xs`, `d_x` for `n_context`."""
    match node:
        case ast.Name(id=name, ctx=ast.Load()) | ast.Attribute(attr=name, ctx=ast.Load()):
            for group in SIBLINGS:
                for other in group if name in group else ():
                    if other != name and isinstance(node, ast.Attribute):
                        yield ast.Attribute(node.value, other, ast.Load())
                    elif other != name:
                        yield ast.Name(other, ast.Load())


def constant_written(node: ast.AST) -> Iterator[ast.AST]:
    """Write 0, 1 or 2 for a number that was given, ones for zeros, and zeros for ones."""
    match node:
        case ast.Name(id=name, ctx=ast.Load()) if name in SCALARS:
            for constant in (0, 1, 2):
                yield ast.Constant(constant)
        case ast.Attribute(value=value, attr=name) if name in FILLS:
            yield ast.Attribute(value, FILLS[name], ast.Load())


def count_off_by_one(node: ast.AST) -> Iterator[ast.AST]:
    """`len(xs)` -> `(len(xs) + 1)`, `(len(xs) - 1)`; `n_context` and `xs.shape[0]` likewise."""
    match node:
        case (
            ast.Call(func=ast.Name(id="len"))
            | ast.Name(id="n_context" | "n_tokens" | "d_x" | "d_y" | "d_token", ctx=ast.Load())
            | ast.Subscript(value=ast.Attribute(attr="shape"), ctx=ast.Load())
        ):
            for op in (ast.Add(), ast.Sub()):
                yield ast.BinOp(node, op, ast.Constant(1))


def accumulation_changed(node: ast.AST) -> Iterator[ast.AST]:
    """`total += x` -> `total -= x`, and `total = x`, where the last one wins."""
    match node:
        case ast.AugAssign(target=target, op=ast.Add() | ast.Sub() as op, value=value):
            opposite = ast.Sub() if isinstance(op, ast.Add) else ast.Add()
            yield ast.AugAssign(target, opposite, value)
            yield ast.Assign([target], value)


def statement_dropped(node: ast.AST) -> Iterator[ast.AST]:
    """`total += x` and `total = total + x` -> nothing."""
    match node:
        case ast.AugAssign():
            yield ast.Pass()
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            if any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(value)):
                yield ast.Pass()


OPERATORS: tuple[Operator, ...] = (
    transpose_dropped,
    transpose_added,
    operands_swapped,
    operand_dropped,
    sign_flipped,
    value_scaled,
    keyword_values_swapped,
    slice_moved,
    reduction_replaced,
    call_unwrapped,
    einsum_indices_moved,
    sibling_written,
    constant_written,
    count_off_by_one,
    accumulation_changed,
    statement_dropped,
)


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _neighbours_swapped(term: str) -> Iterator[str]:
    for at in range(len(term) - 1):
        yield term[:at] + term[at + 1] + term[at] + term[at + 2 :]


def _einsum(node: ast.Call, terms: list[str], operands: list[ast.expr]) -> ast.Call:
    subscripts = ",".join(terms[:-1]) + "->" + terms[-1]
    return ast.Call(node.func, [ast.Constant(subscripts), *operands], node.keywords)
