# route: the construction in other bases of keys and values
import jax
import jax.numpy as jnp

from icl_course import attention, constructions


def gdpp_weights(n_context, d_x, learning_rate, gamma):
    size = d_x + 1
    on_x = jnp.diag(jnp.ones(size).at[-1].set(0.0))
    layer = attention.AttentionParams(
        w_q=on_x[None],
        w_k=on_x[None],
        w_v=(2 * on_x - jnp.eye(size))[None],
        w_o=(jnp.diag(jnp.full(size, -gamma).at[-1].set(learning_rate / n_context)))[None],
    )
    key_a, key_b = jax.random.split(jax.random.key(5))
    return constructions.change_basis(
        layer,
        2.0 * jax.random.orthogonal(key_a, size)[None],
        0.5 * jax.random.orthogonal(key_b, size)[None],
    )
