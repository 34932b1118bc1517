package dev.lamina.testing.fs;

import dev.lamina.fs.FileSystem;
import dev.lamina.fs.Invalidations;
import dev.lamina.fs.TransportFeatures;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;

/**
 * The contract of {@link FileSystem}: every implementation has a test class that extends this one.
 * The parts are interfaces by topic; a test's name begins with the number of the line of the union
 * semantics that it shows.
 */
public abstract class FileSystemContractTest
    implements LookupContract,
        IdentityContract,
        ListingContract,
        NamesContract,
        RenameContract,
        DataContract,
        AllocationContract,
        AttributesContract,
        PrivilegesContract,
        AclContract,
        XattrContract,
        FlagsContract,
        ConcurrencyContract {
  private final List<Workspace> opened = new ArrayList<>();

  /** Returns a new file system, not yet attached, that holds what {@code lower} says. */
  protected abstract FileSystem fileSystem(LowerTree lower) throws Exception;

  /** Closes a file system and returns it mounted anew, not yet attached. */
  protected abstract FileSystem remount(FileSystem fileSystem) throws Exception;

  /** Returns what the implementation cannot do, with the reasons. Nothing, unless overridden. */
  @Override
  public Map<Capability, String> lacking() {
    return Map.of();
  }

  /** Returns what the transport of these tests can do. */
  protected TransportFeatures features() {
    return new TransportFeatures(false, true, true);
  }

  @Override
  public final Workspace workspace(LowerTree lower) {
    try {
      return opened(fileSystem(lower));
    } catch (Exception e) {
      throw new IllegalStateException("no file system to test", e);
    }
  }

  @Override
  public final Workspace remount(Workspace workspace) {
    opened.remove(workspace);
    try {
      return opened(remount(workspace.fileSystem()));
    } catch (Exception e) {
      throw new IllegalStateException("the file system does not mount again", e);
    }
  }

  private Workspace opened(FileSystem fileSystem) {
    fileSystem.attach(features(), Invalidations.ignored());
    Workspace workspace = new Workspace(fileSystem);
    opened.add(workspace);
    return workspace;
  }

  /** Closes what the test has opened. */
  @AfterEach
  final void closeWorkspaces() {
    opened.reversed().forEach(Workspace::close);
    opened.clear();
  }
}
