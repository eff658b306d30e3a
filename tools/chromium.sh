#!/bin/sh
# Chromium for the browser tests: Debian's, where this is Debian and we may install; else those tests skip and say so.
for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core fonts-noto-color-emoji >/dev/null && exit 0
fi
echo "No Chromium here and no right to install it: the browser tests will skip. On Debian: apt-get install chromium"
