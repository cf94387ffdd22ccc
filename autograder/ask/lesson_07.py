"""How the exercises of lesson 07 are put to an answer."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograder.ask import Ask, NotAnAnswerError, array, give, weights
from icl_course.attention import AttentionParams
from icl_course.causal import CausalParams

Answer = Callable[..., Any]
Case = Mapping[str, np.ndarray]

WEIGHTS = ("w_q", "w_k", "w_v", "w_o")
N_LAYERS = 2
"""Of an induction circuit: what the exercise asks for."""


def _net(case: Case) -> CausalParams:
    """Return the net of a case, whose layers are stacked."""
    embed, code, unembed, *stacks = give(case, "embed", "code", "unembed", *WEIGHTS)
    layers = tuple(AttentionParams(*(w[i] for w in stacks)) for i in range(len(stacks[0])))
    return CausalParams(embed=embed, code=code, layers=layers, unembed=unembed)


def _attention_only(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    return {"logits": array(answer(_net(case), *give(case, "symbols")), "the logits")}


def _induction_weights(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    value = answer(int(case["n_symbols"]), int(case["n_positions"]))
    names = ("embed", "code", "unembed")
    if value is None:
        raise NotAnAnswerError("None came back; expected CausalParams. Is a return missing?")
    if not all(hasattr(value, name) for name in (*names, "layers")):
        raise NotAnAnswerError(
            f"{type(value).__name__} came back; expected causal.CausalParams(embed=..., code=..., "
            "layers=..., unembed=...)"
        )
    if getattr(value, "mlps", ()) or getattr(value, "smears", ()):
        raise NotAnAnswerError("the net has MLPs or smeared keys; attention alone is asked for")
    if not isinstance(value.layers, tuple | list) or len(value.layers) != N_LAYERS:
        raise NotAnAnswerError(f"expected {N_LAYERS} layers, a tuple of two AttentionParams")
    outputs = {name: array(getattr(value, name), name) for name in names}
    for number, layer in enumerate(value.layers, start=1):
        outputs |= {f"{name} {number}": w for name, w in weights(layer).items()}
    return outputs


def _prefix_matching(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    return {"score": array(answer(*give(case, "pattern", "symbols")), "the score")}


def _copying_score(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    return {"score": array(answer(*give(case, "pattern", "written", "symbols")), "the score")}


def _icl_score(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    value = answer(*give(case, "logits", "symbols"), int(case["early"]), int(case["late"]))
    return {"score": array(value, "the score")}


def _blind_score(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    sizes = (int(case[name]) for name in ("shortest", "longest", "largest_gap"))
    return {"score": array(answer(*sizes), "the score")}


def _ablate(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    value = answer(_net(case), *give(case, "symbols"), int(case["layer"]), int(case["head"]))
    if value is None:
        raise NotAnAnswerError("None came back; expected a pair of logits. Is a return missing?")
    try:
        full, frozen = value
    except (TypeError, ValueError) as error:
        raise NotAnAnswerError(
            "expected a pair: logits in full, logits with frozen patterns"
        ) from (error)
    return {
        "full": array(full, "the logits in full"),
        "frozen": array(frozen, "the logits with frozen patterns"),
    }


ASKS = (
    Ask("attention-only", "attention_only", _attention_only, ("causal.run", "causal.logits")),
    Ask(
        "icl-score",
        "icl_score",
        _icl_score,
        ("head_scores.token_losses", "head_scores.in_context_score"),
    ),
    Ask(
        "induction-weights",
        "induction_weights",
        _induction_weights,
        ("induction.induction_circuit",),
    ),
    Ask(
        "prefix-matching",
        "prefix_matching",
        _prefix_matching,
        ("head_scores.prefix_matching", "sequences.follows_again"),
    ),
    Ask("positional-shortcut", "blind_score", _blind_score, ("head_scores.best_blind_score",)),
    Ask("copying-score", "copying_score", _copying_score, ("head_scores.copying",)),
    Ask(
        "ablation",
        "ablate",
        _ablate,
        ("causal.run", "causal.logits", "ablations.without", "ablations.without_output"),
    ),
)
