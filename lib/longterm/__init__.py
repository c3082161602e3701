"""Why gradients vanish and explode: the tested functions behind the course.

Each chapter calls its module: `scalar`, `linear`, `products`, `scaling`, `memory`, `training`,
`dynamics`, `remedies`. `rnn` and `feedforward` hold the networks that the chapters open up,
`tasks` what they learn, `sweeps` spreads work over all cores, `plots` draws every recurring
figure. The mathematics never imports a plot.
"""

__version__ = "0.2.0"
