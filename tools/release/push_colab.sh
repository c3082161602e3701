#!/usr/bin/env bash
# Replace the branch `colab` by one commit with the reading editions of _build/html, the wheel
# beside them, and what Binder installs: Colab and Binder open notebooks from branches.
# Only pages.yml calls this; it needs GITHUB_REPOSITORY, and in GH_TOKEN leave to push.
set -euo pipefail
cd "$(dirname "$0")/../.."

editions=build/colab
rm -rf "$editions"
mkdir -p "$editions"
cp -R _build/html/_sources/chapters binder constraints.txt "$editions"
wheel=$(cd "$editions" && echo ./chapters/*.whl)
sed -i "s|^-e \.\$|$wheel|" "$editions/binder/requirements.txt"
cat >"$editions/README.md" <<END
The chapters at $GITHUB_SHA as they read on the website, with a first cell that installs the
package where it is missing. Made by tools/release/push_colab.sh: change the chapters on the main
branch, not these.
END

# A commit without parents, made in an index of its own: the checkout stays as it is.
export GIT_INDEX_FILE="$PWD/build/colab.index"
rm -f "$GIT_INDEX_FILE"
git --work-tree="$editions" add --all --force .
tree=$(git write-tree)
commit=$(git -c user.name="github-actions[bot]" \
    -c user.email="41898282+github-actions[bot]@users.noreply.github.com" \
    commit-tree "$tree" -m "Reading editions of the chapters at $GITHUB_SHA")
# gh hands the token from the environment to git; no file and no command line holds it.
git -c credential.helper='!gh auth git-credential' \
    push --quiet --force origin "$commit:refs/heads/colab"
