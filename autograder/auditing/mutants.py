"""Machine-made mutants of right answers: one small change each, no two of them the same program.

The operators are cosmic-ray's, used as a library, and those of `array_operators`. A mutant is made
from an answer's code alone: docstrings, comments and annotations are taken away before.
"""

import ast
import difflib
import functools
import hashlib
import importlib
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from autograder.auditing.array_operators import OPERATORS

ARITHMETIC = ("Add", "Sub", "Mul", "Div", "Pow")
COMPARISONS = ("Eq", "NotEq", "Lt", "LtE", "Gt", "GtE")

COSMIC_RAY = (
    *(f"ReplaceBinaryOperator_{a}_{b}" for a, b in itertools.permutations(ARITHMETIC, 2)),
    *(f"ReplaceComparisonOperator_{a}_{b}" for a, b in itertools.permutations(COMPARISONS, 2)),
    "ReplaceUnaryOperator_Delete_USub",
    "ReplaceUnaryOperator_Delete_Not",
    "AddNot",
    "ReplaceTrueWithFalse",
    "ReplaceFalseWithTrue",
    "ReplaceAndWithOr",
    "ReplaceOrWithAnd",
    "ReplaceBreakWithContinue",
    "ReplaceContinueWithBreak",
    "NumberReplacer",
    "RemoveDecorator",
    "ZeroIterationForLoop",
)
"""Those that can leave array code that runs: no shifts, no bitwise operators, no `is`."""


class MutationToolMissingError(RuntimeError):
    """cosmic-ray is not installed."""


@dataclass(frozen=True)
class Mutant:
    """One changed program.

    Arguments:
        origin: what was changed, as in `right/gram_matrix`.
        operator: what changed it.
        line: of the change, in the origin's code without comments and annotations.
        before: the changed lines as they were.
        after: the changed lines.
        source: the whole changed program.
    """

    origin: str
    operator: str
    line: int
    before: str
    after: str
    source: str

    @property
    def name(self) -> str:
        """Where it comes from, and what was done."""
        return f"{self.origin}:{self.line} {self.operator}"


def normalised(source: str) -> str:
    """Return the code alone: no comments, docstrings or annotations, one way of writing it."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.returns = None
            if isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant):
                node.body = node.body[1:] or [ast.Pass()]
        elif isinstance(node, ast.arg):
            node.annotation = None
    return ast.unparse(tree)


def mutants_of(source: str, origin: str) -> list[Mutant]:
    """Return every mutant of a program, each once, in the order of its lines.

    Raises:
        MutationToolMissingError: cosmic-ray is not installed.
    """
    base = normalised(source)
    interface = _interface(base)
    seen = {base}
    found = []
    for operator, changed in itertools.chain(_by_cosmic_ray(base), _by_array_operators(base)):
        text = _normal_or_none(changed)
        if text is None or text in seen or _interface(text) != interface:
            continue
        seen.add(text)
        found.append(Mutant(origin, operator, *_difference(base, text), source=text))
    return sorted(found, key=lambda mutant: (mutant.line, mutant.operator, mutant.source))


def distinct(families: Iterable[Sequence[Mutant]], limit: int) -> list[Mutant]:
    """Choose at most `limit` mutants, no program twice.

    The first family comes whole; the others take turns, each in an order that favours no line.
    """
    first, *others = [list(family) for family in families] or [[]]
    for family in others:
        family.sort(key=lambda mutant: hashlib.sha256(mutant.source.encode()).digest())
    in_turns = itertools.chain.from_iterable(itertools.zip_longest(*others))
    chosen: dict[str, Mutant] = {}
    for mutant in itertools.chain(first, filter(None, in_turns)):
        chosen.setdefault(mutant.source, mutant)
    return list(itertools.islice(chosen.values(), limit))


def _by_cosmic_ray(base: str) -> Iterator[tuple[str, str]]:
    try:
        plugins, mutating, trees = (
            importlib.import_module(f"cosmic_ray.{name}") for name in ("plugins", "mutating", "ast")
        )
    except ImportError as error:
        raise MutationToolMissingError(
            'the audit makes mutants with cosmic-ray, which is not installed: pip install ".[dev]"'
        ) from error
    nodes = list(trees.ast_nodes(trees.get_ast(base)))
    for name in COSMIC_RAY:
        operator = plugins.get_operator(f"core/{name}")()
        n_places = sum(len(list(operator.mutation_positions(node))) for node in nodes)
        for occurrence in range(n_places):
            if (changed := mutating.mutate_code(base, operator, occurrence)) is not None:
                yield name, changed


def _by_array_operators(base: str) -> Iterator[tuple[str, str]]:
    tree = ast.parse(base)
    for node, put in list(_places(tree)):
        for operator in OPERATORS:
            for replacement in operator(node):
                put(replacement)
                yield operator.__name__, ast.unparse(ast.fix_missing_locations(tree))
        put(node)


def _places(tree: ast.AST) -> Iterator[tuple[ast.AST, Callable[[ast.AST], None]]]:
    """Yield every node below `tree`, and what puts another in its place."""
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if isinstance(value, ast.AST):
                yield value, functools.partial(setattr, parent, field)
            elif isinstance(value, list):
                for index, node in enumerate(value):
                    if isinstance(node, ast.AST):
                        yield node, functools.partial(value.__setitem__, index)


def _normal_or_none(changed: str) -> str | None:
    try:
        return ast.unparse(ast.parse(changed))
    except SyntaxError:
        return None


def _interface(source: str) -> list[str]:
    """Return imports and signatures, which no mutant changes."""
    kept = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            kept.append(f"{node.name}({ast.unparse(node.args)})")
        elif isinstance(node, ast.Import | ast.ImportFrom):
            kept.append(ast.unparse(node))
    return kept


def _difference(base: str, text: str) -> tuple[int, str, str]:
    """Return the line of the first change, and what stood and stands there."""
    old, new = base.splitlines(), text.splitlines()
    before, after, first = [], [], 0
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag != "equal":
            first = first or i + 1
            before += [line.strip() for line in old[i:j]]
            after += [line.strip() for line in new[k:m]]
    return first, "; ".join(before), "; ".join(after)
