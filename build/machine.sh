# What the scripts of this repository share: finding a JDK, installing what is missing. POSIX sh; sourced.
# shellcheck shell=sh

# The version a JDK's "release" file names, as a plain number; fails where there is none.
java_major() { # HOME
  [ -x "$1/bin/java" ] && [ -r "$1/release" ] || return 1
  while IFS='=' read -r key value; do
    if [ "$key" = JAVA_VERSION ]; then
      value=${value#\"}
      value=${value%%[!0-9]*}
      [ -n "$value" ] && echo "$value"
      return
    fi
  done <"$1/release"
  return 1
}

# Sets java_home to a JDK of at least 25; fails where there is none.
find_jdk() {
  if [ -n "${LAMINA_JAVA_HOME:-}" ]; then
    java_home=$LAMINA_JAVA_HOME
    [ "$(java_major "$java_home" || echo 0)" -ge 25 ] && return
    echo "lamina: LAMINA_JAVA_HOME is $java_home, which is not a JDK of at least 25" >&2
    return 1
  fi
  for java_home in "${JAVA_HOME:-/nonexistent}" /usr/lib/jvm/* /opt/jdk* /opt/java* \
      "${HOME:-/root}"/.sdkman/candidates/java/* "${HOME:-/root}"/.jdks/*; do
    [ "$(java_major "$java_home" || echo 0)" -ge 25 ] && return
  done
  if java_home=$(command -v java); then
    java_home=$(readlink -f "$java_home")
    java_home=${java_home%/bin/java}
    [ "$(java_major "$java_home" || echo 0)" -ge 25 ] && return
  fi
  return 1
}

no_jdk() {
  cat >&2 <<'END'
lamina: there is no JDK of at least 25 here. Either
  - install one, where apt has it: apt-get install openjdk-25-jdk-headless, or
  - unpack one, such as Eclipse Temurin 25 (https://adoptium.net), below /usr/lib/jvm or /opt, or
  - set LAMINA_JAVA_HOME to where one is.
END
  exit 1
}

# Installs those of the packages that are missing, where that is possible; a|b is whichever apt has.
install_missing() { # PACKAGE...
  wanted=
  for choice in "$@"; do
    found=
    for package in $(echo "$choice" | tr '|' ' '); do
      if dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed'; then
        found=yes
        break
      fi
    done
    [ -n "$found" ] || wanted="$wanted $choice"
  done
  [ -n "$wanted" ] || return 0
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "Not installed, and only root can with apt:$wanted" >&2
    return 0
  fi
  apt_update
  packages=
  for choice in $wanted; do
    for package in $(echo "$choice" | tr '|' ' '); do
      if [ -n "$(apt-cache madison "$package" 2>/dev/null)" ]; then
        packages="$packages $package"
        break
      fi
    done
  done
  [ -n "$packages" ] || return 0
  echo "Installing$packages" >&2
  # shellcheck disable=SC2086 # one word a package
  DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 \
    install -y --no-install-recommends $packages </dev/null >/dev/null
}

# Once in each script, and only if something is to be installed.
apt_update() {
  [ -z "${apt_updated:-}" ] || return 0
  apt_updated=yes
  apt-get -qq -o DPkg::Lock::Timeout=300 update </dev/null >/dev/null ||
    echo "apt-get update failed; going on with the lists that are here" >&2
}

# A JDK from apt where none is here and apt has one; else says how to get one.
require_jdk() {
  find_jdk && return
  [ -z "${LAMINA_JAVA_HOME:-}" ] || exit 1
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    install_missing openjdk-25-jdk-headless
    find_jdk && return
  fi
  no_jdk
}

# Maven on the JDK that was found, quiet about its own use of what that JDK deprecates.
run_maven() {
  JAVA_HOME=$java_home MAVEN_OPTS="--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED ${MAVEN_OPTS:-}" \
    mvn -B -ntp -Dstyle.color=never "$@" </dev/null
}
