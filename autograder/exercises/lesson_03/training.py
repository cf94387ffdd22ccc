"""A training step: probes, a trainer whose gradient is derived by hand, and wrong ideas."""

from collections.abc import Callable, Mapping

import numpy as np

from autograder.exercise import Arrays, Case, Misconception, UnreadableAnswerError
from autograder.exercises.layer import apply_layer, check_weights, layer_magnitude
from autograder.exercises.probes import float64, normal

WEIGHTS = ("w_q", "w_k", "w_v", "w_o")
N_STEPS = 3
N_PROMPTS = 2
MOVES_BY = 0.1
"""The first step changes the weights by that share of their size: enough to see, stable."""

GROWN = 4.0
"""From here on a layer has run away. Of 45 wrong trainers the rounding errors stayed below a
hundredth of the tolerance where the layer's terms had grown less, and passed it at 600 times."""

Weights = tuple[np.ndarray, ...]


def draw_training(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw weights to begin with, a pool of batches, keys, and a step size that moves them."""
    n_batches, n_tasks, n_context, d_x, d_y, d_key, d_value, n_heads = sizes
    d_token = d_x + d_y
    case: dict[str, np.ndarray] = {
        "w_q": normal(generator, n_heads, d_key, d_token) / np.float32(2),
        "w_k": normal(generator, n_heads, d_key, d_token) / np.float32(2),
        "w_v": normal(generator, n_heads, d_value, d_token) / np.float32(2),
        "w_o": normal(generator, n_heads, d_token, d_value) / np.float32(2),
        "xs": generator.uniform(-1, 1, (n_batches, n_tasks, n_context, d_x)).astype(np.float32),
        "ys": normal(generator, n_batches, n_tasks, n_context, d_y),
        "x_query": generator.uniform(-1, 1, (n_batches, n_tasks, d_x)).astype(np.float32),
        "y_query": 2 * normal(generator, n_batches, n_tasks, d_y),
        "prompts": normal(generator, N_PROMPTS, n_context + 1, d_token),
        "momentum": np.asarray(generator.uniform(0.5, 0.9), np.float32),
    }
    # A key's words add up to its seed, and the sum picks the batch: each step gets its own.
    chosen = generator.permutation(n_batches)[:N_STEPS]
    case["seeds"] = (chosen + n_batches * generator.integers(1, 2**20, N_STEPS)).astype(np.int64)
    start = tuple(float64(case, *WEIGHTS))
    _, gradients = loss_and_gradients(start, batch(case, int(case["seeds"][0])))
    size, slope = (np.sqrt(sum(np.sum(a**2) for a in arrays)) for arrays in (start, gradients))
    return case | {"learning_rate": np.asarray(MOVES_BY * size / slope, np.float32)}


def batch(case: Case, seed: int) -> Mapping[str, np.ndarray]:
    """Return the batch of tasks that the key with this seed chooses."""
    index = seed % len(case["xs"])
    names = ("xs", "ys", "x_query", "y_query")
    return dict(zip(names, (a[index] for a in float64(case, *names)), strict=True))


def loss_and_gradients(
    weights: Weights,
    tasks: Mapping[str, np.ndarray],
    *,
    sign: float = -1.0,
    factor: float = 1.0,
    largest: float = np.inf,
    attend_to_query: bool = False,
    target: str = "y_query",
    leak: float = 0.0,
) -> tuple[float, Weights]:
    """Return the loss of a batch and its gradient, by hand: each matrix appears once per head.

    With M = sum_i e_i e_i^T the prediction for a query token q is
    -[s_q + sum_h W_O W_V M W_K^T W_Q q]_y, linear in each of the four matrices.

    Arguments:
        weights: w_q, w_k, w_v, w_o.
        tasks: one batch.
        sign: of the read-out.
        factor: on the loss.
        largest: where predictions are clipped.
        attend_to_query: whether the query lends a key and a value.
        target: "y_query", or "last" for the last example's.
        leak: what the query's y slot holds, as a multiple of the answer.
    """
    n_tasks, d_x = tasks["x_query"].shape
    total, sums = 0.0, [np.zeros_like(w) for w in weights]
    for xs, ys, x_query, y_query in zip(*tasks.values(), strict=True):
        query = np.concatenate([x_query, leak * y_query])
        context = np.concatenate([xs, ys], axis=1)
        attended = np.vstack([context, query]) if attend_to_query else context
        moment = attended.T @ attended
        update = sum(
            w_o @ w_v @ moment @ w_k.T @ w_q @ query
            for w_q, w_k, w_v, w_o in zip(*weights, strict=True)
        )
        read = sign * (query + update)[d_x:]
        inside = np.abs(read) < largest
        residual = np.clip(read, -largest, largest) - (ys[-1] if target == "last" else y_query)
        total += factor * np.sum(residual**2) / 2 / n_tasks
        back = np.zeros(len(query))
        back[d_x:] = factor * sign * residual * inside / n_tasks
        for head, (w_q, w_k, w_v, w_o) in enumerate(zip(*weights, strict=True)):
            asked, valued = moment @ w_k.T @ w_q @ query, moment @ w_v.T @ w_o.T @ back
            sums[0][head] += np.outer(w_k @ valued, query)
            sums[1][head] += np.outer(w_q @ query, valued)
            sums[2][head] += np.outer(w_o.T @ back, asked)
            sums[3][head] += np.outer(back, w_v @ asked)
    return total, tuple(sums)


def train(
    case: Case,
    *,
    direction: float = -1.0,
    keeps_optimiser_state: bool = True,
    moves: bool = True,
    counts: bool = True,
    loss_after: bool = False,
    **wrong: object,
) -> tuple[dict[str, np.ndarray], list[Weights]]:
    """Return the losses and step count, and the weights after every step."""
    weights = tuple(float64(case, *WEIGHTS))
    rate, momentum = float(case["learning_rate"]), float(case["momentum"])
    velocity = tuple(np.zeros_like(w) for w in weights)
    seen, visited = {}, []
    for number, seed in enumerate(case["seeds"], start=1):
        tasks = batch(case, int(seed))
        loss, gradients = loss_and_gradients(weights, tasks, **wrong)  # type: ignore[arg-type]
        kept = momentum * keeps_optimiser_state
        velocity = tuple(g + kept * v for g, v in zip(gradients, velocity, strict=True))
        change = direction * rate * moves
        weights = tuple(w + change * v for w, v in zip(weights, velocity, strict=True))
        if loss_after:
            loss, _ = loss_and_gradients(weights, tasks, **wrong)  # type: ignore[arg-type]
        seen[f"loss {number}"] = np.asarray(loss)
        visited.append(weights)
    seen["n_steps"] = np.asarray(float(len(case["seeds"]) * counts))
    return seen, visited


def observe(case: Case, outputs: Arrays) -> Arrays:
    """See the losses, what the grader's own layer does after each step, and whether keys matter."""
    visited = []
    for number in range(1, len(case["seeds"]) + 1):
        arrays = {name: outputs[f"{name} {number}"] for name in WEIGHTS}
        try:
            check_weights(arrays, case["prompts"].shape[-1])
        except UnreadableAnswerError:
            if number == 1:
                raise
            # A wrong step may run away: what came before it can still be named.
            arrays = {name: np.full_like(case[name], np.nan) for name in WEIGHTS}
        visited.append(tuple(float64(arrays, *WEIGHTS)))
    names = [*(f"loss {n}" for n in range(1, len(visited) + 1)), "n_steps"]
    seen = {name: np.asarray(outputs[name]) for name in names}
    matters = any(
        not np.array_equal(outputs[f"{name} 1"], outputs[f"{name} with another key"])
        for name in ("loss", *WEIGHTS)
    )
    return seen | _tokens(case, visited) | {"whether the key matters": np.asarray(float(matters))}


def _tokens(case: Case, visited: list[Weights]) -> dict[str, np.ndarray]:
    return {
        f"tokens after step {number}": np.stack([apply_layer(w, p) for p in case["prompts"]])
        for number, w in enumerate(visited, start=1)
    }


def oracle(case: Case, **wrong: object) -> Arrays:
    """Return what is seen of a trainer, by default of the right one."""
    seen, visited = train(case, **wrong)  # type: ignore[arg-type]
    return seen | _tokens(case, visited) | {"whether the key matters": np.asarray(1.0)}


def magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Sum absolute terms along the right trajectory."""
    _, visited = train(case)
    starts = [tuple(float64(case, *WEIGHTS)), *visited[:-1]]
    found: dict[str, np.ndarray] = {}
    for number, (before, after) in enumerate(zip(starts, visited, strict=True), start=1):
        tasks = batch(case, int(case["seeds"][number - 1]))
        absolute = tuple(np.abs(w) for w in before)
        sizes = {name: np.abs(value) for name, value in tasks.items()}
        sizes["y_query"] = -sizes["y_query"]  # the loss adds them up in place of a difference
        loss, _ = loss_and_gradients(absolute, sizes, sign=1.0)
        found[f"loss {number}"] = np.asarray(loss)
        found[f"tokens after step {number}"] = np.asarray(_size(case, after))
    return found


def _wrong(name: str, cause: str, question: str, **flags: object) -> Misconception:
    return Misconception(name, lambda case: _before_it_grew(case, **flags), cause, question)


def _by_size(
    name: str, factor: Callable[[Case], float], cause: str, question: str
) -> Misconception:
    def wrong(case: Case) -> Arrays:
        return _before_it_grew(case, factor=factor(case))

    return Misconception(name, wrong, cause, question)


def _before_it_grew(case: Case, **flags: object) -> Arrays:
    """Return what is seen of a wrong trainer, up to the step with which its weights run away.

    Weights that run away carry the rounding of the step before with them, many times larger: what
    is computed with them in float32 is nothing that a name could rest on.
    """
    seen, visited = train(case, **flags)  # type: ignore[arg-type]
    found = seen | _tokens(case, visited) | {"whether the key matters": np.asarray(1.0)}
    start = _size(case, tuple(float64(case, *WEIGHTS)))
    tame = [_size(case, weights) < GROWN * start for weights in visited]
    n_tame = tame.index(False) if False in tame else len(tame)
    for number in range(n_tame + 1, len(visited) + 1):
        del found[f"tokens after step {number}"]
        if flags.get("loss_after"):
            del found[f"loss {number}"]
    for number in range(n_tame + 2, len(visited) + 1):
        found.pop(f"loss {number}", None)
    return found


def _size(case: Case, weights: Weights) -> float:
    return float(max(layer_magnitude(weights, prompt).max() for prompt in case["prompts"]))


def _without_counting(case: Case) -> Arrays:
    return {**oracle(case), "n_steps": np.asarray(0.0)}


HOW_MUCH = "In this course, what is the loss of one task with two outputs, each off by 1?"

TRAIN_LAYER = (
    Misconception(
        "one-batch-for-ever",
        lambda case: {"whether the key matters": np.asarray(0.0)},
        "the key plays no part: every step sees the same batch.",
        "What would a net learn that is shown the same tasks at every step?",
    ),
    _wrong(
        "nothing-applied",
        "the weights that come back are those that went in, up to rounding.",
        "The optimiser returns updates. What adds them to the weights?",
        moves=False,
    ),
    _wrong(
        "optimiser-state-dropped",
        "the optimiser begins anew at every step: what it remembers is lost.",
        "`optimiser.update` returns two things. Where does the second one go?",
        keeps_optimiser_state=False,
    ),
    _wrong(
        "ascent",
        "the weights move up the gradient.",
        "An optax update already has its minus. What happens if you take it away from the weights?",
        direction=1.0,
    ),
    _wrong(
        "full-square",
        "the loss is the full squared error, not half of it.",
        HOW_MUCH,
        factor=2.0,
    ),
    _by_size(
        "mean-over-outputs",
        lambda case: 1 / case["ys"].shape[-1],
        "the squares are averaged over the outputs too.",
        HOW_MUCH,
    ),
    _by_size(
        "mean-square",
        lambda case: 2 / case["ys"].shape[-1],
        "this is the mean of the squares, without the half, over tasks and outputs alike.",
        HOW_MUCH,
    ),
    _by_size(
        "summed-over-tasks",
        lambda case: float(case["xs"].shape[1]),
        "the loss adds up over the tasks of the batch.",
        "With twice as many tasks, should the gradient be twice as long?",
    ),
    _wrong(
        "read-out-sign",
        "the prediction is read without its minus.",
        "What does the query's y slot hold, the prediction or minus the prediction?",
        sign=1.0,
    ),
    _wrong(
        "clipped",
        "predictions are clipped to [-1, 1] before they are compared.",
        "What gradient does a task get whose prediction was cut off?",
        largest=1.0,
    ),
    _wrong(
        "context-target",
        "the prediction for the query is compared with the target of the last example.",
        "Which field of the task holds the answer to x_query?",
        target="last",
    ),
    _wrong(
        "label-leak",
        "the query's y slot holds the answer.",
        "What may the layer see of y_query?",
        leak=1.0,
    ),
    _wrong(
        "label-leak-minus",
        "the query's y slot holds minus the answer.",
        "What may the layer see of y_query?",
        leak=-1.0,
    ),
    _wrong(
        "query-attended",
        "the query token is among the keys and values.",
        "Over which tokens does the layer's sum run?",
        attend_to_query=True,
    ),
    _wrong(
        "loss-after",
        "the loss is that of the weights after the step.",
        "Which weights gave the gradient, and which loss belongs to it?",
        loss_after=True,
    ),
    Misconception(
        "steps-not-counted",
        _without_counting,
        "n_steps stays where it was.",
        "How many steps lie behind the state that you return?",
    ),
)
