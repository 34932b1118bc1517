package dev.lamina.daemon;

import dev.lamina.control.Answer;
import dev.lamina.control.ControlException;
import dev.lamina.control.ControlHandler;
import dev.lamina.control.Conversation;
import dev.lamina.control.FailureText;
import dev.lamina.control.Request;
import dev.lamina.fs.FsException;
import dev.lamina.fuse.MountException;
import dev.lamina.image.NoSuchImageException;
import dev.lamina.linux.LinuxException;
import dev.lamina.snapshot.SnapshotException;
import dev.lamina.store.StoreException;
import dev.lamina.tree.DamagedException;
import dev.lamina.volume.VolumeException;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Hands requests to who answers them, and turns what they throw into messages. */
final class RequestDispatcher implements ControlHandler {
  private final ImageRequests images;
  private final MountRequests mounts;
  private final VolumeRequests volumes;
  private final CommitRequests commits;
  private final FileRequests files;
  private final StoreRequests stores;
  private final DaemonRequests daemon;
  private final RunningRequests running;

  RequestDispatcher(
      DaemonContext context, MountRequests mounts, DaemonRequests daemon, RunningRequests running) {
    this.images = new ImageRequests(context);
    this.mounts = mounts;
    this.volumes = new VolumeRequests(context);
    this.commits = new CommitRequests(context);
    this.files = new FileRequests(context);
    this.stores = new StoreRequests(context);
    this.daemon = daemon;
    this.running = running;
  }

  @Override
  public Answer handle(Request request, Conversation conversation)
      throws ControlException, IOException {
    if (request instanceof Request.Status || request instanceof Request.Stop) {
      return answer(request, conversation);
    }
    running.begin(request);
    try {
      return answer(request, conversation);
    } finally {
      running.end();
    }
  }

  private Answer answer(Request request, Conversation conversation) throws ControlException {
    try {
      return dispatch(request, conversation);
    } catch (IllegalArgumentException e) {
      throw new ControlException(String.valueOf(e.getMessage()), true);
    } catch (IOException
        | UncheckedIOException
        | RequestException
        | NoSuchImageException
        | StoreException
        | VolumeException
        | SnapshotException
        | MountException
        | LinuxException
        | DamagedException
        | FsException e) {
      throw ControlException.failed(reason(e), e);
    }
  }

  /** What is thrown where a thread is interrupted says little of why it was. */
  private String reason(Exception e) {
    if (!Thread.currentThread().isInterrupted()) {
      return FailureText.of(e);
    }
    return running.isEnding() ? "cancelled, since the daemon is being stopped" : "cancelled";
  }

  private Answer dispatch(Request request, Conversation conversation)
      throws ControlException, IOException {
    return switch (request) {
      case Request.Import ask -> images.importImage(ask, conversation);
      case Request.Images _ -> images.list();
      case Request.Layers ask -> images.layers(ask);
      case Request.History ask -> images.history(ask);
      case Request.Inspect ask -> images.inspect(ask);
      case Request.Tag ask -> images.tag(ask);
      case Request.Remove ask -> images.remove(ask);
      case Request.MountRequest ask -> mounts.mount(ask);
      case Request.Unmount ask -> mounts.unmount(ask);
      case Request.Mounts _ -> mounts.list();
      case Request.Volumes _ -> volumes.list();
      case Request.Fork ask -> volumes.fork(ask);
      case Request.Save ask -> volumes.save(ask);
      case Request.RollBack ask -> volumes.rollBack(ask);
      case Request.Diff ask -> commits.diff(ask);
      case Request.Commit ask -> commits.commit(ask, conversation);
      case Request.Export ask -> commits.export(ask, conversation);
      case Request.ListFiles ask -> files.list(ask);
      case Request.Cat ask -> files.cat(ask, conversation);
      case Request.Stat ask -> files.stat(ask);
      case Request.Collect _ -> stores.collect();
      case Request.Verify ask -> stores.verify(ask, conversation);
      case Request.Usage _ -> stores.usage();
      case Request.Status _ -> daemon.status();
      case Request.Stop ask -> daemon.stop(ask);
    };
  }
}
