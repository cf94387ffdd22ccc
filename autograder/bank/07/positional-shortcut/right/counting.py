# route: all pairs counted
from collections import Counter


def blind_score(shortest, longest, largest_gap):
    pairs = [(l, g) for l in range(shortest, longest + 1) for g in range(largest_gap + 1)]
    counts = Counter(l + g - 1 for l, g in pairs)
    return max(counts.values()) / len(pairs)
