# misconception: none
import jax


def positional_code(n_tokens):
    code = jax.random.normal(jax.random.key(0), (n_tokens, 8))
    return code, jax.random.normal(jax.random.key(1), (8, 8))
