"""The trained layer away from its training: other inputs, teachers, laws, and spoilt labels."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import jax
import numpy as np
from jaxtyping import Key

from icl_course.arrays import Array
from icl_course.batches import sample_linear_batch
from icl_course.figures.reproduction import Curve, Panel, curves
from icl_course.reproduction.measuring import gradient_step, losses, net_losses, stack
from icl_course.reproduction.nets import Tasks, linear_tasks, tied_net
from icl_course.reproduction.one_layer import recipes, step_size
from icl_course.reproduction.records import Outcome, Row, Settings, Train, near
from icl_course.tasks import (
    Draw,
    Task,
    exponential_inputs,
    laplace_inputs,
    normal_inputs,
    replace_labels,
    sample_linear,
)
from icl_course.theory import (
    Moments,
    exponential_moments,
    laplace_moments,
    normal_moments,
    one_step_loss,
    uniform_moments,
)

SCALES = (0.5, 1.0, 1.25, 1.5, 2.0)
INPUTS_MEASURED = (0.081, 0.199, 0.416, 1.18, 8.97)
REPLACED = (0, 2, 4, 6, 8)
NOISE_MEASURED = (0.208, 0.259, 0.318, 0.388, 0.466)
NOISE_EXPECTED = (0.206, 0.257, 0.316, 0.383, 0.461)
LAWS: Mapping[str, tuple[Callable[..., Array], Callable[..., Moments]]] = {
    "normal": (normal_inputs, normal_moments),
    "Laplace": (laplace_inputs, laplace_moments),
    "exponential, centred": (exponential_inputs, exponential_moments),
}


def scaled_tasks(*, input_scale: float = 1.0, teacher_scale: float = 1.0) -> Tasks:
    """Return the training tasks with inputs and teachers multiplied by factors."""

    def sample(key: Key[Array, ""], n_tasks: int) -> Task:
        return sample_linear_batch(
            key,
            n_tasks=n_tasks,
            n_context=10,
            d_x=10,
            input_range=0.5 * input_scale,
            teacher_scale=teacher_scale,
        )

    return Tasks(f"inputs x {input_scale:g}, teachers x {teacher_scale:g}", sample)


def law_tasks(name: str, inputs: Draw) -> Tasks:
    """Return tasks whose inputs follow another law."""

    def sample(key: Key[Array, ""], n_tasks: int) -> Task:
        one = partial(sample_linear, n_context=10, d_x=10, sample_inputs=inputs)
        return jax.vmap(one)(jax.random.split(key, n_tasks))

    return Tasks(name, sample)


def spoilt_tasks(n_replaced: int) -> Tasks:
    """Return the training tasks with some labels replaced by N(0, 1)."""

    def sample(key: Key[Array, ""], n_tasks: int) -> Task:
        key_tasks, key_labels = jax.random.split(key)
        clean = linear_tasks().sample(key_tasks, n_tasks)
        spoil = partial(replace_labels, n_replaced=n_replaced)
        return jax.vmap(spoil)(jax.random.split(key_labels, n_tasks), clean)

    return Tasks(f"{n_replaced} of 10 labels replaced", sample)


def _net_and_step(
    runs: Sequence[Any], tasks: Tasks, key: Key[Array, ""], *, n_tasks: int
) -> tuple[float, float]:
    """Return the mean loss over seeds and tasks, and that of the step, on the same tasks."""
    params = stack([run.params for run in runs])
    net = net_losses(tied_net(), params, tasks, key, n_tasks=n_tasks).mean()
    step = losses(gradient_step(learning_rate=step_size()), tasks, key, n_tasks=n_tasks).mean()
    return float(net), float(step)


def out_of_distribution(settings: Settings, key: Key[Array, ""], train: Train) -> Outcome:
    """Give the trained layers other inputs and teachers than they were trained on."""
    runs = [train(recipe) for recipe in recipes(settings)]
    measure = partial(_net_and_step, runs, n_tasks=settings["n_tasks"])
    name, eta = "out-of-distribution", step_size()
    rows: list[Row] = []
    swept: dict[str, list[tuple[float, float]]] = {"inputs": [], "teachers": [], "laws": []}

    def note(kind: str, setting: str, tasks: Tasks, expected: float, measured: float) -> None:
        found = measure(tasks, jax.random.fold_in(key, len(rows)))
        swept[kind].append(found)
        source = "measured before" if measured != expected else "theory, for the step"
        rows.append(
            near(name, "loss of the net", setting, paper=measured, here=found[0], share=0.1,
                 source=source)
        )  # fmt: skip
        rows.append(
            near(name, "loss of the step", setting, paper=expected, here=found[1], share=0.1,
                 source="theory")
        )  # fmt: skip

    def expect(moments: Moments, teacher_scale: float = 1.0) -> float:
        return float(
            one_step_loss(
                moments, learning_rate=eta, n_context=10, d_x=10, teacher_scale=teacher_scale
            )
        )

    for scale, measured in zip(SCALES, INPUTS_MEASURED, strict=True):
        expected = expect(uniform_moments(input_range=0.5 * scale))
        tasks = scaled_tasks(input_scale=scale)
        note("inputs", f"inputs times {scale:g}", tasks, expected, measured)
    for scale in SCALES:
        expected = expect(uniform_moments(), scale)
        tasks = scaled_tasks(teacher_scale=scale)
        note("teachers", f"teachers times {scale:g}", tasks, expected, expected)
    deviation = 12**-0.5
    for law, (inputs, moments) in LAWS.items():
        expected = expect(moments(scale=deviation))
        tasks = law_tasks(law, partial(inputs, scale=deviation))
        note("laws", f"{law} inputs of the same variance", tasks, expected, expected)
    return Outcome(rows=rows, figures={"": _sweeps(swept)}, numbers=swept)


def noisy_labels(settings: Settings, key: Key[Array, ""], train: Train) -> Outcome:
    """Replace labels in the context by noise, for the trained layers and for the step."""
    runs = [train(recipe) for recipe in recipes(settings)]
    rows, found = [], []
    for place, n_replaced in enumerate(REPLACED):
        net, step = _net_and_step(
            runs,
            spoilt_tasks(n_replaced),
            jax.random.fold_in(key, place),
            n_tasks=settings["n_tasks"],
        )
        found.append((net, step))
        setting = f"{n_replaced} of 10 labels replaced"
        rows += [
            near("noisy-labels", "loss of the net", setting, paper=NOISE_MEASURED[place], here=net,
                 share=0.05, source="measured before"),
            near("noisy-labels", "loss of the step", setting, paper=NOISE_EXPECTED[place],
                 here=step, share=0.05, source="simulation"),
        ]  # fmt: skip
    nets, steps = np.array(found).T
    figure = curves(
        [
            Panel(
                [
                    Curve(REPLACED, nets, "attention layer", label="trained layer", marked=True),
                    Curve(REPLACED, steps, "gradient descent", label="one step", dashed=True),
                ],
                "labels replaced by noise, of 10",
                "loss",
            )
        ],
        alt=(
            "Loss against the number of labels replaced by noise: the trained layer and one "
            f"gradient step rise together, from {nets[0]:.3f} and {steps[0]:.3f} with none to "
            f"{nets[-1]:.3f} and {steps[-1]:.3f} with {REPLACED[-1]} of 10."
        ),
    )
    return Outcome(rows=rows, figures={"": figure}, numbers={"net and step": found})


def _sweeps(swept: Mapping[str, Sequence[tuple[float, float]]]) -> Any:
    """Draw net and step against the scale of inputs and of teachers."""
    panels = []
    for kind in ("inputs", "teachers"):
        nets, steps = np.array(swept[kind]).T
        lines = [
            Curve(SCALES, nets, "attention layer", label="trained layer", marked=True),
            Curve(SCALES, steps, "gradient descent", label="one step", dashed=True),
        ]
        panels.append(Panel(lines, f"factor on {kind}", "loss", log_y=True))
    net, step = swept["inputs"][-1]
    return curves(
        panels,
        alt=(
            "Loss of the trained layer and of one gradient step where inputs, or teachers, are "
            f"scaled: they stay together, and at inputs twice as wide have {net:.2f} and "
            f"{step:.2f}, far above the 0.42 of predicting zero times four."
        ),
    )
