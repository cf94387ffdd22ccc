# misconception: one-per-example
def hand_gradient(w, xs, ys):
    residuals = xs @ w.T - ys
    return residuals[:, :, None] * xs[:, None, :]
