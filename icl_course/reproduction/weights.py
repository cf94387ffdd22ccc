"""What the trained weights look like: the two products that can be seen of a layer."""

from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Key

from icl_course.arrays import Array
from icl_course.constructions import gradient_step
from icl_course.figures.reproduction import matrices
from icl_course.gauge import fix_gauge
from icl_course.metrics import output_value_form, query_key_form
from icl_course.reproduction.one_layer import PLATEAU, recipes, step_size
from icl_course.reproduction.records import Outcome, Settings, Train, at_least, at_most, shown


def diagonal_share(matrix: Float[Array, "n n"]) -> float:
    """Return the share of a matrix' squared entries that a multiple of I accounts for."""
    size = len(matrix)
    return float(np.trace(matrix) ** 2 / size / np.sum(np.asarray(matrix) ** 2))


def maps(settings: Settings, key: Key[Array, ""], train: Train) -> Outcome:
    """Draw W_K^T W_Q and W_O W_V of trained layers, beside those of Proposition 1."""
    del key  # nothing is drawn at random here
    built = gradient_step(jnp.zeros((1, 10)), n_context=10, learning_rate=step_size())
    runs = [train(recipe) for recipe in recipes(settings)]
    fixed = [fix_gauge(run.params, like=built) for run in runs]
    keys = np.array([np.asarray(query_key_form(params)[0]) for params in fixed])
    values = np.array([np.asarray(output_value_form(params)[0]) for params in fixed])
    shares = [diagonal_share(form[:-1, :-1]) for form in keys]
    corner = np.array([form[-1, -1] for form in values])
    # What the prediction sees of W_O W_V is its last row: how y is written from x and from y.
    leak = max(np.abs(form[-1, :-1]).max() / abs(form[-1, -1]) for form in values)
    name, worst = "weight-maps", f"worst of {len(runs)} seeds"
    rows = [
        at_least(name, "share of W_K^T W_Q's x block that is a multiple of I", worst, paper=0.98,
                 here=min(shares), source="the paper's maps: diagonal", why=PLATEAU),
        at_most(name, "largest x entry over the y entry, y row of W_O W_V", worst, paper=0.05,
                here=leak, source="the paper's maps: one entry", why=PLATEAU),
        shown(name, "y entry of W_O W_V, gauge fixed", f"mean of {len(runs)} seeds",
              here=corner.mean()),
        shown(name, "the same of Proposition 1: minus eta / N", "best step",
              here=-step_size() / 10),
    ]  # fmt: skip
    return Outcome(
        rows=rows,
        figures={"": _figure(keys[0], values[0], built)},
        numbers={"shares of the diagonal": shares, "y entries": corner},
    )


def _figure(keys: Array, values: Array, built: Any) -> Any:
    """Draw the two products, trained and constructed."""
    return matrices(
        [
            keys,
            np.asarray(query_key_form(built)[0]),
            values,
            np.asarray(output_value_form(built)[0]),
        ],
        ["$W_K^T W_Q$, trained", "constructed", "$W_O W_V$, trained", "constructed"],
        alt=(
            "Maps of the two products of one trained layer beside those of Proposition 1. "
            f"W_K^T W_Q is diagonal on the x slots in both: {diagonal_share(keys[:-1, :-1]):.1%} "
            f"of the trained block is a multiple of I. The y entry of W_O W_V is "
            f"{values[-1, -1]:.3f} trained and {-step_size() / 10:.3f} constructed."
        ),
    )
