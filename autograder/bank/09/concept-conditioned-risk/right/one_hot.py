# route: one-hot sums
import jax


def concept_risk(predictions, ys, concepts, n_concepts):
    losses = (predictions - ys) ** 2 / 2
    is_of = jax.nn.one_hot(concepts, n_concepts)
    return is_of.T @ losses / is_of.sum(axis=0)[:, None]
