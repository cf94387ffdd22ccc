# route: the slope of the writes in the values
import jax
import jax.numpy as jnp


def chunk_transform(keys, rates):
    def writes(values):
        memory, written = jnp.zeros(keys.shape[1]), []
        for key, value, rate in zip(keys, values, rates):
            written.append(rate * (value - memory @ key))
            memory = memory + written[-1] * key
        return jnp.stack(written)

    return jax.jacobian(writes)(jnp.zeros(len(rates)))
