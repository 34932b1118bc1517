#!/bin/sh
# Makes a small real Debian image with what union file systems get wrong, for the tests and the demo:
#   testing/build-image.sh [--plain] OUT_DIR
# leaves in OUT_DIR
#   oci/              OCI layout, gzip layers: tag "debian" (base, packages), tag "hazards" (four layers more)
#   oci-zstd/         tag "hazards" with zstd layers
#   hazards.docker.tar   the same as `docker save` writes it
# or, with --plain, only the layout with the tag "debian". What was made by this same script is kept.
# Needs root, a Debian mirror, and mmdebstrap, umoci, skopeo, python3, setcap, GNU tar. About a minute.
set -eu
plain=
if [ "${1:-}" = --plain ]; then plain=yes; shift; fi
[ $# = 1 ] || { echo "usage: build-image.sh [--plain] OUT_DIR" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)
suite=bookworm
recipe=$(cat "$here/build-image.sh" "$here/hazard_layers.py" | sha256sum)

exec 9>"$out/lock" # a second run waits, and finds what the first one made
flock 9
if [ "$(cat "$out/recipe" 2>/dev/null)" = "$recipe" ]; then
  if [ -n "$plain" ] || [ -e "$out/hazards.docker.tar" ]; then exit 0; fi
else
  rm -rf "$out/oci" "$out/oci-zstd" "$out/hazards.docker.tar" "$out/recipe"
fi

work=$(mktemp -d "$out/.making.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
say() { echo "image: $*" >&2; }
quietly() { # its output only if it fails
  "$@" >"$work/log" 2>&1 9>&- || { status=$?; cat "$work/log" >&2; return $status; }
}

if [ ! -e "$out/recipe" ]; then
  say "a minimal Debian ($suite) with mmdebstrap"
  quietly mmdebstrap --variant=minbase --mode=root "$suite" "$work/base.tar"
  quietly umoci init --layout "$work/oci"
  quietly umoci new --image "$work/oci:debian"
  quietly umoci raw add-layer --image "$work/oci:debian" "$work/base.tar"
  rm "$work/base.tar"
  quietly umoci config --image "$work/oci:debian" --config.cmd /bin/bash \
    --config.env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

  say "a layer of packages"
  quietly umoci unpack --image "$work/oci:debian" "$work/bundle"
  root=$work/bundle/rootfs
  cp -L /etc/resolv.conf "$root/etc/resolv.conf.build"
  mv "$root/etc/resolv.conf" "$work/resolv.conf" 2>/dev/null || true
  mv "$root/etc/resolv.conf.build" "$root/etc/resolv.conf"
  quietly chroot "$root" env DEBIAN_FRONTEND=noninteractive LC_ALL=C sh -ec '
    apt-get -q update
    apt-get -qy install --no-install-recommends less libcap2-bin
    rm -rf /var/lib/apt/lists/*_* /var/cache/apt/*.bin /var/cache/apt/archives/*.deb'
  rm "$root/etc/resolv.conf"
  mv "$work/resolv.conf" "$root/etc/resolv.conf" 2>/dev/null || true
  quietly umoci repack --refresh-bundle --image "$work/oci:debian" "$work/bundle"
  if [ -n "$plain" ]; then
    mv "$work/oci" "$out/oci"
    echo "$recipe" >"$out/recipe"
    exit 0
  fi
else
  cp -a "$out/oci" "$work/oci"
  quietly umoci unpack --image "$work/oci:debian" "$work/bundle"
  root=$work/bundle/rootfs
fi

say "a layer of changes as a build makes them"
(
  cd "$root"
  # directories that are emptied, replaced, moved; a file becomes a directory, and a directory a file
  rm -rf usr/share/doc/* usr/share/zoneinfo
  rm -rf etc/cron.daily && mkdir etc/cron.daily && echo fresh >etc/cron.daily/only
  mv usr/share/common-licenses usr/share/licences-moved
  rm usr/bin/tac && mkdir usr/bin/tac && echo 'was a program' >usr/bin/tac/now-a-directory
  rm -rf etc/update-motd.d && echo 'was a directory' >etc/update-motd.d
  # metadata alone, content alone, and links of every kind
  chmod 4750 usr/bin/tail && chown 1234:4321 etc/hostname && touch -d '2001-02-03 04:05:06' etc/debian_version
  echo 'and one line more' >>etc/issue
  mkdir -p srv/app && echo 'print("hello")' >srv/app/main && ln srv/app/main srv/app/second-name
  ln -s /srv/app/main srv/app/link && ln -s nowhere srv/app/dangling && mkfifo srv/app/pipe
  setcap cap_net_raw+ep usr/bin/less
  setfattr -n user.colour -v blue srv/app/main
  chown -h 1000000:1000000 srv/app/link
  # a hole of 40 MB before one byte; names that are long or not ASCII
  truncate -s 40M srv/app/sparse && printf x | dd of=srv/app/sparse bs=1 seek=41943040 conv=notrunc status=none
  mkdir -p "srv/app/$(printf 'd%.0s' $(seq 200))/$(printf 'e%.0s' $(seq 200))" && : >'srv/app/naïve 名前'
)
quietly umoci repack --image "$work/oci:hazards" "$work/bundle"
rm -rf "$work/bundle"

say "hand-made layers"
python3 "$here/hazard_layers.py" "$work"
(
  mkdir -p "$work/sparse/srv"
  cd "$work/sparse"
  truncate -s 30M srv/holes
  for at in 0 7 19; do
    printf 'data after %d MB' $at | dd of=srv/holes bs=1M seek=$at conv=notrunc status=none
  done
  # in pax's way; the older GNU way is refused by umoci, whose tree is what ours is compared with
  tar --format=posix --sparse --numeric-owner --owner=0 --group=0 -cf "$work/sparse.tar" srv/holes
)
for layer in pax gnu sparse; do
  quietly umoci raw add-layer --image "$work/oci:hazards" "$work/$layer.tar"
done
quietly umoci gc --layout "$work/oci"

say "the same with zstd layers, and as docker save writes it"
quietly skopeo copy --dest-compress-format zstd "oci:$work/oci:hazards" "oci:$work/oci-zstd:hazards"
quietly skopeo copy "oci:$work/oci:hazards" "docker-archive:$work/hazards.docker.tar:lamina/hazards:latest"
rm -rf "$out/oci"
mv "$work/oci" "$work/oci-zstd" "$work/hazards.docker.tar" "$out"
echo "$recipe" >"$out/recipe"
