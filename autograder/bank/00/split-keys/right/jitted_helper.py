# route: a compiled helper, the noise as its own function
import functools

import jax


@functools.partial(jax.jit, static_argnums=(1, 2))
def teacher_and_inputs(key, n_context, d_x):
    key_w, key_xs = jax.random.split(key)
    xs = jax.random.uniform(key_xs, (n_context, d_x), minval=-0.5, maxval=0.5)
    return jax.random.normal(key_w, (1, d_x)), xs


def noise(key, n_context, noise_scale):
    return noise_scale * jax.random.normal(key, (n_context, 1))


def noisy_task(key, n_context, d_x, noise_scale):
    key, key_noise = jax.random.split(key)
    w, xs = teacher_and_inputs(key, n_context, d_x)
    return w, xs, jax.vmap(lambda x: w @ x)(xs) + noise(key_noise, n_context, noise_scale)
