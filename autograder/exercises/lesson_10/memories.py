"""The delta rule: one token at a time, and what each token writes, as a column at a time."""

from collections.abc import Callable

import numpy as np

from autograder.exercise import Arrays, Case, Misconception
from autograder.exercises.probes import float64, normal

Made = Callable[[Case], Arrays]


def _keys(generator: np.random.Generator, n_tokens: int, d_key: int) -> np.ndarray:
    """Draw keys of lengths from .6 to 1: a write with a rate below 2 then adds to no error."""
    keys = generator.standard_normal((n_tokens, d_key))
    lengths = generator.uniform(0.6, 1.0, (n_tokens, 1))
    return (lengths * keys / np.linalg.norm(keys, axis=1, keepdims=True)).astype(np.float32)


def _rates(generator: np.random.Generator, n_tokens: int) -> np.ndarray:
    """Draw rates from .3 to 1.45 in any order, no two of them close."""
    spread = np.linspace(0.3, 1.4, n_tokens) + generator.uniform(0, 0.05, n_tokens)
    return generator.permutation(spread).astype(np.float32)


LARGEST_CONDITION = 30.0
"""Of the system that a learner solves who takes later tokens for earlier ones."""


def draw_sequence(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw a memory and a sequence; the rates are far from 0, from 1 and from each other."""
    n_tokens, d_key, d_value = sizes
    return {
        "state": normal(generator, d_value, d_key),
        "queries": normal(generator, n_tokens, d_key),
        "keys": _keys(generator, n_tokens, d_key),
        "values": normal(generator, n_tokens, d_value),
        "rates": _rates(generator, n_tokens),
    }


def run(
    case: Case,
    *,
    rate: Callable[[float], float] = lambda rate: rate,
    start: float = 1.0,
    unit: bool = False,
    compare: bool = True,
    sign: float = 1.0,
) -> tuple[np.ndarray, np.ndarray]:
    """Return all memories, and the queries, by S_t = S_{t-1} (I - β k k^T) + β v k^T."""
    state, queries, keys, values, rates = float64(
        case, "state", "queries", "keys", "values", "rates"
    )
    memories = [start * state]
    for key, value, strength in zip(keys, values, rates, strict=True):
        beta = rate(strength) / (key @ key if unit else 1.0)
        kept = np.eye(len(key)) - (sign * beta * np.outer(key, key) if compare else 0.0)
        memories.append(memories[-1] @ kept + sign * beta * np.outer(value, key))
    return np.stack(memories), queries


def _read(memories: np.ndarray, queries: np.ndarray) -> Arrays:
    outputs = np.stack([s @ q for s, q in zip(memories[1:], queries, strict=True)])
    return {"outputs": outputs, "memory": memories[-1]}


def delta_rule(case: Case) -> Arrays:
    """Return what a right answer gives."""
    return _read(*run(case))


def delta_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Bound the absolute terms of one write and one read; no later write makes an error larger."""
    state, queries, values = float64(case, "state", "queries", "values")
    memories, _ = run(case)
    largest = np.linalg.norm(np.abs(memories), axis=(1, 2)).max() + np.linalg.norm(state)
    term = 2 * (largest + np.linalg.norm(values, axis=1).max())
    reach = np.linalg.norm(queries, axis=1).max()
    return {"outputs": np.asarray(term * reach), "memory": np.asarray(term)}


def _late(case: Case) -> Arrays:
    memories, queries = run(case)
    outputs = np.stack([memories[-1] @ q for q in queries])
    return {"outputs": outputs, "memory": memories[-1]}


def _early(case: Case) -> Arrays:
    memories, queries = run(case)
    outputs = np.stack([s @ q for s, q in zip(memories[:-1], queries, strict=True)])
    return {"outputs": outputs, "memory": memories[-1]}


def _by_keys(case: Case) -> Arrays:
    memories, _ = run(case)
    return _read(memories, float64(case, "keys")[0])


def _from_the_start(case: Case) -> Arrays:
    state, queries, keys, values, rates = float64(
        case, "state", "queries", "keys", "values", "rates"
    )
    writes = rates[:, None] * (values - keys @ state.T)
    added = np.cumsum(writes[:, :, None] * keys[:, None, :], axis=0)
    return _read(np.concatenate([state[None], state + added]), queries)


def _fading(case: Case) -> Arrays:
    state, queries, keys, values, rates = float64(
        case, "state", "queries", "keys", "values", "rates"
    )
    memories = [state]
    for key, value, beta in zip(keys, values, rates, strict=True):
        memories.append((1 - beta) * memories[-1] + beta * np.outer(value, key))
    return _read(np.stack(memories), queries)


def _backwards(case: Case) -> Arrays:
    turned = {name: case[name][::-1] for name in ("keys", "values", "rates", "queries")}
    found = _read(*run({**case, **turned}))
    return {"outputs": found["outputs"][::-1], "memory": found["memory"]}


def _delta(name: str, made: Made, cause: str, question: str) -> Misconception:
    return Misconception(name, made, cause, question)


TARGET = "What does the memory answer to k_t before token t writes, and what should it answer?"
WHEN = "Which memory does the query of token t read: that before or that after its own token?"


DELTA_RULE = (
    _delta(
        "adds-only",
        lambda case: _read(*run(case, compare=False)),
        "values are added whatever the memory holds: this is linear attention.",
        TARGET,
    ),
    _delta("reads-before-writing", _early, "each query reads before its token writes.", WHEN),
    _delta("reads-the-end", _late, "all queries read the last memory.", WHEN),
    _delta(
        "sign",
        lambda case: _read(*run(case, sign=-1.0)),
        "the memory moves away from the value.",
        "Try S = 0: does S k come closer to v by the write?",
    ),
    _delta(
        "from-the-start",
        _from_the_start,
        "every token compares with the first memory: this is one batch step, not one for each.",
        "What did token 1 change for token 2?",
    ),
    _delta(
        "rates-forgotten",
        lambda case: _read(*run(case, rate=lambda rate: 1.0)),
        "the rates are not used.",
        "What should a token with β = 0 write?",
    ),
    _delta(
        "factor-2",
        lambda case: _read(*run(case, rate=lambda rate: 2 * rate)),
        "every write is twice too large.",
        "What is the derivative of half a square?",
    ),
    _delta(
        "empty-start",
        lambda case: _read(*run(case, start=0.0)),
        "the memory begins empty, whatever was given.",
        "Which memory does the first token meet?",
    ),
    _delta(
        "unit-keys",
        lambda case: _read(*run(case, unit=True)),
        "writes are divided by |k|²: another rule, which never overshoots.",
        "Is the length of the key part of the gradient?",
    ),
    _delta(
        "reads-with-keys", _by_keys, "outputs are read with the keys.", "What is q_t there for?"
    ),
    _delta(
        "fading",
        _fading,
        "the whole memory fades by 1 - β, under other keys, too.",
        "Which part of the memory does a write under k change?",
    ),
    _delta(
        "backwards", _backwards, "the last token writes first.", "In which order do tokens come?"
    ),
)


def draw_keys(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw keys and rates; one rate is 0.

    Who counts later tokens too solves another system. It is one that float32 can solve, so that
    this mistake has its name. Who divides by the rates is to find out in every draw: the rate 0
    comes with nearly the key of an earlier token, and that one has the largest rate.
    """
    n_tokens, d_key = sizes
    while True:
        keys, rates = _keys(generator, n_tokens, d_key), _rates(generator, n_tokens)
        late = generator.integers(1, n_tokens)
        early, largest = generator.integers(late), rates.argmax()
        rates[early], rates[largest] = rates[largest], rates[early]
        rates[late] = 0.0
        keys[early] *= np.float32(0.95) / np.linalg.norm(keys[early])
        keys[late] = np.float32(0.9) * keys[early] + np.float32(0.1) * keys[late]
        case = {"keys": keys, "rates": rates}
        overlaps, weights = _parts(case)
        others = overlaps - np.diag(np.diag(overlaps))
        condition = np.linalg.cond(np.eye(n_tokens) + weights[:, None] * others)
        if condition < LARGEST_CONDITION and not np.isfinite(_by_division(case)).all():
            return case


def _by_division(case: Case) -> np.ndarray:
    """Invert diag(1/β) + tril(K K^T, -1): equal to T where no rate is 0."""
    overlaps, rates = _parts(case)
    with np.errstate(divide="ignore", invalid="ignore"):
        found: np.ndarray = np.linalg.inv(np.diag(1 / rates) + np.tril(overlaps, -1))
    return found


def transform_of(overlaps: np.ndarray, rates: np.ndarray) -> np.ndarray:
    """Return T row by row: what token t writes for a residual of 1 at token s and 0 elsewhere."""
    n_tokens = len(rates)
    found = np.zeros((n_tokens, n_tokens))
    for t in range(n_tokens):
        found[t, t] = rates[t]
        for s in range(t):
            found[t, s] = -rates[t] * sum(overlaps[t, i] * found[i, s] for i in range(s, t))
    return found


def _parts(case: Case) -> tuple[np.ndarray, np.ndarray]:
    keys, rates = float64(case, "keys", "rates")
    return keys @ keys.T, rates


def transform(case: Case) -> Arrays:
    """Return what a right answer gives."""
    return {"transform": transform_of(*_parts(case))}


def transform_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """The entries are sums of products with those before; T itself bounds how errors grow."""
    found = transform_of(*_parts(case))
    overlaps, rates = _parts(case)
    system = np.eye(len(rates)) + rates[:, None] * np.tril(overlaps, -1)
    grows = np.linalg.norm(np.linalg.inv(system), 2)
    return {"transform": np.asarray(np.abs(found).max() * grows)}


def _solved(case: Case, system: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> np.ndarray:
    overlaps, rates = _parts(case)
    return np.linalg.solve(system(overlaps, rates), np.diag(rates))


def _one(size: np.ndarray) -> np.ndarray:
    return np.eye(len(size))


def _t(name: str, made: Callable[[Case], np.ndarray], cause: str, question: str) -> Misconception:
    return Misconception(name, lambda case: {"transform": made(case)}, cause, question)


PAST = "Which tokens have written before token t compares?"
OWN = "In u_t = β_t (...), what is inside the brackets, and what of it did earlier tokens write?"


DELTA_RULE_CHUNKS = (
    _t(
        "from-the-start",
        lambda case: np.diag(_parts(case)[1]),
        "nobody hears of what others wrote: every token compares with S_0.",
        PAST,
    ),
    _t(
        "first-order",
        lambda case: (
            np.diag(_parts(case)[1])
            - _parts(case)[1][:, None] * np.tril(_parts(case)[0], -1) * _parts(case)[1]
        ),
        "tokens hear of what others would have written alone, not of what they did write.",
        "Token 2 writes less because of token 1. Does token 3 know?",
    ),
    _t(
        "own-token-too",
        lambda case: _solved(case, lambda o, r: _one(r) + r[:, None] * np.tril(o)),
        "a token's own write is counted among those before it.",
        PAST,
    ),
    _t(
        "future-too",
        lambda case: _solved(case, lambda o, r: _one(r) + r[:, None] * (o - np.diag(np.diag(o)))),
        "later tokens are counted among those before.",
        PAST,
    ),
    _t(
        "future-only",
        lambda case: _solved(case, lambda o, r: _one(r) + r[:, None] * np.triu(o, 1)),
        "the triangle is the wrong one: tokens hear of those after them, as in the transpose of T.",
        PAST,
    ),
    _t(
        "sign",
        lambda case: _solved(case, lambda o, r: _one(r) - r[:, None] * np.tril(o, -1)),
        "what others wrote has the wrong sign.",
        OWN,
    ),
    _t(
        "rate-of-the-writer",
        lambda case: _solved(case, lambda o, r: _one(r) + np.tril(o, -1) * r),
        "what others wrote is multiplied by their rate, not by that of the token that compares.",
        OWN,
    ),
    _t(
        "rates-inside-only",
        lambda case: np.linalg.inv(
            _one(_parts(case)[1]) + _parts(case)[1][:, None] * np.tril(_parts(case)[0], -1)
        ),
        "the residuals themselves are not multiplied by the rates.",
        "What does a token with β = 0 write?",
    ),
    _t(
        "rates-outside-only",
        lambda case: _solved(case, lambda o, r: _one(r) + np.tril(o, -1)),
        "what others wrote is not multiplied by the rate.",
        OWN,
    ),
    _t(
        "not-inverted",
        lambda case: (
            (_one(_parts(case)[1]) + _parts(case)[1][:, None] * np.tril(_parts(case)[0], -1))
            @ np.diag(_parts(case)[1])
        ),
        "the matrix of the system was used as it is.",
        "The system says (something) U = diag(β) R. What is U?",
    ),
    _t(
        "squared-overlaps",
        lambda case: _solved(case, lambda o, r: _one(r) + r[:, None] * np.tril(o**2, -1)),
        "overlaps are squared.",
        "How much does k_t find of what was written under k_i?",
    ),
)
