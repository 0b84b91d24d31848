# What the commands of a document run in: bash reads this before them (BASH_ENV). A command that fails ends the session
# with the document's name, the line and the command; whatever ends it, the servers end with it.
unset BASH_ENV
set -eo pipefail
trap 'echo "$DOCUMENT:$LINENO: failed with exit code $?: $(sed -n "${LINENO}p" "$0")" >&2' ERR
trap 'for server in $(jobs -p); do kill "$server" 2>/dev/null; done; wait' EXIT
trap exit TERM INT

# server PATTERN COMMAND: runs a command that stays, in the background, until the session ends, and waits until what it
# prints matches the pattern.
server() {
  local output
  output=$(mktemp)
  bash -c "$2" </dev/null >"$output" 2>&1 &
  until grep -qE "$1" "$output"; do
    if ! kill -0 $! 2>/dev/null; then
      cat "$output" >&2
      return 1
    fi
    sleep 0.1
  done
  cat "$output"
}
