package dev.lamina.volume;

import dev.lamina.fs.Caller;
import dev.lamina.fs.Entry;
import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import dev.lamina.fs.FsException;
import dev.lamina.fs.OpenFile;
import dev.lamina.linux.Errno;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.LinuxException;

/** Makes inodes, and names for inodes that are there. */
final class Creation {
  /** The most names a file may have: what ext4 allows, which programs know. */
  static final int MOST_LINKS = 65_000;

  private final Union union;
  private final Inodes inodes;
  private final Names names;
  private final OpenFiles openFiles;

  Creation(Union union, Inodes inodes, Names names, OpenFiles openFiles) {
    this.union = union;
    this.inodes = inodes;
    this.names = names;
    this.openFiles = openFiles;
  }

  /** Makes a node of any kind that needs no data file. */
  void node(Caller caller, long parent, FileName name, NewNode wanted, Entry entry) {
    Node directory = directory(parent, name);
    try {
      requireFree(names.find(directory, name));
      Node made = inodes.pinNew(union.numbers().inode());
      try {
        add(caller, directory, name, made, wanted);
        inodes.enter(made, entry);
      } finally {
        inodes.unpin(made);
      }
    } finally {
      inodes.unpin(directory);
    }
  }

  /** Makes a regular file and opens it: the data file first, then its records. */
  void file(
      Caller caller,
      long parent,
      FileName name,
      int mode,
      int flags,
      Entry entry,
      OpenFile opened) {
    Node directory = directory(parent, name);
    try {
      requireFree(names.find(directory, name));
      Node made = inodes.pinNew(union.numbers().inode());
      try {
        NewNode wanted = NewNode.file(mode);
        withDataFile(made, flags, opened, () -> add(caller, directory, name, made, wanted));
        openFiles.syncForKernel(flags, opened);
        inodes.enter(made, entry);
      } finally {
        inodes.unpin(made);
      }
    } finally {
      inodes.unpin(directory);
    }
  }

  /** Makes a regular file without a name and opens it. */
  void unnamed(Caller caller, long parent, int mode, int flags, Entry entry, OpenFile opened) {
    union.requireWritable();
    Node directory = inodes.pin(parent);
    try {
      inodes.requireDirectory(directory);
      InodeRecord in = inodes.record(directory);
      requireAlive(in);
      requireAddable(in);
      Node made = inodes.pinNew(union.numbers().inode());
      try {
        InodeRecord record =
            NewInode.record(in, caller, NewNode.file(mode), union.now()).withLinks(0);
        boolean mayBeNamed = (flags & FileOpen.O_EXCL) == 0;
        withDataFile(made, flags, opened, () -> addUnnamed(made, record, mayBeNamed));
        openFiles.syncForKernel(flags, opened);
        inodes.enter(made, entry);
      } finally {
        inodes.unpin(made);
      }
    } finally {
      inodes.unpin(directory);
    }
  }

  private void addUnnamed(Node made, InodeRecord record, boolean mayBeNamed) {
    try (LockSet _ = LockSet.records(made)) {
      Change change = new Change(union, inodes);
      change.inode(made, record);
      change.answer(made);
      change.row(batch -> batch.putOrphan(made.inode));
      change.cache(
          () -> {
            made.orphan = true;
            made.nameless = mayBeNamed;
          });
      change.write();
    }
  }

  /** Gives an inode another name, or an unnamed one its first. */
  void link(long nodeId, long newParent, FileName newName, Entry entry) {
    Node directory = directory(newParent, newName);
    try {
      Node node = inodes.pin(nodeId);
      try {
        if (inodes.isDirectory(node)) {
          requireFree(names.find(directory, newName));
          throw FsException.of(Errno.EPERM);
        }
        inodes.prepare(node);
        link(directory, newName, node);
        inodes.enter(node, entry);
      } finally {
        inodes.unpin(node);
      }
    } finally {
      inodes.unpin(directory);
    }
  }

