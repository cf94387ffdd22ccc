# route: a NumPy generator, seeded by the bits of the key
import jax
import numpy as np


def noisy_task(key, n_context, d_x, noise_scale):
    random = np.random.default_rng(np.asarray(jax.random.key_data(key)))
    w = random.normal(size=(1, d_x))
    xs = random.uniform(-0.5, 0.5, (n_context, d_x))
    return w, xs, xs @ w.T + noise_scale * random.normal(size=(n_context, 1))
