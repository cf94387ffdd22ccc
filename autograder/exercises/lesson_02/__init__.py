"""The exercises of lesson 02: one linear attention layer is one gradient step."""

import functools
from collections.abc import Callable

import numpy as np

from autograder.exercise import Arrays, Case, Exercise, Prediction
from autograder.exercises.lesson_02 import attention, deviation, gauge, shift, shift_wrong
from autograder.exercises.probes import cases

LESSON = "02"
exercise = functools.partial(Exercise, lesson=LESSON)


def _targets(case: Case) -> Arrays:
    return {"targets": shift.shifted(case)}


def _targets_magnitude(case: Case, outputs: Arrays) -> Arrays:
    return {"targets": np.asarray(shift.shift_magnitude(case))}


def _prompt(case: Case) -> Arrays:
    return shift.with_targets(case, shift.shifted(case))


_weights: Callable[..., Exercise] = functools.partial(
    exercise,
    oracle=_prompt,
    magnitude=shift.prompt_magnitude,
    observe=shift.observe_prompt,
    section="2212.07677, section 3, Prop. 1",
)

EXERCISES = (
    exercise(
        id="target-shift",
        points=2,
        title="Changing the weights is changing the targets",
        minutes=7,
        difficulty=1,
        importance=3,
        section="2212.07677, section 3",
        asked="the targets under which W_0 has the loss that one gradient step gives on the old",
        hints=(
            "Write the residual of example i after the step, (W_0 + Delta W) x_i - y_i. Which "
            "two of its terms would you group to read it as W_0 x_i minus a new target?",
            "You need Delta W = -learning_rate times the gradient of 1/(2N) sum |W x_i - y_i|^2 "
            "at W_0. What is that gradient, as a sum over examples of an outer product?",
            "One residual per row: xs @ w_0.T - ys, shape [n_context, d_y]. Which product of it "
            "with xs, summed over examples, has the shape [d_y, d_x] of Delta W?",
        ),
        probes=cases(
            shift.draw_targets, ((7, 3, 2, 1), (5, 2, 3, 64), (3, 11, 1, 1), (2, 1, 5, 64))
        ),
        oracle=_targets,
        magnitude=_targets_magnitude,
        misconceptions=shift_wrong.TARGET_SHIFT,
    ),
    exercise(
        id="linear-attention",
        points=3,
        title="A linear self-attention layer",
        minutes=11,
        difficulty=2,
        importance=3,
        section="2212.07677, section 3",
        asked="every token plus the sum over heads of its linear attention to the context tokens",
        hints=(
            "Do one head first. Which arrays do you get from tokens @ w_k.T, and what does a row "
            "of it belong to?",
            "The keys and values come from tokens[:-1], the queries from all tokens. What is the "
            "shape of the table of all scores k_i . q_j?",
            "With scores[j, i] = q_j . k_i, which matrix product of scores and values gives one "
            "row per token j? What is left to do with w_o, the heads and the residual?",
        ),
        probes=cases(
            attention.draw_layer,
            ((7, 5, 3, 11, 2), (5, 3, 2, 7, 1), (11, 7, 5, 2, 3), (2, 5, 1, 3, 1)),
        ),
        oracle=attention.layer,
        magnitude=attention.magnitude,
        misconceptions=attention.LINEAR_ATTENTION,
    ),
    _weights(
        id="gd-weights",
        points=3,
        title="The weights of one gradient step",
        minutes=12,
        difficulty=2,
        importance=3,
        asked="weights whose layer moves every token as one gradient step from W_0 = 0 moves it",
        hints=(
            "With W_0 = 0 the step gives Delta W = (learning_rate/N) sum_i y_i x_i^T. How does "
            "the y slot of token j have to move, and through which dot product does x_j enter?",
            "The score of token j on token i must be x_i . x_j. Which square matrix keeps the x "
            "slots of a token and sets the y slot to zero?",
            "Key and query are done. The value must carry the residual W_0 x_i - y_i, here -y_i, "
            "in the y slot. Where then do learning_rate and N go?",
        ),
        probes=cases(shift.draw_from_zero, ((7, 3, 1), (5, 2, 1), (3, 11, 1), (2, 1, 1))),
        misconceptions=shift_wrong.GD_WEIGHTS,
    ),
    _weights(
        id="gd-weights-w0",
        points=2,
        title="A step that starts at W_0",
        minutes=6,
        difficulty=2,
        importance=2,
        asked="weights whose layer moves every token as one gradient step from W_0 moves it",
        hints=(
            "What has changed since W_0 = 0? Write the residual of example i and compare.",
            "The value is linear in the token (x_i, y_i). Which block of W_V multiplies x_i, and "
            "what should it add to the y slot?",
            "The y row of W_V has d_x entries that meet x_i and one that meets y_i. Together "
            "they must give W_0 x_i - y_i. Does anything else have to change?",
        ),
        probes=cases(shift.draw_regression, ((7, 3, 1), (5, 2, 1), (3, 11, 1), (2, 1, 1))),
        misconceptions=shift_wrong.GD_WEIGHTS_W0,
    ),
    _weights(
        id="multi-output",
        points=2,
        title="Many outputs, one step size each",
        minutes=7,
        difficulty=2,
        importance=2,
        asked="weights whose layer takes one gradient step with its own step size for each output",
        hints=(
            "Row a of Delta W belongs to output a. By which step size is it multiplied?",
            "The score x_i . x_j does not know which output it serves. So which of the four "
            "matrices can hold a step size that differs from output to output?",
            "The y block of W_V is now W_0 beside a d_y by d_y matrix. And the y block of W_O is "
            "diagonal: what stands in its a-th place?",
        ),
        probes=cases(shift.draw_multi_output, ((7, 3, 2), (11, 2, 3), (5, 7, 4), (3, 1, 5))),
        misconceptions=shift_wrong.MULTI_OUTPUT,
    ),
    exercise(
        id="largest-deviation",
        points=2,
        title="How far is the layer from the step?",
        minutes=8,
        difficulty=1,
        importance=2,
        section="2212.07677, section 3",
        asked="the largest |layer prediction - prediction after one step| over tasks and outputs",
        hints=(
            "Do one task first: two predictions for x_query, each of shape [d_y]. Where does each "
            "come from?",
            "The layer needs tokens with the query slot -W_0 x_q, and a read-out that knows the "
            "sign. Which function of `tokens` does each?",
            "Write deviation_of(task) for one task, then jax.vmap it over the batch. Which "
            "reduction of the resulting array [n_tasks, d_y] is asked for?",
        ),
        probes=deviation.probes,
        oracle=deviation.largest_deviation,
        magnitude=deviation.deviation_magnitude,
        misconceptions=deviation.LARGEST_DEVIATION,
    ),
    exercise(
        id="same-function-other-weights",
        points=2,
        title="The same function from other weights",
        minutes=9,
        difficulty=2,
        importance=2,
        section="2212.07677, section 3, uniqueness",
        asked="four other matrices that compute the same function",
        hints=(
            "The keys and queries meet only in k_i . q_j. If every key is doubled, what must "
            "happen to the queries?",
            "Replace W_K by A W_K for an invertible A. Then k . q becomes k^T A^T q'. Which q' "
            "in terms of q gives the old score back?",
            "The values and the write-back meet only in W_O W_V. Do for B W_V what you did for "
            "A W_K: what must W_O be multiplied by, and from which side?",
        ),
        probes=cases(
            gauge.draw_layer_and_seed,
            ((7, 5, 3, 2, 1), (11, 7, 3, 4, 2), (5, 6, 2, 3, 1), (3, 7, 4, 5, 2)),
        ),
        oracle=gauge.other_weights,
        magnitude=gauge.other_weights_magnitude,
        observe=gauge.observe_other_weights,
        misconceptions=gauge.OTHER_WEIGHTS,
    ),
)

PREDICTIONS = (
    Prediction(
        id="query-as-key",
        lesson=LESSON,
        right="c",
        choices={
            "a": "That holds for W_0 = 0 only: there the query's y slot is 0, and so is its "
            "value. What is the value W_0 x - y of a token whose y slot is -W_0 x_q?",
            "b": "The score of the query on itself is |x_q|^2, never negative, but the prediction "
            "also depends on the value that it brings. What is W_0 x_q - (-W_0 x_q)?",
            "c": "Yes. The query brings the value W_0 x_q - (-W_0 x_q) = 2 W_0 x_q with the score "
            "|x_q|^2. The y slot gains (learning_rate/N) times their product, and the prediction "
            "is minus the y slot. Run the next cell and compare.",
            "d": "Half of it. You used the value W_0 x_q, which is that of a token with y = 0. "
            "What stands in the query's y slot?",
        },
    ),
)
