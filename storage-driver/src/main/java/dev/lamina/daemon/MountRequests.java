package dev.lamina.daemon;

import dev.lamina.control.Answer;
import dev.lamina.control.ControlException;
import dev.lamina.control.Request;
import dev.lamina.daemon.NameResolver.Named;
import dev.lamina.fuse.Mount;
import dev.lamina.fuse.MountException;
import dev.lamina.fuse.MountOptions;
import dev.lamina.fuse.MountTable;
import dev.lamina.fuse.StaleMounts;
import dev.lamina.linux.Errno;
import dev.lamina.snapshot.SnapshotException;
import dev.lamina.store.SnapshotKey;
import dev.lamina.store.StateTransaction;
import dev.lamina.store.StoreException;
import dev.lamina.store.VolumeId;
import dev.lamina.tree.Digest;
import dev.lamina.volume.VolumeFileSystem;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Mounts and unmounts. */
final class MountRequests {
  private static final Logger LOG = System.getLogger(MountRequests.class.getName());

  private final DaemonContext context;
  private final Transports transports;

  MountRequests(DaemonContext context, Transports transports) {
    this.context = context;
    this.transports = transports;
  }

  /** What is to be mounted: opened, and how it came about. */
  private record Opened(
      VolumeFileSystem fileSystem, String name, Optional<String> volume, boolean made) {}

  Answer.Mounted mount(Request.MountRequest request) throws ControlException {
    MountOptions options = options(request.options());
    Transports.Chosen chosen = transports.choose(request.transport());
    Path directory = MountPoint.resolve(Path.of(request.directory()), context.mounts());
    context.mounts().reserve(directory);
    try {
      MountPoint.check(directory, context.store().layout().root(), request.force());
      return mount(request, chosen, directory, options);
    } finally {
      context.mounts().release(directory);
    }
  }

  private Answer.Mounted mount(
      Request.MountRequest request, Transports.Chosen chosen, Path directory, MountOptions options)
      throws ControlException {
    Opened opened = open(request, options.readOnly(), directory);
    boolean mounted = false;
    try {
      // Closes the file system when it fails.
      Mount mount = chosen.transport().mount(opened.fileSystem(), directory, options);
      mounted = true;
      context
          .mounts()
          .add(
              new ActiveMount(
                  directory,
                  opened.name(),
                  opened.volume(),
                  opened.fileSystem(),
                  mount,
                  chosen.name(),
                  options.readOnly(),
                  context.clock().instant()));
      return new Answer.Mounted(directory.toString(), opened.volume(), chosen.name());
    } finally {
      if (!mounted && opened.made()) {
        opened.volume().ifPresent(this::takeBack);
      }
    }
  }

  /** A volume that was made for a mount that failed goes; what failed is still what is told. */
  private void takeBack(String volume) {
    try {
      context.snapshots().remove(new SnapshotKey(DaemonContext.NAMESPACE, volume));
    } catch (SnapshotException | StoreException e) {
      LOG.log(
          Level.WARNING, "volume " + volume + " was made for a mount that failed, and stays", e);
    }
  }

  private static MountOptions options(List<String> given) throws ControlException {
    MountOptions options = MountOptions.defaults();
    if ("root".equals(System.getProperty("user.name"))) {
      options = options.forAllUsers();
    }
    try {
      for (String option : given) {
        options = options.with(option);
      }
    } catch (IllegalArgumentException e) {
      throw new ControlException(String.valueOf(e.getMessage()), true);
    }
    return options;
  }

  private Opened open(Request.MountRequest request, boolean readOnly, Path directory)
      throws ControlException {
    String holder = "mounted on " + directory;
    return switch (NameResolver.find(context.store(), request.what())) {
      case Named.Volume(String name, VolumeId id) -> {
        if (request.volume().isPresent()) {
          throw new ControlException(
              "\"" + name + "\" is a volume; --volume names a new one made from an image", true);
        }
        if (VolumeNames.isSaved(name) && !readOnly) {
          throw new ControlException(
              name
                  + " is what a volume was saved as: mount it with \"-o"
                  + " ro\", or \"lamina fork "
                  + name
                  + " NAME\" and mount that",
              true);
        }
        Optional<String> other = context.volumes().holder(id);
        if (other.isPresent()) {
          throw new ControlException(
              MountUsers.refusal(
                  "volume " + name, other.get(), context.mounts().ofVolume(name), context.mounts()),
              false);
        }
        // A saved state stays what it is, also where the mount is made writable behind our back.
        VolumeFileSystem fileSystem =
            VolumeNames.isSaved(name)
                ? context.volumes().openReadOnly(id, holder)
                : context.volumes().open(id, holder);
        yield new Opened(fileSystem, name, Optional.of(name), false);
      }
      case Named.Image image -> {
        if (readOnly && request.volume().isEmpty()) {
          yield new Opened(openImage(image), image.name(), Optional.empty(), false);
        }
        String name = request.volume().orElseGet(() -> VolumeNames.makeUp(image.name(), context));
        VolumeNames.check(name);
        VolumeId id = create(image, name);
        boolean opened = false;
        try {
          Opened made =
              new Opened(context.volumes().open(id, holder), image.name(), Optional.of(name), true);
          opened = true;
          yield made;
        } finally {
          if (!opened) {
            takeBack(name);
          }
        }
      }
    };
  }

  private VolumeFileSystem openImage(Named.Image image) {
    return context
        .store()
        .state()
        .transact(transaction -> context.volumes().openTree(requireTree(transaction, image)));
  }

