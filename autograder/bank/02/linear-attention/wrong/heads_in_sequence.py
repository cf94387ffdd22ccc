# misconception: none
def linear_attention(params, tokens):
    for w_q, w_k, w_v, w_o in zip(params.w_q, params.w_k, params.w_v, params.w_o, strict=True):
        context = tokens[:-1]
        tokens = tokens + tokens @ w_q.T @ (context @ w_k.T).T @ (context @ w_v.T) @ w_o.T
    return tokens
