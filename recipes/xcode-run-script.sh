# Xcode: the text of a Run Script phase. It works under script sandboxing (ENABLE_USER_SCRIPT_SANDBOXING) when the phase's
# input files name what it reads: $(SRCROOT), or file lists of the sources. Uncheck "Based on dependency analysis".
# The cache lies in the build directory, which the sandbox lets a script write to.
export CALLKIT_LINT_CACHE_DIR="${DERIVED_FILE_DIR:-${TMPDIR:-/tmp}}/callkit-lint"
export PATH="$PATH:/opt/homebrew/bin:/usr/local/bin:$HOME/.local/bin"
if ! command -v callkit-lint >/dev/null; then
  echo "warning: callkit-lint is not installed; see https://github.com/callkit-lint/callkit-lint"
  exit 0
fi
callkit-lint check --format xcode --root "$SRCROOT" "$SRCROOT"
