package dev.chasqui.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What folders hold, listed again only when they may have changed: a folder's time changes whenever a name in it
/// comes, goes or is replaced, whoever does that.
///
/// A time has ticks, though, and two changes may fall into one. So what is known of a folder counts only if its time
/// was older than [#SETTLED] when it was looked at.
final class Folders {

    /// Longer than a tick of any file system we know, and than clocks of a network's machines differ.
    static final Duration SETTLED = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(Folders.class);
    private static final int MOST_REMEMBERED = 50_000;

    /// The state of a folder that had settled.
    record State(String key, FileTime modified) {}

    /// @param folders that are no links: a link could lead anywhere
    /// @param files   regular ones, and links to such
    /// @param plain   whether all of it was listed and nothing is a link: what a link leads to may change unseen
    record Contents(List<Path> folders, List<Path> files, boolean plain) {

        static final Contents NONE = new Contents(List.of(), List.of(), false);
    }

    record Known(State state, Contents contents) {}

    private final Map<Path, Known> known = new ConcurrentHashMap<>();
    private final Clock clock;
    private final Disk disk;

    Folders(Clock clock, Disk disk) {
        this.clock = clock;
        this.disk = disk;
    }

    /// The same until a name in the folder changes; empty if it is not there or changed so recently that another
    /// change could look the same.
    Optional<State> state(Path folder) {
        Instant now = clock.instant();
        try {
            BasicFileAttributes attributes = Files.readAttributes(folder, BasicFileAttributes.class);
            Instant settled = attributes.lastModifiedTime().toInstant().plus(SETTLED);
            return settled.isBefore(now)
                    ? Optional.of(new State(String.valueOf(attributes.fileKey()), attributes.lastModifiedTime()))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /// What is in a folder; nothing if it is not there. One that cannot be listed is logged.
    Contents contents(Path folder) {
        Optional<State> state = state(folder);
        Known before = known.get(folder);
        if (before != null && state.filter(before.state()::equals).isPresent()) return before.contents();
        Contents contents = list(folder);
        if (known.size() >= MOST_REMEMBERED) known.clear();
        if (contents.plain() && state.isPresent()) known.put(folder, new Known(state.get(), contents));
        else known.remove(folder);
        return contents;
    }

    /// What was told of a folder last, as long as it counts.
    Optional<Known> known(Path folder) {
        return Optional.ofNullable(known.get(folder));
    }

    /// Somebody else listed the folder; that counts while its state is this one.
    void learn(Path folder, Known from) {
        known.putIfAbsent(folder, from);
    }

    /// As [#contents], looked at anew.
    Contents list(Path folder) {
        try {
            return read(folder);
        } catch (IOException e) {
            LOG.warn("{} cannot be listed: {}", folder, e.getMessage());
            return Contents.NONE;
        }
    }

    /// As [#list].
    ///
    /// @throws IOException if it is there and cannot be listed
    Contents read(Path folder) throws IOException {
        List<Path> folders = new ArrayList<>();
        List<Path> files = new ArrayList<>();
        boolean plain = Files.isDirectory(folder);
        for (Path child : disk.list(folder)) {
            Kind kind = Kind.of(child);
            if (kind == Kind.FOLDER) folders.add(child);
            else if (kind == Kind.FILE || kind == Kind.LINK && Files.isRegularFile(child)) files.add(child);
            plain &= kind != Kind.LINK;
        }
        return new Contents(List.copyOf(folders), List.copyOf(files), plain);
    }

    private enum Kind {
        FOLDER,
        FILE,
        LINK,
        OTHER;

        static Kind of(Path child) throws IOException {
            try {
                BasicFileAttributes its =
                        Files.readAttributes(child, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
                if (its.isSymbolicLink()) return LINK;
                return its.isDirectory() ? FOLDER : its.isRegularFile() ? FILE : OTHER;
            } catch (NoSuchFileException e) {
                return OTHER; // removed just now
            }
        }
    }
}
