package dev.lamina.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.testing.MemoryRecords;
import dev.lamina.tree.Directories;
import dev.lamina.tree.LayerException;
import dev.lamina.tree.Metadata;
import dev.lamina.tree.TreeEditor;
import dev.lamina.tree.TreeEntry;
import dev.lamina.tree.TreePath;
import dev.lamina.tree.TreeView;
import dev.lamina.tree.Xattrs;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Where the entries of a layer land; the trees are those that umoci unpacks, unless it says so. */
final class EntryPlacesTest {
  private final MemoryRecords records = new MemoryRecords();
  private final Directories directories = new Directories(records, 1 << 20);

  private TreeView apply(Optional<TreeView> base, LayerChange... changes) throws ArchiveException {
    TreeEditor editor =
        base.isPresent() ? TreeEditor.on(base.get()) : TreeEditor.create(directories);
    EntryPlaces places = new EntryPlaces("layer", base, List.of(changes), editor);
    for (LayerChange change : changes) {
      if (EntryPlaces.isMarker(change)) {
        places
            .marker(change)
            .ifPresent(
                marker -> {
                  if (marker instanceof LayerChange.Opaque) {
                    editor.opaque(marker.path());
                  } else {
                    editor.whiteout(marker.path());
                  }
                });
      }
    }
    for (LayerChange change : changes) {
      if (EntryPlaces.isMarker(change)) {
        continue;
      }
      LayerChange placed = places.entry(change);
      if (placed instanceof LayerChange.Put(TreePath path, TreeEntry entry)) {
        editor.put(path, entry);
      } else if (placed instanceof LayerChange.Link(TreePath path, TreePath target)) {
        editor.link(path, target);
      }
    }
    return TreeView.open(directories, editor.finish(records));
  }

  private TreeView base(LayerChange... changes) throws ArchiveException {
    return apply(Optional.empty(), changes);
  }

  /** All paths of a tree but the root; of directories with a slash, of links with where to. */
  private static List<String> paths(TreeView tree) {
    List<String> paths = new ArrayList<>();
    for (long inode = TreeView.ROOT + 1; inode <= tree.positions(); inode++) {
      TreeEntry entry = tree.entry(inode);
      paths.add(
          tree.path(inode)
              + (entry instanceof TreeEntry.Directory ? "/" : "")
              + (entry instanceof TreeEntry.Symlink link
                  ? " -> " + new String(link.target(), StandardCharsets.UTF_8)
                  : ""));
    }
    return paths;
  }

  private static LayerChange[] reversed(LayerChange... changes) {
    List<LayerChange> list = new ArrayList<>(Arrays.asList(changes));
    return list.reversed().toArray(new LayerChange[0]);
  }

  @Test
  void aWhiteoutBelowAFileOfTheSameLayerHasNoEffect() throws Exception {
    Optional<TreeView> base = Optional.of(base(file("/etc/replaced/was-below"), file("/etc/a")));
    LayerChange[] layer = {
      file("/etc/replaced"),
      new LayerChange.Whiteout(path("/etc/replaced/was-below")),
      new LayerChange.Opaque(path("/etc/replaced"))
    };
    assertThat(paths(apply(base, layer))).containsExactly("/etc/", "/etc/a", "/etc/replaced");
    assertThat(paths(apply(base, reversed(layer))))
        .containsExactly("/etc/", "/etc/a", "/etc/replaced");
  }

  @Test
  void aFileBelowAFileIsRefused() {
    assertThatThrownBy(() -> base(file("/etc/replaced"), file("/etc/replaced/below")))
        .isInstanceOf(ArchiveException.class)
        .hasMessageContaining("/etc/replaced/below")
        .hasMessageContaining("no directory");
  }

