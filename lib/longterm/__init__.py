"""Why gradients vanish and explode: the tested functions behind the course.

There is one module to an idea, loaded when it is first asked for; ``dir(longterm)`` lists them, and
each says in its ``__all__`` what it offers. The mathematics never imports a figure.

**Bad input** is refused with an error that names the argument and says what is accepted.
A `TypeError` answers the wrong type: a size that is no integer (3.0, ``"3"``, True), numbers that
are none or not real, an `rng` that is no `numpy.random.Generator`. A `ValueError` answers nan and
inf, numbers and words that the docstring does not allow, shapes that do not fit, and sizes that
would make more than 10⁸ numbers. Under *Raises* a function names only what it refuses beyond that.

**Results** are float64, or complex128 where an input is complex; several together are a
`NamedTuple`. No function prints a warning.
"""

import importlib
import pkgutil
from types import ModuleType

__version__ = "0.3.0"
__all__ = [found.name for found in pkgutil.iter_modules(__path__) if found.name[0] != "_"]


def __getattr__(name: str) -> ModuleType:
    """Load a module when it is first asked for."""
    if name in __all__:
        return importlib.import_module(f"longterm.{name}")
    raise AttributeError(f"module 'longterm' has no attribute {name!r}")


def __dir__() -> list[str]:
    """List the modules, loaded or not."""
    return [*__all__, "__version__"]
