"""The exercises of lesson 10: where the story stops."""

import functools

from autograder.exercise import Exercise, Prediction
from autograder.exercises.lesson_10 import capstone, memories, shuffles, steps, teachers
from autograder.exercises.probes import cases

LESSON = "10"
exercise = functools.partial(Exercise, lesson=LESSON)

EXERCISES = (
    exercise(
        id="preconditioner",
        points=3,
        title="The best matrix for a step",
        minutes=15,
        difficulty=3,
        importance=3,
        section="2306.00297, theorem 1",
        asked="the matrix A of the prediction 1/N sum_i y_i x_i^T A x_q that loses least",
        hints=(
            "The error at the query is w^T (I - S A) x_q with S = 1/N sum_i x_i x_i^T. Average its "
            "square over w and x_q first. Which traces are left?",
            "You need E S and E S^2. Of the N^2 terms in S^2 an example meets itself in N, and two "
            "different ones meet in N (N-1). What is E x x^T x x^T for x ~ N(0, covariance)?",
            "E S^2 = (N+1)/N C C + tr(C)/N C for the covariance C, and the slope of the loss is "
            "E S^2 A C - C C. Where is it zero?",
        ),
        probes=cases(steps.draw_covariance, ((5, 3), (11, 4), (2, 5), (1, 2))),
        oracle=steps.preconditioner,
        magnitude=steps.matrix_magnitude,
        misconceptions=steps.PRECONDITIONER,
    ),
    exercise(
        id="noise-step-size",
        points=2,
        title="One step size, with noise on the labels",
        minutes=12,
        difficulty=2,
        importance=2,
        section="2306.00297, theorem 1; 2212.07677, section 3",
        asked="the best step size of the plain step, and the loss after it",
        hints=(
            "With A = eta I the loss is a parabola in eta. Which of its three coefficients does "
            "the noise change?",
            "The noise adds eta/N sum_i e_i (x_i . x_q) to the prediction. What is the mean of its "
            "square, written with the eigenvalues?",
            "Write T_p for the sum of the p-th powers. The parabola is (T_1 - 2 eta T_2 + eta^2 c) "
            "/ 2. What is c, and where is the lowest point?",
        ),
        probes=cases(steps.draw_noisy, ((5, 3), (11, 4), (2, 7), (1, 2))),
        oracle=steps.noise_step_size,
        magnitude=steps.noise_magnitude,
        misconceptions=steps.NOISE_STEP_SIZE,
    ),
    exercise(
        id="read-preconditioner",
        points=2,
        title="Read the matrix off the answers",
        minutes=10,
        difficulty=2,
        importance=2,
        section="2306.00297, section 3",
        asked="the matrix A of a predictor 1/N sum_i y_i x_i^T A x_q that can only be asked",
        hints=(
            "You choose the prompts. Which prompt makes all terms of the sum vanish but one?",
            "Let all examples but the first be zeros, and query the axis e_b. Which x_1 and y_1 "
            "make the answer one entry of A?",
            "predict returns an array of shape [1]. With x_1 = e_a and y_1 = 1 it holds A[a, b] / "
            "N. What is left to do for the others?",
        ),
        probes=cases(steps.draw_hidden, ((7, 3), (4, 5), (1, 2))),
        oracle=steps.hidden,
        magnitude=steps.hidden_magnitude,
        misconceptions=steps.READ_PRECONDITIONER,
    ),
    exercise(
        id="delta-rule",
        points=3,
        title="Online gradient descent as a memory",
        minutes=10,
        difficulty=2,
        importance=3,
        section="2102.11174, section 4; 2406.06484, section 2",
        asked="what the queries read while token after token writes, and the last memory",
        hints=(
            "Write the loss of one token, 1/2 |S k - v|^2, for a memory with one row. What is its "
            "gradient in that row?",
            "One step is S <- S - beta (S k - v) k^T. Is the query of a token answered before or "
            "after it?",
            "Let jax.lax.scan carry S over the tokens, or loop and collect. Which outer product "
            "is subtracted: jnp.outer(gap, key) or jnp.outer(key, gap)?",
        ),
        probes=cases(memories.draw_sequence, ((7, 3, 2), (5, 2, 4), (11, 5, 3), (1, 4, 2))),
        oracle=memories.delta_rule,
        magnitude=memories.delta_magnitude,
        misconceptions=memories.DELTA_RULE,
    ),
    exercise(
        id="delta-rule-chunks",
        points=3,
        title="The same without a loop over memories",
        minutes=14,
        difficulty=3,
        importance=2,
        section="2406.06484, section 3",
        asked="the matrix T that makes all writes of a chunk from what the first memory lacks",
        hints=(
            "Every memory is S_0 plus writes u_i k_i^T. What does S_{t-1} k_t become when you put "
            "that sum in?",
            "u_t = beta_t (r_t - sum over i < t of u_i (k_i . k_t)). Bring all u to one side: "
            "which triangular matrix stands before them?",
            "(I + diag(beta) tril(K K^T, -1)) U = diag(beta) R. Solve it for R = I: which "
            "function does that, and which triangle is filled?",
        ),
        probes=cases(memories.draw_keys, ((7, 3), (4, 5), (11, 2), (2, 3))),
        oracle=memories.transform,
        magnitude=memories.transform_magnitude,
        misconceptions=memories.DELTA_RULE_CHUNKS,
    ),
    exercise(
        id="order-sensitivity",
        points=2,
        title="Does the order of the examples matter?",
        minutes=10,
        difficulty=2,
        importance=3,
        section="2310.08540",
        asked="how far predictions move with the order, in units of their own size",
        hints=(
            "Begin with one prompt and one order: xs[order] are the inputs in that order. What "
            "must move along with them?",
            "Collect predictions in a table [n_prompts, n_orders]. Over which axis does nothing "
            "change but the order?",
            "Take the mean over orders from each row, then one mean of squares over the whole "
            "table. What do you divide it by before the root?",
        ),
        probes=cases(shuffles.draw_prompts, ((5, 4, 3, 7), (7, 6, 2, 5), (3, 5, 2, 11))),
        oracle=shuffles.sensitivity,
        magnitude=shuffles.magnitude,
        misconceptions=shuffles.ORDER_SENSITIVITY,
    ),
    exercise(
        id="task-diversity",
        points=3,
        title="The Bayes answer for a few known teachers",
        minutes=12,
        difficulty=2,
        importance=3,
        section="2306.15063, section 2",
        asked="the mean of w . x_q given the context, w being one of the teachers",
        hints=(
            "How likely are y_1, ..., y_N for one given teacher, up to a factor that all teachers "
            "share?",
            "The exponent is minus the sum of squared residuals over 2 sigma^2. By what are the "
            "M exponentials divided?",
            "jax.nn.softmax of the exponents is safe where exp gives 0 for all of them. What is "
            "the answer of teacher m, and how do weights and answers meet?",
        ),
        probes=cases(
            teachers.draw_teachers, ((5, 3, 7, 0), (7, 2, 5, 1), (2, 4, 11, 0), (1, 3, 2, 0))
        ),
        oracle=teachers.prediction,
        magnitude=teachers.magnitude,
        misconceptions=teachers.TASK_DIVERSITY,
        rounding=32.0,
    ),
    exercise(
        id="capstone",
        points=4,
        title="Capstone: learn in context what does not stand still",
        minutes=30,
        difficulty=3,
        importance=2,
        section="ours, after 2102.11174 and 2310.08540",
        asked="predictions for drifting tasks, with an excess risk of at most a fifth of the "
        "Bayes risk",
        hints=(
            "Which examples say most about the teacher that the query asks for, and how fast does "
            "an example lose its worth?",
            "Everything is jointly normal: w_s and w_t have the covariance rho^|s-t| I. What are "
            "the covariances of the targets, and of a target with the answer?",
            "Two ways on: solve (C + sigma^2 I) a = c and return a . y; or go through the examples "
            "with the delta rule, fade the memory by rho each time, and divide by |k|^2. Which "
            "step size is then a good one?",
        ),
        probes=capstone.draw_prompts,
        oracle=capstone.right,
        magnitude=capstone.magnitude,
        observe=capstone.observe,
        misconceptions=capstone.CAPSTONE,
        rounding=capstone.ROUNDING,
        allows_for="the bar",
    ),
)

PREDICTIONS = (
    Prediction(
        id="which-order",
        lesson=LESSON,
        right="b",
        choices={
            "a": "The first two have nothing that knows an order. But the third writes one token "
            "after the other. When x_2 writes, is the memory that it corrects still the old one?",
            "b": "Yes. A sum and a mean know no order, and softmax attention without codes adds up "
            "as well. The delta rule corrects what earlier tokens wrote, so who comes first "
            "matters, unless keys are orthogonal. Run the next cell and compare.",
            "c": "Softmax attention divides by a sum over the examples. Does that sum change when "
            "its terms change places?",
            "d": "Gradient descent on the mean loss adds up over the examples. Which sum depends "
            "on the order of its terms?",
        },
    ),
)
