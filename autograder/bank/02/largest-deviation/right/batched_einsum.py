# route: the batch in every einsum; the step in its Gram form; no library at all
import jax.numpy as jnp


def largest_deviation(params, task_batch, w_0, learning_rate):
    xs, ys, x_query = task_batch.xs, task_batch.ys, task_batch.x_query
    start = x_query @ w_0.T
    context = jnp.concatenate([xs, ys], axis=-1)
    query = jnp.concatenate([x_query, -start], axis=-1)
    scores = jnp.einsum("hka,bia,hkc,bc->hbi", params.w_k, context, params.w_q, query)
    update = jnp.einsum("hbi,hva,bia,hdv->bd", scores, params.w_v, context, params.w_o)
    by_layer = start - update[:, xs.shape[-1] :]
    residuals = ys - jnp.einsum("yx,bix->biy", w_0, xs)
    similarity = jnp.einsum("bix,bx->bi", xs, x_query)
    gained = jnp.einsum("bi,biy->by", similarity, residuals) / xs.shape[1]
    return jnp.abs(by_layer - start - learning_rate * gained).max()
