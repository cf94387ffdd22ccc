"""The exercises of lesson 05: beyond linear targets."""

import functools

from autograder.exercise import Arrays, Case, Exercise, Prediction
from autograder.exercises.lesson_05 import (
    counting,
    descending,
    sine,
    sine_wrong,
    smoothing,
    softmax_wrong,
    stepping,
)
from autograder.exercises.probes import cases

LESSON = "05"
exercise = functools.partial(Exercise, lesson=LESSON)


def _feature_step(case: Case) -> Arrays:
    return {"prediction": stepping.step_prediction(case)}


def _kernel_steps(case: Case) -> Arrays:
    return {"prediction": descending.steps_prediction(case)}


EXERCISES = (
    exercise(
        id="feature-gd",
        points=2,
        title="One step on the top layer",
        minutes=9,
        difficulty=1,
        importance=3,
        section="2212.07677, section 5",
        asked="the prediction for x_query after one gradient step on the top layer",
        hints=(
            "The loss is that of a linear model whose input is h(x) in place of x. Which formula "
            "for the gradient do you have, and what stands for x in it?",
            "features takes one input. How do you get all h(x_i) as rows, [n_context, d_features]? "
            "Think of jax.vmap.",
            "With h as rows, the residuals are h @ w_0.T - ys. Build Delta W from them and h; then "
            "what do W_0 + Delta W have to act on?",
        ),
        probes=cases(
            stepping.draw_step, ((7, 3, 2, 5), (5, 2, 3, 11), (11, 4, 1, 3), (2, 1, 5, 7))
        ),
        oracle=_feature_step,
        magnitude=stepping.step_magnitude,
        misconceptions=stepping.FEATURE_GD,
    ),
    exercise(
        id="sine-task",
        points=2,
        title="A sampler of sine tasks",
        minutes=9,
        difficulty=1,
        importance=2,
        section="2212.07677, section 5",
        asked="a task on one sine wave, its random numbers independent and of the laws given",
        hints=(
            "Count the random quantities of one task: which are drawn once, and which once for "
            "every point?",
            "jax.random.split(key, 4) gives one key for each quantity. What happens to two draws "
            "that share a key?",
            "jax.random.uniform(key, shape, minval=..., maxval=...) serves all four. Which shape "
            "must xs have for d_x = 1?",
        ),
        probes=cases(sine.draw_seeds, ((7,), (5,), (11,))),
        oracle=sine.lawful,
        magnitude=sine.rounding_of_a_sine,
        observe=sine.observe,
        misconceptions=sine_wrong.SINE_TASK,
    ),
    exercise(
        id="kernel-regression",
        points=3,
        title="Descent that never sees a feature",
        minutes=12,
        difficulty=2,
        importance=2,
        section="2212.07677, section 5, Prop. 2",
        asked="the prediction after n_steps of gradient descent, from kernel values alone",
        hints=(
            "Write one step for f(x) = W h(x): what does f(x) change by, in terms of the residuals "
            "f(x_i) - y_i and of h(x_i) . h(x)?",
            "The next residuals need the new values f(x_i) at the context. So which numbers must "
            "you carry from step to step besides f(x_query)?",
            "Carry the values at all n_context + 1 points as rows. With K[j, i] = "
            "kernel(point_j, x_i), what does one step subtract from them?",
        ),
        probes=cases(
            descending.draw_steps,
            ((7, 3, 2, 5, 3), (3, 2, 5, 7, 0), (5, 2, 3, 11, 2), (11, 4, 1, 3, 1)),
        ),
        oracle=_kernel_steps,
        magnitude=descending.steps_magnitude,
        misconceptions=descending.KERNEL_REGRESSION,
        rounding=256.0,
    ),
    exercise(
        id="equivalent-weights",
        points=2,
        title="What does each example count?",
        minutes=8,
        difficulty=1,
        importance=2,
        section="2212.07677, section 5",
        asked="how much the prediction grows when one target grows by 1, example by example",
        hints=(
            "The predictor is a straight line in each target. How do you read a slope from two "
            "values of a straight line?",
            "Call it with all targets 0, then with a 1 in place i. What is the difference?",
            "The rows of the identity matrix are the targets to try. Or differentiate with "
            "jax.jacobian: which of its axes do you want?",
        ),
        probes=cases(counting.draw_predictor, ((7, 3), (5, 2), (11, 4), (2, 1))),
        oracle=counting.counted,
        magnitude=counting.counts_magnitude,
        misconceptions=counting.EQUIVALENT_WEIGHTS,
        # A difference quotient with a small step is right and loses three digits.
        rounding=4096.0,
    ),
    exercise(
        id="kernel-attention",
        points=3,
        title="A softmax layer that smooths",
        minutes=11,
        difficulty=2,
        importance=3,
        section="2212.07677, section 5",
        asked="weights whose softmax layer subtracts the kernel-weighted mean of the targets",
        hints=(
            "Which part of the formula of the mean does a softmax compute by itself, once the "
            "scores are right?",
            "The softmax must see x_i . x_j / temperature. The layer divides k_i . q_j by the root "
            "of d_key. What must k_i . q_j be, then?",
            "Keys and values are slots of the token: which ones? The mean is to be subtracted from "
            "the y slot: which sign has W_O?",
        ),
        probes=cases(smoothing.draw_smoothing, ((7, 3, 2), (5, 2, 3), (11, 4, 1), (2, 1, 5))),
        oracle=smoothing.smoothed,
        magnitude=smoothing.softmax_magnitude,
        observe=smoothing.observe_softmax,
        misconceptions=softmax_wrong.KERNEL_ATTENTION,
    ),
    exercise(
        id="softmax-linearised",
        points=3,
        title="Two softmax heads, almost linear",
        minutes=14,
        difficulty=3,
        importance=3,
        section="2212.07677, section 3 and appendix",
        asked="weights whose softmax layer adds c sum_i (a+ - a-) (W_0 x_i - y_i) to the y slots",
        hints=(
            "To first order in 1/T, what is the share of token i in a softmax of N scores s_i / T? "
            "And of -s_i / T?",
            "Subtract the two. What is left, to first order? What must c be, so that it tends to "
            "(learning_rate/N) (s_i - mean of s)?",
            "The two heads share W_K and W_V. One has W_Q, the other -W_Q. Where does the second "
            "minus go, and where does c? Mind the layer's own 1/sqrt(d_key).",
        ),
        probes=cases(smoothing.draw_two_heads, ((7, 3, 2), (11, 4, 1), (5, 2, 3), (3, 1, 5))),
        oracle=smoothing.two_heads,
        magnitude=smoothing.softmax_magnitude,
        observe=smoothing.observe_softmax,
        misconceptions=softmax_wrong.SOFTMAX_LINEARISED,
    ),
)

PREDICTIONS = (
    Prediction(
        id="shifted-inputs",
        lesson=LESSON,
        right="a",
        choices={
            "a": "Yes. In each head every score of the query on the context moves by the same "
            "number, c . x_q / T or minus that, and a softmax does not notice what all its scores "
            "share. Run the next cell and compare.",
            "b": "That is what the linear layer does: its update is a plain sum over scores. What "
            "does a softmax do to a number that all its scores share?",
            "c": "The temperature divides c . x_q as it divides every score, but the number that "
            "all scores share is still shared. What does a softmax make of it?",
            "d": "The positive head's scores grow by c . x_q / T, the negative head's fall by it. "
            "But inside one head, are any two scores further apart than before?",
        },
    ),
)
