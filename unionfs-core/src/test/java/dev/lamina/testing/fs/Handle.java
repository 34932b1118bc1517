package dev.lamina.testing.fs;

import dev.lamina.fs.AttributeChange;
import dev.lamina.fs.Attributes;
import dev.lamina.fs.Entry;
import dev.lamina.fs.FileSystem;
import dev.lamina.linux.FileIo;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/** An open file of a {@link Workspace}, together with one reference to its node. */
public final class Handle implements AutoCloseable {
  private final FileSystem fileSystem;
  private final long node;
  private final long handle;
  private boolean closed;

  Handle(FileSystem fileSystem, long node, long handle) {
    this.fileSystem = fileSystem;
    this.node = node;
    this.handle = handle;
  }

  /** Returns the node's id. */
  public long node() {
    return node;
  }

  /** Reads at most {@code length} bytes. */
  public byte[] read(long position, int length) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(Math.max(1, length));
      int count = fileSystem.read(node, handle, position, buffer, 0, length);
      return buffer.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE);
    }
  }

  /** Reads everything. */
  public byte[] readAll() {
    return read(0, (int) attributes().size);
  }

  /** Reads everything, a character a byte. */
  public String text() {
    return new String(readAll(), StandardCharsets.ISO_8859_1);
  }

  /** Writes all of it. */
  public void write(long position, byte[] bytes) {
    write(position, bytes, false);
  }

  /** Writes all of it, a character a byte. */
  public void write(long position, String text) {
    write(position, text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Writes all of it; {@code kill} as of one without privileges. */
  public void write(long position, byte[] bytes, boolean kill) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
      int done = 0;
      while (done < bytes.length) {
        int left = bytes.length - done;
        done += fileSystem.write(node, handle, position + done, buffer, done, left, kill);
      }
    }
  }

  /** Sets the size. */
  public void truncate(long size) {
    AttributeChange change = new AttributeChange();
    change.valid = AttributeChange.SIZE;
    change.size = size;
    fileSystem.setattr(node, handle, change, new Attributes());
  }

  /** Allocates or punches. */
  public void fallocate(int mode, long position, long length) {
    fileSystem.fallocate(node, handle, mode, position, length);
  }

  /** Copies to another open file; how many bytes. */
  public long copyTo(long position, Handle target, long targetPosition, long length) {
    return fileSystem.copyFileRange(
        node, handle, position, target.node, target.handle, targetPosition, length);
  }

  /** Returns where data begins. */
  public long seekData(long position) {
    return fileSystem.lseek(node, handle, position, FileIo.SEEK_DATA);
  }

  /** Returns where a hole begins. */
  public long seekHole(long position) {
    return fileSystem.lseek(node, handle, position, FileIo.SEEK_HOLE);
  }

  /** Makes the content durable. */
  public void sync() {
    fileSystem.fsync(node, handle, false);
  }

  /** Returns the attributes, asked of the open file. */
  public Attributes attributes() {
    Attributes attributes = new Attributes();
    fileSystem.getattr(node, handle, attributes);
    return attributes;
  }

  /** Changes attributes of the open file. */
  public Attributes change(AttributeChange change) {
    Attributes attributes = new Attributes();
    fileSystem.setattr(node, handle, change, attributes);
    return attributes;
  }

  /** Gives the file a name. */
  public void link(Workspace workspace, String path) {
    workspace.inDirectory(
        path,
        (parent, name) -> {
          Entry entry = new Entry();
          fileSystem.link(node, parent, name, entry);
          fileSystem.forget(entry.node, 1);
          return true;
        });
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      fileSystem.release(node, handle);
      fileSystem.forget(node, 1);
    }
  }
}
