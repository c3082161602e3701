"""Run a tool: `python -m tools book.seeds`. Ctrl-C stops it without a traceback."""

import runpy
import sys


def main():
    """Run the module that the first word names, with the words after it."""
    name = f"tools.{sys.argv.pop(1)}"
    try:
        runpy.run_module(name, run_name="__main__", alter_sys=True)
    except KeyboardInterrupt:
        print("\nStopped.")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
