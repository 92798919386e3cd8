#!/bin/sh
# Runs inside a clean Debian: installs both packages, starts what they bring, removes them, and looks at what is left.
set -eu
. /tools.sh
installed() { dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q '^install ok installed$'; }

# Whether an address shows the page. Programs built to be tried take it from the work tree, which is not here.
shows() {
    case "$(dpkg-query -W -f '${Version}' xunzhan)" in
        *~debug) say "built to be tried: the page is not looked for" ;;
        *) curl -fsk "$1" | grep -q '<div id="app">' || fail "the page is not in the program" ;;
    esac
}

apt-get update -q
say "installing"
apt-get install -y -q --no-install-recommends /packages/xunzhan_*.deb /packages/xunzhan-server_*.deb
installed xunzhan && installed xunzhan-server || fail "a package is not installed"
# Only for looking: a display, a session bus and a client.
apt-get install -y -q --no-install-recommends xvfb xauth dbus dbus-x11 curl fonts-noto-cjk desktop-file-utils

say "the desktop entries and the unit are in order"
desktop-file-validate /usr/share/applications/org.xunzhan.field*.desktop

say "the verifier answers"
xunzhan-verify --help 2>&1 | grep -q 'Exit codes' || fail "xunzhan-verify does not answer"

say "the server serves a county"
runuser -u xunzhan-server -- xunzhan-server demo --data /var/lib/xunzhan-server --url https://127.0.0.1:8443 --out /tmp/county >/tmp/demo.txt
rm /tmp/demo.txt
. /etc/default/xunzhan-server
# shellcheck disable=SC2086
runuser -u xunzhan-server -- xunzhan-server serve --data /var/lib/xunzhan-server $XUNZHAN_SERVE >/tmp/server.txt 2>&1 &
server=$!
within_a_minute answers https://127.0.0.1:8443/ || { cat /tmp/server.txt; fail "the server does not answer"; }
shows https://127.0.0.1:8443/

say "the application runs in a browser's place"
useradd -m inspector
runuser -u inspector -- env XUNZHAN_NO_KEYRING=1 xunzhan-field serve --port 8472 >/tmp/field.txt 2>&1 &
field=$!
within_a_minute answers http://127.0.0.1:8472/ || { cat /tmp/field.txt; fail "xunzhan-field serve does not answer"; }
shows http://127.0.0.1:8472/

say "the window opens"
kill "$(pgrep -u inspector -x xunzhan-field)"
wait "$field" || true
install -d -m 0700 -o inspector /tmp/runtime
runuser -u inspector -- env XUNZHAN_NO_KEYRING=1 XDG_RUNTIME_DIR=/tmp/runtime dbus-run-session -- \
    xvfb-run -a -s "-screen 0 1366x768x24 -nolisten tcp" xunzhan >/tmp/window.txt 2>&1 &
within_a_minute grep -q 'window usable' /tmp/window.txt || { cat /tmp/window.txt; fail "the window does not open"; }
pkill -u inspector -x xunzhan || true

say "removing"
pkill -u xunzhan-server -x xunzhan-server || true
wait "$server" || true
apt-get purge -y -q xunzhan xunzhan-server
for left in /usr/bin/xunzhan /usr/bin/xunzhan-field /usr/bin/xunzhan-verify /usr/bin/xunzhan-server /etc/default/xunzhan-server \
    /lib/systemd/system/xunzhan-server.service /usr/share/applications/org.xunzhan.field.desktop; do
    [ ! -e "$left" ] || fail "$left is left"
done
[ -s /var/lib/xunzhan-server/server.key ] || fail "the county's data was deleted"
[ -d ~inspector/.local/share/org.xunzhan.field ] || fail "the inspector's data was deleted"
say "installed, started and removed; the data stayed"
# For the next part, which boots this system.
apt-get install -y -q --no-install-recommends systemd systemd-sysv
