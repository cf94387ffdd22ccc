# route: the construction in random bases of its keys and values, drawn from a fixed seed
import jax
import jax.numpy as jnp

from icl_course import attention


def gd_weights(n_context, d_x, learning_rate):
    d_token = d_x + 1
    on_x = jnp.diag(jnp.ones(d_token).at[-1].set(0.0))
    on_y = jnp.eye(d_token) - on_x
    key_a, key_b = jax.random.split(jax.random.key(1))
    # The identity on top keeps the draws well conditioned.
    a = jnp.eye(d_token) + 0.3 / d_token * jax.random.normal(key_a, (d_token, d_token))
    b = jnp.eye(d_token) + 0.3 / d_token * jax.random.normal(key_b, (d_token, d_token))
    return attention.AttentionParams(
        w_q=(jnp.linalg.inv(a).T @ on_x)[None],
        w_k=(a @ on_x)[None],
        w_v=(b @ -on_y)[None],
        w_o=(learning_rate / n_context * jnp.linalg.inv(b))[None],
    )
