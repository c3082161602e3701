"""Why gradients vanish and explode: the tested functions behind the course.

Each chapter calls one module: `scalar`, `linear`, `products`, `scaling`, `dynamics`.
`rnn` and `feedforward` hold the networks that the chapters open up, `plots`
draws every recurring figure. The mathematics never imports a plot.
"""

__version__ = "0.1.0"
