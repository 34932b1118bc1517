package dev.lamina.tree;

import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * One tree opened for reading, by inode numbers. An entry's position is its place when the tree is
 * walked in order: the root has 1, entry k of the directory at P has P + 1 + the positions of the
 * entries before it. An inode's number is its position, that of its first name where it has
 * several. So nothing is stored for it, and a number leads to its entry by one descent.
 *
 * <p>Immutable and thread-safe; lookups allocate nothing while directories are cached. Any method
 * may throw {@link DamagedException} for the directory it needs.
 */
public final class TreeView {
  /** The root's inode. */
  public static final long ROOT = 1;

  private final Directories directories;
  private final Tree tree;
  private final LinkTable links;

  private TreeView(Directories directories, Tree tree, LinkTable links) {
    this.directories = directories;
    this.tree = tree;
    this.links = links;
  }

  /**
   * Opens the tree whose record has this name.
   *
   * @throws DamagedException where its record, its link table or its root directory is damaged
   */
  public static TreeView open(Directories directories, Digest tree) {
    return open(directories, Tree.load(directories.source(), tree));
  }

  /**
   * Opens a tree whose record is at hand.
   *
   * @throws DamagedException where its link table or its root directory is damaged
   */
  public static TreeView open(Directories directories, Tree tree) {
    LinkTable links = LinkTable.load(directories.source(), tree.linkTable());
    if (links.highest() > tree.positions()) {
      throw new DamagedException(
          tree.linkTable(), "it names a position beyond the tree's " + tree.positions());
    }
    TreeView view = new TreeView(directories, tree, links);
    view.root();
    return view;
  }

  /** Returns the tree's record. */
  public Tree tree() {
    return tree;
  }

  /** Returns the tree's link table. */
  public LinkTable linkTable() {
    return links;
  }

  /** Returns where this view's directories come from. */
  public Directories directories() {
    return directories;
  }

  /** Returns the root directory. */
  public Directory root() {
    return directories.get(tree.rootDirectory(), tree.positions());
  }

  /** Returns the highest position: the number of names, the root included. */
  public long positions() {
    return tree.positions();
  }

  /**
   * Finds an inode's first name.
   *
   * @param inode 2 to {@link #positions}: the root has no name
   * @param into receives the directory, its inode and the entry's index
   */
  public void locate(long inode, Location into) {
    if (inode <= ROOT || inode > tree.positions()) {
      throw new IllegalArgumentException(
          "inode " + inode + " is not among 2 to " + tree.positions());
    }
    Directory directory = root();
    long parent = ROOT;
    while (true) {
      long relative = inode - parent - 1;
      int index = directory.entryAt(relative);
      long before = directory.countBefore(index);
      if (before == relative) {
        into.set(parent, directory, index);
        return;
      }
      parent += 1 + before;
      directory = child(directory, index);
    }
  }

  /** As {@link #locate(long, Location)}, into a new holder. */
  public Location locate(long inode) {
    Location location = new Location();
    locate(inode, location);
    return location;
  }

  private Directory child(Directory directory, int index) {
    return directories.get(directory.directory(index), directory.count(index));
  }

  /** Returns whether an inode of 1 to {@link #positions} is a directory. */
  public boolean isDirectory(long inode) {
    if (inode == ROOT) {
      return true;
    }
    Location location = locate(inode);
    return location.directory.kind(location.index) == FileKind.DIRECTORY;
  }

  /**
   * Returns the directory that an inode is.
   *
   * @throws IllegalArgumentException where it is none
   */
  public Directory directory(long inode) {
    if (inode < ROOT || inode > tree.positions()) {
      throw new IllegalArgumentException(
          "inode " + inode + " is not among 1 to " + tree.positions());
    }
    Directory directory = root();
    long position = ROOT;
    while (position != inode) {
      int index = directory.entryAt(inode - position - 1);
      position += 1 + directory.countBefore(index);
      directory = child(directory, index);
    }
    return directory;
  }

  /**
   * Returns the inode of a name in a directory, 0 where there is none.
   *
   * @param parent a directory's inode
   */
  public long child(long parent, FileName name) {
    Directory directory = directory(parent);
    int index = directory.find(name);
    return index < 0 ? 0 : child(parent, directory, index);
  }

  /**
   * Returns the inode of an entry.
   *
   * @param parent the directory's inode
   * @param directory the directory
   * @param index the entry's index in it
   */
  public long child(long parent, Directory directory, int index) {
    return links.first(parent + 1 + directory.countBefore(index));
  }

  /** Returns the inode of the directory that has an inode's first name; the root has itself. */
  public long parent(long inode) {
    return inode == ROOT ? ROOT : locate(inode).parent;
  }

  /** Returns how many names an inode has; a directory has one. */
  public int links(long inode) {
    return links.links(inode);
  }

  /** Returns what an inode of 1 to {@link #positions} is. */
  public TreeEntry entry(long inode) {
    if (inode == ROOT) {
      return new TreeEntry.Directory(tree.root());
    }
    Location location = locate(inode);
    return location.directory.entry(location.index);
  }

  /** Returns the path of the name at a position: of an inode, its first. */
  public TreePath path(long position) {
    List<FileName> names = new ArrayList<>();
    Directory directory = root();
    long at = ROOT;
    while (at != position) {
      int index = directory.entryAt(position - at - 1);
      at += 1 + directory.countBefore(index);
      names.add(directory.name(index));
      if (at != position) {
        directory = child(directory, index);
      }
    }
    return TreePath.ofChecked(names);
  }

  /** Returns the paths of all names of an inode, in order. */
  public List<TreePath> paths(long inode) {
    int group = links.groupOf(inode);
    return group < 0
        ? List.of(path(inode))
        : Arrays.stream(links.group(group)).mapToObj(this::path).toList();
  }

  /** Returns the inode that a path leads to, following no symbolic link; 0 where there is none. */
  public long walk(TreePath path) {
    Optional<Place> place = find(path);
    return path.isRoot() ? ROOT : place.map(p -> links.first(p.position)).orElse(0L);
  }

  /** A name: a directory's entry, and its position. */
  record Place(Directory directory, int index, long position) {}

  /** Finds the entry that a path leads to; the root has none. */
  Optional<Place> find(TreePath path) {
    return find(directories, root(), ROOT, path, 0);
  }

  /**
   * Finds the entry that the names of {@code path} from {@code from} on lead to.
   *
   * @param directory where to begin, of position {@code position}
   */
  static Optional<Place> find(
      Directories directories, Directory directory, long position, TreePath path, int from) {
    Directory at = directory;
    long parent = position;
    for (int i = from; i < path.size(); i++) {
      int index = at.find(path.get(i));
      if (index < 0) {
        return Optional.empty();
      }
      long found = parent + 1 + at.countBefore(index);
      if (i == path.size() - 1) {
        return Optional.of(new Place(at, index, found));
      }
      if (at.kind(index) != FileKind.DIRECTORY) {
        return Optional.empty();
      }
      at = directories.get(at.directory(index), at.count(index));
      parent = found;
    }
    return Optional.empty();
  }

  @Override
  public String toString() {
    return "tree " + tree.digest();
  }
}
