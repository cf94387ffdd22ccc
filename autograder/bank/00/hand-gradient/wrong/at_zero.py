# misconception: none
def hand_gradient(w, xs, ys):
    return -ys.T @ xs / len(xs)
