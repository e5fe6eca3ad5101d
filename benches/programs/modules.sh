#!/usr/bin/env bash
# modules.sh SAMITE FOLDER: compiles each published module of FOLDER whole (modules.txt says which they are) and instantiates it
# with stub imports. One line each with its seconds; then the counts. Exit code 1 if any failed.
set -u
pass=0 fail=0
for file in "$2"/*.wasm; do
  t0=$(date +%s%N)
  if message=$("$1" run --no-cache --unknown-imports trap "$file" 2>&1); then
    pass=$((pass + 1)) word=pass message=
  else
    fail=$((fail + 1)) word=FAIL
  fi
  printf '%s %6d ms  %s %s\n' "$word" $((($(date +%s%N) - t0) / 1000000)) "$(basename "$file")" "$(echo "$message" | head -n 1 | cut -c1-200)"
done
echo "$pass passed, $fail failed"
[ "$fail" = 0 ]
