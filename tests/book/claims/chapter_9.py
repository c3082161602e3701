"""Numbers in the text of chapter 9."""

import numpy as np

from longterm import atlas, decay, products, scaling

from . import drawn, said

PAGE = "chapters/09_atlas.ipynb"


def spread_a_step(width):
    """Of fresh layers, of a reused matrix, and the lag at which they cross."""
    fresh = scaling.log_norm_step(width).variance ** 0.5 / 2
    reused = scaling.log_radius(width).variance ** 0.5
    return fresh, reused, (fresh / reused) ** 2


def noisy_half_life():
    """Steps in which a gate at bias 3 halves its memory that hears noise."""
    return -np.log(2) / atlas.forget_gate(1, 1, rng=np.random.default_rng(0)).law[1]


def least_heard():
    """Least size over the root mean square, and where it is, for eight coefficients."""
    sizes = atlas.legendre_sizes(np.linspace(0, 1, 1001), 8)
    return sizes.min() / np.sqrt(8), sizes.argmin() / 1000


def typical_factor():
    return np.exp(products.log_abs_moments(1.0).mean)


def below_the_picture():
    """Lag at which fresh weights leave the picture."""
    return np.log(1e-12) / products.log_abs_moments(1.0).mean


CLAIMS = [
    ("out of the picture before lag {}; several", lambda: said("50", 40, below_the_picture(), 50)),
    (
        r"the spreads are ${0[0]:.3f}\sqrt k$ and ${0[1]:.3f}\,k$, and they cross at lag "
        "{0[2]:.0f}.",
        lambda: spread_a_step(20),
    ),
    (r"typically $({:.3f}\sqrt v)^k$", typical_factor),
    ("halves its memory in {:.1f} steps.", lambda: decay.gate_half_life(3.0)),
    ("Shorter: {:.1f} steps.", noisy_half_life),
    (
        r"spread by ${0[0]:.3f}\sqrt k$, a reused matrix by ${0[1]:.3f}\,k$.",
        lambda: spread_a_step(20),
    ),
    ("{0[0]:.3f} against {0[1]:.3f}: at lag {0[2]:.0f}, in", lambda: spread_a_step(100)),
    ("in place of {:.0f}. Both spreads", lambda: spread_a_step(20)[2]),
    (
        "In the {0[1]}, where it has {0[0]:.2f} of",
        lambda: (least_heard()[0], said("middle", 0.49, least_heard()[1], 0.51)),
    ),
    (r"0.5)^{{k/2}} = {:.3f}^k$", lambda: np.sqrt(0.95 * 0.5)),
    (
        "between {0[0]} and {0[1]} dips to minus",
        lambda: [said(word, low, edge, high) for word, low, edge, high in locked()],
    ),
    ("dips to minus {:.1f}: there", lambda: -drawn("fig-lock", "1 1y min")),
]


def locked():
    """Where the phase is held, at a quarter turn, with what the text says of its ends."""
    angles = np.linspace(1.2, 1.95, 151)
    held = angles[atlas.turning_exponents(1.5, angles, 1000)[:, 0] < -0.05]
    return ("1.4", 1.35, held[0], 1.45), ("1.7", 1.65, held[-1], 1.75)
