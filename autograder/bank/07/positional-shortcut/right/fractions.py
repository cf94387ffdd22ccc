# route: exact fractions, one guessed distance after the other
from fractions import Fraction


def blind_score(shortest, longest, largest_gap):
    lengths, gaps = longest - shortest + 1, largest_gap + 1
    best = Fraction(0)
    for distance in range(shortest, longest + largest_gap + 1):
        hits = sum(1 for gap in range(gaps) if shortest <= distance - gap <= longest)
        best = max(best, Fraction(hits, lengths * gaps))
    return float(best)
