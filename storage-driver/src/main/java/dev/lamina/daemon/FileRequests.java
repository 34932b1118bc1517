package dev.lamina.daemon;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.lamina.control.Answer;
import dev.lamina.control.ControlException;
import dev.lamina.control.Conversation;
import dev.lamina.control.Request;
import dev.lamina.daemon.NameResolver.Named;
import dev.lamina.fs.Invalidations;
import dev.lamina.fs.TransportFeatures;
import dev.lamina.store.VolumeId;
import dev.lamina.volume.VolumeFileSystem;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Shows what is in images and volumes without mounting them. Thread-safe. */
final class FileRequests {
  private final DaemonContext context;

  @GuardedBy("this")
  private final Map<VolumeId, Shared> looked = new TreeMap<>();

  FileRequests(DaemonContext context) {
    this.context = context;
  }

  /** A volume that is open as long as somebody looks at it. */
  private static final class Shared {
    private final VolumeFileSystem fileSystem;
    private int users;

    private Shared(VolumeFileSystem fileSystem) {
      this.fileSystem = fileSystem;
    }
  }

  /** Looks at a file system. */
  private interface Look<T> {
    T at(FileBrowser browser) throws ControlException, IOException;
  }

  Answer.FileList list(Request.ListFiles request) throws ControlException, IOException {
    return look(request.what(), browser -> new Answer.FileList(browser.list(request.path())));
  }

  Answer.FileDetail stat(Request.Stat request) throws ControlException, IOException {
    return look(request.what(), browser -> browser.stat(request.path()));
  }

  Answer.Done cat(Request.Cat request, Conversation conversation)
      throws ControlException, IOException {
    return look(
        request.what(),
        browser -> {
          OutputStream out = conversation.output();
          browser.cat(request.path(), out);
          out.close();
          return new Answer.Done();
        });
  }

  private <T> T look(String what, Look<T> look) throws ControlException, IOException {
    return switch (NameResolver.find(context.store(), what)) {
      case Named.Volume(String name, VolumeId id) -> {
        Optional<ActiveMount> mount = context.mounts().ofVolume(name);
        if (mount.isPresent()) {
          yield look(name, mount.get().fileSystem(), look);
        }
        VolumeFileSystem fileSystem = share(id, VolumeNames.isSaved(name));
        try {
          yield look(name, fileSystem, look);
        } finally {
          letGo(id);
        }
      }
      case Named.Image image -> {
        try (VolumeFileSystem fileSystem = open(image)) {
          fileSystem.attach(TransportFeatures.NONE, Invalidations.ignored());
          yield look(image.name(), fileSystem, look);
        }
      }
    };
  }

  private static <T> T look(String name, VolumeFileSystem fileSystem, Look<T> look)
      throws ControlException, IOException {
    try (FileBrowser browser = new FileBrowser(name, fileSystem)) {
      return look.at(browser);
    }
  }

  private VolumeFileSystem open(Named.Image image) {
    return context
        .store()
        .state()
        .transact(
            transaction ->
                context
                    .volumes()
                    .openTree(
                        NameResolver.tree(transaction, image.record())
                            .orElseThrow(
                                () ->
                                    new RequestException(
                                        "Image " + image.name() + " has no layers"))));
  }

  /** Opens a volume that is not mounted, unless another request has it open to look at it. */
  private synchronized VolumeFileSystem share(VolumeId id, boolean isSaved) {
    Shared shared = looked.get(id);
    if (shared == null) {
      String holder = "being looked at";
      shared =
          new Shared(
              isSaved
                  ? context.volumes().openReadOnly(id, holder)
                  : context.volumes().open(id, holder));
      shared.fileSystem.attach(TransportFeatures.NONE, Invalidations.ignored());
      looked.put(id, shared);
    }
    shared.users++;
    return shared.fileSystem;
  }

  private synchronized void letGo(VolumeId id) {
    Shared shared = requireNonNull(looked.get(id));
    shared.users--;
    if (shared.users == 0) {
      looked.remove(id);
      shared.fileSystem.close();
    }
  }
}
