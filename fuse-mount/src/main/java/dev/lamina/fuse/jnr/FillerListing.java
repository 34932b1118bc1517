package dev.lamina.fuse.jnr;

import dev.lamina.fs.DirectoryListing;
import dev.lamina.fs.Entry;
import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import java.nio.ByteBuffer;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.Struct;
import ru.serce.jnrfuse.FuseFillDir;
import ru.serce.jnrfuse.struct.FileStat;

/**
 * Hands a directory's entries to libfuse one by one, each with its cookie, so that libfuse asks
 * again from there and keeps no listing.
 */
final class FillerListing implements DirectoryListing {
  private final FuseFillDir filler;
  private final Pointer buffer;
  private final FileStat stat;
  private final Pointer statMemory;
  private final byte[] name = new byte[FileName.MAX_LENGTH + 1];

  FillerListing(Runtime runtime, FuseFillDir filler, Pointer buffer) {
    this.filler = filler;
    this.buffer = buffer;
    this.stat = new FileStat(runtime);
    this.statMemory = runtime.getMemoryManager().allocateDirect(Struct.size(stat), true);
    stat.useMemory(statMemory);
  }

  @Override
  public boolean withAttributes() {
    return false;
  }

  @Override
  public boolean add(FileName entry, long cookie, long inode, FileKind kind) {
    entry.copyTo(name, 0);
    name[entry.length()] = 0;
    StatFields.fill(stat, inode, kind);
    ByteBuffer bytes = ByteBuffer.wrap(name, 0, entry.length() + 1);
    return filler.apply(buffer, bytes, statMemory, cookie) == 0;
  }

  @Override
  public boolean add(FileName entry, long cookie, Entry found) {
    throw new IllegalStateException("attributes were not asked for");
  }
}
