package dev.lamina.control;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.Optional;

/**
 * What a client asks of the daemon. Paths are absolute: the client resolves them, since the daemon
 * has a working directory of its own. Each request names the type of its result.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, property = "ask")
public sealed interface Request {
  /** Returns the type of the {@link Reply.Result} that answers this. */
  Class<? extends Answer> answer();

  /**
   * Imports an image.
   *
   * @param source as skopeo writes sources, with an absolute path; {@code -} for the data frames
   *     that follow
   * @param name NAME[:TAG]; absent: what the source says
   * @param platform OS/ARCH[/VARIANT]; absent: this machine's
   * @param keepCompressed whether the compressed layers are kept too
   * @param limits what a hostile archive may not exceed
   */
  record Import(
      String source,
      Optional<String> name,
      Optional<String> platform,
      boolean keepCompressed,
      ImportLimits limits)
      implements Request {
    @Override
    public Class<Answer.Imported> answer() {
      return Answer.Imported.class;
    }
  }

  /**
   * Limits of an import; absent: the default.
   *
   * @param layerBytes most bytes of one layer, uncompressed
   * @param ratio most times a layer may be larger than its compressed form
   * @param entries most entries of one layer
   * @param fileBytes largest apparent size of one file, sparse ones included
   * @param layers most layers of an image
   */
  record ImportLimits(
      Optional<Long> layerBytes,
      Optional<Long> ratio,
      Optional<Long> entries,
      Optional<Long> fileBytes,
      Optional<Integer> layers) {
    /** All defaults. */
    public static final ImportLimits DEFAULTS =
        new ImportLimits(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
  }

  /** Lists images. */
  record Images() implements Request {
    @Override
    public Class<Answer.ImageList> answer() {
      return Answer.ImageList.class;
    }
  }

  /** Lists an image's layers. */
  record Layers(String image) implements Request {
    @Override
    public Class<Answer.LayerList> answer() {
      return Answer.LayerList.class;
    }
  }

  /** Tells how an image came about. */
  record History(String image) implements Request {
    @Override
    public Class<Answer.HistoryList> answer() {
      return Answer.HistoryList.class;
    }
  }

  /** Tells all of an image or a volume. */
  record Inspect(String name) implements Request {
    @Override
    public Class<Answer.Inspected> answer() {
      return Answer.Inspected.class;
    }
  }

  /** Gives an image another name. */
  record Tag(String image, String name) implements Request {
    @Override
    public Class<Answer.Done> answer() {
      return Answer.Done.class;
    }
  }

  /**
   * Makes a volume that has what another one has now.
   *
   * @param volume a volume or a saved state
   * @param name the new volume's
   */
  record Fork(String volume, String name) implements Request {
    @Override
    public Class<Answer.Done> answer() {
      return Answer.Done.class;
    }
  }

  /**
   * Saves what a volume has now, as VOLUME@NAME.
   *
   * @param name without the volume's
   */
  record Save(String volume, String name) implements Request {
    @Override
    public Class<Answer.Done> answer() {
      return Answer.Done.class;
    }
  }

  /**
   * Gives a volume back what it had when it was saved.
   *
   * @param name without the volume's
   */
  record RollBack(String volume, String name) implements Request {
    @Override
    public Class<Answer.Done> answer() {
      return Answer.Done.class;
    }
  }

  /**
   * Mounts an image or a volume.
   *
   * @param what name or ID prefix of an image, or a volume's name
   * @param directory absolute mount point
   * @param volume name of the volume to make; absent: made up
   * @param options mount options, as {@code -o} has them, split at commas
   * @param transport auto, native or jnr
   * @param force whether the directory need not be empty
   */
  record MountRequest(
      String what,
      String directory,
      Optional<String> volume,
      List<String> options,
      String transport,
      boolean force)
      implements Request {
    @Override
    public Class<Answer.Mounted> answer() {
      return Answer.Mounted.class;
    }
  }

  /**
   * Unmounts a directory, also one that a killed daemon left.
   *
   * @param lazy whether a busy one is detached
   */
  record Unmount(String directory, boolean lazy) implements Request {
    @Override
    public Class<Answer.Done> answer() {
      return Answer.Done.class;
    }
  }

  /** Lists mounts. */
  record Mounts() implements Request {
    @Override
    public Class<Answer.MountList> answer() {
      return Answer.MountList.class;
    }
  }

  /** Lists volumes. */
  record Volumes() implements Request {
    @Override
    public Class<Answer.VolumeList> answer() {
      return Answer.VolumeList.class;
    }
  }

  /** Tells what a volume changed. */
  record Diff(String volume) implements Request {
    @Override
    public Class<Answer.ChangeList> answer() {
      return Answer.ChangeList.class;
    }
  }

  /**
   * Commits a volume as an image with one layer more.
   *
   * @param name NAME[:TAG] of the image
   * @param message what the history says
   * @param changes Dockerfile instructions applied to the configuration
   */
  record Commit(String volume, String name, Optional<String> message, List<String> changes)
      implements Request {
    @Override
    public Class<Answer.Committed> answer() {
      return Answer.Committed.class;
    }
  }

  /**
   * Exports an image, or a volume as it is now.
   *
   * @param target as skopeo writes targets, with an absolute path; {@code -}: as data frames
   * @param compression none, gzip or zstd; absent: as imported where kept, else gzip
   */
  record Export(String what, String target, Optional<String> compression) implements Request {
    @Override
    public Class<Answer.Exported> answer() {
      return Answer.Exported.class;
    }
  }

  /** Lists a directory of an image or volume without mounting it. */
  record ListFiles(String what, String path) implements Request {
    @Override
    public Class<Answer.FileList> answer() {
      return Answer.FileList.class;
    }
  }

  /** Sends a file's content, as data frames. */
  record Cat(String what, String path) implements Request {
    @Override
    public Class<Answer.Done> answer() {
      return Answer.Done.class;
    }
  }

  /** Tells a file's attributes. */
  record Stat(String what, String path) implements Request {
    @Override
    public Class<Answer.FileDetail> answer() {
      return Answer.FileDetail.class;
    }
  }

  /** Removes images and volumes: all of them or, where one can't be, none. */
  record Remove(List<String> names) implements Request {
    @Override
    public Class<Answer.Removed> answer() {
      return Answer.Removed.class;
    }
  }

  /** Collects what nothing needs. */
  record Collect() implements Request {
    @Override
    public Class<Answer.Collected> answer() {
      return Answer.Collected.class;
    }
  }

  /**
   * Checks everything in the store that something needs against its digests.
   *
   * @param deep also what nothing needs, every block of the databases' files, and that each layer
   *     makes the tar that came in
   * @param repair where to take again what is damaged, as a source of an import
   */
  record Verify(boolean deep, Optional<String> repair) implements Request {
    @Override
    public Class<Answer.Verified> answer() {
      return Answer.Verified.class;
    }
  }

  /** Tells what takes how much space. */
  record Usage() implements Request {
    @Override
    public Class<Answer.UsageList> answer() {
      return Answer.UsageList.class;
    }
  }

  /** Tells how the daemon is. */
  record Status() implements Request {
    @Override
    public Class<Answer.DaemonStatus> answer() {
      return Answer.DaemonStatus.class;
    }
  }

  /**
   * Ends the daemon: it unmounts everything first.
   *
   * @param force whether busy mounts are detached
   */
  record Stop(boolean force) implements Request {
    @Override
    public Class<Answer.Done> answer() {
      return Answer.Done.class;
    }
  }
}
