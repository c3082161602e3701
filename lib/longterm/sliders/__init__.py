"""The slider figures of the book: a canvas, a frame for each state, and the two put together.

A module a chapter. Every frame function is plain: it maps the sliders' values to what is
drawn and read, computed by the package's mathematics.
"""

from longterm.sliders.dynamics import descent_and_clipping, map_and_plane
from longterm.sliders.linear import shear_and_growth, start_and_direction
from longterm.sliders.memory import hold_or_teach, latch_and_push
from longterm.sliders.products import sample_and_truth, walks_and_thresholds
from longterm.sliders.remedies import gate_and_memory, skip_and_radius
from longterm.sliders.scalar import learning_a_power, powers_and_slopes
from longterm.sliders.scaling import level_gradient, level_walk
from longterm.sliders.training import hold_or_learn, truncated_gradient

__all__ = [
    "descent_and_clipping",
    "gate_and_memory",
    "hold_or_learn",
    "hold_or_teach",
    "latch_and_push",
    "learning_a_power",
    "level_gradient",
    "level_walk",
    "map_and_plane",
    "powers_and_slopes",
    "sample_and_truth",
    "shear_and_growth",
    "skip_and_radius",
    "start_and_direction",
    "truncated_gradient",
    "walks_and_thresholds",
]
