"""The same function from other weights: what the grader sees, and the wrong ideas."""

from collections.abc import Callable

import numpy as np

from autograder.exercise import Arrays, Case, Misconception
from autograder.exercises.layer import (
    WEIGHTS,
    apply_layer,
    check_weights,
    layer_magnitude,
    weights_of,
)
from autograder.exercises.lesson_02.attention import draw_layer, layer
from autograder.exercises.lesson_02.shift import LARGEST_DETOUR
from autograder.exercises.probes import float64

OTHER = "{} is really another (1 yes, 0 no)"


def draw_layer_and_seed(
    generator: np.random.Generator, sizes: tuple[int, ...]
) -> dict[str, np.ndarray]:
    """Draw a layer and the seed of the key that the answer gets."""
    seed = np.asarray(generator.integers(2**31), dtype=np.int64)
    return draw_layer(generator, sizes) | {"seed": seed}


def other_weights(case: Case) -> Arrays:
    """Ask for the same function, with every matrix different from the given one."""
    return {**layer(case), **{OTHER.format(name): np.asarray(1.0) for name in WEIGHTS}}


def observe_other_weights(case: Case, outputs: Arrays) -> Arrays:
    """See the new layer's function, and that of the layer with each original matrix put back."""
    tokens = float64(case, "tokens")[0]
    check_weights(outputs, tokens.shape[1])
    old, new = weights_of(case), weights_of(outputs)
    right = apply_layer(old, tokens)
    update = float(np.abs(right - tokens).max())
    seen = {"tokens": apply_layer(new, tokens)}
    for position, name in enumerate(WEIGHTS):
        differs = True
        if new[position].shape == old[position].shape:
            mixed = (*new[:position], old[position], *new[position + 1 :])
            gap = np.abs(apply_layer(mixed, tokens) - right).max()
            differs = bool(gap > 0.01 * update)
        seen[OTHER.format(name)] = np.asarray(float(differs))
    gap = np.abs(seen["tokens"] - right).max()
    seen["another function"] = np.asarray(float(gap > 0.01 * update))
    kept = 1.0 - min(float(seen[OTHER.format(name)]) for name in WEIGHTS)
    seen["a matrix kept"] = np.asarray(kept)
    if all(a.shape == b.shape for a, b in zip(old, new, strict=True)):
        seen |= _suspected_changes(old, new, tokens, seen["tokens"])
    return seen


def _suspected_changes(
    old: tuple[np.ndarray, ...],
    new: tuple[np.ndarray, ...],
    tokens: np.ndarray,
    ours: np.ndarray,
) -> dict[str, np.ndarray]:
    """Compare the new layer with what the usual slips would compute from the learner's own change.

    The change of the keys is A = new keys times pseudo-inverse of the old ones; B for the values. A
    side on which the right counterpart computes the same as the learner's is not under suspicion.
    """
    a = new[1] @ np.linalg.pinv(old[1])
    b = new[2] @ np.linalg.pinv(old[2])
    undone_a, undone_b = np.linalg.pinv(a), np.linalg.pinv(b)
    scale = layer_magnitude(new, tokens).max()

    def gap(*weights: np.ndarray) -> float:
        return float(np.abs(apply_layer(weights, tokens) - ours).max())

    seen = {}
    if gap(np.swapaxes(undone_a, 1, 2) @ old[0], *new[1:]) > 1e-5 * scale:
        seen["gap_queries_same_side"] = gap(a @ old[0], *new[1:])
        seen["gap_queries_plain_inverse"] = gap(undone_a @ old[0], *new[1:])
    if gap(*new[:3], old[3] @ undone_b) > 1e-5 * scale:
        seen["gap_output_not_inverted"] = gap(*new[:3], old[3] @ b)
        seen["gap_output_transposed"] = gap(*new[:3], old[3] @ np.swapaxes(b, 1, 2))
    return {name: np.asarray(value) for name, value in seen.items()}


