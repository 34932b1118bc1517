package dev.lamina.volume;

import dev.lamina.fs.FsException;
import dev.lamina.store.StateTransaction;
import dev.lamina.store.Store;
import dev.lamina.store.StoreException;
import dev.lamina.store.VolumeId;
import dev.lamina.store.VolumeRecord;
import dev.lamina.store.VolumeState;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;

/**
 * Removes volumes that nobody has open: a volume is marked as removed, on disk, then its rows go,
 * its data, and its record last. Each step may be repeated, so the next opening of the store goes
 * on with a removal that was cut short. Thread-safe.
 */
final class VolumeRemovals {
  private static final System.Logger LOG = System.getLogger(VolumeRemovals.class.getName());

  private final Store store;

  VolumeRemovals(Store store) {
    this.store = store;
  }

  /** Goes on with what was cut short, and removes the data of volumes that have no record. */
  void resume() {
    SortedMap<VolumeId, VolumeRecord> known = store.state().volumes();
    known.forEach(
        (id, record) -> {
          if (record.state() == VolumeState.REMOVED) {
            resume(id);
          }
        });
    Path all = store.layout().volumes();
    try (DirectoryStream<Path> directories = Files.newDirectoryStream(all, "[1-9]*")) {
      for (Path directory : directories) {
        String name = directory.getFileName().toString();
        // What is named otherwise is none of ours and left alone.
        if (name.matches("[0-9]{1,18}") && !known.containsKey(new VolumeId(Long.parseLong(name)))) {
          deleteTree(directory);
        }
      }
    } catch (IOException e) {
      throw StoreException.of("looking for what removed volumes left in " + all, e);
    }
  }

  /** One that cannot be removed now stays for the next opening: the others are not to suffer. */
  private void resume(VolumeId id) {
    try {
      finish(id);
    } catch (StoreException | FsException e) {
      LOG.log(System.Logger.Level.WARNING, "removed volume " + id + " stays for now", e);
    }
  }

  /** Marks a volume as removed, on disk. */
  void mark(VolumeId id) {
    store
        .state()
        .transact(
            transaction -> {
              mark(transaction, id);
              return id;
            });
    step(VolumeSteps.VOLUME_MARKED);
  }

  /**
   * Marks a volume as removed, together with what else the transaction does.
   *
   * @throws VolumeException where there is no such volume
   */
  void mark(StateTransaction transaction, VolumeId id) {
    VolumeRecord record =
        transaction.volume(id).orElseThrow(() -> new VolumeException("There is no volume " + id));
    transaction.putVolume(id, record.withState(VolumeState.REMOVED));
  }

  /** Removes rows, data and record of a volume that is marked. */
  void finish(VolumeId id) {
    try (RocksDelta delta = RocksDelta.of(store.state().database(), id.number())) {
      delta.removeAll();
    }
    step(VolumeSteps.VOLUME_ROWS_REMOVED);
    deleteTree(store.layout().volume(id));
    step(VolumeSteps.VOLUME_DATA_REMOVED);
    store
        .state()
        .transact(
            transaction -> {
              transaction.removeVolume(id);
              return id;
            });
  }

  private void step(String step) {
    store.options().steps().after(step);
  }

  /** Removes a volume's directory and the two in it, with their plain files. */
  private static void deleteTree(Path volume) {
    try {
      for (String part : List.of("data", "tmp")) {
        Path directory = volume.resolve(part);
        if (Files.isDirectory(directory)) {
          try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
              Files.deleteIfExists(file);
            }
          }
          Files.delete(directory);
        }
      }
      Files.deleteIfExists(volume);
    } catch (IOException e) {
      throw StoreException.of("removing the data of " + volume, e);
    }
  }
}
