#!/bin/sh
# Runs as a service of a clean Debian that was booted: installs the server over the data that stayed, and looks at it under its unit.
set -eu
. /tools.sh
unit=xunzhan-server.service
address=https://127.0.0.1:8443/
ended() {
    status=$?
    echo "$status" >/booted.txt
    [ "$status" = 0 ] || journalctl -u "$unit" -n 40 --no-pager || true
    systemctl exit
}
trap ended EXIT
# Whether the server, in this run of it, has said something.
said() { journalctl "_SYSTEMD_INVOCATION_ID=$(systemctl show -P InvocationID "$unit")" --no-pager | grep -q "$1"; }
restarted() { [ "$(systemctl show -P NRestarts "$unit")" -ge 1 ] && systemctl is-active --quiet "$unit"; }

say "installing over the data that stayed starts the unit"
apt-get install -y -q --no-install-recommends /packages/xunzhan-server_*.deb
systemctl is-enabled --quiet "$unit" || fail "the unit is not enabled"
within_a_minute answers "$address" || fail "the server does not answer under its unit"
grep -q '^Seccomp:.2$' "/proc/$(systemctl show -P MainPID "$unit")/status" || fail "the unit's filter of system calls is not in force"

say "pictures are decoded under the unit's filters"
within_a_minute said 'large views of HEIC' || fail "the server did not say whether it decodes"
said 'films and PDF are made' || fail "pictures are not decoded under the unit's filters"

say "killed, it comes back"
systemctl kill --signal=KILL "$unit"
within_a_minute restarted || fail "the unit did not start again"
within_a_minute answers "$address" || fail "the server does not answer after it was killed"

say "stopped, it ends well"
systemctl stop "$unit"
[ "$(systemctl show -P Result "$unit")" = success ] || fail "the unit did not end well"
say "the server works under its unit"
