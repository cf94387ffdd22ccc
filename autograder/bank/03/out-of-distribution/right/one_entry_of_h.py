# route: mean and variance of the entries of H, in float32
import jax.numpy as jnp


def shifted_loss(learning_rate, n_trained, n_context, d_x, variance, fourth_moment, teacher_scale):
    n, d, s = n_context, d_x, jnp.float32(variance)
    a = jnp.float32(learning_rate) / n_trained
    diagonal = (1 - a * n * s) ** 2 + a**2 * n * (fourth_moment - s**2)
    off_diagonal = a**2 * n * s**2
    return (d * diagonal + d * (d - 1) * off_diagonal) * s * teacher_scale**2 / 2