def other_weights_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Scale of rounding: that of the given layer, widened by the change of basis chosen."""
    tokens = float64(case, "tokens")[0]
    right = float(layer_magnitude(weights_of(case), tokens).max())
    own = float(layer_magnitude(weights_of(outputs), tokens).max())
    scale = np.asarray(min(max(right, own), LARGEST_DETOUR * right))
    gaps = ("queries_same_side", "queries_plain_inverse", "output_not_inverted")
    # A gap goes through two pseudo-inverses; it names a slip and decides no mark.
    wide = np.asarray(max(right, own))
    return {"tokens": scale} | {f"gap_{gap}": wide for gap in (*gaps, "output_transposed")}


def _flags(name: str, *unchanged: str, same_function: bool) -> Callable[[Case], Arrays]:
    def oracle(case: Case) -> Arrays:
        flags: dict[str, np.ndarray] = {OTHER.format(w): np.asarray(0.0) for w in unchanged}
        # A given matrix that is put back makes the function right: it was right before, or not.
        flags["another function"] = np.asarray(float(not same_function))
        if same_function:
            changed = [w for w in WEIGHTS if w not in unchanged]
            flags |= {OTHER.format(w): np.asarray(1.0) for w in changed}
            flags["tokens"] = layer(case)["tokens"]
        return flags

    return oracle


def _other(
    name: str, cause: str, question: str, *unchanged: str, same_function: bool = True
) -> Misconception:
    return Misconception(
        name, _flags(name, *unchanged, same_function=same_function), cause, question
    )


def _gap(name: str, cause: str, question: str) -> Misconception:
    key = "gap_" + name.replace("-", "_")
    return Misconception(name, lambda case: {key: np.asarray(0.0)}, cause, question)


KEYS = "Write k'^T q' with k' = A k. Which q' makes the A disappear?"


VALUES = "Write W_O' B W_V. Which W_O' makes the B disappear?"


OTHER_WEIGHTS = (
    _other(
        "unchanged",
        "these are the given weights, to within 1 % of the update.",
        "Which matrices meet only in a product?",
        *WEIGHTS,
    ),
    _other(
        "values-unchanged",
        "keys and queries are others; values and write-back are the given ones.",
        "In which product do W_O and W_V meet?",
        "w_v",
        "w_o",
    ),
    _other(
        "keys-unchanged",
        "values and write-back are others; keys and queries are the given ones.",
        "In which product do keys and queries meet?",
        "w_q",
        "w_k",
    ),
    _gap("queries-same-side", "keys and queries were both multiplied by the same matrix.", KEYS),
    _gap("queries-plain-inverse", "the inverse stands where its transpose should.", KEYS),
    _gap(
        "output-not-inverted", "values and write-back were multiplied by the same matrix.", VALUES
    ),
    _gap("output-transposed", "the transpose stands where the inverse should.", VALUES),
    _other(
        "keys-not-undone",
        "W_K was changed, and nothing undoes it in the queries.",
        KEYS,
        "w_k",
        same_function=False,
    ),
    _other(
        "queries-not-undone",
        "W_Q was changed, and nothing undoes it in the keys.",
        KEYS,
        "w_q",
        same_function=False,
    ),
    _other(
        "values-not-undone",
        "W_V was changed, and nothing undoes it in the write-back.",
        VALUES,
        "w_v",
        same_function=False,
    ),
    _other(
        "output-not-undone",
        "W_O was changed, and nothing undoes it in the values.",
        VALUES,
        "w_o",
        same_function=False,
    ),
    Misconception(
        "matrix-kept",
        lambda case: {
            "another function": np.asarray(0.0),
            "tokens": layer(case)["tokens"],
            "a matrix kept": np.asarray(1.0),
        },
        "the function is the given one, but a matrix is too, to within 1 % of the update.",
        "Which matrices meet in one product, where one can undo what the other does?",
    ),
)
