#!/bin/sh
# Installs what the tests start or call and pip does not bring: servers by apt, the chart's tools by go. What is there
# already stays. Tests whose programs are missing are skipped, and named in the table that ends a test run.
set -eu

missing=""
command -v redis-server >/dev/null || missing="$missing redis-server"
command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
command -v pgbouncer >/dev/null || missing="$missing pgbouncer"
# Its promtool checks the alert rules and the dashboards.
command -v promtool >/dev/null || missing="$missing prometheus"
# Of the web page's tests. Playwright's own browsers are no Debian packages.
command -v chromium >/dev/null || missing="$missing chromium"

left=""
if [ -n "$missing" ]; then
  if command -v apt-get >/dev/null; then
    root=""
    [ "$(id -u)" = 0 ] || root=sudo
    $root apt-get update -qq
    # shellcheck disable=SC2086
    $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
  else
    left=$missing
  fi
fi

if command -v go >/dev/null; then
  PATH="$PATH:$(go env GOPATH)/bin"
  command -v helm >/dev/null || go install helm.sh/helm/v3/cmd/helm@v3.19.0
  command -v kubeconform >/dev/null || go install github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0
else
  command -v helm >/dev/null || left="$left helm-3.19"
  command -v kubeconform >/dev/null || left="$left kubeconform-0.8"
fi

if [ -n "$left" ]; then
  echo "sevenviews: install by hand what is not here, or let its tests be skipped:$left" >&2
  exit 1
fi
