"""The registry: every figure and table of the paper, by the name that the command knows it by."""

import difflib
from collections.abc import Mapping
from typing import Any

from icl_course.arrays import Scalar
from icl_course.reproduction import (
    closed_forms,
    concepts,
    curved,
    deep,
    elsewhere,
    fixed_sets,
    in_context_learner,
    induction_heads,
    limits,
    one_layer,
    plateaus,
    rolling,
    sweep,
    tied,
    tokens_apart,
    variants,
    weights,
)
from icl_course.reproduction.records import Experiment, Run

SCALES = ("laptop", "paper")

EVALUATION = {"n_tasks": 100_000, "n_aligned": 20_000, "n_per_snapshot": 10_000}
"""Tasks for losses, for alignment, and for each point of a curve."""

SEEDS = {"seeds": (0, 1, 2, 3, 4), "n_steps": 12_000, "batch_size": 2_048}
"""One trained layer, at the paper's batch. Its 5,000 steps are too few for one seed of these five,
which stays on a plateau for 10,000; the table says how many seeds are done after 5,000."""

THREE = {"seeds": (0, 1, 2), "n_steps": 5_000, "batch_size": 2_048}
"""Two tied layers: likewise."""

ONE = {**SEEDS, **EVALUATION}


def experiments() -> dict[str, Experiment]:
    """Return all experiments by name, in the order of the paper."""
    found = (
        *_theory_and_one_layer(),
        *_depth(),
        *_beyond(),
        *_induction(),
        *_learner(),
        *_concepts(),
        *_limits(),
    )
    return {experiment.name: experiment for experiment in found}


def _experiment(
    name: str,
    title: str,
    section: str,
    run: Run,
    laptop: Mapping[str, Any],
    paper: Mapping[str, Any],
    minutes: tuple[Scalar, Scalar],
) -> Experiment:
    """Return the record; `paper` names only what differs from `laptop`."""
    return Experiment(
        name=name,
        title=title,
        section=section,
        run=run,
        sizes={"laptop": dict(laptop), "paper": {**laptop, **paper}},
        minutes=dict(zip(SCALES, minutes, strict=True)),
    )


def _theory_and_one_layer() -> tuple[Experiment, ...]:
    """Return what needs no training, and all that is asked of one linear layer."""
    contexts = {"n_tasks": 200_000, "n_contexts": 4_000_000, "n_drawn": 2_000}
    return (
        _experiment(
            "closed-forms", "Best step sizes and their losses: closed forms against simulation",
            "section 3, appendix A.10", closed_forms.best_steps, contexts,
            {}, (3, 3),
        ),
        _experiment(
            "one-layer", "One trained linear layer against one gradient step, over seeds",
            "section 3, Fig. 2", one_layer.alignment, ONE, {"n_tasks": 1_000_000}, (2.5, 4),
        ),
        _experiment(
            "n-equals-d", "One layer against one step as N = d grows", "section 3, Fig. 2",
            sweep.sizes,
            {**EVALUATION, "sizes": (2, 5, 10, 15), "n_steps": 3_000, "batch_size": 1_024},
            {"sizes": (2, 5, 10, 15, 20, 25), "n_steps": 5_000, "batch_size": 2_048}, (2, 10),
        ),
        _experiment(
            "out-of-distribution", "Other inputs, teachers and laws than in training",
            "section 3, Fig. 3 and appendix", elsewhere.out_of_distribution, ONE, {}, (1.5, 1.5),
        ),
        _experiment(
            "noisy-labels", "Context labels replaced by noise", "appendix",
            elsewhere.noisy_labels, ONE, {}, (1, 1),
        ),
        _experiment(
            "roll-out", "A trained layer applied 50 times, with damping and without",
            "section 4, appendix", rolling.roll_out, {**ONE, "n_rolled": 2, "n_tasks": 50_000},
            {"n_rolled": 5, "n_tasks": 100_000}, (2, 6),
        ),
        _experiment(
            "weight-maps", "The two products of trained weights, beside Proposition 1's",
            "section 3, appendix", weights.maps, ONE, {}, (0.2, 0.2),
        ),
    )  # fmt: skip


