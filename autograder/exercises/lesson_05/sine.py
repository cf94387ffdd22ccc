"""The sampler of sine tasks, judged by its law and by what holds for every task it returns.

Every bound is six standard errors, or a chance of 1e-9: over all of them together a right sampler
is refused less than once in a million runs.
"""

import numpy as np

from autograder.exercise import Arrays, Case, UnreadableAnswerError

N_DRAWS = 512
AMPLITUDES = (0.1, 0.5)
PHASES = (0.0, np.pi)
INPUTS = (-5.0, 5.0)
SE = 6.0
"""Standard errors that a statistic may lie off."""

REACH = 20.7
"""-log(1e-9): n uniform draws all miss a share REACH / n of their range once in 1e9."""

SLACK = 1e-4
"""Rounding of a recovered amplitude or phase."""

FIELDS = ("xs", "ys", "x_query", "y_query")

OFF_THE_WAVE = "distance of a point from its wave"
SAME_AGAIN = "whether one key gives one task (1 is yes)"
AMPLITUDE_LAW = "whether amplitudes have their law (1 is yes)"
PHASE_LAW = "whether phases have their law (1 is yes)"
INPUT_LAW = "whether inputs have their law (1 is yes)"
INDEPENDENT = "whether all draws are independent (1 is yes)"
"""What a message calls that which is seen of a sampler."""


