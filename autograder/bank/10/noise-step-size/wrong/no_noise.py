# misconception: noise-forgotten
import jax.numpy as jnp


def best_noisy_step(eigenvalues, n_context, label_noise):
    n, s2 = n_context, label_noise**2
    t1, t2, t3 = (jnp.sum(eigenvalues**p) for p in (1, 2, 3))
    c = (n + 1) / n * t3 + (t1 + s2) / n * t2
    c = (n + 1) / n * t3 + t1 / n * t2
    return t2 / c, (t1 - t2**2 / c) / 2
