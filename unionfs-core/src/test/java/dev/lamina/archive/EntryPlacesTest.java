package dev.lamina.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.tree.Metadata;
import dev.lamina.tree.TreeEntry;
import dev.lamina.tree.TreePath;
import dev.lamina.tree.Xattrs;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

final class EntryPlacesTest {
  private final EntryPlaces places = new EntryPlaces("layer", Optional.empty());

  @Test
  void aWhiteoutBelowAFileOfTheSameLayerHasNoEffect() throws Exception {
    places.place(file("/etc/replaced"));
    assertThat(places.place(new LayerChange.Whiteout(path("/etc/replaced/was-below")))).isEmpty();
    assertThat(places.place(new LayerChange.Opaque(path("/etc/replaced")))).isEmpty();
  }

  @Test
  void aFileBelowAFileIsRefused() throws Exception {
    places.place(file("/etc/replaced"));
    assertThatThrownBy(() -> places.place(file("/etc/replaced/below")))
        .isInstanceOf(ArchiveException.class)
        .hasMessageContaining("/etc/replaced/below")
        .hasMessageContaining("no directory");
  }

  /** The daemon's threads have small stacks. */
  @Test
  void aPathMayBeAsDeepAsAnyPathAndAStackSmall() throws Exception {
    AtomicReference<Object> result = new AtomicReference<>();
    String deep = "a/".repeat(TreePath.MAX_DEPTH - 1) + "f";
    Thread small =
        new Thread(
            null,
            () -> {
              try {
                places.place(new LayerChange.Whiteout(path("x")));
                result.set(places.place(file(deep)).orElseThrow().path());
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
  void linksInCirclesAreRefused() throws Exception {
    places.place(link("/a", "b/c"));
    places.place(link("/b", "a"));
    assertThatThrownBy(() -> places.place(file("/a/x"))).hasMessageContaining("in circles");
  }

  @Test
  void whatALinkLeadToIsForgottenWhenADirectoryReplacesIt() throws Exception {
    places.place(link("/a", "usr/a"));
    assertThat(places.place(file("/a/x")).orElseThrow().path()).hasToString("/usr/a/x");
    var metadata = new Metadata(0755, 0, 0, 0, Xattrs.EMPTY);
    places.place(new LayerChange.Put(path("/a"), new TreeEntry.Directory(metadata)));
    assertThat(places.place(file("/a/x")).orElseThrow().path()).hasToString("/a/x");
  }

  private static LayerChange link(String path, String target) {
    var metadata = new Metadata(0777, 0, 0, 0, Xattrs.EMPTY);
    return new LayerChange.Put(
        path(path), new TreeEntry.Symlink(metadata, target.getBytes(StandardCharsets.UTF_8)));
  }

  private static LayerChange file(String path) {
    var metadata = new Metadata(0644, 0, 0, 0, Xattrs.EMPTY);
    return new LayerChange.Put(path(path), new TreeEntry.File(metadata, 0, Optional.empty()));
  }

  private static TreePath path(String text) {
    return TreePath.parse(text);
  }
}
