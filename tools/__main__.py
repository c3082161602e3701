"""Run a tool: `python -m tools book.seeds`. Ctrl-C stops it in one line, without a traceback."""

import os
import runpy
import signal
import sys

stopped = False


def stop(*_):
    """Stop what is running; what others say of that is not of interest."""
    global stopped
    stopped = True
    sys.stderr = open(os.devnull, "w")  # noqa: SIM115
    raise KeyboardInterrupt


def main():
    """Run the module that the first word names, with the words after it."""
    signal.signal(signal.SIGINT, stop)
    try:
        runpy.run_module(f"tools.{sys.argv.pop(1)}", run_name="__main__", alter_sys=True)
    except BaseException as error:
        if not (stopped or isinstance(error, KeyboardInterrupt)):
            raise
        print("\nStopped.")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
