# route: powers of I - eta H, applied to the start
import jax.numpy as jnp


def loss_history(w_0, xs, ys, learning_rate, n_steps):
    n_context, d_x = xs.shape
    hessian, pull = xs.T @ xs / n_context, ys.T @ xs / n_context
    shrink = jnp.eye(d_x) - learning_rate * hessian
    w, losses = w_0, []
    for _ in range(n_steps + 1):
        missed = xs @ w.T - ys
        losses.append(0.5 * jnp.mean(jnp.sum(missed**2, axis=1)))
        w = w @ shrink + learning_rate * pull
    return jnp.stack(losses)
