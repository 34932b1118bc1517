package dev.lamina.daemon;

import dev.lamina.control.Answer;
import dev.lamina.control.ControlException;
import dev.lamina.control.Conversation;
import dev.lamina.control.Request;
import dev.lamina.daemon.NameResolver.Named;
import dev.lamina.store.VolumeId;
import dev.lamina.volume.VolumeFileSystem;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;

/** Shows what is in images and volumes without mounting them. */
final class FileRequests {
  private final DaemonContext context;

  FileRequests(DaemonContext context) {
    this.context = context;
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
          try (OutputStream out = conversation.output()) {
            browser.cat(request.path(), out);
          }
          return new Answer.Done();
        });
  }

  private <T> T look(String what, Look<T> look) throws ControlException, IOException {
    return switch (NameResolver.find(context.store(), what)) {
      case Named.Volume(String name, VolumeId id) -> {
        Optional<ActiveMount> mount = context.mounts().ofVolume(name);
        if (mount.isPresent()) {
          try (FileBrowser browser = new FileBrowser(mount.get().fileSystem())) {
            yield look.at(browser);
          }
        }
        yield closing(context.volumes().open(id, "being looked at"), look);
      }
      case Named.Image image ->
          closing(
              context
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
                                                  "Image " + what + " has no layers")))),
              look);
    };
  }

  private static <T> T closing(VolumeFileSystem fileSystem, Look<T> look)
      throws ControlException, IOException {
    try (fileSystem;
        FileBrowser browser = new FileBrowser(fileSystem)) {
      fileSystem.attach(
          dev.lamina.fs.TransportFeatures.NONE, dev.lamina.fs.Invalidations.ignored());
      return look.at(browser);
    }
  }
}
