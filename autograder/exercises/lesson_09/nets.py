"""The grader's own net over examples, with something added to its streams and heads silenced.

NumPy float64, token by token; it never imports the library's net.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import erf  # type: ignore[import-untyped]

from autograder.exercise import Arrays, Case, Misconception
from autograder.exercises.lesson_07.nets import head_output, head_pattern
from autograder.exercises.probes import float64, normal

ATTENTION = ("w_q", "w_k", "w_v", "w_o")
MLP = ("w_in", "b_in", "w_out", "b_out")


@dataclass(frozen=True)
class Ways:
    """How the answer may differ from the right one; the defaults are right."""

    where: Callable[[int, int], np.ndarray] = lambda n, depth: np.ones(n)
    later: int = 0
    sign: float = 1.0
    is_replaced: bool = False
    after_attention: bool = False
    is_seen_once: bool = False
    silence: str = "unkept"
    norm: str = "both"


RIGHT = Ways()


def draw_net(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw a dense net, a prompt, a vector, and which heads are kept."""
    n_tokens, n_positions, d_token, d_model, d_key, n_heads, d_hidden, n_layers, depth = sizes
    stack = (n_layers, n_heads)
    third, half = np.float32(3), np.float32(2)
    keep = generator.random(stack) < 0.6
    keep.flat[generator.integers(keep.size)] = False
    if not keep.any():
        keep[0, 0] = True
    return {
        "embed": normal(generator, d_model, d_token) / half,
        "code": normal(generator, n_positions, d_model) / half,
        "w_q": normal(generator, *stack, d_key, d_model) / third,
        "w_k": normal(generator, *stack, d_key, d_model) / third,
        "w_v": normal(generator, *stack, d_key, d_model) / third,
        "w_o": normal(generator, *stack, d_model, d_key) / third,
        "w_in": normal(generator, n_layers, d_hidden, d_model) / third,
        "b_in": normal(generator, n_layers, d_hidden) / half,
        "w_out": normal(generator, n_layers, d_model, d_hidden) / third,
        "b_out": normal(generator, n_layers, d_model) / half,
        "read_out": normal(generator, d_model),
        "tokens": normal(generator, n_tokens, d_token),
        "vector": normal(generator, d_model),
        "keep": keep,
        "depth": np.asarray(depth),
    }


def _normalised(stream: np.ndarray) -> np.ndarray:
    centred = stream - stream.mean(axis=1, keepdims=True)
    found: np.ndarray = centred / np.sqrt((centred**2).mean(axis=1, keepdims=True) + 1e-5)
    return found


def predictions(
    case: Case, ways: Ways = RIGHT, disturb: Callable[[np.ndarray], np.ndarray] = lambda a: a
) -> np.ndarray:
    """Run the net; `disturb` sees every array on the way, for what rounding does."""
    embed, code, read_out, tokens, vector = float64(
        case, "embed", "code", "read_out", "tokens", "vector"
    )
    attention, hidden = float64(case, *ATTENTION), float64(case, *MLP)
    n_layers, n_heads = case["keep"].shape
    depth = int(case["depth"]) + ways.later
    normalised = _normalised if ways.norm != "none" else lambda a: a

    def with_vector(stream: np.ndarray) -> np.ndarray:
        at = ways.where(len(stream), depth)[:, None]
        changed: np.ndarray = at * vector if ways.is_replaced else at * ways.sign * vector
        return np.where(at > 0, changed, stream) if ways.is_replaced else stream + changed

    stream = disturb(tokens @ embed.T)
    for index in range(n_layers):
        plain = stream
        if index == depth and not ways.after_attention:
            stream = with_vector(stream)
        read = disturb(normalised(stream))
        added = np.zeros_like(stream)
        for h in range(n_heads):
            silent = {
                "unkept": not case["keep"][index, h],
                "kept": bool(case["keep"][index, h]),
                "none": False,
                "all of a layer": not case["keep"][index].all(),
                "transposed": not case["keep"].T.ravel()[index * n_heads + h],
            }[ways.silence]
            if not silent:
                head = [w[index, h] for w in attention]
                pattern = disturb(head_pattern(head[0], head[1], read, code))
                added += disturb(head_output(tuple(head), pattern, read))
        stream = (plain if ways.is_seen_once else stream) + added
        if index == depth and ways.after_attention:
            stream = with_vector(stream)
        w_in, b_in, w_out, b_out = (w[index] for w in hidden)
        to_mlp = stream if ways.norm == "attention only" else normalised(stream)
        inner = disturb(disturb(to_mlp) @ w_in.T + b_in)
        gelu = inner * (1 + erf(inner / np.sqrt(2))) / 2
        stream = disturb(stream + gelu @ w_out.T + b_out)
    if depth == n_layers:
        stream = with_vector(stream)
    last = stream if ways.norm == "not at the end" else normalised(stream)
    found: np.ndarray = disturb(last) @ read_out
    return found


