package dev.lamina.control;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The answers to requests; {@code --json} prints them as they are. Sizes are bytes, IDs and digests
 * are {@code sha256:…}, times ISO-8601.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, property = "answer")
public sealed interface Answer {
  /** It is done and there is nothing to tell. */
  record Done() implements Answer {}

  /**
   * An import's result.
   *
   * @param layers how many layers the image has
   * @param layersPresent how many of them the store had
   * @param bytesAdded growth of the store in stored bytes
   */
  record Imported(String name, String id, int layers, int layersPresent, long bytesAdded)
      implements Answer {}

  /** Images, by name. */
  record ImageList(List<Image> images) implements Answer {}

  /**
   * An image.
   *
   * @param size apparent bytes of its files
   */
  record Image(
      String name, String id, Optional<Instant> created, String platform, int layers, long size) {}

  /** Layers, lowest first. */
  record LayerList(List<Layer> layers) implements Answer {}

  /**
   * A layer.
   *
   * @param size bytes of its tar
   * @param compressedSize bytes as distributed, 0 where it never was
   */
  record Layer(
      String diffId,
      String chainId,
      String digest,
      String mediaType,
      long size,
      long compressedSize,
      boolean compressedKept) {}

  /** History, newest first. */
  record HistoryList(List<HistoryEntry> entries) implements Answer {}

  /** One step of an image's history. */
  record HistoryEntry(
      Optional<Instant> created,
      String createdBy,
      String comment,
      boolean emptyLayer,
      Optional<String> diffId,
      long size) {}

  /**
   * All of an image or volume.
   *
   * @param kind image or volume
   * @param detail the documents: for an image manifest, config and layers
   */
  record Inspected(String kind, String name, Map<String, Object> detail) implements Answer {}

  /**
   * A mount that was made.
   *
   * @param volume the volume, absent where the image itself was mounted
   */
  record Mounted(String directory, Optional<String> volume, String transport) implements Answer {}

  /** Mounts, by directory; behind them those that were detached. */
  record MountList(List<MountEntry> mounts) implements Answer {}

  /**
   * One mount.
   *
   * @param directory where it is, or was until it was detached
   * @param detached whether no directory shows it any more, while somebody still uses it
   */
  record MountEntry(
      String directory,
      String what,
      Optional<String> volume,
      boolean readOnly,
      boolean detached,
      String transport,
      Instant since,
      long requests) {}

  /** Volumes, by name. */
  record VolumeList(List<Volume> volumes) implements Answer {}

  /**
   * One volume.
   *
   * @param mountedAt where it is mounted, or was until it was detached
   * @param detached whether no directory shows it any more, while somebody still uses it
   * @param size bytes its changed data takes on disk
   */
  record Volume(
      String name,
      String image,
      Instant created,
      Optional<String> mountedAt,
      boolean detached,
      long size,
      long inodes) {}

  /** Changes, by path, as {@code docker diff} has them. */
  record ChangeList(List<Change> changes) implements Answer {}

  /**
   * One change.
   *
   * @param kind A added, C changed, D deleted
   */
  record Change(String kind, String path) {}

  /** A commit's result. */
  record Committed(String name, String id, String diffId, long layerSize, int changes)
      implements Answer {}

  /**
   * An export's result.
   *
   * @param id the image's ID
   * @param bytes bytes of layers that were written
   */
  record Exported(String target, String id, long bytes) implements Answer {}

  /** A directory's entries. */
  record FileList(List<FileDetail> files) implements Answer {}

  /**
   * A file.
   *
   * @param name name for a listing, path for stat
   * @param type file, directory, symlink, chardev, blockdev, fifo, socket
   * @param mode permission bits in octal
   * @param modified ISO-8601 with nanoseconds
   * @param xattrs values in base64
   */
  record FileDetail(
      String name,
      String type,
      String mode,
      long uid,
      long gid,
      long size,
      long links,
      long inode,
      Instant modified,
      Optional<String> target,
      Optional<String> device,
      Optional<String> digest,
      Map<String, String> xattrs)
      implements Answer {}

  /** What was removed. */
  record Removed(List<String> names) implements Answer {}

  /** What a collection gave back. */
  record Collected(long layers, long records, long blobs, long objects, long bytes)
      implements Answer {}

  /**
   * What verification found; nothing damaged: all is well.
   *
   * @param damages what is damaged now, after the repair if there was one
   * @param repair what was damaged before it, and what was taken again
   */
  record Verified(
      long records, long blobs, long bytes, List<Damage> damages, Optional<Repair> repair)
      implements Answer {}

  /**
   * What a repair did.
   *
   * @param found what was damaged
   * @param layers how many layers were taken again
   * @param contents how many manifests and configurations
   * @param blobs how many layers as they came, where those are kept
   */
  record Repair(List<Damage> found, int layers, int contents, int blobs) {}

  /**
   * Something damaged.
   *
   * @param what kind and digest
   * @param images names of the images and volumes that need it
   * @param path where it is in the first of them
   */
  record Damage(String what, String reason, List<String> images, Optional<String> path) {}

  /** Space, by image and volume, and in all. */
  record UsageList(List<UsageEntry> entries, UsageTotal total) implements Answer {}

  /**
   * Space of one image or volume.
   *
   * @param apparent bytes of its files
   * @param unique stored bytes nothing else needs: what removing it and a gc give back
   * @param shared stored bytes that others need too
   * @param onDisk blocks on disk of unique and shared
   */
  record UsageEntry(
      String kind, String name, long apparent, long unique, long shared, long onDisk) {}

  /**
   * Space in all.
   *
   * @param stored bytes of all blobs and records
   * @param unreferenced of those, what a gc would give back
   * @param onDisk blocks on disk of the whole store
   */
  record UsageTotal(long apparent, long stored, long unreferenced, long onDisk) {}

  /**
   * How the daemon is.
   *
   * @param mounts how many mounts some directory shows
   * @param detached how many more are used although no directory shows them any more
   */
  record DaemonStatus(
      long pid,
      String version,
      String store,
      Instant since,
      int mounts,
      int detached,
      long heapUsed,
      int operations)
      implements Answer {}

  /**
   * What a machine can do: the answer of {@code doctor}, which asks no daemon.
   *
   * @param well whether everything is there that Lamina cannot do without
   */
  record Diagnosis(boolean well, List<Finding> findings) implements Answer {}

  /**
   * One thing that was looked at.
   *
   * @param state ok, less (works, with less) or missing (does not work)
   * @param found what is there
   * @param advice what to do about what is missing; empty where nothing is
   */
  record Finding(String what, String state, String found, String advice) {}
}
