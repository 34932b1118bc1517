package dev.lamina.testing.posix;

import static dev.lamina.testing.posix.Answer.ok;

import dev.lamina.fs.FileKind;
import dev.lamina.linux.DeviceNumber;
import dev.lamina.testing.fs.LowerTree;
import java.util.Locale;

/** What there is in file systems; one of each kind is where most matrices look for it. */
enum Kind {
  FILE(FileKind.REGULAR),
  DIRECTORY(FileKind.DIRECTORY),
  SYMLINK(FileKind.SYMLINK),
  FIFO(FileKind.FIFO),
  SOCKET(FileKind.SOCKET),
  CHARACTER_DEVICE(FileKind.CHARACTER_DEVICE),
  BLOCK_DEVICE(FileKind.BLOCK_DEVICE);

  /** The device of /dev/null, also where a block device is wanted: nobody opens that. */
  static final long DEVICE = DeviceNumber.of(1, 3);

  /** What files hold. */
  static final String CONTENT = "content";

  /** Where symlinks lead. */
  static final String TARGET = "target";

  private final FileKind kind;

  Kind(FileKind kind) {
    this.kind = kind;
  }

  FileKind kind() {
    return kind;
  }

  /** Returns the name under which {@link #makeAll} makes it. */
  String title() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Makes one, 0644 or 0755. */
  void make(String path) {
    switch (this) {
      case FILE -> Calls.file(path, CONTENT);
      case DIRECTORY -> ok(Calls.mkdir(path, 0755));
      case SYMLINK -> ok(Calls.symlink(TARGET, path));
      case FIFO, SOCKET, CHARACTER_DEVICE, BLOCK_DEVICE ->
          ok(Calls.mknod(path, kind.format() | 0644, hasDevice() ? DEVICE : 0));
    }
  }

  private boolean hasDevice() {
    return this == CHARACTER_DEVICE || this == BLOCK_DEVICE;
  }

  /** Makes one of each in the current directory, and what the symlink leads to. */
  static void makeAll() {
    for (Kind kind : values()) {
      kind.make(kind.title());
    }
    FILE.make(TARGET);
  }

  /** Returns a tree with the same in a directory. */
  static LowerTree addAll(LowerTree tree, String directory) {
    LowerTree with = tree.directory(directory);
    for (Kind kind : values()) {
      String path = directory + "/" + kind.title();
      with =
          switch (kind) {
            case FILE -> with.file(path, CONTENT);
            case DIRECTORY -> with.directory(path);
            case SYMLINK -> with.symlink(path, TARGET);
            case FIFO, SOCKET, CHARACTER_DEVICE, BLOCK_DEVICE ->
                with.special(path, kind.kind, kind.hasDevice() ? DEVICE : 0);
          };
    }
    return with.file(directory + "/" + TARGET, CONTENT);
  }
}
