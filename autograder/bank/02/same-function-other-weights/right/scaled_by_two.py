# route: keys and values twice as long, queries and write-back half as long
import equinox as eqx


def other_weights(params, key):
    return eqx.tree_at(
        lambda p: (p.w_q, p.w_k, p.w_v, p.w_o),
        params,
        (params.w_q / 2, params.w_k * 2, params.w_v * 2, params.w_o / 2),
    )
