# misconception: mean-over-inputs
def hand_gradient(w, xs, ys):
    residuals = xs @ w.T - ys
    return residuals.T @ xs / xs.shape[1]
