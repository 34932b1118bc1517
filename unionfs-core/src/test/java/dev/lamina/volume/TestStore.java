package dev.lamina.volume;

import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import dev.lamina.store.Steps;
import dev.lamina.store.Store;
import dev.lamina.store.StoreOptions;
import dev.lamina.store.StoreWriter;
import dev.lamina.store.VolumeId;
import dev.lamina.testing.fs.LowerNode;
import dev.lamina.testing.fs.LowerTree;
import dev.lamina.tree.Digest;
import dev.lamina.tree.Metadata;
import dev.lamina.tree.Tree;
import dev.lamina.tree.TreeEditor;
import dev.lamina.tree.TreeEntry;
import dev.lamina.tree.TreePath;
import dev.lamina.tree.TreeView;
import dev.lamina.tree.Xattrs;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** A store in a directory, with volumes made from what a {@link LowerTree} says. */
public final class TestStore implements AutoCloseable {
  private static final FileName OPAQUE = FileName.of("trusted.overlay.opaque");

  private final Store store;
  private final Volumes volumes;

  /** Opens a store that tells what it does, step by step. */
  public TestStore(Path directory, Steps steps) {
    this(directory, steps, Duration.ofMinutes(1));
  }

  /** As {@link #TestStore(Path, Steps)}, whose volumes sync themselves after this time. */
  public TestStore(Path directory, Steps steps, Duration syncPeriod) {
    this.store = Store.open(directory, StoreOptions.defaults().withSteps(steps), Clock.systemUTC());
    this.volumes = Volumes.of(store, new VolumeOptions(syncPeriod, false), Clock.systemUTC());
  }

  /** Opens a store. */
  public TestStore(Path directory) {
    this(directory, Steps.NONE);
  }

  /** The store. */
  public Store store() {
    return store;
  }

  /** Its volumes. */
  public Volumes volumes() {
    return volumes;
  }

  /** Makes a volume on what a tree says. */
  public VolumeId volume(LowerTree lower) {
    return withTree(
        lower,
        (writer, tree) ->
            writer.commit(
                transaction ->
                    volumes.create(
                        transaction, tree.digest(), List.of(), Optional.empty(), "test")));
  }

  /**
   * Makes a volume on several layers, the lowest first. In those above it a character device 0:0
   * stands for a whiteout and {@code trusted.overlay.opaque} makes a directory opaque, as in the
   * directories that overlayfs merges.
   */
  public VolumeId volume(List<LowerTree> layers) {
    try (StoreWriter writer = store.begin("test")) {
      Tree merged = write(layers.getFirst(), writer);
      for (LowerTree layer : layers.subList(1, layers.size())) {
        merged = apply(layer, merged, writer);
      }
      Digest tree = merged.digest();
      writer.flush();
      return writer.commit(
          transaction -> volumes.create(transaction, tree, List.of(), Optional.empty(), "test"));
    }
  }

  private Tree apply(LowerTree layer, Tree below, StoreWriter writer) {
    TreeEditor editor = TreeEditor.on(TreeView.open(store.directories(), below.digest()));
    layer
        .entries()
        .forEach(
            (names, node) -> {
              TreePath path = TreePath.of(names);
              if (node.kind() == FileKind.CHARACTER_DEVICE && node.device() == 0) {
                editor.whiteout(path);
                return;
              }
              boolean isOpaque = node.xattrs().containsKey(OPAQUE);
              LowerNode plain = isOpaque ? node.withoutXattr(OPAQUE) : node;
              editor.put(path, entry(plain, writer::putBytes));
              if (isOpaque) {
                editor.opaque(path);
              }
            });
    return editor.finish(writer);
  }

  /** Opens a tree as it is. */
  public VolumeFileSystem image(LowerTree lower) {
    return withTree(lower, (writer, tree) -> volumes.openTree(tree.digest()));
  }

  /** Opens a volume. */
  public VolumeFileSystem open(VolumeId id) {
    return volumes.open(id, "a test");
  }

  private <T> T withTree(LowerTree lower, Use<T> use) {
    try (StoreWriter writer = store.begin("test")) {
      Tree tree = write(lower, writer);
      writer.flush();
      return use.of(writer, tree);
    }
  }

  private Tree write(LowerTree lower, StoreWriter writer) {
    TreeEditor editor = TreeEditor.create(store.directories());
    IdentityHashMap<LowerNode, TreePath> seen = new IdentityHashMap<>();
    for (Map.Entry<List<FileName>, LowerNode> entry : lower.entries().entrySet()) {
      TreePath path = TreePath.of(entry.getKey());
      TreePath first = seen.putIfAbsent(entry.getValue(), path);
      if (first == null) {
        editor.put(path, entry(entry.getValue(), writer::putBytes));
      } else {
        editor.link(path, first);
      }
    }
    return editor.finish(writer);
  }

  private static TreeEntry entry(LowerNode node, Function<byte[], Optional<Digest>> blobs) {
    Metadata metadata =
        new Metadata(
            node.mode(), node.uid(), node.gid(), node.modifyTime(), Xattrs.of(node.xattrs()));
    byte[] content = node.content();
    return switch (node.kind()) {
      case REGULAR -> new TreeEntry.File(metadata, content.length, blobs.apply(content));
      case DIRECTORY -> new TreeEntry.Directory(metadata);
      case SYMLINK -> new TreeEntry.Symlink(metadata, content);
      case CHARACTER_DEVICE, BLOCK_DEVICE ->
          new TreeEntry.Device(metadata, node.kind(), node.device());
      case FIFO, SOCKET -> new TreeEntry.Special(metadata, node.kind());
    };
  }

  @Override
  public void close() {
    volumes.close();
    store.close();
  }

  @FunctionalInterface
  private interface Use<T> {
    T of(StoreWriter writer, Tree tree);
  }
}
