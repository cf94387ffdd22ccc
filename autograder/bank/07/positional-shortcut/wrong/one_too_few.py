# misconception: one-too-few
def blind_score(shortest, longest, largest_gap):
    n, m = longest - shortest + 1, largest_gap + 1
    return 1 / max(n - 1, m - 1, 1e-9)
