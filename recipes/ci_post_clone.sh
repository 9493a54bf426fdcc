#!/bin/sh
# Xcode Cloud: save as ci_scripts/ci_post_clone.sh and make it executable. The build stops on findings.
set -eu
cd "$CI_PRIMARY_REPOSITORY_PATH"
python3 -m venv "$TMPDIR/callkit-lint"
"$TMPDIR/callkit-lint/bin/pip" install --quiet git+https://github.com/callkit-lint/callkit-lint@v0.1.0
"$TMPDIR/callkit-lint/bin/callkit-lint" check --format xcode
