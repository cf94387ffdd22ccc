# misconception: none
def blind_score(shortest, longest, largest_gap):
    n, m = longest - shortest + 1, largest_gap + 1
    return 1 / (n + m)
