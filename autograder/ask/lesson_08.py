"""How the exercises of lesson 08 are put to an answer."""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from autograder.ask import Ask, NotAnAnswerError, array, give

Answer = Callable[..., Any]
Case = Mapping[str, np.ndarray]

PHASES = ("none", "memorised", "identified", "learned")
BUGS = ("none", "label leak", "black images", "diagonal projection")


def _projected_task(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    """Ask for many tasks in one compiled program, and for the first one with other images."""
    images, labels, others, other_labels, seeds = give(
        case, "images", "labels", "others", "other_labels", "seeds"
    )
    sizes = int(case["d_x"]), int(case["n_classes"])

    def task(seed: Any, images: Any, labels: Any) -> tuple[Any, Any]:
        value = answer(seed, images, labels, *sizes)
        if value is None:
            raise NotAnAnswerError("None came back; expected a pair (xs, ys). Is a return missing?")
        if not isinstance(value, tuple | list) or len(value) != 2:
            raise NotAnAnswerError(f"{type(value).__name__} came back; expected a pair (xs, ys)")
        return jnp.asarray(value[0]), jnp.asarray(value[1])

    xs, ys = jax.jit(jax.vmap(task, in_axes=(0, None, None)))(seeds, images, labels)
    xs_again, ys_again = jax.jit(task)(seeds[0], others, other_labels)
    return {
        "xs": array(xs, "xs"),
        "ys": array(ys, "ys"),
        "xs_again": array(xs_again, "xs"),
        "ys_again": array(ys_again, "ys"),
    }


def _shifted_tokens(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    value = answer(*give(case, "xs", "ys"), int(case["n_classes"]))
    return {"tokens": array(value, "the tokens")}


def _accuracy(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    return {"accuracy": array(answer(*give(case, "logits", "ys")), "the accuracy")}


def _counting_accuracy(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    return {"accuracy": array(answer(int(case["n_each"])), "the accuracy")}


def _name(value: Any, names: tuple[str, ...]) -> int:
    """Return the number of a name."""
    if value is None:
        raise NotAnAnswerError("None came back; expected a name. Is a return missing?")
    if not isinstance(value, str) or value not in names:
        offered = ", ".join(f'"{name}"' for name in names)
        raise NotAnAnswerError(f"{str(value)[:40]!r} came back; expected one of {offered}")
    return names.index(value)


def _find_bug(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    value = answer(*give(case, "images", "xs", "ys"), int(case["n_classes"]))
    return {"bug": np.asarray(_name(value, BUGS))}


def _phase(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    """Ask about many runs, one after the other."""
    n_classes = [int(n) for n in case["n_classes"]]
    rows = [[float(entry) for entry in row] for row in case["accuracies"]]
    found = [_name(answer(*row, n), PHASES) for row, n in zip(rows, n_classes, strict=True)]
    return {"phases": np.asarray(found)}


def _plateau(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    (losses,) = give(case, "losses")
    value = answer(losses, int(case["n_classes"]), int(case["n_window"]), float(case["band"]))
    return {"length": array(value, "the length")}


ASKS = (
    Ask(
        "projected-tasks",
        "projected_task",
        _projected_task,
        ("image_tasks.draw_rule", "image_tasks.draw_prompts"),
    ),
    Ask("shifted-labels", "shifted_tokens", _shifted_tokens, ("image_tasks.shifted_tokens",)),
    Ask(
        "in-context-accuracy",
        "in_context_accuracy",
        _accuracy,
        ("learner_scores.accuracy_by_position", "learner_runs.accuracies"),
    ),
    Ask(
        "label-leak",
        "counting_accuracy",
        _counting_accuracy,
        ("learner_scores.best_counting_accuracy",),
    ),
    Ask("find-the-bug", "find_the_bug", _find_bug),
    Ask("memorise-or-learn", "memorise_or_learn", _phase, ("learner_scores.phase",)),
    Ask(
        "plateau",
        "plateau_length",
        _plateau,
        ("learner_scores.plateau_span", "learner_scores.plateau_length"),
    ),
)
