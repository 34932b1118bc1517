package dev.lamina.fuse.jnr;

import dev.lamina.fs.FileSystem;
import dev.lamina.fs.FsException;
import dev.lamina.linux.Errno;
import java.util.function.IntSupplier;

/**
 * What all callbacks of a mount work with.
 *
 * @param fileSystem what is mounted
 * @param readOnly whether every change is refused, also where the kernel is told to write
 * @param hidden the open files that have lost the name they were opened by
 * @param open what is open
 * @param paths finds nodes
 * @param answers answers, whatever happens
 */
record Served(
    FileSystem fileSystem,
    boolean readOnly,
    HiddenFiles hidden,
    OpenNodes open,
    Paths paths,
    Answers answers) {
  static Served of(FileSystem fileSystem, boolean readOnly, Answers answers) {
    HiddenFiles hidden = new HiddenFiles();
    return new Served(
        fileSystem,
        readOnly,
        hidden,
        new OpenNodes(fileSystem),
        new Paths(fileSystem, hidden),
        answers);
  }

  /** Answers what changes something. */
  int change(Operation operation, IntSupplier action) {
    return answers.to(
        operation,
        () -> {
          requireWritable();
          return action.getAsInt();
        });
  }

  void requireWritable() {
    if (readOnly) {
      throw FsException.of(Errno.EROFS);
    }
  }

  /**
   * Prepares a request for libfuse, which finds the attributes of no node by path that has lost its
   * name.
   */
  void prepare(CurrentRequest request) {
    if (request.is(CurrentRequest.GETATTR)) {
      hidden
          .use(request.node())
          .or(() -> open.useDirectory(request.node()))
          .ifPresent(request::askByHandle);
    }
  }

  /** Gives back what is held, once nothing is asked any more. */
  void clear() {
    open.clear();
    hidden.clear();
  }
}
