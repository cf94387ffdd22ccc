"""The exercises of lesson 06: where the tokens come from."""

import functools

from autograder.exercise import Exercise, Prediction
from autograder.exercises.lesson_06 import codes, heads, slopes, tokens
from autograder.exercises.probes import cases
from autograder.verdict import FLOAT32_EPS

LESSON = "06"
SECTION = "2212.07677, section 6"
exercise = functools.partial(Exercise, lesson=LESSON)

EXERCISES = (
    exercise(
        id="alternate-tokens",
        points=2,
        title="A task as alternating tokens",
        minutes=6,
        difficulty=1,
        importance=2,
        section=SECTION,
        asked="the tokens (x_1, 0), (0, y_1), ..., (0, y_N), (x_q, 0), one per row",
        hints=(
            "How many rows are there for N examples and a query, and how many slots has a row?",
            "Begin with an array of zeros. Which rows hold inputs: the even or the odd ones?",
            "tokens[0:-1:2] are the rows of the examples' inputs. Which columns of them get xs, "
            "and which rows and columns get ys?",
        ),
        probes=cases(tokens.draw_task, ((7, 3, 2), (3, 5, 4), (11, 2, 1), (1, 4, 2))),
        oracle=tokens.tokens,
        magnitude=tokens.magnitude,
        misconceptions=tokens.ALTERNATE_TOKENS,
    ),
    exercise(
        id="positional-code",
        points=3,
        title="A code in which the next token can be found",
        minutes=12,
        difficulty=2,
        importance=3,
        section=f"{SECTION}, Prop. 3",
        asked="codes p_j and a matrix M: p_i^T M p_j is largest for the next token, by at least 1",
        hints=(
            "M p_j is a vector, and the score is its dot product with p_i. Which vector would you "
            "like M p_j to be?",
            "Give every token an axis of its own, or a place on a circle. Which matrix takes each "
            "axis, or each place, to the next one, and the last to the first?",
            "On a circle the best score is 1 and the second best cos(2 pi / n). What must M be "
            "multiplied by so that their difference is 1?",
        ),
        probes=codes.draw_lengths,
        oracle=codes.next_wins,
        magnitude=codes.code_magnitude,
        observe=codes.observe_code,
        misconceptions=codes.POSITIONAL_CODE,
    ),
    exercise(
        id="copy-error",
        points=2,
        title="How sharp must a copy be?",
        minutes=8,
        difficulty=2,
        importance=2,
        section=f"{SECTION}, Prop. 3",
        asked="the factor on the scores for which all other tokens together have the weight error",
        hints=(
            "Write down the softmax weight of the one score that is larger. How many other terms "
            "stand in the denominator, and what is each of them?",
            "The others' weight is (n - 1) / (exp(b m) + n - 1), for the factor b and margin m. "
            "Set it equal to error: what is exp(b m)?",
            "exp(b m) = (n - 1) (1 - error) / error. Which two steps are left?",
        ),
        probes=cases(codes.draw_sharpness, ((5, 0), (20, 3), (201, 1), (3, 0))),
        oracle=codes.sharpness,
        magnitude=codes.sharpness_magnitude,
        misconceptions=codes.COPY_ERROR,
    ),
    exercise(
        id="copy-head",
        points=3,
        title="A head that copies from the next token",
        minutes=12,
        difficulty=2,
        importance=3,
        section=f"{SECTION}, Prop. 3",
        asked="weights whose softmax layer adds the copied targets to the y slots of every token",
        hints=(
            "Three demands, as in lesson 02: a score, a value, a write-back. Which slots of a "
            "token does each of them read or write?",
            "Keys and queries read the code alone. Let W_K cut the code out of a token: what must "
            "W_Q then be, so that k_i . q_j = p_i^T (...) p_j?",
            "The layer divides by sqrt(d_key), and d_key is the number of rows of your W_K. Which "
            "factor brings the score to sharpness times p_i^T M p_j?",
        ),
        probes=cases(heads.draw_head, ((7, 3, 5, 2), (11, 5, 2, 3), (5, 2, 7, 1), (3, 4, 1, 2))),
        oracle=heads.copied,
        magnitude=heads.head_magnitude,
        observe=heads.observe_head,
        misconceptions=heads.COPY_HEAD,
    ),
    exercise(
        id="two-layer-icl",
        points=3,
        title="Copy, then step",
        minutes=12,
        difficulty=3,
        importance=3,
        section=f"{SECTION}, Prop. 3 and Prop. 1",
        asked="two layers that predict as one gradient step from W_0 = 0 does",
        hints=(
            "After a sharp copy, which tokens hold an input and a target? What do the others add "
            "to the sum of a linear layer?",
            "copying.copying_head and constructions.gradient_step are both at hand. The second "
            "makes weights for tokens of d_x + d_y slots: where do the code's slots go?",
            "Zeros in front of each row of w_q, w_k and w_v, and zeros above w_o, make a layer "
            "that is blind to the code. Which N does the step need, and which sharpness is enough?",
        ),
        probes=cases(
            heads.draw_prompts, ((2, 5, 3, 4, 6), (4, 3, 5, 2, 3), (5, 6, 2, 1, 4), (3, 2, 4, 1, 2))
        ),
        oracle=heads.stepped,
        magnitude=heads.stepped_magnitude,
        observe=heads.observe_two,
        misconceptions=heads.TWO_LAYERS,
        rounding=heads.PART_PER_THOUSAND / FLOAT32_EPS,
        allows_for="a sharp copy",
    ),
    exercise(
        id="next-token-sensitivity",
        points=2,
        title="On which tokens does a token depend?",
        minutes=10,
        difficulty=2,
        importance=2,
        section=f"{SECTION}, Fig. 6",
        asked="mean sensitivities to the own token, the next one, and all others",
        hints=(
            "jax.jacobian of a function from [n_tokens, d] to [n_tokens, d] has four axes. Which "
            "two belong to the token after the layer, and which two to the token before?",
            "Cut the code slots off both ends, then take the root of the sum of squares over the "
            "two slot axes. What is the shape of the table that is left?",
            "Drop the column of the last token. Own is the diagonal of the table. Which entries "
            "are next, and which are left?",
        ),
        probes=cases(
            slopes.draw_layer,
            (
                (7, 2, 3, 4, 3, 2, 1),
                (6, 3, 2, 7, 4, 1, 0),
                (11, 4, 1, 3, 2, 1, 1),
                (3, 1, 4, 7, 6, 2, 0),
            ),
        ),
        oracle=slopes.sensitivities,
        rounding=32.0,
        magnitude=slopes.magnitude,
        misconceptions=slopes.SENSITIVITY,
    ),
)

PREDICTIONS = (
    Prediction(
        id="open-code",
        lesson=LESSON,
        right="c",
        choices={
            "a": "The query lends no key, but it asks like everyone, and what it gathers is added "
            "to its own slots. Which slot of the query holds the answer in the end?",
            "b": "The slot gains y_N, that is right. But what is read from the slot: the slot or "
            "minus the slot?",
            "c": "Yes. The query's y slot begins with y_N in place of 0. The second layer adds "
            "what it adds anyway, since it reads only x of the query. The prediction is minus the "
            "slot, so it is too low by y_N. Run the next cell and compare.",
            "d": "The query's own score is x_q . x_i, and x_q has not changed. Which slot of the "
            "query has, and does the second layer read it?",
        },
    ),
)
