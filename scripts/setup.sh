#!/usr/bin/env bash
# Brings what a target needs and is missing: setup.sh {rust|node|system|python|peers}...
#   rust    checks the Rust toolchain and finds a C compiler
#   node    checks Node.js and installs the packages of package-lock.json
#   system  redis-server, the Postgres server and Chromium, for the tests
#   peers   webdis, which the benchmark puts beside the REST gateway
#   python  a virtual environment in .venv with the lint tools, Celery and the benchmark's peer, and a second one
#           with an older Celery
# On Debian, as root or with passwordless sudo, missing packages are installed with apt-get.
# Anywhere else the command to run is printed.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
  printf 'set-up: %s\n' "$*" >&2
  exit 1
}

# at_least HAVE WANT: both are versions of up to three numbers.
at_least() {
  [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]
}

# Package scripts must not start a service: the tests start their own servers on free ports.
policy=/usr/sbin/policy-rc.d
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

apt_install() {
  local hint="install $* (on Debian: sudo apt-get install $*) and run this again"
  command -v apt-get >/dev/null || fail "$hint"
  [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null || fail "$hint"
  printf 'set-up: installing %s\n' "$*"
  local made_policy=
  if [ ! -e "$policy" ]; then
    made_policy=yes
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
  fi
  local status=0 said
  said=$(as_root apt-get update -qq 2>&1 && as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "$@" 2>&1) || status=$?
  if [ -n "$made_policy" ]; then as_root rm -f "$policy"; fi
  [ "$status" = 0 ] || fail "apt-get could not install $*; it said:"$'\n'"$said"
}

setup_rust() {
  local want=1.94 have
  command -v cargo >/dev/null || fail "Rust is missing: install it from https://rustup.rs, then run this again"
  have=$(rustc --version | awk '{ print $2 }')
  at_least "${have%%-*}" "$want" || fail "Rust $have is too old, $want or newer is needed: rustup update stable"
  command -v cc >/dev/null || apt_install build-essential
}

setup_node() {
  local want=20.19 have
  command -v node >/dev/null || fail "Node.js is missing: install version $want or newer from https://nodejs.org"
  have=$(node --version)
  at_least "${have#v}" "$want" || fail "Node.js $have is too old, $want or newer is needed: https://nodejs.org"
  command -v npm >/dev/null || fail "npm is missing: it comes with Node.js from https://nodejs.org"
  # The stamp lies in the folder that `npm ci` empties, so a broken installation is never taken for a whole one.
  local stamp=node_modules/.installed lock
  lock=$(sha256sum package-lock.json)
  if [ "$(cat "$stamp" 2>/dev/null)" != "$lock" ]; then
    npm ci --no-audit --no-fund
    printf '%s\n' "$lock" >"$stamp"
  fi
}

has_postgres() {
  command -v postgres >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null
}

has_chromium() {
  [ -n "${CHROMIUM_PATH:-}" ] || command -v chromium >/dev/null
}

setup_system() {
  local missing=()
  command -v redis-server >/dev/null || missing+=(redis-server)
  has_postgres || missing+=(postgresql)
  has_chromium || missing+=(chromium)
  [ "${#missing[@]}" = 0 ] || apt_install "${missing[@]}"
}

setup_python() {
  local want=3.11 have
  command -v python3 >/dev/null || apt_install python3 python3-venv
  have=$(python3 -c 'import platform; print(platform.python_version())')
  at_least "$have" "$want" || fail "Python $have is too old, $want or newer is needed: https://www.python.org"
  python3 -c 'import ensurepip' 2>/dev/null || apt_install python3-venv
  local files=(scripts bench/peer-python crates/bondhu-tasks/tests/golden) stamp=.venv/.installed wanted
  files=("${files[@]/%//requirements.txt}")
  wanted=$(sha256sum "${files[@]}")
  if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
    python3 -m venv --clear .venv
    .venv/bin/pip install --quiet --disable-pip-version-check "${files[@]/#/--requirement=}"
    printf '%s\n' "$wanted" >"$stamp"
  fi
  # Celery 5.6 is most of what runs out there, and cannot share an environment with 5.7.
  local old=interop/requirements-5.6.txt
  stamp=interop/.venv-celery-5.6/.installed wanted=$(sha256sum "$old")
  if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
    python3 -m venv --clear interop/.venv-celery-5.6
    interop/.venv-celery-5.6/bin/pip install --quiet --disable-pip-version-check --requirement="$old"
    printf '%s\n' "$wanted" >"$stamp"
  fi
}

setup_peers() {
  command -v webdis >/dev/null || apt_install webdis
}

for what in "$@"; do
  case "$what" in
    rust | node | system | python | peers) "setup_$what" ;;
    *) fail "unknown part $what: give rust, node, system, python or peers" ;;
  esac
done
