package dev.lamina.volume;

import java.util.List;

/** The data files of an image mounted as it is: none, and nothing to sync. */
final class NoDataFiles implements DataSync {
  @Override
  public void sync(List<Long> inodes) {}

  @Override
  public void syncNames() {}

  @Override
  public void syncFileSystem() {}
}
