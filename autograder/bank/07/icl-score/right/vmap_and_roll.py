# route: symbols rolled to the row that predicts them, one prompt under vmap
import math

import jax
import jax.numpy as jnp


def icl_score(logits, symbols, early, late):
    def losses(rows, prompt):
        following = jnp.roll(prompt, -1)
        return -jnp.log(jax.nn.softmax(rows))[jnp.arange(len(prompt)), following]

    mean = jnp.mean(jax.vmap(losses)(logits, symbols), 0)
    return jnp.subtract(mean[late - 1], mean[early - 1])
