package dev.lamina.volume;

/** The parts that do a union's operations, wired to each other once. */
final class VolumeParts {
  private final Union union;
  private final NodeTable nodes = new NodeTable();
  private final HandleTable handles = new HandleTable();
  private final Failures failures = new Failures();
  private final KernelWriters writers;
  private final Inodes inodes;
  private final Names names;
  private final Orphans orphans;
  private final Listing listing;
  private final AccessTimes accessTimes;
  private final KernelFiles kernelFiles;
  private final OpenFiles openFiles;
  private final FileData data;
  private final Creation creation;
  private final Lookup lookup;
  private final Removal removal;
  private final Renames renames;
  private final AttributeChanges attributes;
  private final ExtendedAttributes xattrs;
  private final Replies replies;

  /**
   * Wires them.
   *
   * @param recorded the base's inodes that the delta has a record of
   * @param named the base's directories of whose names the delta says something
   * @param hasSelinux whether this machine runs SELinux
   */
  VolumeParts(Union union, InodeBits recorded, InodeBits named, boolean hasSelinux) {
    this.union = union;
    this.orphans = new Orphans(union, recorded);
    this.writers = new KernelWriters(union);
    this.inodes = new Inodes(union, nodes, recorded, orphans, writers);
    this.names = new Names(union, named);
    this.lookup = new Lookup(inodes, names);
    this.listing = new Listing(union, inodes, names, failures);
    this.accessTimes = new AccessTimes(union, inodes);
    CopyUp copyUp = new CopyUp(union, inodes);
    this.kernelFiles = new KernelFiles(union, inodes, nodes);
    this.openFiles = new OpenFiles(union, inodes, nodes, handles, copyUp, writers, kernelFiles);
    union.syncer().noteUnseenBy(writers::noteAll);
    this.data = new FileData(union, inodes, handles, openFiles, accessTimes);
    this.creation = new Creation(union, inodes, names, openFiles);
    this.removal = new Removal(union, inodes, names, lookup);
    this.renames = new Renames(union, inodes, names, openFiles);
    this.attributes = new AttributeChanges(union, inodes, openFiles);
    this.xattrs = new ExtendedAttributes(union, inodes, hasSelinux);
    this.replies = new Replies(union.delta(), inodes, openFiles);
  }

  NodeTable nodes() {
    return nodes;
  }

  KernelWriters writers() {
    return writers;
  }

  Inodes inodes() {
    return inodes;
  }

  Names names() {
    return names;
  }

  Lookup lookup() {
    return lookup;
  }

  Failures failures() {
    return failures;
  }

  Listing listing() {
    return listing;
  }

  AccessTimes accessTimes() {
    return accessTimes;
  }

  KernelFiles kernelFiles() {
    return kernelFiles;
  }

  OpenFiles openFiles() {
    return openFiles;
  }

  FileData data() {
    return data;
  }

  Creation creation() {
    return creation;
  }

  Removal removal() {
    return removal;
  }

  Renames renames() {
    return renames;
  }

  AttributeChanges attributes() {
    return attributes;
  }

  ExtendedAttributes xattrs() {
    return xattrs;
  }

  Replies replies() {
    return replies;
  }

  /** Releases what is open, takes out what nobody can reach any more, syncs and closes. */
  void close() {
    try {
      try {
        openFiles.releaseAll();
        for (Node node : nodes.all()) {
          if (node.orphan) {
            orphans.remove(node);
          }
        }
      } finally {
        closeSyncer();
      }
    } finally {
      union.delta().close();
      union.files().ifPresent(DataFiles::close);
    }
  }

  /** Also where closing a file failed: nobody may sync what is closed below. */
  private void closeSyncer() {
    // Nobody asks again for what this connection asked; and the next mount is quicker.
    union.delta().forgetReplies();
    union.syncer().close();
    union.syncer().syncAll();
  }
}
