#!/bin/sh
# Runs all tests, after installing what they need where that is possible (as root, with apt).
#   ./test.sh [MAVEN-ARGUMENT...]     for instance: ./test.sh -pl unionfs-core -am
# Tests that need root or FUSE are skipped, with the reason, where there is neither;
# with LAMINA_REQUIRE_MOUNTS=1 they fail instead.
set -eu
cd "$(dirname "$0")"
. build/machine.sh

# Programs that a script starts in the background ignore Ctrl-C, and so would all that the tests
# start to see what it does.
if [ -z "${LAMINA_TEST_SIGNALS:-}" ] && env --default-signal=INT true 2>/dev/null; then
  LAMINA_TEST_SIGNALS=default exec env --default-signal=INT "./test.sh" "$@"
fi

install_missing maven git fuse3 'libfuse2|libfuse2t64' mmdebstrap skopeo umoci python3 \
  attr acl libcap2-bin make zstd xz-utils bzip2 fuse-overlayfs
require_jdk
command -v mvn >/dev/null || {
  echo "test.sh: there is no Maven here; install maven, at least 3.8.7" >&2
  exit 1
}

rm -rf ./*/target/surefire-reports
status=0
run_maven -q -N validate || status=$? # a badly formatted file need not keep the tests from running
run_maven --fail-at-end verify -Dformat.skip=true "$@" || status=$?
echo
build/tally.sh || status=1
exit $status
