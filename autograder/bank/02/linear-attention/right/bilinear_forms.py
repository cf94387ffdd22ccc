# route: only the products W_K^T W_Q and W_O W_V are formed
import jax.numpy as jnp


def linear_attention(params, tokens):
    context = tokens[:-1]
    score_forms = jnp.matmul(params.w_k.mT, params.w_q)
    write_forms = jnp.matmul(params.w_o, params.w_v)
    update = 0.0
    for score_form, write_form in zip(score_forms, write_forms, strict=True):
        scores = context @ score_form @ tokens.T
        update = update + scores.T @ context @ write_form.T
    return tokens + update
