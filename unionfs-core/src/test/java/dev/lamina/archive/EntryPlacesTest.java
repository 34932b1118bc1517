package dev.lamina.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.tree.Metadata;
import dev.lamina.tree.TreeEntry;
import dev.lamina.tree.TreePath;
import dev.lamina.tree.Xattrs;
import java.util.Optional;
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

  private static LayerChange file(String path) {
    var metadata = new Metadata(0644, 0, 0, 0, Xattrs.EMPTY);
    return new LayerChange.Put(path(path), new TreeEntry.File(metadata, 0, Optional.empty()));
  }

  private static TreePath path(String text) {
    return TreePath.parse(text);
  }
}
