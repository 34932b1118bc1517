package dev.lamina.store;

import dev.lamina.linux.Fd;
import dev.lamina.linux.FileAttributes;
import dev.lamina.linux.FileStatus;
import dev.lamina.tree.DamagedException;
import dev.lamina.tree.Digest;
import dev.lamina.tree.Tree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Works out who takes which space: a first walk finds what one alone and what several reach, a
 * second adds up. Images with the same manifest count as one.
 */
final class UsageReport {
  private final StoreParts store;
  private final StateSnapshot state;
  private final List<RootSource> sources;
  private final DigestSet reached = new DigestSet();
  private final DigestSet shared = new DigestSet();

  UsageReport(StoreParts store, StateSnapshot state, List<RootSource> sources) {
    this.store = store;
    this.state = state;
    this.sources = sources;
  }

  /** An image with all its names. */
  private record Image(List<String> names, List<Root> roots, ImageRecord record) {}

  StoreUsage report() {
    Map<Digest, Image> images = new LinkedHashMap<>();
    List<Root> others = new ArrayList<>();
    state.images().forEach((name, record) -> add(images, name, record));
    for (Root root : Root.all(state, store.roots().used())) {
      if (!root.name().startsWith("image ")) {
        others.add(root);
      }
    }
    images.values().forEach(image -> reach(image.roots()));
    reachOthers(others);
    List<ImageUsage> usages = images.values().stream().map(this::usage).toList();
    long[] objects = objects();
    return new StoreUsage(
        usages,
        objects[0],
        store.rows().fileBytes() + store.database().fileBytes(),
        diskBytes(store.layout().volumes()),
        objects[1]);
  }

  private static void add(Map<Digest, Image> images, String name, ImageRecord record) {
    Image image =
        images.computeIfAbsent(
            record.manifest(), key -> new Image(new ArrayList<>(), new ArrayList<>(), record));
    image.names().add(name);
    image.roots().add(Root.image(name, record));
  }

  /** Whatever is reached by a second walk is shared. */
  private final class Reach implements Marker.Visitor {
    @Override
    public void row(Digest digest, int bytes) {
      note(digest);
    }

    @Override
    public void blob(Digest digest, long size) {
      note(digest);
    }

    private void note(Digest digest) {
      if (!reached.add(digest)) {
        shared.add(digest);
      }
    }
  }

  private Marker reach(List<Root> roots) {
    Marker marker = new Marker(store, state, new Reach());
    walk(marker, roots);
    return marker;
  }

  private void reachOthers(List<Root> others) {
    Marker marker = reach(others);
    for (RootSource source : sources) {
      source.blobs(state, new VolumeBlobs(marker));
    }
  }

  /** Walks the blobs of volumes, as far as can be. */
  private record VolumeBlobs(Marker marker) implements RootSource.BlobSink {
    @Override
    public void blob(VolumeId volume, long inode, Digest digest, long size) {
      marker.blob(digest, size);
    }

    /** What it needs besides counts as nobody else's; verify tells of the damage. */
    @Override
    public void damaged(VolumeId volume, long inode, MalformedRecordException failure) {}
  }

  /** Walks as far as can be; whether that was all the way. */
  private static boolean walk(Marker marker, List<Root> roots) {
    boolean whole = true;
    for (Root root : roots) {
      try {
        marker.mark(root);
      } catch (DamagedException e) {
        whole = false; // the result says so
      }
    }
    return whole;
  }

  /** Adds up what one image reaches. */
  private final class Sum implements Marker.Visitor {
    private long uniqueBytes;
    private long sharedBytes;

    @Override
    public void row(Digest digest, int bytes) {
      add(digest, bytes);
    }

    @Override
    public void blob(Digest digest, long size) {
      boolean inline = size <= store.options().inlineLimit();
      long object = inline ? 0 : store.objects().diskBytes(digest);
      add(digest, inline ? size : object);
    }

    private void add(Digest digest, long bytes) {
      if (shared.contains(digest)) {
        sharedBytes += bytes;
      } else {
        uniqueBytes += bytes;
      }
    }
  }

  private ImageUsage usage(Image image) {
    Sum sum = new Sum();
    boolean whole = walk(new Marker(store, state, sum), image.roots());
    long apparent = 0;
    try {
      apparent = apparent(image.record());
    } catch (DamagedException e) {
      whole = false; // the result says so
    }
    return new ImageUsage(image.names(), apparent, sum.uniqueBytes, sum.sharedBytes, !whole);
  }

  private long apparent(ImageRecord image) {
    List<LayerKey> chain = LayerKey.chain(image.diffIds());
    if (chain.isEmpty()) {
      return 0;
    }
    Optional<LayerRecord> top = state.layer(chain.getLast());
    return top.isEmpty() ? 0 : Tree.load(store::record, top.get().tree()).bytes();
  }

  /** Disk space of all objects, and of those that nothing reaches. */
  private long[] objects() {
    long[] sums = new long[2];
    for (int shard = 0; shard < StoreLayout.SHARDS; shard++) {
      Cancellation.check();
      store
          .objects()
          .shard(
              shard,
              object -> {
                long bytes = store.objects().diskBytes(object);
                sums[0] += bytes;
                sums[1] += reached.contains(object) ? 0 : bytes;
              });
    }
    return sums;
  }

  private static long diskBytes(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      FileStatus status = new FileStatus();
      long sum = 0;
      for (Path file : (Iterable<Path>) files::iterator) {
        if (FileAttributes.lstatIfPresent(Fd.CWD, PathBytes.of(file), status)) {
          sum += status.blocks() * 512;
        }
      }
      return sum;
    } catch (IOException e) {
      throw StoreException.of("Cannot read " + directory, e);
    }
  }
}
