# route: another basis for keys (orthogonal) and for values (a random triangle)
import jax
import jax.numpy as jnp

from icl_course import attention


def multi_output_weights(n_context, w_0, learning_rates):
    d_y, d_x = w_0.shape
    key_a, key_b = jax.random.split(jax.random.key(7))
    keep_x = jnp.eye(d_x, d_x + d_y)
    a = jax.random.orthogonal(key_a, d_x)
    b = jnp.eye(d_y) + 0.2 * jnp.triu(jax.random.normal(key_b, (d_y, d_y)), k=1)
    residuals = jnp.concatenate([w_0, -jnp.eye(d_y)], axis=1)
    w_o = jnp.pad(jnp.diag(learning_rates / n_context), ((d_x, 0), (0, 0)))
    return attention.AttentionParams(
        w_q=(a @ keep_x)[None],
        w_k=(a @ keep_x)[None],
        w_v=(b @ residuals)[None],
        w_o=(w_o @ jnp.linalg.inv(b))[None],
    )
