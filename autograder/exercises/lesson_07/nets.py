"""The grader's own causal net: NumPy float64, head by head, with a flag for each way to go wrong.

It never imports the library's net.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from autograder.exercise import Arrays, Case, Misconception
from autograder.exercises.probes import float64, normal

WEIGHTS = ("w_q", "w_k", "w_v", "w_o")
Layer = tuple[np.ndarray, ...]


@dataclass(frozen=True)
class Ways:
    """How a net may differ from the right one; the defaults are right."""

    mask: str = "causal"
    code_in: str = "queries and keys"
    divide_by: str = "sqrt d_key"
    is_swapped: bool = False
    is_residual: bool = True
    is_parallel: bool = False
    is_mean: bool = False
    is_tied: bool = False


RIGHT = Ways()


def draw_net(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw a dense net and a prompt that is shorter than its code."""
    n_symbols, n_positions, n_tokens, d_model, d_key, d_value, n_heads, n_layers = sizes
    stack = (n_layers, n_heads)
    third = np.float32(3)
    return {
        "embed": normal(generator, n_symbols, d_model),
        "code": normal(generator, n_positions, d_model),
        "unembed": normal(generator, n_symbols, d_model) / third,
        "w_q": normal(generator, *stack, d_key, d_model) / third,
        "w_k": normal(generator, *stack, d_key, d_model) / third,
        "w_v": normal(generator, *stack, d_value, d_model) / third,
        "w_o": normal(generator, *stack, d_model, d_value) / np.float32(6),
        "symbols": generator.integers(0, n_symbols, n_tokens).astype(np.int32),
    }


def layers_of(case: Case) -> list[Layer]:
    """Return w_q, w_k, w_v, w_o of every layer."""
    return list(zip(*float64(case, *WEIGHTS), strict=True))


def head_pattern(
    w_q: np.ndarray, w_k: np.ndarray, stream: np.ndarray, code: np.ndarray, ways: Ways = RIGHT
) -> np.ndarray:
    """Return the attention [t, i] of one head, row by row."""
    read = stream if ways.code_in == "nothing" else stream + code[: len(stream)]
    queries, keys = read @ w_q.T, read @ w_k.T
    if ways.is_swapped:
        queries, keys = keys, queries
    by = {"sqrt d_key": len(w_k) ** 0.5, "1": 1.0, "sqrt d_model": w_k.shape[1] ** 0.5}
    scores = queries @ keys.T / by[ways.divide_by]
    pattern = np.zeros_like(scores)
    for t, row in enumerate(scores):
        seen = {
            "causal": slice(0, t + 1),
            "none": slice(None),
            "anticausal": slice(t, None),
            "strict": slice(0, max(t, 1)),
            "after": slice(None),
        }[ways.mask]
        powers = np.exp(row[seen] - row[seen].max())
        pattern[t, seen] = powers / powers.sum()
    return np.tril(pattern) if ways.mask == "after" else pattern


def head_output(head: Layer, pattern: np.ndarray, values_from: np.ndarray) -> np.ndarray:
    """Return what one head writes under a pattern."""
    _, _, w_v, w_o = head
    return pattern @ values_from @ (w_o @ w_v).T


def heads_of(layer: Layer) -> list[Layer]:
    """Return the matrices of each head."""
    return list(zip(*layer, strict=True))


def net_logits(
    case: Case,
    layers: Sequence[Layer],
    symbols: np.ndarray,
    *,
    ways: Ways = RIGHT,
    change: Callable[[int, int, np.ndarray], np.ndarray] = lambda layer, head, output: output,
    frozen: dict[tuple[int, int], np.ndarray] | None = None,
    seen: dict[tuple[int, int], np.ndarray] | None = None,
) -> np.ndarray:
    """Run the net.

    Arguments:
        case: embed, code, unembed.
        layers: their matrices.
        symbols: the prompt.
        ways: how it may go wrong.
        change: from layer, head and its output to what is added in its place.
        frozen: patterns to be used, by layer and head.
        seen: where the patterns that were used are written down.
    """
    embed, code, unembed = float64(case, "embed", "code", "unembed")
    first = stream = embed[symbols]
    here = code[: len(symbols)]
    if ways.code_in == "stream":
        first = stream = stream + here
        code = np.zeros_like(code)
    for number, layer in enumerate(layers):
        read = first if ways.is_parallel else stream
        update = np.zeros_like(stream)
        for index, head in enumerate(heads_of(layer)):
            place = (number, index)
            own = head_pattern(head[0], head[1], read, code, ways)
            pattern = own if frozen is None or place not in frozen else frozen[place]
            if seen is not None:
                seen[place] = pattern
            values_from = read + here if ways.code_in == "values too" else read
            update += change(number, index, head_output(head, pattern, values_from))
        if ways.is_mean:
            update /= len(heads_of(layer))
        stream = update + (stream if ways.is_residual else 0.0)
    return stream @ (embed if ways.is_tied else unembed).T


