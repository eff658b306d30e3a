#!/bin/sh
# nginx for the tests of what stands in front: Debian's, where this is Debian and we may install; else those skip.
if command -v nginx >/dev/null 2>&1 || [ -x /usr/sbin/nginx ]; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 # installed, not started
    apt-get update -qq && apt-get install -y -qq --no-install-recommends nginx >/dev/null && exit 0
fi
echo "No nginx here and no right to install it: the tests of the proxy will skip. On Debian: apt-get install nginx"
