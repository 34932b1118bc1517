package dev.lamina.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.fs.FileName;
import dev.lamina.testing.MemoryRecords;
import dev.lamina.testing.fs.Workspace;
import dev.lamina.tree.Digest;
import dev.lamina.tree.Directories;
import dev.lamina.tree.Metadata;
import dev.lamina.tree.Tree;
import dev.lamina.tree.TreeEditor;
import dev.lamina.tree.TreeEntry;
import dev.lamina.tree.TreePath;
import dev.lamina.tree.TreeView;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is as the base has it is found, listed and described without asking the database. */
final class UnchangedTest {
  /** A delta that may be read once, at the opening, and never again. */
  private static final class Unread implements Delta {
    private boolean opened;

    @Override
    public @Nullable NameRow name(long directory, FileName name) {
      throw new AssertionError("asked for " + name);
    }

    @Override
    public void names(long directory, FileName from, NameVisitor visitor) {
      throw new AssertionError("asked for the names of " + directory);
    }

    @Override
    public void allNames(DirectoryNameVisitor visitor) {
      throw new AssertionError("asked for all names");
    }

    @Override
    public void sequence(long directory, long after, SequenceVisitor visitor) {
      throw new AssertionError("asked for the sequence of " + directory);
    }

    @Override
    public @Nullable InodeRow inode(long inode) {
      throw new AssertionError("asked for inode " + inode);
    }

    @Override
    public void inodes(InodeVisitor visitor) {
      assertThat(opened).isFalse();
    }

    @Override
    public void directories(LongConsumer visitor) {
      assertThat(opened).isFalse();
    }

    @Override
    public void orphans(LongConsumer visitor) {
      assertThat(opened).isFalse();
    }

    @Override
    public @Nullable ReplyRow reply(int place) {
      throw new AssertionError("asked for answer " + place);
    }

    /** At the opening and when the volume is closed. */
    @Override
    public void forgetReplies() {}

    @Override
    public void write(Consumer<DeltaBatch> rows) {
      throw new AssertionError("written");
    }

    @Override
    public void sync() {}

    @Override
    public void close() {}
  }

  @Test
  void D1_6_unchanged_names_and_inodes_cost_no_read_of_the_database() throws Exception {
    MemoryRecords records = new MemoryRecords();
    Directories directories = new Directories(records, 1 << 20);
    TreeEditor editor = TreeEditor.create(directories);
    Metadata metadata = Metadata.of(0644, 0, 0, 1);
    editor.put(TreePath.parse("dir"), new TreeEntry.Directory(Metadata.of(0755, 0, 0, 1)));
    editor.put(TreePath.parse("dir/void"), new TreeEntry.File(metadata, 0, Optional.empty()));
    Digest blob = Digest.sha256(new byte[1]);
    editor.put(TreePath.parse("dir/file"), new TreeEntry.File(metadata, 1, Optional.of(blob)));
    editor.link(TreePath.parse("other"), TreePath.parse("dir/file"));
    Tree tree = editor.finish(records);
    Unread delta = new Unread();
    Union union =
        new Union(
            new Base(TreeView.open(directories, tree)),
            delta,
            Optional.empty(),
            (digest, size) -> new DataSource.Bytes(new byte[1]),
            new Numbers(1, 1, (inode, sequence) -> {}),
            new Syncer(
                delta,
                new DirtyFiles(new NoDataFiles(), new LostData("a test")),
                Duration.ofDays(1),
                inode -> {},
                step -> {},
                "test"),
            InstantSource.system(),
            step -> {},
            true);
    VolumeParts parts = Opening.open(union, false);
    delta.opened = true;
    try (Workspace workspace = new Workspace(new VolumeFileSystem(union, parts, () -> {}))) {
      assertThat(workspace.names("")).containsExactly("dir", "other");
      assertThat(workspace.names("dir")).containsExactly("file", "void");
      assertThat(workspace.exists("dir/none")).isFalse();
      assertThat(workspace.attributes("other").links).isEqualTo(2);
      assertThat(workspace.inode("other")).isEqualTo(workspace.inode("dir/file"));
      assertThat(workspace.read("other")).hasSize(1);
      assertThat(workspace.xattrs("dir/void")).isEmpty();
    }
  }
}
