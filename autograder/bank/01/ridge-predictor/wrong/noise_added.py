# misconception: none
import jax
import jax.numpy as jnp


def ridge_predict(xs, ys, x_query, label_noise):
    moved = xs.T @ xs + label_noise**2 * jnp.eye(xs.shape[1])
    noise = label_noise * jax.random.normal(jax.random.key(0), ys.shape[1:])
    return x_query @ jnp.linalg.solve(moved, xs.T @ ys) + noise
