# What both scripts of the clean Debian begin with.
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
say() { printf '== %s\n' "$*"; }
fail() { printf 'failed: %s\n' "$*" >&2; exit 1; }
# Whether a command succeeds within a minute.
within_a_minute() { for _ in $(seq 120); do "$@" && return 0; sleep 0.5; done; return 1; }
# Whether an address is answered, whatever is said.
answers() { [ "$(curl -sk -o /dev/null -w '%{http_code}' "$1")" != 000 ]; }
