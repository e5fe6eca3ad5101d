#!/usr/bin/env bash
# The native tools in the place of an engine: `check.sh programs/run_native.sh WORKDIR` shows that the sums are theirs.
# FILE's name is the tool: one of WORKDIR/native (built from the same source) or of the system (same version, see
# programs.md). Guest folders in the arguments become the host's.
file=$1
shift
maps=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
  case $1 in
    --dir) maps+=("$2") ;;
    --env) export "${2?}" ;;
  esac
  shift 2
done
shift
args=()
for arg; do
  for map in "${maps[@]}"; do
    case $arg in "${map#*::}" | "${map#*::}"/*) arg=${map%%::*}${arg#"${map#*::}"} ;; esac
  done
  args+=("$arg")
done
tool=$(basename "$file" .wasm)
native=$(dirname "$file")/../native/$tool
[ -x "$native" ] || native=$tool
exec "$native" "${args[@]}"
