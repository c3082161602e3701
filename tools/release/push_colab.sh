#!/usr/bin/env bash
# Replace the branch `colab` by one commit with the copies of the chapters for Colab.
# Only pages.yml calls this; it needs GITHUB_REPOSITORY, and in GH_TOKEN leave to push.
set -euo pipefail
cd "$(dirname "$0")/../.."

copies=build/colab
rm -rf "$copies"
python -m tools.release.colab_notebooks "$copies"
cat >"$copies/README.md" <<END
Copies of the chapters at $GITHUB_SHA with a first cell that installs the package, for Colab.
Made by tools/release/push_colab.sh: change the chapters on the main branch, not these.
END

# A commit without parents, made in an index of its own: the checkout stays as it is.
export GIT_INDEX_FILE="$PWD/build/colab.index"
rm -f "$GIT_INDEX_FILE"
git --work-tree="$copies" add --all --force .
tree=$(git write-tree)
commit=$(git -c user.name="github-actions[bot]" \
    -c user.email="41898282+github-actions[bot]@users.noreply.github.com" \
    commit-tree "$tree" -m "Copies of the chapters at $GITHUB_SHA for Colab")
# gh hands the token from the environment to git; no file and no command line holds it.
git -c credential.helper='!gh auth git-credential' \
    push --quiet --force origin "$commit:refs/heads/colab"
