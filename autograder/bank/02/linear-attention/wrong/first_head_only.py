# misconception: first-head-only
def linear_attention(params, tokens):
    w_q, w_k, w_v, w_o = params.w_q[0], params.w_k[0], params.w_v[0], params.w_o[0]
    context = tokens[:-1]
    return tokens + tokens @ w_q.T @ (context @ w_k.T).T @ (context @ w_v.T) @ w_o.T
