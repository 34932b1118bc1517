package dev.lamina.benchmarks;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The arrows of docs/ARCHITECTURE.md: who may know whom. Lives here because this module sees all.
 */
@AnalyzeClasses(
    packages = "dev.lamina",
    importOptions = {DoNotIncludeTests.class, ArchitectureTest.DoNotIncludeTestJars.class})
final class ArchitectureTest {
  private static final String ROOT = "dev.lamina.";

  /** Other modules' tests come as jars once they are packaged. */
  static final class DoNotIncludeTestJars implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("-tests.jar");
    }
  }

  private static final Set<String> CORE =
      Set.of("linux", "fs", "tree", "store", "archive", "image", "volume", "snapshot");
  private static final Set<String> TRANSPORTS = Set.of("fuse", "fuse.kernel", "fuse.jnr");
  private static final Set<String> DAEMON = Set.of("control", "daemon", "cli");

  /** Each package with those of Lamina's own that it may use. */
  private static final Map<String, Set<String>> MAY_USE =
      Map.ofEntries(
          Map.entry("linux", Set.of()),
          Map.entry("fs", Set.of("linux")),
          Map.entry("tree", Set.of("linux", "fs")),
          Map.entry("store", Set.of("linux", "fs", "tree")),
          Map.entry("archive", Set.of("linux", "fs", "tree", "store")),
          Map.entry("image", Set.of("linux", "fs", "tree", "store", "archive")),
          Map.entry("volume", Set.of("linux", "fs", "tree", "store", "archive")),
          Map.entry(
              "snapshot", Set.of("linux", "fs", "tree", "store", "archive", "image", "volume")),
          Map.entry("fuse", Set.of("linux", "fs")),
          Map.entry("fuse.kernel", Set.of("linux", "fs", "fuse")),
          Map.entry("fuse.jnr", Set.of("linux", "fs", "fuse")),
          Map.entry("control", CORE),
          Map.entry("daemon", union(List.of(CORE, TRANSPORTS, Set.of("control")))),
          Map.entry("cli", union(List.of(CORE, TRANSPORTS, DAEMON))),
          Map.entry("runtime", Set.of("cli")),
          Map.entry(
              "benchmarks",
              union(List.of(CORE, TRANSPORTS, DAEMON, Set.of("runtime", "benchmarks")))));

  @ArchTest
  static void packagesUseOnlyWhatTheyMay(JavaClasses classes) {
    var wrong = new TreeSet<String>();
    for (JavaClass from : classes) {
      var mayUse = MAY_USE.get(name(from));
      if (mayUse == null) {
        wrong.add("package " + name(from) + " is not in the architecture");
        continue;
      }
      for (var dependency : from.getDirectDependenciesFromSelf()) {
        var to = dependency.getTargetClass().getBaseComponentType();
        if (to.getPackageName().startsWith(ROOT)
            && !name(to).equals(name(from))
            && !mayUse.contains(name(to))) {
          wrong.add(name(from) + " may not use " + name(to) + ": " + dependency.getDescription());
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  @ArchTest
  static final ArchRule PACKAGES_HAVE_NO_CYCLES =
      slices().matching(ROOT + "(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule ROCKSDB_LIVES_IN_STORE_AND_VOLUME =
      only("org\\.rocksdb\\..*", "store", "volume");

  @ArchTest
  static final ArchRule COMMONS_COMPRESS_LIVES_IN_ARCHIVE_AND_IMAGE =
      only("org\\.apache\\.commons\\.compress\\..*", "archive", "image");

  @ArchTest
  static final ArchRule JNR_LIVES_IN_ITS_TRANSPORT =
      only("(jnr|ru\\.serce|com\\.kenai)\\..*", "fuse.jnr");

  @ArchTest
  static final ArchRule THE_LINKER_LIVES_IN_LINUX =
      only("java\\.lang\\.foreign\\.(Linker|SymbolLookup)(\\$.*)?", "linux");

  private static String name(JavaClass type) {
    return type.getPackageName().substring(ROOT.length());
  }

  private static Set<String> union(List<Set<String>> sets) {
    return sets.stream().flatMap(Set::stream).collect(Collectors.toUnmodifiableSet());
  }

  private static ArchRule only(String foreign, String... homes) {
    return noClasses()
        .that()
        .resideOutsideOfPackages(Stream.of(homes).map(ROOT::concat).toArray(String[]::new))
        .should()
        .dependOnClassesThat()
        .haveNameMatching(foreign);
  }
}
