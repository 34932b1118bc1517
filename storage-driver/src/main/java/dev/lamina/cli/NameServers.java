package dev.lamina.cli;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Optional;

/**
 * The host's /etc/resolv.conf, lent to a root directory. A mount needs a file to cover: where the
 * image has none, an empty one is there meanwhile and goes afterwards, and the directory's time is
 * put back unless something else has changed it, so that {@code diff} does not tell of it.
 */
final class NameServers implements AutoCloseable {
  private static final Path HOST = Path.of("/etc/resolv.conf");

  private final boolean lent;
  private final Optional<String> warning;
  private final Optional<Placeholder> placeholder;

  private NameServers(boolean lent, Optional<String> warning, Optional<Placeholder> placeholder) {
    this.lent = lent;
    this.warning = warning;
    this.placeholder = placeholder;
  }

  /**
   * A file that was made.
   *
   * @param before the directory's time before it was
   * @param since and since
   */
  private record Placeholder(Path file, FileTime before, FileTime since) {}

  /** Makes sure that there is a file to cover, without following links out of the root. */
  static NameServers lend(Path root) throws IOException {
    Path etc = root.resolve("etc");
    Path file = etc.resolve("resolv.conf");
    if (!Files.isReadable(HOST) || !Files.isDirectory(etc, LinkOption.NOFOLLOW_LINKS)) {
      return none(Optional.empty());
    }
    if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return new NameServers(true, Optional.empty(), Optional.empty());
    }
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return none(
          Optional.of(
              "/etc/resolv.conf is no plain file here, so names are looked up as it says, not as"
                  + " this machine does"));
    }
    FileTime before = Files.getLastModifiedTime(etc, LinkOption.NOFOLLOW_LINKS);
    try {
      Files.createFile(file);
    } catch (IOException e) {
      return none(Optional.of("this machine's name servers could not be lent: " + e.getMessage()));
    }
    FileTime since = Files.getLastModifiedTime(etc, LinkOption.NOFOLLOW_LINKS);
    return new NameServers(
        true, Optional.empty(), Optional.of(new Placeholder(file, before, since)));
  }

  private static NameServers none(Optional<String> warning) {
    return new NameServers(false, warning, Optional.empty());
  }

  /** Returns whether there is a file to cover. */
  boolean lent() {
    return lent;
  }

  /** Returns why not, where the user should know. */
  Optional<String> warning() {
    return warning;
  }

  @Override
  public void close() throws IOException {
    if (placeholder.isEmpty()) {
      return;
    }
    Placeholder made = placeholder.get();
    Path etc = requireNonNull(made.file().getParent());
    if (!Files.isDirectory(etc, LinkOption.NOFOLLOW_LINKS)
        || !Files.isRegularFile(made.file(), LinkOption.NOFOLLOW_LINKS)
        || Files.size(made.file()) > 0) {
      return; // the command has made something of its own of it
    }
    boolean untouched =
        Files.getLastModifiedTime(etc, LinkOption.NOFOLLOW_LINKS).equals(made.since());
    Files.delete(made.file());
    if (untouched) {
      Files.setLastModifiedTime(etc, made.before());
    }
  }
}
