# route: the construction in a triangular basis of the keys and a random one of the values
import jax
import jax.numpy as jnp

from icl_course import attention


def gd_weights_w0(n_context, w_0, learning_rate):
    d_token = w_0.shape[1] + 1
    on_x = jnp.eye(d_token).at[-1, -1].set(0.0)
    w_v = jnp.zeros((d_token, d_token)).at[-1].set(jnp.append(w_0[0], -1.0))
    a = jnp.tril(jnp.full((d_token, d_token), 0.1)) + jnp.eye(d_token)
    b = jax.random.orthogonal(jax.random.key(3), d_token) * 3.0
    return attention.AttentionParams(
        w_q=jnp.linalg.solve(a.T, on_x)[None],
        w_k=(a @ on_x)[None],
        w_v=(b @ w_v)[None],
        w_o=learning_rate / n_context * b.T[None] / 9.0,
    )
