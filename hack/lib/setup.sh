# Sourced by the other scripts: finds the project, installs what a fresh Debian or Ubuntu machine lacks, prints progress.
# shellcheck shell=bash

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

step() { printf '\n==> %s\n' "$*" >&2; }
note() { printf '    %s\n' "$*" >&2; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo "$@"; else
        fail "'$*' needs root: run it yourself, or run this script as root"
    fi
}

# install_missing PACKAGE... : the distribution's packages that are not there yet
install_missing() {
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null || fail "install the counterparts of these packages by hand: ${missing[*]}"
    step "Installing ${missing[*]}"
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

need_swift() {
    command -v swift >/dev/null || fail "no swift on PATH: install Swift 6.2 or later from swift.org/install, then run this again"
}

need_libraries() { install_missing libcurl4-openssl-dev libyaml-dev pkg-config; }

# kubectl: any version from 1.20 on will do; the distribution's package where there is none
need_kubectl() { command -v kubectl >/dev/null || install_missing kubernetes-client; }

# Prometheus, for the tests of analysis: any version; Debian's package where there is none
need_prometheus() { command -v prometheus >/dev/null || install_missing prometheus; }
