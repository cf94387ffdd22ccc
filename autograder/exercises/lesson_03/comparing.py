"""A net beside a gradient step: predictions, sensitivities, and wrong ways to compare them."""

from collections.abc import Callable
from functools import partial

import numpy as np

from autograder.exercise import Arrays, Case, Misconception
from autograder.exercises.layer import apply_layer, layer_magnitude, weights_of
from autograder.exercises.probes import float64, normal

PER_TASK = ("xs", "ys", "x_query", "y_query")

LEAST_ANGLE = 0.03
"""Sensitivities that cancel more than this leave cosines to rounding; such draws are repeated."""


def draw_layer(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw dense weights of a layer."""
    d_token, d_key, d_value, n_heads = sizes
    shapes = {
        "w_q": (n_heads, d_key, d_token),
        "w_k": (n_heads, d_key, d_token),
        "w_v": (n_heads, d_value, d_token),
        "w_o": (n_heads, d_token, d_value),
    }
    return {name: normal(generator, *shape) / np.float32(2) for name, shape in shapes.items()}


def draw_context(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw a layer and the context of one task."""
    n_context, d_x, d_y, *layer = sizes
    return draw_layer(generator, (d_x + d_y, *layer)) | {
        "xs": normal(generator, n_context, d_x),
        "ys": normal(generator, n_context, d_y),
    }


def draw_batch(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw a layer far from any construction, a batch of tasks, and a step as large as the layer's.

    Whatever cancels so far that a cosine would be left to rounding is drawn again.
    """
    n_tasks, n_context, d_x, d_y, *layer = sizes
    while True:
        case = draw_layer(generator, (d_x + d_y, *layer)) | {
            "xs": normal(generator, n_tasks, n_context, d_x),
            "ys": normal(generator, n_tasks, n_context, d_y),
            "x_query": normal(generator, n_tasks, d_x),
            "y_query": normal(generator, n_tasks, d_y),
            "learning_rate": np.asarray(generator.uniform(1.2, 1.8), np.float32),
        }
        ours, theirs = sensitivities(case)
        size = np.sqrt((ours**2).mean() / (theirs**2).mean()) * generator.uniform(0.5, 2.0)
        case["learning_rate"] = np.asarray(size * case["learning_rate"], np.float32)
        ours, theirs = sensitivities(case)
        scales = sensitivity_scales(case)
        shares = (
            np.sqrt((a**2).sum((1, 2))) / s for a, s in zip((ours, theirs), scales, strict=True)
        )
        if all((share > LEAST_ANGLE).all() for share in shares):
            return case


def prompt(xs: np.ndarray, ys: np.ndarray, x_query: np.ndarray) -> np.ndarray:
    """Write one task as tokens, the query's y slot 0."""
    query = np.append(x_query, np.zeros(ys.shape[1]))
    return np.vstack([np.concatenate([xs, ys], axis=1), query]).astype(np.float64)


def layer_predictions(case: Case, *, sign: float = -1.0) -> np.ndarray:
    """Return what the layer answers to every task; `[n_tasks, d_y]`."""
    d_x, tasks = case["xs"].shape[-1], zip(*(case[n] for n in PER_TASK[:3]), strict=True)
    rows = [apply_layer(weights_of(case), prompt(*task))[-1, d_x:] for task in tasks]
    return sign * np.stack(rows)


def steps(case: Case, *, rate: float = 1.0) -> np.ndarray:
    """Return the weights that one step from 0 gives, by loops; `[n_tasks, d_y, d_x]`."""
    rate = rate * float(case["learning_rate"])
    found = np.zeros((len(case["xs"]), case["ys"].shape[-1], case["xs"].shape[-1]))
    for number, (xs, ys) in enumerate(zip(*float64(case, "xs", "ys"), strict=True)):
        for x, y in zip(xs, ys, strict=True):
            found[number] += rate / len(xs) * np.outer(y, x)
    return found


def layer_slopes(case: Case, xs: np.ndarray, ys: np.ndarray) -> np.ndarray:
    """Return the layer's sensitivity: its answers to the unit vectors, as it is linear in x_q."""
    d_x = xs.shape[1]
    columns = [
        -apply_layer(weights_of(case), prompt(xs, ys, unit))[-1, d_x:] for unit in np.eye(d_x)
    ]
    return np.stack(columns, axis=1)


def sensitivities(case: Case, **wrong: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the sensitivities of the layer and of the step; each `[n_tasks, d_y, d_x]`."""
    contexts = zip(case["xs"], case["ys"], strict=True)
    return np.stack([layer_slopes(case, xs, ys) for xs, ys in contexts]), steps(case, **wrong)


def sensitivity_scales(case: Case) -> tuple[np.ndarray, np.ndarray]:
    """Return the sums of absolute terms of both sensitivities, the largest entry of each task."""
    absolute = tuple(np.abs(w) for w in weights_of(case))
    layers = [
        np.abs(
            layer_slopes(dict(zip(("w_q", "w_k", "w_v", "w_o"), absolute, strict=True)), x, y)
        ).max()
        for x, y in zip(np.abs(case["xs"]), np.abs(case["ys"]), strict=True)
    ]
    positive = {**case, "xs": np.abs(case["xs"]), "ys": np.abs(case["ys"])}
    return np.asarray(layers), steps(positive).max(axis=(1, 2))


def _norm(differences: np.ndarray) -> np.ndarray:
    return np.sqrt((differences**2).sum(axis=-1))


def differences(case: Case, *, sign: float = -1.0, rate: float = 1.0) -> np.ndarray:
    """Return the layer's prediction minus the step's for every task and output."""
    queries = np.asarray(case["x_query"], np.float64)
    by_step = np.stack([w @ x for w, x in zip(steps(case, rate=rate), queries, strict=True)])
    return layer_predictions(case, sign=sign) - by_step


def prediction_difference(case: Case) -> Arrays:
    """Return the mean over tasks of the Euclidean difference."""
    return {"difference": np.asarray(_norm(differences(case)).mean())}


def prediction_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Sum absolute terms over both predictions."""
    tasks = zip(*(case[n] for n in PER_TASK[:3]), strict=True)
    layers = [layer_magnitude(weights_of(case), prompt(*task)).max() for task in tasks]
    positive = {**case, "xs": np.abs(case["xs"]), "ys": np.abs(case["ys"])}
    queries = np.abs(np.asarray(case["x_query"], np.float64))
    by_step = [(w @ x).max() for w, x in zip(steps(positive), queries, strict=True)]
    return {"difference": np.asarray(np.mean(layers) + np.mean(by_step))}


def _prediction(
    name: str, reduce: Callable[[Case], float | np.ndarray], cause: str, question: str
) -> Misconception:
    return Misconception(
        name, lambda case: {"difference": np.asarray(reduce(case))}, cause, question
    )


def _against_answers(case: Case) -> np.ndarray:
    return _norm(layer_predictions(case) - case["y_query"]).mean()


def _difference_of_losses(case: Case) -> np.ndarray:
    ours = layer_predictions(case)
    theirs = ours - differences(case)
    losses = [(np.sum((p - case["y_query"]) ** 2, axis=-1) / 2).mean() for p in (ours, theirs)]
    return np.abs(losses[0] - losses[1])


PER_TASK_FIRST = "Two tasks, one answer 1 too high, one 1 too low: what is their mean difference?"
WHICH_SIZE = "What is the length of the vector (3, 4), and what is asked for in each task?"

PREDICTION_DIFFERENCE = (
    _prediction(
        "sign",
        lambda case: _norm(differences(case, sign=1.0)).mean(),
        "one of the two predictions has the wrong sign.",
        "The query's y slot holds minus a prediction; a step goes down. Are both in your code?",
    ),
    _prediction(
        "losses-compared",
        _difference_of_losses,
        "this is how far the two losses are apart, not the two predictions.",
        "Can two predictors with the same loss give different answers?",
    ),
    _prediction(
        "against-answers",
        _against_answers,
        "the layer is compared with the right answers, not with the gradient step.",
        "Whose predictions does this number hold side by side?",
    ),
    _prediction(
        "signed",
        lambda case: differences(case).sum(axis=-1).mean(),
        "differences of both signs cancel over the tasks.",
        PER_TASK_FIRST,
    ),
    _prediction(
        "signed-size",
        lambda case: _norm(differences(case).mean(axis=0)),
        "the mean over tasks is taken before the size.",
        PER_TASK_FIRST,
    ),
    _prediction(
        "squared",
        lambda case: (differences(case) ** 2).sum(axis=-1).mean(),
        "this is the mean of the squared size.",
        WHICH_SIZE,
    ),
    _prediction(
        "half-squared",
        lambda case: (differences(case) ** 2).sum(axis=-1).mean() / 2,
        "this is a half squared error, with the step's answers as targets.",
        WHICH_SIZE,
    ),
    _prediction(
        "root-mean-square",
        lambda case: np.sqrt((differences(case) ** 2).sum(axis=-1).mean()),
        "the root is taken after the mean over tasks.",
        "Which comes first, the size of one task's difference or the mean over tasks?",
    ),
    _prediction(
        "one-long-vector",
        lambda case: np.sqrt((differences(case) ** 2).sum()),
        "all tasks are taken for one long vector.",
        "With twice as many tasks, should this number grow?",
    ),
    _prediction(
        "sum-over-outputs",
        lambda case: np.abs(differences(case)).sum(axis=-1).mean(),
        "the absolute differences of the outputs are added up.",
        WHICH_SIZE,
    ),
    _prediction(
        "mean-over-outputs",
        lambda case: np.abs(differences(case)).mean(),
        "the absolute differences are averaged over outputs too.",
        WHICH_SIZE,
    ),
    _prediction(
        "largest",
        lambda case: _norm(differences(case)).max(),
        "this is the largest difference, not the mean.",
        "Lesson 02 asked for the worst task. What is asked for here?",
    ),
    _prediction(
        "sum-over-tasks",
        lambda case: _norm(differences(case)).sum(),
        "the differences are added up over the tasks.",
        "With twice as many tasks, should this number grow?",
    ),
    _prediction(
        "step-size-forgotten",
        lambda case: _norm(differences(case, rate=1 / float(case["learning_rate"]))).mean(),
        "the step has step size 1.",
        "Where does the learning rate enter the step?",
    ),
    _prediction(
        "no-mean-over-examples",
        lambda case: _norm(differences(case, rate=case["xs"].shape[1])).mean(),
        "the step's gradient adds up over the examples where the loss has a mean.",
        "What stands before the sum in L(W)?",
    ),
)


def sensitivity(case: Case, *, both: Callable[[np.ndarray], np.ndarray] = lambda a: a) -> Arrays:
    """Return the sensitivity of the layer in one task."""
    return {"sensitivity": both(layer_slopes(case, *float64(case, "xs", "ys")))}


def sensitivity_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Sum absolute terms of the largest entry."""
    batch = {**case, "xs": case["xs"][None], "ys": case["ys"][None], "learning_rate": np.zeros(())}
    return {"sensitivity": sensitivity_scales(batch)[0].max()}


def _blocks(case: Case, *, swapped: bool = False, transposed: bool = False) -> np.ndarray:
    """Return the whole product, W_O W_V M W_K^T W_Q added up over heads, by einsum."""
    context = np.concatenate(float64(case, "xs", "ys"), axis=1)
    w_q, w_k, w_v, w_o = weights_of(case)
    if swapped:
        w_q, w_k = w_k, w_q
    write = np.einsum("hov,hvt->hot", w_o, w_v)
    write = write.swapaxes(1, 2) if transposed else write
    return np.einsum("hoa,ia,ib,hkb,hkt->hot", write, context, context, w_k, w_q)


def _entries(
    pick: Callable[[np.ndarray, int], np.ndarray], **how: bool
) -> Callable[[Case], Arrays]:
    def wrong(case: Case) -> Arrays:
        return {"sensitivity": pick(_blocks(case, **how), case["xs"].shape[1])}

    return wrong


def _inputs_only(case: Case) -> Arrays:
    return sensitivity({**case, "ys": 0 * case["ys"]})


LAYER_SENSITIVITY = (
    Misconception(
        "read-out-sign",
        partial(sensitivity, both=np.negative),
        "the minus of the read-out is missing.",
        "The prediction is minus the query's y slot. What does that do to its derivative?",
    ),
    Misconception(
        "transposed",
        partial(sensitivity, both=np.transpose),
        "rows and columns have changed places.",
        "Which axis belongs to the output, which to the input?",
    ),
    Misconception(
        "mean",
        lambda case: sensitivity(case, both=lambda a: a / len(case["xs"])),
        "the sum over the examples is divided by their number.",
        "Does the layer itself divide by N, or do its weights?",
    ),
    Misconception(
        "inputs-only",
        _inputs_only,
        "the sum over the examples holds x_i x_i^T only: the targets are not in it.",
        "Keys and values are made from whole tokens e_i. What is in a token?",
    ),
    Misconception(
        "first-head-only",
        _entries(lambda a, d_x: -a[0, d_x:, :d_x]),
        "only the first head counts.",
        "What becomes of a sum over heads when you take its derivative?",
    ),
    Misconception(
        "heads-averaged",
        _entries(lambda a, d_x: -a.mean(axis=0)[d_x:, :d_x]),
        "the heads are averaged.",
        "With two equal heads, is the prediction that of one head, or twice that?",
    ),
    Misconception(
        "keys-for-queries",
        _entries(lambda a, d_x: -a.sum(axis=0)[d_x:, :d_x], swapped=True),
        "W_K and W_Q have changed roles.",
        "Which of the two meets x_q, and on which side of the product must it stand?",
    ),
    Misconception(
        "output-value-transposed",
        _entries(lambda a, d_x: -a.sum(axis=0)[d_x:, :d_x], transposed=True),
        "W_O W_V stands transposed.",
        "Which slots does W_O write to, and which row of the product is that?",
    ),
)


def alignment(case: Case, **wrong: float) -> Arrays:
    """Return the mean cosine and the mean difference of the two sensitivities."""
    ours, theirs = (a[:, 0] for a in sensitivities(case, **wrong))
    return {
        "cosine": np.asarray(_cosines(ours, theirs).mean()),
        "model difference": np.asarray(_norm(ours - theirs).mean()),
    }


def _cosines(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    return (ours * theirs).sum(axis=-1) / (_norm(ours) * _norm(theirs))


def alignment_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Scale rounding by the absolute terms; for cosines, in units of the sensitivities."""
    slopes, scales = sensitivities(case), sensitivity_scales(case)
    shares = [s / _norm(a[:, 0]) for a, s in zip(slopes, scales, strict=True)]
    return {
        "cosine": np.asarray(1 + sum(share.mean() for share in shares)),
        "model difference": np.asarray(sum(scale.mean() for scale in scales)),
    }


def _both(
    name: str,
    reduce: Callable[[np.ndarray, np.ndarray], tuple[object, object]],
    cause: str,
    question: str,
) -> Misconception:
    def oracle(case: Case) -> Arrays:
        cosine, difference = reduce(*(a[:, 0] for a in sensitivities(case)))
        return {"cosine": np.asarray(cosine), "model difference": np.asarray(difference)}

    return Misconception(name, oracle, cause, question)


def _unit(rows: np.ndarray) -> np.ndarray:
    return rows / _norm(rows)[:, None]


MEAN_LAST = (
    "In two tasks layer and step agree, and one task's sensitivities are minus the other's. What "
    "is the mean of the two cosines?"
)

SENSITIVITY_ALIGNMENT = (
    _both(
        "swapped",
        lambda a, b: (_norm(a - b).mean(), _cosines(a, b).mean()),
        "the two numbers come back in the other order.",
        "Which of the two is asked for first?",
    ),
    _both(
        "sign",
        lambda a, b: (_cosines(-a, b).mean(), _norm(a + b).mean()),
        "one of the two sensitivities has the wrong sign.",
        "Does the layer's sensitivity have the minus of the read-out? Is the step's that of W x_q?",
    ),
    _both(
        "cosine-of-means",
        lambda a, b: (_cosines(a.mean(axis=0), b.mean(axis=0)), _norm((a - b).mean(axis=0))),
        "the mean over tasks is taken before cosine and size.",
        MEAN_LAST,
    ),
    _both(
        "one-long-vector",
        lambda a, b: (_cosines(a.ravel(), b.ravel()), _norm((a - b).ravel())),
        "all tasks are taken for one long vector.",
        MEAN_LAST,
    ),
    _both(
        "dot-product",
        lambda a, b: ((a * b).sum(axis=-1).mean(), _norm(a - b).mean()),
        "this is the dot product; it is not divided by the two sizes.",
        "What is the cosine of a vector with twice itself?",
    ),
    _both(
        "absolute-cosine",
        lambda a, b: (np.abs(_cosines(a, b)).mean(), _norm(a - b).mean()),
        "the sign of the cosines is lost.",
        "Is a net that answers in the opposite way aligned?",
    ),
    _both(
        "squared",
        lambda a, b: (_cosines(a, b).mean(), (_norm(a - b) ** 2).mean()),
        "the model difference is that of the squared size.",
        WHICH_SIZE,
    ),
    _both(
        "root-mean-square",
        lambda a, b: (_cosines(a, b).mean(), np.sqrt((_norm(a - b) ** 2).mean())),
        "the root is taken after the mean over tasks.",
        "Which comes first, the size of one task's difference or the mean over tasks?",
    ),
    _both(
        "directions-only",
        lambda a, b: (_cosines(a, b).mean(), _norm(_unit(a) - _unit(b)).mean()),
        "the difference is that of the unit vectors, which is the cosine once more.",
        "What should the model difference see that the cosine does not?",
    ),
    _both(
        "difference-of-sizes",
        lambda a, b: (_cosines(a, b).mean(), np.abs(_norm(a) - _norm(b)).mean()),
        "this is the difference of the sizes, not the size of the difference.",
        "How far apart are two arrows of the same length that point in opposite ways?",
    ),
    _both(
        "absolute-sum",
        lambda a, b: (_cosines(a, b).mean(), np.abs(a - b).sum(axis=-1).mean()),
        "the absolute differences of the entries are added up.",
        WHICH_SIZE,
    ),
    Misconception(
        "step-size-forgotten",
        lambda case: alignment(case, rate=1 / float(case["learning_rate"])),
        "the step has step size 1.",
        "Where does the learning rate enter the step? Does a cosine see it?",
    ),
    Misconception(
        "no-mean-over-examples",
        lambda case: alignment(case, rate=case["xs"].shape[1]),
        "the step's gradient adds up over the examples where the loss has a mean.",
        "What stands before the sum in L(W)?",
    ),
)
