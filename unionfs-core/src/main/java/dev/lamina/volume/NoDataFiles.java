package dev.lamina.volume;

import java.util.List;
import java.util.function.Consumer;

/** The data files of an image mounted as it is: none, and nothing to sync. */
final class NoDataFiles implements DataSync {
  @Override
  public void sync(List<Long> inodes, Consumer<Failure> failures) {}

  @Override
  public boolean has(long inode) {
    return false;
  }

  @Override
  public void syncNames() {}
}