def draw_seeds(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw the seeds of many keys."""
    (n_context,) = sizes
    seeds = generator.choice(2**31 - 1, N_DRAWS, replace=False).astype(np.int32)
    return {"seeds": seeds, "n_context": np.asarray(n_context)}


def lawful(case: Case) -> Arrays:
    """Name what holds for a right sampler."""
    names = (SAME_AGAIN, AMPLITUDE_LAW, PHASE_LAW, INPUT_LAW, INDEPENDENT)
    return {OFF_THE_WAVE: np.asarray(0.0)} | {name: np.asarray(1.0) for name in names}


def rounding_of_a_sine(case: Case, outputs: Arrays) -> Arrays:
    """A flag has no rounding; a point lies off its wave by a few eps of the largest argument."""
    return {OFF_THE_WAVE: np.asarray(8.0)}


def observe(case: Case, outputs: Arrays) -> Arrays:
    """See whether all points of a task lie on one wave, and what law the waves and inputs have."""
    _check_shapes(case, outputs)
    xs, ys, x_query, y_query = (np.asarray(outputs[name], np.float64) for name in FIELDS)
    if not all(np.all(np.isfinite(field)) for field in (xs, ys, x_query, y_query)):
        raise UnreadableAnswerError("a task holds NaN or infinite numbers")
    points = np.concatenate([xs[:, :, 0], x_query], axis=1)
    heights = np.concatenate([ys[:, :, 0], y_query], axis=1)
    amplitude, phase, residual = _waves(points, heights)
    u, v = _unit(amplitude, AMPLITUDES), _unit(phase, PHASES)
    inputs = _unit(points, INPUTS)
    seen = {
        OFF_THE_WAVE: float(residual.max()),
        SAME_AGAIN: _same_again(outputs),
        AMPLITUDE_LAW: _is_uniform(u),
        PHASE_LAW: _is_uniform(v),
        INPUT_LAW: _is_uniform(inputs[:, :-1]) and _is_uniform(inputs[:, -1]),
        INDEPENDENT: _independent([u, v, *inputs[:, [0, 1, -1]].T]),
    }
    seen |= _suspicions(amplitude, phase, points, heights)
    return {name: np.asarray(float(value)) for name, value in seen.items()}


def _check_shapes(case: Case, outputs: Arrays) -> None:
    n_context = int(case["n_context"])
    expected = {"xs": (n_context, 1), "ys": (n_context, 1), "x_query": (1,), "y_query": (1,)}
    for name, shape in expected.items():
        came = np.shape(outputs[f"{name}_again"])
        if came != shape or np.shape(outputs[name]) != (N_DRAWS, *shape):
            raise UnreadableAnswerError(
                f"{name} {list(came)}; asked for {list(shape)}, with n_context = {n_context}"
            )


def _waves(points: np.ndarray, heights: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return amplitude, phase and largest residual of the wave nearest to the points of each task.

    A sin(x + φ) = A cos φ sin x + A sin φ cos x, so the fit is linear.
    """
    basis = np.stack([np.sin(points), np.cos(points)], axis=-1)
    fit = np.linalg.pinv(basis) @ heights[:, :, None]
    residual = np.abs(basis @ fit - heights[:, :, None]).max(axis=(1, 2))
    in_phase, quadrature = fit[:, 0, 0], fit[:, 1, 0]
    phase = np.arctan2(quadrature, in_phase)
    # A phase just below pi may come back just above -pi.
    phase = np.where(phase < -np.pi + SLACK, phase + 2 * np.pi, phase)
    return np.hypot(in_phase, quadrature), phase, residual


def _unit(draws: np.ndarray, interval: tuple[float, float]) -> np.ndarray:
    low, high = interval
    return (draws - low) / (high - low)


def _is_uniform(unit: np.ndarray) -> bool:
    """Say whether draws look uniform on [0, 1]: support, reach, moments, and no steps."""
    n = unit.size
    inside = unit.min() > -SLACK * 10 and unit.max() < 1 + SLACK * 10
    reaches = unit.min() < REACH / n + SLACK * 10 and unit.max() > 1 - REACH / n - SLACK * 10
    moments = all(
        abs((unit**k).mean() - 1 / (k + 1)) < SE * np.sqrt((1 / (2 * k + 1) - 1 / (k + 1) ** 2) / n)
        for k in (1, 2, 3)
    )
    distinct = len(np.unique(unit.round(5))) > 0.8 * min(n, N_DRAWS)
    return bool(inside and reaches and moments and distinct)


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    a, b = a - a.mean(), b - b.mean()
    size = np.sqrt((a**2).sum() * (b**2).sum())
    return float((a * b).sum() / size) if size > 1e-12 else 1.0


def _independent(columns: list[np.ndarray]) -> bool:
    """Say whether no two columns are correlated, nor their distances from the middle."""
    bound = SE / np.sqrt(N_DRAWS)
    for i, a in enumerate(columns):
        for b in columns[i + 1 :]:
            for left in (a, np.abs(a - 0.5)):
                for right in (b, np.abs(b - 0.5)):
                    if abs(_correlation(left, right)) > bound:
                        return False
    return True


def _same_again(outputs: Arrays) -> bool:
    # Mapped and single draws differ by rounding; another draw differs by more.
    return all(
        np.allclose(outputs[name][0], outputs[f"{name}_again"], rtol=0, atol=1e-4)
        for name in FIELDS
    )


def _suspicions(
    amplitude: np.ndarray, phase: np.ndarray, points: np.ndarray, heights: np.ndarray
) -> dict[str, bool]:
    """Return what tells one slip from another, each true where it shows."""
    xs, x_query = points[:, :-1], points[:, -1]
    _, _, context_residual = _waves(points[:, :-1], heights[:, :-1])
    _, _, residual = _waves(points, heights)
    correlation = _correlation(_unit(amplitude, AMPLITUDES), _unit(phase, PHASES))
    nearest = np.abs(x_query[:, None] - xs).min(axis=1)
    laws = {
        "wide_amplitudes": _is_uniform(_unit(amplitude, (0.1, 5.0))),
        "amplitudes_from_zero": _is_uniform(_unit(amplitude, (0.0, 0.5))),
        "unit_amplitude": bool(np.abs(amplitude - 1).max() < SLACK),
        "whole_circle": _is_uniform(_unit(amplitude, AMPLITUDES))
        and _is_uniform(_unit(phase % (2 * np.pi), (0.0, 2 * np.pi))),
        "unit_phase": _is_uniform(phase),
        "no_phase": bool(np.abs(np.sin(phase)).max() < SLACK),
        "cosine": _is_uniform(_unit(phase % (2 * np.pi), (np.pi / 2, 3 * np.pi / 2))),
    }
    # Without a wave there is no amplitude and no phase to speak of.
    on_the_wave = bool(residual.max() < SLACK)
    return {name: on_the_wave and law for name, law in laws.items()} | {
        "key_ignored": bool(np.ptp(points, axis=0).max() < SLACK),
        "one_wave": bool(np.ptp(amplitude) + np.ptp(phase) < SLACK),
        "one_key": correlation > 0.99,
        "query_input_reused": bool(nearest.max() < SLACK),
        "one_input": bool(np.ptp(xs, axis=1).max() < SLACK),
        "query_off_the_wave": bool(context_residual.max() < SLACK < residual.max() / 10),
        "phase_outside": bool(_offset_residual(points, heights) < SLACK < residual.max() / 10),
        "unit_inputs": _is_uniform(xs),
        "positive_inputs": _is_uniform(xs / 5),
        "half_inputs": _is_uniform(xs + 0.5),
    }


def _offset_residual(points: np.ndarray, heights: np.ndarray) -> float:
    """Return how far each task is from A sin x + c."""
    basis = np.stack([np.sin(points), np.ones_like(points)], axis=-1)
    fit = np.linalg.pinv(basis) @ heights[:, :, None]
    return float(np.abs(basis @ fit - heights[:, :, None]).max())
