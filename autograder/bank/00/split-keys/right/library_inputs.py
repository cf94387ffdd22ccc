# route: the library draws the inputs; the noise has its own sign
import jax

from icl_course import tasks


def noisy_task(key, n_context, d_x, noise_scale):
    key_xs, key_noise, key_w = jax.random.split(key, 3)
    w = jax.random.normal(key_w, (1, d_x))
    xs = tasks.uniform_inputs(key_xs, (n_context, d_x))
    return w, xs, xs @ w.T - noise_scale * jax.random.normal(key_noise, (n_context, 1))
