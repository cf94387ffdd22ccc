# route: the whole batch at once, scores by einsum, only the row that is read
import jax
import jax.numpy as jnp

from icl_course import training


def train_step(state, key, sample_batch, optimiser):
    batch = sample_batch(key)
    d_x = batch.xs.shape[-1]
    context = jnp.concatenate([batch.xs, batch.ys], axis=-1)
    query = jnp.concatenate([batch.x_query, jnp.zeros_like(batch.y_query)], axis=-1)

    def loss(p):
        scores = jnp.einsum("hkt,bit,hks,bs->bhi", p.w_k, context, p.w_q, query)
        gathered = jnp.einsum("bhi,bit,hvt->bhv", scores, context, p.w_v)
        slot = jnp.einsum("hyv,bhv->by", p.w_o[:, d_x:], gathered)
        return 0.5 * jnp.mean(jnp.sum((batch.y_query + slot) ** 2, axis=-1))

    value, gradient = jax.value_and_grad(loss)(state.params)
    updates, optimiser_state = optimiser.update(gradient, state.optimiser_state)
    return (
        training.TrainState(
            params=jax.tree.map(lambda w, u: w + u, state.params, updates),
            optimiser_state=optimiser_state,
            n_steps=state.n_steps + 1,
        ),
        value,
    )
