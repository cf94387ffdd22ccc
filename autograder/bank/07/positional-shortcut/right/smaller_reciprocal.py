# route: the smaller of two probabilities
def blind_score(shortest, longest, largest_gap):
    return min(1.0 / (1 + longest - shortest), 1.0 / (1 + largest_gap))
