# route: the residuals descend, no weights are kept
import jax.numpy as jnp


def loss_history(w_0, xs, ys, learning_rate, n_steps):
    residuals = xs @ w_0.T - ys
    similarity = xs @ xs.T / len(xs)
    losses = [jnp.sum(residuals**2)]
    for _ in range(n_steps):
        residuals = residuals - learning_rate * similarity @ residuals
        losses.append(jnp.sum(residuals**2))
    return jnp.array(losses) / (2 * len(xs))
