#!/usr/bin/env bash
# Put the reading editions of _build/html on the branch `colab`, the wheel beside them, and what
# Binder installs: Colab, Binder and hubs with nbgitpuller take notebooks from branches.
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

# gh hands the token from the environment to git; no file and no command line holds it.
with_token=(git -c credential.helper='!gh auth git-credential')
last=$("${with_token[@]}" ls-remote origin refs/heads/colab | cut -f 1)
if [ -n "$last" ]; then "${with_token[@]}" fetch --quiet --depth 1 origin "$last"; fi

# A commit made in an index of its own: the checkout stays as it is. It stands on the last one, for
# nbgitpuller merges what is new into students' copies.
export GIT_INDEX_FILE="$PWD/build/colab.index"
rm -f "$GIT_INDEX_FILE"
git --work-tree="$editions" add --all --force .
tree=$(git write-tree)
commit=$(git -c user.name="github-actions[bot]" \
    -c user.email="41898282+github-actions[bot]@users.noreply.github.com" \
    commit-tree "$tree" ${last:+-p "$last"} -m "Reading editions of the chapters at $GITHUB_SHA")
"${with_token[@]}" push --quiet origin "$commit:refs/heads/colab"
