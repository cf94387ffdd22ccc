# misconception: none
import jax
import jax.numpy as jnp
import optax

from icl_course import attention, tokens, training


def train_step(state, key, sample_batch, optimiser):
    batch = sample_batch(key)

    def loss(params):
        def one(task):
            out = attention.linear_attention(params, tokens.make_tokens(task))
            guess = -out[-1, task.xs.shape[1] :]
            return jnp.sum((guess - task.y_query) ** 2) / 2

        return jnp.mean(jax.vmap(one)(batch)) * -1

    value, grads = jax.value_and_grad(loss)(state.params)
    updates, memory = optimiser.update(grads, state.optimiser_state)
    params = optax.apply_updates(state.params, updates)
    return training.TrainState(params, memory, state.n_steps + 1), value
