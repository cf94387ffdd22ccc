# route: an array of keys, indexed; uniform numbers moved and scaled
import jax


def noisy_task(key, n_context, d_x, noise_scale):
    keys = jax.random.split(key, 3)
    xs = jax.random.uniform(keys[1], (n_context, d_x)) - 0.5
    w = jax.random.normal(keys[2], (1, d_x))
    return w, xs, xs @ w.T + noise_scale * jax.random.normal(keys[0], (n_context, 1))
