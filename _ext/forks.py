"""Points the site's links at the repository that builds it, so that a fork's lead to the fork.

GitHub Actions names the repository in the build's environment, and `pages.yml` adds the
site's address. A build that knows neither shows no button that could lead nowhere.
"""

import os
from urllib.parse import urlencode

from docutils import nodes

COLAB = "https://colab.research.google.com"
BINDER = "https://mybinder.org"
EDITIONS = "colab"  # the branch to which push_colab.sh pushes the reading editions


def theme_options(environ):
    """Return the theme's options on the repository, none where it is not known."""
    repository = environ.get("GITHUB_REPOSITORY", "")
    server = environ.get("GITHUB_SERVER_URL", "https://github.com").rstrip("/")
    if not repository:
        return {}
    options = {
        "repository_url": f"{server}/{repository}",
        "repository_provider": "github",
        "repository_branch": branch(environ),
        "use_repository_button": True,
        "use_issues_button": True,
        "use_edit_page_button": True,
    }
    if server == "https://github.com":  # Binder and Colab do not see other servers
        services = {"binderhub_url": BINDER, "colab_url": COLAB, "notebook_interface": "jupyterlab"}
        options["launch_buttons"] = services
    return options


def branch(environ):
    """Return the branch that is built; a tag or a pull request is none, and means main."""
    ref = environ.get("GITHUB_REF", "")
    return ref.removeprefix("refs/heads/") if ref.startswith("refs/heads/") else "main"


def base_url(environ):
    """Return the site's address with one slash at its end, "" where it is not known."""
    url = environ.get("BOOK_BASE_URL", "").rstrip("/")
    return f"{url}/" if url else ""


def configure(app, config):
    """Write what the environment says into Sphinx's settings."""
    config.html_theme_options = config.html_theme_options | theme_options(os.environ)
    if url := base_url(os.environ):
        config.html_baseurl = config.ogp_site_url = url
        config.sitemap_url_scheme = "{link}"  # the default puts the language into each address
        made = (
            "404.html",
            "search.html",
            "genindex.html",
            "*-modindex.html",
            "prf-*.html",
            "_modules/*",
        )
        config.sitemap_excludes = list(made)


def open_editions(app, pagename, templatename, context, doctree):
    """Let the buttons of Colab and Binder open the reading editions."""
    built = branch(os.environ)
    groups = [button.get("buttons", []) for button in context.get("header_buttons", [])]
    for button in (button for group in groups for button in group):
        for service, form in ((COLAB, "/blob/{}/"), (BINDER, "/{}?urlpath=")):
            if button.get("url", "").startswith(service):
                old, new = form.format(built), form.format(EDITIONS)
                button["url"] = button["url"].replace(old, new, 1)


def pull_link(environ):
    """Return the link by which a JupyterHub with nbgitpuller copies the notebooks."""
    repository = theme_options(environ)["repository_url"]
    place = f"lab/tree/{repository.rpartition('/')[2]}/chapters"
    what = urlencode({"repo": repository, "branch": EDITIONS, "urlpath": place})
    hub = environ.get("BOOK_HUB", "").rstrip("/") or "https://hub.example.edu"
    return f"{hub}/hub/user-redirect/git-pull?{what}"


def show_pull_link(app, doctree, docname):
    """Show that link on the instructors' page, where the repository is known."""
    if docname == "pages/instructors" and theme_options(os.environ):
        (room,) = (one for one in doctree.findall(nodes.container) if "hub" in one["classes"])
        link = pull_link(os.environ)
        if os.environ.get("BOOK_HUB"):
            room += nodes.paragraph("", "", nodes.reference("", link, refuri=link))
        else:
            room += nodes.literal_block(link, link, language="text")


def setup(app):
    """Connect to Sphinx; the sitemap is for a site whose address is known."""
    if base_url(os.environ):
        app.setup_extension("sphinx_sitemap")
    app.connect("config-inited", configure)
    app.connect("doctree-resolved", show_pull_link)
    app.connect("html-page-context", open_editions, priority=900)  # the theme's are made
    return {"parallel_read_safe": True, "parallel_write_safe": True}
