package dev.lamina.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.testing.RequiresFuse;
import dev.lamina.testing.RequiresPrograms;
import dev.lamina.testing.RequiresRoot;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Databases at work on a volume are whole after their own crash, a remount and a commit. */
@RequiresFuse
@RequiresRoot
final class DatabasesTest {
  @TempDir private Path directory;
  private MountedWork work;

  @BeforeEach
  void mount() throws Exception {
    work = new MountedWork(directory);
  }

  @AfterEach
  void stop() throws Exception {
    work.stop();
  }

  /** What each script on the cluster begins with. The server is stopped whatever happens. */
  private static final String POSTGRES =
      """
      bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
      data=$1/data
      as() { (cd / && setpriv --reuid postgres --regid postgres --clear-groups -- \
        env PGHOST="$data" PGDATABASE=postgres PATH="$bin:$PATH" "$@"); }
      start() { as pg_ctl -s -w -D "$data" -l "$data/log" -o "-k $data -c listen_addresses= \
        -c shared_buffers=16MB -c max_connections=20" start; }
      stop() { as pg_ctl -s -w -D "$data" -m "$1" stop; }
      trap 'stop immediate 2>/dev/null || true' EXIT
      check() {
        as psql -qc 'CREATE EXTENSION IF NOT EXISTS amcheck'
        as pg_amcheck --heapallindexed --parent-check --database postgres
        as psql -Atc 'SELECT (SELECT count(*) FROM pgbench_history),
          (SELECT sum(delta) FROM pgbench_history) = (SELECT sum(abalance) FROM pgbench_accounts),
          (SELECT sum(bbalance) FROM pgbench_branches) = (SELECT sum(tbalance) FROM pgbench_tellers),
          (SELECT sum(bbalance) FROM pgbench_branches) = (SELECT sum(abalance) FROM pgbench_accounts)'
      }
      """;

  @Test
  @RequiresPrograms({"pgbench", "pg_createcluster", "setpriv"})
  void a_postgresql_cluster_is_whole_after_a_crash_a_remount_and_a_commit() throws Exception {
    assertThat(
            work.shell(
                    POSTGRES
                        + """
                        install -d -o postgres -g postgres -m 700 "$data"
                        as initdb -A trust -D "$data" >/dev/null
                        start
                        as pgbench -q -i -s 2 2>/dev/null
                        as pgbench -n -c 4 -j 2 -t 150 >/dev/null
                        stop immediate
                        start; check; stop fast
                        """)
                .lines())
        .last()
        .isEqualTo("600|t|t|t");
    work.remount();
    assertThat(
            work.shell(
                    POSTGRES
                        + """
                        start; check
                        as pgbench -n -c 4 -j 2 -t 50 >/dev/null
                        as vacuumdb -q --full
                        stop fast
                        """)
                .lines())
        .last()
        .isEqualTo("600|t|t|t");
    work.commit();
    assertThat(work.shell(POSTGRES + "start; check; stop fast").lines())
        .last()
        .isEqualTo("800|t|t|t");
  }

  private static final String SQLITE =
      """
      db() { sqlite3 -bail -cmd '.timeout 60000' "$@"; }
      whole() { test "$(db "$1" 'PRAGMA integrity_check')" = ok; }
      """;

  @Test
  @RequiresPrograms("sqlite3")
  void sqlite_databases_are_whole_after_a_killed_writer_a_remount_and_a_commit() throws Exception {
    work.shell(
        SQLITE
            + """
            for mode in wal delete truncate; do
              file=$1/$mode.db
              db "$file" "PRAGMA journal_mode=$mode" \
                'CREATE TABLE t(writer INTEGER, n INTEGER, pad BLOB, PRIMARY KEY(writer, n))' >/dev/null
              writers=
              for writer in 1 2 3; do
                { i=0; while [ $i -lt 40 ]; do
                    echo "INSERT INTO t VALUES($writer, $i, randomblob(3000));"; i=$((i + 1))
                  done; } | db "$file" & writers="$writers $!"
              done
              # killed in the middle of a transaction, while others wait for its lock
              status=0
              timeout -s KILL 1 sqlite3 -cmd '.timeout 60000' "$file" 'BEGIN IMMEDIATE;
                INSERT INTO t SELECT 9, value, randomblob(3000) FROM generate_series(1, 1000000)' \\
                || status=$?
              test $status = 137
              for writer in $writers; do wait "$writer"; done
              whole "$file"
            done
            """);
    checkRows();
    work.remount();
    checkRows();
    work.shell(SQLITE + "for f in \"$1\"/*.db; do db \"$f\" 'VACUUM'; whole \"$f\"; done");
    work.commit();
    checkRows();
  }

  private void checkRows() throws Exception {
    assertThat(
            work.shell(
                    SQLITE
                        + """
                        for f in "$1"/*.db; do
                          whole "$f"
                          db "$f" 'SELECT writer, count(*) FROM t GROUP BY writer' | paste -sd ' '
                        done
                        """)
                .lines())
        .containsExactly("1|40 2|40 3|40", "1|40 2|40 3|40", "1|40 2|40 3|40");
  }
}
