# route: one-hot means, centred
import jax


def task_vectors(streams, concepts, n_concepts):
    is_of = jax.nn.one_hot(concepts, n_concepts)
    means = is_of.T @ streams / is_of.sum(axis=0)[:, None]
    return means - means.mean(axis=0)
