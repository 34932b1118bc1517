package dev.lamina.volume;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import dev.lamina.fs.FsException;
import dev.lamina.fs.NodeId;
import dev.lamina.fs.ServedRequest;
import dev.lamina.linux.Errno;
import dev.lamina.linux.FileOpen;
import dev.lamina.store.VolumeId;
import dev.lamina.testing.fs.Handle;
import dev.lamina.testing.fs.LowerTree;
import dev.lamina.testing.fs.Workspace;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is asked again after it was done is answered and not done a second time. */
final class VolumeReplyTest {
  private static final long RESENT = 1L << 63;
  private static final long REQUEST = 4_242;
  private static final byte[] VALUE = {1};
  private static final LowerTree LOWER =
      LowerTree.empty().file("lower", "lower").directory("directory").file("other", "other");

  @TempDir private Path directory;
  private TestStore store;
  private VolumeId id;
  private VolumeFileSystem volume;

  @BeforeEach
  void open() {
    store = new TestStore(directory.resolve("store"));
    id = store.volume(LOWER);
    volume = store.open(id);
  }

  @AfterEach
  void close() {
    volume.close();
    store.close();
  }

  private static <T> T serving(long unique, Function<Workspace, T> operation, Workspace workspace) {
    AtomicReference<@Nullable T> result = new AtomicReference<>();
    ServedRequest served = new ServedRequest();
    served.serve(
        () -> {
          served.begin(unique & ~RESENT, (unique & RESENT) != 0);
          result.set(operation.apply(workspace));
        });
    return requireNonNull(result.get());
  }

  private <T> T ask(long unique, Function<Workspace, T> operation) {
    return serving(unique, operation, new Workspace(volume));
  }

  private void run(long unique, Consumer<Workspace> operation) {
    ask(
        unique,
        workspace -> {
          operation.accept(workspace);
          return true;
        });
  }

  /** Does it, then is asked again: the same inode, and nothing changed. */
  private void isMadeOnce(Function<Workspace, Long> operation) {
    Workspace workspace = new Workspace(volume);
    long inode = ask(REQUEST, operation);
    long modified = workspace.attributes("").modifyTime;
    int names = workspace.names("").size();
    assertThat(ask(REQUEST | RESENT, operation)).isEqualTo(inode);
    assertThat(workspace.attributes("").modifyTime).isEqualTo(modified);
    assertThat(workspace.names("")).hasSize(names);
    fails(REQUEST + 2, operation, Errno.EEXIST);
    fails((REQUEST + 2) | RESENT, operation, Errno.EEXIST);
  }

  private <T> void fails(long unique, Function<Workspace, T> operation, Errno errno) {
    assertThatExceptionOfType(FsException.class)
        .isThrownBy(() -> ask(unique, operation))
        .satisfies(e -> assertThat(e.errno()).isEqualTo(errno));
  }

  private void isDoneOnce(Consumer<Workspace> operation, Errno second) {
    run(REQUEST, operation);
    run(REQUEST | RESENT, operation);
    fails(
        REQUEST + 2,
        workspace -> {
          operation.accept(workspace);
          return true;
        },
        second);
  }

  @Test
  void a_node_is_made_once() {
    isMadeOnce(workspace -> workspace.mkdir("made").inode);
    isMadeOnce(workspace -> workspace.symlink("symlink", "target").inode);
    isMadeOnce(workspace -> workspace.mknod("fifo", FileKind.FIFO, 0600, 0).inode);
    isMadeOnce(workspace -> workspace.link("lower", "link").inode);
    assertThat(new Workspace(volume).attributes("lower").links).isEqualTo(2);
  }

  @Test
  void a_file_is_made_once_and_open_both_times() {
    int flags = FileOpen.O_RDWR | FileOpen.O_CREAT | FileOpen.O_EXCL | FileOpen.O_TRUNC;
    try (Handle first = ask(REQUEST, workspace -> workspace.create("file", 0644, flags))) {
      first.write(0, "content");
      try (Handle again =
          ask(REQUEST | RESENT, workspace -> workspace.create("file", 0600, flags))) {
        assertThat(again.text()).isEqualTo("content");
      }
      fails(REQUEST + 2, workspace -> workspace.create("file", 0644, flags), Errno.EEXIST);
    }
    assertThat(new Workspace(volume).mode("file")).isEqualTo(0644);
  }

  @Test
  void an_unnamed_file_is_made_once() {
    try (Handle first = ask(REQUEST, workspace -> workspace.temporary("", 0600, FileOpen.O_RDWR))) {
      first.write(0, "content");
      try (Handle again =
          ask(REQUEST | RESENT, workspace -> workspace.temporary("", 0600, FileOpen.O_RDWR))) {
        assertThat(again.text()).isEqualTo("content");
      }
    }
  }

