# Functions that the other scripts share: a locked environment, and the extension built into it. Sourced, not run.
set -euo pipefail

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
VENV="${SAPWOOD_VENV:-$ROOT/.venv}"
PYTHON="$VENV/bin/python"
TOOLS="$ROOT/.tools"

say() {
  if [ -t 2 ] && [ -z "${NO_COLOR:-}" ]; then printf '\033[1m==> %s\033[0m\n' "$*" >&2; else printf '==> %s\n' "$*" >&2; fi
}
fail() { printf 'error: %s\n' "$1" >&2; [ -z "${2:-}" ] || printf 'hint: %s\n' "$2" >&2; exit 1; }

# patiently WHAT COMMAND...: runs a command that takes long. A terminal shows the command's own progress; elsewhere a line
# every 20 seconds gives the last that it said, and all of that is shown where it fails.
patiently() {
  local what="$1" log waited=0 code=0; shift
  if [ -t 2 ]; then "$@" >&2; return; fi
  log="$(mktemp)"
  "$@" >"$log" 2>&1 &
  while sleep 1 && kill -0 $! 2>/dev/null; do
    waited=$((waited + 1))
    [ $((waited % 20)) != 0 ] || printf '    %s, %s s: %s\n' "$what" "$waited" "$(tail -n 1 "$log" | cut -c 1-100)" >&2
  done
  wait $! || code=$?
  [ "$code" = 0 ] || cat "$log" >&2
  rm -f "$log"
  return "$code"
}

on_debian_as_root() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }

# system_packages WHY PACKAGE... installs through apt where that is possible, and says what is needed where not.
system_packages() {
  local why="$1"; shift
  on_debian_as_root || fail "$why" "install the equivalent of these Debian packages, then run this again: $*"
  say "Installing system packages: $*"
  patiently "apt-get update" apt-get update -q
  DEBIAN_FRONTEND=noninteractive patiently "apt-get install" apt-get install -y -q --no-install-recommends "$@"
}

# The first python on the path that is 3.11 or later; the one called python3 is asked first.
find_python() {
  local name
  for name in python3 python3.14 python3.13 python3.12 python3.11 python; do
    if command -v "$name" >/dev/null && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      "$name" -c 'import sys; print(sys.executable)'
      return
    fi
  done
  fail "no Python 3.11 or later was found" "install Python 3.11 or later and make sure that python3 starts it"
}

require_rust() {
  command -v cargo >/dev/null || [ ! -x "$HOME/.cargo/bin/cargo" ] || PATH="$HOME/.cargo/bin:$PATH"
  command -v cargo >/dev/null || fail "cargo was not found" "install Rust 1.95 with rustup and open a new shell"
  command -v cc >/dev/null || system_packages "no C compiler was found; the grammars need one" build-essential
}

# The tests open libpython, which Debian packages apart from its python3.
require_libpython() {
  local version
  version="$("$PYTHON" -c '
import os, sys, sysconfig
library = os.path.join(sysconfig.get_config_var("LIBDIR") or "", sysconfig.get_config_var("INSTSONAME") or "")
print("" if sys.base_prefix != "/usr" or os.path.isfile(library) else "%d.%d" % sys.version_info[:2])')"
  [ -z "$version" ] || system_packages "the tests open libpython, which is not installed" "libpython$version"
}

# Tauri's types for windows come from these libraries.
require_window_libraries() {
  pkg-config --exists webkit2gtk-4.1 2>/dev/null ||
    system_packages "the Tauri plugin needs the libraries of windows to build" pkg-config libwebkit2gtk-4.1-dev
}

# Sets UV to a uv program: the one on the path, else a pinned copy in .tools.
require_uv() {
  if command -v uv >/dev/null; then UV="$(command -v uv)"; return; fi
  UV="$TOOLS/bin/uv"
  [ -x "$UV" ] && return
  say "Installing uv into .tools"
  local python; python="$(find_python)"
  if ! "$python" -m venv "$TOOLS" 2>/dev/null; then
    rm -rf "$TOOLS"
    system_packages "this Python cannot make virtual environments" python3-venv
    "$python" -m venv "$TOOLS"
  fi
  "$TOOLS/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$ROOT/requirements/uv.txt"
}

# environment LOCK: makes .venv where it is missing, and brings it to requirements/LOCK.txt.
environment() {
  require_uv
  [ -x "$PYTHON" ] || "$UV" venv --quiet --python "$(find_python)" "$VENV"
  local lock="$ROOT/requirements/$1.txt" stamp="$VENV/.locked-$1"
  cmp --silent "$lock" "$stamp" && return
  case "$1" in
    core) say "Installing what indexing and search need: about 100 MB, seconds" ;;
    *) say "Installing torch and what else training needs: about 5 GB, several minutes with a slow connection" ;;
  esac
  patiently "Installing packages" "$UV" pip install --python "$PYTHON" --require-hashes -r "$lock"
  cp "$lock" "$stamp"
}

# build_extension [PROFILE]: builds sapwood._core into the environment, only where its sources or the profile (release,
# or checks for the tests) changed since the last build.
build_extension() {
  require_rust
  require_uv
  local profile="${1:-release}" fingerprint stamp="$VENV/.extension"
  fingerprint="$("$PYTHON" "$ROOT/scripts/fingerprint.py" "$ROOT") $profile"
  if [ "$(cat "$stamp" 2>/dev/null)" = "$fingerprint" ] && "$PYTHON" -c 'import sapwood._core' 2>/dev/null; then return; fi
  say "Building the extension in Rust (the first time takes 2 to 5 minutes on two cores, later times less)"
  rm -f "$stamp"
  # maturin looks for uv on the path, where the copy in .tools is not.
  # A target folder of its own: cargo and maturin set different build variables and would rebuild PyO3 for each other.
  (cd "$ROOT" && export VIRTUAL_ENV="$VENV" PATH="$VENV/bin:$PATH:$(dirname "$UV")" &&
    export CARGO_TARGET_DIR="${EXTENSION_TARGET_DIR:-$ROOT/target/extension}" &&
    patiently "Building the extension" "$VENV/bin/maturin" develop --profile "$profile" --uv)
  printf '%s' "$fingerprint" > "$stamp"
}
