# misconception: all-teachers
import jax
import jax.numpy as jnp


def discrete_bayes(xs, ys, x_query, teachers, label_noise):
    r = ys - xs @ teachers.T
    sse, s2, answers = jnp.sum(r**2, axis=0), label_noise**2, teachers @ x_query
    w = jnp.linalg.solve(xs.T @ xs + s2 * jnp.eye(xs.shape[1]), xs.T @ ys[:, 0])
    return (w @ x_query)[None]
