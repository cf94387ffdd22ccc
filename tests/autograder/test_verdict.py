"""The verdict, against answers whose faults are known. Nothing here looks at weights."""

import jax.numpy as jnp
import numpy as np
import pytest

from autograder import judge
from autograder.ask import Failure, asks
from autograder.exercise import Exercise, Misconception
from autograder.exercises import UnknownExerciseError, exercises, find_exercise
from autograder.verdict import WIDTH, judge_cases, verdict
from icl_course import constructions
from icl_course.attention import AttentionParams


def double(case):
    return {"doubled": 2.0 * np.asarray(case["xs"], dtype=np.float64)}


def exercise(**changes):
    fields = {
        "id": "double",
        "lesson": "99",
        "points": 3,
        "title": "Double",
        "minutes": 1,
        "difficulty": 1,
        "importance": 1,
        "hints": ("a?", "b?", "c?"),
        "section": "none",
        "asked": "twice every entry",
        "probes": lambda generator, depth: (
            {"xs": generator.standard_normal((3, 2)).astype(np.float32)},
            {"xs": generator.standard_normal((5, 7)).astype(np.float32)},
        ),
        "oracle": double,
        "magnitude": lambda case, outputs: {"doubled": 2.0 * np.abs(case["xs"])},
        "misconceptions": (
            Misconception(
                "halved", lambda case: {"doubled": case["xs"] / 2}, "it is halved.", "Which way?"
            ),
        ),
    }
    return Exercise(**{**fields, **changes})


def judged(answer, **changes):
    record = exercise(**changes)
    cases = record.draw(0, "grade")
    return verdict(record, cases, [{"doubled": np.asarray(answer(case["xs"]))} for case in cases])


def test_a_right_answer_gets_all_points_in_any_real_dtype():
    for dtype in (np.float32, np.float64):
        result = judged(lambda xs, dtype=dtype: (2 * xs).astype(dtype))
        assert (result.passed, result.score, result.misconception) == (True, 1.0, None)
        assert result.message == "double: passed, 3 of 3 points."


def test_the_tolerance_is_between_rounding_and_a_wrong_answer():
    assert judged(lambda xs: 2 * xs * (1 + 4e-6)).passed
    assert not judged(lambda xs: 2 * xs * (1 + 1e-4)).passed


def test_the_rounding_of_the_record_sets_the_tolerance():
    assert judged(lambda xs: 2 * xs * (1 + 1e-4), rounding=4096.0).passed
    assert not judged(lambda xs: 2 * xs * (1 + 4e-6), rounding=8.0).passed


def test_a_wrong_answer_is_named_by_the_wrong_oracle_that_it_matches():
    result = judged(lambda xs: xs / 2)
    assert (result.passed, result.score, result.misconception) == (False, 0.0, "halved")
    assert "it is halved." in result.message
    assert result.message.endswith("Which way?")


def test_a_name_needs_a_match_in_every_case():
    result = judged(lambda xs: xs / 2 if xs.shape[0] == 3 else xs)
    assert not result.passed
    assert result.misconception is None


def test_a_match_of_the_second_case_alone_does_not_pass():
    assert not judged(lambda xs: 2 * xs if xs.shape[0] == 5 else xs).passed
    assert not judged(lambda xs: 2 * xs if xs.shape[0] == 3 else xs).passed


def test_the_message_says_shape_dtype_first_difference_and_error():
    def answer(xs):
        out = 2 * xs
        out[1, 1] += 1.0
        return out

    message = judged(answer).message
    assert message.startswith("double: not yet, 0 of 3 points.")
    assert "doubled float32[3, 2]; first difference at [1, 1]:" in " ".join(message.split())
    assert "Error  1, where rounding explains" in message
    assert "twice every entry (xs [3, 2])" in message


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda xs: xs.T * 2, "doubled float32[2, 3]; asked for shape [3, 2]"),
        (lambda xs: xs * np.nan, "with NaN or infinite entries"),
        (lambda xs: xs * np.inf, "with NaN or infinite entries"),
        (lambda xs: 2 * xs.ravel(), "doubled float32[6]; asked for shape [3, 2]"),
    ],
)
def test_what_cannot_be_compared_is_said(answer, words):
    result = judged(answer)
    assert not result.passed
    assert words in " ".join(result.message.split())


def test_a_missing_array_is_said():
    record = exercise()
    cases = record.draw(0, "grade")
    assert "no doubled" in verdict(record, cases, [{}, {}]).message


def test_message_lines_fit_a_terminal():
    for line in judged(lambda xs: xs).message.split("\n"):
        assert len(line) <= WIDTH


@pytest.mark.parametrize("kind", ["empty", "raised", "returned", "blocked"])
def test_a_failure_is_a_verdict_that_ends_with_a_question(kind):
    record = exercise()
    result = verdict(record, record.draw(0, "grade"), Failure(kind, "what happened"))
    assert (result.passed, result.score, result.misconception) == (False, 0.0, None)
    assert "?" in result.message.split("Think")[1]


def test_the_number_of_outputs_must_be_that_of_the_cases():
    record = exercise()
    with pytest.raises(ValueError, match="2 cases were asked, 1 outputs came back"):
        verdict(record, record.draw(0, "grade"), [{}])


