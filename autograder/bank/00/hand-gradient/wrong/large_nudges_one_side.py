# misconception: none
import jax.numpy as jnp


def hand_gradient(w, xs, ys):
    def half_mean_square(weights):
        return jnp.sum((xs @ weights.T - ys) ** 2) / (2 * len(xs))

    rows = []
    for a in range(w.shape[0]):
        for b in range(w.shape[1]):
            rows.append((half_mean_square(w.at[a, b].add(0.1)) - half_mean_square(w)) / 0.1)
    return jnp.array(rows).reshape(w.shape)
