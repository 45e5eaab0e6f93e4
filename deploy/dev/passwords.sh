#!/bin/sh
# Draws the passwords that compose.yaml asks for, into deploy/.env, unless they are there.
set -eu
file=$(dirname "$0")/../.env
umask 077
touch "$file"
for name in STORE_PASSWORD PAGE_TOKEN_KEY GRAFANA_PASSWORD; do
  grep -q "^$name=" "$file" || echo "$name=$(head -c 32 /dev/urandom | od -An -vtx1 | tr -d ' \n')" >>"$file"
done
