package dev.lamina.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class UsageTest {
  private static final int COMMON = 1 << 20;
  private static final int OWN = 1 << 18;
  private static final Map<String, byte[]> BASE =
      Imports.layer("usr/common", Imports.bytes(1, COMMON));

  @TempDir Path directory;
  private Store store;

  @BeforeEach
  void open() {
    store = Imports.open(directory);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private ImageUsage usage(String name) {
    return store.usage().images().stream()
        .filter(image -> image.names().contains(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aSecondImageThatSharesALayerAddsOnlyWhatIsNew() {
    Imports.image(store, "a:1", List.of(BASE, Imports.layer("a", Imports.bytes(2, OWN))));
    ImageUsage alone = usage("a:1");
    assertThat(alone.apparent()).isEqualTo(COMMON + OWN);
    assertThat(alone.shared()).isZero();
    assertThat(alone.unique()).isBetween((long) COMMON + OWN, (long) COMMON + OWN + 8192);
    long before = store.usage().objectBytes();
    assertThat(before).isEqualTo(COMMON + OWN);

    Imports.image(store, "b:1", List.of(BASE, Imports.layer("b", Imports.bytes(3, OWN))));
    assertThat(store.usage().objectBytes() - before).isEqualTo(OWN);
    for (String name : List.of("a:1", "b:1")) {
      ImageUsage image = usage(name);
      assertThat(image.apparent()).isEqualTo(COMMON + OWN);
      assertThat(image.unique()).isBetween((long) OWN, (long) OWN + 8192);
      assertThat(image.shared()).isBetween((long) COMMON, (long) COMMON + 8192);
      assertThat(image.onDisk()).isEqualTo(image.unique() + image.shared());
      assertThat(image.damaged()).isFalse();
    }
  }

  @Test
  void filesAreSharedWithoutSharingALayer() {
    Imports.image(store, "a:1", List.of(BASE));
    Imports.image(store, "c:1", List.of(Imports.layer("elsewhere/file", Imports.bytes(1, COMMON))));
    assertThat(store.usage().objectBytes()).isEqualTo(COMMON);
    assertThat(usage("c:1").unique()).isLessThan(8192);
  }

  @Test
  void twoNamesOfOneImageAreOneImage() {
    Imports.image(store, "a:1", List.of(BASE));
    Imports.image(store, "a:2", List.of(BASE));
    assertThat(usage("a:1").names()).containsExactly("a:1", "a:2");
    assertThat(usage("a:1").unique()).isGreaterThanOrEqualTo(COMMON);
  }

  @Test
  void whatNothingReachesIsCounted() {
    Imports.image(store, "a:1", List.of(BASE));
    Imports.remove(store, "a:1");
    assertThat(store.usage().unreferencedBytes()).isEqualTo(COMMON);
    store.collect();
    assertThat(store.usage().unreferencedBytes()).isZero();
    assertThat(store.usage().objectBytes()).isZero();
  }
}
