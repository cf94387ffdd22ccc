# route: output matrices times keep, a list of vectors
import jax
import jax.numpy as jnp

from icl_course import causal, transformer


def intervene(params, tokens, depth, vector, keep):
    n_layers = len(params.layers)
    added = [vector if at == depth else 0 * vector for at in range(n_layers + 1)]
    stream = jnp.einsum("de,te->td", params.embed, tokens) + added[0]
    for layer, hidden, kept, more in zip(
        params.layers, params.mlps, keep, added[1:], strict=True
    ):
        read = transformer.layer_norm(stream)
        pattern = causal.attention_pattern(layer, read, params.code)
        values = jnp.einsum("hvd,td->htv", layer.w_v, read)
        w_o = layer.w_o * kept[:, None, None]
        stream = stream + jnp.einsum("hdv,hti,hiv->td", w_o, pattern, values)
        read = transformer.layer_norm(stream)
        inner = jax.nn.gelu(read @ hidden.w_in.T + hidden.b_in, approximate=False)
        stream = stream + inner @ hidden.w_out.T + hidden.b_out + more
    return transformer.layer_norm(stream) @ params.read_out