def _depth() -> tuple[Experiment, ...]:
    """Return looped layers and layers of their own."""
    contexts = {**EVALUATION, "n_contexts": 200_000}
    single = {**EVALUATION, "learning_rate": 1e-3}
    full = {"n_steps": 50_000, "batch_size": 2_048, "learning_rate": 5e-4}
    return (
        _experiment(
            "tied-2", "Two tied layers against GD and GD++, over seeds",
            "section 4, appendix A.10", tied.two_layers, {**THREE, **contexts},
            {"n_tasks": 1_000_000, "n_contexts": 1_000_000}, (5, 8),
        ),
        _experiment(
            "tied-10", "Ten tied layers against ten steps of GD and GD++", "section 4",
            tied.ten_layers,
            {**contexts, "n_contexts": 50_000, "seeds": (0,), "n_steps": 3_000, "batch_size": 256,
             "n_aligned": 5_000},
            {"n_contexts": 200_000, "n_steps": 5_000, "batch_size": 2_048, "seeds": (0, 1, 2)},
            (3, 60),
        ),
        _experiment(
            "untied-5", "Five layers with weights of their own", "section 4", deep.five_layers,
            {**single, "n_steps": 4_000, "batch_size": 256, "n_aligned": 5_000}, full, (3, 120),
        ),
        _experiment(
            "untied-12", "Twelve blocks of four heads and an MLP", "section 4, appendix",
            deep.twelve_blocks,
            {**single, "n_steps": 1_000, "batch_size": 128, "d_hidden": 44, "n_tasks": 20_000,
             "n_aligned": 2_000, "n_per_snapshot": 1_000, "learning_rate": 5e-4},
            {**full, "n_tasks": 100_000}, (3, 600),
        ),
    )  # fmt: skip


def _beyond() -> tuple[Experiment, ...]:
    """Return other layers, other targets, other tokens, and how training goes."""
    alone = {**EVALUATION, "n_steps": 5_000, "batch_size": 2_048}
    return (
        _experiment(
            "softmax", "Softmax attention with one head and with two", "section 3, appendix",
            variants.softmax, {**alone, "batch_size": 512, "seeds": (0, 1, 2, 3)},
            {"batch_size": 2_048}, (3, 20),
        ),
        _experiment(
            "layer-norm", "A linear layer behind LayerNorm", "appendix", variants.normalised,
            {**alone, "batch_size": 1_024, "seeds": (0,)}, {"batch_size": 2_048}, (1, 2),
        ),
        _experiment(
            "sine", "Sines: an MLP before the layer, against GD on its top layer", "section 5",
            curved.sines,
            {**EVALUATION, "n_context": 10, "d_hidden": 40, "d_features": 40, "n_steps": 3_000,
             "batch_size": 256, "largest_norm": 10.0, "n_aligned": 5_000, "n_tasks": 50_000},
            {"n_steps": 50_000, "batch_size": 2_048}, (3, 60),
        ),
        _experiment(
            "alternating-tokens", "Inputs and targets as separate tokens", "section 6, Fig. 6",
            tokens_apart.alternating,
            {**EVALUATION, "seed": 0, "n_steps": 10_000, "batch_size": 512, "n_seen": 20},
            {"batch_size": 2_048}, (3, 12),
        ),
        _experiment(
            "fixed-tasks", "Training on a fixed set of tasks", "appendix", fixed_sets.sets,
            {**EVALUATION, "n_fixed": (128, 512, 2_048, 8_192), "n_steps": 3_000,
             "batch_size": 1_024, "n_aligned": 5_000},
            {"n_steps": 5_000, "batch_size": 2_048}, (2, 4),
        ),
        _experiment(
            "plateaus", "Loss curves over seeds: a plateau, then a fall", "appendix",
            plateaus.over_seeds, {"one-layer": ONE, "tied-2": THREE}, {}, (0.2, 0.2),
        ),
    )  # fmt: skip


def _induction() -> tuple[Experiment, ...]:
    """Return induction heads."""
    few = ({"n_layers": 2}, {"n_layers": 1}, {"n_layers": 1, "is_smeared": True})
    depths = [{"n_layers": n, "d_hidden": d} for n in range(1, 7) for d in (0, 256)]
    return (
        _experiment(
            "induction-heads", "Induction heads: by hand, trained, silenced",
            "Olsson et al. 2022 (2209.11895)", induction_heads.induction_heads,
            {"seeds": (0,), "nets": few, "n_steps": 1_600, "batch_size": 32, "n_per_chunk": 25,
             "n_prompts": 200},
            {"seeds": (0, 1, 2, 3, 4), "nets": (*few, *depths), "n_steps": 5_000,
             "batch_size": 128, "n_prompts": 1_000},
            (3, 240),
        ),
    )  # fmt: skip