def answer(case: Case, ways: Ways = RIGHT) -> Arrays:
    """Return the predictions."""
    return {"predictions": predictions(case, ways)}


SMALL = 1e-6
N_DRAWS = 4


def magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Scale of rounding: how far predictions move when every array on the way does, by its size.

    Every entry of every intermediate array is off by a random share of about 1e-6 of the largest
    one; the movement in units of that share, the largest of a few draws, is what eps multiplies.
    """
    generator = np.random.default_rng(0)
    right = predictions(case)

    def disturb(a: np.ndarray) -> np.ndarray:
        moved: np.ndarray = a + SMALL * np.abs(a).max() * generator.standard_normal(a.shape)
        return moved

    moved = [np.abs(predictions(case, disturb=disturb) - right).max() for _ in range(N_DRAWS)]
    terms = np.abs(right).max() + np.abs(case["read_out"]).sum()
    return {"predictions": np.asarray(max(moved) / SMALL + terms)}


def _wrong(name: str, ways: Ways, cause: str, question: str) -> Misconception:
    return Misconception(name, lambda case: answer(case, ways), cause, question)


def _last(n: int, depth: int) -> np.ndarray:
    return np.arange(n) == n - 1


def _first(n: int, depth: int) -> np.ndarray:
    return np.arange(n) == 0


WHEN = "With depth 1, how many layers have run when the vector comes in, and who reads it first?"
WHO = "To which tokens' streams is the vector added?"
HEADS = "Which heads add nothing: those where keep is True, or the others?"
NORM = "What do attention, MLP and read-out see: the stream, or the stream normalised?"


INTERVENE = (
    _wrong("no-vector", Ways(sign=0.0), "the vector is not added.", WHEN),
    _wrong("negative", Ways(sign=-1.0), "the vector is taken off.", "Which sign has the change?"),
    _wrong("a-layer-late", Ways(later=1), "the vector comes one layer too late.", WHEN),
    _wrong("a-layer-early", Ways(later=-1), "the vector comes one layer too early.", WHEN),
    _wrong("after-attention", Ways(after_attention=True),
           "the vector comes between attention and MLP.", WHEN),
    _wrong("seen-by-heads-only", Ways(is_seen_once=True),
           "heads read the changed streams, but the streams themselves are not changed.", WHEN),
    _wrong("replaced", Ways(is_replaced=True), "the vector replaces the stream.",
           "What of the stream should be left?"),
    _wrong("last-token", Ways(where=_last), "only the last token's stream is changed.", WHO),
    _wrong("first-token", Ways(where=_first), "only the first token's stream is changed.", WHO),
    _wrong("no-head-silenced", Ways(silence="none"), "all heads speak.", HEADS),
    _wrong("kept-silenced", Ways(silence="kept"), "the heads to be kept are silenced.", HEADS),
    _wrong("whole-layers", Ways(silence="all of a layer"),
           "where one head is silenced, its whole layer is.", HEADS),
    _wrong("no-norm", Ways(norm="none"), "streams are read as they are, never normalised.", NORM),
    _wrong("norm-for-attention", Ways(norm="attention only"), "the MLP reads the bare stream.",
           NORM),
    _wrong("no-last-norm", Ways(norm="not at the end"), "the last stream is not normalised.",
           NORM),
)  # fmt: skip
