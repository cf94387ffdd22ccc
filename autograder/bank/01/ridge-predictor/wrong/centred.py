# misconception: centred
import jax.numpy as jnp


def ridge_predict(xs, ys, x_query, label_noise):
    middle, level = xs.mean(axis=0), ys.mean(axis=0)
    moved = xs - middle
    among = moved @ moved.T + label_noise**2 * jnp.eye(len(xs))
    return level + (moved @ (x_query - middle)) @ jnp.linalg.solve(among, ys - level)
