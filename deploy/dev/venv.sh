#!/bin/sh
# Makes .venv with a Python that is new enough, unless it is there already.
#
#     deploy/dev/venv.sh [PYTHON]
#
# PYTHON is taken as it is, or refused. Without it the first of the usual names that runs, is new enough and can make
# environments is taken: a name alone says little, since pyenv's shims exist for versions that do not run.
set -eu
venv=.venv
names="python3 python3.14 python3.13 python3.12 python3.11 python"
least="3.11"

refuse() {
  echo "sevenviews: $1" >&2
  exit 1
}

version_of() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null; }
new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
makes_environments() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

chosen=${1:-}
if [ -n "$chosen" ]; then
  version=$(version_of "$chosen") || refuse "PYTHON=$chosen does not run"
  new_enough "$chosen" || refuse "PYTHON=$chosen is Python $version; $least or later is needed"
fi

if [ -d "$venv" ]; then
  there=$(version_of "$venv/bin/python") || refuse "$venv is broken: remove it, and try again"
  new_enough "$venv/bin/python" || refuse "$venv has Python $there; remove it, and try again"
  if [ -n "$chosen" ] && [ "$version" != "$there" ]; then
    refuse "$venv has Python $there, PYTHON=$chosen is $version: remove $venv, and try again"
  fi
  exit 0
fi

if [ -z "$chosen" ]; then
  for name in $names; do
    if new_enough "$name" && makes_environments "$name"; then
      chosen=$name
      break
    fi
  done
fi
[ -n "$chosen" ] || refuse "no Python $least or later with its venv module is on the PATH; name one: make PYTHON=/path/to/python3 demo"
makes_environments "$chosen" ||
  refuse "PYTHON=$chosen lacks the modules venv and ensurepip (on Debian: apt-get install python3-venv)"
"$chosen" -m venv "$venv"
