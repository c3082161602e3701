"""The book's figures: a module a chapter, with its static and its slider figures together.

A static figure takes arrays and returns a `HouseFigure`; a slider figure takes nothing, computes
all its frames with the package's mathematics, and returns a `SliderFigure`. The modules share a
core: `style` (colours, the house style), `digest` (a figure in words and numbers), and `sliders`.
"""
