"""The exercises of lesson 09: concepts, encoded and decoded."""

import functools

from autograder.exercise import Exercise, Prediction
from autograder.exercises.lesson_09 import measures, mixture, nets
from autograder.exercises.probes import cases

LESSON = "09"
PAPER = "2412.12276"
exercise = functools.partial(Exercise, lesson=LESSON)

EXERCISES = (
    exercise(
        id="concept-mixture",
        points=2,
        title="A mixture of concepts",
        minutes=10,
        difficulty=1,
        importance=3,
        section=f"{PAPER}, section 3",
        asked="teachers that use one basis each, and their noisy targets, for a batch of prompts",
        hints=(
            "Take one prompt with concept 2 and a basis of 3 inputs. Which entries of its teacher "
            "are not 0, and what stands in them?",
            "jax.nn.one_hot(concepts, d_x // size) is a table [n_prompts, n_concepts]. What has "
            "the shape [n_prompts, n_concepts, size], and how does it become [n_prompts, d_x]?",
            "ys are sums over inputs, jnp.einsum('bnd,bd->bn', xs, teachers), plus noise. What "
            "must a standard normal number be multiplied by, to have the variance asked for?",
        ),
        probes=cases(
            mixture.draw_mixture, ((11, 5, 12, 3), (13, 7, 14, 4), (9, 4, 11, 2), (6, 3, 5, 1))
        ),
        oracle=mixture.mixture,
        magnitude=mixture.mixture_magnitude,
        misconceptions=mixture.CONCEPT_MIXTURE,
    ),
    exercise(
        id="decodability",
        points=3,
        title="Can the concept be read off?",
        minutes=15,
        difficulty=2,
        importance=3,
        section=f"{PAPER}, section 3.2",
        asked="the share of prompts whose concept their nearest neighbours vote for, at each depth",
        hints=(
            "For one depth, make the table of squared distances of all points from all points. "
            "What must stand on its diagonal, so that no point votes for itself?",
            "jnp.argsort is stable: of equal distances the lower index comes first. What do "
            "concepts[order[:, :n_neighbours]] hold?",
            "jax.nn.one_hot(votes, n_concepts).sum(axis=-2) counts. Which concept does "
            "jnp.argmax give where two have equally many votes?",
        ),
        probes=cases(
            measures.draw_streams,
            ((3, 61, 7, 4, 10), (2, 47, 5, 6, 9), (4, 41, 3, 5, 8), (2, 29, 11, 3, 4)),
        ),
        oracle=measures.decodability,
        magnitude=measures.one,
        misconceptions=measures.DECODABILITY,
        rounding=16.0,
    ),
    exercise(
        id="concept-conditioned-risk",
        points=2,
        title="Risk by concept",
        minutes=6,
        difficulty=1,
        importance=2,
        section=f"{PAPER}, section 3.1",
        asked="the mean half squared error of the prompts of each concept, at each place",
        hints=(
            "First the half squared error of every prediction, a table [n_prompts, n_examples]. "
            "Which of its rows belong to concept c?",
            "concepts == c is True for some prompts. How many are they, and what is summed?",
            "jax.nn.one_hot(concepts, n_concepts).T @ losses sums the rows of each concept. By "
            "what must row c be divided?",
        ),
        probes=cases(measures.draw_risks, ((23, 5, 4), (31, 7, 3), (17, 3, 5), (11, 4, 2))),
        oracle=measures.risk,
        magnitude=measures.risk_magnitude,
        misconceptions=measures.CONCEPT_RISK,
    ),
    exercise(
        id="bayes-mixture",
        points=4,
        title="The best that anyone can do",
        minutes=25,
        difficulty=3,
        importance=3,
        section="ours, on the mixture of 2412.12276; Bishop 2006, section 3.5.1",
        asked="the posterior of the concepts, and the Bayes prediction at the query",
        hints=(
            "Given the concept, targets are sums of normal numbers. Keep the columns of xs that "
            "the basis names: X_c. What is the mean of y_i, what the covariance of y_i and y_j?",
            "With r = ys - mean * X_c 1, log p(ys | c) = -1/2 r^T S_c^-1 r - 1/2 log det S_c + a "
            "constant that is the same for all c. What does jax.nn.softmax make of these?",
            "Given the concept, the teacher's mean is mean + ridge regression of r on X_c, with "
            "which number in front of the identity? How are the concepts' predictions weighed?",
        ),
        probes=cases(mixture.draw_bayes, ((3, 4, 7), (4, 6, 5), (5, 3, 8), (2, 7, 4))),
        oracle=mixture.bayes,
        magnitude=mixture.bayes_magnitude,
        misconceptions=mixture.BAYES_MIXTURE,
    ),
    exercise(
        id="task-vectors",
        points=2,
        title="The direction of a concept",
        minutes=6,
        difficulty=1,
        importance=2,
        section=f"{PAPER}, section 3.3",
        asked="each concept's mean stream, less the mean over concepts of these means",
        hints=(
            "How many rows has the result, and what do they add up to?",
            "First the mean stream of each concept. jnp.mean(streams[concepts == c], axis=0) is "
            "one of them; how do you get all?",
            "Take off means.mean(axis=0). Why is that not streams.mean(axis=0)?",
        ),
        probes=cases(measures.draw_vectors, ((23, 5, 4), (29, 7, 3), (17, 3, 6), (13, 11, 2))),
        oracle=measures.task_vectors,
        magnitude=measures.vectors_magnitude,
        misconceptions=measures.TASK_VECTORS,
    ),
    exercise(
        id="intervene",
        points=4,
        title="Change a stream, silence a head",
        minutes=20,
        difficulty=2,
        importance=3,
        section=f"{PAPER}, section 3.3 and appendix",
        asked="the predictions of a net with a vector added to its streams and heads silenced",
        hints=(
            "Write one layer first, without any intervention. What does attention read, what is "
            "added to the stream, what does the MLP read then?",
            "causal.head_outputs gives an array [n_heads, n_tokens, d_model]. Which of its rows "
            "must become 0 where keep[layer] is False?",
            "The vector is added to all streams when `depth` layers have run. A loop over layers "
            "adds it before layer number depth. What about depth == n_layers?",
        ),
        probes=cases(
            nets.draw_net,
            (
                (4, 6, 5, 8, 5, 3, 7, 2, 0),
                (7, 8, 6, 10, 5, 4, 11, 3, 3),
                (5, 7, 4, 11, 5, 2, 13, 3, 1),
                (3, 4, 6, 7, 5, 2, 4, 3, 2),
            ),
        ),
        oracle=nets.answer,
        magnitude=nets.magnitude,
        misconceptions=nets.INTERVENE,
    ),
)

PREDICTIONS = (
    Prediction(
        id="wrong-vector",
        lesson=LESSON,
        right="b",
        choices={
            "a": "A random vector of that length would be such a disturbance, and you can try "
            "one. What does this vector say to the layers above, which cannot know where it came "
            "from?",
            "b": "Yes. The layers above read the concept from the stream and believe it. Two "
            "examples say little of their own, so the vector decides. Run the next cell: the "
            "wrong vector costs more than the right one gains.",
            "c": "That would be so if the layers above looked at the examples again. They read "
            "the stream. What stands in it after the vector was added?",
            "d": "With the right vector the net uses the inputs of its prompt's basis. Which "
            "inputs does it use with the wrong one, and what weights do these have in the teacher?",
        },
    ),
)