def _learner() -> tuple[Experiment, ...]:
    """Return in-context learners."""
    small = {"d_model": 32, "n_heads": 2, "learning_rate": 3e-3}
    two = {**small, "n_classes": 2, "n_steps": 1_000, "is_smeared": True}
    plain = {**small, "n_classes": 2, "n_steps": 750, "has_bar": False}
    four = {**small, "n_classes": 4, "n_steps": 1_500, "is_smeared": True}
    lstm = {"d_state": 64, "learning_rate": 3e-3, "n_classes": 2, "n_steps": 750, "has_bar": False}
    ten = {"n_classes": 10, "n_examples": 100, "n_layers": 4, "d_model": 256, "n_heads": 8,
           "d_x": 64, "batch_size": 512, "n_steps": 100_000, "learning_rate": 3e-4,
           "folder": "/usr/share/datasets/fashion-mnist"}  # fmt: skip
    return (
        _experiment(
            "in-context-learner", "In-context learners on tasks made of images",
            "Kirsch et al. 2022 (2212.04458)", in_context_learner.in_context_learner,
            {"seed": 0, "n_prompts": 1_000, "n_window": 20,
             "remedies": [("two, plain keys", "two")],
             "nets": {"two": two, "two, plain keys": plain, "four": four, "two, LSTM": lstm}},
            {"n_prompts": 10_000, "remedies": [("ten", "ten, smeared")],
             "nets": {"ten": ten, "ten, smeared": {**ten, "is_smeared": True}}},
            (3, 2_000),
        ),
    )  # fmt: skip


def _concepts() -> tuple[Experiment, ...]:
    """Return concepts: a mixture of sparse linear regressions."""
    small = {"n_examples": 10, "noise_variance": 0.01}
    four, papers = {"n_concepts": 4, "size": 2}, {"n_concepts": 4, "size": 4}
    laptop = {
        "disjoint bases, weights N(2, 1)": {
            "bases": "disjoint", "sizes": four, "law": {**small, "mean": 2.0}, "is_asked": True,
        },
    }  # fmt: skip
    large = {"n_examples": 20, "noise_variance": 0.01}
    paper = {
        **laptop,
        "disjoint bases, weights N(0, 1)": {
            "bases": "disjoint", "sizes": papers, "law": {**large, "mean": 0.0}, "is_asked": True,
        },
        "six bases": {
            "bases": "disjoint", "sizes": {"n_concepts": 6, "size": 4},
            "law": {**large, "mean": 0.0}, "is_asked": False,
        },
        "overlapping bases": {
            "bases": "overlapping", "sizes": {"n_concepts": 4, "size": 4, "step": 2},
            "law": {**large, "mean": 0.0}, "is_asked": False,
        },
    }  # fmt: skip
    return (
        _experiment(
            "concepts", "Concepts: decodability, its tie to the risk, and steering",
            "2412.12276, section 3", concepts.concepts,
            {"mixtures": laptop, "n_steps": 4_000, "batch_size": 64, "learning_rate": 3e-3,
             "net": {"d_model": 48, "n_heads": 2, "n_layers": 3, "d_hidden": 192}},
            {"mixtures": paper, "n_steps": 80_000, "batch_size": 128, "learning_rate": 1e-3,
             "net": {"d_model": 256, "n_heads": 8, "n_layers": 12, "d_hidden": 1_024}},
            (3, 6_000),
        ),
    )  # fmt: skip


def _limits() -> tuple[Experiment, ...]:
    """Return what other papers found, where gradient descent is not the whole story."""
    return (
        _experiment(
            "preconditioner", "The step that one layer learns for inputs that are not alike",
            "2306.00297, theorem 1", limits.preconditioner,
            {"seeds": (0, 1, 2, 3, 4, 5), "n_steps": 3_000, "batch_size": 512},
            {"seeds": tuple(range(16)), "n_steps": 10_000, "batch_size": 2_048}, (1, 20),
        ),
        _experiment(
            "delta-rule", "The delta rule in two forms, and against one batch step",
            "2102.11174, section 4; 2406.06484, section 3", limits.delta_forms,
            {"n_tasks": 20_000}, {"n_tasks": 200_000}, (0.5, 1),
        ),
        _experiment(
            "order-sensitivity", "How far predictions move with the order of the examples",
            "2310.08540", limits.order, {"n_tasks": 500}, {"n_tasks": 5_000}, (0.5, 2),
        ),
        _experiment(
            "task-diversity", "Nets trained on few and on many teachers, asked about new ones",
            "2306.15063, figure 2", limits.teachers,
            {"seed": 0, "d_x": 3, "n_context": 8, "n_teachers": (2, 8, 32, 128, 512),
             "d_hidden": 128, "n_steps": 4_000, "batch_size": 256, "learning_rate": 4e-3,
             "n_tasks": 4_000},
            {"d_x": 8, "n_context": 16, "n_teachers": tuple(4**k for k in range(1, 7)),
             "d_hidden": 1_024, "n_steps": 100_000, "batch_size": 1_024, "learning_rate": 1e-3},
            (1.5, 60),
        ),
    )  # fmt: skip


def find(name: str) -> Experiment:
    """Return one experiment, or raise `ValueError` with the names that come closest."""
    known = experiments()
    if name in known:
        return known[name]
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
    offer = f" Did you mean {' or '.join(close)}?" if close else ""
    raise ValueError(
        f"there is no experiment {name!r}.{offer} icl-course reproduce --list names all "
        f"{len(known)}."
    )
