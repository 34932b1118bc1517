package dev.lamina.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OpeningTest {
  @TempDir Path directory;

  @Test
  void aStoreThatIsOpenIsRefusedNamingWhoHasIt() {
    try (Store first = Imports.open(directory)) {
      assertThatThrownBy(() -> Imports.open(directory))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("in use by process " + ProcessHandle.current().pid());
      // Being refused must not have taken the lock away from who has it.
      assertThatThrownBy(() -> Imports.open(directory)).isInstanceOf(StoreException.class);
      assertThat(first.state().images()).isEmpty();
    }
    Imports.open(directory).close();
  }

  @Test
  void aStoreOfANewerFormatIsRefusedSayingSo() throws IOException {
    Imports.open(directory).close();
    Files.writeString(directory.resolve("format"), "lamina store 2\n");
    assertThatThrownBy(() -> Imports.open(directory))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("newer Lamina")
        .hasMessageContaining("format 2");
    Files.writeString(directory.resolve("format"), "lamina store 1\n");
    Imports.open(directory).close();
  }

  @Test
  void aDirectoryOfSomethingElseIsRefused() throws IOException {
    Files.writeString(directory.resolve("thesis.txt"), "precious");
    assertThatThrownBy(() -> Imports.open(directory))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("thesis.txt");
  }

  @Test
  void aStoreThatLostItsDatabaseIsNotTakenForAnEmptyOne() throws IOException {
    try (Store store = Imports.open(directory)) {
      Imports.image(store, "a:1", List.of(Imports.layer("f", Imports.bytes(1, 9000))));
    }
    Files.move(directory.resolve("state"), directory.resolve("state.lost"));
    assertThatThrownBy(() -> Imports.open(directory))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("no database in");
    Files.move(directory.resolve("state.lost"), directory.resolve("state"));
    try (Store store = Imports.open(directory)) {
      assertThat(Imports.read(store, "a:1", "f")).isEqualTo(Imports.bytes(1, 9000));
    }
  }

  @Test
  void aStoreWhoseMakingWasCutOffIsMade() throws IOException {
    Imports.open(directory).close();
    Files.delete(directory.resolve("format"));
    try (Store store = Imports.open(directory)) {
      Imports.image(store, "a:1", List.of(Imports.layer("f", Imports.bytes(1, 9000))));
    }
    assertThat(directory.resolve("format")).hasContent("lamina store 1\n");
  }

  @Test
  void openingEmptiesTheTemporariesAndDropsLeasesOfDeadImports() throws IOException {
    try (Store store = Imports.open(directory)) {
      store
          .state()
          .transact(
              changes -> {
                changes.putLease(
                    "7 import x", new LeaseRecord(true, 0, List.of(), List.of(), List.of()));
                changes.putLease(
                    "kept", new LeaseRecord(false, 0, List.of(), List.of(), List.of()));
                return true;
              });
      Files.writeString(store.layout().temporaries().resolve("3"), "left over");
    }
    try (Store store = Imports.open(directory)) {
      assertThat(store.layout().temporaries()).isEmptyDirectory();
      assertThat(store.state().leases()).containsOnlyKeys("kept");
    }
  }

  @Test
  void numbersOfVolumesAreNeverUsedAgain() {
    VolumeId first;
    try (Store store = Imports.open(directory)) {
      first = store.state().transact(StateTransaction::newVolumeId);
      VolumeId second =
          store
              .state()
              .transact(
                  changes -> {
                    VolumeId one = changes.newVolumeId();
                    assertThat(changes.newVolumeId()).isNotEqualTo(one);
                    return one;
                  });
      assertThat(second).isGreaterThan(first);
    }
    try (Store store = Imports.open(directory)) {
      assertThat(store.state().transact(StateTransaction::newVolumeId)).isEqualTo(new VolumeId(4));
    }
  }
}