  /** umoci acts in the order of the tar here; the specification does not allow that. */
  @Test
  void D2_1_aLinkThatTheLayerDeletesIsGoneForAllEntriesWhereverTheWhiteoutIs() throws Exception {
    Optional<TreeView> base =
        Optional.of(base(link("/lib", "usr/lib"), file("/usr/lib/libc"), file("/usr/lib/old")));
    LayerChange[] layer = {
      file("/lib/new"), new LayerChange.Whiteout(path("/lib")),
    };
    for (TreeView tree : List.of(apply(base, layer), apply(base, reversed(layer)))) {
      assertThat(paths(tree))
          .containsExactly(
              "/lib/", "/lib/new", "/usr/", "/usr/lib/", "/usr/lib/libc", "/usr/lib/old");
    }
  }

  @Test
  void D2_1_aWhiteoutThroughALinkOfALowerLayerDeletesWhereTheLinkLeads() throws Exception {
    Optional<TreeView> base =
        Optional.of(base(link("/lib", "usr/lib"), file("/usr/lib/libc"), file("/usr/lib/old")));
    LayerChange[] layer = {new LayerChange.Whiteout(path("/lib/old")), file("/lib/new")};
    for (TreeView tree : List.of(apply(base, layer), apply(base, reversed(layer)))) {
      assertThat(paths(tree))
          .containsExactly(
              "/lib -> usr/lib", "/usr/", "/usr/lib/", "/usr/lib/libc", "/usr/lib/new");
    }
  }

  @Test
  void D2_2_anOpaqueDirectoryOverALinkHidesNothingWhereTheLinkLed() throws Exception {
    Optional<TreeView> base = Optional.of(base(link("/lib", "usr/lib"), file("/usr/lib/libc")));
    LayerChange[] layer = {
      directory("/lib"), new LayerChange.Opaque(path("/lib")), file("/lib/mine")
    };
    assertThat(paths(apply(base, layer)))
        .containsExactly("/lib/", "/lib/mine", "/usr/", "/usr/lib/", "/usr/lib/libc");
    assertThat(paths(apply(base, layer[1], layer[0], layer[2])))
        .containsExactly("/lib/", "/lib/mine", "/usr/", "/usr/lib/", "/usr/lib/libc");
  }

  /** A whiteout names what lower layers have, not what a new link in its place leads to. */
  @Test
  void D2_1_aWhiteoutInADirectoryThatBecomesALinkDeletesNothingElsewhere() throws Exception {
    Optional<TreeView> base = Optional.of(base(file("/lib/a"), file("/usr/lib/a")));
    LayerChange[] layer = {link("/lib", "usr/lib"), new LayerChange.Whiteout(path("/lib/a"))};
    for (TreeView tree : List.of(apply(base, layer), apply(base, reversed(layer)))) {
      assertThat(paths(tree))
          .containsExactly("/lib -> usr/lib", "/usr/", "/usr/lib/", "/usr/lib/a");
    }
  }

  @Test
  void D11_3_aDirectoryThatWasAFileBetweenHasNothingOfWhatWasBelowItBefore() throws Exception {
    Optional<TreeView> base = Optional.of(base(file("/d/lower"), link("/d/l", "/elsewhere")));
    TreeView tree =
        apply(
            base,
            directory("/d"),
            file("/d/mine"),
            link("/d/sub", "../other"),
            file("/d"),
            directory("/d"),
            file("/d/sub/x"),
            file("/d/l/y"));
    assertThat(paths(tree)).containsExactly("/d/", "/d/l/", "/d/l/y", "/d/sub/", "/d/sub/x");
    assertThat(paths(apply(base, file("/d"), directory("/d")))).containsExactly("/d/");
    assertThat(paths(apply(base, link("/d", "x"), directory("/d"), file("/d/z"))))
        .containsExactly("/d/", "/d/z");
  }