def net_scale(case: Case, layers: Sequence[Layer]) -> float:
    """Bound what rounding grows with: the terms of a logit, times those of the scores before it.

    A weight is off by eps times the absolute terms of its score, and a stream by as much of its own
    size, layer after layer. Streams are those that the net has; only the last sums are made of
    absolute values.
    """
    embed, code, unembed = float64(case, "embed", "code", "unembed")
    stream = embed[case["symbols"]]
    size, terms = np.abs(stream), 1.0
    for layer in layers:
        read, update = np.abs(stream + code[: len(stream)]), np.zeros_like(stream)
        for w_q, w_k, w_v, w_o in heads_of(layer):
            scores = (read @ np.abs(w_q).T) @ (read @ np.abs(w_k).T).T / len(w_q) ** 0.5
            terms += float(scores.max())
            pattern = head_pattern(w_q, w_k, stream, code)
            written = head_output((w_q, w_k, w_v, w_o), pattern, stream)
            size = size + np.abs(written)
            update += written
        stream = stream + update
    return terms * float((size @ np.abs(unembed).T).max())


def logits(case: Case, ways: Ways = RIGHT) -> Arrays:
    """Return the logits after every token."""
    return {"logits": net_logits(case, layers_of(case), case["symbols"], ways=ways)}


def magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Scale of rounding: values, and weights that are off by eps times the terms of their score."""
    scale = np.asarray(net_scale(case, layers_of(case)))
    return {"logits": scale, "full": scale, "frozen": scale}


def _wrong(name: str, ways: Ways, cause: str, question: str) -> Misconception:
    return Misconception(name, lambda case: logits(case, ways), cause, question)


MASK = "Which tokens may a token see, and what must its weights on them add up to?"
CODE = "Who reads the code of a place: queries, keys, values, the stream?"
SCORE = "Write down the score of token t on token i. Which vectors meet, and what divides them?"
STREAM = "What does the second layer read, and what does it add to?"


ATTENTION_ONLY = (
    _wrong("no-mask", Ways(mask="none"), "tokens see what comes after them.", MASK),
    _wrong("looks-ahead", Ways(mask="anticausal"), "tokens see what follows, not what was.", MASK),
    _wrong("not-itself", Ways(mask="strict"), "a token does not see itself.", MASK),
    _wrong(
        "mask-after-softmax",
        Ways(mask="after"),
        "the future is masked after the softmax, so the weights add up to less than 1.",
        MASK,
    ),
    _wrong("no-code", Ways(code_in="nothing"), "the code is not used.", CODE),
    _wrong("code-in-values", Ways(code_in="values too"), "values read the code as well.", CODE),
    _wrong("code-in-stream", Ways(code_in="stream"), "the code is added to the stream.", CODE),
    _wrong("no-root", Ways(divide_by="1"), "the scores are not divided by sqrt(d_key).", SCORE),
    _wrong(
        "root-of-model",
        Ways(divide_by="sqrt d_model"),
        "the scores are divided by sqrt(d_model).",
        SCORE,
    ),
    _wrong("swapped", Ways(is_swapped=True), "queries and keys have changed places.", SCORE),
    _wrong("no-residual", Ways(is_residual=False), "a layer replaces the stream.", STREAM),
    _wrong("parallel", Ways(is_parallel=True), "all layers read the embedding.", STREAM),
    _wrong(
        "mean-of-heads",
        Ways(is_mean=True),
        "heads are averaged, not summed.",
        "If a layer had the same head twice, how much would it add?",
    ),
    _wrong(
        "tied",
        Ways(is_tied=True),
        "logits are read with the embedding.",
        "With which vectors is the last stream compared?",
    ),
)


def _chosen(case: Case) -> tuple[int, int]:
    return int(case["layer"]), int(case["head"])


def draw_ablation(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw a net, a prompt, and a head; the last two sizes say which."""
    *net, layer, head = sizes
    return draw_net(generator, tuple(net)) | {
        "layer": np.asarray(layer),
        "head": np.asarray(head),
    }


Change = Callable[[int, int, np.ndarray], np.ndarray]


