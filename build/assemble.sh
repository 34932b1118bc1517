#!/bin/sh
# Builds the program, without its tests, into a directory of its own below target/app: assemble.sh JAVA_HOME
# The directory of the build before stays, and each one that a process, such as a daemon, still runs from.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd -P)
. "$root/build/machine.sh"
java_home=$1

[ -x "$java_home/bin/javac" ] || {
  echo "lamina: $java_home has no compiler (javac): building needs a JDK, not only its run time" >&2
  exit 1
}
command -v mvn >/dev/null || {
  echo "lamina: building needs Maven of at least 3.8.7: apt-get install maven" >&2
  exit 1
}
mkdir -p "$root/target/app"
exec 9>"$root/target/app/lock"
flock 9

app=$root/target/app/$(date +%s)-$$
mkdir "$app"
trap 'rm -rf "$app"' EXIT
trap 'exit 130' INT TERM
touch "$app/built.new" # before reading the sources, so that what changes meanwhile is newer
echo "Building Lamina (the first time, Maven fetches its libraries) ..." >&2
rm -rf "$root/container-runtime/target/lib" # else a library's old version would stay in the class path
(
  cd "$root"
  run_maven -q -pl container-runtime -am package \
    -Dmaven.test.skip=true -Djacoco.skip=true -Dformat.skip=true 9>&-
) >"$app/build.log" 2>&1 || {
  cat "$app/build.log" >&2
  echo "lamina: the build failed; what Maven said is above" >&2
  exit 1
}
mkdir "$app/lib"
# Ours are copied, for Maven writes over them; the libraries never change.
cp "$root"/container-runtime/target/container-runtime-*.jar "$app/lib"
for jar in "$root"/container-runtime/target/lib/*.jar; do
  case $jar in
    *-SNAPSHOT.jar) cp "$jar" "$app/lib" ;;
    *) ln "$jar" "$app/lib" ;;
  esac
done
cp -al "$root/unionfs-core/target/native" "$app/native"
mv "$app/built.new" "$app/built"
trap - EXIT INT TERM

before=$(readlink "$root/target/app/current" || true)
ln -s "${app##*/}" "$root/target/app/current.new"
mv -T "$root/target/app/current.new" "$root/target/app/current"
in_use() { # DIRECTORY; the pattern is read, or this would find itself
  printf '%s/' "$1" | grep -qasF -f - /proc/[0-9]*/cmdline
}
for old in "$root"/target/app/*-*; do
  [ "$old" = "$app" ] || [ "${old##*/}" = "$before" ] || in_use "$old" || rm -rf "$old"
done

# A training run makes the next ones start faster: of a command that asks a daemon, for most do.
# Without it everything works, only slower.
trained=$app/lamina.aot.new
training=$(mktemp -d)
lamina() {
  LAMINA_NO_BUILD=1 LAMINA_STORE="$training/store" "$root/lamina" "$@" </dev/null >/dev/null 2>&1 9>&-
}
end_training() {
  lamina daemon stop --force || true
  rm -rf "$training" "$trained"*
}
trap end_training EXIT
trap 'exit 130' INT TERM
command="--help"
if lamina daemon start; then command="images"; fi
if LAMINA_JAVA_OPTIONS="-XX:AOTCacheOutput=$trained" lamina $command && [ -e "$trained" ]; then
  mv "$trained" "$app/lamina.aot"
fi
