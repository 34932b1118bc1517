package dev.lamina.daemon;

import dev.lamina.fs.FileSystem;
import dev.lamina.fuse.Mount;
import dev.lamina.fuse.MountOptions;
import dev.lamina.fuse.kernel.NativeTransport;
import dev.lamina.image.ExportOptions;
import dev.lamina.image.ImageExporter;
import dev.lamina.image.ImageImporter;
import dev.lamina.image.ImageLocation;
import dev.lamina.image.ImageName;
import dev.lamina.image.Images;
import dev.lamina.image.ImportOptions;
import dev.lamina.image.ImportedImage;
import dev.lamina.image.Progress;
import dev.lamina.store.ImageRecord;
import dev.lamina.store.Store;
import dev.lamina.store.StoreOptions;
import dev.lamina.store.VolumeId;
import dev.lamina.tree.Tree;
import dev.lamina.volume.VolumeOptions;
import dev.lamina.volume.Volumes;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;

/**
 * A store with its volumes, and what mounts them through the kernel: the daemon without a daemon.
 */
final class MountedStore implements AutoCloseable {
  private final Store store;
  private final Volumes volumes;

  MountedStore(Path directory) {
    store = Store.open(directory, StoreOptions.defaults(), Clock.systemUTC());
    volumes = Volumes.of(store, VolumeOptions.defaults(), Clock.systemUTC());
  }

  Store store() {
    return store;
  }

  Volumes volumes() {
    return volumes;
  }

  Images images() {
    return new Images(store);
  }

  ImportedImage load(String from, String name) throws IOException {
    return new ImageImporter(store, ImportOptions.defaults(), Progress.NONE, Clock.systemUTC())
        .run(
            ImageLocation.parse(from),
            Optional.of(ImageName.parse(name)),
            InputStream.nullInputStream());
  }

  void export(String name, String to, ExportOptions options) throws IOException {
    new ImageExporter(store, options, Progress.NONE)
        .run(
            images().content(images().resolve(name).getValue()),
            Optional.of(ImageName.parse(name)),
            ImageLocation.parse(to),
            OutputStream.nullOutputStream());
  }

  Tree tree(String name) {
    return images().tree(images().resolve(name).getValue()).orElseThrow();
  }

  /** Makes a volume of an image. */
  VolumeId volume(String name) {
    ImageRecord image = images().resolve(name).getValue();
    return store
        .state()
        .transact(
            transaction ->
                volumes.create(
                    transaction,
                    tree(name).digest(),
                    image.diffIds(),
                    Optional.of(image.config()),
                    name));
  }

  /** Mounts an image as it is. */
  Mount mountImage(String name, Path directory) throws IOException {
    return mount(
        volumes.openTree(tree(name).digest()),
        directory,
        MountOptions.defaults().forAllUsers().asReadOnly());
  }

  /** Mounts a volume, to read and write. */
  Mount mountVolume(VolumeId id, Path directory) throws IOException {
    return mount(
        volumes.open(id, "mounted on " + directory),
        directory,
        MountOptions.defaults().forAllUsers());
  }

  private static Mount mount(FileSystem fileSystem, Path directory, MountOptions options)
      throws IOException {
    return new NativeTransport().mount(fileSystem, directory, options);
  }

  @Override
  public void close() {
    volumes.close();
    store.close();
  }
}
