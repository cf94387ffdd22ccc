"""The exercises of lesson 04: many layers are many steps."""

import functools

from autograder.exercise import Exercise, Prediction
from autograder.exercises.lesson_04 import depth, depth_wrong, moved, reading, search, spectrum
from autograder.exercises.probes import cases

LESSON = "04"
exercise = functools.partial(Exercise, lesson=LESSON)

EXERCISES = (
    exercise(
        id="k-layer-weights",
        points=2,
        title="K layers for K steps",
        minutes=6,
        difficulty=1,
        importance=3,
        section="2212.07677, section 4",
        asked="layers after each of which every token is where as many gradient steps put it",
        hints=(
            "The first layer is that of lesson 02. What do the y slots hold when the second layer "
            "reads them?",
            "The second step needs the residuals of W_1. With the slots y_i - (W_1 - W_0) x_i, "
            "which fixed matrix times x_i, minus the slot, is W_1 x_i - y_i?",
            "constructions.gradient_step builds one layer from w_0, n_context and learning_rate. "
            "Which of the three differ from layer to layer?",
        ),
        probes=cases(depth.draw_steps, ((7, 3, 2, 4), (5, 2, 1, 3), (3, 7, 4, 2), (6, 5, 3, 4))),
        oracle=depth.steps,
        magnitude=depth.steps_magnitude,
        observe=depth.observe_steps,
        misconceptions=depth_wrong.K_LAYER_WEIGHTS,
    ),
    exercise(
        id="looped-layer",
        points=2,
        title="One layer, looped and damped",
        minutes=6,
        difficulty=1,
        importance=2,
        section="2212.07677, section 4",
        asked="the tokens before the first pass and after each of n_layers damped passes",
        hints=(
            "attention.linear_attention returns tokens, not their update. How do you get the "
            "update from what goes in and what comes out?",
            "One pass is e + damping * (layer(e) - e). Which tokens does the next pass read?",
            "Begin with a list that holds the tokens themselves. What do you append, n_layers "
            "times, and how many entries does the list have in the end?",
        ),
        probes=cases(
            depth.draw_loop,
            ((6, 5, 3, 7, 2, 3), (7, 4, 2, 3, 5, 1), (4, 5, 6, 2, 1, 2), (3, 6, 4, 5, 1, 3)),
        ),
        oracle=depth.loop,
        magnitude=depth.loop_magnitude,
        misconceptions=depth.LOOPED_LAYER,
    ),
    exercise(
        id="risk-from-spectrum",
        points=3,
        title="The loss of K steps from eigenvalues",
        minutes=11,
        difficulty=3,
        importance=3,
        section="2212.07677, section 4",
        asked="the mean over tasks of the expected half squared error after K steps from W = 0",
        hints=(
            "Along an eigenvector of X X^T with eigenvalue λ, one step multiplies the error of W "
            "by 1 - η λ/N. What is left after K steps with step sizes η_1, ..., η_K?",
            "The error of the prediction is w · F x_q. For w ~ N(0, I) the mean of its square is "
            "|F x_q|². What is the mean of that over x_q, when its coordinates are independent "
            "with mean 0 and the same variance?",
            "factors[t, j] is a product over steps. What do you do to it, over which axis do you "
            "sum, over which do you take the mean, and which two constants are left?",
        ),
        probes=cases(
            spectrum.draw_spectra, ((5, 3, 2, 7), (4, 6, 3, 5), (2, 5, 4, 11), (7, 2, 3, 3))
        ),
        oracle=spectrum.mean_loss,
        magnitude=spectrum.mean_loss_magnitude,
        misconceptions=spectrum.RISK_FROM_SPECTRUM,
    ),
    exercise(
        id="gdpp-weights",
        points=3,
        title="A layer that moves x as well",
        minutes=9,
        difficulty=2,
        importance=3,
        section="2212.07677, section 4 and app. A.10",
        asked="weights whose layer moves every input by -gamma X X^T x and takes one step in y",
        hints=(
            "Take the layer of lesson 02 with W_0 = 0. What must a token hand on, beside its y "
            "slot, so that others can add x_i to their x slots?",
            "The score x_i . x_j serves both sums. So W_K and W_Q stay. Which block of W_V was 0 "
            "and must now let x through?",
            "A token now hands on (x_i, -s_i). W_O scales the two parts: by which number the x "
            "part, by which the y part, and which of them has the 1/N?",
        ),
        probes=cases(moved.draw_moved, ((7, 3, 1), (5, 2, -1), (3, 11, -1), (2, 1, 1))),
        oracle=moved.moved,
        magnitude=moved.moved_magnitude,
        observe=moved.observe_moved,
        misconceptions=moved.GDPP_WEIGHTS,
    ),
    exercise(
        id="spectrum-map",
        points=2,
        title="What a GD++ layer does to the eigenvalues",
        minutes=7,
        difficulty=2,
        importance=3,
        section="2212.07677, app. A.10",
        asked="the eigenvalues of X X^T before and after each of n_layers layers that move x",
        hints=(
            "Let v be an eigenvector of X X^T with eigenvalue λ. What is (I - γ X X^T) v?",
            "The new inputs are the columns of (I - γ X X^T) X. Write X' X'^T. How often does the "
            "matrix in brackets stand in it?",
            "One layer takes λ to λ times a square. The second layer does the same to what it "
            "finds. Which eigenvalue enters its square?",
        ),
        probes=cases(spectrum.draw_map, ((5, 3), (2, 1), (7, 3), (3, 2))),
        oracle=spectrum.spectrum,
        magnitude=spectrum.spectrum_magnitude,
        misconceptions=spectrum.SPECTRUM_MAP,
    ),
    exercise(
        id="gdpp-best-parameters",
        points=3,
        title="The best learning rate and the best gamma",
        minutes=12,
        difficulty=3,
        importance=2,
        section="2212.07677, app. A.10",
        asked="the learning rate and the gamma with which n_layers equal layers lose least",
        hints=(
            "First write a function of a pair (learning_rate, gamma) that returns the mean loss "
            "over the given tasks. Which function of `gd_plus_plus` does most of it?",
            "The valley is narrow and there is more than one. A coarse grid over both parameters "
            "finds the right one. Which ranges does the docstring name?",
            "From the best point of the coarse grid, look closer: a finer grid around it, again "
            "and again, or scipy.optimize.minimize. When do you stop, if 2 % too much is allowed?",
        ),
        probes=cases(
            search.draw_tasks,
            ((30, 11, 3, 2), (70, 8, 5, 3), (90, 13, 4, 2)),
        ),
        oracle=search.no_excess,
        magnitude=search.parameters_magnitude,
        observe=search.observe_parameters,
        misconceptions=search.BEST_PARAMETERS,
    ),
    exercise(
        id="read-parameters",
        points=2,
        title="Read the learning rate and gamma off a layer",
        minutes=7,
        difficulty=2,
        importance=2,
        section="2212.07677, app. A.10",
        asked="the learning rate and the gamma of a layer, from the two products that act",
        hints=(
            "What are W_K^T W_Q and W_O W_V for the GD++ layer that you built? Write down their "
            "blocks.",
            "Multiply W_Q by 2 and divide W_V by 2: the layer does the same. Which products of an "
            "entry of one form and an entry of the other stay as they are?",
            "metrics.query_key_form(params)[0] has the x block [:d_x, :d_x]. By what must the mean "
            "of its diagonal be multiplied to give gamma, by what to give η/N, and with which "
            "signs?",
        ),
        probes=cases(reading.draw_layer, ((7, 4, 5, 6), (10, 3, 2, 5), (5, 6, 7, 3), (2, 2, 3, 4))),
        oracle=reading.parameters,
        magnitude=reading.parameters_magnitude,
        misconceptions=reading.READ_PARAMETERS,
    ),
)

PREDICTIONS = (
    Prediction(
        id="long-loop",
        lesson=LESSON,
        right="d",
        choices={
            "a": "The median task does just that. But a loop diverges where a single eigenvalue is "
            "too large. How large is the largest of 100,000 tasks, compared with the limit?",
            "b": "The typical task does get better: its loss only falls. Which tasks does the "
            "mean listen to most, though?",
            "c": "The typical loss does not rise: in most tasks every eigenvalue lies below the "
            "limit. What share of the tasks must diverge to spoil the mean?",
            "d": "Yes. A few tasks in 100,000 have an eigenvalue above the limit. In them the "
            "error grows by a factor in each pass, and after 50 passes they outweigh all the "
            "others. The median does not see them. Run the next cells and compare.",
        },
    ),
)
