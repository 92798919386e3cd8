#!/bin/bash
# Runs as a service of a clean Debian that was booted: installs the server over the data that stayed, and looks at it under its unit.
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
unit=xunzhan-server.service
found="it ended early"
ended() { printf '%s\n' "$found" >/booted.txt; [ "$found" = passed ] || journalctl -u "$unit" -n 40 --no-pager; systemctl exit; }
trap ended EXIT
say() { printf '== %s\n' "$*"; }
fail() { found=$*; exit 1; }
# Whether a command succeeds within a minute.
within_a_minute() { for _ in $(seq 120); do "$@" && return 0; sleep 0.5; done; return 1; }
answers() { [ "$(curl -sk -o /dev/null -w '%{http_code}' https://127.0.0.1:8443/)" != 000 ]; }
# Whether the server, in this run of it, has said something.
said() { journalctl "_SYSTEMD_INVOCATION_ID=$(systemctl show -P InvocationID "$unit")" --no-pager | grep -q "$1"; }
restarted() { [ "$(systemctl show -P NRestarts "$unit")" -ge 1 ] && systemctl is-active --quiet "$unit"; }

say "installing over the data that stayed starts the unit"
apt-get install -y -q --no-install-recommends /packages/xunzhan-server_*.deb
systemctl is-enabled --quiet "$unit" || fail "the unit is not enabled"
within_a_minute answers || fail "the server does not answer under its unit"
grep -q '^Seccomp:.2$' "/proc/$(systemctl show -P MainPID "$unit")/status" || fail "the unit's filter of system calls is not in force"

say "pictures are decoded under the unit's filters"
within_a_minute said 'large views of HEIC' || fail "the server did not say whether it decodes"
said 'films and PDF are made' || fail "pictures are not decoded under the unit's filters"

say "killed, it comes back"
systemctl kill --signal=KILL "$unit"
within_a_minute restarted || fail "the unit did not start again"
within_a_minute answers || fail "the server does not answer after it was killed"

say "stopped, it ends well"
systemctl stop "$unit"
[ "$(systemctl show -P Result "$unit")" = success ] || fail "the unit did not end well"
found=passed
say "the server works under its unit"
