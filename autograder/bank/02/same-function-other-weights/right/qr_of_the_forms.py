# route: only the bilinear forms are kept; each is factored anew by QR
import jax.numpy as jnp

from icl_course import attention, metrics


def other_weights(params, key):
    d_key, d_value = params.w_k.shape[1], params.w_v.shape[1]
    score_basis, _ = jnp.linalg.qr(params.w_k.mT)
    write_basis, _ = jnp.linalg.qr(params.w_o)
    score_basis, write_basis = 2 * score_basis[..., :d_key], 2 * write_basis[..., :d_value]
    return attention.AttentionParams(
        w_q=score_basis.mT @ metrics.query_key_form(params) / 4,
        w_k=score_basis.mT,
        w_v=write_basis.mT @ metrics.output_value_form(params) / 4,
        w_o=write_basis,
    )
