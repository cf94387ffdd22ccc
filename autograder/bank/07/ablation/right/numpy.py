# route: everything in NumPy float64, values set to zero
import numpy as np


def ablate(params, symbols, layer, head):
    symbols = np.asarray(symbols)
    f = lambda a: np.asarray(a, np.float64)
    n = len(symbols)
    code = f(params.code)[:n]

    def run(kill, given):
        x, seen = f(params.embed)[symbols], {}
        for l, w in enumerate(params.layers):
            update = 0
            for h, (q, k, v, o) in enumerate(zip(f(w.w_q), f(w.w_k), f(w.w_v), f(w.w_o))):
                s = ((x + code) @ q.T) @ ((x + code) @ k.T).T / len(q) ** 0.5
                s = np.where(np.tri(n, dtype=bool), s, -np.inf)
                a = np.exp(s - s.max(1, keepdims=True))
                a = a / a.sum(1, keepdims=True)
                seen[l, h] = a
                if given is not None:
                    a = given[l, h]
                v = 0 * v if kill and (l, h) == (layer, head) else v
                update = update + a @ x @ v.T @ o.T
            x = x + update
        return x @ f(params.unembed).T, seen

    _, seen = run(False, None)
    return run(True, None)[0], run(True, seen)[0]
