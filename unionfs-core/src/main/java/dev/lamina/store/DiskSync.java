package dev.lamina.store;

import dev.lamina.linux.Fd;
import dev.lamina.linux.FileIo;

/** How objects and the directories that name them are brought to disk. Tests let it fail. */
interface DiskSync {
  /** Asks the kernel. */
  DiskSync KERNEL =
      new DiskSync() {
        @Override
        public void data(Fd file) {
          FileIo.fdatasync(file.value());
        }

        @Override
        public void names(Fd directory) {
          FileIo.fsync(directory.value());
        }
      };

  /** Brings a file's data to disk. */
  void data(Fd file);

  /** Brings a directory's names to disk. */
  void names(Fd directory);
}
