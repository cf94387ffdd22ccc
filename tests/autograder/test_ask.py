"""Asking an answer: what comes back, or a sentence that says why nothing did."""

import ast
import inspect
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from autograder import ask
from autograder.ask import Ask, Failure, NotAnAnswerError, array, ask_all, asks, weights
from autograder.ask.blocking import BlockedReferenceError, blocked
from autograder.exercises import exercises
from icl_course import attention, constructions, descent

CASES = ({"xs": np.ones((3, 2), dtype=np.float32)},)


def asked(answer, blocks=()):
    def put(answer, case):
        return {"result": array(answer(jnp.asarray(case["xs"])), "the result")}

    return ask_all(Ask("double", "double", put, blocks), answer, CASES)


def test_arrays_come_back_by_case():
    outputs = asked(lambda xs: 2 * xs)
    assert len(outputs) == 1
    np.testing.assert_array_equal(outputs[0]["result"], np.full((3, 2), 2.0))


def unwritten(xs):
    raise NotImplementedError()


def unfinished(xs):
    raise NotImplementedError("later")


def broken(xs):
    return xs @ xs


def leaves(xs):
    raise ValueError("x" * 5000)


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (unwritten, "empty", "NotImplementedError"),
        (unfinished, "raised", "NotImplementedError: later"),
        (broken, "raised", "in broken, line"),
        (lambda xs: None, "returned", "Is a return missing"),
        (lambda xs: "text", "returned", "expected real numbers"),
        (lambda xs: xs * 1j, "returned", "dtype complex64; expected real numbers"),
        (lambda xs: np.array([None, 1]), "returned", "dtype object; expected real numbers"),
        (lambda xs: np.zeros(1_000_001, dtype=np.int8), "returned", "1000001 entries"),
        (3, "returned", "expected the function double, got int"),
    ],
)
def test_what_is_no_answer_is_a_failure_with_a_reason(answer, kind, words):
    failure = asked(answer)
    assert isinstance(failure, Failure)
    assert failure.kind == kind
    assert words in failure.text


def test_a_long_error_is_cut():
    assert len(asked(leaves).text) < 800


def test_the_line_of_the_learner_is_named_and_not_ours():
    text = asked(broken).text
    assert "return xs @ xs" in text
    assert "put" not in text


def test_lists_and_bfloat16_are_read_as_numbers():
    assert array([1, 2.5], "it").dtype == np.float64
    assert array(jnp.ones(2, dtype=jnp.bfloat16), "it").dtype == np.float32


def test_weights_are_read_from_anything_with_the_four_names():
    params = constructions.gradient_step(jnp.ones((1, 2)), n_context=3, learning_rate=0.5)
    assert set(weights(params)) == {"w_q", "w_k", "w_v", "w_o"}
    with pytest.raises(NotAnAnswerError, match="tuple came back; expected AttentionParams"):
        weights((1, 2, 3, 4))
    with pytest.raises(NotAnAnswerError, match="Is a return missing"):
        weights(None)


def test_a_blocked_reference_says_so_and_answers_again_afterwards():
    reference = constructions.gradient_step
    failure = asked(
        lambda xs: reference(jnp.ones((1, 2)), n_context=3, learning_rate=1.0),
        ("constructions.gradient_step",),
    )
    assert failure.kind == "blocked"
    assert "icl_course.constructions.gradient_step answers double itself" in failure.text
    assert reference(jnp.ones((1, 2)), n_context=3, learning_rate=1.0).w_q.shape == (1, 3, 3)


def test_a_blocked_reference_answers_again_after_an_exception():
    with pytest.raises(KeyError), blocked(("descent.shift_targets",), "target-shift"):
        raise KeyError
    ones = jnp.ones((2, 2))
    assert descent.shift_targets(ones, ones, ones, learning_rate=1.0).shape == (2, 2)


def test_blocking_leaves_everything_else_working():
    tokens = jnp.ones((3, 2))
    params = attention.init_attention(
        jax.random.key(0), d_token=2, d_key=2, d_value=2, n_heads=1, scale=1.0
    )
    with blocked(("constructions.gradient_step",), "gd-weights"):
        assert attention.linear_attention(params, tokens).shape == (3, 2)


def test_every_blocked_name_exists_and_refuses():
    for asked_exercise in asks().values():
        for reference in asked_exercise.blocks:
            module, name = reference.split(".")
            function = getattr(__import__(f"icl_course.{module}", fromlist=[name]), name)
            with (
                blocked((reference,), asked_exercise.exercise),
                pytest.raises(BlockedReferenceError, match="write it yourself"),
            ):
                inspect.unwrap(function)()  # without the checks of its arguments


def test_every_exercise_can_be_asked_and_every_ask_has_a_record():
    assert set(asks()) == set(exercises())


def test_the_asking_side_imports_no_oracle():
    """Where learners' code runs under grading, those modules do not exist."""
    allowed = {"autograder.ask", "icl_course", "jax", "numpy"}
    for path in Path(ask.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            for name in names:
                if name.startswith("autograder"):
                    assert any(name == a or name.startswith(a + ".") for a in allowed), name
