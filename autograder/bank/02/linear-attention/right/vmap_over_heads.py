# route: a helper does one head; vmap maps it over heads, and the sum comes last
import jax


def one_head(w_q, w_k, w_v, w_o, tokens):
    keys = tokens[:-1] @ w_k.T
    values = tokens[:-1] @ w_v.T
    return (tokens @ w_q.T) @ (keys.T @ values) @ w_o.T


def linear_attention(params, tokens):
    updates = jax.vmap(one_head, in_axes=(0, 0, 0, 0, None))(
        params.w_q, params.w_k, params.w_v, params.w_o, tokens
    )
    return tokens + updates.sum(axis=0)
