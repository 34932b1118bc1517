package dev.lamina.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Changes files in a directory at random and remembers what was acknowledged: what each has to hold
 * although the server dies. Only of what the last operation was about is there more than one
 * answer.
 */
final class WritingClient {
  private static final int MOST_FILES = 200;

  /**
   * What a file may be.
   *
   * @param states contents, or absent; one of them
   * @param growing or the beginning of this, where a write of it was under way
   * @param least how much of that at least
   */
  private record Expected(
      List<Optional<ByteBuffer>> states, Optional<ByteBuffer> growing, int least) {
    static Expected just(byte[] content) {
      return new Expected(List.of(Optional.of(ByteBuffer.wrap(content))), Optional.empty(), 0);
    }

    static final Expected ABSENT = new Expected(List.of(Optional.empty()), Optional.empty(), 0);

    Expected or(Expected other) {
      List<Optional<ByteBuffer>> both = new ArrayList<>(states);
      both.addAll(other.states);
      return new Expected(both, Optional.empty(), 0);
    }

    Expected growing(byte[] content, int from) {
      return new Expected(states, Optional.of(ByteBuffer.wrap(content)), from);
    }

    boolean fits(Optional<ByteBuffer> found) {
      return states.contains(found)
          || (growing.isPresent()
              && found.isPresent()
              && found.get().limit() >= least
              && found.get().limit() <= growing.get().limit()
              && growing.get().slice(0, found.get().limit()).equals(found.get()));
    }

    /** Returns the content where there is but one answer. */
    byte[] content() {
      return states.getFirst().map(ByteBuffer::array).orElse(new byte[0]);
    }
  }

  /** What is known; what is not in it is absent. */
  private final SortedMap<String, Expected> files = new TreeMap<>();

  private final Path directory;
  private final Random random;

  WritingClient(Path directory, long seed) {
    this.directory = directory;
    this.random = new Random(seed);
  }

  /** Goes on until an operation fails, as it does when the server has died; how many did not. */
  long writeUntilItFails() {
    long done = 0;
    try {
      while (done < Long.MAX_VALUE) {
        operation();
        done++;
      }
    } catch (IOException e) {
      // Done, or in part, or not at all: what is expected says so.
    }
    return done;
  }

  private void operation() throws IOException {
    String name = "file" + random.nextInt(MOST_FILES);
    Path path = directory.resolve(name);
    Expected before = files.getOrDefault(name, Expected.ABSENT);
    byte[] bytes = SmallImage.bytes(random.nextLong(), 1 + random.nextInt(20_000));
    switch (random.nextInt(8)) {
      case 0 -> {
        files.put(name, before.or(Expected.ABSENT));
        Files.deleteIfExists(path);
        files.remove(name);
      }
      case 1, 2 -> replace(name, path, before, bytes);
      case 3, 4 -> {
        byte[] old = before.content();
        byte[] all = Arrays.copyOf(old, old.length + bytes.length);
        System.arraycopy(bytes, 0, all, old.length, bytes.length);
        files.put(name, before.growing(all, old.length));
        write(path, bytes, StandardOpenOption.APPEND);
        files.put(name, Expected.just(all));
      }
      default -> {
        files.put(name, before.growing(bytes, 0));
        write(path, bytes, StandardOpenOption.TRUNCATE_EXISTING);
        files.put(name, Expected.just(bytes));
      }
    }
  }

  private void write(Path path, byte[] bytes, OpenOption how) throws IOException {
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, how)) {
      assertThat(channel.write(ByteBuffer.wrap(bytes))).isEqualTo(bytes.length);
      if (random.nextInt(4) == 0) {
        channel.force(true);
      }
    }
  }

  private void replace(String name, Path path, Expected before, byte[] bytes) throws IOException {
    String temporary = name + ".new";
    Path source = directory.resolve(temporary);
    files.put(temporary, Expected.ABSENT.growing(bytes, 0));
    write(source, bytes, StandardOpenOption.TRUNCATE_EXISTING);
    // Old or new, and nothing between.
    files.put(temporary, Expected.just(bytes).or(Expected.ABSENT));
    files.put(name, before.or(Expected.just(bytes)));
    Files.move(source, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    files.remove(temporary);
    files.put(name, Expected.just(bytes));
  }

  /** Checks that all is there that must be, and takes what is there as what has to be from now. */
  void check() throws IOException {
    for (String name : List.copyOf(files.keySet())) {
      Path path = directory.resolve(name);
      boolean there = Files.exists(path, LinkOption.NOFOLLOW_LINKS);
      Optional<ByteBuffer> found =
          there ? Optional.of(ByteBuffer.wrap(Files.readAllBytes(path))) : Optional.empty();
      assertThat(files.getOrDefault(name, Expected.ABSENT).fits(found))
          .as("%s is %s, expected %s", name, found, files.get(name))
          .isTrue();
      if (found.isPresent()) {
        files.put(name, Expected.just(found.get().array()));
      } else {
        files.remove(name);
      }
    }
    try (Stream<Path> there = Files.list(directory)) {
      assertThat(there.map(path -> path.getFileName().toString()))
          .allMatch(name -> files.containsKey(name) || name.startsWith("layer"));
    }
  }

  /** How many files there are. */
  long files() {
    return files.size();
  }
}
