# misconception: factor-2


def hand_gradient(w, xs, ys):
    residuals = xs @ w.T - ys
    return 2 * residuals.T @ xs / len(xs)
