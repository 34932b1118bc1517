#!/bin/sh
# Sums up the reports of the last test run: the skipped with their reasons, then one line with the totals.
# Fails when a test failed, or when none ran.
set -eu
cd "$(dirname "$0")/.."
reports=$(find . -path './*/target/surefire-reports/TEST-*.xml' | sort)
# shellcheck disable=SC2086 # the names of reports have no spaces
awk '
  function attribute(name,  text) {
    if (!match($0, " " name "=\"[^\"]*\"")) return ""
    text = substr($0, RSTART, RLENGTH)
    sub(/^[^"]*"/, "", text)
    sub(/"$/, "", text)
    gsub(/&quot;/, "\"", text); gsub(/&apos;/, "\047", text); gsub(/&#10;.*/, "", text)
    gsub(/&lt;/, "<", text); gsub(/&gt;/, ">", text); gsub(/&amp;/, "\\&", text)
    return text
  }
  /<testsuite / {
    tests += attribute("tests"); skipped += attribute("skipped")
    failed += attribute("failures") + attribute("errors")
  }
  /<testcase / { test = attribute("classname") "." attribute("name") }
  /<skipped/ { print "skipped: " test ": " attribute("message") }
  END {
    printf "%d passed, %d failed, %d skipped\n", tests - failed - skipped, failed, skipped
    exit failed > 0 || tests == 0
  }' ${reports:-/dev/null}
