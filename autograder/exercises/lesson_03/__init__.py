"""The exercises of lesson 03: does training find the construction?"""

import functools

from autograder.exercise import Exercise, Prediction
from autograder.exercises.lesson_03 import comparing, mixing, shifting, training, waves
from autograder.exercises.probes import cases

LESSON = "03"
exercise = functools.partial(Exercise, lesson=LESSON)

EXERCISES = (
    exercise(
        id="train-layer",
        points=3,
        title="One training step",
        minutes=14,
        difficulty=2,
        importance=3,
        section="2212.07677, section 3",
        asked="the state after one optimiser step on a fresh batch, and the loss before it",
        hints=(
            "Write the loss of one task first, as a function of the weights. Which three library "
            "functions take a task to the layer's prediction?",
            "Wrap that in jax.vmap over the batch and take the mean. Which argument must "
            "jax.value_and_grad differentiate, and which must it leave alone?",
            "optimiser.update(gradient, state.optimiser_state) gives updates and a new optimiser "
            "state. Which of the three fields of the new TrainState does each of them make?",
        ),
        probes=cases(
            training.draw_training,
            ((11, 5, 7, 2, 3, 4, 3, 2), (7, 3, 5, 4, 1, 2, 3, 1), (13, 7, 3, 5, 2, 5, 4, 3)),
        ),
        oracle=training.oracle,
        magnitude=training.magnitude,
        observe=training.observe,
        misconceptions=training.TRAIN_LAYER,
        rounding=512.0,
    ),
    exercise(
        id="prediction-difference",
        points=2,
        title="How far apart are the predictions?",
        minutes=7,
        difficulty=1,
        importance=3,
        section="2212.07677, section 3, Fig. 2",
        asked="the mean over tasks of |layer's prediction - prediction after one step from 0|",
        hints=(
            "Do one task first: two predictions for x_query, each of shape [d_y]. Where does each "
            "come from?",
            "The size of a difference over the outputs is one number for each task. Which function "
            "of jnp.linalg gives it?",
            "Write a function of one task, then jax.vmap it over the batch. Which reduction of the "
            "resulting array [n_tasks] is asked for?",
        ),
        probes=cases(
            comparing.draw_batch,
            ((11, 7, 3, 2, 4, 3, 1), (7, 5, 2, 3, 3, 4, 2), (13, 4, 5, 1, 2, 4, 3)),
        ),
        oracle=comparing.prediction_difference,
        magnitude=comparing.prediction_magnitude,
        misconceptions=comparing.PREDICTION_DIFFERENCE,
    ),
    exercise(
        id="layer-sensitivity",
        points=2,
        title="The model that a layer makes of its context",
        minutes=9,
        difficulty=2,
        importance=2,
        section="2212.07677, section 3",
        asked="the derivative of the layer's prediction with respect to the query's input",
        hints=(
            "Take one head. Write the query's y slot after the layer as a product of matrices with "
            "the query token at the right end. Which factor depends on x_q, and how?",
            "In W_O sum_i v_i (k_i . q) the sum is W_V (sum_i e_i e_i^T) W_K^T W_Q e_q. What is "
            "its derivative with respect to the token e_q?",
            "The product over all heads is a d_token by d_token matrix. Which of its rows are "
            "read, which of its columns meet x_q, and which sign does the read-out have?",
        ),
        probes=cases(
            comparing.draw_context,
            ((7, 3, 2, 4, 3, 2), (5, 2, 3, 3, 6, 1), (3, 4, 1, 2, 4, 3), (11, 3, 3, 5, 2, 4)),
        ),
        oracle=comparing.sensitivity,
        magnitude=comparing.sensitivity_magnitude,
        misconceptions=comparing.LAYER_SENSITIVITY,
    ),
    exercise(
        id="sensitivity-alignment",
        points=2,
        title="Do they answer a changed query alike?",
        minutes=8,
        difficulty=2,
        importance=3,
        section="2212.07677, section 3, Fig. 2",
        asked="the means over tasks of the cosine of both sensitivities and of their difference",
        hints=(
            "One task: two vectors of d_x numbers. The step's prediction is W_1 x_q. What is its "
            "derivative with respect to x_q?",
            "For the layer, write its prediction as a function of x_query alone, with the context "
            "held fixed, and let jax.grad or jax.jacobian do the rest.",
            "Cosine and size belong to one task. In which order do jnp.mean and the division by "
            "the two norms come?",
        ),
        probes=cases(
            comparing.draw_batch,
            ((11, 7, 3, 1, 5, 3, 2), (7, 5, 2, 1, 4, 2, 1), (13, 4, 5, 1, 2, 3, 4)),
        ),
        oracle=comparing.alignment,
        magnitude=comparing.alignment_magnitude,
        misconceptions=comparing.SENSITIVITY_ALIGNMENT,
    ),
    exercise(
        id="interpolate",
        points=3,
        title="Mix two layers after fixing their scale",
        minutes=13,
        difficulty=3,
        importance=2,
        section="2212.07677, section 3, interpolation",
        asked="weights whose two products are mixtures of those of both layers, the scale fixed",
        hints=(
            "Take one head. With A and B for the products W_K^T W_Q of `params` and `like`: for "
            "which c is the sum of (A - c B)^2 over all entries least? Take the derivative in c.",
            "Divide A by c. What must be done to W_O W_V, so that the layer stays what it was?",
            "You now have two matrices for each head, the mixed products. Which simple choice of "
            "W_K and of W_O turns any two such products into weights?",
        ),
        probes=cases(
            mixing.draw_two_layers,
            ((7, 5, 3, 4, 2), (11, 4, 5, 3, 2), (5, 6, 2, 3, 1), (3, 7, 4, 2, 5)),
        ),
        oracle=mixing.mixed,
        magnitude=mixing.magnitude,
        observe=mixing.observe,
        misconceptions=mixing.INTERPOLATE,
        rounding=256.0,
    ),
    exercise(
        id="out-of-distribution",
        points=3,
        title="What a frozen step loses on other tasks",
        minutes=14,
        difficulty=3,
        importance=3,
        section="2212.07677, section 3, Fig. 3",
        asked="the expected loss of a layer frozen at learning_rate / n_trained, on other tasks",
        hints=(
            "With H = sum_i x_i x_i^T the frozen layer predicts (learning_rate / n_trained) "
            "w^T H x_q. What stands between w^T and x_q in the error?",
            "The means over w and over x_q turn the squared error into a number times the trace "
            "of (I - a H)^2, with a = learning_rate / n_trained. Multiply out. Which two traces "
            "do you need?",
            "tr H^2 is the sum over all i, j of (x_i . x_j)^2. There are n_context terms with "
            "i = j, and n_context (n_context - 1) with i != j. What is the mean of each kind?",
        ),
        probes=cases(
            shifting.draw_shift, ((3, 7, 5), (11, 5, 2), (7, 2, 6), (5, 1, 3), (2, 6, 1), (5, 3, 4))
        ),
        oracle=shifting.oracle,
        magnitude=shifting.magnitude,
        misconceptions=shifting.OUT_OF_DISTRIBUTION,
    ),
    exercise(
        id="one-key-two-draws",
        points=2,
        title="One key, two draws",
        minutes=8,
        difficulty=2,
        importance=2,
        section="2212.07677, section 5 and its released code",
        asked="sine tasks whose amplitude, phase and inputs know nothing of each other",
        hints=(
            "A draw is a function of its key: the same key gives the same random bits. Which two "
            "lines of the given sampler hand over the same key?",
            "How many independent draws does one task need, counting the inputs of the examples "
            "and the one of the query?",
            "key_a, key_b, ... = jax.random.split(key, n) makes n keys of one. Which draw gets "
            "which, and is the old `key` used again after the split?",
        ),
        probes=cases(waves.draw_seeds, ((7,), (11,), (5,))),
        oracle=waves.oracle,
        magnitude=waves.magnitude,
        observe=waves.observe,
        misconceptions=waves.ONE_KEY_TWO_DRAWS,
        rounding=waves.ROUNDING,
        allows_for="chance",
    ),
)

PREDICTIONS = (
    Prediction(
        id="twice-the-examples",
        lesson=LESSON,
        right="b",
        choices={
            "a": "That is what a learner would do who counts the examples. This layer does not "
            "count: it adds up N terms with a factor that is written into its weights. What does "
            "a step do that is twice as long as the best one?",
            "b": "Yes, within a few per cent. Twice the examples give a better direction, and the "
            "frozen factor makes the step twice as long. The gain and the loss nearly "
            "cancel, by chance: at 40 examples they no longer do. Run the next cells.",
            "c": "The step is twice as long, that is right. But its direction has got better: 20 "
            "examples tell more of w than 10. Which of the two wins at 20, and which at 40?",
            "d": "Its shape does not stop it: the layer takes any number of tokens, and its sum "
            "simply has more terms. So what does it answer?",
        },
    ),
)
