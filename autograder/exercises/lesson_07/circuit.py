"""Induction by weights: what the grader's own net predicts with them, on prompts of its own."""

from collections.abc import Callable

import numpy as np

from autograder.exercise import Arrays, Case, Misconception, UnreadableAnswerError
from autograder.exercises.layer import check_weights, weights_of
from autograder.exercises.lesson_07.nets import net_logits

LARGEST_MODEL = 320
LARGEST_ENTRY = 1e30
SURE = 0.99
"""The probability that the right symbol must have."""

N_PROMPTS = 6


def draw_prompts(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw prompts in which a segment comes twice, between symbols that stand once.

    In every other prompt the segment comes first, so that the first symbol comes again.
    """
    n_symbols, n_positions = sizes
    prompts = []
    for number in range(N_PROMPTS):
        order = generator.permutation(n_symbols)
        longest = min(n_symbols, n_positions - 3) // 2
        length = int(generator.integers(3, max(longest, 3) + 1))
        segment, others = order[:length], order[length:]
        n_others = min(len(others), n_positions - 2 * length)
        first = 0 if number % 2 else int(generator.integers(1, n_others))
        between = int(generator.integers(1, n_others - first + 1))
        prompt = np.concatenate([others[:first], segment, others[first : first + between], segment])
        prompt = np.concatenate([prompt, others[first + between : n_others]])
        short = n_positions - len(prompt)
        # What fills the rest may repeat: nothing is asked there.
        prompts.append(np.concatenate([prompt, generator.integers(0, n_symbols, short)]))
    return {
        "n_symbols": np.asarray(n_symbols),
        "n_positions": np.asarray(n_positions),
        "prompts": np.stack(prompts).astype(np.int32),
    }


def asked_of(prompt: np.ndarray) -> list[tuple[int, int]]:
    """Return the tokens t that are asked, each with the one earlier place j of its symbol."""
    found = []
    for t, symbol in enumerate(prompt):
        earlier = np.flatnonzero(prompt[:t] == symbol)
        if len(earlier) == 1 and earlier[0] < t - 1:
            found.append((t, int(earlier[0])))
    return found


Choose = Callable[[np.ndarray, int, int], int]


def _symbols(case: Case, choose: Choose) -> Arrays:
    """Return the chosen symbol for each token asked: first symbols apart from all others."""
    named: dict[bool, list[int]] = {True: [], False: []}
    for prompt in case["prompts"]:
        for t, j in asked_of(prompt):
            named[j == 0].append(int(choose(prompt, t, j)))
    return {
        "symbol": np.asarray(named[False], dtype=float),
        "symbol after the first": np.asarray(named[True], dtype=float),
    }


SURELY = {"surely": np.asarray(SURE)}
SURELY_FIRST = {"surely after the first": np.asarray(SURE)}


def what_followed(case: Case) -> Arrays:
    """Ask for the symbol that followed, and for a probability of it that reaches .99."""
    return {**_symbols(case, lambda prompt, t, j: prompt[j + 1]), **SURELY, **SURELY_FIRST}


def observe(case: Case, outputs: Arrays) -> Arrays:
    """Run the submitted net in float64: which symbol comes first, and how sure is the right one?"""
    n_symbols, n_positions = int(case["n_symbols"]), int(case["n_positions"])
    embed, code, unembed = (np.asarray(outputs[n], float) for n in ("embed", "code", "unembed"))
    came = f"embed {list(embed.shape)}, code {list(code.shape)}, unembed {list(unembed.shape)}"
    d_model = embed.shape[-1] if embed.ndim == 2 else 0
    shapes = ((n_symbols, d_model), (n_positions, d_model), (n_symbols, d_model))
    if (embed.shape, code.shape, unembed.shape) != shapes or not d_model:
        raise UnreadableAnswerError(
            f"{came}; expected embed and unembed [{n_symbols}, d_model], code "
            f"[{n_positions}, d_model]"
        )
    if d_model > LARGEST_MODEL:
        raise UnreadableAnswerError(f"{came}; no net needs over {LARGEST_MODEL} slots")
    if not all(np.all(np.abs(a) < LARGEST_ENTRY) for a in (embed, code, unembed)):
        raise UnreadableAnswerError("embed, code or unembed hold NaN or absurdly large entries")
    layers = []
    for number in (1, 2):
        arrays = {name: outputs[f"{name} {number}"] for name in ("w_q", "w_k", "w_v", "w_o")}
        check_weights(arrays, d_model)
        layers.append(weights_of(arrays))
    net = {"embed": embed, "code": code, "unembed": unembed}
    named: dict[bool, list[int]] = {True: [], False: []}
    sure: dict[bool, list[float]] = {True: [], False: []}
    for prompt in case["prompts"]:
        rows = net_logits(net, layers, prompt)
        for t, j in asked_of(prompt):
            row = rows[t] - rows[t].max()
            named[j == 0].append(int(row.argmax()))
            sure[j == 0].append(float(np.exp(row[prompt[j + 1]]) / np.exp(row).sum()))
    return {
        "symbol": np.asarray(named[False], dtype=float),
        "symbol after the first": np.asarray(named[True], dtype=float),
        "surely": np.asarray(min(SURE, *sure[False])),
        "surely after the first": np.asarray(min(SURE, *sure[True])),
    }


def magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Symbols are whole numbers, and a probability is at most 1."""
    return {
        name: np.asarray(1.0)
        for name in ("symbol", "symbol after the first", "surely", "surely after the first")
    }


def _says(name: str, choose: Choose, cause: str, question: str) -> Misconception:
    """A circuit that says another symbol, wherever the first token is not involved."""
    return Misconception(
        name, lambda case: {"symbol": _symbols(case, choose)["symbol"]}, cause, question
    )


LOOK = "The prompt is A B C A. At the second A, which token should layer 2 attend to?"
AND_COPY = (
    "The prompt is A B C A. At the second A, which token should layer 2 attend to, and which of "
    "the two symbols that this token knows should it copy?"
)
FIRST = "What does the first token find in layer 1, and what does layer 2 then take it for?"


INDUCTION_WEIGHTS = (
    _says(
        "the-symbol-itself",
        lambda prompt, t, j: prompt[t],
        "the net says the current symbol again, not the one that followed.",
        AND_COPY,
    ),
    _says(
        "previous-token",
        lambda prompt, t, j: prompt[t - 1],
        "the net says the symbol before the current one.",
        LOOK,
    ),
    _says(
        "two-ahead",
        lambda prompt, t, j: prompt[j + 2],
        "the net says the second symbol after the earlier one.",
        "By how many places does layer 1 look back?",
    ),
    _says(
        "first-symbol",
        lambda prompt, t, j: prompt[0],
        "the net says the first symbol of the prompt.",
        "Which token has the largest score in layer 2, and why always that one?",
    ),
    Misconception(
        "first-token",
        lambda case: {
            "symbol": _symbols(case, lambda prompt, t, j: prompt[j + 1])["symbol"],
            **SURELY,
        },
        "all is well, except where the first symbol of the prompt comes again.",
        FIRST,
    ),
    Misconception(
        "too-soft",
        lambda case: _symbols(case, lambda prompt, t, j: prompt[j + 1]),
        "the right symbol is likeliest, but not likely enough.",
        "What may be larger: the scores in layer 1, those in layer 2, or the logits?",
    ),
)
