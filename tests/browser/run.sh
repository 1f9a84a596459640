#!/usr/bin/env bash
# The console in a real browser: Chromium without a window, led by its driver. Lives are lived through
# by mouse, by keyboard and without scripts; every page is held against axe-core's rules and those of
# HTML, in light and dark, at a desk's width and a phone's; and pictures of all of them are left under
# the target folder, in browser/screenshots.
# Packages of Node are installed under the target folder, in fixed versions. Needs node with npm, openssl
# and Debian's chromium with chromium-driver; with CI=true what is missing is installed from there.
#
#     tests/browser/run.sh [PROGRAM [NAME...]]
#
# PROGRAM is built unless it is given. Of the scenarios, those whose names begin with a NAME are run,
# such as `life` or `pages: three years`; all of them, unless one is given.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

need() {
    command -v "$1" >/dev/null && return
    install "$1" "$2"
}
install() {
    [ "${CI:-}" = true ] || {
        echo "$1 is missing" >&2
        exit 1
    }
    apt-get update
    apt-get install -y --no-install-recommends --no-upgrade "$2"
}
need node nodejs
need npm npm
need openssl openssl
need chromium chromium
need chromedriver chromium-driver
# For the pages in Chinese.
need fc-list fontconfig
[ -n "$(fc-list :lang=zh-cn)" ] || install "a font with Chinese characters" fonts-wqy-microhei

target=${CARGO_TARGET_DIR:-target}
program=${1:-}
shift || true
if [ -z "$program" ]; then
    cargo build --bin cert-lifecycle --features cli,console
    program=$target/debug/cert-lifecycle
fi

mkdir -p "$target/browser"
folder=$(cd "$target/browser" && pwd)
if [ ! -e "$folder/node_modules/html-validate/package.json" ]; then
    npm install --prefix "$folder" --silent --no-audit --no-fund \
        selenium-webdriver@4.33.0 axe-core@4.14.1 html-validate@9.7.1
fi
rm -rf "$folder/screenshots"
mkdir "$folder/screenshots"

# Nothing but the service is to be reached.
unset HTTP_PROXY HTTPS_PROXY ALL_PROXY http_proxy https_proxy all_proxy
CHROMIUM=$(command -v chromium)
CHROMEDRIVER=$(command -v chromedriver)
export CHROMIUM CHROMEDRIVER SE_OFFLINE=true SE_AVOID_STATS=true
export NODE_PATH=$folder/node_modules SCREENSHOTS=$folder/screenshots
CERT_LIFECYCLE=$(realpath "$program")
export CERT_LIFECYCLE

begun=$SECONDS
status=0
node tests/browser/run.js "$@" || status=$?
echo "tests/browser: $((SECONDS - begun)) seconds"
exit "$status"
