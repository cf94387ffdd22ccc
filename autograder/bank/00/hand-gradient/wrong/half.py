# misconception: half
def hand_gradient(w, xs, ys):
    residuals = xs @ w.T - ys
    return residuals.T @ xs / (2 * len(xs))