  @Test
  void D11_3_aHardLinkFollowsTheLinksAboveItsTargetInsideTheImage() throws Exception {
    Optional<TreeView> base =
        Optional.of(
            base(link("/lib", "usr/lib"), file("/usr/lib/libc"), link("/up", "usr/../lib")));
    TreeView tree =
        apply(
            base,
            new LayerChange.Link(path("/hard"), path("/up/libc")),
            new LayerChange.Link(path("/lib/hard"), path("/lib/libc")));
    long inode = tree.walk(path("/usr/lib/libc"));
    assertThat(tree.walk(path("/hard"))).isEqualTo(inode);
    assertThat(tree.walk(path("/usr/lib/hard"))).isEqualTo(inode);
    assertThat(tree.links(inode)).isEqualTo(3);
  }

  @Test
  void D11_3_anEntryThroughAHardLinkToASymbolicLinkFollowsIt() throws Exception {
    TreeView tree =
        base(
            link("/a", "usr/a"),
            new LayerChange.Link(path("/b"), path("/a")),
            file("/b/x"),
            new LayerChange.Link(path("/h"), path("/b/x")));
    assertThat(paths(tree))
        .containsExactly("/a -> usr/a", "/b -> usr/a", "/h", "/usr/", "/usr/a/", "/usr/a/x");
  }

  @Test
  void aHardLinkToWhatTheLayerDeletesIsRefused() throws Exception {
    Optional<TreeView> base = Optional.of(base(file("/a")));
    LayerChange[] layer = {
      new LayerChange.Link(path("/b"), path("/a")), new LayerChange.Whiteout(path("/a"))
    };
    for (LayerChange[] order : List.of(layer, reversed(layer))) {
      assertThatThrownBy(() -> apply(base, order))
          .isInstanceOf(LayerException.class)
          .hasMessageContaining("/a, which this layer deletes");
    }
  }

  /** The daemon's threads have small stacks. */
  @Test
  void aPathMayBeAsDeepAsAnyPathAndAStackSmall() throws Exception {
    AtomicReference<Object> result = new AtomicReference<>();
    String deep = "a/".repeat(TreePath.MAX_DEPTH - 1) + "f";
    EntryPlaces places =
        new EntryPlaces(
            "layer",
            Optional.empty(),
            List.of(new LayerChange.Whiteout(path("x")), file(deep)),
            TreeEditor.create(directories));
    Thread small =
        new Thread(
            null,
            () -> {
              try {
                places.marker(new LayerChange.Whiteout(path("x")));
                result.set(places.entry(file(deep)).path());
              } catch (ArchiveException | StackOverflowError e) {
                result.set(e);
              }
            },
            "small",
            128 << 10);
    small.start();
    small.join();
    assertThat(result.get()).isEqualTo(path(deep));
  }

  @Test
  void linksInCirclesAreRefused() {
    assertThatThrownBy(() -> base(link("/a", "b/c"), link("/b", "a"), file("/a/x")))
        .hasMessageContaining("in circles");
  }

  @Test
  void whatALinkLeadToIsForgottenWhenADirectoryReplacesIt() throws Exception {
    assertThat(paths(base(link("/a", "usr/a"), file("/a/x"), directory("/a"), file("/a/y"))))
        .containsExactly("/a/", "/a/y", "/usr/", "/usr/a/", "/usr/a/x");
  }

  private static LayerChange link(String path, String target) {
    var metadata = new Metadata(0777, 0, 0, 0, Xattrs.EMPTY);
    return new LayerChange.Put(
        path(path), new TreeEntry.Symlink(metadata, target.getBytes(StandardCharsets.UTF_8)));
  }

  private static LayerChange directory(String path) {
    var metadata = new Metadata(0755, 0, 0, 0, Xattrs.EMPTY);
    return new LayerChange.Put(path(path), new TreeEntry.Directory(metadata));
  }

  private static LayerChange file(String path) {
    var metadata = new Metadata(0644, 0, 0, 0, Xattrs.EMPTY);
    return new LayerChange.Put(path(path), new TreeEntry.File(metadata, 0, Optional.empty()));
  }

  private static TreePath path(String text) {
    return TreePath.parse(text);
  }
}
