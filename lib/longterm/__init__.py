"""Why gradients vanish and explode: the tested functions behind the course.

Each chapter calls its module: `scalar`, `linear`, `products`, `scaling`, `memory`, `training`,
`dynamics`, `remedies`. `rnn` and `feedforward` hold the networks that the chapters open up,
`tasks` what they learn, `sweeps` spreads work over all cores, `figures` draws what the
chapters show. The mathematics never imports a figure.
"""

import numpy as np

__version__ = "0.2.0"

# glibc hands a large array back to the system when it is freed, and the next one pays for each of
# its pages again: a fifth of a training's time. One free of 32 MB tells it to keep that much.
np.empty(2**25 - 2**16, dtype=np.uint8)
