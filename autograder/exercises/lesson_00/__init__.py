"""The exercises of lesson 00: a loss, its gradient, and the JAX that the course needs."""

import functools

from autograder.exercise import Exercise, Prediction
from autograder.exercises.lesson_00 import descending, keys, regression, trees
from autograder.exercises.probes import cases

LESSON = "00"
exercise = functools.partial(Exercise, lesson=LESSON)

REGRESSIONS = ((7, 3, 2, 1), (5, 2, 3, 64), (3, 11, 1, 1), (2, 1, 5, 64))
"""n_context, d_x, d_y, and the scale of the targets."""

EXERCISES = (
    exercise(
        id="loss",
        points=1,
        title="Half the mean squared error",
        minutes=4,
        difficulty=1,
        importance=3,
        section="2212.07677, section 3",
        asked="half the mean over examples of the squared length of the residuals",
        hints=(
            "Do one example first: w @ x - y. What is its shape, and what is its squared length?",
            "All residuals at once are one matrix, an example to a row. Which product of xs and w "
            "has the shape [n_context, d_y] of ys?",
            "Square every entry of xs @ w.T - ys and sum over both axes. By what do you divide "
            "then, and which axis of xs counts it?",
        ),
        probes=cases(regression.draw_regression, REGRESSIONS),
        oracle=regression.loss,
        magnitude=regression.loss_magnitude,
        misconceptions=regression.LOSS,
    ),
    exercise(
        id="hand-gradient",
        points=2,
        title="The gradient of the loss",
        minutes=8,
        difficulty=2,
        importance=3,
        section="2212.07677, section 3",
        asked="the derivative of the loss with respect to every entry of W",
        hints=(
            "Write out entry a of the residual W x - y as a sum. In which entries of the residual "
            "does W_ab occur, and what is it multiplied by there?",
            "One example gives the derivative r_a x_b, where r = W x - y. Which product of the two "
            "vectors has this as its entry [a, b]?",
            "The gradient is the mean over examples of the outer product of residual and input. "
            "Which matrix product of `residuals` [N, d_y] and `xs` [N, d_x] sums over examples?",
        ),
        probes=cases(regression.draw_regression, REGRESSIONS),
        oracle=regression.gradient,
        magnitude=regression.gradient_magnitude,
        misconceptions=regression.GRADIENT,
    ),
    exercise(
        id="tree-step",
        points=2,
        title="A step for any parameters",
        minutes=6,
        difficulty=2,
        importance=2,
        section="JAX documentation, Pytrees",
        asked="every leaf minus learning_rate times its derivative, all at the old parameters",
        hints=(
            "What does jax.grad(loss) return when it is called on a dict?",
            "Two trees of one form are to be combined leaf by leaf. Which function of jax.tree "
            "does that?",
            "jax.tree.map takes a function of two leaves, and two trees. Which function, and which "
            "trees?",
        ),
        probes=cases(
            trees.draw_network,
            ((7, 3, 5, 2, 0), (5, 2, 3, 4, 1), (3, 4, 2, 5, 2), (5, 4, 3, 2, trees.BARE)),
        ),
        oracle=trees.stepped,
        magnitude=trees.magnitude,
        misconceptions=trees.TREE_STEP,
    ),
    exercise(
        id="vmap-tasks",
        points=2,
        title="Every weight on every task",
        minutes=7,
        difficulty=2,
        importance=3,
        section="JAX documentation, Automatic vectorization",
        asked="the loss of every weight matrix on every task, one row per task",
        hints=(
            "Fix one task. Which vmap takes descent.loss from one w to all ws, and what is "
            "in_axes for xs and ys?",
            "You have a function of (ws, xs, ys) that gives one row. Now map it over tasks. Which "
            "of its three arguments are mapped?",
            "The inner vmap has in_axes=(0, None, None). Write down in_axes of the outer one: "
            "which two arguments must walk together?",
        ),
        probes=cases(
            regression.draw_tables,
            ((5, 3, 7, 4, 2), (2, 7, 5, 3, 4), (3, 2, 11, 1, 5), (4, 5, 2, 7, 3)),
        ),
        oracle=regression.table,
        magnitude=regression.table_magnitude,
        misconceptions=regression.TABLE,
    ),
    exercise(
        id="split-keys",
        points=2,
        title="Find the bug, and mend it",
        minutes=7,
        difficulty=1,
        importance=3,
        section="JAX documentation, Pseudorandom numbers",
        asked="a teacher, inputs and noise that are independent, with each key used once",
        hints=(
            "Count the draws in careless_task, and count the keys. What is wrong?",
            "jax.random.split(key, 3) gives three keys. What may the old key be used for after "
            "that?",
            "Name three keys after what they draw: key_w, key_xs, key_noise. In which line of "
            "careless_task does each of them belong?",
        ),
        probes=cases(keys.draw_seeds, ((5, 3), (2, 7))),
        oracle=keys.oracle,
        magnitude=keys.magnitude,
        observe=keys.observe,
        rounding=keys.ROUNDING,
        allows_for="chance",
        misconceptions=keys.SPLIT_KEYS,
    ),
    exercise(
        id="gd-loop",
        points=2,
        title="The loss along the way",
        minutes=7,
        difficulty=1,
        importance=3,
        section="2212.07677, section 3",
        asked="the loss before the first step of gradient descent and after each one",
        hints=(
            "What does one turn of the loop need from the turn before, and what does it leave to "
            "the next?",
            "One turn: the gradient at the current w, then the new w, then its loss. What has to "
            "stand in the list before the loop begins?",
            "jax.grad(descent.loss)(w, xs, ys) is the gradient at w. Is it w or w_0 that you pass "
            "there, and under which name do you keep the new weights?",
        ),
        probes=cases(
            descending.draw_descent,
            (
                (7, 3, 2, 4, 40),
                (5, 3, 2, 8, 250),
                (5, 2, 3, 3, 140),
                (3, 5, 1, 6, 80),
                (4, 1, 2, 1, 25),
            ),
        ),
        oracle=descending.history,
        magnitude=descending.history_magnitude,
        misconceptions=descending.GD_LOOP,
    ),
    exercise(
        id="divergence-threshold",
        points=3,
        title="The largest stable step size",
        minutes=10,
        difficulty=2,
        importance=3,
        section="2212.07677, section 3; classical analysis of gradient descent",
        asked="the step size at which gradient descent stops converging",
        hints=(
            "After k steps the error along v_j is (1 - eta lambda_j)^k of what it was. For which "
            "values of 1 - eta lambda_j does that go to zero?",
            "You need -1 < 1 - eta lambda_j < 1 for every lambda_j that is not zero. Which of the "
            "two sides can fail, and for which j does it fail first?",
            "jnp.linalg.eigvalsh gives the eigenvalues of a symmetric matrix in rising order. Of "
            "which matrix, made of xs, and which of them do you need?",
        ),
        probes=cases(
            descending.draw_inputs,
            ((7, 3, 100), (3, 5, 30), (5, 2, 300), (11, 4, 100), (2, 1, 100)),
        ),
        oracle=descending.threshold,
        magnitude=descending.threshold_magnitude,
        misconceptions=descending.THRESHOLD,
    ),
)

PREDICTIONS = (
    Prediction(
        id="python-under-jit",
        lesson=LESSON,
        right="b",
        choices={
            "a": "That is so without jit. With it the first call makes a compiled program. Which "
            "later calls can use that program as it is?",
            "b": "Yes. Python runs when a new program must be made: once for the shape of 10 "
            "examples, once for that of 20. The call on other numbers of a known shape runs the "
            "compiled program, and no line of Python. Run the next cell and compare.",
            "c": "A compiled program is made for arrays of one shape and type. Can the one for 10 "
            "examples take 20?",
            "d": "append is not compiled, that is right. But somebody has to find out which array "
            "operations there are. How does jit do that, and when?",
        },
    ),
)
