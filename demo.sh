#!/bin/sh
# The main job from one end to the other, on a bare Debian with root: sets up what is missing, builds Lamina,
# makes a real image, imports it, mounts it, installs a package in it, looks at what changed, commits that
# as a layer, exports the image, and lets skopeo and umoci judge it. May be run again and again.
# Everything it makes is below target; nothing stays mounted or running.
set -eu
cd "$(dirname "$0")"
top=$(pwd)
. build/machine.sh

[ "$(id -u)" = 0 ] || {
  echo "demo.sh: run this as root: it makes an image with mmdebstrap and works in it with chroot" >&2
  exit 1
}
demo=$top/target/demo
mount=$demo/mnt
export LAMINA_STORE="$demo/store"
package=jq

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
[ -t 1 ] || say() { printf '\n== %s\n' "$*"; }
run() {
  echo "\$ $*"
  case $1 in
    lamina) shift && "$top/lamina" "$@" ;;
    *) "$@" ;;
  esac
}
unmount() { # whatever is on top of, or is, the mount
  for at in dev etc/resolv.conf; do
    if mountpoint -q "$mount/$at"; then
      umount --recursive "$mount/$at" || umount --recursive --lazy "$mount/$at"
    fi
  done
  if mountpoint -q "$mount"; then
    "$top/lamina" umount "$mount" || umount --lazy "$mount"
  fi
}
stop_daemon() {
  "$top/lamina" daemon stop >/dev/null 2>&1 || "$top/lamina" daemon stop --force >/dev/null 2>&1 || true
}
clean_up() {
  status=$?
  trap - EXIT
  left="nothing stays mounted"
  unmount || left="$mount is still mounted"
  if [ -e "$top/target/app/current" ]; then stop_daemon; fi
  rm -rf "$demo/exported" "$demo/judged"
  [ $status = 0 ] || echo "demo.sh: ended early ($status); $left" >&2
  exit $status
}

say "What this needs"
[ -e /dev/fuse ] || modprobe fuse || true
[ -e /dev/fuse ] || { echo "demo.sh: /dev/fuse is missing: this kernel has no FUSE, or hides it" >&2; exit 1; }
install_missing maven fuse3 'libfuse2|libfuse2t64' mmdebstrap skopeo umoci python3
require_jdk
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
unmount
"$top/lamina" version
stop_daemon
rm -rf "$LAMINA_STORE" "$demo/exported" "$demo/judged"
mkdir -p "$mount"

say "A real image, kept for the next run"
testing/build-image.sh --plain "$top/target/image"
du -sh "$top/target/image/oci"

say "Import it, and mount it with a writable volume above it"
run lamina import "oci:$top/target/image/oci:debian" debian
run lamina images
run lamina mount debian "$mount" --volume demo
run lamina mounts

say "Install a package in it"
# the host's devices and name server, which are no part of the change
mount --rbind --make-rslave /dev "$mount/dev" # with /dev/pts, which apt writes its log through
mount --bind /etc/resolv.conf "$mount/etc/resolv.conf" 2>/dev/null ||
  echo "(the image has no /etc/resolv.conf of its own to cover)"
in_mount() { chroot "$mount" env DEBIAN_FRONTEND=noninteractive LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"; }
echo "\$ chroot $mount apt-get install $package"
in_mount apt-get -qq update
in_mount apt-get -qq -o Dpkg::Use-Pty=0 install -y --no-install-recommends "$package" 2>&1 |
  grep -Ev '^(debconf: |Selecting |Preparing |\(Reading )' || true # the program itself tells below
in_mount sh -c 'rm -rf /var/lib/apt/lists/*_* /var/cache/apt/*.bin'
in_mount "$package" --version
umount --recursive "$mount/dev"
if mountpoint -q "$mount/etc/resolv.conf"; then umount "$mount/etc/resolv.conf"; fi

say "What changed"
echo "\$ lamina diff demo"
"$top/lamina" diff demo >"$demo/diff"
head -n 12 "$demo/diff"
echo "... $(wc -l <"$demo/diff") lines in all"

say "Commit it as a layer, and export the image"
run lamina commit demo "with-$package" --message "install $package" --change "CMD [\"$package\", \"--version\"]"
run lamina layers "with-$package"
run lamina export "with-$package" "oci:$demo/exported:with-$package"

say "What skopeo and umoci say to that"
echo "\$ skopeo inspect oci:$demo/exported:with-$package"
skopeo inspect "oci:$demo/exported:with-$package" >"$demo/said" # a pipe would hide that it failed
head -n 20 "$demo/said"
run umoci unpack --image "$demo/exported:with-$package" "$demo/judged" >"$demo/said" 2>&1 ||
  { cat "$demo/said"; exit 1; }
tail -n 2 "$demo/said"
echo "\$ chroot $demo/judged/rootfs $package --version"
chroot "$demo/judged/rootfs" "$package" --version
judged=$(cd "$demo/judged/rootfs" && find . | wc -l)
mounted=$(cd "$mount" && find . | wc -l)
echo "names unpacked by umoci: $judged; in the mount: $mounted"
[ "$judged" = "$mounted" ] || { echo "demo.sh: those should be equal" >&2; exit 1; }

say "Import that beside the first: what both have is stored once"
run lamina import "oci:$demo/exported:with-$package" again
run lamina du

say "Unmount"
run lamina umount "$mount"
run lamina volumes

say "Done. Try next (as root, here):"
tell() { printf '  %-44s %s\n' "$@"; }
tell "export LAMINA_STORE=$LAMINA_STORE" ""
tell "./lamina shell with-$package" "a shell in the new image"
tell "./lamina ls debian:/etc" "look into an image without mounting it"
tell "./lamina mount with-$package $mount -o ro" ""
tell "./lamina verify; ./lamina --help" "check the whole store; all there is"
tell "./lamina daemon stop" "when you are done"
