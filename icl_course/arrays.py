"""What every module says about numbers: the array type, the scalar type, rates per output.

Annotations read `Float[Array, "n_context d_x"]`. NumPy answers are right answers, so both pass.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Real

Array = jax.Array | np.ndarray

Scalar = float | int | Real[Array | np.number, ""]


def rates_per_output(
    learning_rate: Scalar | Float[Array, " d_y"], *, d_y: int
) -> Real[Array, " d_y"]:
    """Return one learning rate for each of the `d_y` outputs.

    A scalar serves every output. Raises `ValueError` for any other count than 1 or `d_y`.

    >>> rates_per_output(0.5, d_y=3).tolist()
    [0.5, 0.5, 0.5]
    """
    rates = jnp.asarray(learning_rate)
    if rates.shape not in ((), (d_y,)):
        raise ValueError(
            f"learning_rate has shape {rates.shape}, but there are d_y = {d_y} outputs: "
            f"pass one number, or one rate per output in an array of shape ({d_y},)."
        )
    return jnp.broadcast_to(rates, (d_y,))
