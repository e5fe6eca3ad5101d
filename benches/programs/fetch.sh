#!/usr/bin/env bash
# fetch.sh WORKDIR: fetches into WORKDIR, by the ordinary clients, what build.sh and check.sh need:
# sources of Debian (src/deb) and of crates (src/vendor), npm packages (npm), the modules of modules.txt (modules).
# What is there already is not fetched again. Wants apt, dpkg-dev, cargo, npm.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"/{src/deb,src/crates/src,npm,modules}
cd "$1"

# Debian bookworm's sources. The machine's own list of binary packages, turned into one of source packages,
# kept in the work folder: the system's lists stay as they are. (The security suite's pool lacks some of its sources.)
deb="sqlite3=3.40.1-2+deb12u2 libzstd=1.5.4+dfsg2-5 xz-utils=5.4.1-1+deb12u1 bzip2=1.0.8-5 brotli=1.0.9-2 lz4=1.9.4-1
  libwebp=1.2.4-0.2+deb12u1 lame=3.100-6 flac=1.4.2+ds-2 minisat2=1:2.2.1-5 potrace=1.16-2"
mkdir -p apt/lists/partial apt/list.d
awk -v RS= -v ORS='\n\n' '!/-security/ {gsub(/Types:[^\n]*/, "Types: deb-src"); print}' \
  /etc/apt/sources.list.d/debian.sources > apt/list.d/src.sources
apt="apt-get -q -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts=$PWD/apt/list.d -o Dir::State::Lists=$PWD/apt/lists"
missing=
for p in $deb; do [ -e "src/deb/.${p%%=*}" ] || missing+=" $p"; done
if [ -n "$missing" ]; then
  $apt update
  for p in $missing; do (cd src/deb && $apt source --only-source "$p" && touch ".${p%%=*}"); done
fi

# C sources inside crates, unpacked by `cargo vendor`.
if [ ! -e src/vendor ]; then
  cat > src/crates/Cargo.toml <<TOML
[package]
name = "crates"
version = "0.0.0"
edition = "2021"
[workspace]
[dependencies]
brotlic-sys = "=0.2.2"
bzip2-sys = "=0.1.13"
liblzma-sys = "=0.4.9"
libsqlite3-sys = "=0.39.1"
libwebp-sys = "=0.14.4"
libz-sys = "=1.1.31"
lz4-sys = "=1.11.1"
mozjpeg-sys = "=2.2.3"
rquickjs-sys = "=0.14.0"
zstd-sys = "=2.1.2"
TOML
  touch src/crates/src/lib.rs
  (cd src/crates && cargo vendor -q ../vendor.part > /dev/null)
  mv src/vendor.part src/vendor
fi

# npm: the packages of modules.txt, and binaryen for wasm-merge.
packages=$(awk '/^[^#]/ {print $1}' "$HERE/modules.txt" | sort -u)
[ -e npm/package.json ] || echo '{"private": true}' > npm/package.json
missing=
for p in $packages binaryen@132.0.0; do
  manifest=npm/node_modules/${p%@*}/package.json
  [ -e "$manifest" ] && grep -q "\"version\": *\"${p##*@}\"" "$manifest" || missing+=" $p"
done
# shellcheck disable=SC2086
[ -z "$missing" ] || npm install --prefix npm --ignore-scripts --legacy-peer-deps --no-audit --no-fund $missing
while read -r package path bytes sum; do
  case $package in '#'*) continue ;; esac
  name=$(echo "${package%@*}/$path" | tr -d @ | tr / -)
  ln -f "npm/node_modules/${package%@*}/$path" "modules/$name"
  echo "$sum  modules/$name" | sha256sum --quiet -c -
done < "$HERE/modules.txt"
echo "fetched: $(ls modules | wc -l) modules, $(ls -d src/deb/*/ | wc -l) Debian sources, $(ls src/vendor | wc -l) crates"
