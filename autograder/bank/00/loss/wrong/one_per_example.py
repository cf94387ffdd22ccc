# misconception: one-per-example


def loss(w, xs, ys):
    residuals = xs @ w.T - ys
    return (residuals**2).sum(axis=1) / 2