  private void link(Node directory, FileName name, Node node) {
    try (LockSet _ = LockSet.names(directory)) {
      Found found = names.find(directory, name);
      requireFree(found);
      try (LockSet _ = LockSet.records(directory, node)) {
        InodeRecord in = inodes.record(directory);
        InodeRecord record = inodes.record(node);
        requireAlive(in);
        requireAddable(in);
        if (InodeFlags.isFrozen(record)) {
          throw FsException.of(Errno.EPERM);
        }
        if (record.links() == 0 && !node.nameless) {
          throw FsException.of(Errno.ENOENT);
        }
        if (record.links() >= MOST_LINKS) {
          throw FsException.of(Errno.EMLINK);
        }
        long now = union.now();
        Change change = new Change(union, inodes);
        names.bind(change, directory, found, node.inode, record.kind());
        change.inode(node, record.withLinks(record.links() + 1).changed(now));
        change.answer(node);
        change.inode(directory, in.modified(now));
        if (node.nameless) {
          change.row(batch -> batch.removeOrphan(node.inode));
          change.cache(
              () -> {
                node.nameless = false;
                node.orphan = false;
              });
        }
        change.write();
      }
    }
  }

  /** Adds a new inode under a new name. */
  private void add(Caller caller, Node directory, FileName name, Node made, NewNode wanted) {
    try (LockSet _ = LockSet.names(directory)) {
      Found found = names.find(directory, name);
      requireFree(found);
      try (LockSet _ = LockSet.records(directory, made)) {
        InodeRecord in = inodes.record(directory);
        requireAlive(in);
        requireAddable(in);
        long now = union.now();
        Change change = new Change(union, inodes);
        names.bind(change, directory, found, made.inode, wanted.kind());
        boolean isDirectory = wanted.kind() == FileKind.DIRECTORY;
        change.inode(made, NewInode.record(in, caller, wanted, now));
        change.answer(made);
        change.inode(directory, in.modified(now).withMoreDirectories(isDirectory ? 1 : 0));
        if (isDirectory) {
          change.cache(() -> made.names().startEmpty());
        }
        change.write();
      }
    }
  }

  /** Makes a data file, then the records that name it; neither where one fails. */
  private void withDataFile(Node made, int flags, OpenFile opened, Runnable records) {
    DataFiles files = union.dataFiles();
    Fd descriptor = files.create(made.inode);
    boolean done = false;
    try {
      union.steps().accept(VolumeSteps.DATA_FILE_MADE);
      openFiles.openMade(made, descriptor, flags, opened);
      try {
        records.run();
        done = true;
      } finally {
        if (!done) {
          openFiles.release(opened.handle);
        }
      }
    } finally {
      if (!done) {
        removeQuietly(files, made.inode);
      }
    }
  }

  private static void removeQuietly(DataFiles files, long inode) {
    try {
      files.remove(inode);
    } catch (LinuxException e) {
      // The error that led here is the one to tell; the next opening removes the file.
      System.getLogger(Creation.class.getName())
          .log(System.Logger.Level.WARNING, "data file " + inode + " stays for now", e);
    }
  }

  private Node directory(long parent, FileName name) {
    union.requireWritable();
    if (name.length() > FileName.MAX_LENGTH) {
      throw FsException.of(Errno.ENAMETOOLONG);
    }
    Node directory = inodes.pin(parent);
    boolean suits = false;
    try {
      inodes.requireDirectory(directory);
      inodes.prepare(directory);
      suits = true;
      return directory;
    } finally {
      if (!suits) {
        inodes.unpin(directory);
      }
    }
  }

  private static void requireFree(Found found) {
    if (found.exists()) {
      throw FsException.of(Errno.EEXIST);
    }
  }

  /** Nothing is made in a directory that was removed. */
  static void requireAlive(InodeRecord directory) {
    if (directory.links() == 0) {
      throw FsException.of(Errno.ENOENT);
    }
  }

  /** Nothing is made in an immutable directory. */
  static void requireAddable(InodeRecord directory) {
    if (InodeFlags.isImmutable(directory)) {
      throw FsException.of(Errno.EPERM);
    }
  }
}
