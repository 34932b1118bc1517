package dev.lamina.store;

import dev.lamina.linux.Fd;
import dev.lamina.linux.FileIo;
import dev.lamina.linux.FileLocks;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.LinuxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Keeps other processes, and other openings in this one, out of a store, and tells them who is in.
 * The lock belongs to the open file: it goes with the process, however that ends.
 */
final class StoreLock implements AutoCloseable {
  private static final int LONGEST = 256;

  private final Fd file;

  private StoreLock(Fd file) {
    this.file = file;
  }

  /**
   * Takes the lock.
   *
   * @throws StoreException where somebody else has it, saying who
   */
  static StoreLock take(Path path, Path store) {
    try {
      Fd file =
          FileOpen.openat(Fd.CWD, PathBytes.of(path), FileOpen.O_RDWR | FileOpen.O_CREAT, 0600);
      boolean taken = false;
      try {
        taken = FileLocks.tryFlock(file.value(), FileLocks.LOCK_EX);
        if (!taken) {
          throw new StoreException(
              "The store " + store + " is in use by " + holder(file) + "; stop it, or ask it");
        }
        byte[] name = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII);
        FileIo.ftruncate(file.value(), 0);
        FileIo.writeFully(file.value(), name, 0, name.length, 0);
        return new StoreLock(file);
      } finally {
        if (!taken) {
          file.close();
        }
      }
    } catch (LinuxException e) {
      throw StoreException.of("Cannot lock the store " + store, e);
    }
  }

  private static String holder(Fd file) {
    byte[] name = new byte[LONGEST];
    int length = FileIo.readFully(file.value(), name, 0, LONGEST, 0);
    String pid = new String(name, 0, length, StandardCharsets.US_ASCII).strip();
    // Between taking the lock and writing the number there is a moment.
    return pid.isEmpty() ? "another process" : "process " + pid;
  }

  @Override
  public void close() {
    file.close();
  }
}
