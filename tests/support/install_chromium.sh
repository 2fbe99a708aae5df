#!/bin/sh
# Provides Debian's Chromium and its driver for the browser tests. Without them the tests skip, loudly; in CI that is an error.
set -eu

have_browser() {
    command -v chromium >/dev/null 2>&1 && command -v chromedriver >/dev/null 2>&1
}

install_browser() {
    [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1 || return 1
    echo "Installing Chromium for the browser tests" >&2
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq </dev/null >&2 &&
        apt-get install -y -qq --no-install-recommends \
            chromium chromium-driver fonts-dejavu-core fonts-noto-color-emoji </dev/null >/dev/null
}

have_browser && exit 0
install_browser && have_browser && exit 0

echo "********************************************************************************" >&2
echo "No Chromium with chromedriver here, and it could not be installed:" >&2
echo "THE BROWSER TESTS WILL BE SKIPPED. On Debian: apt-get install chromium chromium-driver" >&2
echo "********************************************************************************" >&2
[ "${CI:-}" = true ] && exit 1
exit 0