  private VolumeId create(Named.Image image, String name) {
    return context
        .store()
        .state()
        .transact(
            transaction -> {
              VolumeId id =
                  context
                      .volumes()
                      .create(
                          transaction,
                          requireTree(transaction, image),
                          image.record().diffIds(),
                          Optional.of(image.record().config()),
                          image.name());
              context
                  .snapshots()
                  .adopt(transaction, new SnapshotKey(DaemonContext.NAMESPACE, name), id);
              return id;
            });
  }

  private static Digest requireTree(StateTransaction transaction, Named.Image image) {
    return NameResolver.tree(transaction, image.record())
        .orElseThrow(
            () ->
                new RequestException(
                    "Image "
                        + image.name()
                        + " has no layers, so there is nothing to mount; or it was removed just"
                        + " now"));
  }

  Answer.Done unmount(Request.Unmount request) throws ControlException {
    Path directory = MountPoint.resolve(Path.of(request.directory()), context.mounts());
    Optional<ActiveMount> mount = context.mounts().at(directory);
    if (mount.isPresent()) {
      return unmount(mount.get(), request.lazy());
    }
    Optional<ActiveMount> copy = context.mounts().onTopAt(directory);
    if (copy.isPresent()) {
      requireOnly(directory, copy.get());
      return unmount(copy.get(), request.lazy());
    }
    return clear(directory, request.lazy());
  }

  /** To take one place of several off ends nothing, and which is meant is not ours to guess. */
  private static void requireOnly(Path directory, ActiveMount mount) throws ControlException {
    List<Path> others = new ArrayList<>(MountRegistry.places(mount, MountTable.read()));
    others.remove(directory);
    if (!others.isEmpty()) {
      throw ControlException.failed(
          directory
              + " shows what is mounted on "
              + others.getFirst()
              + " as well; take it off there with \"umount "
              + directory
              + "\", without lamina");
    }
  }

  private Answer.Done unmount(ActiveMount mount, boolean lazy) throws ControlException {
    try {
      mount.mount().unmount(lazy);
    } catch (MountException e) {
      if (e.errno() == Errno.EBUSY) {
        throw ControlException.failed(busy(mount, e), e);
      }
      throw e;
    }
    context.mounts().remove(mount);
    return new Answer.Done();
  }

  private String busy(ActiveMount mount, MountException e) {
    if (context.mounts().isDetached(mount)) {
      return MountUsers.ofDetached(mount) + "; it ends when the last who uses it does";
    }
    return MountUsers.of(mount)
        .map(
            users ->
                mount.directory()
                    + " is in use by "
                    + users
                    + "; end that first, or detach it with \"lamina umount --lazy "
                    + mount.directory()
                    + "\"")
        .orElseGet(() -> String.valueOf(e.getMessage()));
  }

  private Answer.Done clear(Path directory, boolean lazy) throws ControlException {
    return switch (StaleMounts.clear(directory)) {
      case CLEARED -> new Answer.Done();
      case NOTHING -> {
        Optional<ActiveMount> detached = context.mounts().detachedFrom(directory);
        if (detached.isEmpty()) {
          throw new ControlException(
              "nothing is mounted on " + directory + elsewhere(directory), false);
        }
        yield unmount(detached.get(), lazy);
      }
      case ALIVE ->
          throw new ControlException(
              "what is mounted on "
                  + directory
                  + " is not this store's; name its store with --store, or use umount(8)",
              false);
    };
  }

  private String elsewhere(Path directory) {
    return context
        .mounts()
        .movedFrom(directory)
        .map(
            shown ->
                " any more; "
                    + shown
                        .mount()
                        .volume()
                        .map(name -> "volume " + name)
                        .orElse(shown.mount().what())
                    + ", which was, is on "
                    + shown.place()
                    + " still: unmount that")
        .orElse("");
  }

  Answer.MountList list() {
    List<Answer.MountEntry> mounts = new ArrayList<>();
    context
        .mounts()
        .shown()
        .forEach(shown -> mounts.add(entry(shown.mount(), shown.place(), false)));
    context.mounts().detached().forEach(mount -> mounts.add(entry(mount, mount.directory(), true)));
    return new Answer.MountList(mounts);
  }

  private static Answer.MountEntry entry(ActiveMount mount, Path place, boolean detached) {
    return new Answer.MountEntry(
        place.toString(),
        mount.what(),
        mount.volume(),
        mount.readOnly(),
        detached,
        mount.transport(),
        mount.since(),
        mount.mount().statistics().total());
  }

  /**
   * How all mounts ended.
   *
   * @param closed whether all have ended, and their file systems are closed
   * @param well whether nothing failed on the way, such as writing what was written last
   */
  record End(boolean closed, boolean well) {
    /** Nothing is known of it. */
    static final End UNKNOWN = new End(false, false);
  }

  /**
   * Unmounts everything, the deepest first; what is busy is detached. One that fails, however it
   * does, does not keep the others mounted.
   */
  End unmountAll() {
    boolean all = true;
    boolean well = true;
    for (ActiveMount mount : context.mounts().deepestFirst()) {
      try {
        mount.mount().close();
        context.mounts().remove(mount);
      } catch (RuntimeException e) {
        well = false;
        LOG.log(Level.ERROR, "cannot unmount " + mount.directory() + " on the way out", e);
      }
      all &= hasClosed(mount);
    }
    return new End(all, well);
  }

  private static boolean hasClosed(ActiveMount mount) {
    try {
      return mount.mount().await(Duration.ZERO);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false; // it may have: a store that is left open does less harm than one closed early
    }
  }
}
