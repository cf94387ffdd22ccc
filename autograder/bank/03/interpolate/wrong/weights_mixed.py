# misconception: weights-mixed
import jax


def interpolate(params, like, share):
    return jax.tree.map(lambda a, b: (1 - share) * a + share * b, params, like)
