"""How the exercises of lesson 09 are put to an answer."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograder.ask import Ask, NotAnAnswerError, array, give
from icl_course.attention import AttentionParams
from icl_course.concept_nets import ConceptNet
from icl_course.mlp import MlpParams

Answer = Callable[..., Any]
Case = Mapping[str, np.ndarray]

ATTENTION = ("w_q", "w_k", "w_v", "w_o")
MLP = ("w_in", "b_in", "w_out", "b_out")


def _pair(value: Any, what: str) -> tuple[Any, Any]:
    """Split a pair: whatever has two parts will do."""
    if value is None:
        raise NotAnAnswerError(f"None came back; expected {what}. Is a return missing?")
    try:
        first, second = value
    except (TypeError, ValueError) as error:
        raise NotAnAnswerError(f"{type(value).__name__} came back; expected {what}") from error
    return first, second


def _mixture(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    drawn = give(case, "concepts", "weights", "xs", "noise")
    teachers, ys = _pair(answer(*drawn, float(case["noise_variance"])), "a pair: teachers, ys")
    return {"teachers": array(teachers, "the teachers"), "ys": array(ys, "ys")}


def _bayes(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    law = (float(case["noise_variance"]), float(case["mean"]))
    value = answer(*give(case, "bases", "xs", "ys", "x_query"), *law)
    posterior, prediction = _pair(value, "a pair: posterior, prediction")
    return {
        "posterior": array(posterior, "the posterior"),
        "prediction": array(prediction, "the prediction"),
    }


def _decodability(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    sizes = (int(case["n_concepts"]), int(case["n_neighbours"]))
    return {"decodability": array(answer(*give(case, "streams", "concepts"), *sizes), "the shares")}


def _risk(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    value = answer(*give(case, "predictions", "ys", "concepts"), int(case["n_concepts"]))
    return {"risk": array(value, "the risk")}


def _task_vectors(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    value = answer(*give(case, "streams", "concepts"), int(case["n_concepts"]))
    return {"vectors": array(value, "the vectors")}


def _net(case: Case) -> ConceptNet:
    """Return the net of a case, whose layers are stacked."""
    embed, code, read_out = give(case, "embed", "code", "read_out")
    attention, hidden = give(case, *ATTENTION), give(case, *MLP)
    n_layers = len(attention[0])
    return ConceptNet(
        embed=embed,
        code=code,
        layers=tuple(AttentionParams(*(w[i] for w in attention)) for i in range(n_layers)),
        mlps=tuple(MlpParams(*(w[i] for w in hidden)) for i in range(n_layers)),
        read_out=read_out,
    )


def _intervene(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    tokens, vector, keep = give(case, "tokens", "vector", "keep")
    value = answer(_net(case), tokens, int(case["depth"]), vector, keep)
    return {"predictions": array(value, "the predictions")}


ASKS = (
    Ask("concept-mixture", "concept_mixture", _mixture, ("concepts.sample_prompt",)),
    Ask(
        "bayes-mixture",
        "bayes_mixture",
        _bayes,
        ("concepts.concept_evidence", "concepts.concept_ridge", "concepts.bayes_prediction"),
    ),
    Ask("decodability", "decodability", _decodability, ("decoding.decodability",)),
    Ask("concept-conditioned-risk", "concept_risk", _risk, ("decoding.risk_by_label",)),
    Ask("task-vectors", "task_vectors", _task_vectors, ("decoding.task_vectors",)),
    Ask("intervene", "intervene", _intervene, ("concept_nets.run",)),
)
