# misconception: none
import jax

from icl_course import concepts


def bayes_mixture(bases, xs, ys, x_query, noise_variance, mean):
    law = {"noise_variance": noise_variance, "mean": mean}
    evidence = concepts.concept_evidence(bases, xs, ys, **law)
    return jax.nn.softmax(evidence), concepts.bayes_prediction(bases, xs, ys, x_query, **law)
