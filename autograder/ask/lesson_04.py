"""How the exercises of lesson 04 are put to an answer."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from autograder.ask import Ask, NotAnAnswerError, array, give, weights
from icl_course.attention import AttentionParams

Answer = Callable[..., Any]
Case = Mapping[str, np.ndarray]


def _params(case: Case) -> AttentionParams:
    w_q, w_k, w_v, w_o = give(case, "w_q", "w_k", "w_v", "w_o")
    return AttentionParams(w_q=w_q, w_k=w_k, w_v=w_v, w_o=w_o)


def _k_layer_weights(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    w_0, learning_rates = give(case, "w_0", "learning_rates")
    layers = answer(len(case["xs"]), w_0, learning_rates)
    n_layers = len(case["learning_rates"])
    if not isinstance(layers, Sequence) or isinstance(layers, str):
        raise NotAnAnswerError(
            f"{type(layers).__name__} came back; expected a list of {n_layers} AttentionParams"
        )
    if len(layers) != n_layers:
        raise NotAnAnswerError(
            f"{len(layers)} layers came back for {n_layers} learning rates; expected one for each"
        )
    return {
        f"{name} {depth}": matrix
        for depth, layer in enumerate(layers)
        for name, matrix in weights(layer).items()
    }


def _looped_layer(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    (tokens,) = give(case, "tokens")
    deep = answer(_params(case), tokens, int(case["n_layers"]), float(case["damping"]))
    return {"tokens": array(deep, "the tokens at every depth")}


def _risk_from_spectrum(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    eigenvalues, learning_rates = give(case, "eigenvalues", "learning_rates")
    value = answer(eigenvalues, learning_rates, int(case["n_context"]), float(case["variance"]))
    return {"loss": array(value, "the mean loss")}


def _gdpp_weights(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    n_context, d_x = case["xs"].shape
    rate, gamma = float(case["learning_rate"]), float(case["gamma"])
    return weights(answer(n_context, d_x, rate, gamma))


def _spectrum_map(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    (eigenvalues,) = give(case, "eigenvalues")
    value = answer(eigenvalues, float(case["gamma"]), int(case["n_layers"]))
    return {"eigenvalues": array(value, "the eigenvalues at every depth")}


def _two_numbers(value: Any, names: str) -> dict[str, np.ndarray]:
    """Read (η, γ), from a tuple, a list or an array of two."""
    if value is None:
        raise NotAnAnswerError(f"None came back; expected {names}. Is a return missing?")
    shape = np.shape(value) if hasattr(value, "shape") else None
    if not (isinstance(value, Sequence) and len(value) == 2) and shape != (2,):
        raise NotAnAnswerError(f"{type(value).__name__} came back; expected two numbers, {names}")
    pair = {"learning_rate": value[0], "gamma": value[1]}
    return {name: array(number, f"the {name}") for name, number in pair.items()}


def _best_parameters(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    (eigenvalues,) = give(case, "eigenvalues")
    found = answer(eigenvalues, int(case["n_context"]), int(case["n_layers"]))
    return _two_numbers(found, "(learning_rate, gamma)")


def _read_parameters(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    found = answer(_params(case), int(case["n_context"]))
    return _two_numbers(found, "(learning_rate, gamma)")


ASKS = (
    Ask("k-layer-weights", "k_layer_weights", _k_layer_weights, ("constructions.gradient_steps",)),
    Ask(
        "looped-layer",
        "looped_layer",
        _looped_layer,
        ("transformer.looped", "transformer.stacked"),
    ),
    Ask(
        "risk-from-spectrum",
        "risk_from_spectrum",
        _risk_from_spectrum,
        ("spectra.many_steps_losses", "gd_plus_plus.losses", "gd_plus_plus.error_factors"),
    ),
    Ask(
        "gdpp-weights",
        "gdpp_weights",
        _gdpp_weights,
        ("constructions.gd_plus_plus_step", "constructions.gd_plus_plus_steps"),
    ),
    Ask(
        "spectrum-map",
        "spectrum_map",
        _spectrum_map,
        ("gd_plus_plus.move_spectrum",),
    ),
    Ask(
        "gdpp-best-parameters",
        "best_parameters",
        _best_parameters,
        ("gd_plus_plus.best_parameters",),
    ),
    Ask("read-parameters", "read_parameters", _read_parameters),
)
