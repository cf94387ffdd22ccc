# misconception: key-used-after-split
import jax


def noisy_task(key, n_context, d_x, noise_scale):
    key_w, key_xs = jax.random.split(key)
    w = jax.random.normal(key_w, (1, d_x))
    xs = jax.random.uniform(key_xs, (n_context, d_x), minval=-0.5, maxval=0.5)
    noise = jax.random.normal(key, (n_context, 1))
    return w, xs, xs @ w.T + noise_scale * noise
