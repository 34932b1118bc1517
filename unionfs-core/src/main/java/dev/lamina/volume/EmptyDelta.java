package dev.lamina.volume;

import dev.lamina.fs.FileName;
import dev.lamina.fs.FsException;
import dev.lamina.linux.Errno;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** The delta of an image mounted as it is: nothing changed, and nothing ever will (EROFS). */
final class EmptyDelta implements Delta {
  @Override
  public @Nullable NameRow name(long directory, FileName name) {
    return null;
  }

  @Override
  public void names(long directory, FileName from, NameVisitor visitor) {}

  @Override
  public void allNames(DirectoryNameVisitor visitor) {}

  @Override
  public void sequence(long directory, long after, SequenceVisitor visitor) {}

  @Override
  public @Nullable InodeRow inode(long inode) {
    return null;
  }

  @Override
  public void inodes(InodeVisitor visitor) {}

  @Override
  public void directories(LongConsumer visitor) {}

  @Override
  public void orphans(LongConsumer visitor) {}

  @Override
  public @Nullable ReplyRow reply(int place) {
    return null;
  }

  @Override
  public void forgetReplies() {}

  @Override
  public void write(Consumer<DeltaBatch> rows) {
    throw FsException.of(Errno.EROFS);
  }

  @Override
  public void sync() {}

  @Override
  public void close() {}
}
