package dev.lamina.daemon;

import dev.lamina.fuse.Mount;
import dev.lamina.volume.VolumeFileSystem;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * One mount of this daemon.
 *
 * @param directory the mount point
 * @param what name of the image or volume, as it was asked for
 * @param volume name of the volume; absent where an image is mounted as it is
 * @param fileSystem what it serves, closed when the mount ends
 * @param mount the transport's side
 * @param transport native or jnr
 * @param readOnly whether nothing can be written
 * @param since when it was mounted
 */
record ActiveMount(
    Path directory,
    String what,
    Optional<String> volume,
    VolumeFileSystem fileSystem,
    Mount mount,
    String transport,
    boolean readOnly,
    Instant since) {}
