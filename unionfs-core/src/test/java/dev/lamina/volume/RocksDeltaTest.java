package dev.lamina.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import dev.lamina.store.StateDatabase;
import dev.lamina.store.StateFamily;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The removal of all rows of a volume among others. */
final class RocksDeltaTest {
  private static final int ROWS = 3_000;

  @TempDir private Path directory;

  private static void fill(Delta delta, int names) {
    for (int from = 0; from < names; from += 1_000) {
      int low = from;
      delta.write(
          batch -> {
            for (int i = low; i < Math.min(names, low + 1_000); i++) {
              FileName name = FileName.of("n" + i);
              batch.putName(
                  1, name, new NameRow(100 + i, FileKind.REGULAR, Slots.SEQUENCE_BASE + i));
              batch.putSequence(1, Slots.SEQUENCE_BASE + i, name);
            }
          });
    }
    delta.write(
        batch -> {
          batch.putInode(100, InodeRow.Dead.INSTANCE);
          batch.putOrphan(100);
          batch.putReply(new ReplyRow(9, 0, 100));
        });
  }

  private static List<String> rows(Delta delta) {
    List<String> rows = new ArrayList<>();
    delta.allNames((parent, name, row) -> rows.add(parent + "/" + name));
    delta.sequence(
        1,
        0,
        (number, name) -> {
          rows.add(number + " " + name);
          return true;
        });
    delta.inodes((inode, row) -> rows.add("inode " + inode));
    delta.orphans(inode -> rows.add("orphan " + inode));
    if (delta.reply(9) != null) {
      rows.add("reply 9");
    }
    return rows;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 1_000, RocksDelta.MOST_ONE_BY_ONE, RocksDelta.MOST_ONE_BY_ONE + 1})
  void all_rows_of_a_volume_go_and_none_of_another(int names) {
    try (TestStore store = new TestStore(directory.resolve("store"))) {
      StateDatabase database = store.store().state().database();
      try (RocksDelta before = RocksDelta.of(database, 7);
          RocksDelta delta = RocksDelta.of(database, 8);
          RocksDelta after = RocksDelta.of(database, 9)) {
        fill(before, 2);
        fill(delta, names);
        fill(after, 3);
        delta.removeAll();
        assertThat(rows(delta)).isEmpty();
        assertThat(rows(before)).hasSize(2 * 2 + 3);
        assertThat(rows(after)).hasSize(2 * 3 + 3);
        delta.removeAll();
        assertThat(rows(delta)).isEmpty();
      }
    }
  }

  @Test
  void answers_are_forgotten_and_nothing_else() {
    try (TestStore store = new TestStore(directory.resolve("store"))) {
      StateDatabase database = store.store().state().database();
      try (RocksDelta delta = RocksDelta.of(database, 8);
          RocksDelta other = RocksDelta.of(database, 9)) {
        fill(delta, 2);
        fill(other, 2);
        delta.forgetReplies();
        assertThat(rows(delta)).hasSize(2 * 2 + 2).doesNotContain("reply 9");
        assertThat(rows(other)).contains("reply 9");
      }
    }
  }

  @Test
  void few_rows_are_deleted_one_by_one_and_without_a_range() throws Exception {
    try (TestStore store = new TestStore(directory.resolve("store"))) {
      StateDatabase database = store.store().state().database();
      try (RocksDelta delta = RocksDelta.of(database, 8)) {
        fill(delta, ROWS);
        delta.removeAll();
        assertThat(deletions(database)).isEqualTo(ROWS);
        // Nothing is there, so nothing is deleted: a removal that goes on costs nothing more.
        delta.removeAll();
        assertThat(deletions(database)).isEqualTo(ROWS);
      }
    }
  }

  /** A range counts as an entry of another kind. */
  private static long deletions(StateDatabase database) throws Exception {
    return database
        .rocks()
        .getLongProperty(
            database.family(StateFamily.NAMES), "rocksdb.num-deletes-active-mem-table");
  }
}
