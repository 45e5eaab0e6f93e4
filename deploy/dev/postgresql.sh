#!/bin/sh
# Runs PostgreSQL in the foreground; makes $PGDATA at the first start, with POSTGRES_USER, _PASSWORD and _DB.
set -eu
user=${POSTGRES_USER:-postgres}
database=${POSTGRES_DB:-$user}
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  : "${POSTGRES_PASSWORD:?is empty: set it to the password of $user}"
  fresh=$PGDATA.fresh
  rm -rf "$fresh"
  printf '%s' "$POSTGRES_PASSWORD" >/tmp/password
  initdb --pgdata "$fresh" --username "$user" --pwfile /tmp/password --auth-host scram-sha-256 --auth-local trust \
    --encoding UTF8 --locale C.UTF-8 # without a locale the database would be of bytes, not of text
  rm /tmp/password
  echo "host all all all scram-sha-256" >>"$fresh/pg_hba.conf"
  if [ "$database" != postgres ]; then
    echo "CREATE DATABASE \"$database\";" | postgres --single -D "$fresh" postgres >/dev/null
  fi
  mv "$fresh" "$PGDATA" # whole, or made again at the next start
fi
exec postgres -D "$PGDATA" -c "listen_addresses=*" -c unix_socket_directories=/tmp
