# route: one Newton step on the parabola, by autodiff
import jax
import jax.numpy as jnp


def best_noisy_step(eigenvalues, n_context, label_noise):
    def loss(eta):
        v = eigenvalues
        square = (1 + 1 / n_context) * v**2 + (v.sum() + label_noise**2) / n_context * v
        return 0.5 * jnp.sum(v * (1 - 2 * eta * v + eta**2 * square))

    eta = -jax.grad(loss)(0.0) / jax.grad(jax.grad(loss))(0.0)
    return eta, loss(eta)
