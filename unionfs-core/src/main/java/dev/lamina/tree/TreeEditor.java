package dev.lamina.tree;

import dev.lamina.fs.FileKind;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes a tree from another by what one layer says, or by what a volume has changed. Only the
 * directories on changed paths are written; all others are shared with the base. What results
 * depends on the content alone, not on the way to it.
 *
 * <p>For a layer, call {@link #put}, {@link #link}, {@link #whiteout} and {@link #opaque} for its
 * entries in the order of the archive. Whiteouts and opaque markers concern the layers below alone,
 * wherever in the archive they are; of two entries of one path the last one wins; a directory over
 * a directory changes its attributes, anything else replaces what was there. A parent that nobody
 * lists is {@link Metadata#IMPLIED}.
 *
 * <p>For a volume there are also {@link #remove} and {@link #graft}, which act in sequence.
 *
 * <p>Not thread-safe. After an exception the editor is of no more use.
 */
public final class TreeEditor {
  /** What there is at a path while a tree is being made. */
  public sealed interface Found {
    /** Nothing, or nothing that is still to be seen. */
    record Nothing() implements Found {}

    /** A directory. */
    record Folder() implements Found {}

    /** A symbolic link. */
    @SuppressWarnings("ArrayRecordComponent") // followed once, never compared
    record SymbolicLink(byte[] target) implements Found {}

    /** Anything else. */
    record Other() implements Found {}

    /** Returns what an entry is. */
    static Found of(TreeEntry entry) {
      return switch (entry) {
        case TreeEntry.Directory _ -> new Folder();
        case TreeEntry.Symlink link -> new SymbolicLink(link.target());
        case TreeEntry.File _, TreeEntry.Device _, TreeEntry.Special _ -> new Other();
      };
    }
  }

  private record Link(TreePath path, TreePath target, LayerFile file) {}

  private record Lower(TreeView.Place place, boolean ofBase) {}

  private final Directories directories;
  private final Optional<TreeView> base;
  private final LayerNode root = LayerNode.root();
  private final Map<Long, LayerFile> baseFiles = new HashMap<>();
  private final List<Link> pendingLinks = new ArrayList<>();
  private final List<Link> baseLinks = new ArrayList<>();
  private boolean finished;

  private TreeEditor(Directories directories, Optional<TreeView> base) {
    this.directories = directories;
    this.base = base;
  }

  /** Begins a tree with nothing below it. */
  public static TreeEditor create(Directories directories) {
    return new TreeEditor(directories, Optional.empty());
  }

  /** Begins a tree that is to differ from this one. */
  public static TreeEditor on(TreeView base) {
    return new TreeEditor(base.directories(), Optional.of(base));
  }

  /**
   * Writes an entry.
   *
   * @return whether it replaces another entry that this editor was given for the same path
   * @throws LayerException where a parent is a file of this layer, or the root is to be no
   *     directory
   */
  public boolean put(TreePath path, TreeEntry entry) {
    LayerNode node = reach(path, true);
    boolean again = node.isWritten();
    if (entry instanceof TreeEntry.Directory directory) {
      // What this layer wrote before had replaced what the base has.
      node.whiteout |= node.file != null;
      node.file = null;
      node.attributes = directory;
    } else {
      requireName(path);
      node.clear();
      node.file = LayerFile.of(entry);
    }
    return again;
  }

  /**
   * Writes a hard link. The target is what has that path when this is called; where nothing has,
   * what the layer puts there later.
   *
   * @return whether it replaces another entry that this editor was given for the same path
   * @throws LayerException where the target is a directory, or as {@link #put} does. That there is
   *     no target is found at {@link #finish}
   */
  public boolean link(TreePath path, TreePath target) {
    requireName(path);
    LayerFile file = target(path, target);
    LayerFile linked = file;
    if (linked == null) {
      linked = LayerFile.pending();
      pendingLinks.add(new Link(path, target, linked));
    }
    LayerNode node = reach(path, true);
    boolean again = node.isWritten();
    node.clear();
    node.file = linked;
    return again;
  }

  /** Deletes what the base has of this path. Without effect where it has nothing. */
  public void whiteout(TreePath path) {
    requireName(path);
    reach(path, false).whiteout = true;
  }

  /** Hides what the base has in this directory. */
  public void opaque(TreePath directory) {
    LayerNode node = reach(directory, false);
    if (node.file != null) {
      throw new LayerException(directory, "it is opaque and no directory");
    }
    node.opaque = true;
  }

  /**
   * Removes a name and what is below it, be it of the base or written before.
   *
   * @throws LayerException where there is nothing
   */
  public void remove(TreePath path) {
    requireName(path);
    LayerNode node = existing(path);
    boolean written = node != null && (node.file != null || node.isDirectory());
    if (!written && lower(path).isEmpty()) {
      throw new LayerException(path, "there is nothing to remove");
    }
    LayerNode reached = reach(path, false);
    reached.clear();
    reached.removed = true;
  }

  /**
   * Puts an existing directory in this place, instead of what is there; what is written or removed
   * below it afterwards changes it there alone. The hard links among its files, and to others, are
   * to be given anew with {@link #link}.
   *
   * @throws DamagedException where the record is damaged or no directory
   */
  public void graft(TreePath path, Metadata metadata, Digest directory) {
    requireName(path);
    long count = directories.get(directory).positions() + 1;
    LayerNode node = reach(path, true);
    node.clear();
    node.attributes = new TreeEntry.Directory(metadata);
    node.graft = new LayerNode.Graft(directory, count);
  }

  /** Returns what is at a path as things are now; no symbolic link above it is followed. */
  public Found found(TreePath path) {
    LayerNode node = existing(path);
    if (path.isRoot() || (node != null && node.isDirectory())) {
      return new Found.Folder();
    }
    if (node != null && node.file != null) {
      // Of a link whose target is still to come nobody knows what it is.
      return node.file.actual().known().map(Found::of).orElseGet(Found.Other::new);
    }
    return lower(path)
        .map(lower -> Found.of(lower.place.directory().entry(lower.place.index())))
        .orElseGet(Found.Nothing::new);
  }

  private static void requireName(TreePath path) {
    if (path.isRoot()) {
      throw new LayerException(path, "the root can only be a directory");
    }
  }

  /**
   * The node of a path, made where it is not there.
   *
   * @param writes whether something is written there, so that its parents are directories
   */
  private LayerNode reach(TreePath path, boolean writes) {
    LayerNode node = root;
    for (int i = 0; i < path.size(); i++) {
      if (node.file != null) {
        throw new LayerException(path, node.path() + " is not a directory in the same layer");
      }
      node.parentOfWritten |= writes;
      node = node.child(path.get(i));
    }
    return node;
  }

  private @Nullable LayerNode existing(TreePath path) {
    LayerNode node = root;
    for (int i = 0; i < path.size() && node != null; i++) {
      node = node.existing(path.get(i));
    }
    return node;
  }

  private Directory baseRoot() {
    return base.map(TreeView::root).orElse(FlatDirectory.EMPTY);
  }

  /** What a path leads to below this layer, as far as the layer lets it be seen. */
  private Optional<Lower> lower(TreePath path) {
    Directory directory = baseRoot();
    boolean ofBase = true;
    boolean visible = !root.opaque;
    int from = 0;
    LayerNode node = root;
    for (int i = 0; i < path.size(); i++) {
      node = node.existing(path.get(i));
      if (node == null) {
        break;
      }
      LayerNode.Graft graft = node.graft;
      if (node.file != null) {
        return Optional.empty();
      }
      if (graft != null) {
        directory = directories.get(graft.directory(), graft.count());
        from = i + 1;
        ofBase = false;
        visible = true;
      } else if (node.hidesLower()) {
        visible = false;
      }
      if (node.opaque && i < path.size() - 1) {
        visible = false;
      }
    }
    if (!visible) {
      return Optional.empty();
    }
    boolean found = ofBase;
    return TreeView.find(directories, directory, TreeView.ROOT, path, from)
        .map(place -> new Lower(place, found));
  }

  /** The file that a link's target is, or null where there is none so far. */
  private @Nullable LayerFile target(TreePath path, TreePath target) {
    LayerNode node = existing(target);
    if (node != null && node.file != null) {
      return node.file.actual();
    }
    if (target.isRoot() || (node != null && node.isDirectory())) {
      throw linkToDirectory(path, target);
    }
    Lower lower = lower(target).orElse(null);
    if (lower == null) {
      return null;
    }
    TreeView.Place place = lower.place;
    if (place.directory().kind(place.index()) == FileKind.DIRECTORY) {
      throw linkToDirectory(path, target);
    }
    TreeEntry entry = place.directory().entry(place.index());
    if (!lower.ofBase) {
      LayerFile file = LayerFile.of(entry);
      reach(target, false).file = file;
      return file;
    }
    long inode = base.orElseThrow().linkTable().first(place.position());
    LayerFile file = baseFiles.computeIfAbsent(inode, i -> LayerFile.ofBase(entry, i));
    baseLinks.add(new Link(path, target, file));
    return file;
  }

  private static LayerException linkToDirectory(TreePath path, TreePath target) {
    return new LayerException(path, "it is a hard link to " + target + ", which is a directory");
  }

  /**
   * Writes the changed directories, the link table and the tree.
   *
   * @throws LayerException where a hard link leads to nothing or to what the layer deletes, or an
   *     entry is below what is no directory
   * @throws DamagedException where a directory of the base is damaged
   */
  public Tree finish(RecordSink sink) {
    if (finished) {
      throw new IllegalStateException("this editor has made its tree");
    }
    finished = true;
    resolveLinks();
    SizeAccount sizes = new SizeAccount(directories);
    LayerMerge merge = new LayerMerge(directories, sink, sizes);
    DirectoryWriter.Written written = merge.root(root, baseRoot());
    LinkRenumbering links = new LinkRenumbering(base, merge);
    long bytes = bytes(sizes, links);
    TreeEntry.Directory attributes = root.attributes;
    Metadata metadata =
        attributes != null
            ? attributes.metadata()
            : base.map(view -> view.tree().root()).orElse(Metadata.IMPLIED);
    Digest table = sink.put(links.table().encode());
    Tree tree = Tree.of(metadata, written.digest(), written.positions() + 1, bytes, table);
    sink.put(tree.encode());
    return tree;
  }

  private long bytes(SizeAccount sizes, LinkRenumbering links) {
    BigInteger bytes =
        BigInteger.valueOf(base.map(view -> view.tree().bytes()).orElse(0L))
            .add(sizes.total())
            .add(links.bytes());
    if (bytes.bitLength() > 63) {
      throw new LayerException(TreePath.ROOT, "its files have more than 2^63 bytes");
    }
    if (bytes.signum() < 0) {
      throw new DamagedException(
          base.orElseThrow().tree().digest(), "it counts fewer bytes than its files have");
    }
    return bytes.longValueExact();
  }

  private void resolveLinks() {
    for (Link link : pendingLinks) {
      if (isCurrent(link)) {
        LayerFile file = target(link.path, link.target);
        if (file == null || file.actual() == link.file) {
          throw new LayerException(
              link.path,
              "it is a hard link to "
                  + link.target
                  + (isDeleted(link.target) ? ", which this layer deletes" : ", which is nothing"));
        }
        link.file.resolve(file);
      }
    }
    for (Link link : baseLinks) {
      if (isCurrent(link) && isDeleted(link.target)) {
        throw new LayerException(
            link.path, "it is a hard link to " + link.target + ", which this layer deletes");
      }
    }
  }

  /** Whether the path of a link still is that link, and has not been written over. */
  private boolean isCurrent(Link link) {
    LayerNode node = existing(link.path);
    return node != null && node.file != null && node.file.actual() == link.file.actual();
  }

  private boolean isDeleted(TreePath target) {
    LayerNode node = root;
    boolean deleted = root.opaque;
    for (int i = 0; i < target.size(); i++) {
      node = node.existing(target.get(i));
      if (node == null) {
        return deleted;
      }
      if (node.whiteout) {
        deleted = true;
      }
      if (node.opaque && i < target.size() - 1) {
        deleted = true;
      }
    }
    return deleted && node.file == null;
  }
}
