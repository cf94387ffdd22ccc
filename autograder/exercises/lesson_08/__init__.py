"""The exercises of lesson 08: learn to learn."""

import functools

from autograder.exercise import Exercise, Prediction
from autograder.exercises.lesson_08 import bugs, projecting, runs, tokens
from autograder.exercises.probes import cases

LESSON = "08"
PAPER = "2212.04458"
exercise = functools.partial(Exercise, lesson=LESSON)

EXERCISES = (
    exercise(
        id="projected-tasks",
        points=3,
        title="A task from its seed",
        minutes=15,
        difficulty=2,
        importance=3,
        section=f"{PAPER}, section 3",
        asked="the images of task number `seed`, projected, and their labels, renamed",
        hints=(
            "jax.random.key(seed) makes a key from a number, also from a traced one. How many "
            "keys do you need?",
            "A has n_pixels columns and d_x rows. Each image is a row of `images`. Which product "
            "projects all of them?",
            "jax.random.permutation(key, n_classes) is a random order of the names 0, 1, ... How "
            "do you look up the new name of every label in it?",
        ),
        probes=cases(projecting.draw_task, ((29, 23, 13, 5, 3), (31, 19, 11, 7, 4))),
        oracle=projecting.oracle,
        magnitude=projecting.magnitude,
        observe=projecting.observe,
        misconceptions=projecting.PROJECTED_TASKS,
        rounding=projecting.ROUNDING,
        allows_for="chance",
    ),
    exercise(
        id="shifted-labels",
        points=2,
        title="Inputs beside the label before",
        minutes=8,
        difficulty=1,
        importance=3,
        section=f"{PAPER}, section 3, figure 2",
        asked="tokens of an input and the label of the input before it",
        hints=(
            "When the net answers for image i, which labels may it know?",
            "jax.nn.one_hot(ys, n_classes) has a row for each label. By how many rows must it "
            "move, and in which direction?",
            "Put a row of zeros before all one-hot rows but the last. Along which axis do they "
            "then join xs?",
        ),
        probes=cases(tokens.draw_examples, ((11, 5, 3), (7, 2, 4), (13, 1, 5), (2, 3, 7))),
        oracle=tokens.tokens,
        magnitude=tokens.token_magnitude,
        misconceptions=tokens.SHIFTED_LABELS,
    ),
    exercise(
        id="in-context-accuracy",
        points=2,
        title="Accuracy at every place",
        minutes=6,
        difficulty=1,
        importance=3,
        section=f"{PAPER}, section 4.1",
        asked="the share of prompts with a right answer, at every place",
        hints=(
            "Which label does a row of logits name?",
            "logits.argmax(axis=-1) has the shape of ys. What is left to compare?",
            "Of a table of right and wrong, [prompt, place], take the mean. Over which axis?",
        ),
        probes=cases(tokens.draw_answers, ((19, 7, 3), (13, 11, 5), (29, 2, 4), (23, 5, 2))),
        oracle=tokens.accuracy,
        magnitude=tokens.accuracy_magnitude,
        misconceptions=tokens.IN_CONTEXT_ACCURACY,
    ),
    exercise(
        id="label-leak",
        points=3,
        title="What counting labels gives",
        minutes=18,
        difficulty=3,
        importance=2,
        section="ours; Diaconis and Graham 1981",
        asked="how often a guesser that counts labels and sees no image is right at best",
        hints=(
            "Say a 0s and b 1s are still to come. Which label is likelier next, and what is its "
            "probability?",
            "After t labels, h of them 0s, a = k - h and b = k - t + h. Which values can h have, "
            "and how likely is each?",
            "P(h) = binom(t, h) binom(2k - t, k - h) / binom(2k, k). What do you sum over h, and "
            "what do you average over t?",
        ),
        probes=cases(bugs.draw_count, ((3, 9), (20, 30), (1, 1), (2, 2), (40, 60))),
        oracle=bugs.counting,
        magnitude=bugs.counting_magnitude,
        misconceptions=bugs.LABEL_LEAK,
    ),
    exercise(
        id="find-the-bug",
        points=3,
        title="Find the bug by measuring",
        minutes=15,
        difficulty=2,
        importance=3,
        section="ours; bugs of a public re-implementation",
        asked="the name of the one bug that a batch of prompts has, or none",
        hints=(
            "Take the bugs one by one. Which number would be exactly the same in every prompt, or "
            "exactly a whole number, or exactly constant?",
            "Count every class in every prompt. Look at the values that pixels take. Compare one "
            "coordinate with one pixel.",
            "For a diagonal projection x_ij = a_j pixel_ij within a prompt, so x_ij pixel_kj = "
            "x_kj pixel_ij for all i and k. Does that hold for a full one?",
        ),
        probes=bugs.draw_batches,
        oracle=bugs.bug,
        magnitude=bugs.magnitude,
        misconceptions=bugs.FIND_THE_BUG,
    ),
    exercise(
        id="memorise-or-learn",
        points=2,
        title="Which phase is it?",
        minutes=8,
        difficulty=1,
        importance=3,
        section=f"{PAPER}, section 4.2",
        asked="the name of the phase that three accuracies show",
        hints=(
            "Which of the three accuracies decides alone on one of the names?",
            "What is the accuracy of a guess, and how do you say that a number is near it on "
            "either side?",
            'Ask in this order: is it "learned"? If not: are unseen tasks guessed and seen ones '
            "known? If so: which two cases are left for unseen images?",
        ),
        probes=cases(runs.draw_runs, ((11, 5), (23, 7), (37, 10))),
        oracle=runs.phases,
        magnitude=runs.phase_magnitude,
        misconceptions=runs.MEMORISE_OR_LEARN,
    ),
    exercise(
        id="plateau",
        points=3,
        title="How long is a plateau?",
        minutes=12,
        difficulty=2,
        importance=3,
        section=f"{PAPER}, section 4.4",
        asked="the number of steps for which the mean loss stays near that of even guessing",
        hints=(
            "The mean of the last n_window losses exists from which step on?",
            "np.cumsum gives all sums from the start. What is the difference of two of them?",
            "argmax of an array of True and False is the first True. What does it say where there "
            "is none, and to which step does entry 0 of your means belong?",
        ),
        probes=cases(
            runs.draw_curve,
            (
                (307, 17, 101, 4, 0),
                (211, 13, 0, 7, 1),
                (251, 11, 83, 2, 1),
                (401, 5, 61, 10, 1),
                (97, 7, -1, 3, 1),
                (173, 19, 0, 5, 0),
            ),
            n_practice=4,
        ),
        oracle=runs.plateau,
        magnitude=runs.plateau_magnitude,
        misconceptions=runs.PLATEAU,
    ),
)

PREDICTIONS = (
    Prediction(
        id="never-trained-on",
        lesson=LESSON,
        right="c",
        choices={
            "a": "It would be so if the net knew digits. But every task of training had another "
            "projection. What of a digit could it recognise behind a matrix that it never met?",
            "b": "What misleads would have to be something that holds for digits and not for "
            "tumours. What stands in the prompt beside each tumour, from the second one on?",
            "c": "Yes. What was learnt is to compare inputs and to pass on labels, and that works "
            "on other inputs, too, if their classes lie apart. Run the next cell, and look at what "
            "the other learners make of the same prompts.",
            "d": "The labels of the others stand in the prompt, and not its own. Some malignant "
            "tumours measure like benign ones: look at what 1-NN and ridge make of the same "
            "prompts. Can anybody always be right?",
        },
    ),
)
