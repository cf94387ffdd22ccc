# route: the layer as a product with the second moment; a dictionary of weights inside
import jax
import jax.numpy as jnp
import optax

from icl_course import training


def train_step(state, key, sample_batch, optimiser):
    batch = sample_batch(key)
    d_y = batch.ys.shape[2]
    e = jnp.concatenate([batch.xs, batch.ys], axis=2)
    moment = e.mT @ e
    q = jnp.pad(batch.x_query, ((0, 0), (0, d_y)))

    def loss(p):
        key_side = jnp.einsum("hkt,hks,bs->bht", p.w_k, p.w_q, q)
        value_side = jnp.einsum("htv,hvs->hts", p.w_o, p.w_v)
        slot = jnp.einsum("hts,bsu,bhu->bt", value_side, moment, key_side)[:, -d_y:]
        return jnp.mean(jnp.sum(jnp.square(-slot - batch.y_query), axis=1) / 2)

    value, pullback = jax.vjp(loss, state.params)
    updates, memory = optimiser.update(pullback(jnp.ones_like(value))[0], state.optimiser_state)
    return training.TrainState(
        optax.apply_updates(state.params, updates), memory, state.n_steps + 1
    ), value
