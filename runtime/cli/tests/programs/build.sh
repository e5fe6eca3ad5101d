#!/bin/sh
# Builds the programs with threads. Needs clang and lld (apt-get install clang-22 lld-22).
set -e
cd "$(dirname "$0")"
clang-22 --target=wasm32 -O2 -Wall -Wextra -nostdlib -ffreestanding -matomics -mbulk-memory -ftls-model=local-exec \
    -Wl,--shared-memory,--import-memory,--max-memory=16777216,--export-memory,--no-entry,--strip-all \
    start.s thread.c threads.c -o threads.wasm
