package dev.lamina.fuse.semantics;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import dev.lamina.testing.FileTree;
import dev.lamina.testing.fs.KernelFileSystem;
import dev.lamina.testing.fs.LowerTree;
import dev.lamina.testing.fs.TreeLoader;
import dev.lamina.testing.fs.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Layers as directories, with the empty ones that a union of them needs. */
record LayerDirectories(Path directory, int count, List<SortedMap<String, String>> content) {
  /** Makes them. */
  static LayerDirectories make(Path directory, List<LowerTree> layers) throws IOException {
    for (int i = 0; i < layers.size(); i++) {
      Path layer = Files.createDirectory(directory.resolve("layer" + i));
      try (Workspace workspace = new Workspace(new KernelFileSystem(layer))) {
        TreeLoader.load(layers.get(i), workspace);
      }
    }
    for (String name : List.of("upper", "work", "merged")) {
      Files.createDirectory(directory.resolve(name));
    }
    // The root shows the attributes of its topmost contributor.
    long time = layers.getLast().node(List.of()).modifyTime();
    try (Workspace above = new Workspace(new KernelFileSystem(directory.resolve("upper")))) {
      above.utimes("", time, time);
    }
    return new LayerDirectories(directory, layers.size(), describe(directory, layers.size()));
  }

  private static List<SortedMap<String, String>> describe(Path directory, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> FileTree.describe(directory.resolve("layer" + i)))
        .toList();
  }

  /** Whether the layers are what they were when they were made. */
  boolean areIntact() {
    return describe(directory, count).equals(content);
  }

  /** How many regular files are in the writable layer. */
  int ownFiles() throws IOException {
    return count(directory.resolve("upper"));
  }

  /** Counts the regular files in a directory. */
  static int count(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return (int) files.filter(file -> Files.isRegularFile(file, NOFOLLOW_LINKS)).count();
    }
  }

  /** Where the union is mounted. */
  Path merged() {
    return directory.resolve("merged");
  }

  /** The options that name the directories, the topmost layer first. */
  String options() {
    String lower =
        IntStream.iterate(count - 1, i -> i >= 0, i -> i - 1)
            .mapToObj(i -> directory.resolve("layer" + i).toString())
            .collect(Collectors.joining(":"));
    return "lowerdir="
        + lower
        + ",upperdir="
        + directory.resolve("upper")
        + ",workdir="
        + directory.resolve("work");
  }
}
