package dev.lamina.fuse.jnr;

import dev.lamina.fs.Entry;
import dev.lamina.fs.FileSystem;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.provider.jffi.ClosureHelper;
import ru.serce.jnrfuse.FuseFillDir;

/**
 * What libfuse calls about listings. An open directory keeps its node, so that it is listed also
 * where it has got another path or none. Never throws. Thread-safe.
 */
final class DirectoryCallbacks {
  private final Served served;
  private final FileSystem fileSystem;
  private final Runtime runtime;

  /** libfuse's function that takes a listing's entries: one, made callable once. */
  private final Map<Long, FuseFillDir> fillers = new ConcurrentHashMap<>();

  DirectoryCallbacks(Served served, Runtime runtime) {
    this.served = served;
    this.fileSystem = served.fileSystem();
    this.runtime = runtime;
  }

  void enter(OperationTable table) {
    table.enter(table.opendir, Delegates.Two.class, this::opendir);
    table.enter(table.readdir, Delegates.List.class, this::readdir);
    table.enter(table.fsyncdir, Delegates.Open.class, this::fsyncdir);
    table.enter(table.releasedir, Delegates.Two.class, this::releasedir);
  }

  private FuseFillDir filler(long function) {
    return fillers.computeIfAbsent(
        function,
        address -> {
          ClosureHelper helper = ClosureHelper.getInstance();
          return helper
              .getNativeConveter(FuseFillDir.class)
              .fromNative(Pointer.wrap(runtime, address), helper.getFromNativeContext());
        });
  }

  private int opendir(long path, long info) {
    return served
        .answers()
        .to(
            Operation.OPENDIR,
            () -> {
              Reference node = served.paths().find(path, new Entry());
              FileInfo.setHandle(
                  info, served.open().addDirectory(node, CurrentRequest.get().node()));
              return 0;
            });
  }

  private int readdir(long path, long buffer, long function, long cookie, long info) {
    return served
        .answers()
        .to(
            Operation.READDIR,
            () -> {
              long node = served.open().directory(FileInfo.handle(info));
              Pointer target = Pointer.wrap(runtime, buffer);
              fileSystem.readdir(
                  node, cookie, new FillerListing(runtime, filler(function), target));
              return 0;
            });
  }

  private int fsyncdir(long path, int dataOnly, long info) {
    return served
        .answers()
        .to(
            Operation.FSYNCDIR,
            () -> {
              long node = served.open().directory(FileInfo.handle(info));
              fileSystem.fsyncdir(node, dataOnly != 0);
              return 0;
            });
  }

  private int releasedir(long path, long info) {
    return served
        .answers()
        .to(
            Operation.RELEASEDIR,
            () -> {
              served.open().closeDirectory(FileInfo.handle(info));
              return 0;
            });
  }
}
