# misconception: none
def loss(w, xs, ys):
    residuals = xs @ w.T - ys
    residuals.sum()
