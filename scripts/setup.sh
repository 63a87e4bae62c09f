#!/usr/bin/env bash
# setup.sh [LIST...]: installs what is missing of the packages in scripts/packages.txt and the LISTs, then finds or
# installs LibTorch and records its place in build/torch_dir, which CMake reads, and puts LightGBM, which is loaded at
# run time, into .venv. Safe to repeat: what is there is left alone.
#
#   Torch_DIR, CMAKE_PREFIX_PATH   a LibTorch to use
#   TORCH_INDEX                    another wheel index for pip, such as one of CPU-only wheels
set -euo pipefail
cd "$(dirname "$0")/.."

lists=(scripts/packages.txt "$@")
torch_version=2.13.0
lightgbm_version=4.7.0
oldest_torch=2.7

say() { echo "setup: $*"; }
fail() { echo "setup: $*" >&2; exit 1; }

install_packages() {
  if ! command -v dpkg-query >/dev/null; then
    say "not a Debian system: the equivalents of scripts/packages.txt are taken to be there"
    return
  fi
  local wanted missing
  wanted=$(sed 's/#.*//' "${lists[@]}" | xargs -n1)
  missing=$(comm -23 <(sort -u <<<"$wanted") \
    <(dpkg-query -W -f '${Package} ${db:Status-Status}\n' | awk '$2 == "installed" {print $1}' | sort -u))
  [[ -n $missing ]] || return 0

  local root=()
  if [[ $(id -u) != 0 ]]; then
    command -v sudo >/dev/null || fail "these packages are missing and there is neither root nor sudo: ${missing//$'\n'/ }"
    root=(sudo)
  fi
  say "installing ${missing//$'\n'/ }"
  local apt=("${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0)
  local install=("${apt[@]}" install --yes --no-install-recommends)
  # The package lists of a fresh machine are absent or out of date; those of a machine in use mostly will do.
  # shellcheck disable=SC2086
  if ! "${install[@]}" $missing >build/apt.log 2>&1; then
    "${apt[@]}" update
    "${install[@]}" $missing >build/apt.log 2>&1 || { tail -n 20 build/apt.log >&2; fail "apt-get failed (build/apt.log)"; }
  fi
}

# Why the torch in folder $1 cannot be used; nothing where it can.
objection() {
  local config=$1/share/cmake/Torch/TorchConfigVersion.cmake version
  [[ -f $config && -f $1/lib/libc10.so ]] || { echo "is not a complete LibTorch"; return; }
  version=$(sed -n 's/^set(PACKAGE_VERSION "\([0-9.]*\).*/\1/p' "$config")
  if [[ $(printf '%s\n' "$oldest_torch" "$version" | sort -V | head -n1) != "$oldest_torch" ]]; then
    echo "is version $version, older than $oldest_torch"
  elif ! grep -q __cxx11 "$1/lib/libc10.so"; then
    echo "was built with the pre-C++11 string ABI"
  fi
}

record() { # folder, where it is from
  local directory=$1/share/cmake/Torch
  say "LibTorch from $2: $1"
  [[ -f build/torch_dir && $(<build/torch_dir) == "$directory" ]] || echo "$directory" >build/torch_dir
}

find_torch() {
  local root place problem

  local named=() prefixes=()
  if [[ -n ${Torch_DIR:-} ]]; then
    [[ -f $Torch_DIR/TorchConfig.cmake ]] || fail "Torch_DIR=$Torch_DIR holds no TorchConfig.cmake"
    named+=("$Torch_DIR/../../..")
  fi
  IFS=':;' read -ra prefixes <<<"${CMAKE_PREFIX_PATH:-}"
  for place in "${prefixes[@]}"; do
    [[ ! -f $place/share/cmake/Torch/TorchConfig.cmake ]] || named+=("$place")
    [[ ! -f $place/Torch/TorchConfig.cmake ]] || named+=("$place/../..")
  done
  for place in "${named[@]}"; do
    root=$(realpath -m "$place")
    problem=$(objection "$root")
    [[ -z $problem ]] || fail "LibTorch of Torch_DIR or CMAKE_PREFIX_PATH ($root) $problem"
    record "$root" "Torch_DIR or CMAKE_PREFIX_PATH"
    return
  done

  root=$(python3 -c 'import importlib.util as u; s = u.find_spec("torch"); print(s.submodule_search_locations[0] if s else "")')
  if [[ -n $root ]]; then
    problem=$(objection "$root")
    if [[ -z $problem ]]; then
      record "$root" "the active Python"
      return
    fi
    say "torch of the active Python ($root) $problem; taking a private one"
  fi

  private_torch() { compgen -G "$PWD/.venv/lib/python3*/site-packages/torch" | head -n1; }
  root=$(private_torch || true)
  if [[ -z $root || -n $(objection "$root") || ! -f .venv/complete ]]; then
    say "installing the wheel torch==$torch_version into .venv"
    python3 -m venv .venv
    # numpy is for the tests that load an exported model in Python.
    .venv/bin/pip install --quiet --disable-pip-version-check ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} "torch==$torch_version" numpy
    touch .venv/complete
    root=$(private_torch)
  fi
  problem=$(objection "$root")
  [[ -z $problem ]] || fail "the wheel in .venv ($root) $problem"
  record "$root" "the private wheel"
}

# The learner 'lightgbm' says so where this is absent; everything else works without it.
find_lightgbm() {
  if compgen -G ".venv/lib/python3*/site-packages/lightgbm-$lightgbm_version.dist-info" >/dev/null; then return; fi
  say "installing the wheel lightgbm==$lightgbm_version into .venv"
  [[ -x .venv/bin/pip ]] || python3 -m venv .venv
  # Only its library is wanted, not what its Python package needs.
  .venv/bin/pip install --quiet --disable-pip-version-check --no-deps "lightgbm==$lightgbm_version" ||
    say "lightgbm could not be installed: the learner of that name will not be available"
}

mkdir -p build
install_packages
find_torch
find_lightgbm
