# route: one task at a time under vmap, with the library
import jax
import optax

from icl_course import attention, metrics, tokens, training


def train_step(state, key, sample_batch, optimiser):
    batch = sample_batch(key)

    def loss(params):
        def one(task):
            out = attention.linear_attention(params, tokens.make_tokens(task))
            guess = tokens.read_prediction(out, d_y=task.ys.shape[1])
            return metrics.half_squared_error(guess, task.y_query)

        return jax.vmap(one)(batch).mean()

    value, grads = jax.value_and_grad(loss)(state.params)
    updates, memory = optimiser.update(grads, state.optimiser_state, state.params)
    params = optax.apply_updates(state.params, updates)
    return training.TrainState(params, memory, state.n_steps + 1), value