  @Test
  void a_name_is_removed_once() {
    Workspace workspace = new Workspace(volume);
    run(REQUEST, w -> w.unlink("lower"));
    workspace.file("lower", "of somebody else");
    run(REQUEST | RESENT, w -> w.unlink("lower"));
    assertThat(workspace.text("lower")).isEqualTo("of somebody else");
    isDoneOnce(w -> w.unlink("lower"), Errno.ENOENT);
    isDoneOnce(w -> w.rmdir("directory"), Errno.ENOENT);
  }

  @Test
  void a_name_is_moved_once() {
    isDoneOnce(w -> w.rename("lower", "moved"), Errno.ENOENT);
    Workspace workspace = new Workspace(volume);
    assertThat(workspace.text("moved")).isEqualTo("lower");
    run(REQUEST, w -> w.rename("moved", "other", VolumeFileSystem.RENAME_EXCHANGE));
    run(REQUEST | RESENT, w -> w.rename("moved", "other", VolumeFileSystem.RENAME_EXCHANGE));
    assertThat(workspace.text("other")).isEqualTo("lower");
    assertThat(workspace.text("moved")).isEqualTo("other");
  }

  @Test
  void an_attribute_is_made_and_removed_once() {
    isDoneOnce(w -> w.setxattr("lower", "user.a", VALUE, 1), Errno.EEXIST);
    isDoneOnce(w -> w.removexattr("lower", "user.a"), Errno.ENODATA);
  }

  @Test
  void what_was_not_done_is_done_when_it_is_asked_again() {
    run(REQUEST | RESENT, w -> w.mkdir("made"));
    assertThat(new Workspace(volume).names("")).contains("made");
  }

  @Test
  void a_later_request_takes_the_place_of_an_earlier_one() {
    run(REQUEST, w -> w.mkdir("made"));
    run(REQUEST + ReplyRow.PLACES, w -> w.mkdir("later"));
    fails(REQUEST | RESENT, w -> w.mkdir("made"), Errno.EEXIST);
    run((REQUEST + ReplyRow.PLACES) | RESENT, w -> w.mkdir("later"));
  }

  @Test
  void what_failed_and_what_nobody_waits_for_leaves_no_answer() {
    Delta delta = volume.union().delta();
    fails(REQUEST, w -> w.mkdir("directory"), Errno.EEXIST);
    assertThat(delta.reply(ReplyRow.place(REQUEST))).isNull();
    Workspace workspace = new Workspace(volume);
    Handle open = workspace.open("lower", FileOpen.O_RDONLY);
    run(REQUEST, w -> w.unlink("lower"));
    ReplyRow unlinked = new ReplyRow(REQUEST, 0, 0);
    assertThat(delta.reply(ReplyRow.place(REQUEST))).isEqualTo(unlinked);
    // Its last reference takes the inode out, in a batch that answers no request.
    run(REQUEST + 1, w -> open.close());
    assertThat(delta.reply(ReplyRow.place(REQUEST + 1))).isNull();
    workspace.mkdir("by nobody");
    assertThat(delta.reply(0)).isNull();
  }

  @Test
  void what_is_appended_is_appended_once() {
    try (Handle handle =
        new Workspace(volume).open("lower", FileOpen.O_WRONLY | FileOpen.O_APPEND)) {
      run(REQUEST, w -> handle.write(5, " more"));
      run(REQUEST | RESENT, w -> handle.write(5, " more"));
      assertThat(new Workspace(volume).text("lower")).isEqualTo("lower more");
    }
  }

  /** A new connection counts its requests from the start again. */
  @Test
  void a_new_mount_answers_nothing_from_before() {
    run(REQUEST, w -> w.mkdir("made"));
    volume.close();
    assertThat(left()).isNull();
    // What a daemon that was killed leaves.
    try (Delta delta = RocksDelta.of(store.store().state().database(), id.number())) {
      delta.write(batch -> batch.putReply(new ReplyRow(REQUEST, 0, 2)));
    }
    volume = store.open(id);
    assertThat(left()).isNull();
    fails(REQUEST | RESENT, w -> w.mkdir("made"), Errno.EEXIST);
  }

  private @Nullable ReplyRow left() {
    try (Delta delta = RocksDelta.of(store.store().state().database(), id.number())) {
      return delta.reply(ReplyRow.place(REQUEST));
    }
  }

  @Test
  void a_fork_has_no_answers() {
    run(REQUEST, w -> w.mkdir("made"));
    VolumeId fork = VolumeFork.temporary(store.store(), store.volumes(), id, volume);
    try (Delta delta = RocksDelta.of(store.store().state().database(), fork.number())) {
      assertThat(delta.name(NodeId.ROOT, FileName.of("made"))).isNotNull();
      assertThat(delta.reply(ReplyRow.place(REQUEST))).isNull();
    } finally {
      VolumeCommit.end(store.volumes(), fork, true);
    }
  }
}
