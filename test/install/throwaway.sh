#!/bin/sh
# Installs into a throw-away copy of this machine: its file system under an overlay, a network of its own with a LAN on eth1.
# Called by install.test.ts as root: unshare --mount --net --pid --fork --kill-child sh throwaway.sh CHECKOUT RESULTS
# For each step, RESULTS gets NAME.out, NAME.status and lists of files. Exit status 3: this machine cannot make such a copy.
set -eu
checkout=$1
results=$2

make_root() {
  mount --make-rprivate /
  mount -t tmpfs throwaway /mnt
  mkdir /mnt/upper /mnt/work /mnt/root
  mount -t overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work overlay /mnt/root
  mount -t proc proc /mnt/root/proc
  mount -t sysfs -o ro sysfs /mnt/root/sys
  mount --rbind /dev /mnt/root/dev
  mount -t tmpfs tmpfs /mnt/root/run # no systemd runs here
}

copy_checkout() { # as it is now, whoever works in it meanwhile; read-only
  mkdir /mnt/root/run/checkout
  tar -C "$checkout" --exclude=./node_modules --exclude=./.git --exclude=./.tap -c . | tar -C /mnt/root/run/checkout -x
  mkdir /mnt/root/run/checkout/node_modules
  mount --bind /mnt/root/run/checkout /mnt/root/run/checkout
  mount -o remount,bind,ro /mnt/root/run/checkout
  mount --bind "$checkout/node_modules" /mnt/root/run/checkout/node_modules
  mount -o remount,bind,ro /mnt/root/run/checkout/node_modules
}

make_lan() {
  ip link set lo up
  for lan in eth0=10.9.9.9/24 eth1=192.168.66.1/24 docker0=172.17.0.1/16; do
    ip link add "${lan%=*}" type veth peer name "${lan%=*}-far"
    ip link set "${lan%=*}-far" up
    ip address add "${lan#*=}" dev "${lan%=*}"
    ip link set "${lan%=*}" up
  done
  ip route add default via 10.9.9.1 dev eth0
}

inside() { # COMMAND…
  chroot /mnt/root env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
    npm_config_cache=/root/.npm npm_config_offline=true "$@"
}

step() { # NAME COMMAND…
  name=$1
  shift
  status=0
  inside "$@" >"$results/$name.out" 2>&1 || status=$?
  echo "$status" >"$results/$name.status"
  inside find /etc/option66 /opt/option66 /var/lib/option66 /usr/local/bin/option66 /etc/systemd/system \
    -name node_modules -prune -o -printf '%M %u:%g %p %l\n' 2>/dev/null | sort -k 3 >"$results/$name.list" || true
  # All that differs from the machine underneath, but for npm's cache, which the test lends.
  (cd /mnt/upper && find . -path '*/.npm' -prune -o ! -type d -printf '%p %m %U:%G %T@ %l\n' | sort) >"$results/$name.traces"
}

serve_and_fetch() { # as the unit does: the service's user and one capability
  # shellcheck disable=SC2016 # expanded inside
  step serve sh -c '
    setpriv --reuid=option66 --regid=option66 --init-groups --no-new-privs --bounding-set=-all,+net_bind_service \
      --inh-caps=-all,+net_bind_service --ambient-caps=-all,+net_bind_service \
      option66 -c /etc/option66/option66.yaml serve & service=$!
    tries=0
    until curl -s -o /dev/null -w "HTTP %{http_code}\n" http://192.168.66.1/snom370.htm; do
      tries=$((tries + 1))
      [ $tries -lt 60 ] && kill -0 $service || break
      sleep 0.25
    done >/tmp/fetched
    kill $service && wait $service
    echo "exit $?" && tail -n 1 /tmp/fetched && rm /tmp/fetched'
}

mkdir -p "$results"
trap 'exit 3' EXIT
make_root
copy_checkout
make_lan
trap - EXIT

step rehearsal setpriv --reuid=65534 --regid=65534 --clear-groups /run/checkout/install.sh --dry-run
step install /run/checkout/install.sh
# shellcheck disable=SC2016 # expanded inside
step verify sh -c 'systemd-analyze verify /etc/systemd/system/option66.service /etc/systemd/system/option66-*.socket'
inside cat /etc/option66/option66.yaml >"$results/option66.yaml"
inside cat /etc/option66/phones.yaml >"$results/phones.yaml"
inside getent passwd option66 >"$results/passwd"
step again /run/checkout/install.sh --interface eth1
serve_and_fetch
inside sh -c 'echo "# mine" >>/etc/option66/option66.yaml; echo lease >/var/lib/option66/mine; chown option66: /var/lib/option66/mine'
inside cp -a /opt/option66 /run/built # so that the step after the next need not build
step uninstall /run/checkout/install.sh --uninstall
inside mv /run/built /opt/option66
step return /run/checkout/install.sh --no-start
step purge /run/checkout/install.sh --uninstall --purge
step nothing /run/checkout/install.sh --uninstall --purge
cmp /etc/passwd /mnt/root/etc/passwd
cmp /etc/group /mnt/root/etc/group
