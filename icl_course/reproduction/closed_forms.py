"""Closed forms and line searches against simulation: best step sizes, and what steps lose."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Key

from icl_course.arrays import Array
from icl_course.captions import Captioned
from icl_course.figures.reproduction import Curve, Panel, curves
from icl_course.reproduction.measuring import N_PER_PART, gradient_step, losses
from icl_course.reproduction.nets import Tasks, linear_tasks
from icl_course.reproduction.records import Outcome, Row, Settings, Train, at_most, near, shown
from icl_course.spectra import best_shared_step_size, context_spectrum, many_steps_losses
from icl_course.tasks import Draw, Task, laplace_inputs, normal_inputs, sample_linear
from icl_course.theory import (
    Moments,
    best_one_step_loss,
    best_step_size,
    laplace_moments,
    normal_moments,
    one_step_loss,
    uniform_moments,
)

NAME = "closed-forms"
SHARED = {2: (6.0, 0.1567), 3: (5.9, 0.1327), 5: (5.6, 0.1079), 10: (4.9, 0.0847)}
"""For K steps: the best shared step size and its loss, by simulation of up to 4 million tasks."""

RARE = (
    "for large K the rarest contexts, with the largest eigenvalues, make most of the mean and of "
    "its standard error; see its row here"
)
"""Why a sample may miss the last digit."""


def spectra(key: Key[Array, ""], *, n_tasks: int) -> Float[np.ndarray, "n_tasks d_x"]:
    """Return the eigenvalues of the second moment of many of the paper's contexts."""
    tasks = linear_tasks()
    n_per_part = min(N_PER_PART, n_tasks)
    part = jax.jit(lambda key: jax.vmap(context_spectrum)(tasks.sample(key, n_per_part).xs))
    parts = [
        np.asarray(part(jax.random.fold_in(key, index)))
        for index in range(-(-n_tasks // n_per_part))
    ]
    return np.concatenate(parts)[:n_tasks].astype(np.float64)


def drawn_one_by_one(name: str, inputs: Draw, *, n_context: int, d_x: int) -> Tasks:
    """Return tasks with inputs of any law, from the library's sampler of single tasks."""

    def sample(key: Key[Array, ""], n_tasks: int) -> Task:
        def one(key: Key[Array, ""]) -> Task:
            return sample_linear(key, n_context=n_context, d_x=d_x, sample_inputs=inputs)

        return jax.vmap(one)(jax.random.split(key, n_tasks))

    return Tasks(f"{name} N={n_context} d={d_x}", sample)


def best_steps(settings: Settings, key: Key[Array, ""], train: Train) -> Outcome:
    """Compare closed forms with simulation, and find the best shared step of K steps."""
    del train  # nothing is trained here
    key_one, key_laws, key_many = jax.random.split(key, 3)
    eigenvalues = spectra(key_many, n_tasks=settings["n_contexts"])
    rows = _one_step(key_one, settings) + _laws(key_laws, settings)
    many, found = _many_steps(eigenvalues, settings)
    return Outcome(
        rows=[*rows, *many],
        figures={"": _figure(eigenvalues[: settings["n_drawn"]], found)},
        numbers={"best shared step and loss": found},
    )


def _one_step(key: Key[Array, ""], settings: Settings) -> list[Row]:
    """Return rows on one step: the optimum that sampled tasks have, against the closed form."""
    rows = []
    for half_width in (0.5, 1.0):
        moments = uniform_moments(input_range=half_width)
        eta = float(best_step_size(moments, n_context=10, d_x=10))
        loss = float(best_one_step_loss(moments, n_context=10, d_x=10))
        scale = 2 * half_width
        # With x and y scaled, the best step goes as 1/scale² and the loss as scale².
        sampled = spectra(key, n_tasks=settings["n_tasks"]) * scale**2
        found = sampled.sum() / np.sum(sampled**2)
        lost = many_steps_losses(
            sampled, learning_rates=np.array([found]), variance=moments.variance
        )
        setting = f"x ~ U(-{half_width:g}, {half_width:g}), {settings['n_tasks']:,} tasks"
        rows += [
            near(NAME, "best single step size", setting, paper=eta, here=found, share=0.01,
                 source="theory"),
            near(NAME, "loss of the best single step", setting, paper=loss,
                 here=float(np.mean(lost)), share=0.01, source="theory"),
        ]  # fmt: skip
    return rows


def _laws(key: Key[Array, ""], settings: Settings) -> list[Row]:
    """Return the largest distance from the closed form, over laws and sizes, in standard errors."""
    laws: tuple[tuple[str, Draw | None, Moments], ...] = (
        ("uniform", None, uniform_moments()),
        ("normal", normal_inputs, normal_moments()),
        ("Laplace", laplace_inputs, laplace_moments()),
    )
    rows = []
    for place, (name, inputs, moments) in enumerate(laws):
        distances = []
        for n_context, d_x in ((10, 10), (5, 3), (20, 7)):
            tasks = (
                linear_tasks(n_context=n_context, d_x=d_x)
                if inputs is None
                else drawn_one_by_one(name, inputs, n_context=n_context, d_x=d_x)
            )
            eta = float(best_step_size(moments, n_context=n_context, d_x=d_x))
            found = losses(
                gradient_step(learning_rate=eta),
                tasks,
                jax.random.fold_in(key, 10 * place + d_x),
                n_tasks=settings["n_tasks"],
            )
            expected = one_step_loss(moments, learning_rate=eta, n_context=n_context, d_x=d_x)
            error = found.std() / np.sqrt(len(found))
            distances.append(abs(found.mean() - float(expected)) / error)
        rows.append(
            at_most(
                NAME,
                "loss of one step: distance from the closed form in standard errors",
                f"{name} inputs, largest of (N, d) = (10, 10), (5, 3), (20, 7)",
                paper=5.0,
                here=max(distances),
                source="theory",
            )
        )
    return rows


def _many_steps(
    eigenvalues: Float[np.ndarray, "n_tasks d_x"], settings: Settings
) -> tuple[list[Row], dict[int, tuple[float, float]]]:
    """Return rows on K steps that share one step size, and the step size and loss of each K."""
    rows, found = [], {}
    setting = f"{len(eigenvalues):,} contexts"
    for n_steps, (rate, loss) in SHARED.items():
        best = best_shared_step_size(eigenvalues, n_steps=n_steps)
        lost = np.asarray(
            many_steps_losses(
                jnp.asarray(eigenvalues, jnp.float32),
                learning_rates=np.full(n_steps, best, np.float32),
                variance=1 / 12,
            ),
            np.float64,
        )
        found[n_steps] = (best, float(lost.mean()))
        rows += [
            near(NAME, f"best shared step size of K = {n_steps} steps", setting, paper=rate,
                 here=best, share=0.02, source="simulation, two digits", why=RARE),
            near(NAME, f"loss of K = {n_steps} steps", setting, paper=loss, here=lost.mean(),
                 share=0.01, source="simulation", why=RARE),
        ]  # fmt: skip
        if n_steps == max(SHARED):
            error = lost.std() / np.sqrt(len(lost))
            rows.append(
                shown(NAME, f"standard error of that of K = {n_steps}", setting, here=error)
            )
    return rows, found


def _figure(
    eigenvalues: Float[np.ndarray, "n_tasks d_x"], found: dict[int, tuple[float, float]]
) -> Captioned:
    """Draw the loss against the step size: the closed form for one step, contexts for more."""
    rates = np.linspace(0.5, 9, 60)
    closed = np.asarray(one_step_loss(uniform_moments(), learning_rate=rates, n_context=10, d_x=10))
    lines = [Curve(rates, closed, "reference", label="K = 1, closed form")]
    for n_steps, meaning in ((2, "gradient descent"), (5, "attention layer"), (10, "float64")):
        factors = (1 - rates[:, None, None] * eigenvalues) ** (2 * n_steps)
        lines.append(Curve(rates, factors.sum(axis=2).mean(axis=1) / 24, meaning,
                           label=f"K = {n_steps}"))  # fmt: skip
    panel = Panel(lines, r"step size $\eta$, shared by all K steps", "loss", log_y=True)
    best = ", ".join(f"{loss:.4f} at {rate:.2f} for K = {k}" for k, (rate, loss) in found.items())
    return curves(
        [panel],
        alt=(
            "Loss of K gradient steps against their shared step size. More steps lose less, at "
            f"smaller step sizes: 0.2062 at 6.06 for K = 1, {best}."
        ),
    )
