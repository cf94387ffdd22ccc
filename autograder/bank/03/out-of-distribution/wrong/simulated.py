# misconception: none
import jax
import jax.numpy as jnp


def shifted_loss(learning_rate, n_trained, n_context, d_x, variance, fourth_moment, teacher_scale):
    key_x, key_w, key_u, key_s = jax.random.split(jax.random.key(0), 4)
    n_tasks = 400
    high, share = (fourth_moment / variance) ** 0.5, variance**2 / fourth_moment

    def draw(key, *shape):
        key_size, key_sign = jax.random.split(key)
        size = high * (jax.random.uniform(key_size, shape) < share)
        return size * jax.random.rademacher(key_sign, shape)

    xs, x_query = draw(key_x, n_tasks, n_context, d_x), draw(key_u, n_tasks, d_x)
    w = teacher_scale * jax.random.normal(key_w, (n_tasks, d_x))
    ys = jnp.einsum("bnd,bd->bn", xs, w)
    guess = learning_rate / n_trained * jnp.einsum("bn,bnd,bd->b", ys, xs, x_query)
    return jnp.mean((guess - jnp.sum(w * x_query, axis=1)) ** 2) / 2
