package dev.lamina.benchmarks;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/**
 * The arrows of docs/ARCHITECTURE.md: who may know whom. Lives here because this module sees all.
 */
@AnalyzeClasses(packages = "dev.lamina", importOptions = DoNotIncludeTests.class)
final class ArchitectureTest {
  private static final String[] CORE = {
    "dev.lamina.fs..",
    "dev.lamina.tree..",
    "dev.lamina.store..",
    "dev.lamina.archive..",
    "dev.lamina.image..",
    "dev.lamina.volume..",
    "dev.lamina.snapshot..",
    "dev.lamina.linux.."
  };

  @ArchTest
  static final ArchRule PACKAGES_HAVE_NO_CYCLES =
      slices().matching("dev.lamina.(**)").should().beFreeOfCycles().allowEmptyShould(true);

  @ArchTest
  static final ArchRule CORE_KNOWS_NO_TRANSPORT_AND_NO_DAEMON =
      never(
          CORE,
          "dev.lamina.fuse..",
          "dev.lamina.daemon..",
          "dev.lamina.cli..",
          "dev.lamina.runtime..",
          "dev.lamina.benchmarks..");

  @ArchTest
  static final ArchRule TRANSPORTS_KNOW_NO_DAEMON =
      never(
          new String[] {"dev.lamina.fuse.."},
          "dev.lamina.daemon..",
          "dev.lamina.cli..",
          "dev.lamina.runtime..",
          "dev.lamina.benchmarks..");

  @ArchTest
  static final ArchRule DAEMON_KNOWS_NO_RUNTIME =
      never(
          new String[] {"dev.lamina.daemon..", "dev.lamina.cli.."},
          "dev.lamina.runtime..",
          "dev.lamina.benchmarks..");

  @ArchTest
  static final ArchRule TRANSPORTS_KNOW_ONLY_THE_CONTRACT =
      never(
          new String[] {"dev.lamina.fuse.."},
          "dev.lamina.tree..",
          "dev.lamina.store..",
          "dev.lamina.archive..",
          "dev.lamina.image..",
          "dev.lamina.volume..",
          "dev.lamina.snapshot..");

  @ArchTest
  static final ArchRule THE_CONTRACT_KNOWS_NO_IMPLEMENTATION =
      never(
          new String[] {"dev.lamina.fs.."},
          "dev.lamina.tree..",
          "dev.lamina.store..",
          "dev.lamina.archive..",
          "dev.lamina.image..",
          "dev.lamina.volume..",
          "dev.lamina.snapshot..");

  @ArchTest
  static final ArchRule ROCKSDB_LIVES_IN_STORE_AND_VOLUME =
      only("org.rocksdb..", "dev.lamina.store..", "dev.lamina.volume..");

  @ArchTest
  static final ArchRule COMMONS_COMPRESS_LIVES_IN_ARCHIVE_AND_IMAGE =
      only("org.apache.commons.compress..", "dev.lamina.archive..", "dev.lamina.image..");

  @ArchTest
  static final ArchRule JNR_LIVES_IN_ITS_TRANSPORT =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.lamina.fuse.jnr..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("jnr..", "ru.serce..", "com.kenai..")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule ONE_CLASS_TOUCHES_THE_LINKER =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("dev.lamina.linux.Syscalls")
          .should()
          .dependOnClassesThat()
          .haveNameMatching("java\\.lang\\.foreign\\.(Linker|SymbolLookup)(\\$.*)?")
          .allowEmptyShould(true);

  private static ArchRule never(String[] from, String... to) {
    return noClasses()
        .that()
        .resideInAnyPackage(from)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(to)
        .allowEmptyShould(true);
  }

  private static ArchRule only(String library, String... homes) {
    return noClasses()
        .that()
        .resideOutsideOfPackages(homes)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(library)
        .allowEmptyShould(true);
  }
}
