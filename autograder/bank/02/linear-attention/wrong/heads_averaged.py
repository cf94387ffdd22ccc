# misconception: heads-averaged
import jax


def linear_attention(params, tokens):
    def one_head(w_q, w_k, w_v, w_o):
        keys, values = tokens[:-1] @ w_k.T, tokens[:-1] @ w_v.T
        return tokens @ w_q.T @ keys.T @ values @ w_o.T

    updates = jax.vmap(one_head)(params.w_q, params.w_k, params.w_v, params.w_o)
    return tokens + updates.mean(axis=0)
