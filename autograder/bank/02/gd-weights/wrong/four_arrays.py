# misconception: none
import jax.numpy as jnp


def gd_weights(n_context, d_x, learning_rate):
    on_x = jnp.diag(jnp.append(jnp.ones(d_x), 0.0))[None]
    on_y = jnp.diag(jnp.append(jnp.zeros(d_x), 1.0))[None]
    return on_x, on_x, -on_y, learning_rate / n_context * on_y
