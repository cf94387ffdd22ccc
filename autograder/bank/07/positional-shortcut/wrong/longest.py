# misconception: longest
def blind_score(shortest, longest, largest_gap):
    n, m = longest - shortest + 1, largest_gap + 1
    return 1 / (longest + largest_gap)
