"""The exercises of lesson 01: the task, its predictors, and the best single step."""

import functools

from autograder.exercise import Exercise, Prediction
from autograder.exercises.lesson_01 import prediction, prompt, risk, sampling, step_size
from autograder.exercises.lesson_01.sampling_wrong import SAMPLE_TASK
from autograder.exercises.probes import cases

LESSON = "01"
exercise = functools.partial(Exercise, lesson=LESSON)

EXERCISES = (
    exercise(
        id="sample-task",
        points=3,
        title="Sample a task",
        minutes=12,
        difficulty=2,
        importance=3,
        section="2212.07677, section 3",
        asked="a task whose W and inputs have the laws asked for, drawn with one key each",
        hints=(
            "Three arrays are drawn: W, xs and x_query. The targets are not. How many keys do you "
            "need, and which function of jax.random makes several of one?",
            "Draw W with shape (d_y, d_x). One example is one row of xs. Which matrix product "
            "applies W to every row at once, and what is its shape?",
            "jax.random.uniform starts at 0 unless it is told minval. Which array must both ys "
            "and y_query be computed from, so that the context says something about the query?",
        ),
        probes=cases(sampling.draw_seeds, ((101, 31, 37), (83, 29, 17), (41, 13, 1), (7, 2, 3))),
        oracle=sampling.oracle,
        magnitude=sampling.magnitude,
        observe=sampling.observe,
        misconceptions=SAMPLE_TASK,
        rounding=sampling.ROUNDING,
        allows_for="chance",
    ),
    exercise(
        id="tokenize",
        points=1,
        title="Write a task as tokens",
        minutes=4,
        difficulty=1,
        importance=2,
        section="2212.07677, section 3",
        asked="the prompt of a task, one token in each row, the query last",
        hints=(
            "How many rows and how many columns does the result have for N examples?",
            "jnp.concatenate joins arrays along an axis. Along which axis do xs and ys join to "
            "give rows (x_i, y_i)?",
            "The query is a vector, the context a table. What does [None] do to a vector, and "
            "which array of d_y numbers follows x_query?",
        ),
        probes=cases(prompt.draw_task, ((7, 3, 2), (2, 5, 4), (1, 2, 3), (11, 1, 5))),
        oracle=prompt.oracle,
        magnitude=prompt.magnitude,
        misconceptions=prompt.TOKENIZE,
    ),
    exercise(
        id="gd-predictor",
        points=2,
        title="Predict by gradient descent",
        minutes=8,
        difficulty=1,
        importance=3,
        section="2212.07677, section 3",
        asked="the prediction for x_query after n_steps gradient steps from W = 0",
        hints=(
            "Start with W = 0, a matrix of d_y rows. Which loss does the docstring name, and what "
            "is its gradient? Lesson 00 has it.",
            "The library takes one step with descent.step, or gives the gradient with "
            "descent.gradient. Where does the second step begin?",
            "After the loop you have W. What does it predict for x_query?",
        ),
        probes=cases(
            prediction.draw_descent,
            ((7, 3, 2, 4), (5, 2, 3, 6), (4, 3, 2, 0), (3, 11, 1, 1), (2, 1, 5, 3)),
            n_practice=3,  # no step at all is among them: the docstring speaks of it
        ),
        oracle=lambda case: {"prediction": prediction.descended(case)},
        magnitude=prediction.descent_magnitude,
        misconceptions=prediction.GD_PREDICTOR,
    ),
    exercise(
        id="ridge-predictor",
        points=3,
        title="Ridge is the Bayes answer",
        minutes=12,
        difficulty=2,
        importance=2,
        section="2208.01066, section 3; 2212.07677, section 3",
        asked="the posterior mean of W x_query, given the context and the noise of its targets",
        hints=(
            "Where is a normal density largest, compared with its mean? So which W do you look "
            "for?",
            "Set the gradient of the exponent to 0. For one output w it is linear in w. Which "
            "matrix multiplies w, and what stands on the other side?",
            "The matrix is a sum over examples of x_i x_i^T plus a multiple of the identity. "
            "jnp.linalg.solve does the rest. Which multiple?",
        ),
        probes=cases(prediction.draw_noisy, ((11, 3, 2), (5, 7, 3), (2, 4, 1), (1, 2, 5))),
        oracle=lambda case: {"prediction": prediction.posterior(case)},
        magnitude=prediction.posterior_magnitude,
        misconceptions=prediction.RIDGE_PREDICTOR,
    ),
    exercise(
        id="measure-risk",
        points=2,
        title="Measure a risk, and say how exactly",
        minutes=7,
        difficulty=1,
        importance=2,
        section="2212.07677, section 3",
        asked="the mean half squared error of a predictor over tasks, and its standard error",
        hints=(
            "Do one task first: which three of its arrays go into predict, and what is the loss "
            "of what comes out?",
            "Write loss_of(task) and map it over the batch with jax.vmap. Which shape should the "
            "losses have?",
            "You have n_tasks losses. jnp.mean gives the first number. jnp.std takes ddof; by "
            "what must the spread of losses be divided to be that of their mean?",
        ),
        probes=cases(
            risk.draw_batch, ((11, 5, 3, 2, 1), (7, 2, 4, 3, 2), (3, 4, 2, 1, 1), (5, 3, 1, 6, 8))
        ),
        oracle=risk.oracle,
        magnitude=risk.magnitude,
        misconceptions=risk.MEASURE_RISK,
    ),
    exercise(
        id="best-step-size",
        points=3,
        title="The best single step",
        minutes=18,
        difficulty=3,
        importance=3,
        section="2212.07677, section 3; derived here",
        asked="the step size of the single gradient step from W = 0 with the lowest risk",
        hints=(
            "Minimise over eta first, with E tr S and E tr S^2 as letters. For the second, write "
            "S S as a double sum over examples. Which terms of it are of another kind?",
            "An example with itself gives E|x|^4, two different ones give E(x . x')^2. Expand "
            "each over pairs of coordinates (j, k). Which pairs are of another kind here?",
            "For one coordinate z uniform on (-a, a) you need E z^2 and E z^4: integrals of z^2 "
            "and z^4 times 1/(2a). How many pairs j = k are there, and how many j != k?",
        ),
        probes=cases(step_size.draw_setting, ((7, 3), (3, 11), (2, 5), (13, 2), (1, 1), (4, 4))),
        oracle=step_size.step_size,
        magnitude=step_size.magnitude,
        misconceptions=step_size.BEST_STEP_SIZE,
    ),
    exercise(
        id="best-one-step-loss",
        points=2,
        title="What the best step leaves",
        minutes=8,
        difficulty=2,
        importance=3,
        section="2212.07677, section 3; derived here",
        asked="the risk of one gradient step from W = 0 with the best step size",
        hints=(
            "You have the risk as a function of eta, and the best eta. What is left when you put "
            "the one into the other?",
            "A parabola c - 2 b eta + g eta^2 has its lowest point at b/g. What is its value "
            "there?",
            "Check two ends. With very many examples, what should the loss tend to? And what does "
            "it say when the step takes nothing away?",
        ),
        probes=cases(step_size.draw_setting, ((7, 3), (3, 11), (2, 5), (13, 2), (1, 1), (4, 4))),
        oracle=step_size.loss,
        magnitude=step_size.magnitude,
        misconceptions=step_size.BEST_ONE_STEP_LOSS,
    ),
)

PREDICTIONS = (
    Prediction(
        id="step-on-wider-inputs",
        lesson=LESSON,
        right="d",
        choices={
            "a": "The share of the zero predictor's loss would be the same if the step size were "
            "fitted to the wider inputs. It is not: which quantity in 1 - eta lambda has grown?",
            "b": "One would expect that if the step were only a little off. By which factor do the "
            "eigenvalues of S grow when the inputs double?",
            "c": "That is what happens at twice the best step size. How many times the best step "
            "size for the wider inputs is this one?",
            "d": "Yes. S is four times as large, so the step is four times too long, and the "
            "parabola rises steeply there. Run the next cell for the number.",
        },
    ),
)
