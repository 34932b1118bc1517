package dev.lamina.store;

import dev.lamina.tree.Digest;
import dev.lamina.tree.Directories;
import dev.lamina.tree.Metadata;
import dev.lamina.tree.Tree;
import dev.lamina.tree.TreeEditor;
import dev.lamina.tree.TreeEntry;
import dev.lamina.tree.TreePath;
import dev.lamina.tree.TreeView;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/** Imports small images as the archive and image packages do, without an archive. */
final class Imports {
  static final Clock CLOCK = Clock.fixed(Instant.ofEpochSecond(1_700_000_000), ZoneOffset.UTC);
  static final Platform PLATFORM = new Platform("linux", "amd64", "");

  private Imports() {}

  static Store open(Path directory) {
    return open(directory, Steps.NONE);
  }

  /** Without compaction, which would change files while they are copied after a step. */
  static Store open(Path directory, Steps steps) {
    return Store.open(
        directory, StoreOptions.defaults().withSteps(steps).withoutCompaction(), CLOCK);
  }

  /** Bytes that depend on the seed alone and do not compress. */
  static byte[] bytes(long seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** A layer: files by path. */
  static Map<String, byte[]> layer(Object... pathsAndContents) {
    Map<String, byte[]> files = new TreeMap<>();
    for (int i = 0; i < pathsAndContents.length; i += 2) {
      files.put((String) pathsAndContents[i], (byte[]) pathsAndContents[i + 1]);
    }
    return files;
  }

  /** The diffID that stands for these files here. */
  static Digest diffId(Map<String, byte[]> files) {
    RecordWriter tar = new RecordWriter();
    files.forEach((path, content) -> tar.text(path).bytes(content));
    return Digest.sha256(tar.toBytes());
  }

  /** Imports an image of layers, the lowest first; those that are there are taken. */
  static ImageRecord image(Store store, String name, List<Map<String, byte[]>> layers) {
    List<Digest> diffIds = layers.stream().map(Imports::diffId).toList();
    List<LayerKey> keys = LayerKey.chain(diffIds);
    try (StoreWriter session = store.begin("import " + name)) {
      Optional<Digest> below = Optional.empty();
      for (int i = 0; i < keys.size(); i++) {
        Optional<LayerRecord> there = session.takeLayer(keys.get(i));
        LayerRecord layer =
            there.isPresent() ? there.get() : layer(store, session, below, layers.get(i));
        if (there.isEmpty()) {
          session.commitLayer(keys.get(i), layer);
        }
        below = Optional.of(layer.tree());
      }
      return session.commit(
          changes -> {
            Digest manifest = changes.putContent(text("manifest of " + diffIds));
            Digest config = changes.putContent(text("config of " + diffIds));
            List<ImageLayer> described = new ArrayList<>();
            for (Digest diffId : diffIds) {
              described.add(new ImageLayer("layer", diffId, 1, new TreeMap<>(), false));
            }
            ImageRecord image =
                new ImageRecord(
                    PLATFORM, "manifest", manifest, config, Optional.empty(), diffIds, described);
            changes.putImage(name, image);
            return image;
          });
    }
  }

  private static LayerRecord layer(
      Store store, StoreWriter session, Optional<Digest> below, Map<String, byte[]> files) {
    Directories directories = store.directories();
    TreeEditor editor =
        below
            .map(tree -> TreeEditor.on(TreeView.open(directories, tree)))
            .orElseGet(() -> TreeEditor.create(directories));
    long contentBytes = 0;
    FramingWriter framing = session.framing();
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      byte[] content = file.getValue();
      contentBytes += content.length;
      Optional<Digest> blob;
      try (BlobWriter writer = session.blob(content.length)) {
        writer.write(content, 0, content.length);
        blob = writer.finish();
      }
      blob.ifPresent(digest -> framing.blob(digest, content.length));
      byte[] header = text(file.getKey() + "\n");
      framing.write(header, 0, header.length);
      editor.put(
          TreePath.parse(file.getKey()),
          new TreeEntry.File(Metadata.of(0644, 0, 0, 0), content.length, blob));
    }
    Tree tree = editor.finish(session);
    return new LayerRecord(
        tree.digest(), framing.finish(), contentBytes, contentBytes, files.size(), false);
  }

  /** Reads a file of an image; fails where it is damaged. */
  static byte[] read(Store store, String image, String path) {
    ImageRecord record = store.state().image(image).orElseThrow();
    LayerKey top = LayerKey.chain(record.diffIds()).getLast();
    Digest tree = store.state().layer(top).orElseThrow().tree();
    TreeView view = TreeView.open(store.directories(), tree);
    TreeEntry.File file = (TreeEntry.File) view.entry(view.walk(TreePath.parse(path)));
    if (file.blob().isEmpty()) {
      return new byte[0];
    }
    try (InputStream in = store.content(file.blob().get(), file.size())) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void remove(Store store, String image) {
    store
        .state()
        .transact(
            changes -> {
              changes.removeImage(image);
              return true;
            });
  }
}
