# route: a Python float from explicit loops
def loss(w, xs, ys):
    total = 0.0
    for x, y in zip(xs, ys, strict=True):
        for row, target in zip(w, y, strict=True):
            total += (float(row @ x) - float(target)) ** 2
    return total / 2 / len(ys)
