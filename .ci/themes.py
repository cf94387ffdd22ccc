"""Print the part of the zoo that CI runs, as an expression for `pytest -k`: a few themes of cases.

Themes that one of the last COMMITS commits touched, then two in turn, chosen by the number of
commits, so that each comes round: now as whoever runs this, now as an ordinary user.
"""

from lessons import ROOT, git

COMMITS = 5
MOST = 4
IN_TURN = 2


def themes_to_run(themes: list[str], touched: set[str], count: int) -> list[str]:
    """Return the names of themes: at most MOST, among them two in turn."""
    in_turn = [themes[(IN_TURN * count + i) % len(themes)] for i in range(IN_TURN)]
    changed = [theme for theme in themes if theme in touched and theme not in in_turn]
    return [*in_turn, *changed[: MOST - IN_TURN]]


def expression(themes: list[str], who: str) -> str:
    """Return what names all tests of some themes."""
    return " or ".join(f"{who}-{theme}- or (rest_of and {theme}- and {who})" for theme in themes)


if __name__ == "__main__":
    cases = ROOT / "tests" / "hostile" / "zoo"
    known = sorted(
        path.stem for path in cases.glob("*.py") if path.stem not in ("__init__", "case")
    )
    paths = git("log", f"-{COMMITS}", "--name-only", "--format=", "--", str(cases)).splitlines()
    changed = {path.rsplit("/", 1)[-1].removesuffix(".py") for path in paths}
    number = int(git("rev-list", "--count", "HEAD"))
    who = ("as-is", "as-user")[number // len(known) % 2]
    print(expression(themes_to_run(known, changed, number), who))
