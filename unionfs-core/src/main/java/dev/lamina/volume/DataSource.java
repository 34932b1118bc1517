package dev.lamina.volume;

import dev.lamina.linux.Fd;

/** Where the data of an open file comes from. */
sealed interface DataSource extends AutoCloseable {
  /** Bytes in memory: of an inline blob, or none at all. Never changed. */
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  record Bytes(byte[] bytes) implements DataSource {
    static final Bytes NONE = new Bytes(new byte[0]);

    @Override
    public void close() {}
  }

  /**
   * An object of the store, or a file of the volume that is one too, for reading alone.
   *
   * @param size in bytes
   */
  record Stored(Fd descriptor, long size) implements DataSource {
    @Override
    public void close() {
      descriptor.close();
    }
  }

  /**
   * An object of the store, opened through a mount that allows no writing, whoever opens it anew.
   *
   * @param size in bytes
   * @param condemned {@link Contents#condemned} before it was looked at
   */
  record Guarded(Fd descriptor, long size, long condemned) implements DataSource {
    @Override
    public void close() {
      descriptor.close();
    }
  }

  /** The volume's own file, for reading and writing. */
  record Own(Fd descriptor) implements DataSource {
    @Override
    public void close() {
      descriptor.close();
    }
  }

  @Override
  void close();
}