def _run(case: Case, change: Change, *, is_frozen: bool) -> np.ndarray:
    layers, symbols = layers_of(case), case["symbols"]
    seen: dict[tuple[int, int], np.ndarray] = {}
    net_logits(case, layers, symbols, seen=seen)
    return net_logits(case, layers, symbols, change=change, frozen=seen if is_frozen else None)


def _silent(case: Case, *, others: bool = False, layer: bool = False) -> Change:
    """Return what silences the chosen head; or the others of its layer; or its whole layer."""
    at, chosen = _chosen(case)

    def change(number: int, index: int, output: np.ndarray) -> np.ndarray:
        if number != at:
            return output
        return output * (not layer and (index == chosen) == others)

    return change


def _averaged(case: Case) -> Change:
    def change(number: int, index: int, output: np.ndarray) -> np.ndarray:
        if (number, index) != _chosen(case):
            return output
        return np.broadcast_to(output.mean(axis=0), output.shape)

    return change


def _pair(case: Case, change: Change) -> dict[str, np.ndarray]:
    return {
        "full": _run(case, change, is_frozen=False),
        "frozen": _run(case, change, is_frozen=True),
    }


def ablated(case: Case) -> Arrays:
    """Return the logits without a head, in full and with patterns as they were."""
    return _pair(case, _silent(case))


def _direct(case: Case) -> np.ndarray:
    """Take off the logits what the head adds to them at once, and nothing else."""
    written: list[np.ndarray] = []

    def note(number: int, index: int, output: np.ndarray) -> np.ndarray:
        if (number, index) == _chosen(case):
            written.append(output)
        return output

    whole = net_logits(case, layers_of(case), case["symbols"], change=note)
    return whole - written[0] @ float64(case, "unembed")[0].T


def _uniform(case: Case) -> dict[str, np.ndarray]:
    """Make the head attend evenly, in place of silencing it."""
    layers, symbols = layers_of(case), case["symbols"]
    even = np.tril(np.ones((len(symbols),) * 2))
    even /= even.sum(axis=1, keepdims=True)
    seen: dict[tuple[int, int], np.ndarray] = {}
    net_logits(case, layers, symbols, seen=seen)
    return {
        "full": net_logits(case, layers, symbols, frozen={_chosen(case): even}),
        "frozen": net_logits(case, layers, symbols, frozen=seen | {_chosen(case): even}),
    }


def _made(name: str, made: Callable[[Case], Arrays], cause: str, question: str) -> Misconception:
    return Misconception(name, made, cause, question)


WHICH = "Which head is silent, and which of the others still speak?"
FROZEN = "In the second run, from which run do the patterns of the later layers come?"


ABLATION = (
    _made(
        "swapped",
        lambda case: {"full": ablated(case)["frozen"], "frozen": ablated(case)["full"]},
        "the two results have changed places.",
        "In which of the two do later heads attend as if nothing had happened?",
    ),
    _made(
        "never-frozen",
        lambda case: {"full": ablated(case)["full"], "frozen": ablated(case)["full"]},
        "the patterns are not frozen: later heads attend anew.",
        FROZEN,
    ),
    _made(
        "always-frozen",
        lambda case: {"full": ablated(case)["frozen"], "frozen": ablated(case)["frozen"]},
        "the patterns are frozen in both results.",
        "What may later layers do in a full ablation when they see another stream?",
    ),
    _made(
        "direct-only",
        lambda case: {"full": ablated(case)["full"], "frozen": _direct(case)},
        "frozen, the head is taken off the logits alone: what later values read of it is kept.",
        "Through what can a head act on the logits when no pattern moves: only directly?",
    ),
    _made(
        "direct-both",
        lambda case: {"full": _direct(case), "frozen": _direct(case)},
        "the head is taken off the logits, and not off the stream that later layers read.",
        "What do the layers after the head read?",
    ),
    _made(
        "others",
        lambda case: _pair(case, _silent(case, others=True)),
        "the other heads of the layer are silenced, and this one speaks.",
        WHICH,
    ),
    _made(
        "whole-layer",
        lambda case: _pair(case, _silent(case, layer=True)),
        "all heads of the layer are silenced.",
        WHICH,
    ),
    _made(
        "mean",
        lambda case: _pair(case, _averaged(case)),
        "the head adds its mean over the tokens.",
        "What does a head add that adds nothing?",
    ),
    _made(
        "uniform",
        _uniform,
        "the head attends evenly, and still writes.",
        "Is a head silent when its pattern is flat?",
    ),
    _made(
        "not-ablated",
        lambda case: _pair(case, lambda number, index, output: output),
        "nothing is silenced.",
        WHICH,
    ),
)