def test_draws_are_fresh_by_seed_and_repeat_for_one_seed():
    record = exercise()
    first, again, other = (record.draw(seed, "grade")[0]["xs"] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.all(first != other)


def test_exercises_draw_from_different_streams():
    one, two = exercise(), exercise(id="treble")
    assert np.all(one.draw(1, "grade")[0]["xs"] != two.draw(1, "grade")[0]["xs"])


def test_judge_keeps_what_explains_a_mark():
    result = judge("target-shift", lambda xs, ys, w_0, learning_rate: ys, seed=7)
    assert result.numbers["seed"] == 7
    assert result.numbers["depth"] == "grade"
    assert result.numbers["version"]
    assert result.numbers["error"] > result.numbers["tolerance"]
    assert result.misconception == "no-update"
    assert judge("target-shift", lambda xs, ys, w_0, learning_rate: ys, seed=7) == result


def test_an_unknown_exercise_offers_the_nearest():
    with pytest.raises(UnknownExerciseError, match="did you mean gd-weights"):
        find_exercise("gd-weight")
    with pytest.raises(UnknownExerciseError, match=r"known: .*target-shift"):
        find_exercise("zzz")


def test_sizes_of_a_case_are_pairwise_different_where_they_could_be_swapped():
    for record in exercises().values():
        for case in record.draw(0, "grade"):
            for name, value in case.items():
                if name == "covariance":
                    continue  # it is its own transpose: nothing can be swapped
                sizes = [size for size in value.shape if size > 1]
                # A square matrix has no other shape; if it is not symmetric, a swap is seen.
                square = value.ndim == 2 and value.shape[0] == value.shape[1]
                seen = square and not np.allclose(value, value.T, atol=1e-3)
                assert len(set(sizes)) == len(sizes) or seen, (record.id, value.shape)


def test_weights_are_judged_by_what_they_compute():
    def in_another_basis(n_context, d_x, learning_rate):
        d_token = d_x + 1
        points = jnp.diag(jnp.arange(d_token) < d_x).astype(float)
        label = jnp.zeros((d_token, d_token)).at[-1, -1].set(-1.0)
        mix = jnp.eye(d_token) + 0.3 * jnp.arange(d_token**2).reshape(d_token, -1) / d_token**2
        back = jnp.linalg.inv(mix)
        return AttentionParams(
            w_q=(back.T @ points)[None],
            w_k=(mix @ points)[None],
            w_v=(mix @ label)[None],
            w_o=(learning_rate / n_context * -label @ back)[None],
        )

    assert judge("gd-weights", in_another_basis).passed


def test_huge_weights_that_cancel_do_not_buy_a_wide_tolerance():
    def with_noise_heads(n_context, d_x, learning_rate):
        right = constructions.gradient_step(
            jnp.zeros((1, d_x)), n_context=n_context, learning_rate=1.1 * learning_rate
        )
        huge = jnp.full_like(right.w_o, 1e6)
        return AttentionParams(
            w_q=jnp.concatenate([right.w_q, right.w_q, right.w_q]),
            w_k=jnp.concatenate([right.w_k, right.w_k, right.w_k]),
            w_v=jnp.concatenate([right.w_v, right.w_v, right.w_v]),
            w_o=jnp.concatenate([right.w_o, huge, -huge]),
        )

    record = find_exercise("gd-weights")
    cases = record.draw(3, "grade")
    asked = asks()["gd-weights"]
    outputs = [asked.ask(with_noise_heads, case) for case in cases]
    assert not verdict(record, cases, outputs).passed


def asked_both_ways(evaluated, compiled):
    """Judge an answer that gives one thing evaluated and another compiled; say what was asked."""
    record, calls = exercise(), []
    cases = record.draw(0, "grade")

    def ask(cases, how):
        calls.append((len(cases), how))
        answer = evaluated if how == "evaluated" else compiled
        return [{"doubled": np.asarray(answer(case["xs"]))} for case in cases]

    return judge_cases(record, cases, ask), calls


def test_a_right_answer_is_not_compiled():
    found, calls = asked_both_ways(lambda xs: 2 * xs, lambda xs: xs)
    assert found.passed
    assert calls == [(2, "evaluated")]


@pytest.mark.parametrize("evaluated", [lambda xs: xs / 2, lambda xs: xs + 1, lambda xs: xs[0]])
def test_no_mark_is_lost_to_the_evaluation_in_numpy(evaluated):
    found, calls = asked_both_ways(evaluated, lambda xs: 2 * xs)
    assert found.passed
    assert calls == [(2, "evaluated"), (1, "confirmed"), (2, "compiled")]


def test_a_wrong_answer_is_confirmed_for_the_case_that_failed():
    found, calls = asked_both_ways(lambda xs: xs / 2, lambda xs: xs / 2)
    assert found.misconception == "halved"
    assert calls == [(2, "evaluated"), (1, "confirmed")]


def test_what_might_be_rounding_is_compiled():
    found, calls = asked_both_ways(lambda xs: xs * 2.001, lambda xs: 2 * xs)
    assert found.passed
    assert calls == [(2, "evaluated"), (1, "compiled"), (2, "compiled")]


def test_what_fails_only_when_it_is_evaluated_can_still_be_wrong():
    found, calls = asked_both_ways(
        lambda xs: xs / 2, lambda xs: 2 * xs if xs.shape[0] == 3 else xs + 1
    )
    assert not found.passed
    assert calls[-1] == (2, "compiled")
