package dev.lamina.fuse.kernel;

import dev.lamina.fs.AttributeChange;
import dev.lamina.fs.Attributes;
import dev.lamina.fs.Backings;
import dev.lamina.fs.Caller;
import dev.lamina.fs.Entry;
import dev.lamina.fs.FileName;
import dev.lamina.fs.FileSystem;
import dev.lamina.fs.FsException;
import dev.lamina.fs.OpenFile;
import dev.lamina.linux.Errno;

/**
 * What one worker needs for one request after the other: the request, the reply, the file system
 * and the holders it fills, made once. It remembers what a reply hands to the kernel, so that it
 * can be taken back where the reply does not get there. Not thread-safe.
 */
final class Call {
  final Request request;
  final Reply reply;
  final FileSystem fileSystem;
  final Features features;
  final Counters counters;

  final FileName name = FileName.borrowed();
  final FileName secondName = FileName.borrowed();
  final Entry entry = new Entry();
  final Attributes attributes = new Attributes();
  final AttributeChange change = new AttributeChange();
  final OpenFile file = new OpenFile();

  private boolean handedEntry;
  private boolean handedFile;
  private boolean handedListing;

  Call(Request request, Reply reply, FileSystem fileSystem, Features features, Counters counters) {
    this.request = request;
    this.reply = reply;
    this.fileSystem = fileSystem;
    this.features = features;
    this.counters = counters;
  }

  void begin() {
    reply.begin();
    handedEntry = false;
    handedFile = false;
    handedListing = false;
  }

  /** The one who asks; {@code umask} counts only where the kernel leaves it to the file system. */
  Caller caller(int umask) {
    boolean ours = features.has(InitFlag.DONT_MASK);
    return new Caller(request.uid(), request.gid(), request.pid(), ours ? umask & 0777 : 0);
  }

  /** Clears what {@link FileSystem#open} and its like fill in. */
  OpenFile emptyFile() {
    file.handle = FileSystem.NO_HANDLE;
    file.backing = OpenFile.Backing.NONE;
    file.backingId = Backings.NONE;
    file.keepCache = false;
    file.directIo = false;
    return file;
  }

  /** Answers the entry that the file system has just filled in. */
  void answerEntry() {
    if (entry.node == 0) {
      throw new IllegalStateException("The file system answered an entry without a node");
    }
    handedEntry = true;
    reply.putEntry(entry);
  }

  /** Answers the file that the file system has just opened. */
  void answerFile() {
    if (file.handle == FileSystem.NO_HANDLE) {
      throw new IllegalStateException("The file system answered an open without a handle");
    }
    handedFile = true;
    requireServed();
    reply.putOpen(file);
  }

  /** Answers an entry and its open file, both of which are the kernel's or neither. */
  void answerCreated() {
    handedEntry = true;
    handedFile = true;
    requireServed();
    reply.putEntry(entry);
    reply.putOpen(file);
  }

  /** A file system offers a backing only to a transport that said it can hand one on. */
  private void requireServed() {
    boolean isBacked = file.backing != OpenFile.Backing.NONE;
    if (isBacked != (file.backingId != Backings.NONE)) {
      throw new IllegalStateException(
          "The file system answered backing " + file.backing + " with the id " + file.backingId);
    }
    if (isBacked && !features.has(InitFlag.PASSTHROUGH)) {
      throw new IllegalStateException(
          "The file system answered an open with backing " + file.backing + ", which is not taken");
    }
  }

  /** Says that the reply holds entries with attributes. */
  void answerListing() {
    handedListing = true;
  }

  /** Takes back the references and the handle of a reply that did not reach the kernel. */
  void takeBack() {
    if (handedFile) {
      handedFile = false;
      fileSystem.release(handedEntry ? entry.node : request.node(), file.handle);
    }
    if (handedEntry) {
      handedEntry = false;
      fileSystem.forget(entry.node, 1);
    }
    if (handedListing) {
      handedListing = false;
      DirectoryReply.forgetAll(reply, fileSystem);
    }
  }

  /** A handle of the request; EBADF where it is none. */
  long handleAt(int offset) {
    long handle = request.longAt(offset);
    if (handle == FileSystem.NO_HANDLE) {
      throw FsException.of(Errno.EBADF);
    }
    return handle;
  }

  /** A position or length of the request; EINVAL where it is negative. */
  long positionAt(int offset) {
    long position = request.longAt(offset);
    if (position < 0) {
      throw FsException.of(Errno.EINVAL);
    }
    return position;
  }
}
