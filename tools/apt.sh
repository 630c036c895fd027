#!/bin/sh
# System packages that the end-to-end tests need beside Python and Node: a browser, and a font with Chinese letters.
set -eu
if [ -x /usr/bin/chromium ] && fc-list 2>/dev/null | grep -qi wqy; then
  exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends chromium fonts-wqy-microhei fontconfig
