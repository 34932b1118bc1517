package dev.lamina.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.archive.ArchiveException;
import dev.lamina.archive.Limits;
import dev.lamina.store.Store;
import dev.lamina.store.StoreOptions;
import dev.lamina.tree.Tree;
import dev.lamina.tree.TreePath;
import dev.lamina.tree.TreeView;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What would go on for ever, ends. */
final class ImportBoundsTest {
  @TempDir Path dir;
  private Store store;

  @BeforeEach
  void open() {
    store = Store.open(dir.resolve("store"), StoreOptions.defaults(), Clock.systemUTC());
  }

  @AfterEach
  void close() {
    store.close();
  }

  private ImportedImage load(String from, Limits limits, InputStream in) throws IOException {
    ImportOptions options = ImportOptions.defaults().withLimits(limits);
    return new ImageImporter(store, options, Progress.NONE, Clock.systemUTC())
        .run(ImageLocation.parse(from), Optional.of(ImageName.parse("it")), in);
  }

  @Test
  @Timeout(60)
  void standard_input_without_an_end_is_spooled_up_to_the_limit() throws Exception {
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return 'x';
          }

          @Override
          public int read(byte[] target, int offset, int length) {
            return length;
          }
        };
    assertThatThrownBy(() -> load("-", Limits.defaults().withBytes(1 << 20), endless))
        .isInstanceOf(ArchiveException.class)
        .hasMessageContaining("standard input")
        .hasMessageContaining("1048576 bytes")
        .hasMessageContaining("limit");
    try (var left = Files.list(store.layout().temporaries())) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  @Timeout(60)
  void a_directory_that_holds_the_store_is_imported_without_it() throws Exception {
    Files.writeString(dir.resolve("file"), "content");
    ImportedImage image = load(dir.toString(), Limits.defaults(), InputStream.nullInputStream());
    TreeView tree =
        TreeView.open(
            store.directories(),
            Tree.load(store, new Images(store).tree(image.record()).orElseThrow().digest()));
    assertThat(tree.walk(TreePath.parse("file"))).isPositive();
    assertThat(tree.walk(TreePath.parse("store"))).isPositive();
    assertThat(tree.walk(TreePath.parse("store/objects"))).isZero();
  }

  @Test
  void the_store_is_not_imported_into_itself() {
    for (Path inside : new Path[] {store.layout().root(), store.layout().objects()}) {
      assertThatThrownBy(
              () -> load(inside.toString(), Limits.defaults(), InputStream.nullInputStream()))
          .isInstanceOf(ArchiveException.class)
          .hasMessageContaining(inside.toString())
          .hasMessageContaining("into itself");
    }
  }
}
