# route: a key for each example, and vmap over them
import jax


def noisy_task(key, n_context, d_x, noise_scale):
    key_w, key_examples = jax.random.split(key)
    w = jax.random.normal(key_w, (1, d_x))

    def example(key_example):
        key_x, key_noise = jax.random.split(key_example)
        x = jax.random.uniform(key_x, (d_x,), minval=-0.5, maxval=0.5)
        return x, w @ x + noise_scale * jax.random.normal(key_noise, (1,))

    xs, ys = jax.vmap(example)(jax.random.split(key_examples, n_context))
    return w, xs, ys
