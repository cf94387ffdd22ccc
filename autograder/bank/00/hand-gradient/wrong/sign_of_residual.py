# misconception: sign
def hand_gradient(w, xs, ys):
    return (ys - xs @ w.T).T @ xs / len(xs)
