"""Figures: pure functions from arrays to a figure and the words for it.

This package draws arrays and says in the alt text what they show. It computes, samples and trains
nothing: what a figure compares was made elsewhere. Nothing is shown, and pyplot's global state is
left alone. Each module holds the figures of one topic; all of them are read as `figures.name`.
"""

from icl_course.figures.alignment import (
    alignment_curves,
    interpolation,
    out_of_distribution,
)
from icl_course.figures.attention_layer import bilinear_maps, deviations, token_targets
from icl_course.figures.concepts import (
    concept_planes,
    decodability_over_training,
    fine_tuning,
    risk_by_concept,
    steering,
)
from icl_course.figures.depth import risk_by_depth, roll_outs, spectrum_transform
from icl_course.figures.descent_curves import descent_paths, final_losses, loss_curves
from icl_course.figures.features import (
    example_counts,
    sine_fits,
    temperature_errors,
    training_losses,
)
from icl_course.figures.induction import (
    ablation_costs,
    losses_by_place,
    patterns_on_repeats,
    transition,
)
from icl_course.figures.learner import accuracies_by_place, phase_map, plateau_lengths, plateaus
from icl_course.figures.limits import diversity, online_risk, order_sensitivities, preconditioner
from icl_course.figures.positions import attention_maps, copy_errors, copying_over_training
from icl_course.figures.risks import risk_by_context, risk_by_step_size
from icl_course.figures.training_cost import step_costs

__all__ = [
    "ablation_costs",
    "accuracies_by_place",
    "alignment_curves",
    "attention_maps",
    "bilinear_maps",
    "concept_planes",
    "copy_errors",
    "copying_over_training",
    "decodability_over_training",
    "descent_paths",
    "deviations",
    "diversity",
    "example_counts",
    "final_losses",
    "fine_tuning",
    "interpolation",
    "loss_curves",
    "losses_by_place",
    "online_risk",
    "order_sensitivities",
    "out_of_distribution",
    "patterns_on_repeats",
    "phase_map",
    "plateau_lengths",
    "plateaus",
    "preconditioner",
    "risk_by_concept",
    "risk_by_context",
    "risk_by_depth",
    "risk_by_step_size",
    "roll_outs",
    "sine_fits",
    "spectrum_transform",
    "steering",
    "step_costs",
    "temperature_errors",
    "token_targets",
    "training_losses",
    "transition",
]
